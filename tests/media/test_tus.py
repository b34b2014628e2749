"""What tus headers say, read without a server."""

import hashlib

import pytest

from media.tus import (
    DEFERRED,
    METADATA_MAX,
    Checksum,
    is_piece,
    method_of,
    offered,
    read_checksum,
    read_creation,
    read_metadata,
    read_number,
    read_piece,
    standing,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), (" 5\t", 5), ("9" * 15, 10**15 - 1), ("9" * 16, None), ("", None), ("-1", None),
     ("+1", None), ("1.0", None), ("0x1", None), ("1_0", None), ("\u0661", None), ("1\n", None)],
)  # fmt: skip
def test_a_number_is_digits_and_nothing_else(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", {}),
        ("a", {"a": b""}),
        ("a ", {"a": b""}),
        ("a YQ==", {"a": b"a"}),
        ("a YQ==,b", {"a": b"a", "b": b""}),
        ("a YQ==, b Yg==", {"a": b"a", "b": b"b"}),
        ("..%2f/\\ AAAA", {"..%2f/\\": b"\0\0\0"}),
        ("a YQ", None),
        ("a YQ==  ", {"a": b"a"}),
        ("a  YQ==", None),
        ("a YQ==,a YQ==", None),
        (",", None),
        ("a,,b", None),
        ("\xe9 YQ==", None),
        ("a\tYQ==", None),
        ("a " + "A" * METADATA_MAX, None),
    ],
)
def test_metadata_is_names_with_base64(text, pairs):
    assert read_metadata(text) == pairs


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ({"upload-length": "5"}, 5),
        ({"upload-length": "0"}, 0),
        ({"upload-defer-length": "1"}, DEFERRED),
        ({}, None),
        ({"upload-length": "5", "upload-defer-length": "1"}, None),
        ({"upload-defer-length": "2"}, None),
        ({"upload-length": "5", "upload-metadata": "a b"}, None),
    ],
)
def test_a_creation_has_one_length_or_the_word_that_it_comes_later(headers, length):
    asked = read_creation(headers)
    assert (asked.length if asked else None) == length


def test_metadata_is_kept_as_it_was_sent():
    asked = read_creation({"upload-length": "1", "upload-metadata": "b Yg==, a YQ==,c"})
    assert asked is not None
    assert asked.metadata == "b Yg==, a YQ==,c"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_checksum_hashes_as_its_algorithm_does(algorithm):
    checksum = Checksum(algorithm, b"")
    digest = checksum.begin()
    digest.update(b"abc")
    assert digest.digest() == hashlib.new(algorithm, b"abc").digest()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha1",
        "sha1 ",
        "sha1 AAAA",
        "md5 " + "A" * 22 + "==",
        "sha1  qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
        "sha1 照",
    ],
)
def test_a_checksum_that_is_none(text):
    assert read_checksum(text) is None


def test_a_checksum_is_read():
    assert read_checksum("sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=") == Checksum(
        "sha1", hashlib.sha1(b"abc").digest()
    )


def test_a_piece_is_read():
    piece = read_piece({"upload-offset": "3", "content-length": "4"})
    assert piece == (3, DEFERRED, 4, None)
    assert read_piece({"upload-offset": "3", "upload-length": "9"}) == (3, 9, -1, None)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"upload-offset": "x"},
        {"upload-offset": "3", "upload-length": "x"},
        {"upload-offset": "3", "upload-checksum": ""},
        {"upload-offset": "3", "upload-checksum": "md5 AAAA"},
    ],
)
def test_a_piece_that_is_none(headers):
    assert read_piece(headers) is None


def test_a_method_is_named_by_its_header_first():
    assert method_of("POST", {}) == "POST"
    assert method_of("POST", {"x-http-method-override": " patch"}) == "PATCH"


@pytest.mark.parametrize(
    ("kind", "is_one"),
    [
        ("application/offset+octet-stream", True),
        ("Application/Offset+Octet-Stream ", True),
        ("application/offset+octet-stream; a=b", False),
        ("text/html", False),
        ("", False),
    ],
)
def test_a_piece_has_its_own_type(kind, is_one):
    assert is_piece(kind) is is_one


def test_how_an_upload_stands_is_spelled():
    told = standing(3, 9, "a YQ==", 1_763_750_000_000)
    assert told == {
        "upload-offset": "3", "upload-length": "9", "upload-metadata": "a YQ==",
        "upload-expires": "Fri, 21 Nov 2025 18:33:20 GMT",
    }  # fmt: skip
    assert standing(0, DEFERRED, "", 0) == {
        "upload-offset": "0", "upload-defer-length": "1", "upload-expires": "Thu, 01 Jan 1970 00:00:00 GMT",
    }  # fmt: skip
    assert offered(5)["tus-max-size"] == "5"
