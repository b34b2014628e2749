"""Settings: every QIANSHAO_* variable, its type, its default and its reason. One source, read once.

All of them are listed in docs/operations.md; an unknown or ill-typed one stops the start.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints

import msgspec
from msgspec import Meta, Struct

PREFIX: Final = "QIANSHAO_"


class SettingsError(ValueError):
    """A setting is unknown or has the wrong type; the text names it."""


class Settings(Struct, frozen=True):
    """What an operator may set."""

    data: str = "data"  # directory of the database, the photos and the town's own kind pages
    host: str = "127.0.0.1"  # address to listen on; behind a proxy this stays loopback
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8000  # 0: any free one
    kinds: str = ""  # further directory of kind pages; default <data>/kinds
    code_hours: Annotated[int, Meta(ge=1, le=8_760)] = 24  # how long an enrolment code is good for
    photo_mb: Annotated[int, Meta(ge=1, le=20)] = 20  # largest upload, MB (2**20 bytes)
    upload_hours: Annotated[int, Meta(ge=1, le=8_760)] = 168  # how long an unfinished upload is kept
    uploads_open: Annotated[int, Meta(ge=1)] = 100  # uploads one person may leave unfinished
    uploads_mb: Annotated[int, Meta(ge=1)] = 4_096  # all unfinished uploads together, MB
    photo_late_hours: Annotated[int, Meta(ge=1, le=8_760)] = 24  # until a photo is missed
    emergency_late_hours: Annotated[int, Meta(ge=1, le=8_760)] = 1  # and one of an emergency
    keep_days: Annotated[int, Meta(ge=1, le=36_500)] = 120  # bytes nobody needs, and again in the trash
    push: bool = True  # false: nobody can be called through a push service
    push_contact: str = ""  # mail address push services may write to; empty: as if push were false
    push_hosts: str = (  # push services that may be sent to, comma-separated; *. stands for one label or more
        "fcm.googleapis.com,*.push.apple.com,*.notify.windows.com,updates.push.services.mozilla.com"
    )
    push_inside: str = ""  # the town's own push gateways, which may have private addresses
    mailbox: str = ""  # folder of letters to other offices and their answers; empty: none leave
    hosts: str = ""  # comma-separated Host names to answer to; empty: any
    schema: bool = False  # serve /schema (OpenAPI)

    @property
    def root(self) -> Path:
        """The data directory."""
        return Path(self.data)

    @property
    def page_dirs(self) -> tuple[Path, ...]:
        """Where kind pages are read from, the built-in ones first."""
        built_in = Path(__file__).resolve().parent.parent / "sync" / "kinds"
        return built_in, Path(self.kinds) if self.kinds else self.root / "kinds"


TYPES: Final = get_type_hints(Settings, include_extras=True)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from the environment; PORT is honoured where QIANSHAO_PORT is not set."""
    named = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    if "PORT" in environ and f"{PREFIX}PORT" not in environ:
        named["PORT"] = environ["PORT"]
    return Settings(**{name.removeprefix(PREFIX).lower(): _read(name, text) for name, text in named.items()})


def _read(name: str, text: str) -> Any:
    field = name.removeprefix(PREFIX).lower()
    if field not in TYPES:
        raise SettingsError(f"there is no setting {name} (all settings: docs/operations.md)")
    try:
        return msgspec.convert(text, TYPES[field], strict=False)
    except msgspec.ValidationError as fault:
        raise SettingsError(f"setting {name}: {fault} (all settings: docs/operations.md)") from fault
