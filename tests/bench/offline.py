"""One worker's whole set for work without a network: what it weighs on the way, and in the phone.

373 households with 900 people, places, a month of visits, checks, day sheets and incidents, and guides,
settled by the real code, served by a real server, pulled by a phone in Chromium. Text comes in two
profiles (tests/bench/reports.py), for it decides what compression can do.
"""

import asyncio
import random
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, sync_playwright

from backend.app import opened
from backend.config import Settings
from backend.demo.seed import change
from backend.people import new_code
from backend.ports import Lane
from sync.clock import Stamp
from sync.op import Op, StepTaken, minted, per_day
from sync.permit import Actor, Grant
from sync.register import Record
from tests.backend.town import KINDS, NORTH, NORTH_ONE, TOWN, WORKER, settle_in
from tests.bench.phone import DEVICE, HELD, put, until
from tests.bench.reports import note, report
from tests.bench.serving import CHROMIUM, running
from tests.whole.conftest import ARGS

HOUSEHOLDS, PEOPLE, PLACES, DAYS = 373, 900, 20, 30
VISITS, CHECKS = 8, 2  # a day
INCIDENTS, GUIDES = 30, 40
DAY_MS = 86_400_000
PLACE = [293_600_000, 1_062_060_000, 1_500, 0, 2, 0]
SENT_MAX, STORED_MAX = 1 << 20, 5 << 20  # bytes, compressed on the way; in the phone, the app itself included
DUTIES = ("patrol_visit", "key_person_care", "key_place_check", "emergency_assist", "serve_residents")


class Made:
    """Numbers the ops of one phone as it makes them; all records are of one grid, or of its community."""

    def __init__(self, now_ms: int, profile: str) -> None:
        self.start, self.profile, self.n = now_ms - DAYS * DAY_MS, profile, 0
        self.rnd = random.Random(f"offline {profile}")

    def op(self, kind: str, values: dict[str, Any], record: str = "", step: StepTaken | None = None) -> Op:
        """Make an op at the next minute."""
        self.n += 1
        stamp = Stamp(self.start + self.n * 10_000, 0, DEVICE)
        name, fields = record or minted(DEVICE, self.n), KINDS[kind].fields
        sets = {each: change(fields[each], value, None, each) for each, value in values.items()}
        area = NORTH_ONE if 5 in KINDS[kind].tiers else NORTH
        return Op(self.n, stamp, kind, name, area, sets, step)

    def text(self, length: int) -> str:
        """Write so many characters."""
        return "".join(note(self.rnd, self.profile) for _ in range(length // 40 + 1))[:length]


def households(made: Made) -> Iterator[Op]:
    """Make the households."""
    for number in range(HOUSEHOLDS):
        sets = {
            "name": made.text(3), "about": made.text(12), "group": f"{number % 6 + 1}组", "people": 3,
            "rhythm_days": 90, "phone": f"199{number:08d}", "place": [*PLACE],
        }  # fmt: skip
        yield made.op("household", sets)


def residents(made: Made, homes: list[str]) -> Iterator[Op]:
    """Make the people who live there."""
    for number in range(PEOPLE):
        sets = {
            "household": homes[number % len(homes)], "name": made.text(3), "relation": "child",
            "birth_year": 1940 + number % 80, "id_last4": f"{number:04d}", "lives": "home",
            "phone": f"198{number:08d}", "health": ["chronic"],
        }  # fmt: skip
        yield made.op("resident", sets)


def places(made: Made) -> Iterator[Op]:
    """Make the key places."""
    for number in range(PLACES):
        sets = {"name": made.text(6), "sort": "eatery", "risk": "middle", "owner": made.text(3)}
        yield made.op("key_place", sets | {"phone": f"197{number:08d}", "place": [*PLACE]})


def work(made: Made, homes: list[str], spots: list[str]) -> Iterator[Op]:
    """Do a month's work: visits, checks, day sheets, incidents."""
    for day in range(DAYS):
        for number in range(VISITS):
            sets = {"household": homes[(day * VISITS + number) % len(homes)], "mode": "door", "result": "ok"}
            more = {"note": made.text(20)} if number % 2 else {}
            yield made.op("visit", sets | more | {"place": [*PLACE], "captured_ms": made.start})
        for number in range(CHECKS):
            hazards = {"hazards": ["exits"]} if number else {}
            sets = {"key_place": spots[(day + number) % len(spots)], "captured_ms": made.start}
            yield made.op("place_check", sets | hazards)
        yield sheet(made, 20_250_701 + day)
    for number in range(INCIDENTS):
        told = report(made.rnd, number + 1, 0, made.profile).sets
        yield made.op("incident", {name: said(value) for name, value in told.items()})


def said(told: Any) -> Any:
    """Give what a change says, without its dressing."""
    return next(iter(told.values())) if isinstance(told, dict) else told


def sheet(made: Made, day: int) -> Op:
    """Fill in and hand in the list of a day, as one op."""
    values = {"day": day, "backed": [DUTIES[0]]} | dict.fromkeys(DUTIES, "ok")
    return made.op("day_sheet", values, per_day(WORKER, 1, day), StepTaken("submit", "open"))


def guides(made: Made) -> Iterator[Op]:
    """Write the guides: cases, told at length."""
    for _ in range(GUIDES):
        long = {name: made.text(size) for name, size in (("situation", 300), ("way", 600))}
        yield made.op("case", {"heading": made.text(20), "matter": "rubbish", **long})


def everything(now_ms: int, profile: str) -> list[Op]:
    """Make it all, in order."""
    made = Made(now_ms, profile)
    homes, spots = list(households(made)), list(places(made))
    named = [op.record for op in homes], [op.record for op in spots]
    return [*homes, *spots, *residents(made, named[0]), *work(made, *named), *guides(made)]


async def fill(root: Path, profile: str) -> tuple[str, int]:
    """Settle it all in a town; gives a sign-in code, and how many records there are."""
    async with opened(Settings(data=str(root))) as parts:
        await settle_in(parts.people)
        now = parts.towns.now_ms()
        town = await parts.towns.town(TOWN)
        actor = Actor(WORKER, (Grant("fulltime_worker", NORTH_ONE),), DEVICE)
        ops = everything(now, profile)
        for at in range(0, len(ops), 400):
            await parts.lanes.write(TOWN, partial(put, ops[at : at + 400], actor, town.world, now))
        kept = await parts.lanes.read(TOWN, partial(held, ops))
        if len(kept) < len(ops):
            refused = sorted({op.kind for op in ops} - {record.kind for record in kept.values()})
            raise ValueError(f"{len(ops) - len(kept)} of {len(ops)} refused; of these kinds all: {refused}")
        return await new_code(parts.people, WORKER, now, 24), len(kept)


def held(ops: list[Op], lane: Lane) -> dict[str, Record]:
    """Give the records that came of ops."""
    return lane.records([op.record for op in ops])


def heard(client: CDPSession) -> dict[str, int]:
    """Count, from now on, the bytes of what the server answers, as they came over the wire."""
    found: dict[str, int] = {}
    names: dict[str, str] = {}

    def answered(event: Any) -> None:
        path = event["response"]["url"].partition("/api/")[2].partition("?")[0]
        if path:
            names[event["requestId"]] = path

    def finished(event: Any) -> None:
        path = names.get(event["requestId"])
        if path:
            found[path] = found.get(path, 0) + int(event["encodedDataLength"])

    client.send("Network.enable")
    client.on("Network.responseReceived", answered)
    client.on("Network.loadingFinished", finished)
    return found


def pulled(profile: str) -> dict[str, Any]:
    """Sign in on a fresh phone and wait until it holds everything."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        code, count = asyncio.run(fill(root, profile))
        with running(root) as url, sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(
                Path(folder) / "profile", executable_path=CHROMIUM, args=ARGS,
                viewport={"width": 360, "height": 740}, locale="zh-CN",
            )  # fmt: skip
            page = context.pages[0]
            client = context.new_cdp_session(page)
            sizes = heard(client)
            page.goto(f"{url}/#/enrol/{code}")
            page.locator(".lamp").first.click()
            until(page, f"({HELD})().then((n) => n >= {count} ? n : 0)")
            page.wait_for_timeout(2_000)  # its store settles
            usage = client.send("Storage.getUsageAndQuota", {"origin": url})["usageBreakdown"]
            context.close()
    stored = {each["storageType"]: round(each["usage"]) for each in usage if each["usage"]}
    return {
        "records": count,
        "sent_bytes": sizes,
        "stored_bytes": stored,
        "fits": sum(sizes.values()) <= SENT_MAX and sum(stored.values()) <= STORED_MAX,
    }


def run() -> dict[str, Any]:
    """Pull the set of each text profile."""
    found: dict[str, Any] = {profile: pulled(profile) for profile in ("easy", "hard")}
    return found | {"sent_max": SENT_MAX, "stored_max": STORED_MAX}
