"""A browser that can be called, and a push service on this machine that keeps what it is given.

The browser decrypts as RFC 8291 says, written here from the RFC alone: what it can read, a real one can.
"""

import asyncio
import base64
import datetime
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

from backend.adapters.courier import Courier
from backend.endpoint import Hosts
from backend.push import Subscription
from tests.backend.town import NOW, TOWN, WORKER

HOST = "push.test"
HEADER = 16 + 4 + 1  # salt, record size, length of the key: RFC 8188 section 2.1


def spelled(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def unspelled(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


class Browser:
    """A browser's half of a subscription."""

    def __init__(self, name: str = "one") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        self.endpoint = f"https://{HOST}/send/{name}"
        self.public = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    def subscription(self, device: int = 1, person: int = WORKER, language: str = "zh") -> Subscription:
        """What the server keeps of it."""
        return Subscription(TOWN, device, person, self.endpoint, self.public, self.auth, language, NOW)

    def asked(self, **other: object) -> bytes:
        """What the phone tells the server of it."""
        keys = {"p256dh": spelled(self.public), "auth": spelled(self.auth)}
        return msgspec.json.encode({"endpoint": self.endpoint, **keys, **other})

    def read(self, body: bytes) -> bytes:
        """Decrypt a message of one record; raises if it is not for this browser or not whole."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[HEADER : HEADER + length], body[HEADER + length :]
        assert len(body) <= 4096 and len(sealed) <= size
        shared = self.key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        )
        secret = derived(shared, self.auth, b"WebPush: info\0" + self.public + theirs, 32)
        key = derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(secret, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain[-1:] == b"\2"  # the last record
        return plain[:-1]


class Request(msgspec.Struct):
    """What a push service was asked."""

    line: str
    headers: dict[str, str]
    body: bytes


class Service:
    """A push service: keeps what it is given, and answers as told, then 201."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: list[bytes] = []
        self.connections = 0
        self.asked = asyncio.Event()  # set by the first request
        self.port = 0
        self.tls = ssl.create_default_context()

    def answer(self, status: int, *headers: str) -> None:
        """Give this answer to the next request."""
        self.answers.append("\r\n".join([f"HTTP/1.1 {status} So", *headers, "", ""]).encode())

    def courier(self, address: str = "127.0.0.1", inside: tuple[str, ...] = (HOST,)) -> Courier:
        """Somebody who goes to this service when sent to its host."""

        async def resolve(_host: str) -> list[str]:
            return [address]

        return Courier(Hosts((HOST,), inside), resolve, self.tls, self.port)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers["content-length"]))
            self.requests.append(Request(head[0], headers, body))
            self.asked.set()
            writer.write(self.answers.pop(0) if self.answers else b"HTTP/1.1 201 Created\r\n\r\n")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of the service's name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "push.pem", folder / "push-key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    paths[1].write_bytes(pem)
    return paths


@asynccontextmanager
async def push_service(folder: Path) -> AsyncIterator[Service]:
    """Run a push service over TLS on a free port of this machine."""
    service = Service()
    public, private = certificate(folder)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(public, private)
    service.tls.load_verify_locations(public)
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0, ssl=theirs)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
