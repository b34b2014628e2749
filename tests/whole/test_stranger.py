"""The reference client against a real server: edits clash, links fail, stores are copied, all end alike."""

import base64
import copy
import hashlib
import io
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.backend.served import Served, prepared, served
from tests.backend.town import LEADER, NORTH_ONE, OFFICER, SECRETARY, WORKER
from tests.whole.stranger import Json, NotSent, Stranger, canonical, packed
from tests.whole.stranger_fold import fold, joined, written

DISTRICT = 2  # of the units of tests.backend.town
A, B, C = ([9, n, f"000000010000000{n}"] for n in (1, 2, 3))


class Town:
    """A server and codes for its people."""

    def __init__(self, server: Served, codes: dict[int, list[str]]) -> None:
        self.port, self.codes = server.port, codes

    def stranger(self, person: int = WORKER, folds: bool = True) -> Stranger:
        """Sign a new stranger in, who has heard what there is."""
        one = Stranger(self.port, fold if folds else None)
        one.sign_in(self.codes[person].pop())
        one.sync()
        return one

    def faulty(self) -> "Faulty":
        """Sign one in whose link can be made to fail."""
        one = Faulty(self.port, fold)
        one.sign_in(self.codes[WORKER].pop())
        return one

    def alike(self, *strangers: Stranger) -> dict[str, Any]:
        """Show that all hold what a fresh one of the same person hears; gives the records."""
        for one in strangers:
            one.sync()
        fresh = {one.store["person"]: plain(self.stranger(one.store["person"])) for one in strangers}
        for one in strangers:
            assert one.check() == []
            assert plain(one) == fresh[one.store["person"]]
        return dict(strangers[0].store["records"])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    data: Path = tmp_path_factory.mktemp("town")
    people = [WORKER] * 40 + [SECRETARY] * 20 + [LEADER, OFFICER] * 5
    codes = prepared(data, *people)
    with served(data) as server:
        by = {who: [c for p, c in zip(people, codes, strict=True) if p == who] for who in set(people)}
        yield Town(server, by)


def plain(one: Stranger) -> dict[str, Any]:
    """Give the records of a store as far as two clients can hold them alike."""
    return {
        name: [*held[:4], *held[6:8], sorted(canonical(line[1:7]) for line in held[8])]
        for name, held in one.store["records"].items()
    }


def kept(value: Any, *over: Any) -> Json:
    return {"is": value, "over": list(over)}


def put(*add: str, drop: Any = ()) -> Json:
    return {"add": list(add), "drop": list(drop)}


def incident(one: Stranger, **sets: Any) -> Json:
    return one.make("incident", {"matter": "manhole", "note": kept("井盖松了")} | sets, area=NORTH_ONE)


def note(one: Stranger, text: str) -> Json:
    return one.make("note", {"text": kept(text)}, area=NORTH_ONE)


def verdicts(one: Stranger) -> list[str]:
    return [op.get("verdict", op["is"]) for op in one.store["ops"]]


class Faulty(Stranger):
    """A stranger whose link can be made to fail."""

    lose = 0
    poison = b""

    def ask(self, method: str, path: str, body: Any = None, *want: int, **more: str) -> Any:
        """Refuse what is poisoned, and lose answers."""
        if (
            path == "/api/exchange"
            and self.poison
            and self.poison in canonical(self.body(*self.batch())).encode()
        ):
            raise NotSent(503, "", 0)
        told = super().ask(method, path, body, *want, **more)
        if path == "/api/exchange" and self.lose:
            self.lose -= 1
            raise NotSent(0, "", 0)
        return told


def test_two_clash_on_every_rule_of_the_pages(town: Town) -> None:
    one, two, sec = town.stranger(), town.stranger(), town.stranger(SECRETARY)
    made = incident(one, phrases=put("ongoing", "half_road"), progress="zero", captured_ms=one.clock() - 9000)
    one.sync()
    two.sync()
    name, stamp = made["record"], made["stamp"]
    clock = two.clock
    two.clock = lambda: clock() + 1_000  # the later word, however slow an answer it set its clock by
    for who, words in ((one, ("fire_hazard", "one", "injured")), (two, ("wires", "two", "half_road"))):
        matter, text, phrase = words
        sets = {"matter": matter, "note": kept(text, stamp), "progress": text, "emergency": who is one,
                "phrases": put(phrase, drop=[[stamp, "half_road"]]), "captured_ms": who.clock(),
                "source": "camera" if who is one else "album", "count": 3}  # fmt: skip
        who.make("incident", sets, record=name)
    two.sync()
    one.sync()
    cells = town.alike(one, two, sec, town.stranger(folds=False))[name][7]
    assert cells["matter"][0] == "wires"
    assert cells["emergency"][0] is True
    assert [text for _, text in cells["note"][0]] == ["one", "two"]
    assert cells["captured_ms"][1] == stamp
    assert cells["source"][0] == "camera"
    assert [text for _, text in cells["progress"]] == ["zero", "one", "two"]
    adds, drops = cells["phrases"]
    assert {word for at, word in adds if [at, word] not in drops} == {"ongoing", "injured", "half_road"}
    assert one.store["records"][name][6] == "urgent"


@pytest.mark.parametrize(
    ("rule", "own", "other", "third", "shown"),
    [
        ("count", 3, 5, 4, [[A[2], 3], [B[2], 5], [C[2], 4]]),
        ("authority", kept("a"), kept("b", A), kept("c"), [[[B, 1, "b"], [C, 1, "c"]], [[A, 1]]]),
        ("largest", 2, 9, 9, [9, C]),
    ],
)
def test_a_rule_no_page_here_uses_joins_in_any_order(
    rule: str, own: Any, other: Any, third: Any, shown: Any
) -> None:
    field = {"rule": rule, "options": []}
    cells = [written(rule, change, at, 1) for change, at in ((own, A), (other, B), (third, C))]
    for first, second, last in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        assert joined(field, joined(field, cells[first], cells[second]), cells[last]) == shown


def test_a_word_without_weight_stands_beside_the_owners() -> None:
    field = {"rule": "authority", "options": []}
    owned, change = written("authority", kept("own"), A, 1), kept("other", A)
    light, heavy = written("authority", change, B, 0), written("authority", change, C, 1)
    for one, other in ((owned, light), (light, owned)):  # after a restore the later one may come first
        assert joined(field, one, other) == [[[A, 1, "own"], [B, 0, "other"]], [[A, 0]]]
    assert joined(field, owned, heavy) == [[[C, 1, "other"]], [[A, 1]]]
    assert joined(field, joined(field, owned, light), heavy) == [[[B, 0, "other"], [C, 1, "other"]], [[A, 1]]]


def test_a_report_goes_where_its_matter_sends_it(town: Town) -> None:
    worker, officer = town.stranger(), town.stranger(OFFICER)
    sets: list[Json] = [
        {"matter": "L-E01"},
        {"emergency": True},
        {"matter": "06020"},
        {"self_resolved": True},
    ]
    made = [incident(worker, **each)["record"] for each in sets]
    worker.sync()
    states = [worker.store["records"][each][6] for each in made]
    assert states == ["urgent", "urgent", "at_center", "handled"]
    town.alike(worker)
    officer.sync()
    given = {"unit": DISTRICT, "assignee": WORKER}
    officer.make("incident", {}, record=made[0], step=["accept", "urgent"])
    officer.make("incident", given, record=made[0], step=["dispatch", "triaged"])
    cells = town.alike(officer, worker)[made[0]][7]
    assert (cells["unit"][0], cells["first_unit"][0]) == (DISTRICT, DISTRICT)


def test_a_step_that_comes_too_late_is_overtaken(town: Town) -> None:
    worker, one, two = town.stranger(), town.stranger(SECRETARY), town.stranger(SECRETARY)
    name = incident(worker)["record"]
    for each in (worker, one, two):
        each.sync()
    one.make("incident", {}, record=name, step=["approve", "in_review"])
    two.make("incident", {"return_field": "place"}, record=name, step=["return", "in_review"])
    one.sync()
    two.sync()
    assert (verdicts(one), verdicts(two)) == (["applied"], ["overtaken"])
    done = {"result": "done", "conditions": put("hazard_gone", "reporter_told")}
    done["result_photos"] = put("A" * 22)
    one.make("incident", done, record=name, step=["finish", "handling"])
    one.sync()
    worker.sync()
    worker.make("incident", {}, record=name, step=["verify", "handled"])
    held = town.alike(worker, one, two)[name]
    assert held[6] == "closed"
    assert [line[6] for line in held[8]].count("overtaken") == 1


def test_columns_and_what_the_pages_cannot_code(town: Town) -> None:
    one = town.stranger()
    home = one.make("household", {"name": "甲", "people": 3, "place": [1, 2, 3, 4, 0, 0]}, area=NORTH_ONE)
    sets = {"mode": "door", "household": home["record"], "result": "ok"}
    one.make("visit", sets, area=NORTH_ONE)
    late = one.make("visit", sets | {"result": "no_answer", "next_day": 20261001}, area=NORTH_ONE)
    one.make(
        "household", {"name": "乙", "care": put("disabled"), "place": [5, 2, 9, 4, 0, 0]}, area=NORTH_ONE
    )
    one.make("visit", {"result": "changed"}, record=late["record"])
    one.make("visit", {"colour": "blue"}, record=late["record"])
    one.make("song", {"text": "la"}, area=NORTH_ONE)
    form = packed(one.batch()[1], one.store["kinds"], 0)
    assert len(form["r"]) == 2
    assert any(isinstance(column, dict) for *_, column in form["c"][8])
    one.sync()
    assert verdicts(one) == ["applied"] * 5 + ["later"] * 2
    assert town.alike(one)[late["record"]][6] == "done"


def test_a_push_repeated_and_an_answer_lost(town: Town) -> None:
    one = town.faulty()
    note(one, "first")
    one.make("note", {"text": kept("x" * 999)}, area=NORTH_ONE)
    one.lose = 1
    with pytest.raises(NotSent):
        one.sync()
    note(one, "second")
    one.most = 1
    one.sync()
    assert verdicts(one) == ["applied", "bad_value", "applied"]
    for op in one.store["ops"]:
        op["is"] = "waiting"
    before = plain(one)
    one.sync()
    assert verdicts(one) == ["applied", "bad_value", "applied"]
    assert plain(one) == before
    town.alike(one)


@contextmanager
def portal(status: int, sort: str, text: bytes) -> Iterator[int]:
    """Answer everything alike, as the gate of a strange network does."""

    class Gate(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in (
                ("Content-Type", sort),
                ("Location", "/"),
                ("Content-Length", str(len(text))),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    with HTTPServer(("127.0.0.1", 0), Gate) as gate:
        threading.Thread(target=gate.serve_forever, daemon=True).start()
        yield gate.server_port
        gate.shutdown()


@pytest.mark.parametrize(
    ("status", "sort", "text"),
    [
        (200, "text/html", b"<p>Welcome</p>"),
        (302, "text/html", b""),
        (200, "application/json", b'{"ok":true}'),
        (200, "application/json", b"[]"),
        (200, "application/json", b"<p>Welcome</p>"),
        (511, "text/html", b"Sign in"),
    ],
)
def test_a_captive_portal_is_no_receipt(town: Town, status: int, sort: str, text: bytes) -> None:
    one = town.stranger()
    note(one, "kept")
    with portal(status, sort, text) as port:
        home, one.port = one.port, port
        before = canonical(one.store["records"]), one.store["cursor"]
        with pytest.raises(NotSent):
            one.sync()
        assert (canonical(one.store["records"]), one.store["cursor"], verdicts(one)) == (*before, ["waiting"])
        one.port = home
    one.sync()
    assert verdicts(one) == ["applied"]


def test_a_forged_cursor_is_answered_anew(town: Town) -> None:
    one = town.stranger()
    note(one, "mine")
    one.sync()
    ghost = next(iter(one.store["records"].values()))
    one.store["records"]["0000000000000000.1"] = ["0000000000000000.1", *ghost[1:]]
    era, one.store["cursor"] = one.store["era"], one.store["cursor"][:-4] + "0000"
    one.sync()
    assert one.store["era"] == era + 1
    assert "0000000000000000.1" not in town.alike(one)


def test_a_restored_server_hears_again_what_it_lost(tmp_path: Path) -> None:
    codes = prepared(tmp_path / "live", *[WORKER] * 8)
    with served(tmp_path / "live") as server:
        one = Town(server, {WORKER: codes[7:]}).stranger()
        note(one, "held")
        one.sync()
    shutil.copytree(tmp_path / "live", tmp_path / "kept")
    with served(tmp_path / "live") as server:
        one.port, late = server.port, Town(server, {WORKER: codes[:2]}).stranger()
        lost = note(one, "lost")["record"]
        one.sync()
        late.sync()
        made = incident(late)
        late.make("incident", {"note": kept("better", made["stamp"])}, record=made["record"])
        late.sync()
        one.sync()
    with served(tmp_path / "kept") as server:
        one.port = late.port = server.port
        one.sync()
        assert lost in one.store["records"]
        assert made["record"] not in one.store["records"]
        with pytest.raises(NotSent, match="signed_out"):
            late.sync()
        late.sign_in(codes[1])
        late.sync()
        assert set(verdicts(one) + verdicts(late)) == {"applied"}
        name = late.store["ops"][-1]["record"]
        again = Town(server, {WORKER: codes[2:7]})
        assert [text for _, text in again.alike(late, one)[name][7]["note"][0]] == ["better"]


def test_a_number_used_twice_moves_to_a_new_incarnation(town: Town) -> None:
    one = town.stranger()
    note(one, "before the copy")
    one.sync()
    other = Stranger(town.port, fold, copy.deepcopy(one.store))
    note(one, "by the first")
    one.sync()
    made = incident(other)
    other.make("incident", {"note": kept("better", made["stamp"])}, record=made["record"])
    other.sync()
    assert other.store["incarnation"] != one.store["incarnation"]
    assert verdicts(other) == ["applied"] * 3
    live, _ = town.alike(other, one)[other.store["ops"][-1]["record"]][7]["note"]
    assert [text for _, text in live] == ["better"]


def test_two_phones_begin_the_same_day(town: Town) -> None:
    one, two = town.stranger(), town.stranger()
    clock = two.clock
    two.clock = lambda: clock() + 1_000  # what each takes for the server's time may differ by a slow answer
    name = f"ffffffff{WORKER:08x}.{100_000_000 + 20_261_001}"
    for who, answer in ((one, "ok"), (two, "found")):
        who.make("day_sheet", {"day": 20_261_001, "patrol_visit": answer}, record=name, area=NORTH_ONE)
    one.sync()
    two.sync()
    assert town.alike(one, two)[name][7]["patrol_visit"][0] == "found"


def test_an_op_that_fails_alone_goes_as_bytes(town: Town) -> None:
    one = town.faulty()
    poisoned, after = note(one, "poison"), note(one, "after")
    one.make("note", {"reply": "waits"}, record=poisoned["record"])
    one.poison = b"poison"
    for _ in range(9):
        try:
            one.sync()
            break
        except NotSent:
            continue
    one.sync()
    assert verdicts(one)[:2] == ["parked", "applied"]
    assert verdicts(one)[2] == "parked"
    assert after["record"] in town.alike(one)


def test_the_clock_of_the_phone_does_not_matter(town: Town) -> None:
    one = town.stranger()
    clock = one.clock
    one.clock = lambda: clock() + 7_200_000
    note(one, "before it heard the time")
    one.sync()
    note(one, "after")
    one.sync()
    assert verdicts(one) == ["amended", "applied"]
    town.alike(one)


def test_a_photo_is_announced_and_put(town: Town) -> None:
    one, sec = town.stranger(), town.stranger(SECRETARY)
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 10, 10)).save(drawn, "JPEG")
    key = base64.urlsafe_b64encode(hashlib.sha256(drawn.getvalue()).digest()[:16]).decode().rstrip("=")
    one.store["photos"][key] = drawn.getvalue()
    incident(one, photos=put(key))
    one.sync()
    assert one.store["photos"] == {}
    sec.sync()
    assert sec.store["keys"][key][0] == 1


def test_what_was_forgotten_is_found_by_the_check(town: Town) -> None:
    one = town.stranger()
    name = note(one, "true")["record"]
    one.sync()
    one.store["records"][name][6] = "answered"
    assert one.check() == [str(NORTH_ONE)]
    assert town.alike(one)[name][6] == "open"


def test_a_phone_says_how_it_is_and_keeps_its_number(town: Town) -> None:
    one, leader = town.stranger(), town.stranger(LEADER)
    note(one, "one")
    one.sync()
    one.report()
    number = one.store["device"]
    listed = {each["device"]: each for each in leader.ask("GET", "/api/devices")["devices"]}
    assert (listed[int(number, 16)]["made"], listed[int(number, 16)]["held"]) == (1, 1)
    one.sign_in(town.codes[WORKER].pop())
    assert one.store["device"] == number
    town.alike(one)
