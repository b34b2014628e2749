"""The tree the house rules look at: its files, their text, and their parsed form.

Every rule is a function of a `Tree`, so that the tests can plant an offence in a small tree and see
the rule catch it. A rule gives its offenders as lines "path:line: what is wrong".
"""

import ast
import subprocess
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path

from tests.tidy.script import Token, tokens

SKIP = frozenset({".git", ".venv", "node_modules", "__pycache__", "static", "dist", "build", "bench-results"})
PYTHON = (".py",)
SCRIPT = (".ts", ".tsx")


class Tree:
    """The files under one root, as relative paths with forward slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every file written by hand, sorted."""
        return tuple(sorted(listed(self.root)))

    def some(self, *suffixes: str, under: tuple[str, ...] = ("",)) -> list[str]:
        """The files with one of these endings below one of these folders."""
        return [p for p in self.paths if p.endswith(suffixes) and p.startswith(under)]

    def has(self, path: str) -> bool:
        """Whether a file or folder stands at this path."""
        return (self.root / path).exists()

    def text(self, path: str) -> str:
        """The file as text; what is not UTF-8 gives an empty text."""
        return _text(self.root / path)

    def module(self, path: str) -> ast.Module:
        """A Python file, parsed."""
        return _module(self.root / path)

    def tokens(self, path: str) -> tuple[Token, ...]:
        """A TypeScript file, cut into code, strings and comments."""
        return _tokens(self.root / path)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The names of the record kinds: the stems of their pages."""
        return frozenset(Path(p).stem for p in self.some(".toml", under=("sync/kinds/",)))


Rule = Callable[[Tree], list[str]]


def listed(root: Path) -> Iterator[str]:
    """What git tracks or would track; without git, everything but the folders that are made."""
    if (root / ".git").exists():
        words = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(words, capture_output=True, check=True).stdout.decode().split("\0")
        yield from (name for name in names if name and (root / name).is_file())
        return
    for path in root.rglob("*"):
        here = path.relative_to(root)
        if path.is_file() and not SKIP & set(here.parts):
            yield here.as_posix()


def at(path: str, node: ast.AST | int, what: str) -> str:
    """One offender."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 1)
    return f"{path}:{line}: {what}"


@cache
def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def _module(path: Path) -> ast.Module:
    return ast.parse(_text(path), str(path))


@cache
def _tokens(path: Path) -> tuple[Token, ...]:
    return tuple(tokens(_text(path)))
