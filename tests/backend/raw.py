"""A tus client on bare sockets: it sends exactly what it is told to, right or wrong."""

import base64
import socket
from typing import NamedTuple

WAIT_S = 20.0
VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"


class Told(NamedTuple):
    """An answer."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def offset(self) -> int:
        return int(self.headers["upload-offset"])

    @property
    def code(self) -> str:
        """The code of a problem document."""
        return self.body.split(b'"code":"', 1)[1].split(b'"', 1)[0].decode()


class Raw:
    """One person's connections to a server, one for each request."""

    def __init__(self, port: int, token: str, path: str = "/api/uploads") -> None:
        self.port, self.token, self.path = port, token, path

    def head(self, method: str, path: str = "", **headers: str | int | None) -> bytes:
        """Spell the head of a request; a header given as None is left out."""
        own: dict[str, str | int | None] = {
            "host": "127.0.0.1", "authorization": f"Bearer {self.token}", "tus-resumable": VERSION,
        }  # fmt: skip
        own |= {name.replace("_", "-"): text for name, text in headers.items()}
        lines = [f"{name}: {text}" for name, text in own.items() if text is not None]
        return "\r\n".join([f"{method} {path or self.path} HTTP/1.1", *lines, "", ""]).encode("latin-1")

    def open(self, sent: bytes) -> socket.socket:
        """Open a line and send something."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_S)
        line.sendall(sent)
        return line

    def ask(self, method: str, path: str = "", body: bytes = b"", **headers: str | int | None) -> Told:
        """Send a whole request and hear the answer."""
        size = {"content_length": len(body)} if body or method in ("POST", "PATCH") else {}
        with self.open(self.head(method, path, **(size | headers)) + body) as line:
            return hear(line, method)

    def create(self, length: int | None = None, metadata: dict[str, bytes] | None = None, **headers) -> Told:
        """Make an upload."""
        told = {} if length is None else {"upload_length": length}
        spelled = spell(metadata or {})
        return self.ask("POST", **(told | ({"upload_metadata": spelled} if spelled else {}) | headers))

    def made(self, length: int, metadata: dict[str, bytes] | None = None) -> str:
        """Make an upload that must be made; gives its path."""
        told = self.create(length, metadata)
        assert told.status == 201, told
        return told.headers["location"]

    def patch(self, path: str, offset: int | str, body: bytes = b"", **headers: str | int | None) -> Told:
        """Add a piece."""
        return self.ask("PATCH", path, body, **({"upload_offset": offset, "content_type": PIECE} | headers))

    def look(self, path: str, **headers: str | int | None) -> Told:
        """Ask where an upload stands."""
        return self.ask("HEAD", path, **headers)

    def begin(self, path: str, offset: int, promised: int, body: bytes) -> socket.socket:
        """Send a part of a piece and leave the line open."""
        head = self.head(
            "PATCH", path, upload_offset=offset, content_type=PIECE, content_length=promised
        )  # fmt: skip
        return self.open(head + body)


def spell(metadata: dict[str, bytes]) -> str:
    """Spell Upload-Metadata."""
    return ",".join(f"{name} {base64.b64encode(value).decode()}" for name, value in metadata.items())


def chunked(*parts: bytes) -> bytes:
    """Spell a body in chunks."""
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def hear(line: socket.socket, method: str = "") -> Told:
    """Read one answer; nothing at all is status 0."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = line.recv(65_536)
        if not part:
            return Told(0, {}, got)
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): text.strip() for name, _, text in (each.partition(":") for each in lines)}
    size = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
    while len(body) < size:
        part = line.recv(65_536)
        if not part:
            break
        body += part
    return Told(int(first.split(" ")[1]), headers, body)
