"""Ports of push: what goes to a browser's push service, and who asked to be called (docs/push.md)."""

from collections.abc import Sequence
from typing import Final, Literal, Protocol

from msgspec import Struct

KEY_FILE: Final = "push.key"  # in the data directory: PEM of PKCS 8, mode 600; another ends all subscriptions
BODY_MAX: Final = 3_993  # bytes of a message in clear: what of 4,096 encryption leaves (RFC 8291 section 4)
AUTH_BYTES: Final = 16  # of a browser's secret, RFC 8291 section 3.2


class Subscription(Struct, frozen=True):
    """A phone whose person asked to be called, and how to reach it."""

    town: int
    device: int  # number, see backend/ports.py
    person: int
    endpoint: str  # address at the browser's push service; whoever knows it can send to it
    p256dh: bytes  # public key of the browser: a point of P-256, not compressed
    auth: bytes  # AUTH_BYTES, a secret of the browser and us
    language: str = "zh"  # or en: in which it is spoken to
    asked_ms: int = 0  # when the phone last said so


class Message(Struct, frozen=True):
    """What is sent: encrypted for the phone, with what the push service must know beside it."""

    body: bytes  # JSON, at most BODY_MAX, always of one length
    topic: str  # 32 characters: a newer message of the same topic takes the place of one not delivered yet
    ttl_s: int  # how long the push service keeps it for a phone that sleeps; 0 would drop it at once
    urgent: bool


class Call(Struct, frozen=True):
    """Somebody to be called about a record."""

    person: int
    record: str
    urgent: bool
    told_ms: int  # server time of the step
    words: dict[str, str]  # by language: those of the record's page, none that anybody wrote


class Waiting(Struct, frozen=True):
    """A call that is to go out."""

    town: int
    device: int
    made: Call
    due_ms: int  # not before
    open: bool = False  # an app of this person's was in sight when it happened
    tries: int = 0

    @property
    def key(self) -> tuple[int, int, str]:
        """What it is one of: a phone is called once about a record."""
        return self.town, self.device, self.made.record


# sent: the push service has it. dead: the subscription is no more. later: try again. refused: for good.
Outcome = Literal["sent", "dead", "later", "refused"]


class Sent(Struct, frozen=True):
    """How it went."""

    outcome: Outcome
    retry_s: int = 0  # what the push service asked for, 0 if nothing


class Pusher(Protocol):
    """The way to the push services."""

    @property
    def key(self) -> bytes:
        """The server's public key, which a browser binds its subscription to."""

    def may_go(self, endpoint: str) -> bool:
        """Tell whether an endpoint may be kept and sent to."""

    async def push(self, to: Subscription, message: Message) -> Sent:
        """Send one message; never raises for what a push service or the network does."""


class Subscriptions(Protocol):
    """Who asked to be called, by device."""

    async def put(self, subscription: Subscription) -> None:
        """Keep a device's subscription in place of its former one; an endpoint is its last namer's."""

    async def listed(self, town: int) -> list[Subscription]:
        """List a town's subscriptions, by device; without devices that were signed out or changed hands."""

    async def drop(self, town: int, device: int, endpoint: str = "") -> None:
        """Forget a device's subscription; with an endpoint, only if it is still that one."""

    async def sweep(self, before_ms: int) -> int:
        """Forget all that were last asked for before a time; gives how many."""

    async def towns(self) -> list[int]:
        """List the towns that have any."""


class Calls(Protocol):
    """The calls that are to go out, kept so that a restart does not lose them."""

    async def waiting(self) -> list[Waiting]:
        """List them, the first due first."""

    async def seen(self) -> dict[int, int]:
        """Say by town up to which position of its log calls were made."""

    async def looked(self, town: int, seq: int, made: Sequence[Waiting]) -> None:
        """Keep calls, each in place of the former one of its key, and the position reached with them."""

    async def turned(self, gone: Sequence[tuple[int, int, str]], later: Sequence[Waiting]) -> None:
        """Forget calls that went out or are needless, and keep when others are tried again."""
