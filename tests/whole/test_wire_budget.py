"""The bytes of the wire against the design's budgets, on two text profiles: easy to compress, and hard."""

import pytest

from tests.bench.wire import BUDGET, CURSOR, run


@pytest.fixture(scope="module")
def measured():
    return run()


@pytest.mark.parametrize("profile", ["easy", "hard"])
def test_reports_are_small(measured, profile):
    assert measured[profile]["twenty"] <= BUDGET["twenty"]
    assert measured[profile]["one"] <= BUDGET["one"]


def test_a_quiet_exchange_is_small(measured):
    assert len(CURSOR) >= 23, "as long as the ones the server gives to a worker of one grid"
    assert measured["quiet_both_ways"] <= BUDGET["quiet_both_ways"]
