"""What people do in the journeys, as thumbs do it."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.whole.conftest import Phone, Town


def sign_in(phone: Phone, town: Town, code: str) -> None:
    """Open a sign-in link and press the one button; done when the town has arrived on the phone."""
    phone.page.goto(f"{town.url}/#/enrol/{code}")
    phone.page.get_by_role("button", name="开始用").click()
    expect(phone.page.locator("nav.bar")).to_be_visible()
    phone.wait_js("navigator.serviceWorker.controller !== null")
    delivered(phone.page)


def delivered(page: Page) -> None:
    """Wait until everything has been delivered and heard."""
    expect(page.locator(".sync")).to_contain_text("全部送达")


def bar(page: Page, place: str) -> None:
    """Go to one of the four places."""
    page.locator("nav.bar").get_by_role("link", name=place).click()


def report(page: Page, photo: Path, matter: str, note: str) -> None:
    """Report with camera, place, category and two words, as far as the last button."""
    bar(page, "上报")
    with page.expect_file_chooser() as chooser:
        page.get_by_text("拍照上报").click()
    chooser.value.set_files(photo)
    expect(page.get_by_role("heading", name="上报")).to_be_visible()
    expect(page.get_by_text("误差约")).to_be_visible()
    page.get_by_role("button", name=matter, exact=True).click()
    page.get_by_placeholder("写两句").fill(note)


def send(page: Page) -> None:
    """Press the last button; saved is shown at once."""
    page.get_by_role("button", name="上报").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()


def write(page: Page, note: str) -> None:
    """Write a report without a photo; done when it is saved, and the first place is there again."""
    bar(page, "上报")
    page.get_by_role("button", name="不拍照，直接写").click()
    page.get_by_placeholder("写两句").fill(note)
    page.get_by_role("button", name="垃圾", exact=True).click()
    send(page)
    page.get_by_role("link", name="回首页").click()


def visit(phone: Phone) -> str:
    """Visit the first household that is due, in two taps; gives the address of the record's story."""
    page = phone.page
    bar(page, "今日")
    page.locator("main a.tile[href*='/new/visit/']").first.click()
    phone.shot("visit")
    page.get_by_role("button", name="上门").click()
    page.get_by_role("button", name="平安").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    story = page.url.replace("/saved/", "/story/")
    page.get_by_role("link", name="回首页").click()
    delivered(page)
    return story


def decide(page: Page, word: str) -> None:
    """Press a deciding button and wait for the card to go."""
    card = page.url
    page.get_by_role("button", name=word, exact=True).click()
    expect(page).not_to_have_url(card)


def row(page: Page, words: str) -> Locator:
    """Find a record in a list by its words."""
    return page.locator("main a").filter(has_text=words[:6]).first


def edit(page: Page, url: str, label: str, words: str) -> None:
    """Change one text field of a record."""
    page.goto(url.replace("/story/", "/edit/"))
    box = page.get_by_label(label)
    expect(box).to_be_visible()
    box.fill(words)
    page.get_by_role("button", name="存好").click()
    expect(page).to_have_url(re.compile("/story/"))
