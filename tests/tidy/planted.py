"""A clean small tree, and one offence after another to plant in it: a rule that cannot fail is a defect."""

from typing import NamedTuple

from tests.tidy import arrows, mirrors, naming, purity, sizes, words
from tests.tidy.tree import Rule

CLEAN = {
    "README.md": "# Small\n\nSee `sync/clock.py`, `tests/vectors/*.json`, `tests/a/test_b.py` and `README.md`; `/api/health` is no path.\n",
    "sync/__init__.py": '"""The core."""\n',
    "sync/clock.py": '"""Time as an argument.\n\nTwin: pwa/src/sync/clock.ts.\n"""\n\nfrom typing import Final\n\nMAX: Final = 3\n',
    "sync/permit.py": '"""Who may."""\n\nLEAD = "grid_leader"\n',
    "sync/kinds/incident.toml": "# One page.\n",
    "backend/app.py": '"""Composition."""\n\nimport litestar\n\nfrom backend.adapters import memory\n',
    "backend/adapters/memory.py": '"""In memory."""\n\nimport sqlalchemy\n',
    "backend/http/health.py": '"""Health."""\n\nfrom litestar import get\n\n\n@get("/")\ndef health() -> str:\n    """Say yes."""\n    return "yes"\n',
    "media/intake.py": '"""Bytes in."""\n\nfrom PIL import Image\n',
    "pwa/src/main.tsx": '// Composition.\nimport { a } from "./adapters/http.ts";\nimport { b } from "./screens/home.tsx";\n',
    "pwa/src/model.ts": '// What screens see.\nimport type { Stamp } from "./sync/clock.ts";\n',
    "pwa/src/ports.ts": "// Ports.\nexport type A = 1;\n",
    "pwa/src/sync/clock.ts": "// Twin of sync/clock.py.\nexport const MAX = 3; // a comment says fetch(\n",
    "pwa/src/sync/permit.ts": '// Twin of sync/permit.py.\nexport const LEAD = "grid_leader";\n',
    "pwa/src/adapters/http.ts": '// HTTP.\nimport { MAX } from "../sync/clock.ts";\nimport type { A } from "../ports.ts";\n',
    "pwa/src/screens/home.tsx": '// Home.\nimport { signal } from "@preact/signals";\nimport type { View } from "../model.ts";\nimport type {\n  Stamp,\n} from "../sync/clock.ts";\nexport const icon = "incident";\n',
    "pwa/src/screens/registry.ts": '// Better screens.\nexport const better = (kind: string) => kind === "incident";\n',
    "pwa/src/look.css": "main {\n  height: 100vh;\n  height: 100dvh;\n}\nb { height: 9vh; height: 9dvh; }\n",
    "tests/sync/test_clock.py": '"""The clock."""\n',
    "tests/pwa/sync/clock.test.ts": 'import { it } from "vitest";\nit("ticks", () => {});\n',
    "tests/vectors/clock.json": '[{"case": "one", "args": [1], "want": 2}]\n',
    "tests/vectors/permit.json": "[]\n",
}

LONG = "".join(f"    x = {n}\n" for n in range(60))
LONG_SCRIPT = "".join(f"  const x{n} = {n};\n" for n in range(60))
SCRIPT = "// A file.\n"
PYTHON = '"""A file."""\n\n'


class Planted(NamedTuple):
    """One offence: the rule that must see it, what it is, and the file that holds it."""

    rule: Rule
    what: str
    path: str
    text: str


PLANTED = (
    Planted(sizes.file_lines, "a long source", "backend/long.py", PYTHON + "x = 1\n" * 400),
    Planted(sizes.file_lines, "a long test", "tests/backend/test_app.py", PYTHON + "x = 1\n" * 600),
    Planted(sizes.function_lines, "a long function", "backend/long.py", f"{PYTHON}def long():\n{LONG}"),
    Planted(
        sizes.handler_lines,
        "a long handler",
        "backend/http/long.py",
        PYTHON + '@get("/long")\nasync def long() -> None:\n    """Say."""\n' + LONG[: 12 * 17],
    ),
    Planted(
        sizes.script_function_lines,
        "function",
        "pwa/src/long.ts",
        f"{SCRIPT}export function f(a) {{\n{LONG_SCRIPT}}}\n",
    ),
    Planted(
        sizes.script_function_lines,
        "arrow",
        "pwa/src/long.ts",
        f"{SCRIPT}const f = (a) => {{\n{LONG_SCRIPT}}};\n",
    ),
    Planted(
        sizes.script_function_lines,
        "long signature",
        "pwa/src/long.tsx",
        f"{SCRIPT}export function F({{\n  a,\n}}: P): V {{\n{LONG_SCRIPT}}}\n",
    ),
    Planted(
        sizes.script_function_lines,
        "method",
        "pwa/src/long.ts",
        f"{SCRIPT}class A {{\nasync f(a) {{\n{LONG_SCRIPT}}}\n}}\n",
    ),
    Planted(arrows.core_imports, "a clock", "sync/late.py", PYTHON + "import time\n"),
    Planted(arrows.core_imports, "a file", "sync/late.py", PYTHON + "from pathlib import Path\n"),
    Planted(arrows.core_imports, "the backend", "sync/late.py", PYTHON + "from backend import app\n"),
    Planted(arrows.library_homes, "Litestar", "backend/exchange.py", PYTHON + "import litestar\n"),
    Planted(
        arrows.library_homes, "SQLAlchemy", "backend/http/a.py", PYTHON + "from sqlalchemy.sql import text\n"
    ),
    Planted(arrows.library_homes, "Pillow", "backend/http/a.py", PYTHON + "import PIL.Image\n"),
    Planted(
        arrows.layers,
        "a handler names an adapter",
        "backend/http/a.py",
        PYTHON + "from backend.adapters.sql import x\n",
    ),
    Planted(arrows.layers, "a relative import", "backend/http/a.py", PYTHON + "from ..adapters import sql\n"),
    Planted(
        arrows.layers, "a name of the package", "backend/exchange.py", PYTHON + "from backend import http\n"
    ),
    Planted(arrows.layers, "media names the core", "media/a.py", PYTHON + "import sync.clock\n"),
    Planted(
        arrows.script_arrows,
        "a widget names a screen",
        "pwa/src/widgets/a.ts",
        SCRIPT + 'import "../screens/home.tsx";\n',
    ),
    Planted(
        arrows.script_arrows,
        "a screen names the core",
        "pwa/src/screens/a.ts",
        SCRIPT + 'import { MAX } from "../sync/clock.ts";\n',
    ),
    Planted(
        arrows.script_arrows,
        "the shell names an adapter",
        "pwa/src/shell.tsx",
        SCRIPT + 'import "./adapters/http.ts";\n',
    ),
    Planted(
        arrows.script_arrows,
        "a screen calls the core",
        "pwa/src/screens/a.ts",
        SCRIPT + 'import { a } from "../sync/settle.ts";\n',
    ),
    Planted(
        arrows.script_arrows,
        "the core names a port",
        "pwa/src/sync/a.ts",
        SCRIPT + 'export * from "../ports.ts";\n',
    ),
    Planted(
        arrows.script_arrows,
        "lazily",
        "pwa/src/outbox.ts",
        SCRIPT + 'const a = await import("./adapters/http.ts");\n',
    ),
    Planted(
        arrows.script_packages,
        "the core names a package",
        "pwa/src/sync/a.ts",
        SCRIPT + 'import { h } from "preact";\n',
    ),
    Planted(
        arrows.script_packages,
        "a screen names the store",
        "pwa/src/screens/a.ts",
        SCRIPT + 'import { openDB } from "idb";\n',
    ),
    Planted(purity.core_calls, "a file", "sync/late.py", PYTHON + 'open("a")\n'),
    Planted(purity.core_calls, "a clock", "sync/late.py", PYTHON + "datetime.now()\n"),
    Planted(purity.core_script, "a clock", "pwa/src/sync/a.ts", SCRIPT + "const a = Date.now();\n"),
    Planted(purity.core_script, "randomness", "pwa/src/sync/a.ts", SCRIPT + "const a = Math.random();\n"),
    Planted(purity.core_script, "the network", "pwa/src/sync/a.ts", SCRIPT + 'void fetch("/");\n'),
    Planted(
        purity.core_script, "the console", "pwa/src/sync/a.ts", SCRIPT + 'const a = "x"; console.info(a);\n'
    ),
    Planted(naming.role_names, "in Python", "backend/a.py", PYTHON + 'MAY = {"grid_leader"}\n'),
    Planted(
        naming.role_names, "in TypeScript", "pwa/src/screens/a.ts", SCRIPT + "const may = ['board_leader'];\n"
    ),
    Planted(naming.kind_branches, "==", "backend/a.py", PYTHON + 'A = kind == "incident"\n'),
    Planted(naming.kind_branches, "in", "backend/a.py", PYTHON + 'A = kind in ("incident",)\n'),
    Planted(
        naming.kind_branches,
        "match",
        "backend/a.py",
        PYTHON + 'match kind:\n    case "incident":\n        x = 1\n',
    ),
    Planted(naming.kind_branches, "===", "pwa/src/a.ts", SCRIPT + 'const a = kind === "incident";\n'),
    Planted(
        naming.kind_branches, "the other way", "pwa/src/a.ts", SCRIPT + 'const a = "incident" !== kind;\n'
    ),
    Planted(
        naming.kind_branches, "switch", "pwa/src/a.ts", SCRIPT + 'switch (kind) {\n  case "incident":\n}\n'
    ),
    Planted(
        naming.kind_branches,
        "includes",
        "pwa/src/a.ts",
        SCRIPT + 'const a = ["incident", "x"].includes(kind);\n',
    ),
    Planted(naming.file_names, "utils", "backend/utils.py", PYTHON),
    Planted(naming.file_names, "a test of utils", "tests/backend/test_helpers.py", PYTHON),
    Planted(naming.file_names, "camel case", "pwa/src/outBox.ts", SCRIPT),
    Planted(naming.file_names, "a dash in Python", "backend/out-box.py", PYTHON),
    Planted(mirrors.test_homes, "in Python", "tests/backend/test_nothing.py", PYTHON),
    Planted(mirrors.test_homes, "in TypeScript", "tests/pwa/sync/nothing.test.ts", SCRIPT),
    Planted(mirrors.twins, "no twin", "sync/late.py", PYTHON),
    Planted(mirrors.twins, "no model", "pwa/src/sync/late.ts", SCRIPT),
    Planted(mirrors.vectors_without_floats, "a float", "tests/vectors/clock.json", '[{"args": [1.0]}]\n'),
    Planted(mirrors.vectors_without_floats, "no number", "tests/vectors/clock.json", "[NaN]\n"),
    Planted(mirrors.document_paths, "a file", "docs/a.md", "See `sync/nothing.py`.\n"),
    Planted(mirrors.document_paths, "a bare name", "docs/a.md", "See `nothing.toml`.\n"),
    Planted(mirrors.document_paths, "a pattern", "docs/a.md", "See `tests/nothing/*.json`.\n"),
    Planted(
        mirrors.header_paths, "a twin", "sync/clock.py", '"""Clock.\n\nTwin: pwa/src/sync/watch.ts.\n"""\n'
    ),
    Planted(words.unfinished, "in Python", "backend/a.py", PYTHON + "# TO" + "DO later\n"),
    Planted(words.unfinished, "in a document", "docs/a.md", "FIX" + "ME\n"),
    Planted(words.debugging, "print", "backend/a.py", PYTHON + 'print("x")\n'),
    Planted(words.debugging, "breakpoint", "backend/__main__.py", PYTHON + "breakpoint()\n"),
    Planted(words.debugging, "console", "pwa/src/a.ts", SCRIPT + 'console.log("x");\n'),
    Planted(words.debugging, "debugger", "pwa/src/a.ts", SCRIPT + "debugger;\n"),
    Planted(words.machine_paths, "a home", "docs/a.md", "Look in /ro" + "ot/.venv.\n"),
    Planted(
        words.registry_hosts, "in a lock", "requirements.lock", "--index-" + "url https://example.test\n"
    ),
    Planted(words.registry_hosts, "in a document", "docs/a.md", "https://py" + "pi.org/simple\n"),
    Planted(
        words.disabled_tests,
        "pytest",
        "tests/sync/test_clock.py",
        PYTHON + "@pytest.mark.skip\ndef test_a(): ...\n",
    ),
    Planted(
        words.disabled_tests,
        "by a condition",
        "tests/sync/test_clock.py",
        PYTHON + "@pytest.mark.skipif(A)\ndef test_a(): ...\n",
    ),
    Planted(
        words.disabled_tests,
        "inside",
        "tests/sync/test_clock.py",
        PYTHON + "def test_a():\n    pytest.skip()\n",
    ),
    Planted(words.disabled_tests, "vitest", "tests/pwa/sync/clock.test.ts", 'it.skip("a", () => {});\n'),
    Planted(words.disabled_tests, "one alone", "tests/pwa/sync/clock.test.ts", 'it.only("a", () => {});\n'),
    Planted(words.bare_except, "in Python", "backend/a.py", PYTHON + "try:\n    x = 1\nexcept:\n    x = 2\n"),
    Planted(words.opening_words, "in Python", "backend/a.py", "x = 1\n"),
    Planted(words.opening_words, "in TypeScript", "pwa/src/a.ts", "export const a = 1;\n"),
    Planted(words.too_new, "a function", "pwa/src/a.ts", SCRIPT + "const a = structuredClone(b);\n"),
    Planted(words.too_new, "a selector", "pwa/src/look.css", "main:has(a) {\n}\n"),
    Planted(
        words.too_new, "no fall-back", "pwa/src/look.css", "main {\n  color: red;\n  height: 100dvh;\n}\n"
    ),
)
