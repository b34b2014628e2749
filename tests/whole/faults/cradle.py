"""Runs commands from one process that has its imports done, because a sweep runs hundreds of them.

Reads lines of JSON: the words of a command, its settings, and the file for what it prints. For each it forks
a process that runs `qianshao` with them, tells its process id and, once it has ended, its exit status as a
second line. The setting CHECKPOINT_PAGES, which no operator has, is how long the database's log may get.
"""

import json
import os
import sys
from pathlib import Path

from backend.__main__ import main
from backend.adapters import opening


def tell(number: int) -> None:
    """Say a number; not with write(2), at which a sweep may kill."""
    os.writev(sys.stdout.fileno(), [f"{number}\n".encode()])


def run(words: list[str], settings: dict[str, str], into: str) -> int:
    """Run one command to its end; gives its exit status as Popen.returncode would."""
    child = os.fork()
    if child == 0:
        os.environ.update(settings)
        if pages := settings.get("CHECKPOINT_PAGES"):
            vars(opening)["PRAGMAS"] = (*opening.PRAGMAS, f"PRAGMA wal_autocheckpoint={int(pages)}")
        with Path(into).open("w", encoding="utf-8") as printed:
            sys.stdout = printed
            status = main(words)
        os._exit(status)
    tell(child)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for line in sys.stdin:
        tell(run(*json.loads(line)))
