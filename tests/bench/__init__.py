"""Benchmarks: print JSON and keep it under bench-results/. Speed is compared as ratios within one run."""
