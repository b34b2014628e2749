"""Run all benchmarks, or those named: `python -m tests.bench wire exchange shell`."""

import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import (
    bombs,
    capture,
    exchange,
    offline,
    peak,
    phone,
    pictures,
    pulls,
    shell,
    uploads,
    waves,
    wire,
)
from tests.bench.peers import compare

BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "wire": wire.run,
    "exchange": exchange.run,
    "peak": peak.run,
    "shell": shell.run,
    "phone": phone.run,
    "offline": offline.run,
    "pulls": pulls.run,
    "capture": capture.run,
    "pictures": pictures.run,
    "waves": waves.run,
    "uploads": uploads.run,
    "bombs": bombs.run,
    "peers": compare.run,
}


def main() -> int:
    """Run, print, keep."""
    names = sys.argv[1:] or list(BENCHES)
    found: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    for name in names:
        started = time.perf_counter()
        found[name] = BENCHES[name]()
        print(f"{name}: {time.perf_counter() - started:.1f} s", file=sys.stderr)
    text = json.dumps(found, ensure_ascii=False, indent=1)
    out = Path("bench-results")
    out.mkdir(exist_ok=True)
    (out / f"{'-'.join(names)}.json").write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
