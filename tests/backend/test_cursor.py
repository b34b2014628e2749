"""Cursors: what is spelled is read back, and no text can do harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cursor import CURSOR_MAX, Cursor, Heard, Scope, parse, spell

UNITS = st.integers(-(2**53), 2**53)
HEARD = st.one_of(
    st.builds(lambda at: Heard(at, at), st.integers(0, 2**53)),
    st.builds(Heard, st.integers(0, 2**53), st.integers(0, 2**53)),
    st.builds(lambda at: Heard(at, at, lost=True), st.integers(0, 2**53)),
)
SCOPES = st.builds(Scope, UNITS, st.sampled_from(["", "0f3a", "ffff"]))
VERSIONS = st.sampled_from(["", "68eaabab"])


@given(VERSIONS, st.dictionaries(SCOPES, HEARD, max_size=9))
def test_a_cursor_is_read_back_as_it_was(directory, heard):
    cursor = Cursor(directory, heard)
    assert parse(spell(cursor)) == cursor


@given(st.text())
def test_any_text_is_some_cursor(text):
    cursor = parse(text)
    assert all(0 <= heard.at < 2**63 for heard in cursor.heard.values())
    assert len(cursor.directory) <= 8


@given(st.text(st.sampled_from("-._+~09azAZ٣ \n"), max_size=40))
def test_a_text_that_is_nearly_a_cursor_is_safe(text):
    cursor = parse(text)
    assert all(0 <= heard.at < 2**63 and abs(scope.unit) < 2**63 for scope, heard in cursor.heard.items())


@pytest.mark.parametrize(
    "text",
    [
        "68eaabab-8n.0f3a",
        "68eaabab-8n.0f3a.1-",
        "68eaabab-8n.0f3a.-1",
        "68eaabab-8n.0f3a.1_0",
        "68eaabab-8n.0f3a.1\n",
        "68eaabab-8n.0F3A.1",
        "68eaabab-8n.0f3a.٣",
        "68eaabab-8n.0f3a." + "z" * 13,
        "68eaabab" + "-8n.0f3a.1" * CURSOR_MAX,
    ],
)
def test_a_cursor_that_cannot_be_read_hears_all_again(text):
    assert parse(text) == Cursor("", {})


def test_a_usual_cursor_is_short():
    heard = {Scope(311, "0f3a"): Heard(12_345, 12_345), Scope(-7, ""): Heard(12_345, 12_345)}
    assert spell(Cursor("68eaabab", heard)) == "68eaabab-_7..9ix-8n.0f3a."
