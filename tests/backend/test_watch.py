"""Changes of files are told once each, and the disk is left alone in between."""

import pytest

from backend import watch
from backend.watch import Watch


def test_a_change_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    stands = iter([1, 1, 2, 2, 1])
    seen = Watch(lambda: next(stands))
    assert [seen.changed() for _ in range(4)] == [False, True, False, True]


def test_the_disk_is_looked_at_once_a_moment() -> None:
    looks: list[int] = []
    seen = Watch(lambda: looks.append(1))
    assert not seen.changed()
    assert not seen.changed()
    assert len(looks) == 1


def test_a_file_that_vanishes_is_no_change_and_the_next_look_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    stands: list[object] = [2, FileNotFoundError(), 1]

    def look() -> object:
        stand = stands.pop()
        if isinstance(stand, FileNotFoundError):
            raise stand
        return stand

    seen = Watch(look)
    with pytest.raises(FileNotFoundError):
        seen.changed()
    assert seen.changed()
