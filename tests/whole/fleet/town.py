"""The simulated town: its units, its people's posts, and three versions of its kind pages."""

import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from backend.ports import Unit
from sync.kind import Kinds, gather, parse, version

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
NOW: Final = 1_763_750_000_000
TOWN: Final = 3
COMMUNITIES: Final = (31, 32)
GRIDS: Final = (311, 312, 321, 322)
ROLES: Final = {  # where each role is held
    "fulltime_worker": GRIDS,
    "grid_leader": GRIDS,
    "community_secretary": COMMUNITIES,
    "duty_officer": (TOWN,),
}
HERE: Final = Path(__file__).parent
PARKED: Final = HERE.parents[2] / "sync" / "kinds" / "parked.toml"


def units() -> dict[int, Unit]:
    """Give the tree as it is at first: a town, two communities, four grids."""
    listed = [Unit(TOWN, 3, 0, "镇"), *(Unit(each, 4, TOWN, str(each)) for each in COMMUNITIES)]
    listed += [Unit(grid, 5, grid // 10, str(grid)) for grid in GRIDS]
    return {unit.id: unit for unit in listed}


def _pages() -> list[tuple[str, Kinds]]:
    first: dict[str, Any] = tomllib.loads((HERE / "pages.toml").read_text(encoding="utf-8"))
    parked = tomllib.loads(PARKED.read_text(encoding="utf-8"))
    second = deepcopy(first)
    second["matter"]["fields"]["later"] = {"type": "text", "label": {"zh": "后", "en": "Later"}}
    second["matter"]["fields"]["grade"]["options"].append({"value": "top", "zh": "顶", "en": "Top"})
    third = deepcopy(second)
    third["matter"]["fields"]["born"]["retired"] = True
    third["sheet"]["fields"]["extra"] = {"type": "text", "rule": "log", "label": {"zh": "加", "en": "Extra"}}
    third["matter"]["workflow"]["steps"].append(
        {"name": "hold", "start": ["taken"], "to": "open", "by": ["grid_leader"]}
    )
    stages = [[parse(parked), *map(parse, pages.values())] for pages in (first, second, third)]
    return [(version(gather(kinds)), gather(kinds)) for kinds in stages]


PAGES: Final = _pages()  # oldest first: fields and a step are added, one field is retired
