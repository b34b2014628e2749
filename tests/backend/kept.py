"""A data directory with something of everything: what backups, audits and restores are tried on."""

import asyncio
import hashlib
import shutil
import sqlite3
from pathlib import Path

from backend.__main__ import desk
from backend.adapters.disk import DiskBlobs
from backend.adapters.ledger import FileLedger
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sqlite import Sqlite
from backend.erase import Store, erase
from backend.ledger import FILE
from backend.ports import Lane, Lanes, PhotoRow
from media.intake import key_of
from sync.clock import Stamp, tick
from sync.op import Op
from sync.permit import Actor, Grant
from sync.settle import Settled, World, settle
from tests.backend.town import KINDS, NORTH_ONE, NOW, TOWN, UNITS, WORKER

DESK = desk()
DEVICE = "00000001aaaaaaaa"
ACTOR = Actor(WORKER, (Grant("fulltime_worker", NORTH_ONE),), DEVICE)
WORLD = World(KINDS, {unit.id: unit.node for unit in UNITS})
BODIES = (b"the first photo", b"the second photo", b"of the erased one")
SECRET = "张三家的门锁坏了"


def record(n: int) -> str:
    """Name the record that op n makes."""
    return f"{DEVICE}.{n}"


def incident(n: int, note: str = "", photo: bytes = b"", about: int = 0, same: int = 0) -> Op:
    """Make an op that makes an incident, or writes to the one an earlier op made."""
    sets = {"note": {"is": note}} if note else {}
    sets |= {"photos": {"add": [key_of(hashlib.sha256(photo).digest())]}} if photo else {}
    sets |= {"same_as": record(same)} if same else {}
    sets |= {} if about else {"matter": "wires"}
    stamp = Stamp(NOW + n, 0, DEVICE)
    return Op(n, stamp, "incident", record(about or n), None if about else NORTH_ONE, sets)


def told(lane: Lane, *ops: Op) -> Settled:
    """Settle and save ops as the exchange does, with the photos they name."""
    settled = settle(lane.load(DEVICE, ops), ops, ACTOR, WORLD, NOW)
    refs = {op.record: op.sets["photos"]["add"] for op in ops if "photos" in op.sets}
    lane.save(settled, refs)
    return settled


async def write(lanes: Lanes, *ops: Op) -> Settled:
    """Send ops."""
    return await lanes.write(TOWN, lambda lane: told(lane, *ops))


async def bring(lanes: Lanes, blobs: DiskBlobs, body: bytes) -> None:
    """Announce a photo and bring its bytes and renditions."""
    digest = hashlib.sha256(body).digest()
    row = PhotoRow(key_of(digest), len(body), b"preview of " + body, digest, "image/jpeg")
    for size in ("", ".thumb", ".medium"):
        await blobs.put(digest.hex() + size, body + size.encode())
    await lanes.write(TOWN, lambda lane: lane.album.put(row))


def take_away(lane: Lane, name: str) -> None:
    """Remove a record whose time is up."""
    known = lane.load("", [])
    seq = known.seq + 1
    lane.save(Settled({}, [], [], tick(known.clock, NOW), seq, known.head), {})
    lane.remove(name, seq, NOW, erased=False)


async def fill(root: Path) -> None:
    """Make the directory: reports, a refused op, photos, a record removed, one erased, a page."""
    file = await Sqlite.open(root)
    lanes, blobs = SqlLanes(file), DiskBlobs(root / "photos")
    for body in BODIES:
        await bring(lanes, blobs, body)
    await write(
        lanes,
        incident(1, "井盖松了", BODIES[0]),
        incident(2, "路灯不亮"),
        incident(3, about=1, note="又松了"),
    )
    await write(
        lanes, incident(4, "已经过期"), incident(5, SECRET, BODIES[2]), incident(6, about=99, note="没有这条")
    )
    await write(lanes, incident(7, "线断了", BODIES[1]), incident(8, about=5, note=SECRET))
    await lanes.write(TOWN, lambda lane: take_away(lane, record(4)))
    await erase(Store(lanes, blobs, FileLedger(root / FILE)), TOWN, record(5), KINDS, NOW)
    await write(lanes, incident(9, "最后一条", same=1))
    await file.close()
    page = (DESK.built_in / "visit.toml").read_text(encoding="utf-8").replace('"visit"', '"call"', 1)
    (root / "kinds").mkdir()
    (root / "kinds" / "call.toml").write_text(page, encoding="utf-8")


def filled(root: Path) -> Path:
    """Make the directory."""
    asyncio.run(fill(root))
    return root


def copied(template: Path, root: Path) -> Path:
    """Give a copy of it that may be spoilt."""
    return Path(shutil.copytree(template, root))


def run(root: Path, *statements: str) -> None:
    """Change a database behind everybody's back."""
    connection = sqlite3.connect(root / "qianshao.db")
    connection.executescript(";".join(statements))
    connection.close()


def blob_of(body: bytes, root: Path) -> Path:
    """Say where a photo lies."""
    digest = hashlib.sha256(body).hexdigest()
    return root / "photos" / digest[:2] / digest


def sealed(body: bytes, original: bytes, root: Path) -> Path:
    """Bring the file a photo was made from, behind everybody's back; says where it lies."""
    key = key_of(hashlib.sha256(body).digest())
    path = blob_of(original, root).with_suffix(".original")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(original)
    digest = hashlib.sha256(original).hexdigest()
    run(root, f"UPDATE photo SET original = x'{digest}' WHERE key = '{key}'")
    return path
