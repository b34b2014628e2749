"""What a client needs to fold its own ops: cells, and the workflow."""

from collections.abc import Callable
from typing import Any

from tests.whole.stranger import Json, canonical

# The guards of automatic steps, by what the record says, the marks of its matter, and the lines of its story.
GUARDS: dict[str, Callable[[Json, Json, list[Any]], bool]] = {
    "is_emergency": lambda said, *_: at_once(said),
    "route_emergency": lambda said, marks, _: at_once(said) or urgent(marks),
    "route_centre": lambda said, marks, _: not at_once(said) and sent_on(marks),
    "self_resolved": lambda said, *_: said.get("self_resolved") is True,
    "nobody_answered": lambda said, *_: said.get("result") == "no_answer",
    "somebody_answered": lambda said, *_: said.get("result") not in ("no_answer", None),
    "hazard_found": lambda said, *_: bool(said.get("hazards")),
    "sort_own": lambda said, *_: said.get("sort") == "own",
    "sort_owner": lambda said, *_: said.get("sort") == "owner",
    "twice_declined": lambda _, __, lines: declines(lines) > 1,
}
TOLD = (  # by the server, and never taken here
    "came_late", "has_parts", "parts_done", "part_came_back", "original_closed", "replaced", "out_of_reach",
    "met_since", "has_responder",
)  # fmt: skip


def at_once(said: Json) -> bool:
    return said.get("emergency") is True or said.get("urgency") == "emergency"


def declines(lines: list[Any]) -> int:
    """Count how often it was declined since somebody settled it."""
    steps = [line[3] for line in lines if line[6] != "overtaken"]
    last = max((at for at, step in enumerate(steps) if step == "decide"), default=-1)
    return sum(step in ("decline", "decline_upper") for step in steps[last + 1 :])


def urgent(marks: Json) -> bool:
    return marks.get("level") == "1" or marks.get("route") == "emergency"


def sent_on(marks: Json) -> bool:
    return not urgent(marks) and marks.get("route") == "centre"


def merged(*lists: list[Any]) -> list[Any]:
    return sorted({canonical(item): item for items in lists for item in items}.values())


def written(rule: str, change: Any, stamp: list[Any], weight: int) -> Any:
    """Give the cell that a change of a stamp writes."""
    if rule == "union":
        return [merged([[stamp, element] for element in change["add"]]), merged(change["drop"])]
    if rule == "keep_both":
        return [[[stamp, change["is"]]], merged(change["over"])]
    if rule == "authority":
        return [[[stamp, weight, change["is"]]], [[at, weight] for at in merged(change["over"])]]
    return {"log": [[stamp, change]], "count": [[stamp[2], change]]}.get(rule, [change, stamp])


def joined(field: Json, one: Any, two: Any) -> Any:
    """Join two cells by the rule of the field."""
    rule, names = field["rule"], [option["value"] for option in field["options"]]
    if rule in ("first", "latest"):
        return (min if rule == "first" else max)(one, two, key=lambda cell: cell[1])
    if rule == "largest":
        return max(one, two, key=lambda cell: (names.index(cell[0]) if names else int(cell[0]), cell[1]))
    if rule == "count":
        return [[name, max(n for at, n in one + two if at == name)] for name in sorted(dict(one + two))]
    if rule == "log":
        return merged(one, two)
    first, second = merged(one[0], two[0]), merged(one[1], two[1])
    if rule == "authority":
        graver = [stamp for stamp, weight in second if weight]
        second = [each for each in second if each[1] or each[0] not in graver]
        return [[live for live in first if live[0] not in graver and live[:2] not in second], second]
    return [first, second] if rule == "union" else [[live for live in first if live[0] not in second], second]


def follow(page: Json, record: list[Any]) -> list[Json]:
    """Give the step that takes itself from the state a record is in, if there is one."""
    state, cells, lines = record[6:9]
    said = {name: cell[0] for name, cell in cells.items() if cell}
    options = page["fields"].get("matter", {"options": []})["options"]
    marks: Json = next((each["marks"] for each in options if each["value"] == said.get("matter")), {})
    for each in page["workflow"]["steps"]:
        held = all(guard in GUARDS and GUARDS[guard](said, marks, lines) for guard in each["guards"])
        if each["auto"] and state in each["start"] and held:
            return [each]
    return []


def fold(store: Json, op: Json, at: int) -> None:
    """Fold an applied op into this store's copy: cells, step, and the lines and what follows."""
    page, stamp, me = store["kinds"][op["kind"]], op["stamp"], store["person"]
    new = [op["record"], op["kind"], op["area"], me, stamp[0], at, "", {}, [], 0]
    held = store["records"].get(op["record"], new)
    # Unsaid: a record not told since a new era began is made anew.
    record = new if op["area"] is not None and held[9] != store["era"] else held
    if record[2] is None:  # nothing to fold into: a delta tells it
        return
    store["records"][op["record"]], record[9] = record, store["era"]
    roles = {grant["role"] for grant in store["directory"]["me"]["grants"]}
    flow, was, cells = page["workflow"], record[6], record[7]
    named = {name: each["echoes"] for name, each in page["fields"].items() if each["echoes"] in op["sets"]}
    for name, change in ({name: op["sets"][of] for name, of in named.items()} | op["sets"]).items():
        field = page["fields"][name]
        weight = int(bool(roles & set(field["own"])))
        cell = written(field["rule"], change, stamp, weight)
        cells[name] = joined(field, cells[name], cell) if name in cells else cell
    steps = [{"name": "", "to": flow["begin"]}] * (not was)
    steps += [each for each in flow["steps"] if op["step"] and each["name"] == op["step"][0]]
    told: list[Any] = [line[1:4:2] for line in record[8]]
    steps = [] if [stamp, op["step"][0] if op["step"] else ""] in told else steps  # folded before
    while steps or (steps := follow(page, record)):
        for each in steps:
            who, outcome = (0, "auto") if each.get("auto") else (me, "done")
            to = each["to"] or record[6]
            record[8] = [*record[8], [0, stamp, who, each["name"], record[6], to, outcome, at, {}]]
            record[6] = to
        steps = []
