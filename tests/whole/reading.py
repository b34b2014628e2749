"""Whether people can read and reach what a screen shows: by axe, by the size of its targets, by its width."""

import json
from pathlib import Path
from typing import Any

from tests.whole.conftest import Phone

AXE = Path("pwa/node_modules/axe-core/axe.min.js")
SMALL = """(least) => [...document
  .querySelectorAll('button, a, label.shut, select, textarea, input:not(.away)')]
  .filter((e) => e.offsetParent && !e.closest('[hidden], details:not([open]) > :not(summary)'))
  .map((e) => [e.getBoundingClientRect(), e])
  .filter(([r, e]) => r.width > 0 && (r.height < least - 0.5 || r.width < least - 0.5)
    && !['checkbox', 'radio'].includes(e.type) && !e.closest('label'))
  .map(([r, e]) => `${e.tagName} ${(e.innerText || e.ariaLabel || '').slice(0, 12)} `
    + `${r.width}x${r.height}`)"""
LOOSE = """(loose) => {
  for (const each of document.querySelectorAll('body *'))
    if (loose ? getComputedStyle(each).position === 'sticky' : each.style.position === 'static')
      each.style.position = loose ? 'static' : '';
}"""  # what sticks to an edge hides half of whatever is being scrolled past it
WIDE = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""


def faults(phone: Phone) -> list[str]:
    """Run axe over the page (WCAG 2.2 A and AA); its code is evaluated from outside the page's policy."""
    phone.page.evaluate(AXE.read_text(encoding="utf-8") + ";undefined")
    phone.page.evaluate(LOOSE, True)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found: Any = phone.page.evaluate(f"axe.run(document, {{ runOnly: {json.dumps(tags)} }})")
    phone.page.evaluate(LOOSE, False)
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]


def can_be_read(phone: Phone) -> None:
    """Check the screen a phone shows: by axe, for its targets, and at 320 px with twice the text."""
    assert faults(phone) == []
    assert phone.page.evaluate(SMALL, 48) == []
    phone.page.set_viewport_size({"width": 320, "height": 740})
    phone.page.evaluate("document.documentElement.style.fontSize = '40px'")
    assert phone.page.evaluate(WIDE) <= 0
    phone.page.evaluate("document.documentElement.style.fontSize = ''")
    phone.page.set_viewport_size({"width": 360, "height": 740})
