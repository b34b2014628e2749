"""The feed: in which channels a record is found, and the position at which it is found there.

A channel is a unit's, of the records that lie in it; minus a person's, of those they made and those that
name them; one of a unit's among those that are named; and one of what lies in a unit and is read beneath it
(sync/naming.py). Where a record has left a channel
its row stays at the position where it left: whoever hears that channel is told that it is gone.
"""

from msgspec.structs import replace

from sync.register import Held, Record


def last_change(record: Record) -> int:
    """Say the position of a record's last change."""
    return max(record.head.seq, *(held.seq for held in record.held.values()), 0)


def feed_of(record: Record) -> dict[int, int]:
    """Give the rows of a record: position by channel."""
    here = dict.fromkeys((record.area, -record.author, *record.names.values()), last_change(record))
    return {each.channel: each.seq for each in record.former} | here


def tombstone(record: Record, seq: int) -> Record:
    """Give what stands in the place of a removed record, so that its readers hear that it is gone."""
    former = tuple(replace(each, seq=seq) for each in record.former)
    return replace(
        record,
        kind="",
        state="",
        head=Held(seq, "", 0),
        cells={},
        held={},
        story=(),
        due_ms=0,
        former=former,
        refs={},
    )
