"""The app's own client as a phone of the fleet: its TypeScript, bundled, many phones in one Node process.

The process speaks in lines of JSON (tests/whole/fleet/node/main.ts). While a phone exchanges it asks what is
to become of each of its requests; that is drawn here, by the seed. They go over HTTP to the app (front.py).
"""

import base64
import os
import select
import subprocess
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from backend.http.body import PACKED
from sync.dense import loose
from sync.register import Entry, Held, Record
from tests.whole.fleet.bugs import ROOT
from tests.whole.fleet.disk import Crash
from tests.whole.fleet.front import Front
from tests.whole.fleet.link import PORTALS, Link
from tests.whole.fleet.phone import Clock, Intent

BUNDLER: Final = ROOT / "tests" / "whole" / "fleet" / "node" / "bundle.mjs"
NEVER: Final = Held(0, "", 0)
ASKS_MAX: Final = 1_000  # requests of one exchange: more are a loop without end
STARTS_MAX: Final = 5  # in a row, until what was laid is spent
PATIENCE_S: Final = 60.0  # for what takes milliseconds
GETS: Final = ("lose", "mute", "torn", "portal")  # what may happen to a request that only asks


class Asked(msgspec.Struct, frozen=True):
    """A request under way."""

    path: str
    token: str
    type: str
    encoding: str
    body: str  # base64

    @property
    def headers(self) -> dict[str, str]:
        said = {"content-type": self.type, "content-encoding": self.encoding}
        return {"authorization": f"Bearer {self.token}"} | {name: each for name, each in said.items() if each}

    @property
    def wire(self) -> bytes:
        return base64.b64decode(self.body)

    @property
    def plain(self) -> bytes:
        """The JSON of it, however it travels."""
        body = zlib.decompress(self.wire) if self.encoding else self.wire
        return msgspec.json.encode(loose(body)) if self.type == PACKED else body


class Road(Link):
    """The way to the server over HTTP: each request asks here for its fate."""

    front: Front

    def fate(self, asked: Asked | None) -> dict[str, Any]:
        """Draw what becomes of a request; None is one that has just been answered."""
        if asked is None:
            self._other()
            return {"times": 1}
        if asked.path == "/api/exchange":
            self.watch(asked.plain)
        if not self.server.up:
            return {"times": 0}
        if self.calm or self.rng.random() >= self.plan.loss:
            return {"times": 1}
        fates = [fate for fate in self.plan.fates if asked.body or fate in GETS] or ["lose"]
        fate = self.rng.choice(fates)
        self.say(f"    {asked.path} {fate}")
        return self._drawn(fate, asked)

    def _drawn(self, fate: str, asked: Asked) -> dict[str, Any]:
        draw = self.rng.random
        match fate:
            case "lose":
                return {"times": 0}
            case "mute":
                return {"times": 1, "mute": True}
            case "repeat":
                times = self.rng.randint(2, 3)
                return {"times": times, "take": self.rng.randrange(times)}
            case "delay":
                self.held.append((asked, self.server.restores))
                return {"times": 0}
            case "cut":
                return {"times": 1, "cut": self.rng.randrange(len(asked.wire))}
            case "torn":
                return {"times": 1, "torn": draw()}
            case "portal":
                return {"times": 1, "portal": f"/portal/{self.rng.randrange(len(PORTALS))}"}
            case "between":
                self._other()
                return {"times": int(self.server.up)}
        return {"times": 1, "after": True}

    def deliver(self) -> None:
        """Let a request arrive that its sender has given up long ago."""
        if self.held:
            asked, sent = self.held.pop(self.rng.randrange(len(self.held)))
            if asked.path == "/api/exchange":
                self.overdue(asked.plain, sent)
            if self.server.up:
                self.front.post(asked.path, asked.wire, asked.headers)


def bundled(out: str, *planted: str) -> str:
    """Bundle the phones; `planted`: in which file which text becomes which."""
    subprocess.run(["node", str(BUNDLER), out, *planted], cwd=ROOT, check=True)
    return out


class Nodes:
    """The Node process that all phones live in."""

    def __init__(self, bundle: str, address: str) -> None:
        words = ["node", "--unhandled-rejections=strict", bundle, f"http://{address}"]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self._ids, self._rest = 0, b""
        self.fate: Callable[[Asked | None], dict[str, Any]] = lambda _: {"times": 0}

    def call(self, name: str, phone: int = 0, clock: Clock | None = None, *words: Any) -> Any:
        """Have something done; raises Crash if the phone's process died of it, Trouble if it threw."""
        self._ids += 1
        mine, asks = self._ids, 0
        wall, steady = (clock.wall_ms(), clock.steady_ms()) if clock else (0, 0)
        self._say({"id": mine, "do": name, "phone": phone, "wall": wall, "steady": steady, "with": words})
        while "ask" in (heard := self._hear()):
            asks += 1
            if asks > ASKS_MAX:
                raise Lost(f"{name} asks for ever")
            asked = heard["request"]
            fate = self.fate(msgspec.convert(asked, Asked) if asked else None)
            self._say({"re": heard["ask"], "fate": fate})
        if heard["id"] != mine:
            raise Lost(f"{name} was not answered, but {heard}")
        if heard["end"] == "crash":
            raise Crash
        if heard["end"]:
            raise Trouble(heard["end"], heard["value"])
        return heard.get("value")

    def _say(self, message: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(msgspec.json.encode(message) + b"\n")

    def _hear(self) -> Any:
        assert self._process.stdout
        out = self._process.stdout.fileno()
        while b"\n" not in self._rest:
            if not select.select([out], [], [], PATIENCE_S)[0]:
                raise Lost("the phones say nothing any more")
            part = os.read(out, 1 << 20)
            if not part:
                raise Lost("the process of the phones is gone")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return msgspec.json.decode(line)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Lost(Exception):
    """The process of the phones cannot be led any more."""


class Trouble(Exception):
    """An error that the app did not catch: its name, and where it was thrown."""

    @property
    def full(self) -> bool:
        return bool(self.args[0] == "QuotaExceededError")


class NodePhone:
    """One process of the app on a phone's store."""

    def __init__(self, nodes: Nodes, clock: Clock, at: int = 0) -> None:
        self._nodes, self._clock = nodes, clock
        self.brittle = False  # the next crash takes the database along
        self._unsaid: dict[str, int] = {}  # by device: a number whose op may have been under way then
        self._at = at or self._call("make")

    def _call(self, name: str, *words: Any) -> Any:
        return self._nodes.call(name, getattr(self, "_at", 0), self._clock, *words)

    def _unless_full(self, otherwise: Any, name: str, *words: Any) -> Any:
        try:
            return self._call(name, *words)
        except Trouble as trouble:
            if trouble.full:
                return otherwise
            raise

    def write(self, intent: Intent) -> str | None:
        made, fields = self._unless_full(None, "write", msgspec.to_builtins(intent)) or (None, ())
        for name in intent.values.keys() - fields if made else ():
            del intent.values[name]  # the form said it already: nothing is written of it
        return made

    def undo(self, record: str) -> list[str]:
        tokens: list[str] = self._unless_full([], "undo", record)
        return tokens

    def exchange(self) -> str:
        return str(self._unless_full("full", "exchange"))

    def sign_in(self, token: str, number: str, person: int) -> None:
        self._call("signIn", token, number, person)

    def restart(self) -> None:
        if not self.brittle:
            self._started("restart")
            return
        self.brittle = False
        self._started("lose", None, False)
        device, _, number = self._call("state")["last"].partition(".")
        if device:
            self._unsaid[device] = int(number)

    def _started(self, name: str, *words: Any) -> Any:
        """Have a process begin; one that meets a fault laid before begins once more."""
        for _ in range(STARTS_MAX):
            try:
                begun = self._call(name, *words)
                if not self.doubtful():
                    return begun
            except Crash:
                pass
            except Trouble as trouble:
                if not trouble.full:
                    raise
            name, words = ("tab", ()) if name == "tab" else ("restart", ())
        raise Lost(f"{name} does not come to an end")

    def clone(self, clock: Clock) -> "NodePhone":
        return NodePhone(self._nodes, clock, self._nodes.call("clone", self._at, clock))

    def tab(self) -> "NodePhone":
        return NodePhone(self._nodes, self._clock, self._started("tab"))

    def kept(self) -> int:
        return int(self._call("kept"))

    def lose(self, earlier: int | None, *, whole: bool = True) -> list[str]:
        """Damage the database; if `whole`, the journal beside it too."""
        before, device = self.held(), self._call("state")["last"][:16]
        self._started("lose", earlier, whole)
        after = self.held()
        gone = [token for token, op in before.items() if token not in after and op[:16] == device]
        if self.lost() < len(gone):
            return [f"O1 {gone} are gone, and the phone says that it lost {self.lost()}"]
        return []

    def spoil(self, name: str, sort: str, share: float) -> None:
        """Damage a file: it is lost, or cut or rotten at some place, given as a share of its length."""
        self._started("spoil", name, sort, share)

    def doubtful(self) -> bool:
        """Tell whether a fault hit the disk since the app was opened."""
        return bool(self._call("blown"))

    def lost(self) -> int:
        """Say how many entries the phone has told its person that it lost."""
        return int(self._call("state")["lost"])

    def arm(self, calls: int, sort: str) -> None:
        self.brittle = False
        self._call("arm", calls, sort)

    def out(self) -> bool:
        return bool(self._call("state")["out"])

    def waiting(self) -> Mapping[str, str]:
        waiting: dict[str, str] = self._call("state")["waiting"]
        return waiting

    def held(self) -> Mapping[str, str]:
        held: dict[str, str] = self._call("state")["held"]
        return held

    def tops(self) -> Mapping[str, int]:
        tops: dict[str, int] = self._call("state")["tops"]
        return {device: top - (self._unsaid.get(device) == top) for device, top in tops.items()}

    def shown(self) -> Mapping[str, Record]:
        return {row["id"]: _record(row) for row in self._call("shown")}


def _record(row: dict[str, Any]) -> Record:
    """Read a record as the app keeps it."""
    lines = [
        [
            line[name]
            for name in ("seq", "stamp", "person", "step", "start", "to", "outcome", "receivedMs", "sets")
        ]
        for line in row["story"]
    ]
    story, cells = msgspec.convert(lines, tuple[Entry, ...]), row["cells"]
    return Record(
        row["id"], row["kind"], row["area"], row["author"], row["madeMs"], row["receivedMs"], row["state"],
        NEVER, cells, dict.fromkeys(cells, NEVER), story,
    )  # fmt: skip
