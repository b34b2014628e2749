"""Journey: a leader calls a department, with no network; it reaches that department and no other."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import delivered, sign_in
from tests.whole.reading import can_be_read

WATER, OTHER = 21, 22  # a person of the department that is called, and one of another
NEED = "沟堵死了，来个人看看怎么通"


def choose_unit(phone: Phone) -> None:
    """Choose the department in the sheet: with what it is called, and who is there."""
    page = phone.page
    page.get_by_role("button", name="选单位").click()
    sheet = page.get_by_role("dialog", name="选单位")
    expect(sheet.get_by_role("button", name="区应急局")).to_be_visible()
    expect(sheet.get_by_role("listitem")).to_have_count(2)  # those that the catalogue lists for the matter
    sheet.get_by_role("searchbox").fill("水")
    expect(sheet.get_by_role("listitem")).to_have_count(1)
    can_be_read(phone)
    sheet.get_by_role("button", name="区水利局").click()
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="区水利局，换一个")).to_be_focused()


def call(phone: Phone) -> None:
    """Fill in the whistle and save it."""
    page = phone.page
    page.evaluate("location.hash = '#/new/whistle'")
    expect(page.get_by_role("heading", name="吹哨")).to_be_visible()
    page.get_by_label("哪个网格").select_option(label="石桥村一网格")
    page.get_by_role("button", name="积水").click()
    choose_unit(phone)
    phone.shot("whom-chosen")
    page.get_by_label("要他们来做什么").fill(NEED)
    page.get_by_role("button", name="存好").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()


def records(page: Page) -> None:
    """Look at all that the phone holds."""
    page.evaluate("location.hash = '#/records/all'")


def test_a_department_that_is_called_hears_of_it_and_no_other(
    town: Town, phone: Callable[[str], Phone]
) -> None:
    water, other = phone("water"), phone("other")
    for each, person in ((water, WATER), (other, OTHER)):
        sign_in(each, town, town.code_for(person))
        records(each.page)
        expect(each.page.get_by_text(NEED)).to_have_count(0)
    leader = phone("leader")
    sign_in(leader, town, town.code("grid_leader"))
    leader.offline()
    call(leader)
    leader.offline(cut=False)
    expect(leader.page.get_by_text("已经送到了")).to_be_visible()
    records(water.page)
    water.page.reload()  # the server was away meanwhile, and the stream of news with it
    expect(water.page.get_by_text(NEED)).to_be_visible(timeout=30_000)
    records(other.page)
    other.page.reload()
    delivered(other.page)
    expect(other.page.get_by_text(NEED)).to_have_count(0)
    assert not leader.faults + water.faults + other.faults
