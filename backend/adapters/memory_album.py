"""A town's photos in memory: the plain reading of the port."""

from collections.abc import Mapping, Sequence

from backend.ports import PhotoRow
from media.fingerprint import alike


class MemoryAlbum:
    """One town's photos, in dictionaries."""

    def __init__(self) -> None:
        self.known: dict[str, PhotoRow] = {}
        self.refs: dict[str, frozenset[str]] = {}
        self.keys: dict[bytes, bytes] = {}

    def fork(self) -> "MemoryAlbum":
        """Copy what a request may change."""
        other = MemoryAlbum()
        other.known, other.refs, other.keys = dict(self.known), dict(self.refs), dict(self.keys)
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

    def key_of(self, device: bytes) -> bytes:
        """Give the public key a device seals its photos with."""
        return self.keys.get(device, b"")

    def enlist(self, device: bytes, key: bytes, now_ms: int) -> bytes:  # noqa: ARG002
        """Note a device's key unless it has one."""
        return self.keys.setdefault(device, key)

    def chained(self, device: bytes) -> list[PhotoRow]:
        """List the photos a device announced as links of its chain."""
        rows = [row for row in self.known.values() if row.device == device and row.link]
        return sorted(rows, key=lambda row: (row.link, row.key))

    def waiting(self, after: tuple[int, str], limit: int) -> list[PhotoRow]:
        """List photos whose bytes are not here and that a record refers to."""
        rows = (row for row in self.known.values() if not row.sha256 and self.refs.get(row.key))
        later = [row for row in rows if (row.announced_ms, row.key) > after]
        return sorted(later, key=lambda row: (row.announced_ms, row.key))[:limit]

    def verified(self, after: str, limit: int) -> list[PhotoRow]:
        """List photos whose bytes are said to be here, by key."""
        return [row for key, row in sorted(self.known.items()) if row.sha256 and key > after][:limit]

    def originals(self, digests: Sequence[bytes]) -> set[bytes]:
        """Say which SHA-256 are those of originals that are said to be here."""
        return {row.original for row in self.known.values()} & set(digests)

    def undeveloped(self, limit: int) -> list[PhotoRow]:
        """List verified photos that are still to be developed."""
        rows = [row for row in self.known.values() if row.verified_ms and not row.developed_ms]
        return sorted(rows, key=lambda row: (-row.verified_ms, row.key))[:limit]

    def near(self, ways: Sequence[bytes], limit: int) -> list[PhotoRow]:
        """List photos that look like one."""
        far = {row.key: alike(ways, row.prints) for row in self.known.values()}
        keys = sorted((bits, key) for key, bits in far.items() if bits is not None)
        return [self.known[key] for _, key in keys[:limit]]

    def earlier(self, row: PhotoRow, limit: int) -> list[PhotoRow]:
        """List the photos the same device announced before or with this one."""
        rows = [
            each
            for each in self.known.values()
            if each.device == row.device and each.announced_ms <= row.announced_ms and each.key != row.key
        ]
        return sorted(rows, key=lambda each: (-each.announced_ms, each.key))[:limit]
