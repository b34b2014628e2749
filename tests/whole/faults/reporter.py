"""A phone that keeps account: what it made, what it was told is held, and that it all stays true."""

import zlib
from collections.abc import Sequence
from typing import Any

import httpx

from backend.problems import PROBLEMS
from sync.op import Op
from tests.backend.picture import digest, jpeg, named
from tests.backend.town import NORTH_ONE, Heard, Phone, push_bytes

ANSWER_S = 30.0  # longer than any answer may take; a fault that leaves a phone without one fails the test
PART = 100  # ops of one push when everything is sent again
DECLARED = {"busy", "storage_full"}  # the problems with which a server may answer 5xx


class Reporter:
    """One phone; a push that gets no answer is sent again with the next."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.retry_s = 0  # how long it was last told to wait
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget all: the server was put back to before it knew this phone."""
        self.phone.n, self.phone.cursor = 0, ""
        self.ops: list[Op] = []
        self.held: set[int] = set()  # numbers it was told are durable
        self.notes: dict[str, tuple[str, str]] = {}  # note and line of progress by record
        self.photos: dict[str, bytes] = {}  # by key, those it was told are on disk

    def dial(self, url: str, answer_s: float = ANSWER_S) -> None:
        """Speak to a server from now on."""
        self.line = httpx.Client(base_url=url, verify=False, timeout=answer_s)

    def write(self, entries: int = 1, more: str = "") -> None:
        """Make entries of two ops each: a report, and a line of progress on it."""
        for _ in range(entries):
            text = f"第{self.phone.n + 1}件{more}"
            made = self.phone.op("incident", {"matter": "wires", "note": {"is": text}}, area=NORTH_ONE)
            line = self.phone.op("incident", {"progress": f"看过{text}"}, made.record)
            self.notes[made.record] = text, f"看过{text}"
            self.ops += made, line

    def push(self) -> str:
        """Send what is not known to be held; gives "held", the code of a problem, or "" for no answer."""
        return self.send([op for op in self.ops if op.n not in self.held][:PART])

    def pull(self) -> str:
        """Ask for news without sending anything."""
        return self.send([])

    def send(self, ops: Sequence[Op], photos: list[tuple[str, int, str]] | None = None) -> str:
        """Send ops; gives what `push` gives."""
        body = zlib.compress(push_bytes(self.phone.push(list(ops), photos)))
        try:
            answer = self.line.post("/api/exchange", content=body, headers=self._headers())
        except httpx.TransportError:
            return ""
        return self._hear(answer) if answer.status_code == 200 else self._refused(answer)

    def _headers(self) -> dict[str, str]:
        token = {"authorization": f"Bearer {self.phone.token}"}
        return token | {"content-type": "application/json", "content-encoding": "deflate"}

    def _hear(self, answer: httpx.Response) -> str:
        heard = Heard(answer.json())
        self.phone.cursor = heard.cursor
        told = {n for first, last in heard.acks for n in range(first, last + 1)}
        assert self.held <= told, f"held once, and forgotten: {sorted(self.held - told)}"
        assert set(heard.codes.values()) <= {"applied"}, heard.codes
        self.held = told
        return "held"

    def _refused(self, answer: httpx.Response) -> str:
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        code = str(answer.json()["code"])
        assert code in DECLARED and answer.status_code == PROBLEMS[code].status, answer.text  # type: ignore[index]
        self.retry_s = int(answer.headers["retry-after"])
        assert self.retry_s > 0
        return code

    def announce(self, colour: str) -> bytes:
        """Report a photo, and push; gives its bytes."""
        body = jpeg(colour=colour)
        self.ops.append(self.phone.op("incident", {"photos": {"add": [named(body)]}}, area=NORTH_ONE))
        self.send([op for op in self.ops if op.n not in self.held], [(named(body), len(body), "")])
        return body

    def upload(self, body: bytes) -> str:
        """Send the bytes of a photo that was announced; gives what `push` gives."""
        head = {"authorization": f"Bearer {self.phone.token}", "content-digest": digest(body)}
        try:
            answer = self.line.put(f"/api/photos/{named(body)}", content=body, headers=head)
        except httpx.TransportError:
            return ""
        if answer.status_code not in (200, 201):
            return self._refused(answer)
        self.photos[named(body)] = body
        return "held"

    def repeat(self) -> None:
        """Send everything once more, held or not, to a server that is well: all of it is held after that."""
        for first in range(0, len(self.ops), PART):
            assert self.send(self.ops[first : first + PART]) == "held"
        assert self.held == {op.n for op in self.ops}

    def records(self) -> dict[str, Any]:
        """Hear everything from the beginning; gives the deltas by record."""
        self.phone.cursor, found = "", {}
        while True:
            body = zlib.compress(push_bytes(self.phone.push([])))
            answer = self.line.post("/api/exchange", content=body, headers=self._headers())
            heard = Heard(answer.json())
            self.phone.cursor = heard.cursor
            found |= {delta[0]: delta for delta in heard.records}
            if not heard.more:
                return found

    def settle(self) -> None:
        """Check with a server that is well: nothing is lost, and nothing happened twice."""
        self.repeat()
        records = self.records()
        for record, (note, progress) in self.notes.items():
            cells, story = records[record][7], records[record][8]
            assert [value for _, value in cells["note"][0]] == [note]
            assert [value for _, value in cells["progress"]] == [progress]
            assert [line[3] for line in story] == ["", "route_review"]
        for key, body in self.photos.items():
            head = {"authorization": f"Bearer {self.phone.token}"}
            assert self.line.get(f"/api/photos/{key}", headers=head).status_code == 200
            assert self.upload(body) == "held"
