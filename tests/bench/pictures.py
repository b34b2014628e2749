"""Photos on the server: what developing one costs, and near-duplicates among ten million fingerprints.

The fingerprints are drawn at random and written by plain SQL in the order of their table, as a town's would
lie after years; the photos that are looked for among them are put there, and found, through the album.
`BENCH_PRINTS=1000000` makes it a tenth. Processor time is the child's own, as the kernel counts it.
"""

import asyncio
import os
import random
import sqlite3
import statistics
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from backend.adapters.opening import FILE, migrate
from backend.adapters.sql_album import SqlAlbum
from backend.ports import PhotoRow
from media.drawing import SCENES, draw
from media.fingerprint import RADIUS, TURNED_RADIUS, WAYS
from media.rendition import Developed
from media.sandbox import Sandbox
from tests.backend.town import TOWN

PRINTS = int(os.environ.get("BENCH_PRINTS", "10000000"))
SOUGHT = 200  # photos that are looked for
PICTURES = 10  # of each sort, developed one after another
NEAR_MAX = 16
BUDGET_MS = 50.0  # near-duplicates of one photo
TICKS = os.sysconf("SC_CLK_TCK")
DRAWN = """
CREATE TEMP TABLE drawn AS
WITH RECURSIVE every(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM every WHERE i + 1 < :count)
SELECT random() AS dhash, printf('%022d', i) AS key FROM every
"""
BAND = """
INSERT INTO fingerprint (town_id, band, dhash, key)
SELECT :town, (:band << 16) | ((dhash >> (16 * :band)) & 65535) AS band, dhash, key FROM drawn
ORDER BY 2, 3, 4
"""


def run() -> dict[str, Any]:
    """Measure."""
    return {"developed": asyncio.run(_developed()), "near": _near()}


async def _developed() -> dict[str, Any]:
    return {name: await _one_sort(bodies) for name, bodies in _sorts().items()}


def _sorts() -> dict[str, list[bytes]]:
    drawn = [Image.open(BytesIO(draw(scene, 1))).convert("RGB") for scene in list(SCENES)[:PICTURES]]
    large = [picture.resize((4000, 3000), Image.Resampling.BICUBIC) for picture in drawn]
    return {
        "jpeg_12_mpx": [_saved(picture, "JPEG", 92) for picture in large],
        "webp_1600": [_saved(picture, "WEBP", 75) for picture in drawn],
        "jpeg_1600": [_saved(picture, "JPEG", 75) for picture in drawn],
        "heic_12_mpx": [_saved(picture, "HEIF", 50) for picture in large[:2]],
        "avif_12_mpx": [_saved(picture, "AVIF", 50, speed=10) for picture in large[:2]],
    }


def _saved(picture: Image.Image, form: str, quality: int, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, form, quality=quality, **options)
    return out.getvalue()


async def _one_sort(bodies: list[bytes]) -> dict[str, Any]:
    sandbox = Sandbox()
    try:
        assert isinstance(await sandbox.develop(bodies[0]), Developed)
        pid = sandbox.workers[0].pid
        before, started = _cpu_s(pid), time.perf_counter()
        for body in bodies:
            assert isinstance(await sandbox.develop(body), Developed)
        cpu_s, wall_s = _cpu_s(pid) - before, time.perf_counter() - started
        return {
            "kb": round(statistics.mean(map(len, bodies)) / 1000),
            "cpu_ms": round(cpu_s * 1000 / len(bodies)),
            "wall_ms": round(wall_s * 1000 / len(bodies)),
            "a_second_and_core": round(len(bodies) / cpu_s, 1),
            "peak_mb": _peak_mb(pid),
        }
    finally:
        await sandbox.close()


def _cpu_s(pid: int | None) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _peak_mb(pid: int | None) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def _near() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        migrate(Path(folder))
        connection = sqlite3.connect(path)
        started = time.perf_counter()
        _fill(connection)
        build_s = time.perf_counter() - started
        rng = random.Random(7)
        album = SqlAlbum(connection, TOWN)
        sought = [_photo(f"sought{n:016d}", rng.randbytes(16)) for n in range(SOUGHT)]
        for row in sought:
            album.put(row)
        connection.commit()
        wall, cpu, found = zip(*(_asked(album, row, rng) for row in sought), strict=True)
        worst_ms = statistics.quantiles(cpu, n=100)[98]
        return {
            "prints": PRINTS, "build_s": round(build_s, 1), "file_mb": path.stat().st_size // 10**6,
            "found": f"{sum(found)} of {SOUGHT}", "median_ms": round(statistics.median(wall), 2),
            "p99_ms": round(statistics.quantiles(wall, n=100)[98], 2),
            "cpu_median_ms": round(statistics.median(cpu), 2), "cpu_p99_ms": round(worst_ms, 2),
            "within": worst_ms < BUDGET_MS, "budget_ms": BUDGET_MS,
        }  # fmt: skip


def _fill(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA temp_store=FILE")
    connection.execute(DRAWN, {"count": PRINTS})
    for band in range(4):
        connection.execute(BAND, {"town": TOWN, "band": band})
    connection.execute("DROP TABLE drawn")
    connection.commit()


def _photo(key: str, prints: bytes) -> PhotoRow:
    return PhotoRow(key, 1, b"", sha256=b"s" * 32, verified_ms=1, prints=prints)


def _asked(album: SqlAlbum, row: PhotoRow, rng: random.Random) -> tuple[float, float, bool]:
    """Ask for a photo that was changed a little, or held in another way too.

    Gives wall time and this thread's processor time in ms, and whether it was found.
    """
    ways = [rng.randbytes(16) for _ in range(WAYS)]
    turned = rng.random() < 0.5
    way, bits = (rng.randrange(1, WAYS), TURNED_RADIUS) if turned else (0, RADIUS)
    ways[way] = _changed(row.prints, bits, rng)
    wall, cpu = time.perf_counter(), time.thread_time()
    near = album.near(ways, NEAR_MAX)
    cpu_ms, wall_ms = (time.thread_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
    return wall_ms, cpu_ms, [each.key for each in near] == [row.key]


def _changed(prints: bytes, bits: int, rng: random.Random) -> bytes:
    flips = sum(1 << bit for bit in rng.sample(range(64), bits))
    return (int.from_bytes(prints[:8], "big") ^ flips).to_bytes(8, "big") + prints[8:]
