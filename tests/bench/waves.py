"""Photos over a village's link: seconds from the tap to the preview on the secretary's screen.

Both phones are Chromium behind a link of 20 kbit/s and 800 ms there and back (tests/whole/weak.py), the
secretary's screen in sight. What the link carries is counted there, headers and all.
"""

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
from tests.whole.doing import report, send
from tests.whole.faults.stage import cradle
from tests.whole.weak import Weak, weak_to

BITS_S, TRIP_S = 20_000, 0.8
BUDGET_S = 10  # from the tap to the preview
NOTE = "石头滚到路中间，摩托过不去。"
SEEN = f"""[...document.querySelectorAll('main a')].some((a) => a.innerText.includes('{NOTE[:6]}')
  && a.querySelector('img')?.naturalWidth > 0)"""
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
                worker.close()
                secretary.close()
        finally:
            town.stop()
            births.kill()
            births.communicate()
    return {"bits_s": BITS_S, "trip_ms": round(TRIP_S * 1000), **found}
