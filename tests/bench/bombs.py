"""Small bodies that inflate to a thousand times their size: how soon they are refused, and what that holds.

The largest that the server reads at all, sent by somebody signed in to a server process; memory is the most
it held (VmHWM, set back before each) over what it held before. Source: proc(5), clear_refs.
"""

import statistics
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any, Final

import httpx

from backend.http.body import WINDOW, WIRE_MAX
from tests.backend.raw import WAIT_S
from tests.backend.served import Served
from tests.bench.uploads import resident, serving

MIB: Final = 2**20
ROUNDS: Final = 5
BUDGET: Final = {"ms": 100, "memory_mb": 8}  # of 1 GiB


def bomb(coding: str) -> tuple[bytes, int]:
    """Squeeze zeros until the body is as large as one may be; gives it and what it inflates to, MiB."""
    window = WINDOW[coding]
    head = zlib.compressobj(9, zlib.DEFLATED, window).flush()[: 10 if window > zlib.MAX_WBITS else 2]
    machine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = machine.compress(bytes(MIB)) + machine.flush(zlib.Z_FULL_FLUSH)
    count = (WIRE_MAX - len(head)) // len(block)
    return head + block * count, count


def most_mb(pid: int) -> float:
    """Read the most memory a process held since that was set back."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def thrown(server: Served, token: str, coding: str) -> dict[str, Any]:
    """Send one several times; medians of the time to the refusal, and the most memory of all."""
    body, inflated_mib = bomb(coding)
    headers = {"authorization": f"Bearer {token}", "content-encoding": coding}
    waits, grown = [], []
    with httpx.Client(timeout=WAIT_S) as line:
        for _ in range(ROUNDS + 1):  # the first warms
            before = resident(server.process)
            Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
            started = time.perf_counter()
            answer = line.post(f"{server.url}/api/exchange", content=body, headers=headers)
            waits.append((time.perf_counter() - started) * 1000)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), answer.text
            grown.append(most_mb(server.process.pid) - before)
    return {
        "bytes": len(body), "inflated_mib": inflated_mib, "ms": round(statistics.median(waits[1:]), 1),
        "ms_most": round(max(waits[1:]), 1), "memory_mb": round(max(grown[1:]), 1),
    }  # fmt: skip


def run() -> dict[str, Any]:
    """Throw a bomb of each coding at a server."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as (server, token):
        found: dict[str, Any] = {coding: thrown(server, token, coding) for coding in ("deflate", "gzip")}
    kept = all(
        each["ms"] <= BUDGET["ms"] and each["memory_mb"] <= BUDGET["memory_mb"] for each in found.values()
    )
    return {"budget": {**BUDGET, "kept": kept}, **found}
