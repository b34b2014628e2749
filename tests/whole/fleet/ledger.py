"""What really happened: every entry by its token, and which losses were injected. The oracles judge by it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.whole.fleet.phone import Intent


@dataclass
class Deed:
    """One entry somebody made."""

    intent: Intent
    person: int
    promised: bool = False  # the phone said "saved"
    record: str = ""  # as it was named when written
    withdrawn: bool = False  # taken back by its author
    exposed: bool = False  # the store that held it was lost: only the server has it, if it has it
    excused: bool = False  # and the server had not, or lost it in a restore
    twice: bool = False  # it changed its device id while its answer was open, or one side forgot that it did


@dataclass
class Ledger:
    """All entries of a seed."""

    deeds: dict[str, Deed] = field(default_factory=dict)

    def token(self) -> str:
        return f"t{len(self.deeds) + 1}."

    def expose(self, tokens: Iterable[str], on_server: set[str]) -> None:
        """Note that a store with these was lost."""
        for token in tokens:
            deed = self.deeds[token]
            deed.exposed = True
            deed.excused |= token not in on_server

    def lost_by_server(self, tokens: Iterable[str]) -> None:
        """Note that the server went back to before these."""
        for token in tokens:
            deed = self.deeds[token]
            deed.excused |= deed.exposed
