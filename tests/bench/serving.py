"""A server process on a town of its own, for benchmarks."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(root: Path) -> Iterator[str]:
    """Serve a data directory; gives the address."""
    port = free_port()
    env = {**os.environ, "QIANSHAO_DATA": str(root), "QIANSHAO_PORT": str(port)}
    server = subprocess.Popen([sys.executable, "-m", "backend", "serve"], env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(400):
            try:
                urllib.request.urlopen(f"{url}/api/health").read()
                break
            except OSError:
                time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait()


@contextmanager
def served() -> Iterator[tuple[str, Path]]:
    """Serve an empty town; gives the address and the directory."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        with running(root) as url:
            yield url, root
