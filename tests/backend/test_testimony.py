"""What a verification says, in words and to programs, and the commands around it."""

import asyncio
import json
import shutil

import pytest

from backend.__main__ import main
from backend.evidence import FILE, read_notary, spoken
from backend.testimony import FILE as WORDS_OF_FILES
from backend.testimony import LOG, PARTS, RECEIPT, SIGNED, WHY, examine, part_words, told
from tests.backend.kept import record
from tests.backend.sealing import bundle_of, fill

SCREENS = [b"the first photo", b"the second"]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    data = tmp_path_factory.mktemp("told") / "data"
    data.mkdir()
    asyncio.run(fill(data, SCREENS))
    return data


def test_every_word_stands_in_both_languages():
    for words in (PARTS, WHY, SIGNED, RECEIPT, WORDS_OF_FILES, LOG):
        for zh, en in words.values():
            assert any("\u4e00" <= char <= "\u9fff" for char in zh) and en.isascii()


def test_a_whole_bundle_is_told_without_a_word_on_when_it_was_taken(root):
    lines = told(examine(bundle_of(root)))
    assert lines[0] == "没有被改动。" and "Nothing was changed." in lines
    assert any("服务器于 2025-11-22 02:33:25 收到" in line for line in lines)
    assert any(line.startswith("不能证明") for line in lines)
    assert not any("拍摄于" in line for line in lines)


def test_a_changed_byte_is_named_with_its_part(root):
    body = bundle_of(root)
    body = body[:2000] + bytes([body[2000] ^ 1]) + body[2001:]
    assert told(examine(body))[0].startswith("第 2000 字节（")


def test_a_part_is_named_with_its_photo():
    assert part_words("screen/abc") == ("照片 abc", "photo abc")
    assert part_words("") == ("文件末尾之后", "after the end")


def test_the_commands_write_and_verify(root, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("QIANSHAO_DATA", str(root))
    file = tmp_path / "record.evidence"
    assert main(["evidence", "export", record(1), str(file)]) == 0
    assert main(["verify", str(file)]) == main(["evidence", "verify", str(file)]) == 0
    capsys.readouterr()
    assert main(["verify", "--json", str(file)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] and said["fault"] is None and said["record"] == record(1)
    assert main(["evidence", "key"]) == 0
    assert capsys.readouterr().out.strip() == said["server"] == spoken(read_notary(root).public)
    body = bytearray(file.read_bytes())
    body[-70] ^= 1
    file.write_bytes(body)
    assert main(["evidence", "verify", "--json", str(file)]) == 1
    fault = json.loads(capsys.readouterr().out)["fault"]
    assert (fault["at"], fault["to"]) == (len(body) - 70, len(body) - 69)


@pytest.mark.parametrize("name", ["nonsense", record(77)])
def test_what_cannot_be_written_out_is_one_line_and_no_file(root, tmp_path, capsys, monkeypatch, name):
    monkeypatch.setenv("QIANSHAO_DATA", str(root))
    assert main(["evidence", "export", name, str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_one_line(tmp_path, capsys):
    assert main(["verify", str(tmp_path / "nothing")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_key_goes_into_a_backup_and_comes_back(root, tmp_path, monkeypatch):
    monkeypatch.setenv("QIANSHAO_DATA", str(root))
    key = (root / FILE).read_bytes()
    assert main(["backup", str(tmp_path / "backups")]) == 0
    (copy,) = (tmp_path / "backups").glob(f"*/{FILE}")
    assert copy.read_bytes() == key and copy.stat().st_mode & 0o777 == 0o600
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    read_notary(fresh)
    assert main(["restore", str(copy.parent), "--to", str(fresh)]) == 0
    assert (fresh / FILE).read_bytes() == key and (fresh / FILE).stat().st_mode & 0o777 == 0o600
    (aside,) = fresh.glob(f"before-*/{FILE}")
    assert aside.read_bytes() != key


def test_a_backup_without_a_key_leaves_the_one_that_is_there(root, tmp_path, monkeypatch):
    bare = tmp_path / "bare"
    shutil.copytree(root, bare)
    (bare / FILE).unlink()
    monkeypatch.setenv("QIANSHAO_DATA", str(bare))
    assert main(["backup", str(tmp_path / "backups")]) == 0
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    key = read_notary(fresh).public
    (manifest,) = (tmp_path / "backups").glob("*/manifest.json")
    assert main(["restore", str(manifest.parent), "--to", str(fresh)]) == 0
    assert read_notary(fresh).public == key
