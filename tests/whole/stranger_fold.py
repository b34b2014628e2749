"""What a client needs to fold its own ops: cells, and (unsaid by docs/sync.md) the workflow."""

from typing import Any

from tests.whole.stranger import Json, canonical

HOUR_MS = 3_600_000
# Unsaid: what guards of automatic steps mean: a field, values, and whether it has one of them.
GUARDS = {
    "is_emergency": ("emergency", [True], True),
    "not_emergency": ("emergency", [True], False),
    "nobody_answered": ("result", ["no_answer"], True),
    "somebody_answered": ("result", ["no_answer", None], False),
}


def merged(*lists: list[Any]) -> list[Any]:
    return sorted({canonical(item): item for items in lists for item in items}.values())


def written(rule: str, change: Any, stamp: list[Any], weight: int) -> Any:
    """Give the cell that a change of a stamp writes."""
    if rule == "union":
        return [merged([[stamp, element] for element in change["add"]]), merged(change["drop"])]
    if rule in ("keep_both", "authority"):
        return [[[stamp, *[weight][: rule == "authority"], change["is"]]], merged(change["over"])]
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
    return [first, second] if rule == "union" else [[live for live in first if live[0] not in second], second]


def follow(flow: Json, state: str, cells: Json) -> list[Json]:
    """Unsaid: give the step that takes itself from a state, if there is one."""
    for each in flow["steps"]:
        tests = [GUARDS.get(guard, ("", [], True)) for guard in each["guards"]]
        met = [(cells.get(field, [None])[0] in values) is wanted for field, values, wanted in tests]
        if each["auto"] and state in each["start"] and all(met):
            return [each]
    return []


def fold(store: Json, op: Json, at: int) -> None:
    """Fold an applied op into this store's copy: cells, step, and (unsaid) the lines and what follows."""
    page, stamp, me = store["kinds"][op["kind"]], op["stamp"], store["person"]
    new = [op["record"], op["kind"], op["area"], me, stamp[0], at, "", 0, {}, [], 0]
    held = store["records"].get(op["record"], new)
    # Unsaid: a record not told since a new era began is made anew, for its due time is another.
    record = new if op["area"] is not None and held[10] != store["era"] else held
    if record[2] is None:  # nothing to fold into: a delta tells it
        return
    store["records"][op["record"]], record[10] = record, store["era"]
    roles = {grant["role"] for grant in store["directory"]["me"]["grants"]}
    flow, was, cells = page["workflow"], record[6], record[8]
    for name, change in op["sets"].items():
        field = page["fields"][name]
        cell = written(field["rule"], change, stamp, int(bool(roles & set(field["own"]))))
        cells[name] = joined(field, cells[name], cell) if name in cells else cell
    steps = [{"name": "", "to": flow["begin"]}] * (not was)
    steps += [each for each in flow["steps"] if op["step"] and each["name"] == op["step"][0]]
    told: list[Any] = [line[1:4:2] for line in record[9]]
    steps = [] if [stamp, op["step"][0] if op["step"] else ""] in told else steps  # folded before
    while steps or (steps := follow(flow, record[6], cells)):
        for each in steps:
            who, outcome = (0, "auto") if each.get("auto") else (me, "done")
            record[9] = [*record[9], [0, stamp, who, each["name"], record[6], each["to"], outcome, at, {}]]
            record[6] = each["to"]
        steps = []
    if record[6] != was:
        hours = [
            each["after_hours"]
            for each in flow["steps"]
            if record[6] in each["start"] and each["after_hours"]
        ]
        record[7] = at + hours[0] * HOUR_MS if hours else 0
