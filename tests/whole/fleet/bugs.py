"""Planted bugs: a module is loaded from changed source, before anything else has imported it."""

import sys
import tomllib
from collections.abc import Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

from tests.whole.fleet.plan import drawn

ROOT: Final = Path(__file__).parents[3]


class Bug(NamedTuple):
    """One break: in which file, which text becomes which, and what it breaks."""

    name: str
    file: str
    old: str
    new: str
    what: str
    sql: bool = False  # looked for on SQLite
    needs: tuple[str, ...] = ()  # events without which a seed cannot show it
    seed: int = -1  # that showed it once, where most do not: tried first

    @property
    def source(self) -> str:
        """The file with the bug in it; the old text must stand there once."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: stands {text.count(self.old)} times in {self.file}")
        return text.replace(self.old, self.new)

    def trials(self, seeds: int) -> Iterator[int]:
        """Give the seeds below `seeds` that a hunt runs: its hint first, then all that can show it."""
        if 0 <= self.seed < seeds:
            yield self.seed
        for seed in range(seeds):
            if set(self.needs) <= drawn(seed).weights.keys():
                yield seed


def planted() -> dict[str, Bug]:
    """Read the list."""
    entries = tomllib.loads((Path(__file__).parent / "bugs.toml").read_text(encoding="utf-8"))["bug"]
    return {each["name"]: Bug(**each) for each in entries}


class _Finder(MetaPathFinder, Loader):
    def __init__(self, bug: Bug) -> None:
        self.bug = bug
        self.module = bug.file.removesuffix(".py").replace("/", ".")

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        return ModuleSpec(name, self, origin=self.bug.file) if name == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(ROOT / self.bug.file)
        exec(compile(self.bug.source, self.bug.file, "exec"), vars(module))


def plant(name: str) -> Bug:
    """Break a module from now on; it must not have been loaded yet."""
    bug = planted()[name]
    finder = _Finder(bug)
    if finder.module in sys.modules:
        raise AssertionError(f"{finder.module} is loaded already")
    sys.meta_path.insert(0, finder)
    return bug
