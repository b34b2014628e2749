"""Runs the shared cases of tests/vectors against sync/; their format is told in tests/vectors/README.md.

Modules are looked up at each call, so that tests/mutate.py can put a broken one in their place.
"""

import json
import typing
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest

VECTORS = Path(__file__).parents[1] / "vectors"
# Modules whose types others import only for checking.
TYPED = ("value", "register", "op", "permit", "kind", "guards")
PROPERTIES = ("rules", "spec")  # of a kind and of a field; functions in the twin
OWN = ("names", "former", "refs")  # of a Record: the server's
SHARED = ("records", "verdicts", "seq", "clock")  # of a Settled: the phone keeps no log

Case = dict[str, Any]


def resolve(value: Any) -> Any:
    """Put fixtures in the place of {"$": name}, with the keys beside it laid over."""
    if isinstance(value, list):
        return [resolve(each) for each in value]
    if not isinstance(value, dict):
        return value
    rest = {name: resolve(each) for name, each in value.items() if name != "$"}
    if "$" not in value:
        return rest
    fixture = resolve(_fixtures()[value["$"]])
    return {**fixture, **rest} if rest else fixture


def cases(stem: str) -> list[Case]:
    """Read the cases of a module."""
    loaded: list[Case] = json.loads((VECTORS / f"{stem}.json").read_text(encoding="utf-8"))
    return loaded


def parametrized(stem: str) -> pytest.MarkDecorator:
    """Run a test once for each case of a module, by the case's own sentence."""
    return pytest.mark.parametrize("case", [pytest.param(each, id=each["case"]) for each in cases(stem)])


def fault_of(stem: str, case: Case) -> str:
    """Run a case; an empty text, or what came instead of what was wanted."""
    try:
        got = spelled(call(stem, case["call"], resolve(case["args"])))
    except Exception as fault:  # whatever is raised is the outcome
        return "" if case.get("throws") else f"raised {fault!r}"
    if case.get("throws"):
        return f"got {got} where it should have failed"
    want = spelled(resolve(case["want"]))
    return "" if got == want else f"got\n  {got}\nwant\n  {want}"


def call(stem: str, name: str, args: list[Any]) -> Any:
    """Call a function of a core module with arguments in their wire forms; gives the result in its own."""
    module = import_module(f"sync.{stem}")
    if name.isupper():
        return plain(getattr(module, name))
    if name == "order":
        one, other = (typed(arg, module.Stamp) for arg in args)
        return (one > other) - (one < other)
    if stem == "kind" and name in PROPERTIES:
        owner = module.Kind if name == "rules" else module.Field
        return plain(getattr(typed(args[0], owner), name))
    function = getattr(module, name)
    hints = _hints(function).values()
    return plain(function(*(typed(arg, hint) for arg, hint in zip(args, hints, strict=False))))


def typed(value: Any, hint: Any) -> Any:
    """Turn a JSON value into what a parameter declares."""
    if hint is bytes:
        return bytes.fromhex(value)
    if typing.get_origin(hint) is Iterable:
        hint = list[typing.get_args(hint)[0]]  # type: ignore[misc]
    if getattr(hint, "__name__", "") == "Question":
        return hint(
            **{name: typed(value[name], each) for name, each in _hints(hint).items() if name in value}
        )
    if isinstance(value, dict) and "head" in value and "answers" in value:
        value = {**value, "head": bytes.fromhex(value["head"])}
    return msgspec.convert(value, hint, builtin_types=(bytes,), str_keys=True)


def plain(value: Any) -> Any:
    """Turn a result into JSON values."""
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "verdicts") and hasattr(value, "log"):
        value = {name: getattr(value, name) for name in SHARED}
    return _shared(msgspec.to_builtins(value, str_keys=True))


def _shared(value: Any) -> Any:
    """Leave out of records what the phone does not keep."""
    if isinstance(value, list):
        return [_shared(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = value.items() if "former" not in value else ((k, v) for k, v in value.items() if k not in OWN)
    return {name: _shared(each) for name, each in kept}


def spelled(value: Any) -> str:
    """Spell a JSON value one way, so that 1 and true differ; apart from sync, which may be broken."""
    return json.dumps(value, sort_keys=True)


@cache
def _fixtures() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / "fixtures.json").read_text(encoding="utf-8"))
    return loaded


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Read the types of parameters, or of a struct's fields; some modules import types only for checking."""
    names = {name: each for stem in TYPED for name, each in vars(import_module(f"sync.{stem}")).items()}
    hints = typing.get_type_hints(function, localns=names)
    return {name: hint for name, hint in hints.items() if name != "return"}
