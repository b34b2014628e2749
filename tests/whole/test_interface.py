"""Every screen of four roles: readable, reachable, and fitting at 320 px and at twice the text."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import sign_in
from tests.whole.reading import SMALL, WIDE, faults

SCREENS = {
    "fulltime_worker": [
        "report",
        "today",
        "records",
        "me",
        "list/visit",
        "new/visit",
        "new/household",
        "new/resident",
        "new/key_place",
        "new/place_check",
        "list/key_place",
        "draft",
        "needs",
    ],
    "community_secretary": ["queue", "team", "records", "me", "devices"],
    "duty_officer": ["queue", "records"],
    "parttime_worker": ["report", "records"],
}


@pytest.mark.parametrize("role", list(SCREENS))
def test_every_screen_can_be_read_and_reached(town: Town, phone: Callable[[str], Phone], role: str) -> None:
    each = phone(role)
    sign_in(each, town, town.code(role))
    wrong: list[str] = []
    for screen in SCREENS[role]:
        for width, root in ((360, 20), (320, 20), (360, 40)):
            each.page.set_viewport_size({"width": width, "height": 740})
            each.page.goto(f"{town.url}/#/{screen}")
            each.page.evaluate(f"document.documentElement.style.setProperty('--root', '{root}px')")
            each.page.wait_for_timeout(200)
            place = f"{role} {screen} at {width} px, root {root} px"
            if each.page.evaluate(WIDE) > 0:
                wrong.append(f"{place}: scrolls sideways")
            if (width, root) == (360, 20):
                each.shot(f"{role}-{screen.replace('/', '-')}")
                wrong += [f"{place}: {fault}" for fault in faults(each)]
                wrong += [f"{place}: too small: {target}" for target in each.page.evaluate(SMALL, 48)]
    assert wrong == []
    assert each.faults == []


def test_english_is_there_offline_too(town: Town, phone: Callable[[str], Phone]) -> None:
    each = phone("worker")
    sign_in(each, town, town.code("fulltime_worker"))
    each.offline()
    each.page.goto(f"{town.url}/#/me")
    each.page.get_by_role("button", name="English").or_(each.page.get_by_text("English")).first.click()
    expect(each.page.locator("nav.bar").get_by_text("Report")).to_be_visible()
    each.page.reload()
    expect(each.page.locator("nav.bar").get_by_text("Report")).to_be_visible()
    each.shot("me-english")
    assert each.faults == []
