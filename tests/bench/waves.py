"""Photos over a village's link, as the phone sends them: from the tap to the preview, and through cuts.

Both phones are Chromium behind a link of 20 kbit/s and 800 ms there and back (tests/whole/weak.py), the
secretary's screen in sight. What the link carries is counted there, headers and all.

Then the worker sends photos over 512 kbit/s and 600 ms, every piece of which is reset after some 60 KB. The
ideal is the bytes at that rate, and the trips that no client does without: for each photo the making of the
upload and the last answer, for each cut a new connection and the question how much arrived.
"""

import random
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, expect, sync_playwright

from media.drawing import draw
from tests.bench.phone import until
from tests.whole.conftest import CODES, Phone, Town
from tests.whole.conftest import run as command
from tests.whole.doing import bar, report, send
from tests.whole.faults.stage import cradle
from tests.whole.weak import Cut, Weak, weak_to

BITS_S, TRIP_S = 20_000, 0.8
BUDGET_S = 10  # from the tap to the preview
NOTE = "石头滚到路中间，摩托过不去。"
SEEN = f"""[...document.querySelectorAll('main a')].some((a) => a.innerText.includes('{NOTE[:6]}')
  && a.querySelector('img')?.naturalWidth > 0)"""
RESETS_BITS_S, RESETS_TRIP_S = 512_000, 0.6
RESET_BYTES = 60_000  # of a piece, on average, until it is reset
CUTS = 50  # drawn; more than there will be
SCENES = ("rubbish", "courtyard_water", "wall_crack")
TRIPS, TRIPS_OF_CUT = 2, 2
TIME_BUDGET, BYTES_BUDGET = 1.3, 1.1
PHOTOS = """async () => {
  const db = await new Promise((ok) => {
    const r = indexedDB.open("qianshao"); r.onsuccess = () => ok(r.result) });
  const all = await new Promise((ok) => {
    const r = db.transaction("photos").objectStore("photos").getAll(); r.onsuccess = () => ok(r.result) });
  db.close();
  return all.map(({ state, screen }) => [state, screen.size]) }"""
GONE = f"({PHOTOS})().then((all) => all.length && all.every(([state]) => state === 'verified'))"
CLEAR = "[...document.images].some((image) => image.naturalWidth > 800)"


def signed_in(playwright: Playwright, folder: Path, name: str, weak: Weak, code: str) -> Phone:
    """A phone behind the link while that is still fast."""
    phone = Phone(playwright, folder / name, name)
    phone.page.goto(f"{weak.url}/#/enrol/{code}")
    phone.page.get_by_role("button", name="开始用").click()
    expect(phone.page.locator(".sync")).to_contain_text("全部送达", timeout=30_000)
    phone.wait_js("navigator.serviceWorker.controller !== null")
    return phone


def timed(worker: Phone, secretary: Phone, near: Weak, far: Weak, photo: Path) -> dict[str, Any]:
    """Report once; what came when."""
    report(worker.page, photo, "落石", NOTE)
    for link in (near, far):
        link.slow(BITS_S, TRIP_S)
    up, down = near.up, far.down
    tapped = time.monotonic()
    send(worker.page)
    until(secretary.page, SEEN, 120)
    preview_s = time.monotonic() - tapped
    first, heard = near.up - up, far.down - down
    before = near.pieces == []
    secretary.page.get_by_text(re.compile(NOTE[:8])).click()
    until(secretary.page, CLEAR, 600)
    return {
        "tap_to_preview_s": round(preview_s, 1),
        "budget_s": BUDGET_S,
        "sent_by_then_bytes": first,
        "heard_by_then_bytes": heard,
        "before_any_byte_of_the_picture": before,
        "tap_to_picture_s": round(time.monotonic() - tapped, 1),
        "sent_by_then_all_bytes": near.up - up,
    }


def through(worker: Phone, link: Weak, photo: Path) -> dict[str, Any]:
    """Send one photo through resets; gives the time from the first question to the last answer, and bytes."""
    draw_of = random.Random(photo.name)
    known = sum(size for _, size in worker.page.evaluate(PHOTOS))
    report(worker.page, photo, "垃圾", NOTE)
    link.slow(RESETS_BITS_S, RESETS_TRIP_S)
    link.asked.clear()
    link.cuts = [Cut(int(draw_of.expovariate(1 / RESET_BYTES))) for _ in range(CUTS)]
    send(worker.page)
    while not any(each.path.startswith("/api/uploads") for each in link.asked):
        worker.page.wait_for_timeout(10)
    begun, up = time.monotonic(), link.up
    until(worker.page, GONE, 120)
    took_s, went, cuts = time.monotonic() - begun, link.up - up, CUTS - len(link.cuts)
    size = sum(each for _, each in worker.page.evaluate(PHOTOS)) - known
    ideal_s = 8 * size / RESETS_BITS_S + (TRIPS + TRIPS_OF_CUT * cuts) * RESETS_TRIP_S
    link.slow(0, 0)
    link.cuts = []
    worker.page.get_by_role("link", name="回首页").click()
    return {"bytes": size, "cuts": cuts, "sent": went, "ideal_s": ideal_s, "took_s": took_s}


def resets(worker: Phone, link: Weak, folder: Path) -> dict[str, Any]:
    """Send some photos through resets; gives their sums against the ideal."""
    link.slow(0, 0)
    bar(worker.page, "我的")
    worker.page.get_by_role("button", name="不传").click()
    each: list[dict[str, Any]] = []
    for scene in SCENES:
        photo = folder / f"{scene}.jpg"
        photo.write_bytes(draw(scene, 1))
        each.append(through(worker, link, photo))
    total = {name: sum(one[name] for one in each) for name in each[0]}
    time_ratio, bytes_ratio = total["took_s"] / total["ideal_s"], total["sent"] / total["bytes"]
    return {
        **{name: round(number, 1) for name, number in total.items()},
        "time_ratio": round(time_ratio, 2),
        "bytes_ratio": round(bytes_ratio, 2),
        "kept": time_ratio <= TIME_BUDGET and bytes_ratio <= BYTES_BUDGET,
    }


def run() -> dict[str, Any]:
    """Serve the demo town, report over the weak link, print."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        photo = folder / "rock.jpg"
        photo.write_bytes(draw("rock_fall", 1))
        made, births = folder / "made", cradle()
        made.mkdir()
        (made / CODES).write_text(command(made / "data", "demo", "--json"), encoding="utf-8")
        town = Town(made, folder / "data", births)
        try:
            with weak_to(town.port) as near, weak_to(town.port) as far:
                worker = signed_in(playwright, folder, "worker", near, town.code("fulltime_worker"))
                secretary = signed_in(playwright, folder, "secretary", far, town.code("community_secretary"))
                found = timed(worker, secretary, near, far, photo)
                found["512 kbit/s, 600 ms, reset about every 60 KB"] = resets(worker, near, folder)
                worker.close()
                secretary.close()
        finally:
            town.stop()
            births.kill()
            births.communicate()
    return {"bits_s": BITS_S, "trip_ms": round(TRIP_S * 1000), **found}
