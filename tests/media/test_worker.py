"""The child process by itself: its frames, and the doors that are shut once it has started."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from media.worker import READY

ROOT = Path(__file__).resolve().parents[2]


def answers(*jobs: bytes) -> bytes:
    """Feed a worker whole frames and give all it says until its input ends."""
    frames = b"".join(b"D" + len(job).to_bytes(4, "big") + job for job in jobs)
    program = [sys.executable, "-m", "media.worker", str(512 * 1024 * 1024), "10"]
    return subprocess.run(program, input=frames, stdout=subprocess.PIPE, cwd=ROOT, check=True).stdout


def test_it_says_ready_and_ends_with_its_input():
    assert answers() == READY


def test_it_answers_in_order(encode):
    said = answers(b"not a picture", encode("PNG", 16, 16))
    size = int.from_bytes(said[1:5], "big")
    assert json.loads(said[5 : 5 + size]) == {"refused": "not_an_image"}
    second = 5 + size
    size = int.from_bytes(said[second : second + 4], "big")
    head = json.loads(said[second + 4 : second + 4 + size])
    pictures = said[second + 4 + size :]
    assert (head["width"], head["height"]) == (16, 16)
    assert len(pictures) == head["thumb"] + head["screen"]
    assert pictures[:4] == b"RIFF"


@pytest.mark.parametrize("deed", ["open('/etc/hostname')", "__import__('os').dup(1)"])
def test_a_confined_process_opens_nothing(deed):
    program = f"from media.worker import _warm_up, _confine; _warm_up(); _confine(2**29); {deed}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Too many open files" in done.stderr


def test_a_confined_process_cannot_allocate_past_its_limit():
    program = "from media.worker import _confine; _confine(2**26); bytearray(2**27)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "MemoryError" in done.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
