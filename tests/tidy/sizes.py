"""How long things may be. Source: ARCHITECTURE.md; the targets are a quarter of the limits."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.tree import PYTHON, SCRIPT, Rule, Tree, at

FILE_LINES_MAX = 400
TEST_LINES_MAX = 600
PAGE_LINES_MAX = (
    1_300  # a kind page is a table of fields, states and steps: looked things up in, not read through
)
FUNCTION_LINES_MAX = 50
HANDLER_LINES_MAX = 15
ROUTES = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "route", "asgi", "websocket"})

MODIFIERS = r"(?:(?:async|static|private|protected|public|override|get|set)\s+)*"
CONTROL = r"(?!(?:if|for|while|switch|catch|describe)\b)"
STARTS = re.compile(rf"\bfunction\b|=> \{{$|= (?:async )?\($|^\s*{MODIFIERS}{CONTROL}[\w#]+\((?:.*\{{)?$")


def file_lines(tree: Tree) -> list[str]:
    """A file fits on a few screens."""
    offenders = []
    code = tree.some(*PYTHON, *SCRIPT, ".css", ".sh")
    for path in code + tree.some(".toml", under=("sync/kinds/",)):
        limit = TEST_LINES_MAX if path.startswith("tests/") else FILE_LINES_MAX
        limit = PAGE_LINES_MAX if path.endswith(".toml") else limit
        lines = len(tree.text(path).splitlines())
        if lines > limit:
            offenders.append(f"{path}: {lines} lines, at most {limit}")
    return offenders


def function_lines(tree: Tree) -> list[str]:
    """A Python function fits on one screen."""
    return [
        at(path, node, f"{node.name} has {length} lines, at most {FUNCTION_LINES_MAX}")
        for path in tree.some(*PYTHON)
        for node in functions(tree.module(path))
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]


def handler_lines(tree: Tree) -> list[str]:
    """A handler decodes, asks and answers; its body, less the docstring, is short."""
    offenders = []
    for path in tree.some(*PYTHON, under=("backend/http/",)):
        for node in functions(tree.module(path)):
            length = body_lines(node)
            if is_handler(node) and length > HANDLER_LINES_MAX:
                offenders.append(at(path, node, f"{node.name}: {length} lines, at most {HANDLER_LINES_MAX}"))
    return offenders


def script_function_lines(tree: Tree) -> list[str]:
    """A TypeScript function fits on one screen. Biome's layout is relied on: a block ends under its start."""
    return [
        at(path, line, f"a function of {length} lines, at most {FUNCTION_LINES_MAX}")
        for path in tree.some(*SCRIPT, under=("pwa/",))
        for line, length in script_functions(tree.text(path).splitlines())
        if length > FUNCTION_LINES_MAX
    ]


def functions(module: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    return [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def is_handler(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator makes it a route."""
    calls = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return any(isinstance(call, ast.Name) and call.id in ROUTES for call in calls)


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a body, its docstring not counted."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or first.lineno) - first.lineno + 1


def script_functions(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Where each function with a block starts, and its length."""
    for number, line in enumerate(lines):
        if not STARTS.search(line) or re.match(r"\s*(?:describe\(|//|\*)", line):
            continue
        level = len(line) - len(line.lstrip())
        peers = ((n, lines[n].strip()) for n in range(number + 1, len(lines)) if indent(lines[n]) == level)
        for end, text in peers:
            if text.endswith("{") and text.startswith((")", "}")):
                continue  # the end of a long signature
            if text.startswith("}"):
                yield number + 1, end - number + 1
            break


def indent(line: str) -> int:
    """The blanks a line starts with; an empty line belongs to no level."""
    return len(line) - len(line.lstrip()) if line.strip() else -1


RULES: tuple[Rule, ...] = (file_lines, function_lines, handler_lines, script_function_lines)
