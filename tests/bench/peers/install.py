"""Peers live in build/peers: a Python environment and node_modules, both made from locks."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HOME = ROOT / "build" / "peers"
PYTHON_LOCK = ROOT / "requirements-bench.lock"
NODE_FILES = ("package.json", "package-lock.json", ".npmrc")
TIMEOUT_S = 600


class NotHere(Exception):
    """A peer cannot be installed or run on this machine; the text says why."""


def run(words: Sequence[str | Path], where: Path = ROOT, timeout_s: float = TIMEOUT_S) -> str:
    """Run a command and give what it printed; raises NotHere with the last error it told."""
    try:
        done = subprocess.run(
            words, cwd=where, timeout=timeout_s, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired as fault:
        raise NotHere(f"{Path(words[0]).name} took more than {timeout_s:.0f} s") from fault
    except OSError as fault:
        raise NotHere(str(fault)) from fault
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if "error" in line.lower()]
        raise NotHere(said[-1][:300] if said else f"{Path(words[0]).name} ended with {done.returncode}")
    return done.stdout


def python() -> Path:
    """Give the interpreter that has the Python peers; raises NotHere."""
    place = HOME / "venv"
    interpreter = place / "bin" / "python"
    if fresh("python", [PYTHON_LOCK]):
        return interpreter
    shutil.rmtree(place, ignore_errors=True)
    run([sys.executable, "-m", "venv", place])
    run([interpreter, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes",
         "-r", PYTHON_LOCK])  # fmt: skip
    installed("python", [PYTHON_LOCK])
    return interpreter


def node() -> Path:
    """Give the program that runs the Node peers, whose packages then are in HOME; raises NotHere."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm:
        raise NotHere("no node on the PATH")
    sources = [Path(__file__).parent / name for name in NODE_FILES]
    if not fresh("node", sources):
        HOME.mkdir(parents=True, exist_ok=True)
        for source in sources:
            shutil.copy(source, HOME / source.name)
        run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], HOME)
        installed("node", sources)
    return Path(program)


def fresh(name: str, sources: Sequence[Path]) -> bool:
    """Say whether what is installed was made from these files."""
    mark = HOME / f"{name}.ok"
    return mark.is_file() and mark.read_text() == digest(sources)


def installed(name: str, sources: Sequence[Path]) -> None:
    """Note what the installation was made from."""
    (HOME / f"{name}.ok").write_text(digest(sources))


def digest(sources: Sequence[Path]) -> str:
    """Hash files."""
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
