"""A restore killed at a call to the kernel: the old data or the restored, whole; and it can be run again."""

import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from backend.adapters.opening import FILE
from backend.swap import unfinished
from tests.whole.faults.oracle import examine
from tests.whole.faults.reporter import Reporter
from tests.whole.faults.stage import CALLS, SOAK, Point, Stage, Strace, points, spread

STEPS = (*CALLS, "sendfile", "unlinkat", "rmdir", "mkdir")  # all that changes what is on a disk
SAMPLE = 14  # of them in a test that is not to take long, and all renames, for they decide
REACHED_MIN = 0.8  # of the points: it takes the same steps each time, less what threads do
REFUSED = 2  # exit status of a command that says in one line why it does nothing
Ends = list[tuple[int, int, bytes]]  # of each town's log

pytestmark = pytest.mark.usefixtures("strace")


class Keeper:
    """Somebody who puts a backup in place of a town that worked on since, and died."""

    def __init__(self, stage: Stage, backup: Path, scratch: Path) -> None:
        self.stage, self.backup, self.scratch = stage, backup, scratch
        self.clean = Path(shutil.copytree(stage.data, scratch / "clean"))
        self.old, self.new = self.ends(self.clean), self.ends(backup)
        assert self.old != self.new

    def lay(self) -> None:
        """Put everything as it was before the restore."""
        shutil.rmtree(self.stage.data)
        shutil.copytree(self.clean, self.stage.data)

    def restore(self, *faults: str) -> int:
        """Restore, under faults; gives its exit status."""
        tracer = Strace(self.stage.cradle.pid, self.scratch / "log", *faults)
        status = self.stage.run("restore", str(self.backup))
        tracer.detach()
        return status

    def points(self) -> list[Point]:
        """Restore undisturbed; gives the points there are."""
        assert self.restore("-y", "-e", f"trace={','.join(STEPS)}") == 0
        return points(self.scratch / "log", self.stage.data)

    def killed_at(self, point: Point) -> bool:
        """Restore and be killed at a point; gives False if it did not come to that."""
        call, k = point
        self.lay()
        return self.restore("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={k}") < 0

    def prove(self) -> bool:
        """Check that one of both is there, whole, and the old one anyhow; gives whether it was decided."""
        root = self.stage.data
        half = unfinished(root)
        assert self.stage.run("check") == (REFUSED if half else 0), "half a swap is not looked at"
        assert self.stage.run("migrate") == 0, "whoever opens the directory finishes it"
        assert self.stage.run("check") == 0 and not unfinished(root)
        found = self.ends(root)
        assert found == self.new if half else found in (self.old, self.new)
        if found == self.new:
            assert self.old in [self.ends(aside) for aside in root.glob("before-*")], "it is kept aside"
        return found == self.new

    def again(self) -> None:
        """Restore once more: that finishes, whatever a killed one left."""
        root = self.stage.data
        assert self.stage.run("restore", str(self.backup)) == 0
        assert self.ends(root) == self.new and self.stage.run("check") == 0
        assert self.old in [self.ends(aside) for aside in root.glob("before-*")]
        assert not list(root.glob("restored.*"))

    def ends(self, root: Path) -> Ends:
        """Say where the logs of a directory end; read from a copy, for reading mends."""
        with closing(sqlite3.connect(shutil.copytree(root, self.scratch / "read") / FILE)) as database:
            found = database.execute("SELECT town_id, seq, head FROM lane ORDER BY 1").fetchall()
        shutil.rmtree(self.scratch / "read")
        return found


def keeper_of(phone: Reporter, stage: Stage, scratch: Path) -> Keeper:
    """Let a town work, make a backup, and let it work on until it is killed."""
    assert stage.begin()
    phone.dial(stage.url)
    phone.write(2)
    assert phone.push() == "held"
    assert phone.upload(phone.announce("red")) == "held"
    stage.end()
    assert stage.run("backup", str(scratch / "backups")) == 0
    assert stage.begin()
    phone.write(2)
    assert phone.push() == "held"
    assert phone.upload(phone.announce("green")) == "held"
    stage.end(signal.SIGKILL)
    (backup,) = (path.parent for path in (scratch / "backups").glob("*/manifest.json"))
    return Keeper(stage, backup, scratch)


def offer_all(phone: Reporter) -> None:
    """Do what a phone does that hears that the server was put back: all it has is there again, and once."""
    phone.held.clear()
    phone.phone.cursor = ""
    phone.repeat()
    for key, body in phone.photos.items():
        assert phone.send([], [(key, len(body), "")]) == "held"
        assert phone.upload(body) == "held"
    phone.settle()


def sampled(found: list[Point]) -> list[Point]:
    """Take the points at which what was restored gets its place, and some of the others."""
    renames = [point for point in found if point[0] == "rename"]
    return renames + spread([point for point in found if point not in renames], SAMPLE)


def test_a_restore_killed_anywhere_leaves_one_of_both_and_can_be_run_again(tmp_path, settle_at, stage_at):
    phone, *_ = settle_at(tmp_path / "data")
    keeper = keeper_of(phone, stage_at(tmp_path / "data"), tmp_path)
    found = keeper.points()
    chosen, reached, decided = found if SOAK else sampled(found), 0, set()
    for point in chosen:
        reached += keeper.killed_at(point)
        decided.add(keeper.prove())
        keeper.again()
    print(f"{reached} of {len(chosen)} points reached, of {len(found)} there are")
    assert reached > REACHED_MIN * len(chosen) and decided == {False, True}
    assert keeper.stage.begin()
    offer_all(phone)
    keeper.stage.end()
    examine(keeper.stage.data, tmp_path / "copy", [phone])
