"""Asking people for what is theirs: what is known and not asked again, and why it is asked at all.

Twin: none; pwa/src/sync/kind.ts has the shapes, and the forms keep to it (pwa/src/screens/asked.tsx,
pwa/src/screens/notice.tsx). In words: docs/kinds.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from sync.kind import Field, Kind

LANGUAGES: Final = ("zh", "en")


class Notice(Struct, frozen=True, forbid_unknown_fields=True):
    """What a worker can show at the door of a kind of record that people are asked for, in both languages."""

    why: dict[str, str]  # what all of it is for; a field's own `purpose` says more of that field
    basis: dict[str, str]  # which law lets it be asked without leave


def known_faults(kind: Kind, name: str, each: Field) -> list[str]:
    """List what is wrong with where a field is known from."""
    if not each.known:
        return []
    ref, dot, field = each.known.partition(".")
    through = kind.fields.get(ref)
    if not (dot and field) or through is None or through.type != "ref" or not through.refers:
        return [f"{name}: known is a ref field that says its kind, a dot, and a field of that kind"]
    return [f"{name}: what must be filled in cannot be left out as known"] if each.required else []


def notice_faults(kind: Kind) -> list[str]:
    """List what is wrong with the notice of a page."""
    said = () if kind.notice is None else (kind.notice.why, kind.notice.basis)
    return [f"notice: no words in {each}" for words in said for each in LANGUAGES if not words.get(each)]
