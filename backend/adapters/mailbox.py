"""The way to other offices by files: one JSON file a letter, and one an answer, in a folder somebody empties.

Letters go to `out`, answers are laid into `in` and moved to `done` with what became of them. A letter is
named after its correction and written once; an answer that cannot be read is moved to `done` too, as it came.
"""

import asyncio
from pathlib import Path
from typing import Final

import msgspec

from backend.durable import put_file
from backend.outward import Answer, Letter

_ANSWER: Final = msgspec.json.Decoder(Answer)
ANSWER_MAX: Final = 65_536  # bytes: more is no answer


class Mailbox:
    """Letters and answers in a folder, which only the server and the carrier may read."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, Path] = {}  # of answers under way, by correction

    async def post(self, letter: Letter) -> None:
        """Send a letter, unless it lies or lay there."""
        await asyncio.to_thread(self._post, letter)

    def _post(self, letter: Letter) -> None:
        path = self._folder("out") / f"{letter.correction}.json"
        sent = self._folder("sent") / path.name
        if not path.exists() and not sent.exists():
            put_file(path, msgspec.json.format(msgspec.json.encode(letter)))

    async def answers(self) -> list[Answer]:
        """List the answers that can be read; the others are put away."""
        return await asyncio.to_thread(self._answers)

    def _answers(self) -> list[Answer]:
        found = []
        for path in sorted(self._folder("in").glob("*.json")):
            try:
                body = path.read_bytes() if path.stat().st_size <= ANSWER_MAX else b""
                answer = _ANSWER.decode(body)
            except (OSError, msgspec.DecodeError):
                path.rename(self._folder("done") / f"{path.name}.unreadable")
                continue
            self._files[answer.correction] = path
            found.append(answer)
        return found

    async def dealt(self, answer: Answer, word: str) -> None:
        """Put an answer away."""
        path = self._files.pop(answer.correction)
        await asyncio.to_thread(path.rename, self._folder("done") / f"{path.name}.{word}")

    def _folder(self, name: str) -> Path:
        folder = self._root / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
