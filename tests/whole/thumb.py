"""What a person's thumb does: taps, counted and timed; printed, never judged by the clock."""

import time

from playwright.sync_api import Locator


class Thumb:
    """Taps, counted and timed."""

    def __init__(self) -> None:
        self.taps = 0
        self.began = time.monotonic()

    def tap(self, target: Locator) -> None:
        """Tap once."""
        target.click()
        self.taps += 1

    def told(self, what: str) -> int:
        """Print how many taps and seconds something took; gives the taps."""
        print(f"{what}: {self.taps} taps, {time.monotonic() - self.began:.1f} s")
        return self.taps
