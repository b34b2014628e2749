"""Uploads that lie, overlap, break off or are somebody else's; a server that is full, stopped or killed."""

import base64
import errno
import hashlib
import os
import random
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.backend.raw import PIECE, WAIT_S, Raw, Told, chunked, hear
from tests.backend.served import Served, prepared, served
from tests.backend.town import STRANGER, WORKER

BODY = random.Random(4).randbytes(50_000)


def signed_in(server: Served, code: str) -> Raw:
    answer = httpx.post(f"{server.url}/api/session", json={"code": code}, timeout=WAIT_S)
    return Raw(server.port, str(answer.json()["token"]))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Raw, Raw, Path]]:
    """A server with a worker and a stranger signed in, and its directory."""
    data = tmp_path_factory.mktemp("uploads") / "data"
    codes = prepared(data, WORKER, STRANGER)
    with served(data) as server:
        yield server, signed_in(server, codes[0]), signed_in(server, codes[1]), data


@pytest.fixture
def raw(town) -> Iterator[Raw]:
    """The worker; the server must be well afterwards, and everything it keeps must be an upload's."""
    server, worker, _, data = town
    yield worker
    assert httpx.get(f"{server.url}/api/health", timeout=WAIT_S).json()["live"] is True
    names = {path.name for path in (data / "uploads").iterdir()}
    assert all(len(name.split(".")[0]) == 32 and name.endswith((".part", ".info")) for name in names)


def content(raw: Raw, path: str) -> bytes:
    told = raw.ask("GET", path)
    assert told.status == 200
    return told.body


def assert_refused(told: Told, *codes: str) -> None:
    assert 400 <= told.status < 500, told
    assert told.code in codes
    assert told.headers["tus-resumable"] == "1.0.0"


def test_overlapping_and_out_of_order_pieces_leave_what_was_in_order(raw):
    path, at = raw.made(len(BODY)), 0
    chance = random.Random(5)
    while at < len(BODY):
        size = chance.randrange(1, 9_000)
        for elsewhere in (at - 1, at + 1, at + size, 0 if at else 7):
            if elsewhere >= 0:
                assert_refused(raw.patch(path, elsewhere, BODY[:100]), "wrong_offset")
        at = raw.patch(path, at, BODY[at : at + size]).offset
    assert content(raw, path) == BODY


def test_the_same_piece_twice_is_there_once(raw):
    path = raw.made(len(BODY))
    assert raw.patch(path, 0, BODY[:9_000]).offset == 9_000
    assert_refused(raw.patch(path, 0, BODY[:9_000]), "wrong_offset")
    assert raw.patch(path, 9_000, BODY[9_000:]).offset == len(BODY)
    assert content(raw, path) == BODY


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_wrong_checksum_leaves_nothing_of_its_piece(raw, algorithm):
    path = raw.made(len(BODY))
    raw.patch(path, 0, BODY[:10_000])
    digest = base64.b64encode(hashlib.new(algorithm, BODY[10_000:]).digest()).decode()
    spoilt = BODY[10_000:20_000] + b"x" + BODY[20_001:]
    told = raw.patch(path, 10_000, spoilt, upload_checksum=f"{algorithm} {digest}")
    assert_refused(told, "wrong_checksum")
    assert told.offset == 10_000
    assert raw.patch(path, 10_000, BODY[10_000:], upload_checksum=f"{algorithm} {digest}").status == 204
    assert content(raw, path) == BODY


def test_of_a_piece_with_a_checksum_that_breaks_off_nothing_counts(raw):
    path = raw.made(len(BODY))
    raw.patch(path, 0, BODY[:10_000])
    head = raw.head(
        "PATCH", path, upload_offset=10_000, content_type=PIECE, content_length=30_000,
        upload_checksum="sha1 " + base64.b64encode(bytes(20)).decode(),
    )  # fmt: skip
    raw.open(head + BODY[10_000:30_000]).close()
    assert raw.look(path).offset == 10_000


def test_a_length_too_short_for_its_body_is_another_request(raw):
    path = raw.made(len(BODY))
    line = raw.open(
        raw.head("PATCH", path, upload_offset=0, content_type=PIECE, content_length=5) + BODY[:900]
    )
    assert hear(line).status in (204, 400), "what follows is no request"
    line.close()
    assert raw.look(path).offset <= 5


def test_a_length_too_long_for_its_body_keeps_what_came(raw):
    path = raw.made(len(BODY))
    line = raw.begin(path, 0, len(BODY), BODY[:900])
    line.shutdown(socket.SHUT_WR)
    line.close()
    assert raw.look(path).offset <= 900
    at = raw.look(path).offset
    assert raw.patch(path, at, BODY[at:]).offset == len(BODY)
    assert content(raw, path) == BODY


def test_a_body_without_end_is_ended_at_the_length(raw):
    path = raw.made(10)
    head = raw.head("PATCH", path, upload_offset=0, content_type=PIECE, transfer_encoding="chunked")
    with raw.open(head + chunked(bytes(65_536))[:-5] * 20) as line:
        told = hear(line)
    assert_refused(told, "too_large")
    assert told.headers["connection"] == "close"
    assert raw.look(path).offset == 0


@pytest.mark.parametrize("size", ["", "-1", "5,5", "99999999999999999999", "0x5", "5 5"])
def test_a_body_length_that_is_none_adds_nothing(raw, size):
    path = raw.made(10)
    told = raw.patch(path, 0, b"01234", content_length=size)
    assert told.status < 500
    assert raw.look(path).offset == 0


@pytest.mark.parametrize(
    "metadata",
    [
        {"filename": b"../../../etc/passwd"},
        {"filename": b"..\\..\\boot.ini", "relativePath": b"/etc"},
        {"filename": b"a\0b.jpg\r\nx-evil: 1"},
        {"filename": b"\xff\xfe\x00"},
        {"name": b"CON", "filetype": b"text/html\r\n\r\n<script>"},
        {"id": b"../uploads", "location": b"http://evil.example/"},
    ],
)
def test_names_are_only_ever_data(raw, metadata):
    path = raw.made(4, metadata)
    assert raw.patch(path, 0, b"abcd").status == 204
    told = raw.ask("GET", path)
    assert (told.status, told.body) == (200, b"abcd")
    assert "evil" not in str(told.headers)
    assert told.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "photo",
    [b"../../../../etc/passwd", b"a\0b", b"", "照片".encode(), b"x" * 2_000, b"A" * 22, b"'; DROP TABLE"],
)
def test_a_photo_that_is_none_is_not_found(raw, photo):
    told = raw.create(4, {"photo": photo, "part": b"screen", "sha256": b"0" * 64})
    assert told.status in (404, 422)


@pytest.mark.parametrize(
    "name",
    ["..", "../qianshao.db", "%2e%2e%2fqianshao.db", "a/../b", "%00", "%ff", "x" * 5_000, "0" * 32, "é"],
)
def test_an_address_that_is_none_is_not_found(raw, name):
    for method in ("HEAD", "PATCH", "DELETE", "GET"):
        headers = {"upload_offset": 0, "content_type": PIECE} if method == "PATCH" else {}
        assert raw.ask(method, f"/api/uploads/{name}", **headers).status in (400, 404, 405)


def test_another_persons_upload_is_one_nobody_knows(raw, town):
    stranger, path = town[2], raw.made(len(BODY))
    raw.patch(path, 0, BODY[:900])
    with raw.begin(path, 900, len(BODY) - 900, BODY[900:2_000]) as hanging:
        for method in ("HEAD", "PATCH", "DELETE", "GET"):
            headers = {"upload_offset": 900, "content_type": PIECE} if method == "PATCH" else {}
            told, unknown = (
                stranger.ask(method, target, b"x" if headers else b"", **headers)
                for target in (path, f"/api/uploads/{'0' * 32}")
            )
            assert told.status == 404
            assert (told.body, told.headers) == (unknown.body, unknown.headers)
        hanging.sendall(BODY[2_000:])
        assert hear(hanging).offset == len(BODY), "nobody stopped it"
    assert content(raw, path) == BODY


def test_without_a_sign_in_no_byte_is_taken_and_nothing_is_stopped(raw):
    path = raw.made(len(BODY))
    with raw.begin(path, 0, len(BODY), BODY[:900]) as hanging:
        for token in ("", "Bearer x", "Basic eDp5"):
            assert_refused(raw.patch(path, 0, b"evil", authorization=token), "signed_out")
            assert raw.look(path, authorization=token).status == 423
        hanging.sendall(BODY[900:])
        assert hear(hanging).offset == len(BODY)
    assert content(raw, path) == BODY


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_requests_leaves_a_prefix_of_the_bytes(raw, seed):
    chance, path = random.Random(seed), raw.made(len(BODY))
    held: list[socket.socket] = []
    for _ in range(25):
        at = chance.choice([0, raw.look(path).offset, chance.randrange(len(BODY))])
        size = chance.randrange(1, 4_000)
        if chance.random() < 0.5:
            held.append(raw.begin(path, at, len(BODY) - at, BODY[at : at + size]))
        else:
            assert raw.patch(path, at, BODY[at : at + size]).status in (204, 409, 413, 423)
        if held and chance.random() < 0.5:
            held.pop(chance.randrange(len(held))).close()
    for line in held:
        line.close()
    at = raw.look(path).offset
    assert raw.patch(path, at, BODY[at:]).status == 204
    assert content(raw, path) == BODY


def running_again(data: Path, raw: Raw, check: Callable[[Raw], None]) -> None:
    with served(data) as server:
        check(Raw(server.port, raw.token))


def arrives(data: Path, size: int) -> None:
    """Wait until so many bytes lie in the file of the one upload."""
    end = time.monotonic() + WAIT_S
    while sum(path.stat().st_size for path in (data / "uploads").glob("*.part")) < size:
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("how", "checked"), [(signal.SIGTERM, False), (signal.SIGKILL, False), (signal.SIGKILL, True)]
)
def test_what_was_promised_outlives_the_server(tmp_path, how, checked):
    data = tmp_path / "data"
    (code,) = prepared(data, WORKER)
    with served(data) as server:
        raw = signed_in(server, code)
        path = raw.made(len(BODY))
        raw.patch(path, 0, BODY[:10_000])
        check = {"upload_checksum": "sha1 " + base64.b64encode(bytes(20)).decode()} if checked else {}
        head = raw.head(
            "PATCH", path, upload_offset=10_000, content_type=PIECE, content_length=40_000, **check
        )  # fmt: skip
        with raw.open(head + BODY[10_000:20_000]) as line:
            arrives(data, 20_000)
            server.process.send_signal(how)
            if how == signal.SIGTERM:
                told = hear(line)
                assert (told.status, told.code) == (503, "busy")
                assert told.offset == (10_000 if checked else 20_000)
            server.process.wait(WAIT_S)

    def goes_on(again: Raw) -> None:
        at = again.look(path).offset
        assert at == (10_000 if checked else 20_000)
        assert again.patch(path, at, BODY[at:]).offset == len(BODY)
        assert content(again, path) == BODY

    running_again(data, raw, goes_on)


@pytest.mark.anyio
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EDQUOT])
async def test_a_disk_that_fills_up_keeps_what_it_has(client, enrol, monkeypatch, fault):
    worker, write, room = await enrol(WORKER), os.write, 700

    def filling(file: int, piece: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(fault, "full")
        taken = write(file, piece[:room])
        room -= taken
        return taken

    async def ask(method: str, path: str, content: bytes = b"", **headers: str):
        head = {"authorization": f"Bearer {worker.token}", "tus-resumable": "1.0.0"}
        head |= {name.replace("_", "-"): text for name, text in headers.items()}
        return await client.request(method, path, content=content, headers=head)

    path = (await ask("POST", "/api/uploads", upload_length="2000")).headers["location"]
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", filling)
        told = await ask("PATCH", path, BODY[:2_000], upload_offset="0", content_type=PIECE)
    assert (told.status_code, told.json()["code"]) == (507, "storage_full")
    assert (told.headers["upload-offset"], int(told.headers["retry-after"]) > 0) == ("700", True)
    assert (await ask("HEAD", path)).headers["upload-offset"] == "700"
    told = await ask("PATCH", path, BODY[700:2_000], upload_offset="700", content_type=PIECE)
    assert told.status_code == 204
    assert (await ask("GET", path)).content == BODY[:2_000]
