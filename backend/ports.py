"""Ports: what the server needs of the world outside. Every port has two adapters at least."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from msgspec import Struct

from backend.ranges import Ranges
from sync.op import Op
from sync.permit import Grant, OrgUnit
from sync.register import Record
from sync.settle import Known, Settled


class PhotoRow(Struct, frozen=True):
    """What the town knows of one photo: announced with a preview, or verified on disk."""

    key: str  # 22 characters, see sync/value.py
    size: int  # bytes of the screen size, as announced
    preview: bytes  # at most 4096 bytes of WebP or JPEG; empty if none came
    sha256: bytes = b""  # 32 bytes once verified, else empty
    media_type: str = ""  # once verified


class Lane(Protocol):
    """One town's records and log, held for the length of one request (I5: one writer a lane)."""

    async def load(self, device: str, ops: Sequence[Op]) -> Known:
        """Load what bears on a push: its records, the numbers it repeats, the stamps it reuses."""

    async def records(self, ids: Sequence[str]) -> dict[str, Record]:
        """Load records by id; absent ones are left out."""

    async def save(self, settled: Settled, photo_refs: Mapping[str, Sequence[str]]) -> None:
        """Store what a push or a timer changed, with the photo keys each changed record refers to."""

    async def seen(self, device: str) -> Ranges:
        """Say which op numbers of a device the log holds."""

    async def head(self) -> int:
        """Say the last position taken."""

    async def since(self, channels: Sequence[int], after: int, limit: int) -> list[tuple[int, Record]]:
        """List records of the channels changed after a position, oldest change first; once a channel."""

    async def due(self, now_ms: int, limit: int) -> list[Record]:
        """List records whose time has come."""

    async def announce(self, photos: Sequence[PhotoRow]) -> None:
        """Note photos a device speaks of; one already known keeps what is known of it."""

    async def photos(self, keys: Sequence[str]) -> dict[str, PhotoRow]:
        """Load what is known of photos by key."""

    async def verified(self, row: PhotoRow) -> None:
        """Note that the bytes of a photo are on disk and match their hash."""

    async def referring(self, key: str) -> list[str]:
        """List the ids of the records that refer to a photo."""


class Lanes(Protocol):
    """All towns' lanes."""

    def write(self, town: int) -> AbstractAsyncContextManager[Lane]:
        """Hold a lane for writing: all or nothing, durable when it returns (I9)."""

    def read(self, town: int) -> AbstractAsyncContextManager[Lane]:
        """Hold a lane for reading; never waits for a writer."""

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


class People(Protocol):
    """Units, persons, enrolment codes and devices."""

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

    async def bind(self, person: Person, name: str, token_hash: bytes, now_ms: int) -> Device:
        """Give a new device its number and bind a token to it."""

    async def device(self, token_hash: bytes) -> Device | None:
        """Find the device a token is bound to; None if revoked or unknown."""

    async def devices(self, town: int) -> list[Device]:
        """List a town's devices, the revoked ones too: what they wrote still bears their number."""

    async def revoke(self, number: int, now_ms: int) -> None:
        """End a device's token."""


class Blobs(Protocol):
    """Bytes by name; a name is never given to other bytes."""

    async def put(self, name: str, content: bytes) -> None:
        """Store bytes durably under a name; storing them again is nothing new."""

    async def get(self, name: str) -> bytes | None:
        """Load bytes, or None."""


class Bell(Protocol):
    """Tells open phones of a town that there is news."""

    def ring(self, town: int) -> None:
        """Wake everyone who listens."""

    def rung(self, town: int) -> int:
        """Say how often the town's bell was rung."""

    async def wait(self, town: int, heard: int, timeout_s: float) -> bool:
        """Wait until it was rung more often than `heard`, so no ring is missed; False when time is up."""
