"""Enrolment, tokens and the directory: who somebody is, and what their phone may know of the town."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from backend.calendar import told
from backend.ports import Device, People, Person, Unit
from backend.problems import Refused
from backend.view import Tree
from sync.deadline import Calendar
from sync.digest import short
from sync.permit import Actor, Grant, Units, dispatchable, live, path, supervised

ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 1 i l o: read aloud, typed on a phone
CODE_LENGTH: Final = 12  # 31^12 is 59 bits; with the brake below nobody guesses one within its hours
TOKEN_BYTES: Final = 16  # 128 bits; short, because headers cost more than a report does
TRIES_MAX: Final = 10  # wrong codes from one address within the window
WINDOW_MS: Final = 600_000  # ten minutes
ADDRESSES_MAX: Final = 1_000  # remembered before old ones are looked for
HOUR_MS: Final = 3_600_000
NEW_MS: Final = 30 * 24 * HOUR_MS  # from somebody's first grant on, what they enter is looked at more closely
LATE_MS: Final = 180 * 24 * HOUR_MS  # how long what was written under an ended grant is kept for review
LEADS: Final = "leader"  # grid and board leaders are whom a worker calls first


class Session(Struct, frozen=True):
    """A signed-in device: whose it is, and what the person may do now."""

    device: Device
    person: Person
    grants: tuple[Grant, ...]  # live ones
    once: tuple[Grant, ...] = ()  # those that ended within LATE_MS

    def actor(self, incarnation: str) -> Actor:
        """Name the actor of one push; the token fixes the device number, the phone its incarnation."""
        return Actor(self.person.id, self.grants, f"{self.device.number:08x}{incarnation}", self.once)


def hashed(secret: str) -> bytes:
    """Hash a token or code for keeping: what is kept cannot be used to sign in."""
    return hashlib.sha256(secret.encode()).digest()


async def new_code(people: People, person: int, now_ms: int, hours: int) -> str:
    """Make a one-time code for a person, good for some hours."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    await people.put_code(hashed(code), person, now_ms + hours * HOUR_MS)
    return code


async def enrol(
    people: People, code: str, device_name: str, now_ms: int, wanted: int = 0
) -> tuple[str, Device]:
    """Spend a code on a device; gives its token, which is kept nowhere but on the phone.

    A phone that signs in again names the number it bore: under it stand the ops it has not sent, and those
    a restored server forgot.
    """
    number = await people.spend_code(hashed(plain_code(code)), now_ms)
    if number is None:
        raise Refused("code_unknown")
    person = await people.person(number) if number else None
    if person is None:
        raise Refused("code_used")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return token, await people.bind(person, device_name[:80], hashed(token), now_ms, wanted)


def plain_code(code: str) -> str:
    """Read a code as typed: case, blanks and dashes do not matter."""
    return "".join(char for char in code.lower() if char in ALPHABET)


async def signed_in(people: People, token: str, now_ms: int) -> Session:
    """Find whose token this is; raises signed_out if nobody's."""
    found = await people.bearer(hashed(token)) if token else None
    if found is None:
        raise Refused("signed_out")
    device, person = found
    ended = [each for each in person.grants if 0 < each.until_ms <= now_ms < each.until_ms + LATE_MS]
    return Session(device, person, live(person.grants, now_ms), tuple(ended))


class Brake:
    """Slows down guessing of codes: few wrong ones from one address within the window."""

    def __init__(self) -> None:
        self._wrong: dict[str, list[int]] = {}

    def take(self, address: str, now_ms: int) -> None:
        """Count a try as wrong before its answer is known; raises too_many_tries if there were too many.

        Counted afterwards, a hundred tries sent at once would all pass.
        """
        recent = self._recent(address, now_ms)
        if len(recent) >= TRIES_MAX:
            raise Refused("too_many_tries", retry_s=WINDOW_MS // 1000)
        if len(self._wrong) >= ADDRESSES_MAX:
            self._wrong = {each: ats for each in self._wrong if (ats := self._recent(each, now_ms))}
        self._wrong[address] = [*recent, now_ms]

    def give_back(self, address: str) -> None:
        """Take back the last try of this address: its code was right."""
        self._wrong[address] = self._wrong.get(address, [])[:-1]

    def _recent(self, address: str, now_ms: int) -> list[int]:
        return [at for at in self._wrong.get(address, []) if now_ms - at < WINDOW_MS]


Staff = dict[str, list[tuple[int, int]]]


class Directory(Struct, frozen=True, rename="camel"):
    """What a phone knows of the town: the person, the units in view, the names of colleagues."""

    version: str
    me: dict[str, Any]
    units: list[dict[str, Any]]
    people: list[tuple[int, str]]
    devices: list[
        tuple[int, int]
    ]  # device number and whose it is: a stamp names a device, people read a name
    calendar: dict[str, Any]  # when the town works; the phone counts due times by it
    staff: Staff  # by role: person and unit, of whom this person may name in a record


class Common(Struct, frozen=True):
    """What all directories of a town share; `digest` changes when anything in it does."""

    units: list[Unit]
    tree: Tree
    people: list[Person]
    devices: list[tuple[int, int]]
    calendar: Calendar
    digest: str
    turns: list[int]  # when a grant begins or ends, server ms, in order
    grants: dict[int, tuple[Grant, ...]] = {}  # by person


async def common(people: People, town: int, calendar: Calendar) -> Common:
    """Load what all directories of a town share: in a town of thousands of phones it is worth keeping."""
    units, persons = await people.units(town), await people.people(town)
    devices = [(device.number, device.person) for device in await people.devices(town)]
    plain = [*msgspec.to_builtins((units, persons, devices)), told(calendar)]
    tree = Tree({unit.id: unit.node for unit in units})
    ends = {at for person in persons for grant in person.grants for at in (grant.from_ms, grant.until_ms)}
    ends |= {_begun(person) + NEW_MS for person in persons}
    grants = {person.id: tuple(person.grants) for person in persons}
    return Common(units, tree, persons, devices, calendar, short(plain), sorted(ends), grants)


async def directory(people: People, session: Session, now_ms: int, calendar: Calendar) -> Directory:
    """Put the directory of one person together."""
    return described(await common(people, session.person.town, calendar), session, now_ms)


def described(shared: Common, session: Session, now_ms: int) -> Directory:
    """Put the directory of one person together; its version changes when anything in it does."""
    me = _me(session, shared, now_ms)
    listed = [msgspec.to_builtins(unit) for unit in shared.units]
    names = [(person.id, person.name) for person in shared.people]
    staff = _staff(session, shared, now_ms)
    version = _version(me, staff, shared)
    return Directory(version, me, listed, names, shared.devices, told(shared.calendar), staff)


def version_for(shared: Common, session: Session, now_ms: int) -> str:
    """Name the version of a person's directory without putting it together."""
    return _version(_me(session, shared, now_ms), _staff(session, shared, now_ms), shared)


def _version(me: dict[str, Any], staff: Staff, shared: Common) -> str:
    return short([me, staff, shared.digest])


def _staff(session: Session, shared: Common, now_ms: int) -> Staff:
    """List who may be named in a record: nothing of them but their posts, and nobody out of reach."""
    reach = dispatchable(session.grants, shared.tree)
    found: Staff = {}
    if not reach:  # as for most, and a town has thousands
        return found
    for person in shared.people:
        for grant in live(person.grants, now_ms):
            if grant.unit in reach:
                found.setdefault(grant.role, []).append((person.id, grant.unit))
    return dict(sorted(found.items()))


def _begun(person: Person) -> int:
    """Say when somebody first held a post, server ms; 0 where that was always so."""
    return min((grant.from_ms for grant in person.grants), default=0)


def _newcomers(session: Session, shared: Common, now_ms: int) -> dict[str, list[int]]:
    """Say who is new at their first post, to those alone who look others' work over."""
    below = supervised(session.grants, shared.tree)
    if not below:
        return {}
    found = [
        person.id
        for person in shared.people
        if _begun(person) <= now_ms < _begun(person) + NEW_MS
        and any(grant.unit in below for grant in live(person.grants, now_ms))
    ]
    return {"newcomers": found}


def _me(session: Session, shared: Common, now_ms: int) -> dict[str, Any]:
    person = session.person
    helper = _helper(session, shared.people, shared.tree, now_ms)
    return {
        "person": person.id,
        "name": person.name,
        "town": person.town,
        "townName": next((unit.name for unit in shared.units if unit.id == person.town), ""),
        "grants": [{"role": grant.role, "unit": grant.unit} for grant in session.grants],
        "helpName": helper.name if helper else "",
        "helpPhone": helper.phone if helper else "",
        **_newcomers(session, shared, now_ms),
    }


def _helper(session: Session, persons: Sequence[Person], tree: Units, now_ms: int) -> Person | None:
    """Find whom to call: the nearest colleague whose grant stands above or beside one's own."""
    mine = {unit for grant in session.grants for unit in path(grant.unit, tree)}
    near = [
        (-tree[grant.unit].tier, person.id, person)
        for person in persons
        if person.id != session.person.id and person.phone
        for grant in live(person.grants, now_ms)
        if grant.unit in mine and LEADS in grant.role
    ]
    return min(near, key=lambda each: each[:2])[2] if near else None
