"""Yjs, as a Python server has it: pycrdt. Messages are y-protocols': step 1; step 2 and step 1; step 2."""

from functools import partial
from importlib.metadata import version
from typing import Any

from pycrdt import Doc, Map, create_sync_message, handle_sync_message

from tests.bench.peers.library import Rows, measure
from tests.bench.peers.tally import Link, main


class Yjs:
    """pycrdt as the work wants it."""

    what = f"pycrdt {version('pycrdt')}, messages of y-protocols, document in memory"

    def replica(self, client: int, state: bytes = b"") -> Doc[Any]:
        """Open a document."""
        doc: Doc[Any] = Doc({"records": Map()}, client_id=client)
        if state:
            doc.apply_update(state)
        return doc

    def report(self, doc: Doc[Any], rows: Rows) -> bytes:
        """Write records."""
        before = doc.get_state()
        with doc.transaction():
            for name, record in rows:
                doc["records"][name] = Map(record)
        return doc.get_update(before)

    def edit(self, doc: Doc[Any], rows: Rows) -> bytes:
        """Write fields."""
        before = doc.get_state()
        with doc.transaction():
            for name, field, value in rows:
                doc["records"][name][field] = value
        return doc.get_update(before)

    def apply(self, doc: Doc[Any], update: bytes) -> None:
        """Merge."""
        doc.apply_update(update)

    def state(self, doc: Doc[Any]) -> bytes:
        """Give the whole."""
        return doc.get_update()

    def version(self, doc: Doc[Any]) -> bytes:
        """Give the state vector."""
        return doc.get_state()

    def since(self, doc: Doc[Any], version: bytes) -> bytes:
        """Give the difference to a state vector; it always carries all that was ever overwritten."""
        return doc.get_update(version)

    def shown(self, doc: Doc[Any]) -> dict[str, dict[str, Any]]:
        """Read."""
        return doc["records"].to_py()

    def sync(self, phone: Doc[Any], server: Doc[Any], link: Link) -> None:
        """Exchange step 1 and step 2 both ways; the first byte says that it is a sync message."""
        answer = handle_sync_message(link.send("up", create_sync_message(phone))[1:], server)
        assert answer is not None
        handle_sync_message(link.send("down", answer)[1:], phone)
        last = handle_sync_message(link.send("down", create_sync_message(server))[1:], phone)
        assert last is not None
        handle_sync_message(link.send("up", last)[1:], server)


if __name__ == "__main__":
    main(partial(measure, Yjs()))
