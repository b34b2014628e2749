"""Connections: what of a body is read before it is asked for, and what a cut leaves of it."""

import asyncio
import gc
import socket
import struct
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
import uvloop
from uvicorn.server import ServerState

from backend.http.line import READ, Line

TURNS = 100  # of the loop: what comes from this machine has come by then
WAIT_S = 20.0  # until a line that goes on no more has failed
RESET = struct.pack("ii", 1, 0)
Receive = Callable[[], Awaitable[Any]]
App = Callable[[Receive, socket.socket], Awaitable[None]]


def head(size: int) -> bytes:
    return f"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {size}\r\n\r\n".encode()


async def turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def answer(send: Any, body: bytes = b"ok") -> None:
    length = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": body})


async def body_of(receive: Receive) -> tuple[bytes, str]:
    """Ask for a body to its end; gives it and what it ended with."""
    got = b""
    while (message := await receive())["type"] == "http.request":
        got += message["body"]
        if not message["more_body"]:
            return got, "whole"
    return got, "cut"


def run(loop: asyncio.AbstractEventLoop, begun: bytes, *apps: App) -> list[weakref.ref[Line]]:
    """Send something over a line and have applications answer, one a request; gives the lines there were."""
    lines: list[weakref.ref[Line]] = []

    async def one() -> None:
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        left = list(apps)

        async def asgi(_: Any, receive: Receive, send: Any) -> None:
            try:
                await left.pop(0)(receive, client)
                await answer(send)
                if not left:
                    over.set_result(None)
            except BaseException as fault:  # told to the test
                over.set_exception(fault)

        config, state = (
            uvicorn.Config(asgi, lifespan="off", log_config=None, interface="asgi3"),
            ServerState(),
        )
        config.load()

        def line() -> Line:
            made = Line(config=config, server_state=state, app_state={})
            lines.append(weakref.ref(made))
            return made

        server = await asyncio.get_running_loop().create_server(line, "127.0.0.1", 0)
        with socket.create_connection(server.sockets[0].getsockname()) as client:
            client.setblocking(False)
            client.sendall(begun)
            async with asyncio.timeout(WAIT_S):
                await over
        await turns()
        server.close()

    try:
        loop.run_until_complete(one())
    finally:
        loop.close()
    return lines


@pytest.fixture(params=[uvloop.new_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def loop(request: pytest.FixtureRequest) -> asyncio.AbstractEventLoop:
    made: asyncio.AbstractEventLoop = request.param()
    return made


@pytest.mark.parametrize("sent", [1, 5_000, READ])
@pytest.mark.parametrize("promised", [0, 70_000])
def test_what_came_before_a_cut_is_heard_before_the_cut(loop, sent, promised):
    async def app(receive: Receive, client: socket.socket) -> None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.close()
        await turns()
        assert await body_of(receive) == (b"x" * sent, "cut" if promised else "whole")

    run(loop, head(promised or sent) + b"x" * sent, app)


def test_what_comes_with_the_cut_is_heard_too(loop):
    async def app(receive: Receive, client: socket.socket) -> None:
        assert (await receive())["body"] == b"abc"
        for _ in range(5):
            client.sendall(b"x" * READ)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.close()
        assert await body_of(receive) == (b"x" * 5 * READ, "cut")

    run(loop, head(2**20) + b"abc", app)


def test_one_read_waits_and_the_rest_stays_with_the_kernel(loop):
    async def app(receive: Receive, client: socket.socket) -> None:
        sent = 10
        await turns()
        for _ in range(3):
            try:
                while True:
                    sent += client.send(b"x" * READ)
            except BlockingIOError:
                await turns()
        assert sent > 8 * READ
        assert len((await receive())["body"]) == 10
        await turns()
        assert len((await receive())["body"]) == READ

    run(loop, head(2**30) + b"x" * 10, app)


@pytest.mark.parametrize("unasked", [1, READ, 5 * READ])
def test_after_a_body_nobody_asked_for_the_line_goes_on(loop, unasked):
    async def app(_: Receive, client: socket.socket) -> None:
        client.sendall(b"x" * (unasked - 1) + head(3) + b"def")
        await turns()

    async def next_(receive: Receive, _: socket.socket) -> None:
        assert await body_of(receive) == (b"def", "whole")

    run(loop, head(unasked) + b"x", app, next_)


def test_of_a_line_that_is_gone_nothing_is_left(loop):
    async def app(receive: Receive, _: socket.socket) -> None:
        assert await body_of(receive) == (b"abc", "whole")

    gc.disable()  # what is left for the collector to find lies about until it looks
    try:
        assert [each() for each in run(loop, head(3) + b"abc", app)] == [None]
    finally:
        gc.enable()
