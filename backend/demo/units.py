"""The five tiers the demo town stands in. Every name is invented; ids carry the tree (32 lies in 3)."""

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

GRIDS: Final[tuple[int, ...]] = tuple(unit.id for unit in UNITS if unit.tier == 5)


def community_of(grid: int) -> int:
    """Give the community a grid belongs to."""
    return grid // 10
