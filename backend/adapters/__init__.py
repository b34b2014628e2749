"""Adapters: every port at least twice, in memory and for real."""
