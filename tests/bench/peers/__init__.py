"""Other engines on our work, each in an environment of its own under build/peers."""
