"""Below HTTP libraries: bytes on a socket that no honest client sends, against a real server."""

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backend.http.body import WIRE_MAX
from tests.backend.served import ROOT, Served, free_port, prepare
from tests.backend.town import WORKER

WAIT_S = 10.0
CHUNK = b"10000\r\n" + bytes(0x10000) + b"\r\n"


@pytest.fixture(scope="module")
def token(town_server) -> str:
    server, codes = town_server
    answer = httpx.post(f"{server.url}/api/session", json={"code": codes.pop()}, timeout=WAIT_S)
    return str(answer.json()["token"])


@pytest.fixture
def server(town_server) -> Iterator[Served]:
    """The server, which must be well afterwards."""
    yield town_server[0]
    assert httpx.get(f"{town_server[0].url}/api/health", timeout=WAIT_S).json()["live"] is True


def answer_to(server: Served, head: str, body: bytes = b"") -> bytes:
    """Send bytes and give what comes back until the server closes or falls silent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as line:
        line.sendall(head.replace("\n", "\r\n").encode("latin-1") + body)
        line.shutdown(socket.SHUT_WR)
        told = b""
        try:
            while part := line.recv(65_536):
                told += part
        except (TimeoutError, ConnectionResetError):
            pass
    return told


def exchange_head(token: str, *lines: str) -> str:
    own = ["POST /api/exchange HTTP/1.1", "host: 127.0.0.1", f"authorization: Bearer {token}", *lines]
    return "\n".join([*own, "", ""])


def status(told: bytes) -> int:
    return int(told.split(b" ", 2)[1]) if told.startswith(b"HTTP/1.1 ") else 0


def resident(server: Served) -> int:
    """Give the memory the server holds, bytes."""
    return int(Path(f"/proc/{server.process.pid}/statm").read_text(encoding="ascii").split()[1]) * 4096


def test_an_endless_chunked_body_is_answered_on_its_way_and_not_kept(server, token):
    head = exchange_head(token, "transfer-encoding: chunked").replace("\n", "\r\n").encode()
    before = resident(server)
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as line:
        line.sendall(head + CHUNK * (2 * WIRE_MAX // 0x10000))
        told = b""
        while not told.endswith(b"}"):
            told += line.recv(65_536) or b"}"
        with contextlib.suppress(OSError):
            for _ in range(32 * WIRE_MAX // 0x10000):
                line.sendall(CHUNK)
        assert resident(server) - before < 8 * WIRE_MAX
    assert status(told) == 413
    assert b'"code":"too_large"' in told


def test_a_length_that_promises_too_much_is_refused_before_the_body(server, token):
    head = exchange_head(token, f"content-length: {WIRE_MAX + 1}").replace("\n", "\r\n")
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as line:
        line.sendall(head.encode())
        assert status(line.recv(65_536)) == 413


def test_a_body_that_stops_short_is_no_push(server, token):
    told = answer_to(server, exchange_head(token, "content-length: 1000"), b"[1")
    assert status(told) in (0, 400), "nobody is there to be told"


@pytest.mark.parametrize(
    "lines",
    [
        ["content-length: 5", "content-length: 6"],
        ["content-length: 5, 6"],
        ["content-length: -1"],
        ["content-length: 0x5"],
        ["content-length: 18446744073709551616"],
        ["content-length: 5", "transfer-encoding: chunked"],
        ["transfer-encoding: chunked, identity", "content-length: 5"],
        ["transfer-encoding: xchunked"],
        ["content-length : 5"],
        [" folded: x"],
        ["na\0me: x"],
        ["name: a\0b"],
        ["no colon"],
        [": no name"],
    ],
)
def test_a_head_that_can_be_read_two_ways_is_not_served(server, token, lines):
    told = answer_to(server, exchange_head(token, *lines), b"[1,2]GET /api/kinds HTTP/1.1\r\nhost: a\r\n\r\n")
    assert status(told) < 500
    assert b'"kinds":{' not in told, "nothing was smuggled"


@pytest.mark.parametrize(
    "head",
    [
        "",
        "\n",
        "GET\n\n",
        "GET /\n\n",
        "HELLO\n\n",
        "GET / HTTP/9.9\n\n",
        "\x16\x03\x01\x02",
        "PRI * HTTP/2.0\n\nSM\n\n",
        "GET http://evil.example/ HTTP/1.1\nhost: evil.example\n\n",
        "GET * HTTP/1.1\nhost: a\n\n",
        "GET /\xff\xfe HTTP/1.1\nhost: a\n\n",
        "GET /%zz%00%ff HTTP/1.1\nhost: a\n\n",
        "CONNECT a:1 HTTP/1.1\nhost: a\n\n",
        "TRACE / HTTP/1.1\nhost: a\n\n",
        "BREW /api/exchange HTTP/1.1\nhost: a\n\n",
        "GET /api/photos/%ff?size=%ff HTTP/1.1\nhost: a\n\n",
        "GET / HTTP/1.1\n\n",
        "GET /" + "a" * 60_000 + " HTTP/1.1\nhost: a\n\n",
    ],
)
def test_what_is_no_request_harms_nobody(server, head):
    assert status(answer_to(server, head)) < 500


def test_a_head_that_never_ends_is_cut_off(server):
    told = answer_to(server, "GET /api/kinds HTTP/1.1\nhost: a\n" + "x: y\n" * 200_000 + "\n")
    assert status(told) < 500


IMPATIENT = """
import sys
from backend.__main__ import main
from backend.http import body
body.PAUSE_S = 0.5
sys.exit(main(["serve"]))
"""
HALF_OPEN = 200


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """A server that waits for a body half a second where others wait half a minute, and a worker's token."""
    data, port = tmp_path_factory.mktemp("impatient"), free_port()
    (code,) = asyncio.run(prepare(data, WORKER))
    process = subprocess.Popen(
        [sys.executable, "-c", IMPATIENT], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        text=True, env={"QIANSHAO_DATA": str(data), "QIANSHAO_PORT": str(port)},
    )  # fmt: skip
    try:
        server = Served(process, port)
        server.wait()
        answer = httpx.post(f"{server.url}/api/session", json={"code": code}, timeout=WAIT_S)
        yield server, str(answer.json()["token"])
    finally:
        process.kill()
        process.wait()


def everything(line: socket.socket) -> bytes:
    """Give what comes until the server closes the line."""
    told = b""
    while part := line.recv(65_536):
        told += part
    return told


@pytest.mark.parametrize("body", [b"", b"[1,"])
@pytest.mark.parametrize("coding", ["content-length: 1000", "transfer-encoding: chunked"])
def test_a_body_that_is_never_finished_is_answered_and_the_line_closed(impatient, coding, body):
    server, token = impatient
    head = exchange_head(token, coding).replace("\n", "\r\n").encode()
    sent = b"3\r\n" + body + b"\r\n" if body and "chunked" in coding else body
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as line:
        line.sendall(head + sent)
        told = everything(line)
    assert status(told) == 408
    assert b'"code":"too_slow"' in told
    assert b"connection: close" in told


def test_hundreds_of_half_sent_bodies_are_closed_and_keep_nobody_waiting(impatient):
    server, token = impatient
    head = exchange_head(token, "content-length: 1000").replace("\n", "\r\n").encode()
    with contextlib.ExitStack() as held:
        lines = [
            held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S))
            for _ in range(HALF_OPEN)
        ]
        for line in lines:
            line.sendall(head + b"[")
        assert httpx.get(f"{server.url}/api/kinds", timeout=WAIT_S).status_code == 200
        assert [status(everything(line)) for line in lines] == [408] * HALF_OPEN
    assert httpx.get(f"{server.url}/api/health", timeout=WAIT_S).json()["live"] is True
