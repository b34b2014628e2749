"""The child process that decodes strangers' pictures: one job after another, within hard limits.

Started by media/sandbox.py as `python -m media.worker MEMORY_BYTES CPU_S`. Reads frames from standard
input, answers on standard output, ends when its input does. Once its limits stand it can open no new
file, write none, and leave no core.

A job: a byte that says what is wanted, 4 bytes length, then the photo.
An answer: 4 bytes length, then JSON: {"refused": word}; {"metadata": [...]} of a photo that was only
examined; or the fields of `Developed`, in which each picture is given as its length and follows as raw
bytes, and fingerprints are hex. JSON and raw bytes because the parent must not unpickle what a
broken-into child says.
"""

import json
import os
import resource
import sys
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

from PIL import (
    ExifTags,
    Image,
    ImageColor,
    ImageFilter,
    ImagePalette,
    MpoImagePlugin,
    TiffImagePlugin,
)

from media.metadata import Metadata
from media.refusal import Refusal
from media.rendition import Developed, develop, examine

DEVELOP: Final = b"D"
EXAMINE: Final = b"E"
READY: Final = b"R"  # sent once, when the limits stand
LENGTH_BYTES: Final = 4
LOADED: Final = (
    ImageColor,
    ImageFilter,
    ImagePalette,
    MpoImagePlugin,
    TiffImagePlugin,
)  # Pillow asks for them late
BASE_BYTES: Final = 256 * 1024 * 1024  # address space taken for an idle worker where /proc does not tell


def main() -> None:
    """Serve jobs until the input ends."""
    memory_bytes, cpu_s = int(sys.argv[1]), int(sys.argv[2])
    _warm_up()
    _confine(memory_bytes)
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(READY)
    answers.flush()
    while len(head := jobs.read(1 + LENGTH_BYTES)) == 1 + LENGTH_BYTES:
        _grant_cpu(cpu_s)
        _answer(answers, _done(head[:1], jobs.read(int.from_bytes(head[1:], "big"))))


def _warm_up() -> None:
    """Load every decoder, encoder and text codec while files may still be opened."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "warm"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:01:01 00:00:00"
    for form in ("JPEG", "PNG", "WEBP", "AVIF"):
        out = BytesIO()
        slope = Image.linear_gradient("L").resize((8, 8))  # has a fingerprint, where one colour has none
        slope.convert("P" if form == "PNG" else "RGB").save(out, form, exif=exif)
        develop(out.getvalue())


def _confine(memory_bytes: int) -> None:
    """Set the limits that hold for the life of the process."""
    os.nice(10)  # records are answered before pictures
    ceiling = _address_space_bytes() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return BASE_BYTES
    return pages * resource.getpagesize()


def _grant_cpu(cpu_s: int) -> None:
    """Give this job its own seconds: the kernel counts the whole life of the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent_s = int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent_s + cpu_s, resource.RLIM_INFINITY))


def _done(job: bytes, photo: bytes) -> Developed | Metadata | Refusal:
    try:
        return examine(photo) if job == EXAMINE else develop(photo)
    except MemoryError:
        return "over_budget"
    except Exception:  # noqa: BLE001 - to its sender a decoder's bug is the picture's fault
        return "not_an_image"


def _answer(answers: BinaryIO, answer: Developed | Metadata | Refusal) -> None:
    spoken, pictures = _spelled(answer)
    head = json.dumps(spoken).encode("ascii")
    answers.write(len(head).to_bytes(LENGTH_BYTES, "big") + head + pictures)
    answers.flush()


def _spelled(answer: Developed | Metadata | Refusal) -> tuple[dict[str, Any], bytes]:
    """Give the JSON of an answer, and the raw bytes that follow it."""
    if isinstance(answer, str):
        return {"refused": answer}, b""
    if isinstance(answer, Metadata):
        return {"metadata": answer}, b""
    sizes = {"thumb": len(answer.thumb), "screen": len(answer.screen)}
    prints = [each.hex() for each in answer.prints]
    return answer._asdict() | sizes | {"prints": prints}, answer.thumb + answer.screen


if __name__ == "__main__":
    main()
