"""What is odd about a photo: something to look at for whoever reviews, never a verdict, never in the way.

Pure functions over what is known; the phone words what they give. A doubt is a list, its code first:

    seen_before  key, record, at_ms, metres, bits   a photo that looks like this one: where, when it came in,
                 how far apart both were taken (-1: unknown), and by how many of 64 bits they differ
    late         seconds from the shutter to the first word of it; negative: taken in the future
    place_odds   metres by which the place lies outside the record's area, if that is beyond its own accuracy
    exif_time    seconds between the camera's time and the phone's
    exif_place   metres between the camera's place and the phone's
    album        it was picked, not taken
    speed        km/h that the phone must have gone since its photo before
    seal_bad     its phone says that it sealed the photo, and the seal does not hold

The trap: an honest photo of the same riverbank a week later differs from the first by as few bits as an
edited copy does. So likeness says how many bits, and a person looks at both.

Source of the thresholds: what phones do without any ill will, each named below.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from backend.announce import shot_of
from backend.ports import PhotoRow
from media.fingerprint import Ways, alike
from media.metadata import Metadata
from sync.place import Ring, metres_apart, metres_outside
from sync.register import Record
from sync.wire import Shot

Doubt = list[Any]

LATE_S: Final = 48 * 3600  # two days without a bar of signal happen; three are worth a question
AHEAD_S: Final = 600  # clocks are off by minutes, not by more
PLACE_M: Final = 30  # what is drawn on a map is no better than that
EXIF_TIME_S: Final = 900  # a camera's clock set by hand
EXIF_PLACE_M: Final = 1000  # the shift of Chinese maps is up to 700 m, and which one a camera writes varies
SPEED_KMH: Final = 150  # no road of a township allows more
SPEED_LEAST_M: Final = 500  # nearer than that, two fixes say little about the way between them
ALBUM: Final = 1  # Shot.source: picked from the phone's album
SEEN_MAX: Final = 3  # photos named that look like one
CM: Final = 100  # of a metre: accuracy travels in centimetres


class Case(Struct, frozen=True):
    """What is known of a photo when it has been developed."""

    row: PhotoRow
    exif: Metadata
    ways: Ways  # its fingerprint, held in eight ways; empty if it says nothing
    records: list[Record]  # that show it
    near: list[
        tuple[PhotoRow, Record]
    ]  # photos found by their fingerprint, each with the record it came with
    earlier: list[PhotoRow]  # that the same device spoke of before
    shapes: Mapping[int, Ring]  # by unit
    seal_bad: bool = False  # what its phone signed is not this photo


def doubts(case: Case) -> list[Doubt]:
    """List what is odd about a photo."""
    shot = shot_of(case.row)
    found = [*seen_before(case, shot), *late(case.row, shot), *place_odds(case, shot)]
    found += [*exif_time(case.exif, shot), *exif_place(case.exif, shot)]
    if shot.source == ALBUM:
        found.append(["album"])
    if case.seal_bad:
        found.append(["seal_bad"])
    return [*found, *speed(case.earlier, shot)]


def seen_before(case: Case, shot: Shot) -> Iterable[Doubt]:
    """Name the photos that look like this one, the nearest first; not those of the same record."""
    own = {record.id for record in case.records}
    likest: list[tuple[int, Doubt]] = []
    for row, record in case.near:
        bits = alike(case.ways, row.prints)
        if bits is None or row.key == case.row.key or record.id in own:
            continue
        other = shot_of(row)
        apart = metres_apart(shot.place, other.place) if shot.place and other.place else -1
        likest.append((bits, ["seen_before", row.key, record.id, record.received_ms, apart, bits]))
    return [doubt for _, doubt in sorted(likest, key=lambda each: each[0])[:SEEN_MAX]]


def late(row: PhotoRow, shot: Shot) -> Iterable[Doubt]:
    """Say how long after it was taken the town first heard of it, if that is long."""
    if shot.taken_ms and row.announced_ms:
        seconds = (row.announced_ms - shot.taken_ms) // 1000
        if not -AHEAD_S <= seconds <= LATE_S:
            yield ["late", seconds]


def place_odds(case: Case, shot: Shot) -> Iterable[Doubt]:
    """Say how far outside the area of the record nearest to it the photo was taken."""
    rings = [case.shapes.get(record.area, ()) for record in case.records]
    if shot.place and rings:
        outside = min(metres_outside(shot.place, ring) for ring in rings)
        if outside > PLACE_M + _accuracy_m(shot):
            yield ["place_odds", outside]


def exif_time(exif: Metadata, shot: Shot) -> Iterable[Doubt]:
    """Say how far the camera's time is from the phone's, if that is far."""
    if exif.taken_ms is not None and shot.taken_ms:
        seconds = abs(exif.taken_ms - shot.taken_ms) // 1000
        if seconds > EXIF_TIME_S:
            yield ["exif_time", seconds]


def exif_place(exif: Metadata, shot: Shot) -> Iterable[Doubt]:
    """Say how far the camera's place is from the phone's, if that is far."""
    if exif.lat_e7 is not None and exif.lon_e7 is not None and shot.place:
        metres = metres_apart(shot.place, (exif.lat_e7, exif.lon_e7))
        if metres > EXIF_PLACE_M + _accuracy_m(shot):
            yield ["exif_place", metres]


def speed(earlier: Iterable[PhotoRow], shot: Shot) -> Iterable[Doubt]:
    """Say how fast the phone must have gone since the photo it took before, if no road allows it."""
    before = [each for row in earlier if (each := shot_of(row)).place and 0 < each.taken_ms < shot.taken_ms]
    last = max(before, key=lambda each: each.taken_ms, default=None)
    if not shot.place or last is None or not last.place:
        return
    metres = metres_apart(last.place, shot.place) - _accuracy_m(last) - _accuracy_m(shot)
    km_h = metres * 3600 // (shot.taken_ms - last.taken_ms)
    if metres >= SPEED_LEAST_M and km_h > SPEED_KMH:
        yield ["speed", km_h]


def _accuracy_m(shot: Shot) -> int:
    return shot.place[2] // CM if shot.place else 0
