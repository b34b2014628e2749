"""Ports: what the server needs of the world outside. Every port has two adapters at least."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from msgspec import Struct

from backend.ranges import Ranges
from sync.op import Op
from sync.permit import Grant, OrgUnit
from sync.register import Record
from sync.settle import Known, Settled

T = TypeVar("T")


class PhotoRow(Struct, frozen=True):
    """What the town knows of one photo: announced with a preview, or verified on disk. Times are Unix ms."""

    key: str  # 22 characters, see sync/value.py
    size: int  # bytes of the screen size, as announced
    preview: bytes  # at most 4096 bytes of WebP or JPEG; empty if none came
    sha256: bytes = b""  # 32 bytes once verified, else empty
    media_type: str = ""  # once verified
    announced_ms: int = 0  # when it was first spoken of
    device: bytes = b""  # 8 bytes: who spoke of it first
    person: int = 0  # and whose device that was
    link: int = 0  # its number in that device's chain of photos, 0 if it is not sealed
    shot: bytes = b""  # JSON of sync.wire.Shot, empty if none came
    partial: int = 0  # bytes held of an upload that broke off
    overdue_ms: int = 0  # when it was found missing for too long, 0 if it was not
    verified_ms: int = 0  # when its bytes were on disk and checked
    original: bytes = b""  # SHA-256 of the original, once that is on disk too
    exif: bytes = b""  # JSON of media.metadata.Metadata: what the camera wrote beside the picture
    prints: bytes = b""  # 16 bytes, see media/fingerprint.py; empty if it says nothing
    flags: bytes = b""  # JSON: what a reviewer should look at, see backend/doubts.py
    seal: bytes = b""  # the server's counter-signature, see backend/evidence.py
    developed_ms: int = 0  # when its renditions were made and its flags found, 0 if that is still to do
    asked_ms: int = 0  # when somebody who reviews it first asked for its original, 0 if nobody did


class Album(Protocol):
    """One town's photos, as its lane knows them: what was announced, what is on disk, what shows them."""

    def announce(self, photos: Sequence[PhotoRow]) -> None:
        """Note photos a device speaks of; one already known keeps what is known of it."""

    def rows(self, keys: Sequence[str]) -> dict[str, PhotoRow]:
        """Load what is known of photos by key."""

    def put(self, row: PhotoRow) -> None:
        """Keep what is known of a photo now, in place of what was."""

    def referring(self, key: str) -> list[str]:
        """List the ids of the records that refer to a photo."""

    def alone(self, records: Sequence[str]) -> list[PhotoRow]:
        """List the photos that only these records refer to."""

    def forget(self, keys: Sequence[str]) -> None:
        """Forget photos, as if they had never been announced."""

    def key_of(self, device: bytes) -> bytes:
        """Give the public key a device seals its photos with, empty if it has told none."""

    def enlist(self, device: bytes, key: bytes, now_ms: int) -> bytes:
        """Note a device's key unless it has one; gives the key it has now."""

    def chained(self, device: bytes) -> list[PhotoRow]:
        """List the photos a device announced as links of its chain, in that order."""

    def undeveloped(self, limit: int) -> list[PhotoRow]:
        """List verified photos that are still to be developed, the newest first."""

    def near(self, ways: Sequence[bytes], limit: int) -> list[PhotoRow]:
        """List photos that look like one (media.fingerprint.alike), held in eight ways; the nearest first."""

    def earlier(self, row: PhotoRow, limit: int) -> list[PhotoRow]:
        """List the photos the same device announced before or with this one, the latest first."""

    def waiting(self, after: tuple[int, str], limit: int) -> list[PhotoRow]:
        """List photos whose bytes are not here and that a record refers to, by announced_ms and key.

        `after` is the last one of the page before, (-1, "") for the first.
        """

    def verified(self, after: str, limit: int) -> list[PhotoRow]:
        """List photos whose bytes are said to be here, by key, from after a key."""

    def originals(self, digests: Sequence[bytes]) -> set[bytes]:
        """Say which SHA-256 are those of originals that are said to be here."""


class Lane(Protocol):
    """One town's records and log, held for the length of one piece of work (I5: one writer a lane).

    Plain calls, for the work runs where the store is: whoever wants it waits for the whole of it.
    """

    @property
    def album(self) -> Album:
        """The town's photos, read and changed in the same piece of work."""

    def load(self, device: str, ops: Sequence[Op]) -> Known:
        """Load what bears on a push: its records, the numbers it repeats, the stamps it reuses."""

    def records(self, ids: Sequence[str]) -> dict[str, Record]:
        """Load records by id; absent ones are left out."""

    def save(self, settled: Settled, photo_refs: Mapping[str, Sequence[str]]) -> None:
        """Store what a push or a timer changed, with the photo keys each changed record refers to."""

    def seen(self, device: str) -> Ranges:
        """Say which op numbers of a device the log holds."""

    def claim(self, device: str, top: int) -> None:
        """Note the highest op number a device says it made; a lower one than known changes nothing."""

    def claimed(self, device: str) -> int:
        """Give the highest op number a device was noted to have made, 0 if none was."""

    def numbers(self) -> dict[str, tuple[Ranges, int]]:
        """Say of every device id which numbers the log holds, and the highest it claimed, 0 if none."""

    def head(self) -> int:
        """Say the last position taken."""

    def floor(self) -> int:
        """Say the position below which what was removed is no longer told."""

    def mark(self, seq: int) -> bytes:
        """Give the hash of the log up to a position; that of the empty log where nothing is logged yet."""

    def since(
        self, channels: Sequence[int], after: int, limit: int, at_hand: Mapping[str, Record] | None = None
    ) -> list[tuple[int, Record]]:
        """List records of the channels changed after a position, oldest change first; once a channel.

        Those at hand are as they were just saved, and need not be read again.
        """

    def due(self, now_ms: int, limit: int) -> list[Record]:
        """List records whose time has come."""

    def remove(self, record: str, seq: int, now_ms: int, *, erased: bool) -> None:
        """Put a tombstone in place of a record; of an erased one the log forgets the content too."""

    def sweep(self, before_ms: int, limit: int) -> int:
        """Throw tombstones set before a time away and raise the floor; gives how many."""

    def names(self) -> Iterator[str]:
        """List the ids of all records there are, were, or were ever spoken of, each once at least."""

    def naming(self, record: str) -> list[Record]:
        """List the other records in which a record is named, anywhere: it looks through all of them."""

    def linking(self, named: Mapping[str, Collection[str]], limit: int) -> list[Record]:
        """List the records that name others in a ref field; `named` are the ids, by the name of the field.

        Of each record named at most `limit` in each field: those that were made last.
        """


class Lanes(Protocol):
    """All towns' lanes."""

    async def write(self, town: int, work: Callable[[Lane], T]) -> T:
        """Work on a lane: all or nothing, durable when it returns (I9).

        Writers that wait at the same moment may share a transaction; each has its own outcome.
        """

    async def read(self, town: int, work: Callable[[Lane], T]) -> T:
        """Read a lane as it was at one moment; never waits for a writer."""

    async def towns(self) -> list[int]:
        """List the towns that have a lane."""


class Unit(Struct, frozen=True):
    """An org unit with its words and its line on the ground."""

    id: int
    tier: int
    parent: int
    name: str
    shape: list[tuple[int, int]] = []  # WGS-84 lat_e7, lon_e7; not closed; empty if it has no line

    @property
    def node(self) -> OrgUnit:
        """Its place in the tree."""
        return OrgUnit(self.tier, self.parent)


class Person(Struct, frozen=True):
    """Somebody who works for the town."""

    id: int
    town: int
    name: str
    phone: str = ""
    grants: list[Grant] = []


class Device(Struct, frozen=True):
    """A phone bound to a person by its token."""

    number: int  # 1..0xfffffffe, given once
    person: int
    town: int


class Reported(Struct, frozen=True):
    """A device with what the town knows of it."""

    device: Device
    name: str  # as the person called it at sign-in
    revoked: bool  # its token was ended
    heard_ms: int  # when it last spoke, to the minute
    report: bytes  # JSON of what it last said of itself, see backend/devices.py; empty if nothing yet


class People(Protocol):
    """Units, persons, enrolment codes and devices."""

    async def changes(self, town: int) -> tuple[int, ...]:
        """Give what differs whenever a town's units, persons, grants or list of devices may have changed.

        A change made here tells at once, one that another process wrote within seconds.
        """

    async def units(self, town: int) -> list[Unit]:
        """List a town's units: the town, all below it, and the tiers above it."""

    async def people(self, town: int) -> list[Person]:
        """List a town's persons with all their grants."""

    async def person(self, person: int) -> Person | None:
        """Load one person with all grants."""

    async def put_units(self, town: int, units: Sequence[Unit]) -> None:
        """Add or change units."""

    async def put_person(self, person: Person) -> None:
        """Add or change a person and replace the grants."""

    async def put_code(self, code_hash: bytes, person: int, expires_ms: int) -> None:
        """Keep the hash of a one-time enrolment code."""

    async def spend_code(self, code_hash: bytes, now_ms: int) -> int | None:
        """Use a code up: the person's id, 0 if used or expired before, None if there is none."""

    async def bind(
        self, person: Person, name: str, token_hash: bytes, now_ms: int, wanted: int = 0
    ) -> Device:
        """Bind a token to a device: the number wanted, if it may have it (`number_for`), else a new one."""

    async def bearer(self, token_hash: bytes) -> tuple[Device, Person] | None:
        """Find the device a token is bound to, and whose it is; None if revoked or unknown."""

    async def devices(self, town: int) -> list[Device]:
        """List a town's devices, the revoked ones too: what they wrote still bears their number."""

    async def revoke(self, number: int, now_ms: int) -> None:
        """End a device's token."""

    async def report(self, number: int, report: bytes, now_ms: int) -> None:
        """Keep what a device says of itself, in place of what it said before."""

    async def heard(self, times: Mapping[int, int]) -> None:
        """Note when devices last spoke, Unix ms by number; an earlier time than known changes nothing."""

    async def reported(self, town: int) -> list[Reported]:
        """List a town's devices with what they said of themselves, the revoked ones too."""


class Blobs(Protocol):
    """Bytes by name; a name is never given to other bytes."""

    async def put(self, name: str, content: bytes) -> None:
        """Store bytes durably under a name; storing them again is nothing new."""

    async def get(self, name: str) -> bytes | None:
        """Load bytes, or None."""

    async def drop(self, name: str) -> None:
        """Take bytes away for good; that there are none is no fault."""

    async def listed(self, start: str) -> list[str]:
        """List the names that begin with two characters."""

    async def hash(self, name: str) -> str:
        """Give the SHA-256 of what lies under a name now, 64 hex digits; "" if nothing does."""

    def claim(self, name: str) -> AbstractContextManager[None]:
        """Keep a name, and those that begin with it and a dot, from being buried meanwhile."""

    def claims(self) -> int:
        """Say how many claims have begun so far."""

    async def bury(self, name: str, claims: int) -> bool:
        """Put bytes into the trash, where the attic finds them; False if there are none.

        False too if the name is claimed, or if there were more claims by now: what was looked at before
        them need not be true any more.
        """


class Attic(Protocol):
    """Bytes that nobody vouches for: in the trash, in what restores put aside, or among the blobs."""

    async def find(self, start: str) -> bytes | None:
        """Load bytes whose SHA-256 in hex begins so and is their name; None if there are none."""

    async def trash(self) -> list[str]:
        """List the names in the trash."""

    async def burn(self, name: str) -> None:
        """Take bytes out of the trash for good; that there are none is no fault."""

    async def told(self) -> bytes:
        """Give, once, what a check that ran beside the server has found amiss, empty if nothing."""

    async def recall(self) -> bytes:
        """Load what was last noted, empty if nothing was."""

    async def note(self, content: bytes) -> None:
        """Keep what is to be remembered, in place of what was; durable when this returns."""


class Upload(Struct, frozen=True):
    """Bytes that arrive in pieces, and what was said of them."""

    name: str  # 32 hex digits, drawn at random
    town: int
    person: int  # whose it is
    length: int  # bytes; -1 while nobody has told
    metadata: str  # as sent, see media/tus.py
    made_ms: int
    photo: str = ""  # the photo it is of; empty: a plain file of its sender
    part: str = ""  # "screen" or "original" of that photo
    sha256: str = ""  # 64 hex digits of the whole, empty if that was not said
    unproven: int = -1  # where a piece began whose checksum is still to be seen; -1: all bytes count
    done: bool = False  # whole and verified; the bytes of a photo are then in the photo store
    at: int = 0  # position of the log by which a photo was verified


class Partials(Protocol):
    """Uploads under way. One piece of work at a time on each upload is the caller's business."""

    async def all(self) -> list[Upload]:
        """List what is kept; what was left half made is cleared away."""

    async def keep(self, upload: Upload) -> None:
        """Keep what is known of an upload, in place of what was; a new one holds no bytes. Durable."""

    async def append(self, name: str, piece: bytes) -> None:
        """Add bytes; raises storage_full, what fitted stays. Durable only once `held` has said so."""

    async def held(self, name: str) -> int:
        """Say how many bytes are held; they are durable when this returns."""

    async def cut(self, name: str, size: int) -> None:
        """Throw the bytes from `size` on away. Durable."""

    async def read(self, name: str, at: int, size: int) -> bytes:
        """Load some of the bytes, fewer at the end."""

    async def drop(self, name: str) -> None:
        """Forget an upload and its bytes; that there is none is no fault."""

    async def room(self) -> int:
        """Say how many bytes could still be stored."""


class Ledger(Protocol):
    """What was erased by law: remembered outside the store, so that no restore brings it back."""

    def holds(self, town: int, name: str) -> bool:
        """Tell whether a record id or photo key of a town was erased."""

    def add(self, town: int, names: Iterable[str]) -> None:
        """Note names as erased; durable when this returns."""


class Bell(Protocol):
    """Tells open phones of a town that there is news."""

    def ring(self, town: int) -> None:
        """Wake everyone who listens."""

    def rung(self, town: int) -> int:
        """Say how often the town's bell was rung."""

    async def wait(self, town: int, heard: int, timeout_s: float) -> bool:
        """Wait until it was rung more often than `heard`, so no ring is missed; False when time is up."""
