"""Bytes of the app shell as served, against the budget of 60 KB; and Lighthouse, where npm can bring it."""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.serving import CHROMIUM, served

STATIC = Path("backend/static")
BUDGET_BYTES = 60_000
LIGHTHOUSE = "lighthouse@12.8.2"  # the last that runs on Node 20
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking"


def lighthouse(url: str) -> dict[str, Any]:
    """Run Lighthouse on the sign-in page; npm brings it on demand, it is not one of our packages."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        words = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--output-path={out}",
                 f"--chrome-flags={FLAGS} --user-data-dir={folder}/profile"]  # fmt: skip
        done = subprocess.run(
            words, env={**os.environ, "CHROME_PATH": CHROMIUM}, capture_output=True, text=True, check=False
        )
        if not out.is_file():
            return {"not_run": done.stderr.strip().splitlines()[-1:] or "no report"}
        report = json.loads(out.read_text())
    scores = {
        name: round(each["score"] * 100) for name, each in report["categories"].items() if each["score"]
    }
    audits = report["audits"]
    wanted = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time")
    return {**scores, **{name: round(audits[name]["numericValue"]) for name in wanted}}


def run() -> dict[str, Any]:
    """Count bytes in every coding, then let Lighthouse look at the page."""
    files = {
        name: {coding or "plain": (STATIC / f"{name}{suffix}").stat().st_size
               for coding, suffix in (("", ""), ("br", ".br"), ("gzip", ".gz"))}
        for name in ("index.html", *sorted(path.name for path in STATIC.glob("apart-*.js")), "sw.js")
    }  # fmt: skip
    with served() as (url, _):
        found = lighthouse(url)
    return {"budget_br": BUDGET_BYTES, "files": files, "lighthouse": found}
