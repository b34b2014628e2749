"""backend/export.py: a record written out, and what is found when anything was tampered with."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from backend.adapters.rows import rows_of
from backend.evidence import FILE, read_notary
from backend.export import NotExported, export
from backend.testimony import examine, told
from tests.backend.kept import blob_of, record
from tests.backend.sealing import ORIGINAL, bundle_of, fill, notary_of
from tests.backend.town import NOW, TOWN

SCREENS = [b"the first photo " * 300, b"the second", b"the third one"]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    root = tmp_path_factory.mktemp("sealed") / "data"
    root.mkdir()
    asyncio.run(fill(root, SCREENS))
    return root


@pytest.fixture
def root(template, tmp_path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "data"))


def run(root: Path, statement: str, *values: object) -> None:
    """Change the store behind the server's back."""
    connection = sqlite3.connect(root / "qianshao.db")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_an_untouched_record_proves_its_photos(root):
    verdict = examine(bundle_of(root))
    assert verdict.ok, verdict.fault
    assert verdict.proof.entries == 4
    assert [photo.n for photo in sorted(verdict.proof.photos, key=lambda photo: photo.n)] == [1, 2, 3]
    for photo in verdict.proof.photos:
        assert (photo.screen, photo.signed, photo.receipt, photo.log) == ("same", "yes", "yes", "fits")
        assert photo.same_server and photo.received_ms == NOW + 5_000
    assert sorted(photo.original for photo in verdict.proof.photos) == ["none", "none", "same"]
    assert (verdict.proof.gaps, verdict.proof.forks) == ([], [])


def test_a_photo_that_never_came_is_a_gap_and_no_fault(tmp_path):
    asyncio.run(fill(tmp_path, SCREENS, skip=2))
    verdict = examine(bundle_of(tmp_path))
    assert verdict.ok
    assert verdict.proof.gaps == [("00000001aaaaaaaa", 2, 2)]
    assert any("没有送来" in line for line in told(verdict))


def test_the_same_record_gives_the_same_bundle_but_for_the_signature(root):
    one, other = bundle_of(root), bundle_of(root)
    assert len(one) == len(other)
    assert one[256:] == other[256:]


def test_a_photo_exchanged_on_the_disk_is_named(root):
    blob_of(SCREENS[1], root).write_bytes(b"another")
    verdict = examine(bundle_of(root))
    assert verdict.fault.part.startswith("screen/") and verdict.fault.why == "forged"


def test_an_original_exchanged_on_the_disk_is_named(root):
    path = blob_of(ORIGINAL, root)
    path.with_name(path.name + ".original").write_bytes(b"another")
    assert examine(bundle_of(root)).fault.part.startswith("original/")


@pytest.mark.parametrize(
    "change",
    [
        "verified_ms = verified_ms - 86400000",
        "shot = CAST(replace(shot, '1062145405', '1063145405') AS BLOB)",
        "seal = CAST(substr(seal, 1, 168) || x'00' AS BLOB)",
        "device = x'0000000200000002', shot = x''",
    ],
)
def test_what_is_said_of_a_photo_cannot_be_changed_in_the_store(root, change):
    run(root, f"UPDATE photo SET {change}")
    assert examine(bundle_of(root)).fault.part == "photos"


def test_an_entry_changed_in_the_store_is_named(root):
    run(root, "UPDATE op SET body = CAST(replace(body, '井盖松了', '井盖没松') AS BLOB)")
    assert examine(bundle_of(root)).fault.part == "log"


def test_an_entry_taken_out_of_the_store_is_named(root):
    run(root, "DELETE FROM op WHERE n = 2")
    assert examine(bundle_of(root)).fault.part == "log"


def test_a_key_exchanged_in_the_store_is_told_of_every_photo(root):
    run(root, "UPDATE device_key SET key = ?", notary_of(99).public)
    verdict = examine(bundle_of(root))
    assert {photo.signed for photo in verdict.proof.photos} == {"bad"}
    assert any("签名对不上" in line for line in told(verdict))


def test_a_bundle_signed_by_somebody_else_says_so(root):
    with rows_of(root) as rows:
        pieces = export(rows.archive(TOWN), root / "photos", notary_of(5), (TOWN, record(1)), NOW)
        verdict = examine(b"".join(pieces))
    assert verdict.bundle.key == notary_of(5).public != read_notary(root).public
    assert not any(photo.same_server for photo in verdict.proof.photos)
    assert any("另一把服务器钥匙" in line for line in told(verdict))


def test_a_record_nobody_wrote_is_not_exported(root):
    with rows_of(root) as rows, pytest.raises(NotExported):
        list(export(rows.archive(TOWN), root / "photos", notary_of(5), (TOWN, record(77)), NOW))


def test_the_key_is_for_the_servers_user_alone(root):
    assert (root / FILE).stat().st_mode & 0o777 == 0o600
