"""Breaks a module of sync/ in every small way its syntax tree offers, and runs its cases on each break."""

import ast
import copy
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import chain
from types import CodeType, FrameType, ModuleType
from typing import Any, NamedTuple

from tests.mutate import ROOT, Mutant
from tests.sync import vectors

PROCESSES = 2
SECONDS_MAX = 5  # a mutant that runs on for ever is dead

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}


class Broken(NamedTuple):
    """A mutant and the code of its whole module."""

    mutant: Mutant
    code: CodeType


def survivors(stems: Sequence[str]) -> tuple[int, list[Mutant]]:
    """Break the modules named; gives how many mutants there were and which of them no case noticed."""
    work = [(stem, share) for stem in stems for share in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        results = list(pool.map(_share, *zip(*work, strict=True)))
    return sum(made for made, _ in results), list(chain.from_iterable(lived for _, lived in results))


def _share(stem: str, share: int) -> tuple[int, list[Mutant]]:
    mine = list(mutants(stem))[share::PROCESSES]
    cases = vectors.cases(stem)
    if not _lives(stem, _compiled(stem), cases):
        raise AssertionError(f"sync/{stem}.py fails its own cases unbroken")
    return len(mine), [each.mutant for each in mine if _lives(stem, each.code, cases)]


def mutants(stem: str) -> Iterator[Broken]:
    """Make every break of a module, each compiled."""
    file = f"sync/{stem}.py"
    source = (ROOT / file).read_text(encoding="utf-8")
    lines, tree = source.splitlines(), ast.parse(source)
    for parent, name, place, node in _places(tree):
        whole = getattr(parent, name)
        told = parent if isinstance(parent, ast.expr) else node
        for other in _variants(node):
            before = _told(told)
            setattr(parent, name, other if place is None else [*whole[:place], other, *whole[place + 1 :]])
            after = _told(told if told is parent else other)
            code = compile(ast.fix_missing_locations(tree), file, "exec")
            yield Broken(Mutant(file, lines[node.lineno - 1].strip(), f"{before} -> {after}"), code)
            setattr(parent, name, whole)


def _told(node: ast.AST) -> str:
    """Spell a node on one line; of a block, only its head."""
    return " ".join(ast.unparse(node).partition(":\n")[0].split())


def _places(node: ast.AST) -> Iterator[tuple[Any, str, int | None, Any]]:
    """Walk what runs: not types, docstrings, decorators, imports, nor what a class declares of itself.

    Gives each node with its parent, the parent's field it stands in, and its place if that is a list.
    """
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "keywords") and not isinstance(node, ast.Call):
            continue
        places = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for place, child in places:
            if not isinstance(child, ast.AST) or _idle(child):
                continue
            if hasattr(child, "lineno"):
                yield node, name, place, child
            yield from _places(child)


def _idle(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring
    alias = (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id[0].isupper()
    )
    return alias or isinstance(node, (ast.Import, ast.ImportFrom))


def _variants(node: Any) -> Iterator[ast.AST]:
    """Give every other node this one may be mistaken for."""
    if isinstance(node, ast.stmt):
        yield from _statements(node)
    elif isinstance(node, ast.Constant):
        yield from (ast.Constant(value) for value in _constants(node.value))
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    else:
        yield from _operations(node)
        yield from _collections(node)


def _operations(node: Any) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                yield from (_with(node, "ops", place, other()) for other in COMPARISONS[type(operator)])
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield ast.BoolOp(other, node.values)
            yield from (_less(node, "values", place) for place in range(len(node.values)))
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp() if type(node.op) in OPERATORS:
            yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
        case ast.IfExp():
            yield from (node.body, node.orelse)


def _collections(node: Any) -> Iterator[ast.AST]:
    """Leave out what is spread into a list or a dict, and the condition of a comprehension."""
    match node:
        case ast.Tuple() | ast.List():
            starred = [place for place, each in enumerate(node.elts) if isinstance(each, ast.Starred)]
            yield from (_less(node, "elts", place) for place in starred)
        case ast.Dict():
            spread = [place for place, key in enumerate(node.keys) if key is None]
            yield from (_less(_less(node, "keys", place), "values", place) for place in spread)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            if node.generators[0].ifs:
                yield _with(node, "generators", 0, _over(node.generators[0], "ifs", []))


def _constants(value: Any) -> tuple[Any, ...]:
    match value:
        case bool():
            return (not value,)
        case int():
            return (value + 1, value - 1)
        case str():
            return (value + "?",)
        case bytes():
            return (value + b"?",)
    return ()


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    if isinstance(node.func, ast.Name) and node.func.id in CALLS:
        other = copy.copy(node)
        other.func = ast.Name(CALLS[node.func.id], ast.Load())
        other.keywords = [] if node.func.id == "sorted" else node.keywords
        yield other
    yield from (_less(node, "keywords", place) for place in range(len(node.keywords)))


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            yield ast.Return(ast.Constant(None))
        case ast.If():
            yield from (_over(node, "test", ast.Constant(value)) for value in (True, False))
        case ast.For():
            yield _over(node, "iter", ast.Tuple([], ast.Load()))
        case ast.Continue():
            yield from (ast.Pass(), ast.Break())
        case ast.AugAssign() | ast.Expr():
            yield ast.Pass()
        case ast.Assign() if not isinstance(node.targets[0], ast.Name):
            yield ast.Pass()


def _over(node: Any, name: str, value: Any) -> Any:
    other = copy.copy(node)
    setattr(other, name, value)
    return other


def _with(node: Any, name: str, place: int, value: Any) -> Any:
    values = list(getattr(node, name))
    values[place] = value
    return _over(node, name, values)


def _less(node: Any, name: str, place: int) -> Any:
    values = list(getattr(node, name))
    del values[place]
    if name == "values" and isinstance(node, ast.BoolOp) and len(values) == 1:
        return values[0]
    return _over(node, name, values)


def _lives(stem: str, code: CodeType, cases: list[vectors.Case]) -> bool:
    """Tell whether no case notices a break; the case that noticed the last one is asked first."""
    with _in_place(stem, code), _hurried():
        for place, case in enumerate(cases):
            if vectors.fault_of(stem, case):
                cases.insert(0, cases.pop(place))
                return False
        try:
            for test in _tests(stem):
                test()
        except Exception:  # whatever it is, the break was noticed
            return False
    return True


def _tests(stem: str) -> list[Any]:
    """Load the tests of a module that only Python runs, on the module as it is now."""
    names: dict[str, Any] = {"__name__": f"broken_{stem}", "__file__": f"test_{stem}.py"}
    exec(_test_code(stem), names)
    tests = [each for name, each in names.items() if name.startswith("test_")]
    return [each for each in tests if not hasattr(each, "pytestmark") and not each.__code__.co_argcount]


@cache
def _test_code(stem: str) -> CodeType:
    file = ROOT / f"tests/sync/test_{stem}.py"
    return compile(file.read_text(encoding="utf-8"), str(file), "exec")


class _Finder(MetaPathFinder, Loader):
    """Loads one module of sync from code given, and the others from what is compiled already."""

    def __init__(self, stem: str, code: CodeType) -> None:
        self.codes = {f"sync.{stem}": code}

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name.startswith("sync.") else None

    def exec_module(self, module: ModuleType) -> None:
        code = self.codes.get(module.__name__) or _compiled(module.__name__.removeprefix("sync."))
        exec(code, vars(module))


@contextmanager
def _in_place(stem: str, code: CodeType) -> Iterator[None]:
    """Put broken code in the place of a module, and load anew what depends on it."""
    stale = {name: each for name, each in sys.modules.items() if name in _dependents(stem)}
    finder = _Finder(stem, code)
    for name in stale:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in _dependents(stem):
            sys.modules.pop(name, None)
        sys.modules.update(stale)


@contextmanager
def _hurried() -> Iterator[None]:
    def late(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_MAX)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@cache
def _compiled(stem: str) -> CodeType:
    return compile(_source(stem), f"sync/{stem}.py", "exec")


@cache
def _source(stem: str) -> str:
    return (ROOT / f"sync/{stem}.py").read_text(encoding="utf-8")


@cache
def _dependents(stem: str) -> frozenset[str]:
    """Find the modules of sync that import a module, directly or not, itself among them."""
    stems = [file.stem for file in (ROOT / "sync").glob("*.py") if file.stem != "__init__"]
    found = {stem}
    while more := {each for each in stems if each not in found and _imports(each) & found}:
        found |= more
    return frozenset(f"sync.{each}" for each in found)


def _imports(stem: str) -> set[str]:
    nodes = [node for node in ast.walk(ast.parse(_source(stem))) if isinstance(node, ast.ImportFrom)]
    direct = {str(node.module).removeprefix("sync.") for node in nodes}
    return direct | {each.name for node in nodes if node.module == "sync" for each in node.names}
