"""The power goes right after an acknowledgement, while others push: what was acknowledged is on the disk."""

import signal
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

from tests.whole.faults.oracle import examine
from tests.whole.faults.reporter import ANSWER_S, Reporter
from tests.whole.faults.stage import SOAK

CYCLES = 100 if SOAK else 5
ACKS = 30  # pushes answered before the power goes


def report(phone: Reporter, told: "Queue[str]") -> None:
    """Write and push until there is no good answer any more."""
    answer = "held"
    while answer == "held":
        phone.write()
        answer = phone.push()
        told.put(answer)


def test_what_was_acknowledged_survives_a_power_cut(block_disk, tmp_path, settle_at, stage_at):
    data = block_disk.folder / "data"
    phones = settle_at(data)[:4]
    block_disk.sync()
    stage = stage_at(data)
    for phone in phones:
        phone.dial(stage.url)
    for cycle in range(CYCLES):
        assert stage.begin()
        photo = phones[0].announce(f"#{cycle:06x}")
        assert phones[0].upload(photo) == "held"
        told: Queue[str] = Queue()
        with ThreadPoolExecutor() as pool:
            working = [pool.submit(report, phone, told) for phone in phones]
            for _ in range(ACKS):
                assert told.get(timeout=ANSWER_S) == "held"
            heard = [(phone.held, phone.phone.cursor) for phone in phones]
            block_disk.cut()
            for each in working:
                each.result()
        for phone, before in zip(phones, heard, strict=True):
            # Without power it answers nobody; here the kernel lets a flush under way succeed.
            phone.held, phone.phone.cursor = before
        stage.end(signal.SIGKILL)
        block_disk.restore()
        examine(data, tmp_path / "copy", phones)
    assert stage.begin()
    for phone in phones:
        phone.settle()
