"""Whom a step tells, and in which words: pure, and without a word of what anybody wrote.

A call says only what kind of record it is about and how that stands, in the words of its page, for it is
read on locked screens and passes through foreign hands. What has happened the phone hears from us.
"""

import base64
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import msgspec

from backend.care import is_urgent
from backend.push import Call, Message
from sync.kind import Kind, Kinds, Step, Words
from sync.permit import Actor, Grant, Units, live, may_hear, may_read
from sync.register import Entry, Record
from sync.settle import World
from sync.workflow import find

DAY_S: Final = 86_400  # so long a push service keeps a call for a phone that is off; then the lists tell
BODY_BYTES: Final = 512  # of every message alike: its length says nothing of what is in it
WORDS_MAX: Final = 40  # characters of a page's word in a call: what a locked screen shows
TOPIC_CHARS: Final = 32  # the most RFC 8030 section 5.4 allows
LANGUAGES: Final = ("zh", "en")
TITLE: Final = {"zh": "前哨", "en": "Qianshao"}
URGENT: Final = {"zh": "有一件急事要你看", "en": "Something urgent needs you"}
BETWEEN: Final = {"zh": "：", "en": ": "}


def calls(
    records: Iterable[Record], after: int, world: World, people: Mapping[int, list[Grant]], now_ms: int
) -> list[Call]:
    """List whom the steps taken after a position of the log tell; of several on a record the last counts.

    `people` are those who can be called, with all their grants. Nobody is told of what they did themselves,
    nor of what they may not see; but who had it until then hears that somebody else has it now.
    """
    found = []
    for record in records:
        kind = world.kinds.get(record.kind)
        told = told_by(kind, record, after) if kind else []
        if kind is None or not told:
            continue
        for person, grants in people.items():
            actor = Actor(person, live(grants, now_ms), "")
            heard = [
                pair
                for pair in told
                if hears(actor, kind, record, pair, world.units)
                or (actor.grants and released(person, record, pair))
            ]
            if heard:
                found.append(call(person, kind, record, heard[-1], world.kinds))
    return found


def told_by(kind: Kind, record: Record, after: int) -> list[tuple[Entry, Step]]:
    """List the steps of a record that were taken after a position and tell somebody."""
    taken = [each for each in record.story if each.seq > after and each.outcome != "overtaken"]
    steps = ((entry, find(kind, entry.step)) for entry in taken)
    return [(entry, step) for entry, step in steps if step is not None and step.tells]


def hears(actor: Actor, kind: Kind, record: Record, told: tuple[Entry, Step], units: Units) -> bool:
    """Tell whether somebody is to be called about a step."""
    entry, step = told
    if not actor.grants or entry.person == actor.person:
        return False
    return may_hear(kind, step, actor, record, units) and may_read(kind, actor, record, units)


def released(person: int, record: Record, told: tuple[Entry, Step]) -> bool:
    """Tell whether a step that tells whom a field names has put another there in somebody's place.

    They may see the record no more, perhaps, and the call tells nothing that they did not know.
    """
    entry, step = told
    fields = {token[1:] for token in step.tells if token.startswith("@")} & set(entry.sets)
    left = {(each.field, each.channel) for each in record.former if each.seq == entry.seq}
    return entry.person != person and any((field, -person) in left for field in fields)


def call(person: int, kind: Kind, record: Record, told: tuple[Entry, Step], kinds: Kinds) -> Call:
    """Put a call into words: those for an emergency, or the page's own."""
    entry, step = told
    gone = released(person, record, told)  # to them it is as urgent as what was never theirs
    urgent = is_urgent(record, kinds) and not gone
    words = URGENT if urgent else _words(kind, person == record.author, entry, step, gone=gone)
    return Call(person, record.id, urgent, entry.received_ms, words)


def _words(kind: Kind, own: bool, entry: Entry, step: Step, *, gone: bool) -> Words:
    """Say the record's kind, and its state as it stands in the page: for who made it, the answer; for who had
    it, what was done.
    """
    state = kind.workflow.states[entry.to or entry.start]
    stands = (own and state.answer) or state.label
    leads = step.to and not gone  # a step that leads nowhere says what it is
    after = stands if leads else step.label or stands
    return {
        each: kind.label[each][:WORDS_MAX] + BETWEEN[each] + after[each][:WORDS_MAX] for each in LANGUAGES
    }


def message(made: Call, language: str) -> Message:
    """Write a call for one phone."""
    said = {
        "title": TITLE[language],
        "body": made.words[language],
        "record": made.record,
        "urgent": made.urgent,
    }
    return Message(msgspec.json.encode(said).ljust(BODY_BYTES), topic(made.record), DAY_S, made.urgent)


def topic(record: str) -> str:
    """Name a record for a push service, so that it cannot tell which it is."""
    return base64.urlsafe_b64encode(sha256(record.encode()).digest())[:TOPIC_CHARS].decode()
