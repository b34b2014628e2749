"""What must stand beside what: a test beside its source, a twin beside its model, a path behind a mention."""

import json
import re
from pathlib import Path

from tests.tidy.tree import PYTHON, SCRIPT, Rule, Tree, at

# Tests of more than one file, by what they are for.
WHOLE = (
    "tests/whole/",
    "tests/hostile/",
    "tests/bench/",
    "tests/vectors/",
    "tests/tidy/",
    "tests/test_tidy.py",
)
# Single files that stand across several modules, each with its reason.
ACROSS = {
    "tests/sync/test_hearing.py": "a small fleet over clock, merges, settle",
    "tests/sync/test_laws.py": "laws that hold for every merge rule, the clock and settle",
    "tests/sync/test_vectors.py": "the shared cases themselves",
    "tests/sync/test_cases.py": "the life of a case, over the pages, settle, clocks and neighbours",
    "tests/sync/test_matters.py": "what follows from a matter, over the lists, the pages and settle",
    "tests/sync/test_crossings.py": "two people's offline writes on one report, over its page and settle",
    "tests/sync/test_bad_input.py": "what must be refused, over the pages and settle",
    "tests/sync/test_walk.py": "every step of every kind page",
    "tests/backend/adapters/test_contract.py": "one contract for both adapters of each port",
    "tests/backend/adapters/test_linking.py": "the same, of which records name which",
}
# Core modules without a twin or without shared cases, each with its reason.
NO_TWIN: dict[str, str] = {
    "earn": "the server alone knows who holds which post, and makes records",
    "merit": "the server alone reads pages, and checks them as they come in",
    "proofread": "the server alone reads pages, and checks them as they come in",
    "pace": "the server alone reads pages, and checks them as they come in",
    "correct": "the server alone writes into the record that is put right",
    "mend": "the server alone writes into the record that is put right",
    "listing": "lists are read where they lie, on the server; phones get pages with their options",
    "rounds": "the server alone reads pages, and checks them as they come in",
    "helps": "the server alone reads pages, and checks them as they come in",
    "nods": "the server alone reads pages, and checks them as they come in",
    "asking": "the server alone reads pages, and checks them as they come in",
    "model": "the server alone reads pages, and checks them as they come in",
    "responder": "the server alone sends a record on by its matter",
    "links": "the server alone holds all neighbours of a record",
    "ripple": "the server alone moves neighbours on",
    "park": "the server alone knows which grants have ended",
    "naming": "the server alone tells those whom a record names, and names no more",
    "repeat": "the server alone is sent an op again",
}
NO_VECTORS: dict[str, str] = {
    "earn": "the server alone knows who holds which post, and makes records",
    "merit": "the server alone reads pages, and checks them as they come in",
    "proofread": "the server alone reads pages, and checks them as they come in",
    "pace": "the server alone reads pages, and checks them as they come in",
    "correct": "the server alone writes into the record that is put right",
    "mend": "the server alone writes into the record that is put right",
    "listing": "lists are read where they lie, on the server; phones get pages with their options",
    "rounds": "the server alone reads pages, and checks them as they come in",
    "helps": "the server alone reads pages, and checks them as they come in",
    "nods": "the server alone reads pages, and checks them as they come in",
    "asking": "the server alone reads pages, and checks them as they come in",
    "model": "the server alone reads pages, and checks them as they come in",
    "turns": "its questions are guards, asked in guards.json",
    "responder": "the server alone sends a record on by its matter",
    "links": "the server alone holds all neighbours of a record",
    "ripple": "the server alone moves neighbours on",
    "park": "the server alone knows which grants have ended",
    "naming": "the server alone tells those whom a record names, and names no more",
    "repeat": "the server alone is sent an op again",
}
# Made by commands, so named in documents and absent from a clean clone.
MADE = ("backend/static", "bench-results", "test-results", ".venv", "pwa/node_modules", "dist")
TOPS = ("sync/", "backend/", "media/", "migrations/", "pwa/", "tests/", "docs/", ".ci/")
QUOTED = re.compile(r"`([^`\s]+)`")
FENCE = re.compile(r"^(?:```|~~~)")
HEADER = re.compile(
    r"(?:Twin|Twin of|Shared cases|Vectors):?\s+((?:sync|pwa|tests|backend|media)/[\w./-]*\w)"
)
EXAMPLE = re.compile(r"(?:^|/)(?:test_)?[a-z](?=[./])")  # one letter stands for any name
FILE_NAME = re.compile(r"[\w.-]+\.(?:md|toml|lock|json|py|ts|tsx|sh|csv)")


def test_homes(tree: Tree) -> list[str]:
    """The test of a/b.py is tests/a/test_b.py; of pwa/src/a/b.ts, tests/pwa/a/b.test.ts."""
    offenders = []
    for path in tree.some(*PYTHON, *SCRIPT, under=("tests/",)):
        wanted = sources(path)
        exempt = path.startswith(WHOLE) or path in ACROSS
        if wanted and not exempt and not any(tree.has(source) for source in wanted):
            offenders.append(f"{path}: tests nothing; there is no {' or '.join(wanted)}")
    return offenders


def sources(path: str) -> list[str]:
    """What a test file may be the test of; nothing when it is not a test."""
    folder, _, name = path.removeprefix("tests/").rpartition("/")
    if found := re.fullmatch(r"test_(\w+)\.py", name):
        home = f"{folder}/" if folder else ""
        beside = f"tests/{home}{found[1]}.py"  # the test of a script that serves the tests
        return [f"{home}{found[1]}.py", f"{home}{found[1]}/__init__.py", beside]
    if found := re.fullmatch(r"([\w.-]+)\.test\.tsx?", name):
        home = f"pwa/src/{folder.removeprefix('pwa').removeprefix('/')}".rstrip("/")
        return [f"{home}/{found[1]}.ts", f"{home}/{found[1]}.tsx"]
    return []


def twins(tree: Tree) -> list[str]:
    """Every module of the core exists in both languages, under the same stem, with shared cases."""
    python = {Path(p).stem for p in tree.some(*PYTHON, under=("sync/",))} - {"__init__"}
    script = {Path(p).stem for p in tree.some(*SCRIPT, under=("pwa/src/sync/",))}
    offenders = [f"sync/{stem}.py: no twin pwa/src/sync/{stem}.ts" for stem in python - script - set(NO_TWIN)]
    offenders += [f"pwa/src/sync/{stem}.ts: no twin sync/{stem}.py" for stem in script - python]
    offenders += [
        f"sync/{stem}.py: no shared cases tests/vectors/{stem}.json"
        for stem in python - set(NO_VECTORS)
        if not tree.has(f"tests/vectors/{stem}.json")
    ]
    return sorted(offenders)


def vectors_without_floats(tree: Tree) -> list[str]:
    """Shared cases hold no floats: Python prints 1.0, JavaScript 1."""
    offenders = []
    for path in tree.some(".json", under=("tests/vectors/",)):
        floats: list[str] = []
        try:
            json.loads(tree.text(path), parse_float=floats.append, parse_constant=floats.append)
        except ValueError as fault:
            offenders.append(f"{path}: is not JSON: {fault}")
        if floats:
            offenders.append(f"{path}: holds the floats {', '.join(floats[:5])}")
    return offenders


def document_paths(tree: Tree) -> list[str]:
    """Every path a document names exists."""
    return [
        at(path, number, f"names {name}, which does not exist")
        for path in tree.some(".md")
        for number, line in enumerate(tree.text(path).splitlines(), 1)
        for name in QUOTED.findall(line)
        if is_path(name) and not stands(tree, path, name)
    ]


def header_paths(tree: Tree) -> list[str]:
    """The twin and the shared cases a file names in its head exist."""
    return [
        f"{path}: names {name}, which does not exist"
        for path in tree.some(*PYTHON, *SCRIPT)
        if not path.startswith("tests/tidy/")
        for name in HEADER.findall(tree.text(path)[:2000])
        if not tree.has(name)
    ]


def is_path(name: str) -> bool:
    """Whether a quoted word reads as a path of this repository."""
    if EXAMPLE.search(name):
        return False
    return name.startswith(TOPS) or FILE_NAME.fullmatch(name) is not None


def stands(tree: Tree, document: str, name: str) -> bool:
    """Whether the path exists: from the root, beside the document, or, for a bare name, anywhere."""
    name = re.sub(r":\d+(?:-\d+)?$", "", name.partition("#")[0]).rstrip("/")
    if name.startswith(MADE):
        return True
    pattern = re.sub(r"\{[^}]*\}|<[^>]*>|…|\.\.\.", "*", name)
    if "*" in pattern:
        return any(tree.root.glob(pattern))
    beside = str(Path(document).parent / name)
    bare = "/" not in name and any(Path(p).name == name for p in tree.paths)
    return tree.has(name) or tree.has(beside) or bare


RULES: tuple[Rule, ...] = (test_homes, twins, vectors_without_floats, document_paths, header_paths)
