"""Draws the PNG icons from the shapes of pwa/public/icon.svg. Run by hand when the drawing changes.

The shapes are polygons only (moves and straight lines), so Pillow is enough; each icon is drawn four
times as large and scaled down, which smooths the edges.
"""

import re
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

PUBLIC: Final = Path(__file__).resolve().parents[1] / "public"
VIEW: Final = 512  # the drawing's own width and height
SMOOTH: Final = 4
SHAPE: Final = re.compile(r'fill="(#[0-9a-f]{6})" d="([^"]+)"')
STEP: Final = re.compile(r"([MLHVhvlzZ])|(-?\d+)")


def outlines(path: str) -> list[list[tuple[int, int]]]:
    """Follow an SVG path of straight lines; one list of corners per closed figure."""
    figures: list[list[tuple[int, int]]] = []
    x, y, command, numbers = 0, 0, "", []
    for letter, number in STEP.findall(path):
        command, numbers = (letter, []) if letter else (command, [*numbers, int(number)])
        if len(numbers) < (1 if command in "HVhv" else 2):
            continue
        x, y = moved(command, numbers, x, y)
        numbers = []
        if command == "M":
            figures.append([])
            command = "L"
        figures[-1].append((x, y))
    return figures


def moved(command: str, numbers: list[int], x: int, y: int) -> tuple[int, int]:
    """Where the pen stands after one step of the path."""
    match command:
        case "H":
            return numbers[0], y
        case "h":
            return x + numbers[0], y
        case "V":
            return x, numbers[0]
        case "v":
            return x, y + numbers[0]
        case "l":
            return x + numbers[0], y + numbers[1]
        case _:
            return numbers[0], numbers[1]


def draw(size_px: int) -> Image.Image:
    """One square icon."""
    scale = size_px * SMOOTH / VIEW
    canvas = Image.new("RGB", (size_px * SMOOTH, size_px * SMOOTH))
    pen = ImageDraw.Draw(canvas)
    for colour, path in SHAPE.findall((PUBLIC / "icon.svg").read_text(encoding="utf-8")):
        for figure in outlines(path):
            pen.polygon([(x * scale, y * scale) for x, y in figure], fill=colour)
    return canvas.resize((size_px, size_px), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    for size in (192, 512):
        draw(size).quantize(64).save(PUBLIC / f"icon-{size}.png", optimize=True)
