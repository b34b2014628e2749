"""Loro from Python. The package brings no messages: each side says its version and is sent what it lacks."""

from functools import partial
from importlib.metadata import version
from typing import Any

from loro import ExportMode, LoroDoc, LoroMap, VersionVector

from tests.bench.peers.library import Rows, measure
from tests.bench.peers.tally import Link, main


class Loro:
    """loro as the work wants it."""

    what = f"loro {version('loro')}, versions and updates exchanged, document in memory"

    def replica(self, client: int, state: bytes = b"") -> LoroDoc:
        """Open a document."""
        doc = LoroDoc()
        doc.peer_id = client
        if state:
            doc.import_(state)
        return doc

    def report(self, doc: LoroDoc, rows: Rows) -> bytes:
        """Write records."""
        before = self.version(doc)
        records = doc.get_map("records")
        for name, record in rows:
            kept = records.insert_container(name, LoroMap())
            for field, value in record.items():
                kept.insert(field, value)
        doc.commit()
        return self.since(doc, before)

    def edit(self, doc: LoroDoc, rows: Rows) -> bytes:
        """Write fields."""
        before = self.version(doc)
        records = doc.get_map("records")
        for name, field, value in rows:
            records.get(name).container.insert(field, value)
        doc.commit()
        return self.since(doc, before)

    def apply(self, doc: LoroDoc, update: bytes) -> None:
        """Merge."""
        doc.import_(update)

    def state(self, doc: LoroDoc) -> bytes:
        """Give the whole."""
        return doc.export(ExportMode.Snapshot())

    def version(self, doc: LoroDoc) -> bytes:
        """Give the version vector."""
        return doc.oplog_vv.encode()

    def since(self, doc: LoroDoc, version: bytes) -> bytes:
        """Give the updates since a version."""
        return doc.export(ExportMode.Updates(VersionVector.decode(version)))

    def shown(self, doc: LoroDoc) -> dict[str, dict[str, Any]]:
        """Read."""
        return doc.get_deep_value()["records"]

    def sync(self, phone: LoroDoc, server: LoroDoc, link: Link) -> None:
        """Send the phone's version up, what it lacks and the server's version down, the rest up."""
        heard = link.send("up", self.version(phone))
        phone.import_(link.send("down", self.since(server, heard)))
        asked = link.send("down", self.version(server))
        server.import_(link.send("up", self.since(phone, asked)))


if __name__ == "__main__":
    main(partial(measure, Loro()))
