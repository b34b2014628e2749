"""The slip that says what is in a backup."""

import pytest

from backend.manifest import MANIFEST, BadBackup, backups_in, name_at, read_manifest
from tests.backend.town import NOW


def test_names_sort_as_their_times_do():
    times = [NOW, NOW + 1, NOW + 999, NOW + 86_400_000, NOW + 400 * 86_400_000]
    names = [name_at(each) for each in times]
    assert names == sorted(names) and len(set(names)) == len(names)
    assert names[0] == "20251121T183320.000Z"


def test_only_what_has_its_slip_and_its_name_is_a_backup(tmp_path):
    for name in ("20260101T000000.000Z", "20250101T000000.000Z", "20270101T000000.000Z.partial", "photos"):
        (tmp_path / name).mkdir()
        if name != "photos":
            (tmp_path / name / MANIFEST).write_text("{}")
    assert [path.name for path in backups_in(tmp_path)] == ["20250101T000000.000Z", "20260101T000000.000Z"]
    assert backups_in(tmp_path / "none") == []


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff", b'{"format": 2}'])
def test_a_slip_that_cannot_be_read_is_told(tmp_path, content):
    (tmp_path / MANIFEST).write_bytes(content)
    with pytest.raises(BadBackup, match="cannot be read"):
        read_manifest(tmp_path)


def test_without_a_slip_it_is_no_backup(tmp_path):
    with pytest.raises(BadBackup, match="is no backup"):
        read_manifest(tmp_path)
