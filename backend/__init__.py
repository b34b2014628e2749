"""The server: who may do what, over which wire. The rules themselves are in sync/."""
