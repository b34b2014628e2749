"""How often Python looks for garbage that refers to itself.

By default every 700 new objects, and all there are whenever their number has grown by a quarter. In an
evening's first minute, when town after town comes to mind, that was ten looks at everything, 0.2 s each, in
which nobody was answered, for next to no garbage: what an exchange makes is freed by its count of references.
Source: the documentation of Python's gc module; figures in docs/adr/0020-evening.md.
"""

import gc
from typing import Final

YOUNG: Final = 50_000  # new objects before they are looked at: some 10 MB, 5 to 15 ms
MIDDLE: Final = 20  # such looks before those that stayed are looked at again
OLD: Final = 10  # such looks before all are: every few minutes of an evening


def at_ease() -> None:
    """Look more seldom from here on, and never again at what is there now: the modules."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
