"""sync/ does no I/O and reads no clock, in either language (I8)."""

import ast
import re

from tests.tidy.script import code_lines
from tests.tidy.tree import PYTHON, SCRIPT, Rule, Tree, at

CALLS = frozenset({"open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"})
METHODS = frozenset(
    {"now", "utcnow", "today", "urandom", "read_text", "write_text", "read_bytes", "write_bytes"}
)
SCRIPT_BARRED = re.compile(
    r"\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bMath\.random\b|(?<![.\w])fetch\("
    r"|\bset(?:Timeout|Interval)\(|\b(?:console|performance|navigator|window|document|localStorage|sessionStorage|indexedDB"
    r"|caches|process|globalThis|XMLHttpRequest|WebSocket)\b(?!\s*:)"
    r"|\bcrypto\b(?!\.subtle\.digest\()"  # a hash is a pure function, whoever computes it
)


def core_calls(tree: Tree) -> list[str]:
    """Nothing in sync/*.py opens, prints, reads a clock or draws a number."""
    return [
        at(path, node, f"sync/ calls {name}()")
        for path in tree.some(*PYTHON, under=("sync/",))
        for node in ast.walk(tree.module(path))
        if isinstance(node, ast.Call) and (name := barred(node.func))
    ]


def barred(called: ast.expr) -> str:
    """The name of what is called when sync/ may not call it, else ""."""
    if isinstance(called, ast.Name) and called.id in CALLS:
        return called.id
    if isinstance(called, ast.Attribute) and called.attr in METHODS:
        return called.attr
    return ""


def core_script(tree: Tree) -> list[str]:
    """Nothing in pwa/src/sync reaches the browser, a clock or randomness."""
    return [
        at(path, line, f"the twin of sync/ uses {found.group()}")
        for path in tree.some(*SCRIPT, under=("pwa/src/sync/",))
        for line, code in code_lines(tree.tokens(path))
        for found in SCRIPT_BARRED.finditer(code)
    ]


RULES: tuple[Rule, ...] = (core_calls, core_script)
