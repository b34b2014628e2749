"""A small town whose phones are signed in, copied for each test, and servers on it."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.kind import version
from tests.backend.served import line_to, prepared, served
from tests.backend.town import KINDS, WORKER, Phone
from tests.whole.faults.disk import Disk
from tests.whole.faults.reporter import Reporter
from tests.whole.faults.stage import Stage

PHONES = 6
DISK_BYTES = 8 * 2**20  # room for the town, a little work, and a file that takes the rest
IMAGE_BYTES = 64 * 2**20
Tokens = list[tuple[str, str]]


def need(tool: str, *words: str) -> None:
    """Skip the test, naming the tool, where this machine does not have it or forbids it."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not on this machine")
    done = subprocess.run([tool, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{tool} does not work on this machine: {done.stderr.strip()[:200]}")


@pytest.fixture(scope="session")
def strace() -> None:
    """Needs strace, and to be allowed to use it."""
    need("strace", "-f", "-b", "execve", "-e", "inject=fsync:error=EIO:when=1", "true")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tokens]:
    """A data directory, and the device and token of each phone in it."""
    data = tmp_path_factory.mktemp("faults")
    codes = prepared(data, *[WORKER] * PHONES)
    with served(data) as server:
        with line_to(server.url) as line:
            told = [line.post("/api/session", json={"code": code}).json() for code in codes]
        server.process.terminate()
        server.process.wait()
    return data, [(each["device"], each["token"]) for each in told]


@pytest.fixture
def settle_at(town: tuple[Path, Tokens]) -> Callable[[Path], list[Reporter]]:
    """Put the town in a directory; gives its phones."""

    def put(data: Path) -> list[Reporter]:
        shutil.copytree(town[0], data, dirs_exist_ok=True)
        return [Reporter(Phone(None, device, token, KINDS, version(KINDS))) for device, token in town[1]]

    return put


@pytest.fixture
def stage_at() -> Iterator[Callable[..., Stage]]:
    """Set the stage on a directory; what still runs at the end is killed."""
    stages: list[Stage] = []

    def put(data: Path, **settings: str) -> Stage:
        stages.append(Stage(data, **settings))
        return stages[-1]

    yield put
    for stage in stages:
        stage.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    need("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk))
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.fixture
def block_disk(tmp_path: Path) -> Iterator[Disk]:
    """An ext4 file system in a file, whose power can be cut."""
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(IMAGE_BYTES)
    need("mkfs.ext4", "-q", "-F", str(image))
    disk = Disk(image, tmp_path / "disk")
    need("mount", *disk.mounting())
    yield disk
    subprocess.run(["umount", disk.folder], check=True)
