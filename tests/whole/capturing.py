"""Photos made to be recognised, and what a phone has made of them."""

import base64
import io
from pathlib import Path
from random import Random
from typing import Any, Final

from PIL import Image

from tests.whole.conftest import Phone

CORNERS: Final = ((200, 30, 30), (30, 160, 40), (30, 60, 200), (230, 200, 30))  # clockwise from the top left
LAYING: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # how the sensor's picture lies, by Exif orientation, when the scene stands upright
ORIENTATION: Final = 0x0112
ROWS: Final = """async () => {
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((ok) => {
      const r = indexedDB.open(name); r.onsuccess = () => ok(r.result) });
    if (!db.objectStoreNames.contains('photos')) { db.close(); continue; }
    const all = (table) => new Promise((ok) => {
      const r = db.transaction(table).objectStore(table).getAll(); r.onsuccess = () => ok(r.result) });
    const [photos, previews, notes] = [await all('photos'), await all('previews'), await all('notes')];
    db.close();
    const spelled = async (blob) => blob && btoa(Array.from(new Uint8Array(await blob.arrayBuffer()),
      (byte) => String.fromCharCode(byte)).join(''));
    return { draft: notes.find((note) => note.id === 'draft')?.value ?? null, previews,
      photos: await Promise.all(photos.map(async (row) => ({ ...row, type: row.screen.type,
        screen: await spelled(row.screen), original: await spelled(row.original) }))) };
  } }"""


def scene(width: int, height: int, seed: int = 0) -> Image.Image:
    """Draw a scene with a colour in each corner and, over all, the grain of a cheap lens."""
    picture = Image.new("RGB", (width, height))
    half = (width // 2, height // 2)
    places = ((0, 0), (half[0], 0), half, (0, half[1]))
    for place, colour in zip(places, CORNERS, strict=True):
        picture.paste(colour, (*place, place[0] + width - half[0], place[1] + height - half[1]))
    grain = Image.frombytes(
        "L", (width // 4, height // 4), Random(seed).randbytes(width // 4 * (height // 4))
    )
    rough = grain.resize((width, height), Image.Resampling.BICUBIC).convert("RGB")
    return Image.blend(picture, rough, 0.12)


def taken(folder: Path, turn: int, size: tuple[int, int] = (1200, 900), seed: int = 0) -> Path:
    """Take that scene with the phone held so that the file says `turn`; `size` is as it stands upright."""
    picture = scene(*size, seed)
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    stored = picture.transpose(LAYING[turn]) if turn in LAYING else picture
    path = folder / f"turn-{turn}-{seed}.jpg"
    stored.save(path, quality=92, exif=exif)
    return path


def kept(phone: Phone) -> Any:
    """Read the draft, the photos and the previews that a phone holds."""
    return phone.page.evaluate(ROWS)


def picture_of(spelled: str) -> Image.Image:
    """Read a picture spelled in base64."""
    return Image.open(io.BytesIO(base64.b64decode(spelled)))


def stands(picture: Image.Image) -> bool:
    """Tell whether the scene is upright: every corner has its colour."""
    shown = picture.convert("RGB")
    width, height = shown.size
    at = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
    small = shown.resize((10, 10), Image.Resampling.BOX)
    seen = [small.getpixel((int(x * 10), int(y * 10))) for x, y in at]
    near = [
        max(abs(a - b) for a, b in zip(each, colour, strict=True)) < 60  # type: ignore[arg-type]
        for each, colour in zip(seen, CORNERS, strict=True)
    ]
    return all(near) and width > 0 and height > 0
