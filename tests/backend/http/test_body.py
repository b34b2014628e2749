"""Bodies: bounded before they are read, inflated never past the cap."""

import gzip
import zlib

import pytest

from backend.http.body import INFLATED_MAX, inflated
from backend.problems import Refused


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_plain_bytes_stay_as_they_are(encoding):
    assert inflated(b"[1]", encoding) == b"[1]"


@pytest.mark.parametrize(
    ("encoding", "squeeze"), [("deflate", zlib.compress), ("gzip", gzip.compress), ("GZIP ", gzip.compress)]
)
def test_both_codings_are_undone(encoding, squeeze):
    assert inflated(squeeze(b"[1]" * 1_000), encoding) == b"[1]" * 1_000


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip,deflate", "x", "deflate;q=1", "\0"])
def test_other_codings_are_refused(encoding):
    with pytest.raises(Refused, match="wrong_encoding"):
        inflated(b"x", encoding)


@pytest.mark.parametrize("size", [INFLATED_MAX, INFLATED_MAX + 1])
def test_the_cap_is_exact(size):
    body = zlib.compress(bytes(size), 9)
    if size <= INFLATED_MAX:
        assert len(inflated(body, "deflate")) == size
    else:
        with pytest.raises(Refused):
            inflated(body, "deflate")


def spoilt() -> dict[str, bytes]:
    body = zlib.compress(b"[1]" * 100)
    return {
        "nothing": b"",
        "cut": body[:-1],
        "half": body[: len(body) // 2],
        "changed": body[:-4] + bytes(4),
        "raw": b"[1]",
        "more behind": body + b"x",
        "twice": body + body,
        "headless": body[2:-4],
    }


@pytest.mark.parametrize("name", spoilt())
def test_spoilt_bytes_are_malformed(name):
    with pytest.raises(Refused, match="malformed"):
        inflated(spoilt()[name], "deflate")
