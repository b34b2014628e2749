"""Servers and other commands, quickly started, ended somehow; faults are done to them under strace."""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import httpx

from tests.backend.served import ROOT, START_S, free_port, line_to

SOAK = "SOAK" in os.environ  # all there is, instead of what a test may take
NOWHERE = Path(os.devnull)
PAUSE_S = 0.005  # between two looks at something that takes a few of these
CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "rename", "write")
LINE = re.compile(r"^(\d+) +(\w+)\((.*)")
Point = tuple[str, int]  # a call, and the how manieth by one thread


def cradle(errors: int | None = None) -> subprocess.Popen[bytes]:
    """Start a process from which stages have theirs, one at a time; their errors go where these go."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.whole.faults.cradle"], cwd=ROOT, bufsize=0,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
    )  # fmt: skip


class Stage:
    """One data directory, one port, and a process from which servers are born with their imports done."""

    def __init__(self, data: Path, shared: subprocess.Popen[bytes] | None = None, **settings: str) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._settings = settings | {"QIANSHAO_DATA": str(data), "QIANSHAO_PORT": str(self.port)}
        self._own = shared is None
        self.cradle = shared or cradle(subprocess.DEVNULL)
        self.pid = 0

    def begin(self) -> bool:
        """Start a server; gives False if it died on the way."""
        self._bear("serve")
        end = time.monotonic() + START_S
        with line_to(self.url) as line:
            while time.monotonic() < end:
                if not self.lives():
                    return False
                try:
                    return line.get("/api/health").status_code == 200
                except httpx.TransportError:
                    time.sleep(PAUSE_S)
        raise AssertionError("the server neither started nor died")

    def run(self, *words: str, into: Path = NOWHERE) -> int:
        """Run another command to its end, no server being up; gives its exit status."""
        self._bear(*words, into=into)
        select.select([self.cradle.stdout], [], [])
        return self.end()

    def _bear(self, *words: str, into: Path = NOWHERE) -> None:
        assert self.cradle.stdin is not None and not self.pid
        self.cradle.stdin.write(json.dumps([words, self._settings, str(into)]).encode() + b"\n")
        self.pid = self._told()

    def lives(self) -> bool:
        """Tell whether the server has not ended yet."""
        return bool(self.pid) and not select.select([self.cradle.stdout], [], [], 0)[0]

    def ask_to_stop(self) -> None:
        """Tell the server to stop, if it still runs, and wait until it has."""
        self._signal(signal.SIGTERM)
        select.select([self.cradle.stdout], [], [])

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the server, if it still runs; gives its exit status, negative for a signal."""
        self._signal(how)
        self.pid = 0
        return self._told()

    def _signal(self, how: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # dead, and the cradle has not told yet
            if self.lives():
                os.kill(self.pid, how)

    def _told(self) -> int:
        assert self.cradle.stdout is not None
        return int(self.cradle.stdout.readline())

    def close(self) -> None:
        """End everything that runs."""
        if self.pid:
            self.end(signal.SIGKILL)
        if self._own:
            self.cradle.kill()
            self.cradle.communicate()


class Strace:
    """strace on a process and whatever that starts; a program that is executed is let go."""

    def __init__(self, pid: int, log: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            ["strace", "-f", "-b", "execve", "-o", str(log), *words, "-p", str(pid)],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stderr is not None
        first = self.process.stderr.readline()
        assert "attached" in first, first

    def detach(self) -> None:
        """Let go of the process, if it still is."""
        self.process.terminate()
        self.process.communicate()


def points(log: Path, data: Path) -> list[Point]:
    """List a log's calls on the data directory, and the answers, as strace counts: by thread and call."""
    made: Counter[tuple[str, str]] = Counter()
    found = set()
    for line in log.read_text(errors="replace").splitlines():
        if call := LINE.match(line):
            thread, name, words = call.groups()
            made[thread, name] += 1
            if str(data) in words or (name == "write" and "HTTP/1.1" in words):
                found.add((name, made[thread, name]))
    return sorted(found)


def spread(found: Sequence[Point], count: int) -> list[Point]:
    """Take some points, of each call alike if there are so many, and evenly from the first to the last."""
    groups = [list(group) for _, group in groupby(sorted(found), key=itemgetter(0))]
    taken: list[Point] = []
    for done, group in enumerate(sorted(groups, key=len)):
        share = min(len(group), (count - len(taken)) // (len(groups) - done))
        taken += [group[(2 * at + 1) * len(group) // (2 * share)] for at in range(share)]
    return taken
