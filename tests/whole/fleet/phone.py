"""What a phone is to the simulator: the whole of what it asks of one, be it the model or the real client.

A driver of another client implements `Phone` and nothing else:

- `write` saves what a person entered, in plain values; the phone words them as changes by the rules of its
  pages, adds the step if it offers it, and gives the op's id once that is durable; None if the store refused.
- `undo` takes a record back that has not left; gives the tokens taken back.
- `exchange` sends and hears until there is nothing left or something is in the way; what a link does raises
  nothing.
- `sign_in` binds it to a person under a token and a device number; nothing that waits is thrown away.
- `arm` lets one of the next storage calls crash, before (`crash`) or after (`after`) it, or find it `full`.
- `restart` is the process after a crash, `clone` another one on a copy of the store, `tab` one on the same.
- `lose` damages the store and all beside it: it is empty, or as it was when `kept` was taken; the session has
  a second place. Gives what is wrong with what the phone says of its loss.
- `out` says that the server no longer takes its token: somebody must sign it in.
- `shown`, `waiting`, `held`, `tops` are its view: confirmed records in sight, and its own ops by token.

Time and the way to the server are given to it: a `Clock` (a wall clock that people turn, and a steady one),
and a link with `post(token, body)`, `kinds()` and `directory(token)`. `Crash` (disk.py) goes through every
method.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct

from sync.register import Record


class Intent(Struct, frozen=True):
    """What a person enters, in plain values; `token` is in it once, as an entry of the field `trace`."""

    token: str
    kind: str
    record: str  # "" makes one, named after the op
    area: int | None
    values: dict[
        str, Any
    ]  # plain values by field; of a list field, an element to add, or to drop if it is there
    step: str = ""
    photos: tuple[str, ...] = ()


class Clock(Protocol):
    """A phone's clocks, ms."""

    def wall_ms(self) -> int: ...
    def steady_ms(self) -> int: ...


class Phone(Protocol):
    """A phone of one person."""

    def write(self, intent: Intent) -> str | None: ...
    def undo(self, record: str) -> list[str]: ...
    def exchange(self) -> str: ...
    def sign_in(self, token: str, number: str, person: int) -> None: ...
    def restart(self) -> None: ...
    def clone(self, clock: Clock) -> "Phone": ...
    def tab(self) -> "Phone": ...
    def kept(self) -> Any: ...
    def lose(self, earlier: Any) -> list[str]: ...
    def arm(self, calls: int, sort: str) -> None: ...
    def out(self) -> bool: ...
    def shown(self) -> Mapping[str, Record]: ...
    def waiting(self) -> Mapping[str, str]:
        """Tokens in the outbox, refused ones too, with the code that keeps them there; "" without one."""
        ...

    def tops(self) -> Mapping[str, int]:
        """The highest number made, by device id: the one in use and the earlier ones."""
        ...

    def held(self) -> Mapping[str, str]:
        """Tokens that are somewhere in the store, sent ones too, with the op id they have now."""
        ...
