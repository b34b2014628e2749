"""Whether an op is the one its number was first used for (I1, I6).

Only the server is asked again, after a lost answer, an erasure or from a copied store: a phone compares
what it holds itself, so this module has no twin.
"""

import msgspec
from msgspec.structs import replace

from sync.op import Code, Op
from sync.park import emptied
from sync.value import canonical


def repeats(first: Op, code: Code, op: Op) -> bool:
    """Tell whether an op is the first of its number, answered with `code`, or what that was before erasure.

    One that came empty was taken back where it came from: what a copy of that store made of it is another.
    """
    return _same(first, op) or (code != "empty_op" and _same(first, emptied(op)))


def _same(one: Op, other: Op) -> bool:
    """Tell whether two ops have the same body; by spelling, since Python takes 1 for True."""
    return canonical(msgspec.to_builtins(_bare(one))) == canonical(msgspec.to_builtins(_bare(other)))


def _bare(op: Op) -> Op:
    """Leave out the empty lists of changes: an op that goes raw spells what one in columns leaves out."""
    changes = {name: change for name, change in op.sets.items() if isinstance(change, dict)}
    bare = {
        name: {part: said for part, said in change.items() if part == "is" or said != []}
        for name, change in changes.items()
    }
    return replace(op, sets={**op.sets, **bare})
