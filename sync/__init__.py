"""The pure core: what is written, how it merges, who may do it, and what happens next.

No clock, file, network, log or randomness (invariant I8): time and known state are arguments.
Every module has a TypeScript twin of the same name in pwa/src/sync; both run tests/vectors.
"""
