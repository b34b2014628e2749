"""The boxes of an ISO base media file (HEIC, AVIF, M4A), read by hand: sizes and kinds, no content decoded.

Every walk is bounded in boxes and in depth: 20 MB of a stranger's choosing cost a few milliseconds.

Source: ISO/IEC 14496-12 sections 4.2 and 8.4.3 (boxes, handlers), 23008-12 section 6.5.3 (`ispe`).
"""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

BOXES_MAX: Final = 4096  # of one walk; a HEIC of 48 Mpx has some 200 properties
BRANDS_MAX: Final = 32  # compatible brands that are looked at

_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis"})  # stills only: a sequence is a film
_AVIF: Final = b"avif"

Family = Literal["HEIF", "AVIF", "OTHER"]


class Box(NamedTuple):
    """One box: its four letters, and where its content lies."""

    name: bytes
    start: int
    end: int  # as it claims; may lie beyond the file


class Still(NamedTuple):
    """What a HEIC or AVIF claims to be."""

    width: int  # of the largest picture or tile it speaks of, before rotation
    height: int
    whole: bool  # its boxes end within the file


class File:
    """A file of boxes, and how many of them may still be looked at."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self._left = BOXES_MAX

    def boxes(self, start: int = 0, end: int = 0) -> Iterator[Box]:
        """Go through the boxes of one level; ends where the file does, or where it stops being boxes."""
        body, at = self.body, start
        end = min(end or len(body), len(body))
        while at + 8 <= end and self._left > 0:
            self._left -= 1
            size, name, head = int.from_bytes(body[at : at + 4], "big"), body[at + 4 : at + 8], 8
            if size == 1:
                size, head = int.from_bytes(body[at + 8 : at + 16], "big"), 16
            elif size == 0:
                size = end - at  # the last one, up to the end
            if size < head:
                return
            yield Box(name, at + head, at + size)
            at += size

    def inner(self, *names: bytes, outer: Box | None = None) -> Iterator[Box]:
        """Go down by names, one a level, through all boxes so called."""
        for box in self.boxes(outer.start, outer.end) if outer else self.boxes():
            if box.name == names[0] and len(names) == 1:
                yield box
            elif box.name == names[0]:
                inset = 4 if box.name == b"meta" else 0  # it says its version before its boxes
                yield from self.inner(*names[1:], outer=box._replace(start=box.start + inset))


def family(body: bytes) -> Family | None:
    """Say what the first box makes of the file; None if it is no file of boxes."""
    first = next(File(body).boxes(), None)
    if first is None or first.name != b"ftyp" or not first.start + 8 <= first.end <= len(body):
        return None
    ends = min(first.end, first.start + 8 + 4 * BRANDS_MAX)
    spoken = [body[at : at + 4] for at in range(first.start + 8, ends, 4)]
    brands = {body[first.start : first.start + 4], *spoken}
    if _AVIF in brands:
        return "AVIF"
    return "OTHER" if _HEIC.isdisjoint(brands) else "HEIF"


def still(body: bytes) -> Still | None:
    """Read the size of a HEIC or AVIF; None where it names none, which may be because it is cut short.

    The largest of all sizes it names, so that neither a tile nor a thumbnail hides a bomb behind it.
    """
    file = File(body)
    found = [
        (int.from_bytes(body[at + 4 : at + 8], "big"), int.from_bytes(body[at + 8 : at + 12], "big"))
        for _, at, end in file.inner(b"meta", b"iprp", b"ipco", b"ispe")
        if at + 12 <= min(end, len(body))
    ]
    if not found:
        return None
    outer = list(File(body).boxes())
    names = {box.name for box in outer}
    # What follows is a tail, as pictures of every format may have one; content must not end early.
    whole = b"mdat" in names and all(box.end <= len(body) for box in outer if box.name in (b"meta", b"mdat"))
    width, height = max(found, key=lambda size: size[0] * size[1])
    return Still(width, height, whole)
