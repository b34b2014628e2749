"""The phone's store in two engines, in a real browser: killed, damaged, emptied, full, copied, without power.

What was said to be saved is there afterwards and reaches the server exactly once, or its loss is told.
"""

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.whole.conftest import Phone, Town
from tests.whole.doing import delivered, report, row, sign_in, write
from tests.whole.faults.disk import Disk

KEPT: Final = "journal-0"  # the file that is written on first
TOLD: Final = "这部手机的存储坏过"
FLIPPED: Final = 64  # bytes
CUT_TO: Final = 0.7
# The ballast is the last thing a start writes: the journal and the town are there before.
AFLOAT: Final = """navigator.storage.getDirectory().then(folder => folder.getFileHandle('ballast'))
  .then(file => file.getFile()).then(file => file.size > 0, () => false)"""
TOLD_MS: Final = 31_000  # for 30 s Chromium lets a database go by the room it was told of before
ROOM_BYTES: Final = 60_000  # left on a phone that is nearly full: for some words, and for no photo
WORDS: Final = 12  # reports without a photo, more than what is left holds
DISK_BYTES: Final = 400 << 20  # a browser profile and room to spare


class Office:
    """A secretary's other device, without a browser: what has arrived?"""

    def __init__(self, town: Town) -> None:
        self.url = town.url
        signed = self.ask("/api/session", {"code": town.code("community_secretary"), "device_name": "office"})
        self.token = str(signed["token"])
        self.kinds = str(self.ask("/api/kinds")["version"])

    def ask(self, path: str, body: object = None) -> Any:
        """Make one request."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json"})
        if hasattr(self, "token"):
            request.add_header("authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def times(self, *notes: str) -> list[int]:
        """Count the records that hold each of these words."""
        records: dict[str, str] = {}
        cursor, more = "", True
        while more:
            push = [1, self.kinds, "00000000", int(time.time() * 1000), cursor, 0, 1]
            receipt = [*self.ask("/api/exchange", push), "", False, [], [], [], []]
            cursor, more = receipt[1], receipt[2] is True
            for delta in receipt[6] or []:
                records[delta[0]] = records.get(delta[0], "") + json.dumps(delta, ensure_ascii=False)
        return [sum(note in text for text in records.values()) for note in notes]


@pytest.fixture
def worker(town: Town, phone: Callable[[str], Phone]) -> Phone:
    """A worker's phone, signed in, with everything delivered."""
    each = phone("worker")
    sign_in(each, town, town.code("fulltime_worker"))
    return each


def reopened(phone: Phone, town: Town, *notes: str) -> None:
    """Open the phone without a network: its own entries are in the list."""
    phone.open(offline=True)
    phone.page.goto(f"{town.url}/#/records")
    for note in notes:
        expect(row(phone.page, note)).to_be_visible()


def sent(phone: Phone, town: Town) -> None:
    """Give the network back and wait until all is delivered."""
    phone.offline(cut=False)
    phone.page.goto(f"{town.url}/#/report")
    delivered(phone.page)


def database(phone: Phone) -> Path:
    """The files of the records' database: those written to last."""
    found = [path for path in phone.profile.rglob("*.leveldb") if "IndexedDB" in path.parts]
    return max(found, key=lambda path: max(file.stat().st_mtime for file in path.iterdir()))


def logs(folder: Path) -> list[Path]:
    """The log files of a database that hold something."""
    return [path for path in folder.glob("*.log") if path.stat().st_size > FLIPPED]


def flip(folder: Path) -> None:
    """Turn 64 bytes in the middle of each log."""
    for path in logs(folder):
        content = bytearray(path.read_bytes())
        middle = len(content) // 2
        content[middle : middle + FLIPPED] = bytes(byte ^ 0xFF for byte in content[middle : middle + FLIPPED])
        path.write_bytes(content)


def cut(folder: Path) -> None:
    """Leave the first 70 % of each log."""
    for path in logs(folder):
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * CUT_TO)])


def zero_current(folder: Path) -> None:
    """Overwrite the file that names the manifest."""
    (folder / "CURRENT").write_bytes(bytes((folder / "CURRENT").stat().st_size))


def drop_log(folder: Path) -> None:
    """Delete the logs."""
    for path in folder.glob("*.log"):
        path.unlink()


def drop_manifest(folder: Path) -> None:
    """Delete the manifests: after this the browser can neither open nor delete the database."""
    for path in folder.glob("MANIFEST*"):
        path.unlink()


DAMAGES: Final = (flip, cut, zero_current, drop_log, drop_manifest)


def test_what_was_saved_survives_a_kill_and_every_damage(worker: Phone, town: Town) -> None:
    office = Office(town)
    notes: list[str] = []
    for damage in (None, *DAMAGES, flip):  # the last hits the database that took the place of the first
        name = damage.__name__ if damage else "kill"
        worker.offline()
        mine = [f"{name} {len(notes) + at} 号" for at in range(2)]
        notes += mine
        for note in mine:
            write(worker.page, note)
        worker.kill()
        if damage:
            damage(database(worker))
        reopened(worker, town, *mine)
        expect(worker.page.get_by_text(TOLD)).to_have_count(0)
        sent(worker, town)
        assert office.times(*notes) == [1] * len(notes), name
    assert worker.faults == []


def test_a_journal_that_was_emptied_is_filled_from_the_store(worker: Phone, town: Town) -> None:
    worker.offline()
    write(worker.page, "日志没了")
    worker.kill()
    shutil.rmtree(worker.profile / "Default" / "File System")
    reopened(worker, town, "日志没了")
    worker.wait_js(kept("日志没了"))
    worker.wait_js(AFLOAT)
    worker.kill()
    drop_log(database(worker))
    reopened(worker, town, "日志没了")
    sent(worker, town)
    assert Office(town).times("日志没了") == [1]


def kept(note: str) -> str:
    """Ask, in the page, whether the journal holds these words."""
    return (
        f"navigator.storage.getDirectory().then(d => d.getFileHandle('{KEPT}')).then(h => h.getFile())"
        f".then(f => f.text()).then(text => text.includes('{note}')).catch(() => false)"
    )


def test_what_neither_engine_has_is_told_once(worker: Phone, town: Town) -> None:
    worker.offline()
    write(worker.page, "丢掉的")
    worker.close()  # in good order: the spare number is on the disk some seconds after it was written
    drop_log(database(worker))
    shutil.rmtree(worker.profile / "Default" / "File System")
    worker.open()
    worker.page.goto(f"{town.url}/#/report")
    delivered(worker.page)
    notice = worker.page.get_by_role("alert").filter(has_text=TOLD)
    expect(notice).to_contain_text("可能丢了 1 条")
    worker.shot("lost")
    notice.get_by_role("button").click()
    expect(notice).to_have_count(0)
    worker.page.reload()
    delivered(worker.page)
    expect(notice).to_have_count(0)
    assert Office(town).times("丢掉的") == [0]


def test_a_full_phone_saves_words_and_says_that_the_photo_is_not_kept(
    worker: Phone, town: Town, photo: Path, tmp_path: Path
) -> None:
    worker.offline()
    worker.wait_js(AFLOAT)
    worker.close()
    worker.open(offline=True)  # what is kept takes less room than what was written: it is put in order now
    worker.page.goto(f"{town.url}/icon.svg")
    used = worker.page.evaluate("navigator.storage.estimate().then(each => each.usage)")
    protocol = worker.context.new_cdp_session(worker.page)
    full = {"origin": town.url, "quotaSize": used + ROOM_BYTES}
    protocol.send("Storage.overrideQuotaForOrigin", full)
    worker.page.wait_for_timeout(TOLD_MS)
    worker.page.goto(f"{town.url}/#/report")
    with worker.page.expect_file_chooser() as chooser:
        worker.page.get_by_text("拍照上报").click()
    chooser.value.set_files(noise(tmp_path / "noise.jpg"))
    expect(worker.page.get_by_text("这张照片没存下")).to_be_visible()
    worker.shot("full")
    notes = [f"满了也存 {at:02}" for at in range(WORDS)]
    for note in notes:
        write(worker.page, note)
    assert worker.page.evaluate(LET_GO)
    worker.kill()
    reopened(worker, town, *notes[-6:])
    report(worker.page, photo, "落石", "又有地方了")
    worker.page.get_by_role("button", name="上报").click()
    expect(worker.page.get_by_role("heading", name="已存好")).to_be_visible()
    sent(worker, town)
    assert Office(town).times(*notes, "又有地方了") == [1] * (WORDS + 1)


def noise(path: Path) -> Path:
    """A picture that no coding makes small."""
    size = (1600, 1200)
    Image.frombytes("RGB", size, Random(3).randbytes(3 * size[0] * size[1])).save(path, quality=90)
    return path


LET_GO: Final = """navigator.storage.getDirectory().then(folder => folder.getFileHandle('ballast'))
  .then(file => file.getFile()).then(file => file.size === 0)"""


def test_two_tabs_that_write_at_once_use_no_number_twice(worker: Phone, town: Town) -> None:
    tab = worker.context.new_page()
    tab.goto(f"{town.url}/#/today")
    expect(tab.locator("nav.bar")).to_be_visible()
    worker.offline()
    rounds = 3
    for _ in range(rounds):
        for place, page in enumerate((worker.page, tab)):
            page.bring_to_front()
            page.goto(f"{town.url}/#/today")
            page.locator("main a.tile[href*='/new/visit/']").nth(place).click()
            page.get_by_role("button", name="上门").click()
            expect(page.get_by_role("button", name="平安")).to_be_visible()
        for page in (worker.page, tab):
            page.evaluate(PRESS, "平安")
        for page in (worker.page, tab):
            expect(page.get_by_role("heading", name="已存好")).to_be_visible()
    worker.kill()
    worker.open(offline=True)
    worker.page.goto(f"{town.url}/#/records/late")
    expect(worker.page.locator("main a").filter(has_text="平安")).to_have_count(2 * rounds)
    sent(worker, town)
    expect(worker.page.get_by_role("link", name="没送到")).to_have_count(0)
    assert worker.page.evaluate(NUMBERS) == list(range(1, 2 * rounds + 1))


# Both tabs press in the same moment.
PRESS: Final = """words => {
  const found = [...document.querySelectorAll('button')].find(each => each.textContent.trim() === words);
  setTimeout(() => found.click(), 500 - Date.now() % 500);
}"""
NUMBERS: Final = """() => new Promise(done => {
  const request = indexedDB.open('qianshao');
  request.onsuccess = () => {
    const rows = request.result.transaction('sent').objectStore('sent').getAll();
    rows.onsuccess = () => {
      request.result.close();
      done(rows.result.map(row => row.op.n).sort((a, b) => a - b));
    };
  };
})"""


def test_a_phone_that_was_copied_drops_nothing_of_either(
    worker: Phone, town: Town, phone: Callable[[str], Phone], playwright: Any, tmp_path: Path
) -> None:
    worker.close()
    shutil.copytree(worker.profile, tmp_path / "copy", ignore=shutil.ignore_patterns("Singleton*"))
    worker.open(offline=True)
    copy = phone("copy")
    copy.offline()
    notes = ["原机一", "原机二", "副机一", "副机二", "副机三"]
    for each, mine in ((worker, notes[:2]), (copy, notes[2:])):
        each.page.goto(f"{town.url}/#/report")
        for note in mine:
            write(each.page, note)
    for each in (worker, copy, worker):
        sent(each, town)
        each.page.goto(f"{town.url}/#/records")
        expect(each.page.get_by_text("手机编号乱了")).to_have_count(0)
    write(worker.page, "原机三")
    sent(worker, town)
    assert Office(town).times(*notes, "原机三") == [1] * 6


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A filesystem of its own, whose power can be cut."""
    image = tmp_path / "disk.img"
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    made = Disk(image, tmp_path / "disk")
    for words in (["mkfs.ext4", "-q", "-F", str(image)], ["mount", *made.mounting()]):
        if shutil.which(words[0]) is None:
            pytest.skip(f"power loss of the phone: {words[0]} is not on this machine")
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"power loss of the phone: {words[0]} does not work here: {done.stderr.strip()}")
    yield made
    subprocess.run(["umount", made.folder], check=True)


def test_what_was_saved_survives_a_power_cut(town: Town, playwright: Any, disk: Disk) -> None:
    office = Office(town)
    each = Phone(playwright, disk.folder / "profile", "loop")
    try:
        sign_in(each, town, town.code("fulltime_worker"))
        each.offline()
        disk.sync()
        notes: list[str] = []
        for time_cut in range(3):
            notes.append(f"断电 {time_cut}")
            write(each.page, notes[-1])
            disk.cut()
            with suppress(OSError):  # the lock file cannot be removed without power
                each.kill()
            disk.restore()
            (each.profile / "SingletonLock").unlink(missing_ok=True)
            reopened(each, town, *notes)
            expect(each.page.get_by_text(TOLD)).to_have_count(0)
            disk.sync()  # the app's own files, which no promise is about
        sent(each, town)
        assert office.times(*notes) == [1] * 3
    finally:
        each.close()
