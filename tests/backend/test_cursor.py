"""Cursors: what is spelled is read back, and no text can do harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cursor import CURSOR_MAX, NEVER, Cursor, Heard, Scope, parse, plain, sealed, spell

UNITS = st.integers(-(2**53), 2**53)
HEARD = st.one_of(
    st.builds(lambda at: Heard(at, at), st.integers(0, 2**53)),
    st.builds(Heard, st.integers(0, 2**53), st.integers(0, 2**53)),
    st.builds(lambda at: Heard(at, at, lost=True), st.integers(0, 2**53)),
)
SCOPES = st.builds(Scope, UNITS, st.sampled_from(["", "0f3a", "ffff"]))
TOLD = st.sampled_from(["4Sd-", "____", "0000"])
CURSORS = st.builds(Cursor, TOLD, st.integers(0, 2**53), st.dictionaries(SCOPES, HEARD, max_size=9))
MARK, DEVICE = bytes(range(32)), "0000000a"
ALPHABET = "-._+~09azAZ٣ \n"


@given(CURSORS)
def test_a_cursor_is_read_back_as_it_was(cursor):
    given = sealed(cursor, DEVICE, MARK)
    assert parse(spell(given)) == given


def test_an_empty_cursor_has_heard_nothing():
    assert parse("") is NEVER
    assert NEVER.heard == {}


@given(st.text())
def test_any_text_is_a_cursor_or_none(text):
    cursor = parse(text)
    assert cursor is None or all(0 <= heard.at < 2**63 for heard in cursor.heard.values())


@given(st.text(st.sampled_from(ALPHABET), max_size=40))
def test_a_text_that_is_nearly_a_cursor_is_safe(text):
    cursor = parse(f"4Sd-QC98K{text}")
    if cursor is not None:
        assert cursor.head < 2**63
        assert all(0 <= heard.at < 2**63 and abs(scope.unit) < 2**63 for scope, heard in cursor.heard.items())


@pytest.mark.parametrize(
    "text",
    [
        "4Sd-QC98K",
        "4Sd-QC98K-8n.0f3a.1",
        "4Sd-QC98.1-8n.0f3a.1",
        "4Sd-QC98K" + "z" * 13,
        "4Sd-QC98K1\n",
        "4Sd-QC98K1-",
        "4Sd-QC98K1-8n.0f3a.1.1",
        "4Sd-QC98K1-8n.0f3a.1-",
        "4Sd-QC98K1-8n.0f3a.-1",
        "4Sd-QC98K1-8n.0f3a.1_0",
        "4Sd-QC98K1-8n.0f3a.1\n",
        "4Sd-QC98K1-8n.0F3A.1",
        "4Sd-QC98K1-8n.0f3a.٣",
        "4Sd-QC98K1-8n.0f3a." + "z" * 13,
        "4Sd-QC98K1" + "-8n.0f3a.1" * CURSOR_MAX,
    ],
)
def test_a_cursor_that_cannot_be_read_is_none(text):
    assert parse(text) is None


def test_a_usual_cursor_is_short():
    heard = {Scope(311, "0f3a"): Heard(12_345, 12_345), Scope(-7, ""): Heard(12_345, 12_345)}
    assert plain(Cursor("4Sd-", 12_345, heard)) == "9ix-_7-8n.0f3a"
    assert len(spell(sealed(Cursor("4Sd-", 12_345, heard), DEVICE, MARK))) == 23


@given(CURSORS, st.data())
def test_a_seal_fits_one_cursor_one_device_and_one_log(cursor, data):
    given = sealed(cursor, DEVICE, MARK)
    assert sealed(given, DEVICE, MARK) == given
    assert sealed(given, "0000000b", MARK) != given
    assert sealed(given, DEVICE, bytes(32)) != given
    text = spell(given)
    at, char = data.draw(st.integers(0, len(text) - 1)), data.draw(st.sampled_from(ALPHABET))
    other = parse(text[:at] + char + text[at + 1 :])
    assert char == text[at] or other is None or sealed(other, DEVICE, MARK) != other
