"""The screens apart: kept for offline, asked for again where they are missing, and bundled once."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, sign_in

PWA = Path("pwa")
STATIC = Path("backend/static")
SHELL_BYTES_MAX = 60_000  # brotli; the budget of the first load
NO_WORKER = "delete Navigator.prototype.serviceWorker"
ALSO_IMPORTED = "// Also.\nexport { Story } from './screens/story.tsx';\n"


def test_screens_apart_open_offline_after_the_first_load(town: Town, phone: Callable[[str], Phone]) -> None:
    worker = phone("worker")
    sign_in(worker, town, town.code("fulltime_worker"))
    apart = next(STATIC.glob("apart-*.js")).name
    worker.wait_js(f"caches.match('/{apart}', {{ ignoreSearch: true }}).then(Boolean)")
    worker.kill()
    worker.open(offline=True)
    worker.page.goto(f"{town.url}/#/me")
    expect(worker.page.get_by_role("heading", name="这部手机")).to_be_visible()
    bar(worker.page, "记录")
    worker.page.locator(".rec > a").first.click()
    expect(worker.page.locator(".tl li").first).to_be_visible()
    assert worker.faults == []


def test_a_screen_that_never_came_says_so_and_comes_when_asked_again(
    town: Town, phone: Callable[[str], Phone]
) -> None:
    worker = phone("worker")
    worker.context.add_init_script(NO_WORKER)
    worker.context.route("**/apart-*.js", lambda route: route.abort())
    worker.page.goto(f"{town.url}/#/enrol/{town.code('fulltime_worker')}")
    worker.page.get_by_role("button", name="开始用").click()
    bar(worker.page, "我的")
    expect(worker.page.get_by_role("heading", name="我的")).to_be_visible()
    expect(worker.page.get_by_text("还没下载到手机上")).to_be_visible()
    worker.shot("apart-missing")
    worker.context.unroute("**/apart-*.js")
    worker.page.get_by_role("button", name="再试一次").click()
    expect(worker.page.get_by_role("heading", name="这部手机")).to_be_visible()
    assert worker.faults == []


def test_the_shell_keeps_its_budget_and_names_the_one_file_apart() -> None:
    apart = [path.name for path in STATIC.glob("apart-*.js")]
    assert len(apart) == 1
    assert f'import("/{apart[0]}")' in (STATIC / "index.html").read_text(encoding="utf-8")
    assert f'"/{apart[0]}"' in (STATIC / "sw.js").read_text(encoding="utf-8").replace("`", '"')
    assert (STATIC / "index.html.br").stat().st_size <= SHELL_BYTES_MAX


@pytest.mark.parametrize(
    ("planted", "says"),
    [("", ""), (ALSO_IMPORTED, "also without import()")],
    ids=["as it is", "also imported"],
)
def test_a_screen_in_both_bundles_fails_the_build(tmp_path: Path, planted: str, says: str) -> None:
    made = tmp_path / "pwa"
    shutil.copytree(PWA, made, ignore=shutil.ignore_patterns("node_modules"))
    (made / "node_modules").symlink_to((PWA / "node_modules").resolve())
    main = made / "src" / "main.tsx"
    (made / "src" / "also.ts").write_text(planted or "// Nothing.\nexport const Story = null;\n")
    main.write_text(main.read_text(encoding="utf-8") + 'export { Story } from "./also.ts";\n')
    words = ["node", "node_modules/vite/bin/vite.js", "build", "--outDir", str(tmp_path / "out")]
    done = subprocess.run(words, cwd=made, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == bool(says), done.stderr
    assert says in done.stderr
