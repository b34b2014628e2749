"""Which names may not be buried for now: for blobs of either make."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Claims:
    """Counts the claims of each name that last, and how many have begun at all."""

    def __init__(self) -> None:
        self.begun = 0
        self._lasting: Counter[str] = Counter()

    @contextmanager
    def claim(self, name: str) -> Iterator[None]:
        """Claim a name meanwhile, as often as one likes."""
        self.begun += 1
        self._lasting[name] += 1
        try:
            yield
        finally:
            self._lasting[name] -= 1
            self._lasting += Counter()  # forget the zeros

    def bar(self, name: str, begun: int) -> bool:
        """Say whether a name, up to its first dot, is claimed, or any claim has begun after so many."""
        return self._lasting[name.partition(".")[0]] > 0 or self.begun != begun
