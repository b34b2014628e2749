"""Breaks the TypeScript twins by way of tests/mutate_phone.mjs, in one node process."""

import json
import shutil
import subprocess
from collections.abc import Sequence

from tests.mutate import ROOT, Mutant


def survivors(stems: Sequence[str]) -> tuple[int, list[Mutant]]:
    """Break the modules named; gives how many mutants there were and which of them no test noticed."""
    node = shutil.which("node")
    assert node, "node is not on the PATH; make setup-dev links one into .venv/bin"
    command = [node, "--experimental-vm-modules", "--no-warnings", "tests/mutate_phone.mjs", *stems]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return told["made"], [Mutant(each["file"], each["line"], each["change"]) for each in told["lived"]]
