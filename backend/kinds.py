"""Kind pages from disk: the built-in ones and the town's own, read again when a file changes.

A page that is faulty when the server starts stops it; one that turns faulty later is left out of the
change, and the pages read before stay in force. So is a list that names a unit the town does not have, and
a page whose workflow turns out to have a hole (sync/model.py): nobody could move some record on. At the start
such a page is served, with a warning, for a town whose server stays down has more holes than one.
"""

import logging
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from backend.watch import Watch
from sync.kind import Kind, KindError, Lists, gather, parse, version
from sync.listing import gather_lists, misplaced
from sync.model import findings
from sync.permit import Units

LISTS: Final = "lists"  # folder beside the pages
_log: Final = logging.getLogger(__name__)


def read_pages(directories: tuple[Path, ...], trees: Sequence[Units] = ()) -> dict[str, Kind]:
    """Read all pages and the lists they name; raises KindError naming the file that is faulty.

    A file in a later directory stands in for one of its name before: a town words its own day sheet. Units
    that lists name are looked for in `trees`, one a town; where none is known, nobody asks.
    """
    return _read(directories, trees)[0]


def _read(directories: tuple[Path, ...], trees: Sequence[Units]) -> tuple[dict[str, Kind], Lists]:
    """Read the lists, and the pages that take their options from them."""
    lists = read_lists(directories)
    for fault in misplaced(lists, trees):
        raise KindError(f"{LISTS}/{fault}")
    files = {path.name: path for directory in directories for path in directory.glob("*.toml")}
    pages = []
    for path in sorted(files.values()):
        content = _content(path)
        try:
            pages.append(parse(content, lists))
        except KindError as fault:
            raise KindError(f"{path.name}: {fault}") from fault
    return gather(pages), lists


def read_lists(directories: tuple[Path, ...]) -> Lists:
    """Read the lists that lie beside the pages, the built-in ones first; raises KindError naming the file."""
    paths = [path for directory in directories for path in sorted((directory / LISTS).glob("*.toml"))]
    return gather_lists((f"{LISTS}/{path.name}", path.stem, _content(path)) for path in paths)


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise KindError(f"{path.name}: {fault}") from fault


def holes(kinds: Mapping[str, Kind]) -> list[str]:
    """List what is wrong with the workflows of all pages, one line each."""
    return [fault for kind in kinds.values() for fault in findings(kind)]


def served(kinds: Mapping[str, Kind], version: str) -> bytes:
    """Write pages as phones get them: a list travels once, however many fields take their options from it."""
    lists, bare = {}, {}
    for name, kind in kinds.items():
        fields = dict(kind.fields)
        for field, each in kind.fields.items():
            if each.listed:
                lists[each.listed] = each.options
                fields[field] = replace(each, options=())
        bare[name] = replace(kind, fields=fields)
    return msgspec.json.encode({"version": version, "kinds": bare, "lists": lists})


class Pages:
    """The pages in force, and their version."""

    def __init__(self, directories: tuple[Path, ...]) -> None:
        self._directories = directories
        self._trees: dict[int, Units] = {}  # by town, as far as known
        self._watch = Watch(self._look)
        self.kinds, self._lists = _read(directories, ())
        self.version = version(self.kinds)
        self._holes = holes(self.kinds)
        for hole in self._holes:
            _log.warning("kind pages: %s", hole)

    def _look(self) -> tuple[tuple[str, int], ...]:
        here = (folder for directory in self._directories for folder in (directory, directory / LISTS))
        paths = (path for folder in here for path in folder.glob("*.toml"))
        return tuple(sorted((str(path), path.stat().st_mtime_ns) for path in paths))

    def _read(self) -> tuple[dict[str, Kind], Lists]:
        """Read all pages; raises KindError too if a workflow has a hole that it had not before."""
        kinds, lists = _read(self._directories, list(self._trees.values()))
        made = [hole for hole in holes(kinds) if hole not in self._holes]
        if made:
            raise KindError("; ".join(made))
        return kinds, lists

    def know(self, town: int, units: Units) -> None:
        """Hear which units a town has; what the lists in force say of them is checked, and logged if wrong.

        From then on a list that names others is left out of a change. No file is read: every town is heard of
        within the first minute of an evening.
        """
        if self._trees.get(town) == units:
            return
        self._trees[town] = units
        for fault in misplaced(self._lists, list(self._trees.values())):
            _log.error("kind pages: %s/%s", LISTS, fault)

    def refresh(self, *, at_once: bool = False) -> None:
        """Read the pages again if a file changed since the last look, which was a moment ago or not."""
        try:
            if not self._watch.changed(at_once=at_once):
                return
            kinds, lists = self._read()
        except (KindError, OSError) as fault:  # OSError: a file that vanishes while it is looked at
            _log.error("kind pages left as they were: %s", fault)
            return
        self.kinds, self.version, self._holes, self._lists = kinds, version(kinds), holes(kinds), lists
