"""Made-up reports in two text profiles, because generated text decides the compression figures.

easy: sentences put together as people write them, from few parts. hard: characters by their frequency
in no order, which no compressor can guess. Real text lies between.
"""

import base64
import random

from sync.clock import Stamp
from sync.op import Op

NOW = 1_763_750_000_000
DEVICE = "0000000a1b2c3d4e"
AREA = 311
_WHERE = ("老鹰岩路口", "三组晒坝边上", "五组张家院", "沿江路", "菜市口", "水井湾", "卫生院门口", "村小后门")
_WHAT = (
    "石头占了半边路，摩托过不去，小车要绕行",
    "井盖松动，踩起来响，怕老人小孩掉下去",
    "电线垂下来了，大车过会挂到，很危险",
    "垃圾堆了几天没人收，天热味道很大",
    "水管爆了，院坝全是水，流到公路上了",
    "两家为了田坎争起来，劝开了还在闹",
)
_TAIL = ("，请快点派人来看。", "，暂时拉了绳子拦起。", "，已经喊大家绕开走。", "，等雨停了再处理怕来不及。")
_CHARS = (
    "的一是不了在人有我他这中大来上个国到说们为子和你地出会也时要就可下得过家路水电村院坝石头井盖垃圾危险派看"
)


def note(rnd: random.Random, profile: str) -> str:
    """Write 40 characters."""
    if profile == "hard":
        return "".join(rnd.choice(_CHARS) for _ in range(40))
    text = rnd.choice(_WHERE) + rnd.choice(_WHAT) + rnd.choice(_TAIL)
    return (text + "现场有照片，旁边是小卖部，白天都有人在。")[:40]


def report(rnd: random.Random, n: int, ago_ms: int, profile: str) -> Op:
    """Write one report of twelve fields: area and eleven of the page."""
    wall = NOW - ago_ms
    key = base64.urlsafe_b64encode(rnd.randbytes(16)).decode()[:22]
    sets = {
        "matter": rnd.choice(("rock_fall", "manhole", "wires", "rubbish", "flooding")),
        "note": {"is": note(rnd, profile)},
        "phrases": {"add": [rnd.choice(("half_road", "ongoing"))]},
        "photos": {"add": [key]},
        "place": [293_600_000 + rnd.randrange(90_000), 1_062_060_000 + rnd.randrange(90_000),
                  rnd.randrange(600, 3000), rnd.randrange(200, 9000), 0, 0],
        "address": {"is": rnd.choice(_WHERE)},
        "emergency": False,
        "captured_ms": wall - rnd.randrange(5_000, 40_000),
        "source": "camera",
        "count": rnd.randrange(4),
        "contact": "",
    }  # fmt: skip
    return Op(n, Stamp(wall, 0, DEVICE), "incident", f"{DEVICE}.{n}", AREA, sets)


def day(seed: int, count: int, profile: str) -> list[Op]:
    """Write the reports of a day, a quarter of an hour to an hour apart."""
    rnd = random.Random(seed)
    ago, ops = 60_000, []
    for n in range(40 + count, 40, -1):
        ops.append(report(rnd, n, ago, profile))
        ago += rnd.randrange(900_000, 3_600_000)
    return ops[::-1]
