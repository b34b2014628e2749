"""A backup is whole or it is none; only one that is proven is said to be there."""

import asyncio
import contextlib
import errno
import json
import os
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from backend.__main__ import main
from backend.adapters.ledger import FileLedger
from backend.adapters.sql_lane import SqlLanes
from backend.adapters.sqlite import Sqlite
from backend.backup import Source, back_up
from backend.durable import BESIDE
from backend.ledger import FILE as LEDGER
from backend.manifest import BadBackup, backups_in, faults_of, read_manifest
from backend.witness import BACKED, read_backed
from tests.backend.kept import BODIES, DESK, blob_of, copied, filled, incident, run, write
from tests.backend.town import NOW, TOWN

DAY_MS = 86_400_000
STEPS_MAX = 400  # far more than there are


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    return filled(tmp_path_factory.mktemp("kept") / "data")


@pytest.fixture
def data(template, tmp_path) -> Path:
    return copied(template, tmp_path / "data")


@pytest.fixture
def place(tmp_path) -> Path:
    return tmp_path / "place"


def save(data: Path, place: Path, day: int = 0, **more):
    return back_up(DESK, Source(data, data / "kinds"), place, NOW + day * DAY_MS, **more)


def pooled(place: Path) -> list[str]:
    return sorted(path.name for path in (place / "photos").glob("??/*"))


def test_a_backup_holds_everything_and_says_so(data, place):
    made = save(data, place)
    assert list(faults_of(DESK, made.path)) == []
    assert made.path.name == "20251121T183320.000Z"
    assert sorted(path.name for path in made.path.iterdir()) == ["kinds", "manifest.json", "qianshao.db"]
    assert len(pooled(place)) == 2 * 3, "two photos with their renditions; the third was erased"
    backed = read_backed(data)
    assert (backed.name, backed.towns) == (made.path.name, made.manifest.towns)
    with DESK.rows(data) as rows:
        assert backed.towns[TOWN].seq == rows.lane(TOWN).seq
    ledgers = FileLedger(data / LEDGER), FileLedger(place / LEDGER)
    assert ledgers[0].entries.parts == ledgers[1].entries.parts != {}


async def _while_it_writes(data: Path, place: Path) -> None:
    file = await Sqlite.open(data)
    lanes = SqlLanes(file)
    writing = asyncio.create_task(_write_on(lanes))
    first = await asyncio.to_thread(save, data, place)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert list(faults_of(DESK, first.path)) == []
    await file.close()


async def _write_on(lanes: SqlLanes) -> None:
    for n in range(100, 10_000):
        await write(lanes, incident(n, "还在写"))


def test_it_is_made_while_the_server_writes(data, place):
    asyncio.run(_while_it_writes(data, place))


def test_the_next_one_copies_only_new_photos(data, place):
    save(data, place)
    before = {path: path.stat().st_ino for path in (place / "photos").glob("??/*")}
    save(data, place, 1)
    assert {path: path.stat().st_ino for path in (place / "photos").glob("??/*")} == before
    assert len(backups_in(place)) == 2


class Failing:
    """The n-th of all flushes, renames and copies fails; how many there are is counted."""

    def __init__(self, monkeypatch, at: int) -> None:
        self.count, self.at = 0, at
        for home, name in ((os, "fsync"), (Path, "rename"), (shutil, "copyfile"), (Path, "mkdir")):
            monkeypatch.setattr(home, name, self._wrapped(getattr(home, name)))

    def _wrapped(self, real):
        def call(*args, **named):
            self.count += 1
            if self.count == self.at:
                raise OSError(errno.EIO, "the disk failed")
            return real(*args, **named)

        return call


def test_one_that_fails_at_any_step_is_none(data, tmp_path, monkeypatch):
    for at in range(1, STEPS_MAX):
        place = tmp_path / f"place-{at}"
        with monkeypatch.context() as patch:
            failing = Failing(patch, at)
            with contextlib.suppress(OSError):
                save(data, place)
        whole, named = backups_in(place), read_backed(data).name
        assert all(list(faults_of(DESK, each)) == [] for each in whole), f"step {at}"
        assert named in ("", *(each.name for each in whole)), f"step {at}: only what is whole is named"
        if failing.count < at:
            break
        (data / BACKED).unlink(missing_ok=True)
        assert list(faults_of(DESK, save(data, place, 1).path)) == [], f"after step {at}"
        assert not list(place.glob(f"*{BESIDE}")), "what was broken off is cleared away"
        (data / BACKED).unlink()
    assert named
    assert at > 30, "there are that many steps at least"


def test_everything_is_flushed_before_it_has_its_name(data, place, monkeypatch):
    flushed: set[Path] = set()
    fsync, rename = os.fsync, Path.rename

    def flush(handle: int) -> None:
        flushed.add(Path(f"/proc/self/fd/{handle}").readlink())
        fsync(handle)

    def named(path: Path, to: Path) -> Path:
        if path in flushed:
            flushed.add(to)
        if path.parent == place and path.is_dir():
            inside = {path, *path.rglob("*"), *(place / "photos").rglob("*")}
            assert inside <= flushed, inside - flushed
        return rename(path, to)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(Path, "rename", named)
    made = save(data, place)
    assert place in flushed and data in flushed and made.path.is_dir()


def test_one_that_was_broken_off_is_none(data, place):
    made = save(data, place)
    broken = made.path.with_name(made.path.name + BESIDE)
    made.path.rename(broken)
    assert backups_in(place) == []
    save(data, place, 1)
    assert not broken.exists()


def test_a_copy_that_fails_its_audit_is_none(data, place):
    run(data, "UPDATE op SET person = 9 WHERE seq = 2")
    with pytest.raises(BadBackup, match="entry 2 does not follow"):
        save(data, place)
    assert backups_in(place) == []
    assert not (data / BACKED).exists()


def test_nothing_old_goes_before_the_new_one_is_there(data, place):
    for day in range(2):
        save(data, place, day)
    run(data, "UPDATE op SET person = 9 WHERE seq = 2")
    with pytest.raises(BadBackup):
        save(data, place, 2, keep=1)
    assert [path.name for path in backups_in(place)] == [backups_name(0), backups_name(1)]


def test_photos_no_kept_backup_names_are_thrown_away(data, place):
    first = save(data, place)
    strange = blob_of(b"named by nobody", place)
    strange.parent.mkdir(parents=True)
    strange.write_bytes(b"named by nobody")
    made = save(data, place, 1, keep=2)
    assert (made.dropped, strange.exists(), len(pooled(place))) == ([], False, 6)
    made = save(data, place, 2, keep=1)
    assert made.dropped == [first.path.name, backups_name(1)]
    assert backups_in(place) == [made.path]
    assert list(faults_of(DESK, made.path)) == []


def backups_name(day: int) -> str:
    return f"202511{21 + day}T183320.000Z"


def test_a_photo_that_went_bad_is_told_and_ends_no_backup(data, place, monkeypatch, capsys):
    blob_of(BODIES[0], data).write_bytes(b"other bytes")
    monkeypatch.setenv("QIANSHAO_DATA", str(data))
    assert main(["backup", str(place)]) == 1
    (path,) = backups_in(place)
    assert read_manifest(path).lacking == [blob_of(BODIES[0], data).name]
    assert blob_of(BODIES[0], data).name in capsys.readouterr().err
    assert list(faults_of(DESK, path)) == []
    assert read_backed(data).name == path.name


def test_a_photo_that_went_bad_in_the_pool_is_copied_again(data, place):
    save(data, place)
    blob_of(BODIES[0], place).write_bytes(b"other bytes")
    save(data, place, 1, fast=True)
    assert blob_of(BODIES[0], place).read_bytes() == b"other bytes", "a quick one trusts what is there"
    assert save(data, place, 2).manifest.lacking == []
    assert blob_of(BODIES[0], place).read_bytes() == BODIES[0]
    blob_of(BODIES[0], data).unlink()
    assert save(data, place, 3).manifest.lacking == [], "the pool has it"


def test_two_at_a_time_are_one(data, place, monkeypatch):
    def again(root: Path, to: Path) -> None:
        with pytest.raises(BadBackup, match="another backup"):
            save(data, place, 1)
        DESK.copy(root, to)

    back_up(replace(DESK, copy=again), Source(data, data / "kinds"), place, NOW)
    assert len(backups_in(place)) == 1


def test_a_faulty_page_is_copied_as_it_is(data, place):
    (data / "kinds" / "call.toml").write_text("faulty")
    made = save(data, place)
    assert (made.path / "kinds" / "call.toml").read_text() == "faulty"


def test_the_towns_lists_are_copied_with_its_pages(data, place):
    (data / "kinds" / "lists").mkdir()
    (data / "kinds" / "lists" / "matters.toml").write_text("rows = []")
    made = save(data, place)
    assert (made.path / "kinds" / "lists" / "matters.toml").read_text() == "rows = []"
    assert "kinds/lists/matters.toml" in made.manifest.files


@pytest.mark.parametrize("where", ["data", "data/../data"])
def test_it_does_not_go_into_the_data_directory(data, where):
    with pytest.raises(BadBackup, match="folder of its own"):
        save(data, data.parent / where)


def test_the_command_says_what_it_made(data, place, monkeypatch, capsys):
    monkeypatch.setenv("QIANSHAO_DATA", str(data))
    assert main(["backup", str(place), "--keep", "1"]) == 0
    (path,) = backups_in(place)
    assert capsys.readouterr().out == f"{path}: town 3 up to {read_backed(data).towns[3].seq}, 2 photos\n"
    assert main(["check"]) == main(["check", str(path)]) == 0
    capsys.readouterr()
    (path / "qianshao.db").write_bytes(b"no database")
    assert main(["check", str(path), "--json"]) == 1
    *faults, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert last == {"path": str(path), "faults": len(faults), "orphaned": 0}
    assert "qianshao.db" in faults[0]["fault"]


def test_without_data_there_is_one_clear_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("QIANSHAO_DATA", str(tmp_path / "none"))
    for words in (["backup", str(tmp_path / "place")], ["check"], ["restore", str(tmp_path / "place")]):
        assert main(words) == 2
        told = capsys.readouterr().err
        assert (told.startswith("qianshao: "), len(told.splitlines())) == (True, 1), told
