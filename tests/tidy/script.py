"""Cuts TypeScript into code, strings and comments: enough to look for words in the right places.

It is no parser. Template literals count as strings as a whole; a regular expression is told from a
division by what stands before it; a string that meets the end of its line ends there, so an
apostrophe in the text of an element spoils one line at most.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

PIECE = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<string>"(?:\\.|[^"\\\n])*["\n]|'(?:\\.|[^'\\\n])*['\n]|`(?:\\.|[^`\\])*`)
      | (?P<regex>(?<![\w)\]"'`\s])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One run of code, one string or one comment."""

    sort: str  # "code", "string", "comment" or "regex"
    text: str  # strings without their quotes
    line: int


def tokens(text: str) -> Iterator[Token]:
    """The pieces of a file, in order; joined they are the file, less the quotes."""
    place, line = 0, 1
    for found in PIECE.finditer(text):
        yield Token("code", text[place : found.start()], line)
        line += text.count("\n", place, found.start())
        sort = found.lastgroup or "code"
        whole = found.group()
        yield Token(sort, whole[1:-1] if sort == "string" else whole, line)
        line += whole.count("\n")
        place = found.end()
    yield Token("code", text[place:], line)


def code_lines(pieces: tuple[Token, ...]) -> Iterator[tuple[int, str]]:
    """The lines of code with strings emptied and comments gone, by line number."""
    lines: dict[int, str] = {}
    for piece in pieces:
        shown = piece.text if piece.sort == "code" else '""' if piece.sort == "string" else ""
        for offset, part in enumerate(shown.split("\n")):
            lines[piece.line + offset] = lines.get(piece.line + offset, "") + part
    yield from sorted(lines.items())
