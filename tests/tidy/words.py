"""Words and constructs that must not stay in the tree."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.script import code_lines
from tests.tidy.tree import PYTHON, SCRIPT, Rule, Tree, at

TEXT = (
    *PYTHON,
    *SCRIPT,
    ".md",
    ".toml",
    ".css",
    ".html",
    ".sh",
    ".json",
    ".lock",
    "Makefile",
    ".yml",
    ".yaml",
    "run",
)
UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
SCRIPT_LEFT_BEHIND = re.compile(r"\bdebugger\b|\bconsole\.\w+|\balert\(")
PRINTERS = ("tests/", "backend/demo/", "pwa/bake/")
# Put together from pieces, so that this file does not offend.
MACHINE = re.compile(
    r"(?<![\w.~-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", r"home/\w+", r"Users/\w+")) + r")/"
)
REGISTRY = re.compile(
    r"registry\.[a-z0-9-]+\.[a-z]|\bnpm(?:js|mirror)\.(?:com|org)|py" + r"pi\.(?:org|tuna)|pythonhosted\.org"
    r"|mirrors?\.[a-z0-9-]+\.(?:com|cn|edu|org)|--(?:extra-)?index-url|--find-links|\"resolved\":"
)
# What Chromium 87 lacks and the compiler cannot tell: it lowers syntax, not the browser's own functions.
TOO_NEW = re.compile(
    r"\bstructuredClone\(|\brandomUUID\(|\bObject\.groupBy\(|\bAbortSignal\.(?:timeout|any)\("
)
TOO_NEW_CSS = re.compile(r":has\(|@container\b|@layer\b|\bcolor-mix\(|&:|&\.|(?<![\w-])inset:")
NO_ORIGIN = re.compile(r"\b(?:it|test|describe)\.(?:skip|todo)\b|\bx(?:it|describe|test)\(")


def unfinished(tree: Tree) -> list[str]:
    """Nothing is left for later."""
    return [
        at(path, number, f"says {found.group()}")
        for path in tree.some(*TEXT)
        for number, line in enumerate(tree.text(path).splitlines(), 1)
        for found in [UNFINISHED.search(line)]
        if found
    ]


def debugging(tree: Tree) -> list[str]:
    """No print, breakpoint or console call stays behind; __main__ and the benches may print."""
    offenders = []
    for path in tree.some(*PYTHON):
        may_print = path.endswith("__main__.py") or path.startswith(PRINTERS)
        barred = {"breakpoint"} if may_print else {"breakpoint", "print"}
        offenders += [
            at(path, node, f"calls {node.func.id}()")
            for node in ast.walk(tree.module(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in barred
        ]
    for path in tree.some(*SCRIPT):
        for line, code in code_lines(tree.tokens(path)):
            offenders += [at(path, line, f"says {f.group()}") for f in SCRIPT_LEFT_BEHIND.finditer(code)]
    return offenders


def machine_paths(tree: Tree) -> list[str]:
    """No path of one machine."""
    return scan(tree, MACHINE, "names a folder of one machine:")


def registry_hosts(tree: Tree) -> list[str]:
    """No package registry is named: whose mirror to use is the machine's business."""
    return scan(tree, REGISTRY, "names a package registry:")


def scan(tree: Tree, pattern: re.Pattern[str], what: str) -> list[str]:
    """The lines of all text files in which the pattern is found."""
    return [
        at(path, number, f"{what} {found.group()}")
        for path in tree.paths
        if not path.startswith("tests/tidy/")
        for number, line in enumerate(tree.text(path).splitlines(), 1)
        for found in [pattern.search(line)]
        if found
    ]


def disabled_tests(tree: Tree) -> list[str]:
    """A test that is switched off says why; none is run alone."""
    offenders = []
    for path in tree.some(*PYTHON, under=("tests/",)):
        offenders += [
            at(path, node, f"{name} without a reason") for node, name in silent_skips(tree.module(path))
        ]
    for path in tree.some(*SCRIPT, under=("tests/",)):
        offenders += [at(path, line, what) for line, what in script_skips(tree.text(path).splitlines())]
    return offenders


def silent_skips(module: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """pytest's ways to skip, where no reason is given."""
    called = {id(node.func): node for node in ast.walk(module) if isinstance(node, ast.Call)}
    for node in ast.walk(module):
        if not isinstance(node, ast.Attribute) or node.attr not in {"skip", "skipif", "xfail"}:
            continue
        if not ast.unparse(node).startswith("pytest."):
            continue
        call = called.get(id(node))
        by_name = call is not None and any(word.arg == "reason" for word in call.keywords)
        by_place = call is not None and node.attr == "skip" and bool(call.args)
        if not by_name and not by_place:
            yield node, ast.unparse(node)


def script_skips(lines: list[str]) -> Iterator[tuple[int, str]]:
    """vitest's ways to skip, where the line above gives no reason; and tests run alone."""
    for number, line in enumerate(lines, 1):
        above = lines[number - 2].strip() if number > 1 else ""
        if NO_ORIGIN.search(line) and not above.startswith("// because "):
            yield number, 'a test is off; say why in the line above: "// because ..."'
        if re.search(r"\b(?:it|test|describe)\.only\b", line):
            yield number, "one test alone is run"


def bare_except(tree: Tree) -> list[str]:
    """An exception that is caught is named."""
    return [
        at(path, node, "bare except")
        for path in tree.some(*PYTHON)
        for node in ast.walk(tree.module(path))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]


def opening_words(tree: Tree) -> list[str]:
    """A file opens by saying what it is for."""
    offenders = []
    for path in tree.some(*PYTHON, *SCRIPT):
        text = tree.text(path).strip()
        if path.endswith(PYTHON) and text and not ast.get_docstring(tree.module(path)):
            offenders.append(f"{path}: no module docstring")
        if (
            path.endswith(SCRIPT)
            and not path.startswith("tests/")
            and not text.startswith(("//", "/**", "/*"))
        ):
            offenders.append(f"{path}: does not open with a comment that says what it is for")
    return offenders


def too_new(tree: Tree) -> list[str]:
    """Nothing the oldest promised browser lacks, unless the line asks for it first."""
    offenders = []
    for path in tree.some(*SCRIPT, under=("pwa/src/",)):
        for line, code in code_lines(tree.tokens(path)):
            offenders += [
                at(path, line, f"{f.group()} is newer than Chromium 87") for f in TOO_NEW.finditer(code)
            ]
    for path in tree.some(".css", under=("pwa/src/",)):
        lines = tree.text(path).splitlines()
        for number, line in enumerate(lines, 1):
            if found := TOO_NEW_CSS.search(line):
                offenders.append(at(path, number, f"{found.group()} is newer than Chromium 87"))
            before = "".join(lines[max(0, number - 2) : number - 1]) + line.partition("dvh")[0]
            if "dvh" in line and not re.search(r"\dvh\b", before):
                offenders.append(at(path, number, "dvh needs vh before it to fall back on"))
    return offenders


RULES: tuple[Rule, ...] = (
    unfinished,
    debugging,
    machine_paths,
    registry_hosts,
    disabled_tests,
    bare_except,
    opening_words,
    too_new,
)
