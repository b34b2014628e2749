"""A flush that fails once. The kernel then forgets what it could not write, and the next flush succeeds.

So nothing may be acknowledged on such a file again: the server takes no writes until it is started anew,
or ends. Source: Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020.
"""

from hashlib import sha256

import pytest

from tests.whole.faults.oracle import examine
from tests.whole.faults.stage import Strace

pytestmark = pytest.mark.usefixtures("strace")
TRIES = 3


@pytest.mark.parametrize("nth", [1, 2])
def test_after_a_failed_flush_nothing_is_acknowledged(tmp_path, settle_at, stage_at, nth):
    one, other, *_ = phones = settle_at(tmp_path / "data")
    stage = stage_at(tmp_path / "data")
    assert stage.begin()
    for phone in (one, other):
        phone.dial(stage.url)
        phone.write(2)
        assert phone.push() == "held"
    fault = ("-e", "trace=fdatasync", "-e", f"inject=fdatasync:error=EIO:when={nth}")
    tracer = Strace(stage.pid, tmp_path / "log", *fault)
    told = []
    while not (told and told[-1] != "held"):
        one.write()
        told.append(one.push())
    assert len(told) == nth and told[-1] in ("busy", "")
    tracer.detach()
    for phone in (one, other) * TRIES:
        phone.write()
        assert phone.push() in ("busy", ""), "the flush that failed is forgotten"
        assert phone.pull() == ("held" if stage.lives() else "")
    stage.end()
    examine(stage.data, tmp_path / "copy", phones)
    assert stage.begin()
    for phone in (one, other):
        assert phone.push() == "held"
        phone.settle()


def test_a_photo_that_could_not_be_flushed_is_flushed_when_it_comes_again(tmp_path, settle_at, stage_at):
    phone, *_ = settle_at(tmp_path / "data")
    stage, log = stage_at(tmp_path / "data"), tmp_path / "log"
    assert stage.begin()
    phone.dial(stage.url)
    for colour, what in (("red", "bytes"), ("green", "name")):
        photo = phone.announce(colour)
        folder = stage.data / "photos" / sha256(photo).hexdigest()[:2]
        folder.mkdir(parents=True)  # so that the first flush there is, is the one of the bytes
        where = ["-P", str(folder)] if what == "name" else []
        tracer = Strace(stage.pid, log, *where, "-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=1")
        assert phone.upload(photo) == "busy"
        tracer.detach()
        tracer = Strace(stage.pid, log, "-y", "-e", "trace=fsync")
        assert phone.upload(photo) == "held"
        tracer.detach()
        assert f"<{folder}>)" in log.read_text()
    phone.settle()
    stage.end()
    examine(stage.data, tmp_path / "copy", [phone])
