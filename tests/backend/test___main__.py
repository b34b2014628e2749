"""The command line as an operator meets it: real processes."""

import asyncio
import re
import signal
from pathlib import Path

import httpx
import pytest

from backend.__main__ import main, parser
from tests.backend.served import command, enrolled_at, prepare, served
from tests.backend.town import NORTH_ONE, SECRETARY, WORKER

pytestmark = pytest.mark.anyio

ROUNDS = 20
WAIT_S = 60


def ended(*words: str, **settings: str) -> tuple[int, str, str]:
    """Run a command to its end."""
    process = command(*words, **settings)
    out, err = process.communicate(timeout=WAIT_S)
    return process.returncode, out, err


def test_a_second_process_on_the_same_data_says_so_in_one_line(tmp_path):
    with served(tmp_path) as server:
        headers = httpx.get(f"{server.url}/api/health").headers
        code, out, err = ended("serve", QIANSHAO_DATA=str(tmp_path), QIANSHAO_PORT="0")
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    assert err.startswith("qianshao: another process already serves ")
    assert str(tmp_path) in err
    assert "QIANSHAO_DATA" in err
    assert not {"server", "date"} & set(headers), "neither is anybody's business"


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("QIANSHAO_PROT", "8000", "QIANSHAO_PROT"),
        ("QIANSHAO_PORT", "http", "QIANSHAO_PORT"),
        ("QIANSHAO_KINDS", "{}", "faulty.toml"),
        ("QIANSHAO_DATA", "/proc/none", "/proc/none"),
        ("QIANSHAO_DATA", "{}/town", "calendar.toml: 'nine' are no hours"),
    ],
)
def test_a_start_that_cannot_be_is_one_clear_line(tmp_path, monkeypatch, capsys, name, value, named):
    (tmp_path / "faulty.toml").write_text('name = "x"')
    (tmp_path / "town").mkdir()
    (tmp_path / "town/calendar.toml").write_text('hours = ["nine"]')
    monkeypatch.setenv("QIANSHAO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv(name, value.format(tmp_path))
    assert main(["serve"]) == 2
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1), told.err
    assert told.err.startswith("qianshao: ")
    assert named in told.err


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path):
    (code,) = await prepare(tmp_path, WORKER)
    phone = None
    for _ in range(ROUNDS):
        with served(tmp_path) as server:
            async with server.client() as client:
                phone = phone or await enrolled_at(client, code)
                phone.client = client
                held = phone.n
                ops = [phone.op("incident", {"matter": "wires"}, area=NORTH_ONE) for _ in range(3)]
                heard = await phone.exchange(*ops)
                server.process.kill()
        assert heard.acks == [[1, held + 3]], "all of all rounds before"
        assert heard.missing == []
        assert heard.codes == {}
    with served(tmp_path) as server:
        async with server.client() as client:
            phone.client, phone.cursor = client, ""
            records = [record[0] for record in (await phone.exchange()).records]
    assert sorted(records) == sorted(f"{phone.device}.{n}" for n in range(1, 3 * ROUNDS + 1))


async def test_a_server_told_to_stop_stops_though_phones_listen(tmp_path):
    (code,) = await prepare(tmp_path, SECRETARY)
    with served(tmp_path) as server:
        async with server.client() as client:
            phone = await enrolled_at(client, code)
            head = {"authorization": f"Bearer {phone.token}"}
            async with client.stream("GET", "/api/events", headers=head) as answer:
                assert answer.status_code == 200
                server.process.send_signal(signal.SIGTERM)
                assert server.process.wait(timeout=20) in (0, -signal.SIGTERM)


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """A directory with the town of the tests, named in the environment."""
    monkeypatch.setenv("QIANSHAO_DATA", str(tmp_path))
    asyncio.run(prepare(tmp_path))
    return tmp_path


def test_codes_are_printed_for_persons_there_are(data, capsys):
    assert main(["enrol", str(WORKER)]) == 0
    assert re.fullmatch(r"[2-9a-z]{12}\n", capsys.readouterr().out)
    assert main(["enrol", "999"]) == 1
    assert capsys.readouterr() == ("", "there is no person 999\n")


def test_the_tables_can_be_brought_up_to_date(data, capsys):
    assert main(["migrate"]) == 0
    assert capsys.readouterr().out == f"tables in {data} are up to date\n"


def test_the_kinds_are_checked_and_listed(data, capsys):
    assert main(["kinds"]) == 0
    assert re.search(r"incident +事件  \d+ fields, \d+ steps\n", capsys.readouterr().out)


@pytest.mark.parametrize("words", [["serve"], ["kinds"]])
def test_a_matter_laid_with_a_unit_that_is_not_there_is_one_clear_line(data, monkeypatch, capsys, words):
    monkeypatch.setattr("backend.__main__.build", lambda _: pytest.fail("it would be served"))
    (data / "kinds/lists").mkdir(parents=True)
    (data / "kinds/lists/responders.toml").write_text('rows = [{ value = "fire", at = "999" }]')
    assert main(words) == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "qianshao: lists/responders.toml: row fire: at: no unit 999 here\n")


def test_help_tells_what_there_is():
    for word in ("serve", "demo", "migrate", "enrol", "kinds", "QIANSHAO_", "docs/operations.md"):
        assert word in parser().format_help()
