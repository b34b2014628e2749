"""The month's visits, from the days each household was seen, with what was said at the door."""

import random
from typing import Final

from backend.demo.action import Action, At, Day, Ref, Told
from backend.demo.days import at
from backend.demo.geometry import land, near
from backend.demo.households import Household
from backend.demo.people import wearer

SEED: Final = 20_263
KIND: Final = "visit"

_FIRST: Final = 8 * 60 + 40  # minutes of the day
_LAST: Final = 16 * 60 + 40  # before the day sheet is handed in

_WORDS: Final = {
    "ok": (
        "身体还可以，血压药还有半个月的。", "精神好，在屋头晒萝卜干。", "儿子昨天打了电话，说过年回来。",
        "饭吃得，觉睡得。", "在院坝头打牌，笑呵呵的。", "米油都有，不缺啥子。", "娃儿作业做完了才出来耍。",
        "", "",
    ),
    "need_help": (
        "药吃完了，下山不方便，想帮忙带一盒。", "灶房灯坏了，够不到。", "医保要认证，手机不会弄。",
        "一个人闷，想找人摆龙门阵。", "屋檐有两匹瓦滑下来了。",
    ),
    "no_answer": ("敲了三道门，没人应，邻居说赶场去了。", "电话通了没人接。", "门锁起的，明天再来。"),
    "changed": ("媳妇生了，多一口人。", "老人接到城头女儿家住去了，过完冬回来。", "换了电话，旧的打不通了。"),
}  # fmt: skip
_NEEDS: Final = {0: "medicine", 1: "repair", 2: "paperwork", 3: "company", 4: "repair"}  # by the words above


def visits(homes: tuple[Household, ...]) -> list[Action]:
    """Tell every visit of every household, in no order."""
    return [_visit(home, day) for home in homes for day in home.visit_days]


def _visit(home: Household, day: int) -> Action:
    rng = random.Random(f"{SEED} {home.number} {day}")
    at_ms = at(day, rng.randint(_FIRST, _LAST)) + rng.randrange(60) * 1000
    mode = rng.choices(("door", "phone", "street"), (7, 2, 1))[0]
    result = rng.choices(tuple(_WORDS), (82, 8, 7, 3))[0]
    spoken = rng.randrange(len(_WORDS[result]))
    values: dict[str, Told] = {
        "household": Ref(home.key),
        "mode": mode,
        "result": result,
        "captured_ms": At(at_ms),
        "next_day": Day(day + (2 if result == "no_answer" else home.rhythm_days)),
    }
    if _WORDS[result][spoken]:
        values["note"] = _WORDS[result][spoken]
    if result == "need_help":
        values["needs"] = [_NEEDS[spoken]]
    if mode == "door":  # where a worker phones from is nobody's business
        spot = near(rng, home.at, 8, land().shapes[home.grid])
        values["place"] = [*spot, rng.randint(400, 2500), rng.randrange(0, 8000, 100), 0, 0]
    return Action(
        at_ms=at_ms,
        person=wearer("worker", home.grid, day),
        kind=KIND,
        key=f"{KIND}/{home.number}/{day}",
        area=home.grid,
        values=values,
    )
