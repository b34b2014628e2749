"""How long Hypothesis may look, and how it tells what it found.

The default is the same search every time, so that a failure here is a failure everywhere;
HYPOTHESIS_PROFILE=search looks elsewhere at each run, and longer.
"""

import os

from hypothesis import settings

settings.register_profile("default-run", derandomize=True, deadline=None, max_examples=100, print_blob=True)
settings.register_profile("search", deadline=None, max_examples=2_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default-run"))
