"""The way between a phone and the server, with all that weak links do: each request draws its own fate."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.whole.fleet.disk import Crash
from tests.whole.fleet.plan import Plan
from tests.whole.fleet.server import NOTHING, Answer, Server

PORTALS: Final = (
    Answer(200, "text/html", b"<html>Welcome</html>"),
    Answer(302, "text/html", b""),
    Answer(511, "text/html", b"<html>Log in</html>"),
    Answer(200, "application/json", b'{"portal":true}'),
)
FATES: Final = ("lose", "mute", "repeat", "delay", "cut", "torn", "portal", "between", "after")


class Link:
    """What a phone may call of the server."""

    def __init__(self, server: Server, plan: Plan, say: Callable[[str], None]) -> None:
        self.server, self.plan, self.say = server, plan, say
        self.rng = Random(0)  # of the step under way
        self.held: list[tuple[Any, ...]] = []  # requests that arrive late; last: when they left
        self.overdue: Callable[[bytes, int], None] = lambda *_: None  # looks at what arrives late
        self.meanwhile: Callable[[], None] = lambda: None  # what else happens while a request is under way
        self.watch: Callable[[bytes], None] = lambda _: None  # looks at every push
        self.calm = False

    def kinds(self) -> int | None:
        """GET /api/kinds: the place of the pages in force; None without an answer."""
        return self.server.page if self._answers() else None

    def directory(self, token: str) -> Any:
        """GET /api/directory; None without an answer, False when signed out."""
        return self.server.tell_directory(token) if self._answers() else None

    def _answers(self) -> bool:
        return self.server.up and (self.calm or self.rng.random() >= self.plan.loss)

    def post(self, token: str, body: bytes) -> Answer:
        """POST /api/exchange."""
        self.watch(body)
        if self.calm or self.rng.random() >= self.plan.loss:
            return self.server.post(token, body)
        fate = self.rng.choice(self.plan.fates)
        self.say(f"    {fate}")
        return getattr(self, f"_{fate}")(token, body)

    def deliver(self) -> None:
        """Let a request arrive that its sender has given up long ago."""
        if self.held:
            token, body, sent = self.held.pop(self.rng.randrange(len(self.held)))
            self.overdue(body, sent)
            self.server.post(token, body)

    def _lose(self, token: str, body: bytes) -> Answer:
        return NOTHING

    def _mute(self, token: str, body: bytes) -> Answer:
        self.server.post(token, body)
        return NOTHING

    def _repeat(self, token: str, body: bytes) -> Answer:
        answers = [self.server.post(token, body) for _ in range(self.rng.randint(2, 3))]
        return self.rng.choice(answers)

    def _delay(self, token: str, body: bytes) -> Answer:
        self.held.append((token, body, self.server.restores))
        return NOTHING

    def _cut(self, token: str, body: bytes) -> Answer:
        return self.server.post(token, body[: self.rng.randrange(len(body))])

    def _torn(self, token: str, body: bytes) -> Answer:
        whole = self.server.post(token, body)
        return whole._replace(body=whole.body[: self.rng.randrange(len(whole.body) + 1)])

    def _portal(self, token: str, body: bytes) -> Answer:
        return self.rng.choice(PORTALS)

    def _between(self, token: str, body: bytes) -> Answer:
        self._other()
        return self.server.post(token, body)

    def _after(self, token: str, body: bytes) -> Answer:
        answer = self.server.post(token, body)
        self._other()
        return answer

    def _other(self) -> None:
        """Something else comes in between; it meets no such thing itself."""
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        try:
            meanwhile()
        except Crash:
            pass
        finally:
            self.meanwhile = meanwhile
