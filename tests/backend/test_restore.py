"""A restore puts all of a backup in place or nothing, and what was erased stays erased."""

import contextlib
import hashlib
import os
import sqlite3
from pathlib import Path

import msgspec
import pytest

from backend.__main__ import main
from backend.adapters.ledger import FileLedger
from backend.adapters.sqlite import hold
from backend.backup import Source, back_up
from backend.ledger import FILE as LEDGER
from backend.manifest import MANIFEST, BadBackup, faults_in, faults_of
from backend.restore import restore
from backend.swap import finish
from backend.witness import WITNESS, read_backed
from tests.backend.kept import BODIES, DESK, SECRET, blob_of, copied, filled, record, run, sealed
from tests.backend.test_backup import Failing
from tests.backend.town import NOW, TOWN

STEPS_MAX = 400
LATER = NOW + 86_400_000


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A data directory and a backup of it."""
    home = tmp_path_factory.mktemp("kept")
    data = filled(home / "data")
    back_up(DESK, Source(data, data / "kinds"), home / "place", NOW)
    return home


@pytest.fixture
def home(template, tmp_path) -> Path:
    return copied(template, tmp_path / "home")


@pytest.fixture
def data(home) -> Path:
    return home / "data"


@pytest.fixture
def backup(home) -> Path:
    return home / "place" / "20251121T183320.000Z"


def change(data: Path) -> None:
    """Let the town work on."""
    run(data, "UPDATE lane SET wall_ms = wall_ms + 1")
    (data / "kinds" / "call.toml").unlink()
    (data / WITNESS).write_text("{}")


def stand(data: Path) -> dict[str, str]:
    """Everything a data directory holds, less the lock."""
    files = {path for path in data.rglob("*") if path.is_file() and path.name != "lock"}
    kept = {path for path in files if path.relative_to(data).parts[0] != "restored.partial"}
    return {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(kept)
    }


def rows(folder: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(folder / "qianshao.db")) as database:
        return list(database.iterdump())


def test_everything_is_as_it_was_and_the_old_is_kept(data, backup):
    before = stand(data)
    change(data)
    changed = (data / "qianshao.db").read_bytes()
    restored = restore(DESK, backup, data, LATER)
    assert list(faults_in(DESK, data)) == []
    assert rows(data) == rows(backup) != rows(restored.aside)
    now = stand(data)
    photos = [name for name in before if name.startswith(("photos", "kinds", LEDGER))]
    assert {name: now[name] for name in photos} == {name: before[name] for name in photos}
    assert restored.aside == data / "before-20251122T183320.000Z"
    assert (restored.aside / "qianshao.db").read_bytes() == changed
    assert (restored.aside / WITNESS).exists() and not (data / WITNESS).exists()
    assert (restored.aside / "photos").is_dir() and (restored.aside / "kinds").is_dir()


def test_what_the_backup_holds_counts_as_backed_up(data, backup):
    restore(DESK, backup, data, LATER)
    backed = read_backed(data)
    with DESK.rows(data) as rows:
        assert backed.name == backup.name
        assert backed.towns[TOWN].seq == rows.lane(TOWN).seq


def test_it_goes_into_a_new_directory(home, backup, tmp_path):
    restore(DESK, backup, tmp_path / "new", LATER)
    assert list(faults_in(DESK, tmp_path / "new")) == []


def spoil_database(backup: Path) -> None:
    content = bytearray((backup / "qianshao.db").read_bytes())
    content[5000] ^= 1
    (backup / "qianshao.db").write_bytes(content)


def spoil_manifest(backup: Path, **more) -> None:
    manifest = msgspec.json.decode((backup / MANIFEST).read_bytes())
    (backup / MANIFEST).write_bytes(msgspec.json.encode(manifest | more))


def spoil_photo(backup: Path) -> None:
    blob_of(BODIES[0], backup.parent).write_bytes(b"other bytes")


def spoil_log(backup: Path) -> None:
    """Change the log, and the manifest with it: the chain still tells."""
    run(backup, "UPDATE op SET person = 9 WHERE seq = 2")
    digest = hashlib.sha256((backup / "qianshao.db").read_bytes()).hexdigest()
    files = msgspec.json.decode((backup / MANIFEST).read_bytes())["files"]
    spoil_manifest(backup, files=files | {"qianshao.db": digest})


BAD = {
    "database": (spoil_database, "SHA-256 differs"),
    "page": (lambda backup: (backup / "kinds" / "call.toml").unlink(), "is missing"),
    "log": (spoil_log, "entry 2 does not follow"),
    "end": (lambda backup: spoil_manifest(backup, towns={}), "do not end where"),
    "format": (lambda backup: spoil_manifest(backup, format=2), "cannot be read"),
    "names": (lambda backup: spoil_manifest(backup, files={"../../lock": ""}), "is missing"),
    "photo": (spoil_photo, "is damaged"),
    "no photo": (lambda backup: blob_of(BODIES[0], backup.parent).unlink(), "is missing"),
    "no manifest": (lambda backup: (backup / MANIFEST).unlink(), "is no backup"),
}


@pytest.mark.parametrize(("spoil", "wanted"), BAD.values(), ids=BAD)
def test_a_bad_backup_is_refused_and_nothing_changes(data, backup, spoil, wanted):
    spoil(backup)
    before = stand(data)
    with pytest.raises(BadBackup, match=wanted):
        restore(DESK, backup, data, LATER)
    assert stand(data) == before


def test_one_that_fails_at_any_step_leaves_the_old_or_the_new(home, data, backup, monkeypatch, tmp_path):
    change(data)
    old, wanted = stand(data), rows(backup)
    for at in range(1, STEPS_MAX):
        root = copied(data, tmp_path / f"try-{at}")
        with monkeypatch.context() as patch:
            failing = Failing(patch, at)
            with contextlib.suppress(OSError):
                restore(DESK, backup, root, LATER)
        if failing.count < at:
            break
        decided = any((root / name).exists() for name in ("restored.ready", "restored.moving"))
        finish(root)  # as whoever opens it next does
        finish(root)
        if decided or (root / "before-20251122T183320.000Z").exists():
            assert rows(root) == wanted, f"step {at}"
            assert list(faults_in(DESK, root)) == [], f"step {at}"
            aside = root / "before-20251122T183320.000Z" / "qianshao.db"
            assert hashlib.sha256(aside.read_bytes()).hexdigest() == old["qianshao.db"], f"step {at}"
        else:
            assert stand(root) == old, f"step {at}"
    assert at > 30, "there are that many steps at least"


def test_whoever_holds_the_directory_next_finishes_it(data, backup, monkeypatch):
    change(data)
    monkeypatch.setattr("backend.swap.finish", lambda root: None)
    restore(DESK, backup, data, LATER)
    assert (data / "restored.ready").exists()
    os.close(hold(data))
    assert rows(data) == rows(backup)


def test_a_directory_that_is_served_is_left_alone(data, backup, monkeypatch, capsys):
    monkeypatch.setenv("QIANSHAO_DATA", str(data))
    handle = hold(data)
    before = stand(data)
    assert main(["restore", str(backup)]) == 2
    assert "another process" in capsys.readouterr().err
    assert stand(data) == before
    os.close(handle)


def texts(root: Path) -> bytes:
    return b"".join(path.read_bytes() for path in root.glob("qianshao.db*"))


def test_what_was_erased_after_the_backup_stays_erased(data, backup, monkeypatch, capsys):
    monkeypatch.setenv("QIANSHAO_DATA", str(data))
    assert main(["erase", record(7), "--town", str(TOWN)]) == 0
    assert "1 photos" in capsys.readouterr().out
    assert main(["restore", str(backup)]) == 0
    assert "线断了".encode() in texts(backup)
    assert "线断了".encode() not in texts(data)
    assert not blob_of(BODIES[1], data).exists()
    assert blob_of(BODIES[0], data).exists()
    assert main(["check"]) == 0


def test_a_ledger_beside_the_backup_counts_too(home, backup, tmp_path, monkeypatch):
    FileLedger(backup.parent / LEDGER).add(TOWN, [record(2)])
    monkeypatch.setenv("QIANSHAO_DATA", str(tmp_path / "elsewhere"))
    assert main(["restore", str(backup), "--to", str(tmp_path / "new")]) == 0
    assert "路灯不亮".encode() not in texts(tmp_path / "new")
    assert FileLedger(tmp_path / "new" / LEDGER).holds(TOWN, record(2))
    assert not (tmp_path / "elsewhere").exists()


def test_the_ledger_of_the_directory_is_never_lost(data, backup):
    (backup.parent / LEDGER).unlink()
    FileLedger(data / LEDGER).add(TOWN, [record(2)])
    before = (data / LEDGER).read_bytes()
    restore(DESK, backup, data, LATER)
    assert (data / LEDGER).read_bytes() == before


def test_the_secret_of_the_erased_is_in_no_backup(backup):
    assert SECRET.encode() not in texts(backup)


def test_an_original_goes_through_a_backup_and_back(tmp_path):
    data = filled(tmp_path / "data")
    path = sealed(BODIES[0], b"as the camera gave it", data)
    backup = back_up(DESK, Source(data, data / "kinds"), tmp_path / "place", NOW).path
    kept = tmp_path / "place" / path.relative_to(data)
    assert kept.read_bytes() == path.read_bytes()
    assert list(faults_of(DESK, backup)) == []
    restore(DESK, backup, tmp_path / "new", LATER)
    assert (tmp_path / "new" / path.relative_to(data)).read_bytes() == path.read_bytes()
    path.write_bytes(b"other bytes")
    assert list(faults_in(DESK, data)) == [f"originals: {path} holds other bytes"]
    path.unlink()
    assert list(faults_in(DESK, data, fast=True)) == [f"originals: there is no file {path}"]
    kept.write_bytes(b"other bytes")
    with pytest.raises(BadBackup, match="is damaged"):
        restore(DESK, backup, tmp_path / "newer", LATER)
