"""What a peer is measured by, in the standard library alone: its own environment has nothing of ours."""

import json
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROUNDS = 20  # a merge takes milliseconds


class Link:
    """Counts messages between phones and the server, plain and as zlib would make them."""

    def __init__(self) -> None:
        self.bytes = {"up": 0, "up_deflated": 0, "down": 0, "down_deflated": 0}
        self.legs, self._last = 0, ""

    def begin(self) -> None:
        """Start another sync: its first message answers nothing."""
        self._last = ""

    def send(self, way: str, message: bytes) -> bytes:
        """Count a message "up" or "down"; one that deflating makes longer counts as it is."""
        self.bytes[way] += len(message)
        self.bytes[f"{way}_deflated"] += min(len(message), len(zlib.compress(message, 6)))
        self.legs += way != self._last
        self._last = way
        return message

    def told(self) -> dict[str, Any]:
        """Give the figures; half a round trip is a last leg that nobody answers."""
        return {**self.bytes, "round_trips": self.legs / 2}


def rate(prepare: Callable[[], Callable[[], object]], count: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """Give how many things a processor second does, by the median round; preparing is not timed."""
    spent = []
    for _ in range(rounds):
        work = prepare()
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    middle = sorted(spent)[rounds // 2]
    return {"per_cpu_s": round(count / middle), "us_each": round(middle / count * 1e6, 1)}


def clashes(
    sides: Sequence[Sequence[Sequence[Any]]], show: Callable[[str], dict[str, list[Any]]]
) -> dict[str, int]:
    """Say what became of the pairs: `show` gives all values that reading a record offers, by field.

    The first of them is what a plain read shows.
    """
    found = {"one_field": 0, "one_field_both_offered": 0, "two_fields": 0, "two_fields_both_shown": 0}
    for (record, first, mine), (_, second, theirs) in zip(*sides, strict=True):
        shown = show(record)
        if first == second:
            found["one_field"] += 1
            found["one_field_both_offered"] += mine in shown[first] and theirs in shown[second]
        else:
            found["two_fields"] += 1
            found["two_fields_both_shown"] += shown[first][0] == mine and shown[second][0] == theirs
    return found


def main(measure: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Read the work named on the command line, measure, print JSON."""
    print(json.dumps(measure(json.loads(Path(sys.argv[1]).read_text())), ensure_ascii=False))
