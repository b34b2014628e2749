"""A photo of 12 megapixels made small on a phone whose processor is slowed 6 times, in Chromium.

Only the page's thread can be slowed: Chromium refuses that for workers. So two things are measured: in the
worker, as the app does it, with the page slowed, how long it takes and how long the page is held up; and
`in_page_ms`, the same code on the slowed thread itself, as on a phone without a canvas for workers.
"""

import base64
import io
import statistics
import tempfile
from pathlib import Path
from random import Random
from typing import Any, Final

from PIL import Image, ImageFilter
from playwright.sync_api import Page, sync_playwright

from media.drawing import draw
from tests.bench.serving import CHROMIUM, served
from tests.whole.conftest import ARGS

SIZE: Final = (4000, 3000)
SLOWER: Final = 6
RUNS: Final = 5
AIM_BYTES: Final = 150_000
SCENES: Final = ("rock_fall", "rubbish", "courtyard_water")
WORK: Final = """() => { const t = performance.now(); let x = 0;
  for (let i = 0; i < 2e7; i++) x = (x * 31 + i) | 0; return performance.now() - t + (x === 0.5 ? 1 : 0) }"""
HIRE: Final = """() => { window.room = new Worker('/darkroom.js'); return true }"""
WATCH: Final = """() => { window.longest = 0;
  window.watcher = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration) });
  window.watcher.observe({ type: 'longtask' });
  window.gap = 0; let last = performance.now();
  const beat = () => { const now = performance.now();
    window.gap = Math.max(window.gap, now - last); last = now; window.beating = setTimeout(beat, 0) };
  beat() }"""
DEVELOP: Final = """async (file) => {
  const started = performance.now();
  const made = await new Promise((ok, no) => {
    room.onmessage = ({ data }) => ok(data); room.onerror = no;
    room.postMessage([file, 'image/webp', false]) });
  const ms = performance.now() - started;
  clearTimeout(window.beating); watcher.disconnect(); room.terminate();
  const { screen, preview, thumb } = made.developed;
  return { ms, longest_ms: window.longest, gap_ms: window.gap, type: made.type, screen_bytes: screen.size,
    preview_bytes: atob(preview).length, thumb_bytes: atob(thumb).length } }"""

IN_PAGE: Final = """async (file) => {
  const { develop } = await import('/%s');
  const started = performance.now();
  await develop(file, 'image/webp');
  return performance.now() - started }"""


def photo(name: str) -> bytes:
    """Take a drawn scene at 12 megapixels, with the grain of a sensor: a JPEG as a phone writes it."""
    picture = Image.open(io.BytesIO(draw(name, 1))).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
    coarse = (SIZE[0] // 2, SIZE[1] // 2)
    noise = Image.frombytes("L", coarse, Random(name).randbytes(coarse[0] * coarse[1]))
    grain = noise.resize(SIZE, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.blend(picture, grain, 0.08).save(out, "JPEG", quality=93, exif=exif)
    return out.getvalue()


def once(page: Page, body: bytes) -> dict[str, Any]:
    """Develop one photo in a fresh worker, then in the page."""
    page.evaluate(HIRE)
    page.wait_for_timeout(200)
    spelled = base64.b64encode(body).decode()
    file = page.evaluate_handle(
        "(s) => new Blob([Uint8Array.from(atob(s), (c) => c.charCodeAt(0))], { type: 'image/jpeg' })", spelled
    )
    page.evaluate(WATCH)
    found: dict[str, Any] = page.evaluate(DEVELOP, file)
    apart = next(Path("backend/static").glob("apart-*.js")).name
    return found | {"in_page_ms": page.evaluate(IN_PAGE % apart, file)}


def measure(page: Page) -> dict[str, Any]:
    """Develop every scene some times."""
    plain = float(page.evaluate(WORK))
    client = page.context.new_cdp_session(page)  # as long as it lives, the page is slow
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    slowed = float(page.evaluate(WORK))
    photos = {name: photo(name) for name in SCENES}
    runs = {name: [once(page, body) for _ in range(RUNS)] for name, body in photos.items()}
    client.detach()
    each = [run for some in runs.values() for run in some]
    return {
        "slower": SLOWER,
        "slowed_here": round(slowed / plain, 1),
        "original_bytes": {name: len(body) for name, body in photos.items()},
        "screen_bytes": {name: some[0]["screen_bytes"] for name, some in runs.items()},
        "aim_bytes": AIM_BYTES,
        "type": each[0]["type"],
        "preview_bytes_max": max(run["preview_bytes"] for run in each),
        "thumb_bytes": each[0]["thumb_bytes"],
        "encode_ms": {
            name: round(statistics.median(run["ms"] for run in some)) for name, some in runs.items()
        },
        "in_page_ms": round(statistics.median(run["in_page_ms"] for run in each)),
        "encode_ms_worst": round(max(run["ms"] for run in each)),
        "page_longest_task_ms": round(max(run["longest_ms"] for run in each)),
        "page_longest_gap_ms": round(max(run["gap_ms"] for run in each)),
    }


def run() -> dict[str, Any]:
    """Measure in a browser of its own."""
    with served() as (url, _), tempfile.TemporaryDirectory() as profile, sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            Path(profile), executable_path=CHROMIUM, args=ARGS, is_mobile=True, has_touch=True,
            viewport={"width": 360, "height": 740},
        )  # fmt: skip
        page = context.pages[0]
        page.goto(url)
        page.wait_for_timeout(1_000)
        found = measure(page)
        context.close()
    return found
