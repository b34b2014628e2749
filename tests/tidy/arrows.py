"""Who may know whom. Source: ARCHITECTURE.md; arrows point one way, towards sync/."""

import ast
import posixpath
import re
from collections.abc import Iterator

from tests.tidy.tree import PYTHON, SCRIPT, Rule, Tree, at

# What the pure core may use of the standard library, and why nothing else: no clock, file, network, log
# or randomness can be reached from these.
CORE_LIBRARY = frozenset(
    "__future__ abc base64 binascii bisect collections enum functools hashlib itertools json math operator "
    "re string struct tomllib types typing unicodedata zlib".split()
)
CORE_PACKAGES = frozenset({"msgspec", "sync"})

# A library, and the only places that may name it.
ONLY_IN = {
    "litestar": ("backend/http/", "backend/app.py"),
    "sqlalchemy": ("backend/adapters/", "migrations/"),
    "alembic": ("backend/adapters/", "migrations/"),
    "aiosqlite": ("backend/adapters/",),
    "PIL": ("media/", "backend/demo/", "pwa/bake/"),
    "webpush": ("backend/adapters/",),
    "uvicorn": ("backend/__main__.py", "backend/http/line.py", "backend/serve.py", "backend/demo/"),
}

# A place, and what it must not name: the first place that fits decides.
MUST_NOT = (
    ("sync/", ("backend", "media", "migrations")),
    ("media/", ("backend", "sync", "migrations")),
    ("migrations/", ("backend.http", "backend.app", "backend.exchange", "media")),
    ("backend/app.py", ()),
    ("backend/__main__.py", ()),
    ("backend/demo/", ("backend.http",)),
    ("backend/http/", ("backend.adapters", "backend.app", "migrations")),
    ("backend/adapters/", ("backend.http", "backend.app", "backend.exchange", "backend.demo")),
    ("backend/", ("backend.http", "backend.adapters", "backend.app", "backend.demo", "migrations")),
)

# A folder of the phone's app, and the folders it may name. "" is pwa/src itself. A type carries no
# behaviour: SCRIPT_TYPES says from where more may be taken by `import type`. What is drawn may also call
# the pure parts of the core in CORE_SEEN, which know nothing of stores, HTTP or merging.
SCRIPT_MAY = {
    "sync": {"sync"},
    "words": {"words"},
    "widgets": {"widgets", "model", "words"},
    "screens": {"screens", "widgets", "model", "words"},
    "adapters": {"adapters", "ports", "sync"},
    "shell": {"screens", "widgets", "model", "words"},
    "verify": {"verify", "sync"},
    "ports": {"ports", "model", "sync"},
    "model": {"", "model", "ports", "sync", "words"},
    "": {"", "model", "ports", "sync", "words"},
}
CORE_SEEN = {
    # how far, inside which border; by when; what stands above whom; what gives somebody away; who may be
    # called for a matter
    "widgets": frozenset(
        {
            *(f"pwa/src/sync/{name}.ts" for name in ("place", "clocks", "permit", "nameless", "around")),
            "pwa/src/day.ts",  # whom somebody is to look in on
        }
    ),
    # whose page this is; where it lies; which of what passed is looked at; what will be refused; what a page
    # says of an answer
    "screens": frozenset(
        {f"pwa/src/sync/{name}.ts" for name in ("permit", "place", "sample", "around", "kind")}
    ),
}
SCRIPT_TYPES = {
    "words": {"model", "sync"},
    "widgets": {"sync"},
    "screens": {"sync"},
    "shell": {"sync"},
}
# Composition: these name everything.
ROOTS = frozenset(
    {"pwa/src/main.tsx", "pwa/src/sw.ts", "pwa/src/journal-worker.ts", "pwa/src/darkroom-worker.ts"}
)
SCRIPT_PACKAGES = {name: frozenset[str]() for name in ("sync", "ports", "adapters")}
DRAWING = frozenset({"preact", "@preact/signals"})  # the packages of every other layer
SOURCE = re.compile(r"(?:\bfrom|\bimport)\s*\(?\s*$")
TYPE_ONLY = re.compile(r"\b(?:import|export)\s+type\b[^;]*$")


def core_imports(tree: Tree) -> list[str]:
    """sync/ reaches only what cannot do I/O."""
    allowed = CORE_LIBRARY | CORE_PACKAGES
    return [
        at(path, line, f"sync/ imports {name}")
        for path in tree.some(*PYTHON, under=("sync/",))
        for line, name in imports(tree, path)
        if name.split(".")[0] not in allowed
    ]


def library_homes(tree: Tree) -> list[str]:
    """Each outside library is named in one place only."""
    return [
        at(path, line, f"{name} belongs in {' or '.join(homes)}")
        for path in product(tree)
        for line, name in imports(tree, path)
        if (homes := ONLY_IN.get(name.split(".")[0])) and not path.startswith(homes)
    ]


def layers(tree: Tree) -> list[str]:
    """No file names a layer above its own."""
    offenders = []
    for path in product(tree):
        barred = next((barred for place, barred in MUST_NOT if path.startswith(place)), ())
        offenders += [
            at(path, line, f"must not import {name}")
            for line, name in imports(tree, path)
            if any(f"{name}.".startswith(f"{other}.") for other in barred)
        ]
    return offenders


def script_arrows(tree: Tree) -> list[str]:
    """screens -> widgets -> model, words; adapters -> ports, sync; sync -> nothing."""
    offenders = []
    for path in tree.some(*SCRIPT, under=("pwa/src/",)):
        folder = layer(path)
        may = SCRIPT_MAY.get(folder, {folder})
        for line, source, type_only in script_imports(tree, path):
            allowed = may | SCRIPT_TYPES.get(folder, set()) if type_only else may
            if (
                path in ROOTS
                or not source.startswith(".")
                or joined(path, source) in CORE_SEEN.get(folder, ())
            ):
                continue
            if layer(joined(path, source)) not in allowed:
                offenders.append(at(path, line, f"{folder or 'pwa/src'} must not import {source}"))
    return offenders


def script_packages(tree: Tree) -> list[str]:
    """Each npm package is named where its layer allows it."""
    offenders = []
    for path in tree.some(*SCRIPT, under=("pwa/src/",)):
        allowed = SCRIPT_PACKAGES.get(layer(path), DRAWING)
        for line, source, _ in script_imports(tree, path):
            if path not in ROOTS and not source.startswith(".") and package(source) not in allowed:
                offenders.append(at(path, line, f"{layer(path) or 'pwa/src'} must not import {source}"))
    return offenders


def product(tree: Tree) -> list[str]:
    """The Python that ships."""
    return tree.some(*PYTHON, under=("sync/", "backend/", "media/", "migrations/", "pwa/"))


def imports(tree: Tree, path: str) -> Iterator[tuple[int, str]]:
    """The dotted names a Python file imports; `from a import b` gives both a and a.b."""
    for node in ast.walk(tree.module(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = absolute(path, node)
            yield node.lineno, home
            yield from ((node.lineno, f"{home}.{alias.name}") for alias in node.names if home == "backend")


def absolute(path: str, node: ast.ImportFrom) -> str:
    """The module an import names, relative imports resolved."""
    if not node.level:
        return node.module or ""
    parts = path.split("/")[: -node.level]
    return ".".join([*parts, *([node.module] if node.module else [])])


def script_imports(tree: Tree, path: str) -> Iterator[tuple[int, str, bool]]:
    """What a TypeScript file imports, re-exports too: line, source as written, whether types alone."""
    before = ""
    for piece in tree.tokens(path):
        if piece.sort == "string" and SOURCE.search(before):
            yield piece.line, piece.text, TYPE_ONLY.search(before) is not None
        if piece.sort != "comment":
            before = piece.text if piece.sort == "code" else ""


def layer(path: str) -> str:
    """The layer of a file: its first folder below pwa/src, or "" at the top, where some are their own."""
    if not path.startswith("pwa/src/"):
        return path
    first, _, rest = path.removeprefix("pwa/src/").partition("/")
    stem = first.partition(".")[0]
    return first if rest else stem if stem in {"model", "ports", "shell"} else ""


def joined(path: str, source: str) -> str:
    """The file a relative import names."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), source))


def package(source: str) -> str:
    """The npm package of an import path."""
    parts = source.split("/")
    return "/".join(parts[: 2 if source.startswith("@") else 1])


RULES: tuple[Rule, ...] = (core_imports, library_homes, layers, script_arrows, script_packages)
