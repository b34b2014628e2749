"""The fleet simulator: some phones and the real server code in one process, under every fault we know.

`phone.py` says what a phone is to it, `fleet.py` what happens in a seed, `oracles.py` what must be true
afterwards, `bugs.toml` which breaks it must notice. By hand: python -m tests.whole.fleet --seed 7 -v

The same with the app's own client, under Node and over HTTP: `node_phone.py`, `node/`, `front.py`,
`bugs_node.toml`. There each phone has its second engine, too: the app's journal over files that lose what was
not flushed (`node/files.ts`), and in half of the seeds one of the two engines is spoilt (`node_events.py`).
"""
