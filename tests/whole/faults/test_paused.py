"""The server stands still, as a machine out of memory does, and phones give up and come again meanwhile."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from threading import Event

from tests.whole.faults.oracle import examine
from tests.whole.faults.reporter import ANSWER_S, Reporter

PAUSES = 4
GIVE_UP = 3  # unanswered pushes of each phone in one pause
PATIENCE_S = 0.4  # of a phone: one that waited longer would not come again


def report(phone: Reporter, told: "Queue[tuple[Reporter, str]]", enough: Event) -> None:
    """Write and push until it is enough."""
    while not enough.is_set():
        phone.write()
        told.put((phone, phone.push()))


def hear(told: "Queue[tuple[Reporter, str]]", phones: list[Reporter], answer: str, times: int) -> None:
    """Wait until each phone got an answer so many times."""
    left = {phone.phone.device: times for phone in phones}
    while any(left.values()):
        phone, heard = told.get(timeout=ANSWER_S)
        assert heard in ("held", "")
        if heard == answer:
            left[phone.phone.device] = max(0, left[phone.phone.device] - 1)


def test_what_was_sent_again_and_again_to_a_server_that_stood_still_is_there_once(
    tmp_path, settle_at, stage_at
):
    phones = settle_at(tmp_path / "data")[:3]
    stage = stage_at(tmp_path / "data")
    assert stage.begin()
    told: Queue[tuple[Reporter, str]] = Queue()
    enough = Event()
    with ThreadPoolExecutor() as pool:
        for phone in phones:
            phone.dial(stage.url, PATIENCE_S)
        working = [pool.submit(report, phone, told, enough) for phone in phones]
        try:
            for _ in range(PAUSES):
                hear(told, phones, "held", 2)
                os.kill(stage.pid, signal.SIGSTOP)
                hear(told, phones, "", GIVE_UP)
                os.kill(stage.pid, signal.SIGCONT)
        finally:
            enough.set()
        for each in working:
            each.result()
    for phone in phones:
        phone.dial(stage.url)
        phone.settle()
    stage.end()
    examine(stage.data, tmp_path / "copy", phones)
