"""Hybrid logical clock: one total order for writes made on clocks that disagree.

Source: Kulkarni et al., "Logical Physical Clocks", Univ. at Buffalo TR 2014-04.
Twin: pwa/src/sync/clock.ts. Shared cases: tests/vectors/clock.json.
"""

from typing import Final

from msgspec import Struct

LEAD_MS_MAX: Final = 60_000  # ms a phone may lead the server: more than honest drift between two exchanges
COUNT_MAX: Final = 0xFFFF  # writes ordered within one millisecond; sixteen bits, as in the paper
SERVER: Final = "0" * 16  # the device id under which the server itself stamps


class Stamp(Struct, frozen=True, order=True, array_like=True):
    """The instant of one write (I1). Compared field by field, in this order."""

    wall_ms: int  # Unix time, milliseconds, never negative
    count: int  # orders writes within one millisecond, 0..COUNT_MAX
    device: str  # 16 lowercase hex digits: device number and incarnation


def tick(last: Stamp, now_ms: int) -> Stamp:
    """Stamp a write on this device: later than `last`, and it never fails.

    The count carries into the next millisecond: a worker must always be able to save.
    """
    if now_ms > last.wall_ms:
        return Stamp(now_ms, 0, last.device)
    if last.count < COUNT_MAX:
        return Stamp(last.wall_ms, last.count + 1, last.device)
    return Stamp(last.wall_ms + 1, 0, last.device)


def leads(stamp: Stamp, now_ms: int) -> bool:
    """Tell whether a stamp is further ahead of `now_ms` than honest drift explains."""
    return stamp.wall_ms - now_ms > LEAD_MS_MAX


def witness(last: Stamp, heard: Stamp, now_ms: int) -> Stamp:
    """Move this clock past a stamp it was sent, so that the next write is ordered after it.

    A stamp that leads too far is not adopted: it would drag every later write into the future.
    """
    if leads(heard, now_ms) or heard <= last:
        return last
    return Stamp(heard.wall_ms, heard.count, last.device)


def amend(last: Stamp, claimed: Stamp, now_ms: int) -> tuple[Stamp, Stamp]:
    """Give a write its final stamp; returns (stamp, the server's clock after it).

    A stamp from the future is replaced by the server's next tick under the writer's device id, so
    that several keep the order in which they were made. Refusing them loses field work; accepting
    them poisons everyone's order; one instant for all makes their order arbitrary (all measured).
    """
    if not leads(claimed, now_ms):
        return claimed, witness(last, claimed, now_ms)
    ticked = tick(last, now_ms)
    return Stamp(ticked.wall_ms, ticked.count, claimed.device), ticked
