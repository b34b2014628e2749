"""A server that serves looks for garbage seldom, and still finds it."""

import subprocess
import sys

SCRIPT = """
import gc, weakref
from backend.cycles import at_ease
from backend.cycles import YOUNG

class Knot:
    def __init__(self):
        self.me = self

whole = 0
def count(phase, info):
    global whole
    whole += phase == "start" and info["generation"] == 2
at_ease()
gc.callbacks.append(count)
knot = weakref.ref(Knot())
held = [[] for _ in range(YOUNG * 8)]
print(knot() is None, whole, gc.get_freeze_count() > 0)
"""


def test_garbage_is_found_without_a_look_at_everything():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "0", "True"]
