"""The sandbox: a picture may kill its worker, never the server, and never the next picture."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image

from media.rendition import Developed, develop
from media.sandbox import Limits, Sandbox

T = TypeVar("T")
MIB = 1024 * 1024


def within(job: Callable[[Sandbox], Awaitable[T]], limits: Limits | None = None) -> T:
    """Run one job with a sandbox that is closed afterwards."""

    async def run() -> T:
        sandbox = Sandbox(limits)
        try:
            return await job(sandbox)
        finally:
            await sandbox.close()

    return asyncio.run(run())


@pytest.fixture(scope="module")
def heavy() -> bytes:
    """Give 49 million legal pixels in 160 KB: within every limit of intake, 200 MB once decoded."""
    out = BytesIO()
    Image.new("RGB", (7000, 7000), (90, 120, 80)).save(out, "PNG", compress_level=1)
    return out.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_it_gives_what_the_decoder_gives(encode, exif, form):
    photo = encode(form, 1600, 1200, exif=exif)
    assert within(lambda sandbox: sandbox.develop(photo)) == develop(photo)


def test_refusals_come_through(encode, png_bomb):
    async def ask(sandbox: Sandbox) -> list[object]:
        return [await sandbox.develop(body) for body in (png_bomb, b"no", encode("PNG")[:200])]

    assert within(ask) == ["too_many_pixels", "not_an_image", "truncated"]


def test_one_worker_serves_many_photos(encode):
    photo = encode("JPEG")

    async def ask(sandbox: Sandbox) -> set[int | None]:
        pids = set()
        for _ in range(5):
            assert isinstance(await sandbox.develop(photo), Developed)
            pids.add(sandbox.workers[0].pid)
        return pids

    assert len(within(ask)) == 1


def test_the_memory_limit_stops_a_picture_that_wants_too_much(encode, heavy):
    async def ask(sandbox: Sandbox) -> None:
        photo = encode("JPEG")
        assert isinstance(await sandbox.develop(photo), Developed)
        resting = _high_water_bytes(sandbox.workers[0].pid)
        job = asyncio.ensure_future(sandbox.develop(heavy))
        highest = resting
        while not job.done():
            await asyncio.sleep(0.005)
            highest = max(highest, _high_water_bytes(sandbox.workers[0].pid))
        assert job.result() == "over_budget"
        assert highest < resting + 64 * MIB
        assert isinstance(await sandbox.develop(photo), Developed)

    within(ask, Limits(memory_bytes=64 * MIB))


def test_the_same_picture_is_fine_within_the_usual_limit(heavy):
    assert isinstance(within(lambda sandbox: sandbox.develop(heavy)), Developed)


def test_a_picture_that_takes_too_long_is_given_up_and_the_next_one_served(encode, heavy):
    async def ask(sandbox: Sandbox) -> None:
        first = await sandbox.develop(encode("JPEG"))
        pid = sandbox.workers[0].pid
        sandbox.workers[0]._limits = sandbox.limits._replace(wall_s=0.01)
        assert await sandbox.develop(heavy) == "over_budget"
        sandbox.workers[0]._limits = sandbox.limits
        assert await sandbox.develop(encode("JPEG")) == first
        assert sandbox.workers[0].pid != pid

    within(ask)


def test_a_worker_killed_while_idle_is_replaced(encode):
    async def ask(sandbox: Sandbox) -> None:
        first = await sandbox.develop(encode("JPEG"))
        os.kill(sandbox.workers[0].pid, signal.SIGKILL)
        assert await sandbox.develop(encode("JPEG")) == first

    within(ask)


def test_a_worker_killed_at_work_gets_one_more_try(encode, heavy):
    async def ask(sandbox: Sandbox) -> object:
        await sandbox.develop(encode("JPEG"))
        job = asyncio.ensure_future(sandbox.develop(heavy))
        await asyncio.sleep(0.1)
        os.kill(sandbox.workers[0].pid, signal.SIGKILL)
        return await job

    assert isinstance(within(ask), Developed)


def test_a_worker_out_of_processor_time_is_not_tried_again(encode, heavy):
    async def ask(sandbox: Sandbox) -> None:
        await sandbox.develop(encode("JPEG"))
        pid = sandbox.workers[0].pid
        os.kill(pid, signal.SIGSTOP)  # so that the job is surely under way, and surely not done
        job = asyncio.ensure_future(sandbox.develop(heavy))
        await asyncio.sleep(0.05)
        os.kill(pid, signal.SIGXCPU)  # what the kernel sends at RLIMIT_CPU
        os.kill(pid, signal.SIGCONT)
        assert await job == "over_budget"
        assert isinstance(await sandbox.develop(encode("JPEG")), Developed)

    within(ask)


def test_the_kernel_counts_the_seconds_of_each_job(encode):
    async def ask(sandbox: Sandbox) -> tuple[int, int]:
        await sandbox.develop(encode("JPEG"))
        return _soft_limit(sandbox.workers[0].pid, "Max cpu time"), _soft_limit(
            sandbox.workers[0].pid, "Max open files"
        )

    seconds, files = within(ask, Limits(cpu_s=3))
    assert 3 < seconds <= 8  # three, and what starting up has taken
    assert files == 3


def test_an_abandoned_job_does_not_answer_the_next_one(encode, heavy):
    async def ask(sandbox: Sandbox) -> None:
        await sandbox.develop(encode("JPEG"))
        job = asyncio.ensure_future(sandbox.develop(heavy))
        await asyncio.sleep(0.05)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert (await sandbox.develop(encode("JPEG", 640, 320))).height == 320

    within(ask)


def test_the_queue_is_bounded_by_number_and_by_bytes(encode):
    photo = encode("JPEG")

    async def ask(sandbox: Sandbox) -> list[object]:
        return await asyncio.gather(*(sandbox.develop(photo) for _ in range(4)))

    few = within(ask, Limits(jobs_max=3))
    assert [answer == "busy" for answer in few] == [False, False, False, True]
    small = within(ask, Limits(bytes_max=2 * len(photo)))
    assert [answer == "busy" for answer in small] == [False, False, True, True]


def test_a_busy_queue_is_open_again_when_it_has_drained(encode):
    async def ask(sandbox: Sandbox) -> object:
        await asyncio.gather(*(sandbox.develop(encode("JPEG")) for _ in range(3)))
        return await sandbox.develop(encode("JPEG"))

    assert isinstance(within(ask, Limits(jobs_max=1)), Developed)


def test_the_loop_runs_on_while_a_picture_is_decoded(encode, heavy):
    async def ask(sandbox: Sandbox) -> int:
        await sandbox.develop(encode("JPEG"))
        job = asyncio.ensure_future(sandbox.develop(heavy))
        turns = 0
        while not job.done():
            await asyncio.sleep(0.01)
            turns += 1
        return turns

    assert within(ask) > 5


def test_closing_ends_the_children_and_tells_whoever_waits_to_come_again(encode, heavy):
    async def ask(sandbox: Sandbox) -> None:
        await sandbox.develop(encode("JPEG"))
        jobs = [asyncio.ensure_future(sandbox.develop(heavy)) for _ in range(2)]
        await asyncio.sleep(0.05)
        await sandbox.close()
        assert await asyncio.gather(*jobs) == ["busy", "busy"]
        assert sandbox.workers[0].pid is None
        assert await sandbox.develop(encode("JPEG")) == "busy"

    within(ask)


def test_when_no_process_can_be_started_the_answer_is_busy(encode, monkeypatch):
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert within(lambda sandbox: sandbox.develop(encode("JPEG"))) == "busy"


def test_a_worker_inherits_no_secret(encode, monkeypatch):
    monkeypatch.setenv("QIANSHAO_SECRET", "lantern")

    async def ask(sandbox: Sandbox) -> bytes:
        await sandbox.develop(encode("JPEG"))
        return _environment(sandbox.workers[0].pid)

    assert b"lantern" not in within(ask)


def _high_water_bytes(pid: int | None) -> int:
    """Give the most memory a process has held so far; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def _environment(pid: int | None) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def _soft_limit(pid: int | None, name: str) -> int:
    lines = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()
    return int(next(line[len(name) :].split()[0] for line in lines if line.startswith(name)))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_a_photo_is_examined_without_being_decoded(encode, exif, form):
    photo = encode(form, 1600, 1200, exif=exif)

    async def ask(sandbox: Sandbox) -> tuple[object, ...]:
        return tuple([await sandbox.examine(each) for each in (photo, b"no", photo)])

    read, refused, again = within(ask)
    assert (read.lat_e7, read.make) == (293_600_000, "Lantern L-7")
    assert refused == "not_an_image"
    assert again == read, "nothing but the answer was said"


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
def test_a_picture_as_large_as_may_come_is_developed_within_the_limits(form):
    out = BytesIO()
    Image.linear_gradient("L").resize((7000, 7000)).convert("RGB").save(out, form, quality=30, speed=10)
    made = within(lambda sandbox: sandbox.develop(out.getvalue()))
    assert (made.width, made.height) == (1024, 1024)
