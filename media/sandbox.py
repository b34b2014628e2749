"""Decoding kept at arm's length: a few child processes, limited by the kernel, that the loop can wait for.

A decoder is C code fed by strangers. It runs in media/worker.py under RLIMIT_AS and RLIMIT_CPU, with a
wall clock here; whatever it does, the caller gets a value. A worker that dies, hangs, is abandoned or
has touched its limits is replaced at the next job. Nothing here raises because of a picture.

A plain subprocess, not multiprocessing: it inherits no module, no descriptor and no environment of the
server, and asyncio waits for its pipes without a thread.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from media.fingerprint import PRINT_BYTES, WAYS
from media.metadata import Metadata
from media.refusal import REFUSALS, Refusal
from media.rendition import Developed
from media.worker import DEVELOP, EXAMINE, LENGTH_BYTES, READY

Answer = Developed | Metadata | Refusal
ANSWER_BYTES_MAX: Final = 8 * 1024 * 1024  # a rendition; a child that claims more is not believed
HEAD_BYTES_MAX: Final = 4096
START_S_MAX: Final = 20.0  # a loaded two-core machine takes 2 s to start Python and Pillow

_ROOT: Final = os.fspath(Path(__file__).resolve().parent.parent)  # where the child finds `media`


class Limits(NamedTuple):
    """What one picture may cost, and how many may wait."""

    memory_bytes: int = 512 * 1024 * 1024  # above an idle worker: 50 Mpx of JPEG or PNG, 24 Mpx of WebP
    cpu_s: int = 10
    wall_s: float = 20.0
    jobs_max: int = 64  # waiting or running; more are told "busy"
    bytes_max: int = 64 * 1024 * 1024  # of all these together: what the queue may hold in memory


class _Worker:
    """One child process, started when first needed and again after each death."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: asyncio.subprocess.Process | None = None
        self._sound = False  # it answered all it was asked, and within its limits
        self._ended = False  # for good: no child is started any more

    @property
    def pid(self) -> int | None:
        """The child's process id; None before the first job and after the end."""
        return self._process.pid if self._process else None

    async def run(self, job: bytes, photo: bytes) -> Answer:
        """Do one job on a photo, on a second child if the first was killed from outside."""
        for _ in range(2):
            if not await self._alive():
                return "busy"
            answer = await self._try(job, photo)
            if answer is not None:
                return answer
        return "over_budget"

    async def close(self) -> None:
        """End the child for good and wait until it is gone."""
        self._ended = True
        await self._bury()

    async def _try(self, job: bytes, photo: bytes) -> Answer | None:
        """Ask the child; None when it died under a picture that may not be to blame."""
        sound = False
        try:
            answer = await asyncio.wait_for(self._ask(job, photo), self._limits.wall_s)
            sound = answer != "over_budget"
        except (EOFError, ConnectionError):
            return "over_budget" if await self._bury() == -signal.SIGXCPU else None
        except (TimeoutError, ValueError, KeyError, TypeError, RecursionError):
            return "over_budget"
        finally:  # also when the caller is cancelled: a half-read answer must not meet the next job
            if not sound:
                self._kill()
        return answer

    async def _bury(self) -> int:
        """Kill the child, wait until it is gone and give its exit status; 0 if there was none."""
        self._kill()
        process, self._process = self._process, None
        return await process.wait() if process else 0

    def _kill(self) -> None:
        self._sound = False
        # Not through asyncio's own kill(): that polls first, which takes the exit status away from the
        # watcher that waits for it, and a child that died of its processor time looks like any other.
        if self._process and self._process.returncode is None and _runs(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def _alive(self) -> bool:
        """Start the process unless it runs; False when none can be had just now."""
        if self._process and self._sound and _runs(self._process.pid):
            return True
        await self._bury()
        if self._ended:
            return False
        try:
            process = self._process = await _start(self._limits)
            assert process.stdout is not None
            ready = await asyncio.wait_for(process.stdout.readexactly(1), START_S_MAX)
        except (TimeoutError, OSError, EOFError):
            return False
        self._sound = ready == READY
        return self._sound

    async def _ask(self, job: bytes, photo: bytes) -> Answer:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(job + len(photo).to_bytes(LENGTH_BYTES, "big") + photo)
        await process.stdin.drain()
        size = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES), "big")
        if size > HEAD_BYTES_MAX:
            raise ValueError(size)
        head: dict[str, Any] = json.loads(await process.stdout.readexactly(size))
        if "refused" in head:
            return _refusal(head["refused"])
        metadata = Metadata(*head["metadata"])
        if job == EXAMINE:
            return metadata
        for name in ("thumb", "screen"):
            if not 0 < head[name] <= ANSWER_BYTES_MAX:
                raise ValueError(name)
            head[name] = await process.stdout.readexactly(head[name])
        return Developed(**head | {"metadata": metadata, "prints": _prints(head["prints"])})


class Sandbox:
    """Makes renditions without letting a picture near the server's own memory.

    One per process, used from one event loop. `close` it at the end.
    """

    def __init__(self, limits: Limits | None = None, workers: int = 1) -> None:
        self.limits = limits or Limits()
        self.workers = [_Worker(self.limits) for _ in range(workers)]
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        for worker in self.workers:
            self._idle.put_nowait(worker)
        self._jobs = 0
        self._bytes = 0

    async def develop(self, photo: bytes) -> Developed | Refusal:
        """Make both renditions of a photo that passed intake, or say why there are none.

        "busy" is about us, not the photo: ask again later. The others are final.
        """
        made = await self._do(DEVELOP, photo)
        return made if not isinstance(made, Metadata) else "over_budget"

    async def examine(self, photo: bytes) -> Metadata | Refusal:
        """Read what the camera wrote beside a picture that passed intake, or say why it cannot be told."""
        read = await self._do(EXAMINE, photo)
        return read if not isinstance(read, Developed) else "over_budget"

    async def _do(self, job: bytes, photo: bytes) -> Answer:
        if self._jobs >= self.limits.jobs_max or self._bytes + len(photo) > self.limits.bytes_max:
            return "busy"
        self._jobs += 1
        self._bytes += len(photo)
        try:
            worker = await self._idle.get()
            try:
                return await worker.run(job, photo)
            finally:
                self._idle.put_nowait(worker)
        finally:
            self._jobs -= 1
            self._bytes -= len(photo)

    async def close(self) -> None:
        """End the child processes for good; a job still running or waiting is told "busy"."""
        await asyncio.gather(*(worker.close() for worker in self.workers))


async def _start(limits: Limits) -> asyncio.subprocess.Process:
    """Start one child with an environment of its own: no setting of ours, no secret."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "media.worker", str(limits.memory_bytes), str(limits.cpu_s)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={
            "PYTHONPATH": _ROOT,
            "MALLOC_ARENA_MAX": "1",  # arenas reserve address space, which is what is limited
        },
    )


def _runs(pid: int) -> bool:
    """Ask the kernel: asyncio hears of a death only when its loop turns."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def _prints(spelled: list[str]) -> tuple[bytes, ...]:
    """Read the fingerprints; raises ValueError for what is none."""
    prints = tuple(bytes.fromhex(each) for each in spelled)
    if len(prints) not in (0, WAYS) or any(len(each) != PRINT_BYTES for each in prints):
        raise ValueError(spelled)
    return prints


def _refusal(word: str) -> Refusal:
    """Believe only the words we know; anything else ends the worker."""
    if word not in REFUSALS:
        raise ValueError(word)
    return word  # type: ignore[return-value]
