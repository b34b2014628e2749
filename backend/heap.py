"""Gives memory that is free back to the system.

glibc keeps what was freed below the top of its heap: after a thousand uploads at once that was 110 of 240 MB,
for as long as the server ran. So it is told to give it back every half minute, and a moment after many bodies
at once have become few. docs/adr/0019-flat-memory.md has the figures.
Source: malloc_trim(3).
"""

import asyncio
import ctypes
from collections.abc import Callable
from typing import Final

Trim = Callable[[int], int]

MANY: Final = 64  # bodies at once: what fewer leave behind, some 3 MB, can wait for the half minute
REST_S: Final = 1.0  # until those that are done have been answered and their connections closed


def found() -> Trim | None:
    """Find what gives memory back; None where the C library has no such thing: musl, macOS."""
    try:
        trim: Trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return trim


async def trim(_: int) -> None:
    """Give back what is free: 0.3 ms where nothing is, 5 to 15 ms for 50 MB, beside everything else."""
    if (give := found()) is not None:
        await asyncio.to_thread(give, 0)


class Tide:
    """Gives memory back when it ebbs: a moment after each time that many have become half as many."""

    def __init__(self) -> None:
        self._most = 0  # at once, since it last ebbed
        self._later: asyncio.TimerHandle | None = None
        self._giving: asyncio.Task[None] | None = None

    def stands(self, count: int) -> None:
        """Hear how many there are now."""
        self._most = max(self._most, count)
        if self._most < MANY or 2 * count > self._most:
            return
        self._most = count
        if self._later is not None:
            self._later.cancel()  # one for all that end at nearly the same time
        self._later = asyncio.get_running_loop().call_later(REST_S, self._give)

    def _give(self) -> None:
        self._giving = asyncio.create_task(trim(0))
