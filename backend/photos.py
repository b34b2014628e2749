"""Photos in and out: a checked upload of the screen size, its renditions, and who may look."""

import base64
import binascii
import logging
from typing import Final, Literal

from msgspec.structs import replace

from backend.ports import Blobs, Lane, Lanes, PhotoRow
from backend.problems import Code, Refused
from media.intake import take_in
from media.refusal import Refusal
from media.rendition import RENDITION_TYPE
from media.sandbox import Sandbox
from sync.clock import tick
from sync.op import Op, Verdict
from sync.permit import Actor, may_read, may_see
from sync.register import Record, present, touch
from sync.settle import SYSTEM, Settled, World, enter
from sync.value import is_photo

Size = Literal["thumb", "medium", "screen"]
PROBLEM_OF: Final[dict[Refusal, Code]] = {
    "too_large": "too_large",
    "hash_mismatch": "hash_mismatch",
    "not_an_image": "not_an_image",
    "truncated": "hash_mismatch",
    "too_many_pixels": "too_large",
    "over_budget": "not_an_image",
    "busy": "busy",
}
RETRY_S: Final = 30  # after "busy": a full queue of pictures is developed in about that time
_log: Final = logging.getLogger(__name__)


def read_digest(header: str) -> bytes:
    """Read `Content-Digest: sha-256=:...:` (RFC 9530); raises malformed if it is missing or odd."""
    name, _, rest = header.partition("=:")
    try:
        digest = base64.b64decode(rest.removesuffix(":"), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Refused("malformed", "Content-Digest") from fault
    if name.strip().lower() != "sha-256" or len(digest) != 32:
        raise Refused("malformed", "Content-Digest")
    return digest


def visible(lane: Lane, key: str, actor: Actor, world: World) -> bool:
    """Tell whether some record this person may read shows them the photo: access follows the record."""
    records = lane.records(lane.album.referring(key))
    return any(_shows(record, key, actor, world) for record in records.values())


def _shows(record: Record, key: str, actor: Actor, world: World) -> bool:
    kind = world.kinds.get(record.kind)
    if kind is None or not may_read(kind, actor, record, world.units):
        return False
    return any(
        key in present(record.cells[name])
        for name, field in kind.fields.items()
        if field.type == "photos" and name in record.cells and may_see(field, actor, record, world.units)
    )


class Photos:
    """The photo store of all towns."""

    def __init__(self, lanes: Lanes, blobs: Blobs, sandbox: Sandbox) -> None:
        self._lanes = lanes
        self._blobs = blobs
        self._sandbox = sandbox

    async def expect(self, town: int, key: str, actor: Actor, world: World) -> PhotoRow:
        """Find the photo this person may send; raises not_found, whatever the reason, to all others."""

        def find(lane: Lane) -> PhotoRow | None:
            row = lane.album.rows([key]).get(key) if is_photo(key) else None
            return row if row is not None and visible(lane, key, actor, world) else None

        row = await self._lanes.read(town, find)
        if row is None:
            raise Refused("not_found")
        return row

    async def accept(
        self, town: int, key: str, digest: bytes, body: bytes, actor: Actor, world: World
    ) -> bool:
        """Verify and keep one photo (I7, I9); True if it is new. Durable when it returns."""
        row = await self.expect(town, key, actor, world)
        if row.sha256:
            return False
        taken = take_in(body, digest)
        if isinstance(taken, str):
            raise Refused(PROBLEM_OF[taken], taken)
        if taken.key != key:
            raise Refused("hash_mismatch")
        await self.store(taken.sha256.hex(), body)
        known = replace(row, sha256=taken.sha256, media_type=f"image/{taken.format.lower()}", size=len(body))

        def note(lane: Lane) -> None:
            lane.album.put(known)
            _tell(lane, key, world)

        await self._lanes.write(town, note)
        return True

    async def store(self, name: str, body: bytes) -> None:
        """Keep a photo that passed intake, with its renditions."""
        await self._blobs.put(name, body)
        await self._develop(name, body)

    async def _develop(self, name: str, body: bytes) -> None:
        """Make the renditions; one that fails never holds up the record (E8)."""
        made = await self._sandbox.develop(body)
        if made == "busy":  # nothing is wrong with it: the phone comes again
            raise Refused("busy", retry_s=RETRY_S)
        if isinstance(made, str):
            _log.warning("no rendition of %s: %s", name[:12], made)
            return
        await self._blobs.put(f"{name}.thumb", made.thumb)
        await self._blobs.put(f"{name}.medium", made.screen)

    async def fetch(
        self, town: int, key: str, size: Size, actor: Actor, world: World
    ) -> tuple[bytes, str, str]:
        """Give one size of a photo: bytes, media type, and a tag. The next smaller stands in for none."""
        row = await self.expect(town, key, actor, world)
        if not row.sha256:
            raise Refused("not_found")
        name = row.sha256.hex()
        for each in {"thumb": ("thumb",), "medium": ("medium", "thumb"), "screen": ("medium", "thumb")}[size]:
            body = await self._blobs.get(f"{name}.{each}")
            if body is not None:
                return body, RENDITION_TYPE, f"{name[:16]}.{each}"
        raise Refused("not_found")


def _tell(lane: Lane, key: str, world: World) -> None:
    """Let everyone who sees the photo hear that it has arrived."""
    known = lane.load("", [])
    changed, seq = {}, known.seq
    for record in (lane.records(lane.album.referring(key))).values():
        fields = world.kinds[record.kind].fields if record.kind in world.kinds else {}
        held, seq = dict(record.held), seq + 1  # a position each: a page may end between two records
        for name, cell in record.cells.items():
            if name in fields and fields[name].type == "photos" and key in present(cell):
                held[name] = touch(held.get(name), seq, "")
        changed[record.id] = replace(record, held=held)
    if not changed:
        return
    # A row of the log, so that its hash tells these positions from those of a log that was restored (I11).
    clock = tick(known.clock, known.clock.wall_ms)
    op = Op(seq + 1, clock, "", next(iter(changed)), None, {"photo": key})
    settled = Settled(changed, [], [], clock, seq, known.head)
    lane.save(enter(settled, SYSTEM, clock, op, Verdict(op.n, "applied", clock.wall_ms)), {})
