"""A town's photos in memory: the plain reading of the port."""

from collections.abc import Mapping, Sequence

from backend.ports import PhotoRow


class MemoryAlbum:
    """One town's photos, in dictionaries."""

    def __init__(self) -> None:
        self.known: dict[str, PhotoRow] = {}
        self.refs: dict[str, frozenset[str]] = {}

    def fork(self) -> "MemoryAlbum":
        """Copy what a request may change."""
        other = MemoryAlbum()
        other.known, other.refs = dict(self.known), dict(self.refs)
        return other

    def refer(self, refs: Mapping[str, Sequence[str]]) -> None:
        """Note which photos records refer to, by record."""
        for record, keys in refs.items():
            for key in keys:
                self.refs[key] = self.refs.get(key, frozenset()) | {record}

    def release(self, record: str) -> None:
        """Note that a record refers to nothing any more."""
        self.refs = {key: names - {record} for key, names in self.refs.items()}

    def announce(self, photos: Sequence[PhotoRow]) -> None:
        """Note photos a device speaks of."""
        for row in photos:
            self.known.setdefault(row.key, row)

    def rows(self, keys: Sequence[str]) -> dict[str, PhotoRow]:
        """Load what is known of photos by key."""
        return {key: self.known[key] for key in keys if key in self.known}

    def put(self, row: PhotoRow) -> None:
        """Keep what is known of a photo now."""
        self.known[row.key] = row

    def referring(self, key: str) -> list[str]:
        """List the ids of the records that refer to a photo."""
        return sorted(self.refs.get(key, frozenset()))

    def alone(self, records: Sequence[str]) -> list[PhotoRow]:
        """List the photos that only these records refer to."""
        return [
            self.known[key]
            for key, names in sorted(self.refs.items())
            if key in self.known and names and names <= set(records)
        ]

    def forget(self, keys: Sequence[str]) -> None:
        """Forget photos, as if they had never been announced."""
        for key in keys:
            self.known.pop(key, None)
            self.refs.pop(key, None)
