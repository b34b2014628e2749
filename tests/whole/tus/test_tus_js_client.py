"""The public tus client, as npm gives it, against a real server: cut anywhere, killed, and done."""

import json
import os
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.backend.raw import Raw
from tests.backend.served import ROOT, Served, command, prepared, served
from tests.backend.town import WORKER
from tests.whole.tus.road import Road, carried

MODULES = ROOT / "pwa" / "node_modules"
DRIVER = Path(__file__).with_name("upload.cjs")
SIZE = 300_000  # bytes: a photo of screen size
RATE = 2_000_000  # bytes a second: on no road does a byte arrive in the moment before the cut
MOST = 60_000  # bytes that a connection carries before it is cut: who begins anew at each cut never ends
WAIT_S = 60.0
METADATA = {"nonlatin": "słońce 村口", "number": "100", "filename": "a.jpg", "filetype": "image/jpeg"}


class Client:
    """One process of the client."""

    def __init__(self, endpoint: str, token: str, file: Path, **order: Any) -> None:
        told = {"endpoint": endpoint, "token": token, "file": str(file), "metadata": METADATA, **order}
        self.process = subprocess.Popen(
            ["node", str(DRIVER), json.dumps(told)], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=os.environ | {"NODE_PATH": str(MODULES)},
        )  # fmt: skip
        self.lines: list[dict[str, Any]] = []
        self.patience = threading.Timer(WAIT_S, self.process.kill)
        self.patience.start()

    def read(self) -> Iterator[dict[str, Any]]:
        """Give its lines as they come."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line))
            yield self.lines[-1]

    def kill_at(self, sent: int) -> None:
        """Kill it as soon as it has sent so much."""
        next(line for line in self.read() if line.get("at", 0) >= sent)
        self.patience.cancel()
        self.process.kill()
        self.process.communicate()

    def end(self) -> str:
        """Wait until it is done; gives the path of the upload."""
        list(self.read())
        _, said = self.process.communicate()
        self.patience.cancel()
        assert "done" in self.lines[-1], (self.lines[-2:], said)
        return "/" + self.lines[-1]["done"].split("/", 3)[3]

    @property
    def asked(self) -> list[tuple[str, int]]:
        """What it asked, and the status it heard."""
        return [(method, status) for method, status in self.lines[-2]["asked"]]

    def told(self, name: str) -> list[Any]:
        return [line[name] for line in self.lines if name in line]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    data = tmp_path_factory.mktemp("town")
    codes = prepared(data, WORKER)
    with served(data) as running:
        answer = httpx.post(f"{running.url}/api/session", json={"code": codes[0]}, timeout=WAIT_S)
        yield running, str(answer.json()["token"])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.bin"
    path.write_bytes(random.Random(tmp_path.name).randbytes(SIZE))
    return path


def given(server: tuple[Served, str], path: str) -> bytes:
    """Read an upload back."""
    told = Raw(server[0].port, server[1]).ask("GET", path, tus_resumable=None)
    assert told.status == 200
    return told.body


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"chunkSize": 70_001},
        {"overridePatchMethod": True},
        {"uploadLengthDeferred": True, "chunkSize": 100_000},
        {"uploadDataDuringCreation": True},
    ],
    ids=str,
)
def test_it_uploads_with_its_usual_settings_and_with_others(server, photo, options):
    whole = "uploadLengthDeferred" in options  # a file whose length is not asked it never ends
    client = Client(f"{server[0].url}/api/uploads/", server[1], photo, whole=whole, options=options)
    path = client.end()
    assert given(server, path) == photo.read_bytes()
    assert client.asked[0] == ("POST", 201)
    assert {status for _, status in client.asked} == {201, 204}


def test_what_it_says_of_a_file_comes_back_and_what_it_takes_back_is_gone(server, photo):
    raw = Raw(server[0].port, server[1])
    client = Client(f"{server[0].url}/api/uploads", server[1], photo, whole=True)
    path = client.end()
    told = raw.look(path)
    pairs = told.headers["upload-metadata"].split(",")
    assert "number MTAw" in pairs
    assert "nonlatin c8WCb8WEY2Ug5p2R5Y+j" in pairs
    assert (len(pairs), told.offset, told.headers["upload-length"]) == (4, SIZE, str(SIZE))
    gone = Client(f"{server[0].url}/api/uploads", server[1], photo, whole=True, drop=True)
    path = gone.end()
    assert gone.asked[-1] == ("DELETE", 204)
    assert raw.ask("GET", path, tus_resumable=None).status == 404


@pytest.mark.parametrize("seed", range(3))
def test_cut_at_any_byte_and_killed_it_resumes_in_a_new_process_and_finishes(server, photo, tmp_path, seed):
    store = tmp_path / "store.json"
    store.write_text("{}")
    chance = random.Random(seed)
    road = Road(server[0].port, seed=seed, bytes_=lambda draw: draw.uniform(1, MOST), rate=RATE)
    with carried(road):
        endpoint = f"http://127.0.0.1:{road.port}/api/uploads/"
        first = Client(endpoint, server[1], photo, store=str(store))
        first.kill_at(chance.randrange(SIZE // 4, SIZE // 2))
        second = Client(endpoint, server[1], photo, store=str(store))
        path = second.end()
    assert second.told("resumed") == [1], "it remembered where it was"
    assert "POST" not in [method for method, _ in second.asked], "it went on with the same upload"
    assert road.cuts >= 4
    assert given(server, path) == photo.read_bytes()
    begun = first.told("from") + second.told("from")
    assert begun == sorted(begun), "what the server held it was not sent again"
    assert begun[-1] >= SIZE - MOST


def arrives(data: Path, size: int) -> None:
    """Wait until so many bytes of the one upload lie in its file."""
    end = time.monotonic() + WAIT_S
    while sum(part.stat().st_size for part in (data / "uploads").glob("*.part")) < size:
        assert time.monotonic() < end, "nothing comes"
        time.sleep(0.005)


def test_a_server_that_dies_keeps_the_bytes_and_the_client_goes_on(photo, tmp_path):
    data = tmp_path / "data"
    codes = prepared(data, WORKER)
    with served(data) as running:
        answer = httpx.post(f"{running.url}/api/session", json={"code": codes[0]}, timeout=WAIT_S)
        token = str(answer.json()["token"])
        with carried(Road(running.port, rate=300_000)) as road:
            endpoint, options = f"http://127.0.0.1:{road.port}/api/uploads/", {"retryDelays": [100] * 300}
            client = Client(endpoint, token, photo, options=options)
            arrives(data, SIZE // 4)
            running.process.kill()
            running.process.communicate()
            (part,) = (data / "uploads").glob("*.part")
            held, photo_bytes = part.read_bytes(), photo.read_bytes()
            assert SIZE // 4 <= len(held) < SIZE
            assert photo_bytes.startswith(held)
            again = command("serve", QIANSHAO_DATA=str(data), QIANSHAO_PORT=str(running.port))
            try:
                path = client.end()
                assert given((running, token), path) == photo_bytes
            finally:
                again.kill()
                again.communicate()
    assert [method for method, _ in client.asked].count("POST") == 1, "it went on with the same upload"
    assert client.told("from")[0] == 0
    assert min(client.told("from")[1:]) >= len(held), "what the server held was not sent again"
