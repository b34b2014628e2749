"""Memory that is free: given back where the system can, and no harm where it cannot."""

import asyncio
import ctypes
import sys
from types import SimpleNamespace

import pytest

from backend import heap


def library(monkeypatch, **named) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(**named))


def test_what_is_free_is_given_back_whole(monkeypatch):
    asked = []
    library(monkeypatch, malloc_trim=asked.append)
    asyncio.run(heap.trim(0))
    assert asked == [0], "0: keep nothing at the top"


def test_a_system_that_has_no_such_thing_goes_on_without(monkeypatch):
    library(monkeypatch)
    assert heap.found() is None
    asyncio.run(heap.trim(0))


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
def test_the_real_one_may_be_called_at_any_time():
    for _ in range(3):
        asyncio.run(heap.trim(0))
