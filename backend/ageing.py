"""How long something has lain there, measured so that no clock that is wrong makes it seem older than it is.

A server's clock may be a year off when it starts and be put right an hour later: who throws things away by
it throws them away early. So what counts is the clock that never jumps. While the server was down there is
but the wall's: it is believed for a day, and never twice for the same time. An age can so be less than it
is, never much more: what is collected late takes room, what is collected early is lost.
"""

from typing import Final

from msgspec import Struct

DAY_MS: Final = 86_400_000
DOWN_MAX_MS: Final = DAY_MS  # believed of the time a server was down
ASLEEP: Final = -1  # in place of a time of the steady clock: it began anew with this process


class Ageing(Struct):
    """Time that passed since care of a directory began, as far as it is certain."""

    age_ms: int = 0
    wall_ms: int = 0  # the latest the wall's clock has shown; 0: never asked
    steady_ms: int = ASLEEP

    def at(self, wall_ms: int, steady_ms: int) -> int:
        """Give the age now."""
        if self.steady_ms != ASLEEP:
            self.age_ms += max(0, steady_ms - self.steady_ms)
        elif self.wall_ms:
            self.age_ms += min(DOWN_MAX_MS, max(0, wall_ms - self.wall_ms))
        self.wall_ms, self.steady_ms = max(self.wall_ms, wall_ms), steady_ms
        return self.age_ms
