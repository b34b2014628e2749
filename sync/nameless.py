"""What gives a person away in a text that many will read: a mobile number, an identity number, a car's plate.

A field that many will read says `nameless = true`, and the guard `no_personal_data` lets nothing pass that
holds one of the three. It finds what has a form. Names and addresses have none: a person still looks
(domain W14).
Landlines are let through, for a guide must be able to say whom to ring at an office.
Source: mobile numbers, the numbering plan of the Ministry of Industry and Information Technology (2017): 11
digits, the first 1, the second 3 to 9; identity numbers, GB 11643-1999 with the check digit of ISO 7064 MOD
11-2; plates, GA 36-2018, which leaves out the letters I and O.
Twin: pwa/src/sync/nameless.ts, of `traces`: a phone says so before it sends, and leaves the guard to the
server.
Shared cases: tests/vectors/nameless.json.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from sync.guards import Question
    from sync.register import Change

Sort = Literal["phone", "id", "plate"]

WIDE: Final = {0xFF01 + at: 0x21 + at for at in range(94)}  # what a Chinese keyboard types for 0-9, A-Z
MOBILE: Final = r"(?<![0-9])(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])"
# Six digits of the place, the day of birth, three of an order, the check digit.
IDENTITY: Final = (
    r"(?<![0-9])[1-9][0-9]{5}[ -]?(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"[ -]?[0-9]{3}[0-9Xx](?![0-9])"
)
SIGN: Final = "[A-HJ-NP-Za-hj-np-z0-9]"
PLATE: Final = (
    "[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-HJ-NP-Za-hj-np-z][ .·•-]?"
    f"(?:{SIGN}{{5,6}}|{SIGN}{{4}}[挂学警港澳])(?![A-Za-z0-9])"
)
DIGITS_MIN: Final = 3  # a plate has no more than two letters behind the place's (GA 36-2018); a word has more
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS: Final = "10X98765432"  # by the remainder of the weighted sum by 11


def traces(text: str) -> list[tuple[Sort, str]]:
    """List what gives somebody away: the sort, and the words (wide digits made plain)."""
    plain = text.translate(WIDE)
    phones = [("phone", found) for found in re.findall(MOBILE, plain)]
    ids = [("id", found) for found in re.findall(IDENTITY, plain) if is_identity(found)]
    plates = [("plate", found) for found in re.findall(PLATE, plain) if _digits(found) >= DIGITS_MIN]
    return [*phones, *ids, *plates]  # type: ignore[list-item]


def is_identity(text: str) -> bool:
    """Tell whether 18 characters end in the check digit of those before.

    It is asked for because numbers of cases are often made of the same parts, a place, a day and an order,
    and ten in eleven of those would otherwise be taken for people.
    """
    digits = re.sub("[ -]", "", text).upper()
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=False))
    return digits[-1] == CHECKS[total % 11]


def _digits(text: str) -> int:
    return len(re.findall("[0-9]", text))


def no_personal_data(question: Question) -> bool:
    """Hold if no field that many will read gives somebody away, as the step leaves it.

    Asked in general, without what a step would carry, it holds: the step may be what takes the number out.
    """
    sets = question.sets
    return sets is None or not any(
        traces(text)
        for name, each in question.kind.fields.items()
        if each.nameless
        for text in standing(each.rule, question.record.cells.get(name), [sets[name]] if name in sets else [])
    )


def standing(rule: str, cell: Any, changes: list[Change]) -> list[str]:
    """List the texts that stand in a field once it is written, by one change or by none."""
    if rule == "log":
        texts = [*(each[-1] for each in cell or []), *changes]
    elif rule in ("keep_both", "authority"):
        over = [stamp for change in changes for stamp in change.get("over", [])]
        texts = [each[-1] for each in (cell or [[]])[0] if each[0] not in over]
        texts += [change["is"] for change in changes]
    else:
        texts = [*changes, *([] if changes or not cell else cell[:1])]
    return [text for text in texts if isinstance(text, str)]
