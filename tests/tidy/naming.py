"""Names that may stand in some places only: roles, kinds, and words no file may be called."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.script import Token
from tests.tidy.tree import PYTHON, SCRIPT, Rule, Tree, at

ROLES = frozenset(
    "fulltime_worker parttime_worker grid_leader grid_advisor aux_force microgrid_contact "
    "community_secretary community_staff duty_officer platform_operator post_member board_leader "
    "commander dept_member".split()
)
ROLE_HOMES = ("sync/permit.py", "pwa/src/sync/permit.ts", "sync/kinds/", "backend/demo/", "tests/")
# The one table that gives a kind a better screen than the generic one.
KIND_HOMES = ("pwa/src/screens/registry.ts", "sync/kinds/", "backend/demo/", "tests/")
BARRED_STEMS = frozenset(
    "util utils helper helpers common base manager managers service services misc stuff shared".split()
)
SNAKE = re.compile(r"_{0,2}[a-z][a-z0-9_]*(?:__)?|\d{4}_?\d\w*")
KEBAB = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.test|\.config|\.d)?")


def role_names(tree: Tree) -> list[str]:
    """Who may do what is said in permit and the kinds; nobody else names a role."""
    role = re.compile(rf"\b(?:{'|'.join(sorted(ROLES))})\b")
    return [
        at(path, line, f'names the role "{found.group()}"')
        for path in tree.some(*PYTHON, *SCRIPT)
        if not path.startswith(ROLE_HOMES)
        for line, text in literals(tree, path)
        for found in [role.search(text)]
        if found
    ]


def kind_branches(tree: Tree) -> list[str]:
    """Nothing is decided by a kind's name: what differs between kinds is said on their pages."""
    offenders = []
    for path in tree.some(*PYTHON, *SCRIPT):
        if path.startswith(KIND_HOMES):
            continue
        found = python_branches(tree, path) if path.endswith(PYTHON) else script_branches(tree, path)
        offenders += [at(path, line, f'branches on the kind "{name}"') for line, name in found]
    return offenders


def file_names(tree: Tree) -> list[str]:
    """A file is named for what is in it: one short noun or verb, in its language's spelling."""
    offenders = []
    for path in tree.some(*PYTHON, *SCRIPT, ".toml", ".css"):
        name = Path(path).name.rsplit(".", 1)[0]
        spelling = SNAKE if path.endswith(PYTHON) else KEBAB
        stem = name.removeprefix("test_").removesuffix(".test")
        if stem in BARRED_STEMS:
            offenders.append(f"{path}: says nothing; name it for what is in it")
        elif path.endswith((*PYTHON, *SCRIPT)) and not spelling.fullmatch(name):
            offenders.append(f"{path}: Python is snake_case, TypeScript kebab-case")
    return offenders


def literals(tree: Tree, path: str) -> Iterator[tuple[int, str]]:
    """The strings of a file, docstrings and comments not counted."""
    if not path.endswith(PYTHON):
        yield from ((p.line, p.text) for p in tree.tokens(path) if p.sort == "string")
        return
    module = tree.module(path)
    spoken = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
            yield node.lineno, node.value


def python_branches(tree: Tree, path: str) -> Iterator[tuple[int, str]]:
    """Comparisons and match cases that hold a kind's name."""
    for node in ast.walk(tree.module(path)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            sides = [node.value]
        else:
            continue
        for part in (part for side in sides for part in ast.walk(side)):
            if isinstance(part, ast.Constant) and part.value in tree.kinds:
                yield part.lineno, str(part.value)


def script_branches(tree: Tree, path: str) -> Iterator[tuple[int, str]]:
    """Comparisons, switch cases and membership tests that hold a kind's name."""
    pieces = [piece for piece in tree.tokens(path) if piece.sort != "comment"]
    for number, piece in enumerate(pieces):
        if piece.sort == "string" and piece.text in tree.kinds and branches(pieces, number):
            yield piece.line, piece.text


def branches(pieces: list[Token], number: int) -> bool:
    """Whether the string stands in a comparison, a case, or a list asked for membership."""
    before = pieces[number - 1].text if number else ""
    after = pieces[number + 1].text if number + 1 < len(pieces) else ""
    if re.search(r"(?:[!=]==?|\bcase)\s*$", before) or re.match(r"\s*(?:[!=]==?|in\b)", after):
        return True
    if re.search(r"\.(?:startsWith|endsWith|includes|has)\(\s*$", before):
        return True
    rest = "".join(p.text if p.sort == "code" else "" for p in pieces[number + 1 :])
    return re.match(r"[\s,]*\]\)?\.(?:includes|indexOf|has)\(", rest) is not None


RULES: tuple[Rule, ...] = (role_names, kind_branches, file_names)
