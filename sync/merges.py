"""The eight merge rules: how two copies of one field become one (I2).

A cell is the state of one field; what a rule keeps in it is written at each rule. Every rule is
commutative, associative and idempotent, so devices may meet in any order, any number of times.
Source: Shapiro et al., INRIA RR-7506 (2011), section 3; Almeida et al., "Delta state replicated
data types" (2018): an op carries a small cell, and applying it is joining it.
Twin: pwa/src/sync/merges.ts. Shared cases: tests/vectors/merges.json.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec.json import encode

from sync.clock import Stamp
from sync.value import rank

Cell = list[Any]  # plain JSON: both twins and the store hold the very same thing
Options = Sequence[str]


def stamp_of(raw: Sequence[Any]) -> Stamp:
    """Read a stamp out of a cell, where it stands as [wall_ms, count, device]."""
    return Stamp(raw[0], raw[1], raw[2])


def _stamped(mine: Cell, theirs: Cell) -> Cell:
    """Unite two lists of [stamp, ...]: each element once, oldest first."""
    once = {encode(element): element for element in (*mine, *theirs)}
    ordered = sorted(once.items(), key=lambda item: (item[1][0], item[0]))
    return [element for _, element in ordered]


def _stamps(mine: Cell, theirs: Cell) -> Cell:
    """Unite two lists of stamps: each once, oldest first."""
    return [list(stamp) for stamp in sorted({tuple(stamp) for stamp in (*mine, *theirs)})]


def _heaviest(mine: Cell, theirs: Cell) -> Cell:
    """Unite two lists of [stamp, weight]: each stamp once, with the greatest weight, oldest first."""
    most: dict[tuple[Any, ...], int] = {}
    for stamp, weight in (*mine, *theirs):
        most[tuple(stamp)] = max(weight, most.get(tuple(stamp), weight))
    return [[list(stamp), weight] for stamp, weight in sorted(most.items())]


def first(mine: Cell, theirs: Cell, _options: Options = ()) -> Cell:
    """[value, stamp]: written once; the earliest write stands (evidence)."""
    return theirs if stamp_of(theirs[1]) < stamp_of(mine[1]) else mine


def latest(mine: Cell, theirs: Cell, _options: Options = ()) -> Cell:
    """[value, stamp]: the last write stands. Equal stamps name the same write (I1)."""
    return theirs if stamp_of(theirs[1]) > stamp_of(mine[1]) else mine


def largest(mine: Cell, theirs: Cell, options: Options) -> Cell:
    """[value, stamp]: the graver value stands; among equals the last write."""
    ours = (rank(options, mine[0]), stamp_of(mine[1]))
    other = (rank(options, theirs[0]), stamp_of(theirs[1]))
    return theirs if other > ours else mine


def union(mine: Cell, theirs: Cell, _options: Options = ()) -> Cell:
    """[adds, drops], both of [stamp, element]: a set in which adding wins.

    A drop names the very adds it saw, so an element added elsewhere at the same time stays.
    """
    return [_stamped(mine[0], theirs[0]), _stamped(mine[1], theirs[1])]


def log(mine: Cell, theirs: Cell, _options: Options = ()) -> Cell:
    """[[stamp, value], ...]: append only; a correction is another entry."""
    return _stamped(mine, theirs)


def count(mine: Cell, theirs: Cell, _options: Options = ()) -> Cell:
    """[[device, total], ...]: each device's own running total only grows; the sum is the value."""
    totals = dict(mine)
    for device, total in theirs:
        totals[device] = max(total, totals.get(device, 0))
    return [[device, totals[device]] for device in sorted(totals)]


def keep_both(mine: Cell, theirs: Cell, _options: Options = ()) -> Cell:
    """[live, over]: live values [stamp, value]; `over` lists the stamps a person wrote over.

    Two people who did not see each other's words leave both alive until one of them, or a third,
    writes over both. Source: multi-value register, RR-7506 section 3.2.2.
    """
    over = _stamps(mine[1], theirs[1])
    live = _stamped(mine[0], theirs[0])
    return [[entry for entry in live if entry[0] not in over], over]


def authority(mine: Cell, theirs: Cell, _options: Options = ()) -> Cell:
    """[live, over] like keep_both, with live values [stamp, weight, value] and over [stamp, weight].

    Weight 1 is a value of the role that owns the field and outranks any of weight 0, which stays
    as a proposal until somebody writes over it. What was written with less weight than a value has
    never writes over it, whichever of the two is heard first (after a restore: the later one).
    """
    over = _heaviest(mine[1], theirs[1])
    least = {tuple(stamp): weight for stamp, weight in over}
    live = _stamped(mine[0], theirs[0])
    return [[each for each in live if (at := tuple(each[0])) not in least or each[1] > least[at]], over]


RULES: Final[dict[str, Callable[[Cell, Cell, Options], Cell]]] = {
    "first": first,
    "latest": latest,
    "largest": largest,
    "union": union,
    "log": log,
    "count": count,
    "keep_both": keep_both,
    "authority": authority,
}


def join(rule: str, mine: Cell, theirs: Cell, options: Options = ()) -> Cell:
    """Merge two copies of one field by the rule its kind page names."""
    return RULES[rule](mine, theirs, options)
