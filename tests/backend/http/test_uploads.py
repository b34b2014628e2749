"""tus 1.0.0, clause by clause, on bare sockets against a real server."""

import base64
import hashlib
import re
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.backend.raw import PIECE, WAIT_S, Raw, Told, chunked, hear

BODY = bytes(range(256)) * 40
NOT_PIECES = ["application/octet-stream", "text/plain", "", None]


@pytest.fixture(scope="module")
def raw(town_server) -> Raw:
    server, codes = town_server
    answer = httpx.post(f"{server.url}/api/session", json={"code": codes.pop()}, timeout=WAIT_S)
    return Raw(server.port, str(answer.json()["token"]))


def b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def sum_of(algorithm: str, body: bytes) -> str:
    return f"{algorithm} {b64(hashlib.new(algorithm, body).digest())}"


def content(raw: Raw, path: str) -> bytes:
    told = raw.ask("GET", path, tus_resumable=None)
    assert told.status == 200
    return told.body


def test_options_says_what_is_spoken_and_asks_for_no_version_and_no_sign_in(raw):
    for path in ("", "/api/uploads/", "/api/uploads/x"):
        told = raw.ask("OPTIONS", path, tus_resumable=None, authorization=None)
        assert (told.status, told.body) == (204, b"")
        assert told.headers["tus-version"] == "1.0.0"
        assert told.headers["tus-resumable"] == "1.0.0"
        assert told.headers["tus-max-size"] == str(20 * 2**20)
        assert set(told.headers["tus-checksum-algorithm"].split(",")) == {"sha1", "sha256"}
        assert set(told.headers["tus-extension"].split(",")) == {
            "creation", "creation-defer-length", "checksum", "expiration", "termination",
        }  # fmt: skip
        assert "content-length" not in told.headers, "RFC 9110: none with 204"


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0.1", "2", ""])
@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH", "DELETE"])
def test_another_version_is_told_which_one_is_spoken_and_not_acted_on(raw, method, version):
    path = raw.made(10)
    target = "" if method == "POST" else path
    told = raw.ask(
        method, target, b"0123456789" if method == "PATCH" else b"", tus_resumable=version,
        upload_offset=0, upload_length=5, content_type=PIECE,
    )  # fmt: skip
    assert told.status == 412
    assert (told.headers["tus-version"], told.headers["tus-resumable"]) == ("1.0.0", "1.0.0")
    assert raw.look(path).offset == 0


def test_the_connection_ends_with_each_piece_and_with_nothing_else(raw):
    path = raw.made(10)
    others = (raw.create(5), raw.look(path), raw.ask("OPTIONS"), raw.ask("GET", path, tus_resumable=None))
    assert ["close" for each in others if "connection" in each.headers] == []
    pieces = (
        raw.patch(path, 0, b"01234"), raw.patch(path, 0, b"01234"),
        raw.patch(path, 5, b"5", content_type="text/plain"),
        raw.ask("POST", path, b"56789", upload_offset=5, content_type=PIECE, x_http_method_override="PATCH"),
    )  # fmt: skip
    assert [each.status for each in pieces] == [204, 409, 415, 204]
    assert [each.headers.get("connection") for each in pieces] == ["close"] * 4


def every_refusal(raw: Raw) -> dict[str, Told]:
    path, gone = raw.made(10), f"/api/uploads/{'0' * 32}"
    return {
        "400": raw.create(),
        "401": raw.ask("PATCH", path, authorization=None),
        "404": raw.look(gone),
        "404 piece": raw.patch(gone, 0, b"x"),
        "404 below": raw.look(f"{path}/x"),
        "405": raw.ask("PUT", path, b"x"),
        "405 list": raw.ask("GET"),
        "409": raw.patch(path, 3, b"x"),
        "412": raw.look(path, tus_resumable="9"),
        "413": raw.create(2**40),
        "415": raw.patch(path, 0, b"x", content_type="text/plain"),
        "423": raw.look(path, authorization=None),
    }


def test_every_answer_bears_the_version_and_is_kept_nowhere(raw):
    for status, told in every_refusal(raw).items():
        assert told.status == int(status[:3]), (status, told)
        assert told.headers["tus-resumable"] == "1.0.0"
        assert told.headers["cache-control"] == "no-store"
        assert told.headers["content-type"] == "application/problem+json"


def test_what_may_be_asked_of_an_address_is_named(raw):
    assert raw.ask("PUT", raw.made(1), b"x").headers["allow"] == "OPTIONS, HEAD, PATCH, DELETE, GET"
    assert raw.ask("DELETE").headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize("path", ["", "/api/uploads/"])
def test_creation_gives_an_address_an_end_and_an_offset(raw, path):
    told = raw.ask("POST", path, upload_length=100)
    assert (told.status, told.body, told.offset) == (201, b"", 0)
    assert re.fullmatch("/api/uploads/[0-9a-f]{32}", told.headers["location"])
    assert told.headers["upload-expires"].endswith(" GMT")
    assert parsedate_to_datetime(told.headers["upload-expires"]).tzinfo is not None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"upload_length": "5", "upload_defer_length": "1"},
        {"upload_defer_length": "0"},
        {"upload_defer_length": "true"},
        {"upload_length": "-1"},
        {"upload_length": "+5"},
        {"upload_length": "5.0"},
        {"upload_length": "0x5"},
        {"upload_length": ""},
        {"upload_length": "\xb2"},
        {"upload_length": "9" * 40},
    ],
)
def test_a_length_that_is_none_makes_nothing(raw, headers):
    told = raw.ask("POST", **headers)
    assert (told.status, told.code) == (400, "malformed")
    assert "location" not in told.headers


def test_more_than_the_most_is_refused(raw):
    assert raw.create(20 * 2**20).status == 201
    told = raw.create(20 * 2**20 + 1)
    assert (told.status, told.code) == (413, "too_large")


@pytest.mark.parametrize(
    "metadata",
    [
        "a",
        "a,b",
        "filename w4XDgsOfLnR4dA==,filetype dGV4dA==,empty",
        "b Yg==,a YQ==",
        "a ,b Yg==",
        "nul AAAA",
    ],
)
def test_metadata_comes_back_exactly_as_it_was_sent(raw, metadata):
    told = raw.ask("POST", upload_length=3, upload_metadata=metadata)
    assert told.status == 201
    assert raw.look(told.headers["location"]).headers["upload-metadata"] == metadata.strip()


def test_no_metadata_is_none(raw):
    assert "upload-metadata" not in raw.look(raw.made(3)).headers


@pytest.mark.parametrize(
    "metadata",
    ["a YQ", "a YQ==,a Yg==", ",", "a YQ==,", "\xe9 YQ==", "a YQ== Yg==", "a \x0b", "n " + "YWFh" * 1_100],
)
def test_metadata_that_is_none_makes_nothing(raw, metadata):
    assert raw.ask("POST", upload_length=3, upload_metadata=metadata).status == 400


def test_head_says_where_an_upload_stands(raw):
    path = raw.made(len(BODY), {"filename": "村口.jpg".encode()})
    raw.patch(path, 0, BODY[:70])
    told = raw.look(path)
    assert (told.status, told.offset, told.headers["upload-length"]) == (200, 70, str(len(BODY)))
    assert told.headers["cache-control"] == "no-store"
    assert told.headers["upload-metadata"] == "filename 5p2R5Y+jLmpwZw=="
    assert "upload-defer-length" not in told.headers
    assert told.headers.get("content-length", "0") == "0", "not the length of the upload"


def test_an_upload_nobody_knows_has_no_offset(raw):
    told = raw.look(f"/api/uploads/{'a' * 32}")
    assert told.status == 404
    assert "upload-offset" not in told.headers


def test_pieces_add_up_to_the_bytes_that_were_sent(raw):
    path, at = raw.made(len(BODY)), 0
    for size in (1, 10, 0, 4_000, len(BODY)):
        piece = BODY[at : at + size]
        told = raw.patch(path, at, piece)
        at += len(piece)
        assert (told.status, told.offset, told.body) == (204, at, b"")
        assert "content-length" not in told.headers
        assert told.headers["upload-expires"].endswith(" GMT")
    assert content(raw, path) == BODY


@pytest.mark.parametrize("kind", NOT_PIECES)
def test_another_content_type_is_refused_before_a_byte(raw, kind):
    path = raw.made(10)
    told = raw.patch(path, 0, b"0123", content_type=kind)
    assert (told.status, told.code) == (415, "wrong_type")
    assert raw.look(path).offset == 0


@pytest.mark.parametrize("offset", [0, 4, 6, 10, 11, 10**14])
def test_a_piece_for_elsewhere_is_told_where(raw, offset):
    path = raw.made(10)
    raw.patch(path, 0, b"01234")
    told = raw.patch(path, offset, b"x")
    assert (told.status, told.code, told.offset) == (409, "wrong_offset", 5)
    assert raw.look(path).offset == 5


@pytest.mark.parametrize("offset", ["", "-1", "+5", "5 ", "05x", "9" * 30, None])
def test_an_offset_that_is_none_is_malformed(raw, offset):
    path = raw.made(10)
    told = raw.patch(path, offset, b"0")
    assert told.status == (409 if offset == "5 " else 400)
    assert raw.look(path).offset == 0


def test_nothing_goes_past_the_length(raw):
    path = raw.made(10)
    raw.patch(path, 0, b"01234")
    for body in (b"567890", b"5678901234"):
        told = raw.patch(path, 5, body)
        assert (told.status, told.code) == (413, "too_large")
    assert raw.look(path).offset == 5
    assert raw.patch(path, 5, b"56789").offset == 10
    assert raw.patch(path, 10, b"x").status == 413
    assert raw.patch(path, 10).offset == 10, "nothing more is nothing wrong"
    assert content(raw, path) == b"0123456789"


@pytest.mark.parametrize("parts", [(b"5678901234",), (b"567", b"8901234"), (b"5678", b"9", b"0")])
def test_nothing_goes_past_the_length_in_chunks_either(raw, parts):
    path = raw.made(10)
    raw.patch(path, 0, b"01234")
    told = raw.patch(path, 5, chunked(*parts), content_length=None, transfer_encoding="chunked")
    assert (told.status, told.code, told.offset) == (413, "too_large", 5)
    assert raw.look(path).offset == 5, "nothing of such a request counts"


def test_chunks_count_as_bytes(raw):
    path = raw.made(10)
    body = chunked(b"012", b"3", b"456789")
    assert raw.patch(path, 0, body, content_length=None, transfer_encoding="chunked").offset == 10
    assert content(raw, path) == b"0123456789"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_with_its_checksum_is_taken_and_another_is_not(raw, algorithm):
    path = raw.made(10)
    assert raw.patch(path, 0, b"01234", upload_checksum=sum_of(algorithm, b"01234")).status == 204
    told = raw.patch(path, 5, b"56789", upload_checksum=sum_of(algorithm, b"56780"))
    assert (told.status, told.code, told.offset) == (460, "wrong_checksum", 5)
    assert raw.look(path).offset == 5
    assert raw.patch(path, 5, b"56789", upload_checksum=sum_of(algorithm, b"56789")).offset == 10
    assert content(raw, path) == b"0123456789"


@pytest.mark.parametrize(
    "checksum",
    [sum_of("md5", b"01234"), "sha1", "sha1 ", "sha256 AAAA", "sha1 %%%%", "", "SHA1 " + "A" * 27 + "="],
)
def test_a_checksum_nobody_offered_is_refused_before_a_byte(raw, checksum):
    path = raw.made(10)
    assert raw.patch(path, 0, b"01234", upload_checksum=checksum).status == 400
    assert raw.look(path).offset == 0


def test_a_length_may_be_told_later_and_only_once(raw):
    told = raw.create(upload_defer_length="1")
    path = told.headers["location"]
    assert told.status == 201
    head = raw.look(path)
    assert head.headers["upload-defer-length"] == "1"
    assert "upload-length" not in head.headers
    assert raw.patch(path, 0, b"01234").offset == 5
    assert raw.patch(path, 5, b"56", upload_length=4).status == 400, "less than is there"
    assert raw.patch(path, 5, b"56", upload_length=2**40).status == 413
    assert raw.patch(path, 5, b"56", upload_length=8).offset == 7
    head = raw.look(path)
    assert head.headers["upload-length"] == "8"
    assert "upload-defer-length" not in head.headers
    assert raw.patch(path, 7, b"7", upload_length=9).status == 400
    assert raw.patch(path, 7, b"7", upload_length=8).offset == 8
    assert content(raw, path) == b"01234567"


def test_an_empty_upload_is_done_when_it_is_made(raw):
    assert content(raw, raw.made(0)) == b""


def test_an_upload_taken_back_is_gone(raw):
    path = raw.made(5)
    raw.patch(path, 0, b"01234")
    told = raw.ask("DELETE", path)
    assert (told.status, told.body) == (204, b"")
    for method in ("HEAD", "PATCH", "DELETE", "GET"):
        headers = {"upload_offset": 5, "content_type": PIECE} if method == "PATCH" else {}
        assert raw.ask(method, path, **headers).status == 404


@pytest.mark.parametrize("carrier", ["POST", "GET", "PUT"])
def test_a_method_may_be_named_by_a_header(raw, carrier):
    path = raw.made(5)
    patch = {"x_http_method_override": "PATCH", "upload_offset": 0, "content_type": PIECE}
    assert raw.ask(carrier, path, b"01234", **patch).offset == 5
    assert raw.ask(carrier, path, x_http_method_override="HEAD").offset == 5
    assert raw.ask(carrier, path, x_http_method_override="DELETE").status == 204
    assert raw.look(path).status == 404
    assert raw.look(raw.made(5), x_http_method_override="BREW").status == 405


def test_a_whole_upload_is_given_as_a_file_and_never_as_a_page(raw):
    body = b"<html><script>alert(1)</script>"
    path = raw.made(len(body), {"filename": b"../../x.html", "filetype": b"text/html"})
    assert raw.ask("GET", path).status == 404, "not before it is whole"
    raw.patch(path, 0, body)
    told = raw.ask("GET", path, tus_resumable=None)
    assert (told.status, told.body) == (200, body)
    assert told.headers["content-type"] == "application/octet-stream"
    assert told.headers["content-disposition"] == "attachment"
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert told.headers["cache-control"] == "private, no-store"
    assert raw.ask("GET", path, service_worker="script").status == 404


def test_a_body_cut_off_keeps_what_came(raw):
    path = raw.made(len(BODY))
    raw.begin(path, 0, len(BODY), BODY[:5_000]).close()
    at = raw.look(path).offset
    assert at <= 5_000
    raw.begin(path, at, len(BODY) - at, BODY[at : at + 1_000]).close()
    at = raw.look(path).offset
    assert raw.patch(path, at, BODY[at:]).offset == len(BODY)
    assert content(raw, path) == BODY


def test_a_line_that_hangs_is_taken_over_at_once(raw):
    path, at = raw.made(len(BODY)), 0
    for end in (3_000, 5_000):
        with raw.begin(path, at, len(BODY) - at, BODY[at:end]) as hanging:
            now = raw.look(path).offset
            assert at <= now <= end
            told = hear(hanging)
            assert (told.status, told.code, told.offset) == (423, "locked", now)
            assert told.headers["connection"] == "close"
            at = now
    with raw.begin(path, at, len(BODY) - at, BODY[at:7_000]) as hanging:
        told = raw.patch(path, at, BODY[at:])
        at = at if told.status == 204 else told.offset
        assert hear(hanging).status == 423
    assert raw.patch(path, raw.look(path).offset, BODY[raw.look(path).offset :]).offset == len(BODY)
    assert content(raw, path) == BODY


def test_of_many_at_once_no_byte_is_taken_twice(raw):
    path = raw.made(len(BODY))
    lines = [raw.begin(path, 0, len(BODY), BODY) for _ in range(8)]
    told = [hear(line).status for line in lines]
    for line in lines:
        line.close()
    assert set(told) <= {204, 409, 413, 423}
    at = raw.look(path).offset
    assert raw.patch(path, at, BODY[at:]).offset == len(BODY)
    assert content(raw, path) == BODY
