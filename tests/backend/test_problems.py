"""Problem documents: one closed list, both languages, and the form of RFC 9457."""

import json
import string
from http import HTTPStatus

import pytest

from backend.problems import CODES, PROBLEMS, Refused, document

CHINESE = range(0x4E00, 0xA000)


def assert_problem(body: dict[str, object], status: int) -> None:
    """Check a document against RFC 9457 section 3: types of the members, and what we add."""
    assert isinstance(body["type"], str)
    assert set(body["type"]) <= set(string.ascii_letters + string.digits + "/#_-"), "a URI reference"
    assert body["type"] == f"/docs/problems#{body['code']}"
    assert isinstance(body["title"], str)
    assert body["title"]
    assert body["status"] == status
    assert body["code"] in CODES
    assert isinstance(body.get("detail", ""), str)
    assert set(body) <= {"type", "title", "status", "code", "detail"}


def test_every_code_is_a_problem_and_nothing_else_is():
    assert set(PROBLEMS) == set(CODES)
    assert len(CODES) == len(set(CODES))


@pytest.mark.parametrize("code", CODES)
def test_every_problem_speaks_both_languages(code):
    problem = PROBLEMS[code]
    assert any(ord(char) in CHINESE for char in problem.zh)
    assert problem.en.isascii()
    assert 400 <= problem.status < 600
    assert code == "wrong_checksum" or HTTPStatus(problem.status), "460 is the protocol's own, tus 1.0.0"


@pytest.mark.parametrize("code", CODES)
def test_every_document_is_valid(code):
    for detail in ("", "place"):
        body = document(code, "", detail)
        assert_problem(json.loads(json.dumps(body)), PROBLEMS[code].status)
        assert body.get("detail", "") == detail


@pytest.mark.parametrize("language", ["en", "en-GB", "EN", "en-US,en;q=0.9,zh;q=0.8"])
def test_english_is_spoken_to_whom_it_is_asked_by(language):
    assert document("busy", language)["title"] == PROBLEMS["busy"].en


@pytest.mark.parametrize("language", ["", "zh", "zh-CN,zh;q=0.9,en;q=0.8", "fr", "*", "\0"])
def test_chinese_comes_first(language):
    assert document("busy", language)["title"] == PROBLEMS["busy"].zh


def test_a_refusal_carries_its_code_to_the_edge():
    refused = Refused("too_many_tries", "later", retry_s=600)
    assert (refused.code, refused.detail, refused.retry_s) == ("too_many_tries", "later", 600)
    assert str(refused) == "too_many_tries"
