"""The model phone: a whole client as docs/sync.md describes it, small enough to be read beside it.

Mirrors pwa/src/exchange.ts and pwa/src/push.ts. One round is choose and mark -> send -> store; each end is
one transaction. Ops of an earlier incarnation go in pushes of their own; of their receipts only acks, missing
numbers and verdicts are taken, and they are asked about in every run until they are backed up.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple, replace

from sync.op import WAITING
from sync.permit import Actor
from sync.register import Record
from sync.settle import World
from sync.wire import Push, Receipt, pack
from tests.whole.fleet import outbox
from tests.whole.fleet.disk import Disk, Full, Tx
from tests.whole.fleet.keep import Pushed, Result, keep
from tests.whole.fleet.outbox import AGAIN, NOBODY, Directory, Heard, Row, Self, Session, rows_of
from tests.whole.fleet.phone import Clock, Intent
from tests.whole.fleet.server import Answer
from tests.whole.fleet.town import PAGES

ROUNDS_MAX = 400  # round trips of one run; a view in pages of two takes many
ALONE_MAX = 3  # failures of an op by itself before the others go on without it
ASIDE_MS = 60_000
ASIDE_MAX_MS = 3_600_000
DEVICE_MS_MAX = 4_102_444_800_000
_RECEIPT = msgspec.json.Decoder(Receipt)
FATAL = frozenset({"signed_out", "wrong_version", "too_many_tries"})


class Stand(NamedTuple):
    """What one push is made from."""

    session: Session
    self: Self
    heard: Heard
    device: str
    top: int
    low: int
    rows: tuple[Row, ...]

    @property
    def pushed(self) -> Pushed:
        past = self.device[8:] != self.self.incarnation
        return Pushed(self.session, self.device, self.heard.cursor, tuple(row.id for row in self.rows), past)


class ModelPhone:
    """One process on a phone's store."""

    def __init__(self, disk: Disk, clock: Clock, link: Any, most: int, mint: Any) -> None:
        self.disk, self.clock, self.link, self.mint = disk, clock, link, mint
        self.most_ops = most
        self.restart()

    def restart(self) -> None:
        """Begin as after a crash: only the store is left."""
        self.most, self.stale = self.most_ops, False
        self.asked: set[str] = set()
        heard: Heard = self.disk.tables["notes"].get("heard") or NOBODY
        self._anchor(self.clock.wall_ms() + heard.offset_ms)
        if "self" not in self.disk.tables["notes"]:
            self.disk.transact(lambda tx: tx.put("notes", "self", Self(self.mint())))

    # Time, as pwa/src/time.ts has it

    def _anchor(self, server_ms: int) -> None:
        self.server_ms, self.wall_ms, self.steady_ms = server_ms, self.clock.wall_ms(), self.clock.steady_ms()

    def now(self) -> int:
        wall, steady = self.clock.wall_ms() - self.wall_ms, self.clock.steady_ms() - self.steady_ms
        return max(0, self.server_ms + max(wall, steady, 0))

    # What a person does

    def _standing(self, tx: Tx) -> tuple[Session, Actor, World] | None:
        session, directory = tx.get("notes", "session"), tx.get("notes", "directory")
        page, self_ = tx.get("notes", "kinds"), tx.get("notes", "self")
        if session is None or directory is None or page is None:
            return None
        device = session.number + self_.incarnation
        return (
            session,
            Actor(session.person, directory.grants, device),
            World(PAGES[page][1], directory.units),
        )

    def write(self, intent: Intent) -> str | None:
        def work(tx: Tx) -> str | None:
            standing = self._standing(tx)
            if standing is None:
                return None
            session, actor, world = standing
            row = outbox.enqueue(tx, intent, actor, world, session, self.now())
            return row.id if row else None

        try:
            return self.disk.transact(work)
        except Full:
            return None

    def undo(self, record: str) -> list[str]:
        def work(tx: Tx) -> list[str]:
            session = tx.get("notes", "session")
            return outbox.undo(tx, record, session) if session else []

        try:
            return self.disk.transact(work)
        except Full:
            return []

    def sign_in(self, token: str, number: str, person: int) -> None:
        """Bind this phone to a person; who had it before keeps the number, and all that waits under it."""

        def work(tx: Tx) -> None:
            tx.put("notes", "session", Session(token, number, person))
            tx.drop("notes", "directory")

        self.disk.transact(work)

    # The exchange

    def exchange(self) -> str:
        """Exchange until nothing is left to send or to hear; says how it ended."""
        self.asked = set()
        try:
            for _ in range(ROUNDS_MAX):
                end = self._round()
                if end:
                    return end
        except Full:
            return "full"
        return "busy"

    def _round(self) -> str:
        notes = self.disk.tables["notes"]
        session: Session | None = notes.get("session")
        if session is None or session.out:
            return "idle"
        if "kinds" not in notes or self.stale:
            return self._fetch_kinds()
        heard: Heard = notes.get("heard") or NOBODY
        if "directory" not in notes or (heard.directory and notes["directory"].version != heard.directory):
            return self._fetch_directory(session)
        stand = self.disk.transact(self._choose)
        if stand is None:
            return "done"
        page, directory = notes["kinds"], notes["directory"]
        answer = self.link.post(session.token, self._bytes(stand, page))
        receipt = _receipt(answer)
        if receipt is None:
            return self._meet(answer, stand)
        return self._heed(stand, receipt, page, directory)

    def _choose(self, tx: Tx) -> Stand | None:
        """Choose the next load, emergencies first, and mark what leaves."""
        session, self_ = tx.get("notes", "session"), tx.get("notes", "self")
        device = session.number + self_.incarnation
        ready = ready_of(rows_of(tx, session), self.now())
        hurried = {row.op.record for row in ready if row.urgent}
        urgent = [row for row in ready if row.op.record in hurried]
        queue = urgent or ready
        tops = {**{session.number + name: top for name, top in self_.past}, device: self_.top}
        wanted = [device, *_uncovered(tx, session, device)]
        heard = tx.get("notes", "heard") or NOBODY
        unsure = not heard.cursor and bool(tx.all("sent"))  # what was acknowledged may have to go first
        again = unsure or heard.cursor.startswith(AGAIN)  # everything is told to the incarnation of now
        if urgent:
            wanted = [urgent[0].op.stamp.device]
        open_ = [
            each for each in wanted if each in tops and (each not in self.asked or self._any(queue, each))
        ]
        if not open_ and not again:
            return None
        device = device if again else open_[0]
        self.asked.add(device)
        rows = [row for row in queue if row.op.stamp.device == device][: self.most]
        if unsure:
            rows = []
        for row in rows:
            if not row.left:
                tx.put("outbox", row.id, replace(row, left=True))
        waiting = [row.op.n for row in rows_of(tx, session, device) if not row.refused]
        low = min(waiting, default=tops[device] + 1)
        return Stand(session, self_, heard, device, tops[device], low, tuple(rows))

    @staticmethod
    def _any(rows: list[Row], device: str) -> bool:
        return any(row.op.stamp.device == device for row in rows)

    def _bytes(self, stand: Stand, page: int) -> bytes:
        version, kinds = PAGES[page]
        device_ms = min(max(self.clock.wall_ms(), 0), DEVICE_MS_MAX)
        ops = pack([row.op for row in stand.rows], kinds, device_ms) if stand.rows else None
        photos = [(key, 1000, "") for row in stand.rows for key in row.photos]
        incarnation = stand.device[8:]
        push = Push(
            1, version, incarnation, device_ms, stand.heard.cursor, stand.top, stand.low, ops, photos[:64]
        )
        parts = list(astuple(push))
        while not parts[-1]:
            parts.pop()
        return msgspec.json.encode(parts)

    def _heed(self, stand: Stand, receipt: Receipt, page: int, directory: Directory) -> str:
        self._anchor(receipt.server_ms)
        offset_ms = receipt.server_ms - self.clock.wall_ms()
        actor = Actor(stand.session.person, directory.grants, stand.device)
        world = World(PAGES[page][1], directory.units)
        fresh = self.mint()
        kept: Result = self.disk.transact(
            lambda tx: keep(tx, stand.pushed, receipt, actor, world, offset_ms, fresh)
        )
        self.most = min(self.most_ops, self.most * 2)
        if stand.rows and not kept.answers and not kept.again:
            return "busy"  # it says nothing of what was sent
        if (receipt.more and not stand.pushed.past) or kept.again:
            self.asked.discard(stand.device)
        return ""

    def _meet(self, answer: Answer, stand: Stand) -> str:
        """Deal with a request that brought nothing; "" to go on at once."""
        code, status = answer.code, answer.status
        if code == "kinds_changed":
            self.stale = True
            self.asked.discard(stand.device)
            return ""
        known = bool(code) or (status >= 500 and status != 511)
        if not known or not stand.rows or code in FATAL:
            if code == "signed_out":
                self.disk.transact(lambda tx: _signed_out(tx, stand.session))
                return "out"
            return "busy" if known else "offline"
        if len(stand.rows) > 1:
            self.most = (len(stand.rows) + 1) // 2
            return "" if status < 500 else "busy"
        self._set_aside(stand.rows[0], code or "busy")
        return "busy"

    def _set_aside(self, row: Row, code: str) -> None:
        tries = row.tries + 1
        later_ms = self.now() + min(ASIDE_MAX_MS, ASIDE_MS * 2 ** max(0, tries - ALONE_MAX))

        def work(tx: Tx) -> None:
            if now := tx.get("outbox", row.id):
                more = {"code": code, "later_ms": later_ms} if tries >= ALONE_MAX else {}
                tx.put("outbox", row.id, replace(now, tries=tries, **more))

        self.disk.transact(work)

    def _fetch_kinds(self) -> str:
        page = self.link.kinds()
        if page is None:
            return "offline"

        def work(tx: Tx) -> None:
            tx.put("notes", "kinds", page)
            for row in tx.all("outbox"):
                if row.code in WAITING:
                    tx.put("outbox", row.id, replace(row, later_ms=0))

        self.disk.transact(work)
        self.stale = False
        return ""

    def _fetch_directory(self, session: Session) -> str:
        told = self.link.directory(session.token)
        if not told:
            if told is False:
                self.disk.transact(lambda tx: _signed_out(tx, session))
            return "offline" if told is None else "out"

        def work(tx: Tx) -> None:
            heard = tx.get("notes", "heard") or NOBODY
            tx.put("notes", "directory", Directory(*told))
            tx.put("notes", "heard", replace(heard, directory=told[0]))

        self.disk.transact(work)
        return ""

    # What the simulator asks

    def clone(self, clock: Clock) -> "ModelPhone":
        return ModelPhone(self.disk.copy(), clock, self.link, self.most_ops, self.mint)

    def tab(self) -> "ModelPhone":
        return ModelPhone(self.disk, self.clock, self.link, self.most_ops, self.mint)

    def lose(self, earlier: Disk | None) -> list[str]:
        """Empty the store, or take it back to an earlier copy; the session has a second place."""
        session = self.disk.tables["notes"].get("session")
        self.disk.tables = earlier.copy().tables if earlier else Disk().tables
        if session:
            self.disk.tables["notes"]["session"] = session
        self.restart()
        return []

    def kept(self) -> Disk:
        return self.disk.copy()

    def arm(self, calls: int, sort: str) -> None:
        self.disk.fuse.arm(calls, sort)

    def out(self) -> bool:
        session = self.disk.tables["notes"].get("session")
        return session is None or session.out

    def shown(self) -> Mapping[str, Record]:
        return {name: kept.record for name, kept in self.disk.tables["records"].items() if not kept.gone}

    def waiting(self) -> Mapping[str, str]:
        rows = self.disk.tables["outbox"].values()
        return {row.token: row.code for row in rows if not row.undone}

    def tops(self) -> Mapping[str, int]:
        notes = self.disk.tables["notes"]
        number, self_ = notes["session"].number, notes["self"]
        return {number + name: top for name, top in (*self_.past, (self_.incarnation, self_.top))}

    def held(self) -> Mapping[str, str]:
        rows = [*self.disk.tables["sent"].values(), *self.disk.tables["outbox"].values()]
        return {row.token: row.id for row in rows if not row.undone}


def ready_of(rows: list[Row], now_ms: int) -> list[Row]:
    """List whose turn it is, oldest first; what builds on an op that is set aside waits with it."""
    aside: set[str] = set()
    ready = []
    for row in rows:
        if row.refused:
            continue
        if now_ms < row.later_ms <= now_ms + ASIDE_MAX_MS:  # a later time is of a clock that ran ahead
            aside.add(row.op.record)
        if row.op.record not in aside:
            ready.append(row)
    return ready


def _uncovered(tx: Tx, session: Session, device: str) -> list[str]:
    """List earlier device ids of which something is not backed up yet."""
    rows = [*tx.all("outbox"), *tx.all("sent")]
    found = {row.op.stamp.device for row in rows if row.op.stamp.device.startswith(session.number)}
    return sorted(found - {device})


def _signed_out(tx: Tx, session: Session) -> None:
    now = tx.get("notes", "session")
    if now and now.token == session.token:
        tx.put("notes", "session", replace(now, out=True))


def _receipt(answer: Answer) -> Receipt | None:
    """Read a receipt; None for anything that is not one."""
    if answer.status != 200 or answer.sort != "application/json":
        return None
    try:
        return _RECEIPT.decode(answer.body)
    except msgspec.MsgspecError:
        return None
