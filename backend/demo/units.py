"""The five tiers the demo town stands in, its boards and posts, and the departments of its district.

Every name is invented; ids carry the tree (32 lies in 3). A board, a post and a department have the tier of
the government they are of (sync/permit.py): a department hangs from the district beside the town, so that its
people see nothing of the town but what names them.
"""

from typing import Final

from msgspec import Struct

CITY: Final = 1
DISTRICT: Final = 2
TOWN: Final = 3
STONE_BRIDGE: Final = 31  # 石桥村, on the hill
OLD_STREET: Final = 32  # 老街社区, the market
SAND_BAY: Final = 33  # 沙湾村, by the river


class Unit(Struct, frozen=True):
    """One organisation unit."""

    id: int
    tier: int  # 1 city, 2 district, 3 town, 4 community, 5 grid
    parent: int  # 0 above the city
    name: str


_DEPARTMENTS: Final = {21: "区应急局", 22: "区水利局", 23: "区城管执法局"}
_BOARDS: Final = {35: "党的建设板块", 36: "经济发展板块", 37: "民生服务板块", 38: "平安法治板块"}
_POSTS: Final = {
    361: "农业农村岗",
    371: "村镇建设岗",
    372: "社会事务岗",
    381: "消防管理岗",
    382: "综合执法岗",
}
_COMMUNITIES: Final = {STONE_BRIDGE: "石桥村", OLD_STREET: "老街社区", SAND_BAY: "沙湾村"}

UNITS: Final[tuple[Unit, ...]] = (
    Unit(CITY, 1, 0, "巴渝市"),
    Unit(DISTRICT, 2, CITY, "云岭区"),
    Unit(TOWN, 3, DISTRICT, "梨坪镇"),
    *(Unit(number, 4, TOWN, name) for number, name in _COMMUNITIES.items()),
    *(
        Unit(community * 10 + index, 5, community, f"{name}{'一二三四'[index - 1]}网格")
        for community, name in _COMMUNITIES.items()
        for index in range(1, 5)
    ),
)

BODIES: Final[tuple[Unit, ...]] = (
    *(Unit(number, 2, DISTRICT, name) for number, name in _DEPARTMENTS.items()),
    *(Unit(number, 3, TOWN, name) for number, name in _BOARDS.items()),
    *(Unit(number, 3, number // 10, name) for number, name in _POSTS.items()),
)  # where people belong and no land does

GRIDS: Final[tuple[int, ...]] = tuple(unit.id for unit in UNITS if unit.tier == 5)


def board_of(post: int) -> int:
    """Give the board a post belongs to."""
    return post // 10


def community_of(grid: int) -> int:
    """Give the community a grid belongs to."""
    return grid // 10
