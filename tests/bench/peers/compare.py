"""Ours and the peers on the same work in one run: bytes, round trips, merges a processor second, ratios.

Peers are measured where they run; one that cannot be installed or run here is named with the reason.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.peers import install, ours, workload

HERE = Path(__file__).parent
PEER_S = 300  # a peer that takes longer is named, not waited for
UPLOADS = ("twenty", "twenty_hard", "five_hundred")
COLUMNS: dict[str, Callable[[dict[str, Any]], object]] = {
    "20 reports up/down": lambda found: _moved(found["twenty"]),
    "deflated": lambda found: _moved(found["twenty"], "_deflated"),
    "trips": lambda found: found["twenty"]["round_trips"],
    "500 deflated": lambda found: _moved(found["five_hundred"], "_deflated"),
    "400 edits deflated": lambda found: _moved(found["edits"], "_deflated"),
    "trips ": lambda found: found["edits"]["round_trips"],
    "both kept": lambda found: (
        f"{found['edits']['one_field_both_offered']}+{found['edits']['two_fields_both_shown']}"
    ),
    "reports/cpu-s": lambda found: found["merge_reports"]["per_cpu_s"],
    "edits/cpu-s": lambda found: found["merge_edits"]["per_cpu_s"],
    "10 of 10,000 deflated": lambda found: _moved(found["pull"], "_deflated"),
    "trips  ": lambda found: found["pull"]["round_trips"],
    "cpu us": lambda found: round(found["pull"]["server_cpu_us"]),
}


def _moved(traffic: dict[str, Any], how: str = "") -> str:
    return f"{traffic[f'up{how}']}/{traffic[f'down{how}']}"


def with_python(name: str, work: Path) -> str:
    """Measure a Python peer in its own environment; gives its JSON."""
    return install.run([install.python(), "-m", f"tests.bench.peers.{name}", work], timeout_s=PEER_S)


def with_node(name: str, work: Path) -> str:
    """Measure a Node peer; gives its JSON."""
    return install.run([install.node(), HERE / f"{name}.mjs", work, install.HOME], timeout_s=PEER_S)


PEERS: dict[str, tuple[Callable[[str, Path], str], str]] = {
    "PouchDB": (with_node, "pouch"),
    "Yjs": (with_python, "yjs"),
    "Loro": (with_python, "loro"),
    "Automerge": (with_node, "automerge"),
}


def ratios(peer: dict[str, Any], own: dict[str, Any]) -> dict[str, float]:
    """Give a peer's figures over ours: bytes both ways, deflated, and merges a processor second."""
    found = {
        name: sum(peer[name][f"{way}_deflated"] for way in ("up", "down"))
        / sum(own[name][f"{way}_deflated"] for way in ("up", "down"))
        for name in (*UPLOADS, "edits", "pull")
    } | {name: peer[name]["per_cpu_s"] / own[name]["per_cpu_s"] for name in ("merge_reports", "merge_edits")}
    return {name: round(value, 2) for name, value in found.items()}


def table(found: dict[str, dict[str, Any]]) -> str:
    """Lay the figures side by side."""
    rows = [["", *(title.strip() for title in COLUMNS)]]
    rows += [[name, *(str(show(each)) for show in COLUMNS.values())] for name, each in found.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def run() -> dict[str, Any]:
    """Measure ours, then every peer; the table goes to standard error."""
    found, missing = {"ours": ours.measure()}, {}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work.json"
        workload.write(work)
        for name, (measured, module) in PEERS.items():
            try:
                found[name] = json.loads(measured(module, work))
            except (install.NotHere, ValueError) as fault:
                missing[name] = str(fault)
                print(f"{name} not measured: {fault}", file=sys.stderr)
    print(table(found), file=sys.stderr)
    over = {name: ratios(peer, found["ours"]) for name, peer in found.items() if name != "ours"}
    return {**found, "peer_to_ours": over, "not_measured": missing}


if __name__ == "__main__":
    print(json.dumps(run(), ensure_ascii=False, indent=1))
