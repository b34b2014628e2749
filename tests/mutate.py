"""Proves the shared vectors: breaks the core in every small way, and each break must fail a case.

Mutants are made of clock, clocks, merges, register and settle, of both twins. A break that changes nothing a
caller can see is listed in tests/mutants.toml with its reason; an entry that matches no survivor is
an error too. Run by tests/test_mutate.py, or by hand: python -m tests.mutate [python|phone] [stem...]
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
TWINS = ("python", "phone")
STEMS = ("clock", "clocks", "merges", "register", "settle")


class Mutant(NamedTuple):
    """One small break: where it is, as a line of the file, and what it turns into what."""

    file: str
    line: str
    change: str


class Equivalent(NamedTuple):
    """A mutant that changes nothing, and why."""

    mutant: Mutant
    why: str


def equivalents(twin: str) -> list[Equivalent]:
    """Read the listed mutants of one twin."""
    entries = tomllib.loads((ROOT / "tests/mutants.toml").read_text(encoding="utf-8"))["mutant"]
    listed = [Equivalent(Mutant(each["file"], each["line"], each["change"]), each["why"]) for each in entries]
    return [each for each in listed if each.mutant.file.startswith("sync/") == (twin == "python")]


def faults(twin: str, stems: Iterable[str], survivors: Iterable[Mutant]) -> list[str]:
    """Tell each survivor that is not listed, and each listed one that is none; alike ones are counted."""
    names = {f"{stem}.{end}" for stem in stems for end in ("py", "ts")}
    listed = Counter(each.mutant for each in equivalents(twin) if Path(each.mutant.file).name in names)
    lived = Counter(survivors)
    wrong = {"survived": lived - listed, "listed but dead or gone": listed - lived}
    return [
        f"{word}: {each.file}: {each.line}\n    {each.change}"
        for word, mutants in wrong.items()
        for each in sorted(mutants.elements())
    ]


def main(arguments: list[str]) -> int:
    """Mutate one twin, or both, and tell what is wrong."""
    stems = [each for each in arguments if each in STEMS] or list(STEMS)
    wrong = []
    for twin in [each for each in arguments if each in TWINS] or list(TWINS):
        made, lived = import_module(f"tests.mutate_{twin}").survivors(stems)
        wrong += faults(twin, stems, lived)
        print(f"{twin}: {made} mutants, {len(lived)} lived")
    print("\n".join(wrong) or "every mutant that changes anything died")
    return len(wrong) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
