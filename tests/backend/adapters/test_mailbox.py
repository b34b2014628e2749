"""Letters and answers as files: once, put away with what became of them, nothing lost."""

import json
from pathlib import Path

import pytest

from backend.adapters.mailbox import ANSWER_MAX, Mailbox
from backend.outward import Answer, Letter

pytestmark = pytest.mark.anyio

LETTER = Letter(3, "00000001aaaaaaaa.2", "00000001aaaaaaaa.1", "name", '"章家"', {"sent_to": "派出所"})
SAID = {"town": 3, "correction": LETTER.correction, "agreed": True, "note": "对的"}


def names(root: Path, folder: str) -> list[str]:
    return sorted(path.name for path in (root / folder).glob("*"))


async def test_a_letter_is_one_file_and_is_not_sent_again(tmp_path):
    box = Mailbox(tmp_path)
    await box.post(LETTER)
    await box.post(LETTER)
    (path,) = (tmp_path / "out").glob("*")
    assert json.loads(path.read_text())["says"] == '"章家"'
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0
    path.rename(tmp_path / "sent" / path.name)
    await Mailbox(tmp_path).post(LETTER)
    assert names(tmp_path, "out") == []


async def test_an_answer_is_read_and_put_away_with_its_word(tmp_path):
    box = Mailbox(tmp_path)
    assert await box.answers() == []
    (tmp_path / "in" / "a.json").write_text(json.dumps(SAID))
    (answer,) = await box.answers()
    assert answer == Answer(**SAID)
    await box.dealt(answer, "applied")
    assert (names(tmp_path, "in"), names(tmp_path, "done")) == ([], ["a.json.applied"])


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b'{"town": "x"}', b" " * (ANSWER_MAX + 1)])
async def test_what_cannot_be_read_is_put_away_as_it_came(tmp_path, body):
    box = Mailbox(tmp_path)
    await box.answers()
    (tmp_path / "in" / "a.json").write_bytes(body)
    assert await box.answers() == []
    assert (tmp_path / "done" / "a.json.unreadable").read_bytes() == body
