"""Answers in gzip where it pays and the phone takes it."""

import gzip

import pytest

from backend.http.squeeze import PAYS_FROM, squeezed

LONG = b"[1,2,3]" * 100


class Asked:
    """A request, as far as it matters here."""

    def __init__(self, accepted: str) -> None:
        self.headers = {"accept-encoding": accepted}


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.8", "deflate, gzip"])
def test_a_long_answer_is_squeezed(accepted):
    answer = squeezed(LONG, Asked(accepted))
    assert gzip.decompress(answer.content) == LONG
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("accepted", ["", "br", "identity"])
def test_it_stays_plain_for_who_takes_no_gzip(accepted):
    answer = squeezed(LONG, Asked(accepted))
    assert answer.content == LONG
    assert "content-encoding" not in answer.headers


def test_a_short_answer_would_only_grow():
    assert squeezed(bytes(PAYS_FROM - 1), Asked("gzip")).content == bytes(PAYS_FROM - 1)
    assert len(squeezed(bytes(PAYS_FROM), Asked("gzip")).content) < PAYS_FROM


def test_other_headers_are_kept():
    answer = squeezed(LONG, Asked("gzip"), {"etag": '"a"', "cache-control": "no-cache"})
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"a"', "no-cache")
