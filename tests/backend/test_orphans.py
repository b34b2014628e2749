"""What an audit tells of files nothing refers to, and what it leaves for the server."""

import hashlib

import msgspec
import pytest

from backend.__main__ import main
from backend.manifest import faults_in
from backend.orphans import amiss, hand_over, orphans
from media.intake import key_of
from tests.backend.kept import BODIES, DESK, blob_of, copied, filled


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("orphans") / "data")


@pytest.fixture
def root(template, tmp_path, monkeypatch):
    data = copied(template, tmp_path / "data")
    monkeypatch.setenv("QIANSHAO_DATA", str(data))
    return data


def loose(root) -> str:
    """Leave a photo that nothing refers to; gives its name."""
    path = blob_of(b"of an upload that was killed", root)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"of an upload that was killed")
    return path.name


def key(body: bytes) -> str:
    return key_of(hashlib.sha256(body).digest())


def test_only_what_no_row_names_is_an_orphan(root):
    with DESK.rows(root) as rows:
        assert list(orphans(rows, root)) == []
    (root / "photos" / "ab").mkdir(exist_ok=True)
    (root / "photos" / "ab" / ".abcd.1234").write_bytes(b"")
    name = loose(root)
    with DESK.rows(root) as rows:
        assert sorted(orphans(rows, root)) == sorted([name, ".abcd.1234"])


def test_a_check_tells_orphans_apart_from_faults(root, capsys):
    loose(root)
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    assert "1 files among the photos that nothing refers to" in said
    assert "no faults" in said
    assert main(["check", "--json"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out.splitlines()[-1])["orphaned"] == 1


def test_a_check_hands_over_what_is_missing_or_damaged(root, capsys):
    blob_of(BODIES[0], root).unlink()
    blob_of(BODIES[1], root).write_bytes(b"\0" * len(BODIES[1]))
    faults = list(faults_in(DESK, root))
    assert sorted(amiss(faults)) == sorted([key(BODIES[0]), key(BODIES[1])])
    assert main(["check"]) == 1
    handed = msgspec.json.decode((root / "amiss.json").read_bytes())
    assert sorted(handed) == sorted([key(BODIES[0]), key(BODIES[1])])
    capsys.readouterr()


def test_a_store_without_faults_hands_nothing_over(root):
    hand_over(root, ["log: entry 3 does not follow from the one before it"])
    assert not (root / "amiss.json").exists()


def test_collecting_on_request(root, capsys):
    name = loose(root)
    assert main(["collect", "--dry-run"]) == 0
    assert name in capsys.readouterr().out
    assert main(["collect"]) == 0
    assert "left where they are: 1, put into the trash: 0" in capsys.readouterr().out
    assert blob_of(b"of an upload that was killed", root).exists()
    assert main(["check"]) == 0
