"""A kind is one page: put into a running town, the phones have its list, form, buttons and delivery."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, delivered, row, sign_in

PAGE = re.search(r"```toml\n(.*?)```", Path("docs/kinds.md").read_text(encoding="utf-8"), re.DOTALL)


def test_a_page_added_while_the_town_runs_is_used_in_the_browser(
    town: Town, phone: Callable[[str], Phone]
) -> None:
    assert PAGE is not None, "docs/kinds.md shows the smallest page"
    worker, secretary = phone("worker"), phone("secretary")
    sign_in(worker, town, town.code("fulltime_worker"))
    sign_in(secretary, town, town.code("community_secretary"))
    folder = town.root / "kinds"
    folder.mkdir(exist_ok=True)
    (folder / "lamp_check.toml").write_text(PAGE[1], encoding="utf-8")

    page = worker.page
    page.wait_for_timeout(1_200)  # the server looks at its pages once a second
    page.reload()
    delivered(page)
    bar(page, "记录")
    page.get_by_role("link", name="路灯检查").click()
    page.get_by_role("link", name="新记一条").click()
    page.get_by_label("哪一盏").fill("村小门口第三盏")
    worker.shot("new-kind-form")
    page.get_by_role("button", name="存好").click()
    expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    page.get_by_role("link", name="回首页").click()
    delivered(page)

    seen = secretary.page
    seen.reload()
    delivered(seen)
    bar(seen, "记录")
    row(seen, "村小门口第三盏").click()
    seen.get_by_role("button", name="修好了").click()
    expect(seen.get_by_text("修好了").first).to_be_visible()

    bar(page, "记录")
    expect(row(page, "村小门口第三盏")).to_contain_text("修好了")
    worker.shot("new-kind-list")
    assert worker.faults == []
    assert secretary.faults == []
