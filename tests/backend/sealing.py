"""A phone that seals its photos, and a record of sealed photos on a server of its own."""

import hashlib
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from backend.adapters.disk import DiskBlobs
from backend.adapters.rows import rows_of
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sqlite import Sqlite
from backend.announce import announced
from backend.evidence import Notary, enlist, read_notary
from backend.export import export
from backend.ports import Lane, Lanes
from media.intake import key_of
from sync.evidence import NOTHING, Seal, link_hash, link_of, spell_seal
from sync.wire import Shot
from tests.backend.kept import ACTOR, DEVICE, incident, record, write
from tests.backend.town import NOW, TOWN

PLACE = [293661898, 1062145405, 1200, 3000, 0, 0]
ORIGINAL = b"as the camera gave it " * 40


def notary_of(secret: int) -> Notary:
    """A key that is the same in every run."""
    return Notary(ec.derive_private_key(secret, ec.SECP256R1()))


class Camera:
    """A phone's chain of photos."""

    def __init__(self, device: str = DEVICE, secret: int = 7) -> None:
        self.device, self.hand = device, notary_of(secret)
        self.n, self.last = 0, NOTHING

    def take(self, body: bytes, original: bytes = b"") -> Shot:
        """Take a photo; gives how it came to be, sealed."""
        self.n += 1
        file = b64encode(hashlib.sha256(original).digest()).decode() if original else ""
        plain = Shot(0, NOW - 60_000 + self.n, PLACE, "", file, len(original), self.n, "")
        seal = Seal(self.device, self.last, bytes(64))
        link, _ = link_of(hashlib.sha256(body).digest(), replace(plain, seal=spell_seal(seal)), self.device)
        self.last = link_hash(link)
        return replace(plain, seal=spell_seal(replace(seal, signature=self.hand.sign(self.last))))


def row_of(body: bytes, shot: Shot | None, actor=ACTOR):
    """The row of a photo as its phone announces it."""
    told = [key_of(hashlib.sha256(body).digest()), len(body), "", *([list_of(shot)] if shot else [])]
    return announced(told, actor, NOW)


def list_of(shot: Shot) -> list:
    """A shot as it travels."""
    return [getattr(shot, name) for name in Shot.__struct_fields__]


def received(lane: Lane, notary: Notary, body: bytes, shot: Shot | None) -> None:
    """Announce and verify a photo at the end of the log, without its pixels."""
    row = row_of(body, shot)
    digest = hashlib.sha256(body).digest()
    lane.album.announce([row])
    lane.album.put(replace(row, sha256=digest, media_type="image/webp", verified_ms=NOW + 5_000))
    notary.receive(lane, TOWN, row.key, lane.head())


async def fill(root: Path, screens: list[bytes], original: bytes = ORIGINAL, skip: int = 0) -> Notary:
    """Make a store with one incident that shows these photos, the first with its original."""
    file = await Sqlite.open(root)
    lanes, blobs, notary, camera = SqlLanes(file), DiskBlobs(root / "photos"), read_notary(root), Camera()
    await lanes.write(TOWN, lambda lane: enlist(lane, bytes.fromhex(DEVICE), camera.hand.public, NOW))
    await write(lanes, incident(1, "井盖松了", screens[0]), incident(2, "路灯不亮"))
    for n, body in enumerate(screens, 3):
        shot = camera.take(body, original if n == 3 else b"")
        if n - 2 == skip:
            continue
        await blobs.put(hashlib.sha256(body).hexdigest(), body)
        await _show(lanes, notary, body, shot, n)
    await blobs.put(hashlib.sha256(original).hexdigest() + ".original", original)
    await file.close()
    return notary


async def _show(lanes: Lanes, notary: Notary, body: bytes, shot: Shot, n: int) -> None:
    await write(lanes, incident(n, about=1, photo=body))
    await lanes.write(TOWN, lambda lane: received(lane, notary, body, shot))


def bundle_of(root: Path, n: int = 1) -> bytes:
    """Write the record out that op n made."""
    with rows_of(root) as rows:
        what = (TOWN, record(n))
        return b"".join(export(rows.archive(TOWN), root / "photos", read_notary(root), what, NOW + 9_000))
