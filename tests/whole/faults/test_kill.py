"""Killed at a call to the kernel: in a start, in pushes, in a photo, in a checkpoint, in a stop.

strace kills the server on its way into the k-th write, flush, unlink or rename. Then everything a phone
was told is held must be in what is left, a start must mend the rest, and a phone that sends again must
find each entry once.
"""

import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from backend.adapters.opening import FILE
from tests.whole.faults.oracle import examine
from tests.whole.faults.reporter import Reporter
from tests.whole.faults.stage import CALLS, SOAK, Point, Stage, Strace, points, spread

REACHED_MIN = 0.5  # of the points: threads take turns, so that one call more or less is made now and then
LONG = "很长" * 140  # as much as a line of progress takes
ENTRIES = 50  # of one push; with LONG they take half a megabyte of the database's log
SPARE = 600_000  # bytes of that log left when a sweep of its end begins
WRITTEN_BACK = 150  # points of some 3,100, when all others are taken: page after page the same, 3 s each
FEW = 2  # entries of a push, where each point of a write-back is taken
PAGES = 40  # of the log with which it is written back then, instead of 4,000
Play = Callable[[Stage, Reporter], None]

pytestmark = pytest.mark.usefixtures("strace")


def push_and_stop(stage: Stage, phone: Reporter) -> None:
    """Three pushes, and a stop: closing the database writes its log back and removes it."""
    for _ in range(3):
        phone.write(2)
        phone.push()
    stage.ask_to_stop()


def show_a_photo(stage: Stage, phone: Reporter) -> None:
    """A photo on its way in, each time another one."""
    phone.upload(phone.announce(f"#{phone.phone.n:06x}"))


def start(stage: Stage, phone: Reporter) -> None:
    """A start after a kill: the log is read and written back before the first request."""
    stage.begin()


class Sweep:
    """One play, again and again on one data directory, killed at another point each time."""

    def __init__(self, stage: Stage, phone: Reporter, scratch: Path, play: Play) -> None:
        self.stage, self.phone, self.scratch, self.play = stage, phone, scratch, play
        self.log = scratch / "log"

    def set_up(self) -> int:
        """Get ready for the play; gives the process to watch."""
        assert self.stage.begin()
        return self.stage.pid

    def points(self) -> list[Point]:
        """Play undisturbed; gives the points there are."""
        tracer = Strace(self.set_up(), self.log, "-y", "-e", f"trace={','.join(CALLS)}")
        self.play(self.stage, self.phone)
        self.stage.end(signal.SIGKILL)
        tracer.detach()
        return points(self.log, self.stage.data)

    def killed_at(self, point: Point) -> bool:
        """Play until the server dies at a point; gives False if it did not come to that."""
        call, k = point
        fault = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={k}")
        tracer = Strace(self.set_up(), self.log, *fault)
        self.play(self.stage, self.phone)
        killed = self.stage.end(signal.SIGHUP) == -signal.SIGKILL
        tracer.detach()
        return killed

    def run(self, count: int, soaking: int | None) -> None:
        """Kill at some points and look after each; in the end all is as it should be."""
        found = self.points()
        chosen = spread(found, (soaking or len(found)) if SOAK else count)
        reached = 0
        for point in chosen:
            reached += self.killed_at(point)
            examine(self.stage.data, self.scratch / "copy", [self.phone])
        print(f"{reached} of {len(chosen)} points reached, of {len(found)} there are")
        assert reached > REACHED_MIN * len(chosen)
        assert self.stage.begin()
        self.phone.settle()
        assert self.stage.end() == -signal.SIGTERM
        assert self.stage.run("check") == 0
        examine(self.stage.data, self.scratch / "copy", [self.phone])


class Starting(Sweep):
    """Sweeps a start that has something to mend."""

    def set_up(self) -> int:
        assert self.stage.begin()
        self.phone.write(2)
        assert self.phone.push() == "held"
        self.stage.end(signal.SIGKILL)
        return self.stage.cradle.pid


class Checkpointing(Sweep):
    """Sweeps the push with which the database's log gets so long that it is written back."""

    spare = SPARE

    def __init__(self, stage: Stage, phone: Reporter, scratch: Path, play: Play) -> None:
        super().__init__(stage, phone, scratch, play)
        self.clean = shutil.copytree(stage.data, scratch / "clean")
        self.long = 0  # bytes of the log when it is written back; measured first
        super().set_up()
        play(stage, phone)
        self.long = wal_of(stage).stat().st_size
        stage.end(signal.SIGKILL)

    def set_up(self) -> int:
        shutil.rmtree(self.stage.data)
        shutil.copytree(self.clean, self.stage.data)
        self.phone.begin_anew()
        pid = super().set_up()
        while wal_of(self.stage).stat().st_size < self.long - self.spare:
            self.phone.write(ENTRIES, LONG)
            assert self.phone.push() == "held"
        return pid


class ShortOfPages(Checkpointing):
    """The same with a short log: all pushes from an empty one on are swept, and each page written back."""

    spare = 2**30


def wal_of(stage: Stage) -> Path:
    return stage.data / f"{FILE}-wal"


def fill(stage: Stage, phone: Reporter, entries: int = ENTRIES, words: str = LONG) -> None:
    """Push until the database itself is written to."""
    file = stage.data / FILE
    before = file.stat().st_mtime_ns
    while file.stat().st_mtime_ns == before and stage.lives():
        phone.write(entries, words)
        phone.push()


@pytest.fixture
def swept(tmp_path, settle_at, stage_at):
    def sweep(how: type[Sweep], play: Play, count: int, soaking: int | None = None, **settings: str) -> None:
        phones = settle_at(tmp_path / "data")
        stage = stage_at(tmp_path / "data", **settings)
        phones[0].dial(stage.url)
        how(stage, phones[0], tmp_path, play).run(count, soaking)

    return sweep


def test_killed_in_pushes_and_a_stop(swept):
    swept(Sweep, push_and_stop, 16)


def test_killed_while_a_photo_comes_in(swept):
    swept(Sweep, show_a_photo, 16)


def test_killed_in_a_start_that_mends(swept):
    swept(Starting, start, 10)


def test_killed_while_the_log_is_written_back(swept):
    swept(Checkpointing, fill, 4, WRITTEN_BACK)


def test_killed_at_any_page_of_a_short_log_that_is_written_back(swept):
    swept(ShortOfPages, partial(fill, entries=FEW, words=""), 10, CHECKPOINT_PAGES=str(PAGES))
