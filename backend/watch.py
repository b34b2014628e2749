"""Noticing that files have changed, without looking at the disk at every request."""

import time
from collections.abc import Callable
from typing import Final

LOOK_EVERY_S: Final = 1.0  # how often the disk is looked at, at most


class Watch:
    """Tells a change of how files stand, which `look` gives; each change once."""

    def __init__(self, look: Callable[[], object]) -> None:
        self._look = look
        self._stand = look()
        self._looked = time.monotonic()

    def changed(self, *, at_once: bool = False) -> bool:
        """Look, unless that was done a moment ago; raises OSError if a file vanishes meanwhile."""
        if not at_once and time.monotonic() - self._looked < LOOK_EVERY_S:
            return False
        self._looked = time.monotonic()
        stand = self._look()
        changed = stand != self._stand
        self._stand = stand
        return changed
