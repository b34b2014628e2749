"""A CRDT library put through the work: one document of records on the server, a replica on every phone."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from tests.bench.peers.tally import Link, clashes, rate

Rows = list[Any]
SERVER = 1_000_000  # client numbers of the replicas: the server, phones from 1, the many from 10
MANY = 10
BULK = 25  # phones of 20 reports each whose uploads are merged
UPLOAD = 20  # edits a phone sends at a time
PULLS = 20


class Library(Protocol):
    """What the work needs of a library. A document is whatever it says one is."""

    what: str

    def replica(self, client: int, state: bytes = b"") -> Any:
        """Open a document of records, each a map of its fields."""

    def report(self, doc: Any, rows: Rows) -> bytes:
        """Write records in one transaction; gives the update."""

    def edit(self, doc: Any, rows: Rows) -> bytes:
        """Write single fields in one transaction; gives the update."""

    def apply(self, doc: Any, update: bytes) -> None:
        """Merge an update."""

    def state(self, doc: Any) -> bytes:
        """Give the whole document."""

    def version(self, doc: Any) -> bytes:
        """Say what a document has, as the other side must hear it."""

    def since(self, doc: Any, version: bytes) -> bytes:
        """Give what another side lacks."""

    def shown(self, doc: Any) -> dict[str, dict[str, Any]]:
        """Read all records."""

    def sync(self, phone: Any, server: Any, link: Link) -> None:
        """Bring two documents together in the library's own messages, the phone speaking first."""


def upload(lib: Library, rows: Rows) -> dict[str, Any]:
    """Sync a fresh replica's reports to an empty server."""
    phone, link = lib.replica(1), Link()
    lib.report(phone, rows)
    lib.sync(phone, lib.replica(SERVER), link)
    return link.told()


def both_sides(lib: Library, work: dict[str, Any], state: bytes) -> dict[str, Any]:
    """Sync two phones that edited the same records: the first, the second, the first again."""
    server, *phones = (lib.replica(client, state) for client in (SERVER, 1, 2))
    for phone, rows in zip(phones, work["edits"], strict=True):
        lib.edit(phone, rows)
    link = Link()
    for phone in (phones[0], phones[1], phones[0]):
        link.begin()
        lib.sync(phone, server, link)
    records, *others = (lib.shown(doc) for doc in (server, *phones))
    found = clashes(work["edits"], lambda name: {field: [value] for field, value in records[name].items()})
    return {**link.told(), **found, "converged": all(other == records for other in others)}


def merging(lib: Library, updates: list[bytes], count: int, state: bytes = b"") -> dict[str, Any]:
    """Time the server's side of uploads."""

    def prepare() -> Callable[[], object]:
        server = lib.replica(SERVER, state)
        return lambda: [lib.apply(server, update) for update in updates]

    return rate(prepare, count)


def pull(lib: Library, work: dict[str, Any]) -> dict[str, Any]:
    """Hear of ten changes in a store of 500 phones' reports; cold, the server opens the document first."""
    server = lib.replica(SERVER)
    for client, rows in enumerate(work["phones"], MANY):
        lib.apply(server, lib.report(lib.replica(client), rows))
    reader = lib.replica(1, lib.state(server))
    heard = lib.version(reader)
    lib.apply(server, lib.edit(lib.replica(2, lib.state(server)), work["changes"]))
    warm = rate(lambda: lambda: [lib.since(server, heard) for _ in range(PULLS)], PULLS, 3)
    state = lib.state(server)
    started = time.process_time()
    lib.since(lib.replica(SERVER, state), heard)
    cold = time.process_time() - started
    link = Link()
    lib.sync(reader, server, link)
    assert lib.shown(reader) == lib.shown(server)
    return {**link.told(), "server_cpu_us": warm["us_each"], "server_cold_cpu_us": round(cold * 1e6)}


def measure(lib: Library, work: dict[str, Any]) -> dict[str, Any]:
    """Measure everything."""
    uploads = [
        lib.report(lib.replica(client), rows) for client, rows in enumerate(work["phones"][:BULK], MANY)
    ]
    base = lib.replica(SERVER)
    lib.report(base, work["bulk"])
    state = lib.state(base)
    edits = [
        lib.edit(phone, rows[at : at + UPLOAD])
        for rows, phone in zip(work["edits"], (lib.replica(1, state), lib.replica(2, state)), strict=True)
        for at in range(0, len(rows), UPLOAD)
    ]
    return {
        "what": lib.what,
        "twenty": upload(lib, work["phones"][0]),
        "twenty_hard": upload(lib, work["hard"]),
        "five_hundred": upload(lib, work["bulk"]),
        "edits": both_sides(lib, work, state),
        "merge_reports": merging(lib, uploads, len(work["bulk"])),
        "merge_edits": merging(lib, edits, sum(map(len, work["edits"])), state),
        "pull": pull(lib, work),
    }
