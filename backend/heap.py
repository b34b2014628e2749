"""Gives memory that is free back to the system.

glibc keeps what was freed below the top of its heap: after a thousand uploads at once that was 110 of 240 MB,
for as long as the server ran. docs/adr/0019-flat-memory.md has the figures.
Source: malloc_trim(3).
"""

import asyncio
import ctypes
from collections.abc import Callable

Trim = Callable[[int], int]


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
