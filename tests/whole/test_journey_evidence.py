"""A photo's whole way as evidence: sealed on the phone, received, written out, judged by page and command."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.whole.conftest import Phone, Town, run
from tests.whole.doing import report, send, sign_in

SEALED = (
    "SELECT record, seal, (SELECT count(*) FROM device_key) "
    "FROM photo JOIN photo_ref USING (town_id, key) WHERE link > 0"
)


def sealed(town: Town) -> str:
    """Wait until a sealed photo was received and its phone's key told; gives the record that shows it."""
    for _ in range(200):
        with sqlite3.connect(f"file:{town.root}/qianshao.db?mode=ro", uri=True) as store:
            for record, seal, keys in store.execute(SEALED):
                if seal and keys:
                    return f"{record[:8].hex()}.{int.from_bytes(record[8:], 'big')}"
        time.sleep(0.1)
    raise AssertionError("no sealed photo arrived")


def judge(page: Page, file: Path) -> str:
    """Choose a file in the verifier's page; gives what it says first."""
    with page.expect_file_chooser() as chooser:
        page.locator("label.pick").click()
    chooser.value.set_files(file)
    expect(page.locator(".verdict")).to_be_visible()
    return page.locator(".verdict").inner_text()


def verified(file: Path) -> tuple[int, dict]:
    """Ask the command."""
    words = [sys.executable, "-m", "backend", "verify", "--json", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_a_photo_is_proven_and_one_changed_byte_is_named(
    town: Town, phone: Callable[[str], Phone], photo: Path, tmp_path: Path
) -> None:
    worker = phone("worker")
    sign_in(worker, town, town.code("fulltime_worker"))
    report(worker.page, photo, "落石", "路边掉下一块石头")
    send(worker.page)
    record = sealed(town)
    file = tmp_path / "record.evidence"
    run(town.root, "evidence", "export", record, str(file))
    code, said = verified(file)
    assert (code, said["ok"]) == (0, True)
    (proof,) = said["proof"]["photos"]
    assert (proof["signed"], proof["receipt"], proof["log"], proof["screen"]) == (
        "yes",
        "yes",
        "fits",
        "same",
    )
    assert proof["n"] == 1
    page = worker.page
    page.goto(f"{town.url}/verify")
    assert "没有被改动" in judge(page, file)
    expect(page.get_by_text("手机签名有效", exact=True)).to_be_visible()
    expect(page.get_by_text(said["server"])).to_be_visible()
    worker.wait_js("[...document.images].some(i => i.naturalWidth > 200)")
    worker.shot("verify")
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 1
    file.write_bytes(body)
    assert f"第 {len(body) // 2} 字节" in judge(page, file)
    worker.shot("verify-changed")
    code, said = verified(file)
    assert (code, said["fault"]["at"]) == (1, len(body) // 2)
    assert worker.faults == []


def test_the_page_works_from_a_disk_and_asks_no_network(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    verifier = phone("verifier")
    saved = tmp_path / "verify.html"
    saved.write_bytes(verifier.context.request.get(f"{town.url}/verify").body())
    asked: list[str] = []
    verifier.page.on("request", lambda request: asked.append(request.url))
    verifier.offline()
    verifier.page.goto(saved.as_uri())
    file = tmp_path / "picture.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0" + bytes(1000))
    assert "这不是证据包" in judge(verifier.page, file)
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert verifier.page.evaluate("document.documentElement.scrollWidth") == 360
    assert verifier.faults == []
