"""Kind pages from disk: the built-in ones and the town's own, read again when a file changes.

A page that is faulty when the server starts stops it; one that turns faulty later is left out of the
change, and the pages read before stay in force.
"""

import logging
import time
import tomllib
from pathlib import Path
from typing import Final

from sync.kind import Kind, KindError, gather, parse, version

LOOK_EVERY_S: Final = 1.0  # how often the directories are looked at, at most
_log: Final = logging.getLogger(__name__)


def read_pages(directories: tuple[Path, ...]) -> dict[str, Kind]:
    """Read all pages; raises KindError naming the file that is faulty."""
    pages = []
    for path in sorted(path for directory in directories for path in directory.glob("*.toml")):
        try:
            pages.append(parse(tomllib.loads(path.read_text(encoding="utf-8"))))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KindError) as fault:
            raise KindError(f"{path.name}: {fault}") from fault
    return gather(pages)


class Pages:
    """The pages in force, and their version."""

    def __init__(self, directories: tuple[Path, ...]) -> None:
        self._directories = directories
        self._stand = self._look()
        self._looked = time.monotonic()
        self.kinds = read_pages(directories)
        self.version = version(self.kinds)

    def _look(self) -> tuple[tuple[str, int], ...]:
        paths = (path for directory in self._directories for path in directory.glob("*.toml"))
        return tuple(sorted((str(path), path.stat().st_mtime_ns) for path in paths))

    def refresh(self) -> None:
        """Read the pages again if a file changed since the last look."""
        if time.monotonic() - self._looked < LOOK_EVERY_S:
            return
        self._looked = time.monotonic()
        try:
            stand = self._look()
            if stand == self._stand:
                return
            self._stand = stand
            self.kinds = read_pages(self._directories)
        except (KindError, OSError) as fault:  # OSError: a file that vanishes while it is looked at
            _log.error("kind pages left as they were: %s", fault)
            return
        self.version = version(self.kinds)
