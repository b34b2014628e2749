"""The demo town on a real server, and phones: Chromium profiles on disk, 360 by 740, touch, Chinese."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from media.drawing import draw
from tests.whole.faults.stage import Stage, cradle

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
CODES = "codes.json"
SHOTS = Path("build/screens")  # pytest-playwright empties its own folder at each start
PATIENCE_MS = (
    60_000  # for what takes a second alone: tests of power cuts beside it can hold the disk for long
)
HOME = {"latitude": 29.3617507, "longitude": 106.2093245, "accuracy": 12}  # in the first worker's grid

expect.set_options(timeout=PATIENCE_MS / 2)


def run(root: Path, *words: str) -> str:
    """Run the command on a data directory."""
    env = {**os.environ, "QIANSHAO_DATA": str(root)}
    done = subprocess.run(
        [sys.executable, "-m", "backend", *words], env=env, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture(scope="session")
def made_town(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Make the demo town once for all workers, for its photos take long to draw; each test gets a copy.

    What the command printed lies beside the data directory, and is there only when all is.
    """
    base = tmp_path_factory.getbasetemp()
    made = (base if worker_id == "master" else base.parent) / "town"
    made.mkdir(exist_ok=True)
    with (made / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (made / CODES).exists():
            (made / CODES).write_text(run(made / "data", "demo", "--json"), encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def births() -> Iterator[subprocess.Popen[bytes]]:
    """The process from which this worker's servers are born."""
    process = cradle()
    yield process
    process.kill()
    process.communicate()


class Town:
    """A server on a copy of the demo town."""

    def __init__(self, made: Path, root: Path, births: subprocess.Popen[bytes]) -> None:
        self.root = shutil.copytree(made / "data", root)
        own = {name: text for name, text in os.environ.items() if name.startswith("QIANSHAO_")}
        self.stage = Stage(root, births, **own)
        self.port, self.url = self.stage.port, self.stage.url
        printed = (made / CODES).read_text(encoding="utf-8")
        self.codes: dict[str, dict[str, Any]] = json.loads(printed)["roles"]
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        assert self.stage.begin(), "the server did not start"

    def stop(self) -> None:
        """Stop the server."""
        if self.stage.pid:
            self.stage.end()

    def code(self, role: str) -> str:
        """Give the sign-in code of the first person with a role."""
        return str(self.codes[role]["code"])

    def code_for(self, person: int) -> str:
        """Make another one-time code for a person; the server is stopped for the moment it takes."""
        printed = self.root.with_name("code.txt")
        self.stop()
        assert self.stage.run("enrol", str(person), into=printed) == 0
        self.start()
        return printed.read_text(encoding="utf-8").strip()


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo as a phone takes it."""
    path = tmp_path_factory.mktemp("photos") / "rock.jpg"
    path.write_bytes(draw("rock_fall", 1))
    return path


@pytest.fixture
def town(made_town: Path, tmp_path: Path, births: subprocess.Popen[bytes]) -> Iterator[Town]:
    """A running town of its own."""
    served = Town(made_town, tmp_path / "data", births)
    yield served
    served.stop()


class Phone:
    """A Chromium profile on disk that can be killed and opened again."""

    def __init__(self, playwright: Playwright, profile: Path, name: str) -> None:
        self.playwright, self.profile, self.name = playwright, profile, name
        self.context: BrowserContext
        self.page: Page
        self.open()

    def open(self, *, offline: bool = False) -> None:
        """Start the browser on the profile."""
        self.context = self.playwright.chromium.launch_persistent_context(
            self.profile, executable_path=CHROMIUM, args=ARGS, locale="zh-CN", timezone_id="Asia/Shanghai",
            viewport={"width": 360, "height": 740}, device_scale_factor=2, is_mobile=True, has_touch=True,
            permissions=["geolocation"], geolocation=HOME,
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.set_offline(offline)
        self.page = self.context.pages[0]
        self.faults: list[str] = []
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))

    def kill(self) -> None:
        """Kill the whole browser as a phone kills an app."""
        marker = f"--user-data-dir={self.profile}"
        found = subprocess.run(["pgrep", "-f", "--", marker], capture_output=True, text=True, check=False)
        for pid in found.stdout.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.5)
        try:
            self.context.close()
        except Exception as fault:  # the driver finds its browser gone
            assert "close" in str(fault).lower() or fault
        (self.profile / "SingletonLock").unlink(missing_ok=True)

    def close(self) -> None:
        """Close the browser in good order."""
        self.context.close()

    def offline(self, cut: bool = True) -> None:
        """Cut or restore the network, for pages and worker alike."""
        self.context.set_offline(cut)

    def shot(self, name: str) -> None:
        """Keep a screenshot as a build artefact."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def wait_js(self, expression: str, patience_ms: int = PATIENCE_MS) -> Any:
        """Wait until an expression is true; evaluated over CDP, so the page's policy is in force."""
        end = time.monotonic() + patience_ms / 1000
        while time.monotonic() < end:
            value = self.page.evaluate(expression)
            if value:
                return value
            self.page.wait_for_timeout(100)
        raise AssertionError(f"not in time: {expression}")


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[[str], Phone]]:
    """Get phones by name."""
    phones: list[Phone] = []

    def get(name: str) -> Phone:
        phones.append(Phone(playwright, tmp_path / name, name))
        return phones[-1]

    yield get
    for each in phones:
        each.close()
