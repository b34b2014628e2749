"""Causes: each on its own side of its limit, and none of a phone that is well."""

import pytest
from msgspec.structs import replace

from backend.causes import (
    BEHIND_MS_MAX,
    CODES,
    DAY_MS,
    HOUR_MS,
    OFFSET_MS_MAX,
    RULES,
    Loss,
    Phone,
    Report,
    causes,
    working_ms,
)

SHANGHAI = 8 * HOUR_MS
MONDAY = 20_409 * DAY_MS - SHANGHAI  # 17 November 2025, midnight there
NOW = MONDAY + 3 * DAY_MS + 12 * HOUR_MS  # Thursday noon
WELL = Report(
    version="1", kinds="k", top=9, incarnation="aaaaaaaa", quota_mb=10_000, used_mb=100, geo="granted"
)
PHONE = Phone(WELL, NOW - HOUR_MS)


def told(report: Report | None = None, now_ms: int = NOW, **known: int | bool) -> list[tuple[str, int]]:
    return causes(replace(PHONE, report=report or WELL, **known), now_ms)


def of(**said) -> Report:
    return replace(WELL, **said)


def test_a_phone_that_is_well_has_no_cause():
    assert told() == []
    assert causes(Phone(Report(), NOW), NOW) == [], "nor one that said nothing"


@pytest.mark.parametrize(
    ("report", "known", "cause"),
    [
        (of(waiting=2), {"lacking": 5}, ("missing", 3)),
        (of(lost=[Loss(3), Loss(4)]), {}, ("store_damaged", 7)),
        (of(lost=[Loss(0)]), {}, ("store_damaged", 0)),
        (of(waiting=1, oldest_ms=NOW - 3 * HOUR_MS), {"lacking": 1}, ("stuck", 2 * HOUR_MS)),
        (of(quota_mb=1_000, used_mb=801), {}, ("storage_low", 199)),
        (of(quota_mb=10_000, used_mb=9_001), {}, ("storage_low", 999)),
        (of(quota_mb=100, used_mb=120), {}, ("storage_low", 0)),
        (of(persisted=False), {}, ("storage_not_kept", 0)),
        (of(offset_ms=OFFSET_MS_MAX + 1), {}, ("clock_off", OFFSET_MS_MAX + 1)),
        (of(offset_ms=-OFFSET_MS_MAX - 1), {}, ("clock_off", -OFFSET_MS_MAX - 1)),
        (of(), {"behind_ms": NOW - BEHIND_MS_MAX - 1}, ("old_version", BEHIND_MS_MAX + 1)),
        (of(geo="denied"), {}, ("no_place", 0)),
    ],
)
def test_a_cause_is_told_with_its_figure(report, known, cause):
    assert told(report, **known) == [cause]


@pytest.mark.parametrize(
    ("report", "known"),
    [
        (of(waiting=5), {"lacking": 5}),
        (of(waiting=9), {"lacking": 5}),
        (of(top=0), {"lacking": 5}),
        (of(waiting=1, oldest_ms=NOW - 2 * HOUR_MS), {"lacking": 1}),
        (of(waiting=1, oldest_ms=NOW - 9 * HOUR_MS), {"lacking": 0}),
        (of(waiting=0, oldest_ms=NOW - 9 * HOUR_MS), {}),
        (of(waiting=1), {"lacking": 1}),
        (of(quota_mb=1_000, used_mb=800), {}),
        (of(quota_mb=10_000, used_mb=9_000), {}),
        (of(quota_mb=0, used_mb=5_000), {}),
        (of(offset_ms=OFFSET_MS_MAX), {}),
        (of(offset_ms=-OFFSET_MS_MAX), {}),
        (of(), {"behind_ms": NOW - BEHIND_MS_MAX}),
        (of(geo="prompt"), {}),
        (of(geo=""), {}),
    ],
)
def test_on_this_side_of_the_limit_there_is_no_cause(report, known):
    assert told(report, **known) == []


@pytest.mark.parametrize(
    ("now_ms", "heard_ms", "silent"),
    [
        (NOW, NOW - DAY_MS, False),
        (NOW, NOW - DAY_MS - 1, True),
        (MONDAY + 9 * HOUR_MS, MONDAY - 54 * HOUR_MS, False),  # Friday 18:00 to Monday 9:00
        (MONDAY + 18 * HOUR_MS, MONDAY - 54 * HOUR_MS, False),  # to Monday 18:00: 24 working hours, 72 in all
        (MONDAY + 18 * HOUR_MS + 1, MONDAY - 54 * HOUR_MS, True),
        (MONDAY - 1, MONDAY - 48 * HOUR_MS, False),  # a weekend
        (MONDAY - 2, MONDAY - 72 * HOUR_MS - 1, True),
        (MONDAY, 0, True),
    ],
)
def test_silence_counts_by_working_days_and_in_the_end_by_any(now_ms, heard_ms, silent):
    assert told(now_ms=now_ms, heard_ms=heard_ms) == ([("not_heard", now_ms - heard_ms)] if silent else [])


def test_a_phone_that_is_signed_out_is_not_expected_to_speak():
    assert told(heard_ms=0, revoked=True) == []


def test_working_time_is_that_of_monday_to_friday_in_shanghai():
    assert working_ms(MONDAY, MONDAY + 7 * DAY_MS) == 5 * DAY_MS
    assert working_ms(MONDAY - 1, MONDAY) == 0
    assert working_ms(MONDAY, MONDAY + 1) == 1
    assert working_ms(MONDAY + 5 * DAY_MS - 1, MONDAY + 5 * DAY_MS + 1) == 1
    assert working_ms(NOW, NOW) == working_ms(NOW, NOW - 1) == 0


def test_every_code_has_a_rule_and_the_gravest_comes_first():
    assert tuple(RULES) == CODES
    report = of(lost=[Loss(1)], geo="denied", persisted=False)
    assert [code for code, _ in told(report, heard_ms=0)] == [
        "store_damaged", "not_heard", "storage_not_kept", "no_place",
    ]  # fmt: skip


def test_photos_that_are_overdue_are_told_with_the_age_of_the_oldest():
    assert ("photos_late", DAY_MS) in causes(Phone(Report(), NOW, overdue_ms=NOW - DAY_MS), NOW)
    assert causes(Phone(Report(), NOW), NOW) == []
