"""A client of the sync server, written from docs/sync.md alone and with the standard library alone.

Its store is a dict; a receipt is taken on a copy of it: all or nothing. Without a `fold` it pushes with the
empty cursor. What the page leaves unsaid, so that a server had to be tried, is marked so.
"""

import base64
import copy
import hashlib
import http.client
import json
import secrets
import time
import zlib
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

Json = dict[str, Any]
MOST_OPS, LATER = 500, ("unknown_kind", "unknown_field", "unknown_step")
PARTS = [0, "", False, [], [], [], [], [], [], "", False, 0, 0]  # of a receipt, as they are when left out
NEW: Json = dict.fromkeys(("device", "token", "cursor", "version"), "")
NEW |= {"person": 0, "ahead_ms": 0, "backed": 0, "era": 0, "anew": False, "stamp": [0, 0]}
BARE = ("kinds", "directory", "tops", "records", "photos", "keys", "said")


class NotSent(Exception):
    """The server did not take it, or it was no answer of the server's: status, code, seconds to wait."""


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def coded(field: Json, change: Any, wall: int) -> Any:
    names = [option["value"] for option in field["options"]] or [False, True][: 2 * (field["type"] == "flag")]

    def one(value: Any) -> Any:
        return wall - value if field["type"] == "instant" else names.index(value) if names else value

    if field["rule"] == "union":  # unsaid: what is dropped is not coded
        return [[one(element) for element in change["add"]], *([change["drop"]] if change["drop"] else [])]
    if field["rule"] in ("keep_both", "authority"):
        return [one(change["is"]), *([change["over"]] if change["over"] else [])]
    return one(change)


def row(op: Json, kinds: Json, device_ms: int) -> list[Any] | Json:
    try:
        page, (wall, count, device) = kinds[op["kind"]], op["stamp"]
        head, _, tail = op["record"].partition(".")
        record = op["record"] if head != device else 0 if int(tail) == op["n"] else int(tail)
        cells, (step, saw), states = [], op["step"] or ("", ""), list(page["workflow"]["states"])
        steps = ["", *(each["name"] for each in page["workflow"]["steps"])]
        for name, change in op["sets"].items():
            cells += [list(page["fields"]).index(name), coded(page["fields"][name], change, wall)]
        codes = list(kinds).index(op["kind"]), op["n"], device_ms - wall, count, record, op["area"] or 0
        return [*codes, steps.index(step), states.index(saw) if step else 0, *cells]
    except (LookupError, ValueError, TypeError):
        return {"raw": [op[name] for name in ("n", "stamp", "kind", "record", "area", "sets", "step")]}


def short(column: list[Any]) -> list[Any]:
    return column[:1] if all(value == column[0] for value in column) else column


def steps_of(column: Iterable[int]) -> list[int]:
    return [later - sooner for sooner, later in pairwise([0, *column])]


def turned(values: list[Any]) -> Any:
    plain = all(isinstance(value, list) and value and all(type(n) is int for n in value) for value in values)
    if plain and len({len(value) for value in values}) == 1:
        return {"t": [short(steps_of(side)) for side in zip(*values, strict=True)], "n": len(values)}
    return short(values)


def packed(ops: list[Json], kinds: Json, device_ms: int) -> Any:
    rows = [row(op, kinds, device_ms) for op in ops]
    raw, plain = [each for each in rows if isinstance(each, dict)], [x for x in rows if isinstance(x, list)]
    if len(ops) < 3 or not plain:
        return rows or None
    fields: dict[tuple[int, int], dict[int, Any]] = {}
    for place, each in enumerate(plain):  # unsaid: a place among all coded ops, not among those of the kind
        for field, change in zip(each[8::2], each[9::2], strict=True):
            fields.setdefault((each[0], field), {})[place] = change
    sides = [list(side) for side in zip(*(each[:8] for each in plain), strict=True)]
    whole = {at: len(by) == sides[0].count(at[0]) for at, by in fields.items()}
    last = [[*at, 0 if whole[at] else steps_of(by), turned(list(by.values()))] for at, by in fields.items()]
    columns = [short(sides[0]), steps_of(sides[1]), short(steps_of(sides[2])), *map(short, sides[3:]), last]
    return {"c": columns, **({"r": raw} if raw else {})}


def renamed(value: Any, names: Json) -> Any:
    if isinstance(value, dict):
        return {key: renamed(inner, names) for key, inner in value.items()}
    deep = [renamed(inner, names) for inner in value] if isinstance(value, list) else value
    return names.get(canonical(value), deep)


def fingerprint(record: list[Any]) -> int:
    lines = sorted(canonical(line[1:7]) for line in record[8])
    return zlib.crc32(canonical([*record[:4], *record[6:8], lines]).encode())


class Stranger:
    """One store of one person's device, and its way to the server."""

    bearer = property(lambda self: self.store["device"] + self.store["incarnation"])
    clock = staticmethod(lambda: time.time_ns() // 1_000_000)

    def __init__(self, port: int, fold: Callable[..., None] | None = None, store: Json | None = None) -> None:
        self.port, self.fold, self.most = port, fold, MOST_OPS
        self.store = store or NEW | {"incarnation": secrets.token_hex(4), "ops": []} | {n: {} for n in BARE}

    def ask(self, method: str, path: str, body: Any = None, *want: int, **more: str) -> Any:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        heads = {"Content-Type": "application/json", "Authorization": f"Bearer {self.store['token']}"}
        heads |= {name.replace("_", "-"): text for name, text in more.items()}
        try:
            link.request(method, path, body if isinstance(body, bytes) else canonical(body).encode(), heads)
            answer = link.getresponse()
            text, sort = answer.read(), answer.headers.get_content_type()
            if answer.status in (want or (200,)) and sort == "application/json":
                return json.loads(text)
            code = json.loads(text)["code"] if sort == "application/problem+json" else ""
            raise NotSent(answer.status, code, int(answer.headers.get("Retry-After") or 0))
        except (OSError, http.client.HTTPException, ValueError, LookupError) as none:
            raise NotSent(0, "", 0) from none
        finally:
            link.close()

    def sign_in(self, code: str) -> None:
        store, was, person = self.store, self.store["device"], self.store["person"]
        asked = {"code": code, "device_name": "stranger"} | ({"device": was} if was else {})
        store |= self.ask("POST", "/api/session", asked, 201)
        if was not in ("", store["device"]) and person == store["person"]:
            self.renumber([op for op in store["ops"] if not 0 < op["head"] <= store["backed"]])
        self.fetch_pages()

    def fetch_pages(self) -> bool:
        told = self.ask("GET", "/api/kinds")
        for field in [each for page in told["kinds"].values() for each in page["fields"].values()]:
            field["options"] = told["lists"].get(field["listed"], field["options"])
        self.store |= {"version": told["version"], "kinds": told["kinds"]}
        self.store["directory"] = self.ask("GET", "/api/directory")
        for op in self.store["ops"]:
            op["is"] = "waiting" if op["is"] == "later" else op["is"]
        return True

    def make(self, kind: str, sets: Json, record: str = "", area: int | None = None, step: Any = 0) -> Json:
        device, (wall, count), now = self.bearer, self.store["stamp"], self.clock() + self.store["ahead_ms"]
        stamp = [now, 0] if now > wall else [wall, count + 1] if count < 65535 else [wall + 1, 0]
        n = self.store["tops"][device] = self.store["tops"].get(device, 0) + 1
        op = {"n": n, "stamp": [*stamp, device], "kind": kind, "record": record or f"{device}.{n}"}
        op |= {"tries": 0, "area": area, "sets": sets, "step": step or None, "is": "waiting", "head": 0}
        self.store |= {"stamp": stamp, "ops": [*self.store["ops"], op]}
        return op

    def renumber(self, ops: list[Json]) -> None:
        """Give ops new numbers, stamps and record ids under a new incarnation, and rename what names them."""
        self.store["incarnation"], names = secrets.token_hex(4), {}
        device = self.bearer
        for n, op in enumerate(ops, 1):
            names[canonical(op["stamp"])] = [*op["stamp"][:2], device]
            names[canonical(f"{op['stamp'][2]}.{op['n']}")] = f"{device}.{n}"
            op |= {"n": n, "is": "waiting"}
        for op in ops:
            op |= {name: renamed(op[name], names) for name in ("stamp", "record", "sets")}
        self.store["tops"][device] = len(ops)

    def batch(self) -> tuple[str, list[Json]]:
        aside = {op["record"] for op in self.store["ops"] if op["is"] in ("aside", "later")}
        own = [op for op in self.store["ops"] if op["stamp"][2][:8] == self.store["device"]]  # unsaid
        ready = [op for op in own if op["is"] == "waiting" and op["record"] not in aside]
        device = ready[0]["stamp"][2] if ready else self.bearer
        return device, [op for op in ready if op["stamp"][2] == device][: self.most]

    def body(self, device: str, ops: list[Json]) -> list[Any]:
        now, top, cursor = self.clock(), self.store["tops"].get(device, 0), self.store["cursor"]
        held = [op["n"] for op in self.store["ops"] if op["stamp"][2] == device and op["is"] != "received"]
        photos = [[key, len(raw), ""] for key, raw in self.store["photos"].items()][:64]
        parts = [1, self.store["version"], device[8:], now, cursor if self.fold or not ops else "", top]
        return [*parts, min([*held, top + 1]), packed(ops, self.store["kinds"], now), photos]

    def exchange(self) -> bool:
        (device, ops), cursor = self.batch(), self.store["cursor"]
        raw = zlib.compress(canonical(body := self.body(device, ops)).encode())
        try:
            told = self.ask("POST", "/api/exchange", raw, Content_Encoding="deflate")
        except NotSent as refused:
            status, code, _ = refused.args
            if code == "kinds_changed":
                return self.fetch_pages()
            if ops and code not in ("busy", "storage_full") and (status == 413 or status > 499):
                self.most = max(1, len(ops) // 2)
                ops[0]["tries"] += len(ops) == 1
                ops[0]["is"] = "aside" if ops[0]["tries"] == 3 else "waiting"
            raise
        if not (isinstance(told, list) and len(told) > 1 and isinstance(told[1], str)):
            raise NotSent(200, "", 0)
        self.most = min(MOST_OPS, self.most * 2)
        if cursor == self.store["cursor"]:  # else another was faster: nothing of it
            self.take(device, not body[4], {op["n"] for op in ops}, told + PARTS[len(told) :])
        return bool(told[2:3] == [True] or self.batch()[1])

    def take(self, device: str, empty: bool, sent: set[int], told: list[Any]) -> None:
        now, fresh, more, acks, missing, verdicts, deltas, photos, gone, directory, anew, head, backed = told
        store, live = copy.deepcopy(self.store), self.store
        own, found = [op for op in store["ops"] if op["stamp"][2] == device], {at[0]: at for at in verdicts}
        store |= {"cursor": fresh, "ahead_ms": now - self.clock(), "backed": backed or store["backed"]}
        if anew or empty:  # unsaid: the empty cursor begins an era too, though the answer is not anew
            store |= {"era": store["era"] + 1, "anew": True}
        for op in own:
            n, (_, code, at, _) = op["n"], found.get(op["n"], [0, "applied", now, ""])
            if n in sent and op["is"] == "waiting" and code in (*LATER, "number_reused"):
                op["is"] = "later" if code in LATER else "reused"
            elif n in sent and op["is"] == "waiting" and any(low <= n <= high for low, high in acks):
                op |= {"is": "received", "head": head, "verdict": code}  # unsaid: only what was sent has one
                if code == "amended":
                    store["stamp"] = [now, 65535]  # unsaid: else all that follows would lead as well
                if code == "applied" and self.fold:
                    self.fold(store, op, at)
            elif op["is"] == "received":
                lacks = any(low <= n <= high for low, high in missing)
                op.update({"is": "waiting", "head": 0} if lacks else {"head": head} if anew else {})
        hear(store, deltas, gone, more)
        store["keys"] |= {key: [here, preview] for key, here, preview in photos}
        self.store = store
        if reused := [op["n"] for op in own if op["is"] == "reused"]:
            self.renumber([op for op in own if op["n"] >= min(reused) and op["is"] != "received"])
            store["cursor"] = ""  # unsaid: what was applied under the number it bore would not be heard
        if directory not in ("", live["directory"]["version"]):
            store["directory"] = self.ask("GET", "/api/directory")

    def sync(self) -> None:
        while self.exchange():
            pass
        for op in [op for op in self.store["ops"] if op["is"] == "aside"]:
            told = self.ask("POST", f"/api/parked/{op['stamp'][2][8:]}/{op['n']}", canonical(op).encode())
            op |= {"verdict": told[1], "is": "received", "head": 2**53}  # unsaid: where the log stands then
        for key, raw in list(self.store["photos"].items()):
            digest = base64.b64encode(hashlib.sha256(raw).digest()).decode()
            self.ask("PUT", f"/api/photos/{key}", raw, 200, 201, Content_Digest=f"sha-256=:{digest}:")
            del self.store["photos"][key]

    def report(self) -> None:
        waiting = [op["stamp"][0] for op in self.store["ops"] if op["is"] != "received"]
        said = {"version": "stranger", "kinds": self.store["version"], "waiting": len(waiting),
                "top": self.store["tops"].get(self.bearer, 0), "oldest_ms": min(waiting, default=0),
                "offset_ms": self.store["ahead_ms"], "incarnation": self.store["incarnation"]}  # fmt: skip
        if said != self.store["said"]:
            self.ask("POST", "/api/device", said)
            self.store["said"] = said

    def check(self) -> list[str]:
        """Ask whether both hold the same; forget what differs, hear it again, and name the areas."""
        areas, differed, after = Json(), list[str](), ""
        for held in self.store["records"].values():
            count, mix = areas.get(str(held[2]), (0, 0))
            areas[str(held[2])] = count + 1, mix ^ fingerprint(held)
        kept = {op["record"] for op in self.store["ops"] if op["is"] != "received"}
        while after is not None:
            more = {"after": after} if after else {}
            told = self.ask("POST", "/api/check", {"cursor": self.store["cursor"], "areas": areas} | more)
            if told.get("stale"):
                self.sync()
                return self.check()
            listed = {area: dict(pairs) for area, pairs in told.get("areas", {}).items()}
            for name, held in list(self.store["records"].items()):
                mark, area = fingerprint(held), listed.get(str(held[2]))
                if area is not None and name not in kept and area.get(name) != mark:
                    del self.store["records"][name]
            differed, after = differed + list(listed), told.get("after")
            if "cursor" in told:
                self.store["cursor"] = told["cursor"]
                self.sync()
        return differed


def hear(store: Json, deltas: list[Any], gone: list[str], more: bool) -> None:
    """Take what others did; at the end of a new era drop what was not told in it."""
    for delta in deltas:
        old = store["records"].get(delta[0], [*delta, 0])
        old = old if old[9] == store["era"] or not store["anew"] else [*delta, 0]  # unsaid: it replaces
        begun = any(line[3] == "" for line in delta[8])  # unsaid: one line begins a record, the one told
        lines = {canonical([line[1], line[3]]): line for line in old[8] if line[3] or not begun}
        lines |= {canonical([line[1], line[3]]): line for line in delta[8]}
        cells = {name: cell for name, cell in (old[7] | delta[7]).items() if cell is not None}
        store["records"][delta[0]] = [*delta[:7], cells, [*lines.values()], store["era"]]
    for name in gone:
        store["records"].pop(name, None)
    if store["anew"] and not more:
        kept = {op["record"] for op in store["ops"] if op["is"] != "received"}
        for name in [name for name, held in store["records"].items() if held[9] != store["era"]]:
            _ = name in kept or store["records"].pop(name)
        store["anew"] = False
