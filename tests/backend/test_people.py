"""Enrolment, tokens and the directory, without HTTP."""

import pytest

from backend.adapters.memory import MemoryPeople
from backend.people import (
    ADDRESSES_MAX,
    ALPHABET,
    CODE_LENGTH,
    LATE_MS,
    NEW_MS,
    TRIES_MAX,
    WINDOW_MS,
    Brake,
    common,
    directory,
    enrol,
    hashed,
    new_code,
    plain_code,
    signed_in,
)  # fmt: skip
from backend.ports import Person
from backend.problems import Refused
from sync.deadline import Calendar
from sync.permit import Grant
from tests.backend.town import (
    HOUR_MS,
    LEADER,
    NORTH,
    NORTH_ONE,
    NORTH_TWO,
    NOW,
    OFFICER,
    PEOPLE,
    RIDER,
    SECRETARY,
    TOWN,
    UNITS,
    WORKER,
    settle_in,
)  # fmt: skip

pytestmark = pytest.mark.anyio


@pytest.fixture
async def people() -> MemoryPeople:
    people = MemoryPeople()
    await settle_in(people)
    return people


async def session(people: MemoryPeople, person: int, now_ms: int = NOW):
    token, _ = await enrol(people, await new_code(people, person, now_ms, 24), "phone", now_ms)
    return await signed_in(people, token, now_ms)


async def test_a_code_becomes_a_token_that_is_kept_only_hashed(people):
    code = await new_code(people, WORKER, NOW, 24)
    token, device = await enrol(people, code, "a phone", NOW)
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(ALPHABET)
    assert len(token) >= 22, "128 bits"
    kept = repr(vars(people))
    assert token not in kept
    assert code not in kept
    signed = await signed_in(people, token, NOW)
    assert (signed.person.id, signed.device) == (WORKER, device)
    assert signed.actor("0123abcd").device == f"{device.number:08x}0123abcd"


async def test_no_two_codes_and_tokens_are_alike(people):
    codes = [await new_code(people, WORKER, NOW, 24) for _ in range(50)]
    tokens = [(await enrol(people, code, "", NOW))[0] for code in codes]
    assert len(set(codes)) == len(set(tokens)) == 50


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0[0]}-{0[1]}{rest}", "{upper}"])
async def test_a_code_may_be_typed_as_it_is_read_aloud(people, typed):
    code = await new_code(people, WORKER, NOW, 24)
    text = typed.format(code, rest=code[2:], upper=code.upper())
    assert plain_code(text) == code
    await enrol(people, text, "", NOW)


async def test_codes_are_refused_by_what_is_wrong_with_them(people):
    code = await new_code(people, WORKER, NOW, 2)
    for wrong in ("", "0", "abcdefghjkmn", code + "a", "ｃｏｄｅ"):
        with pytest.raises(Refused, match="code_unknown"):
            await enrol(people, wrong, "", NOW)
    with pytest.raises(Refused, match="code_used"):
        await enrol(people, code, "", NOW + 2 * HOUR_MS)
    fresh = await new_code(people, WORKER, NOW, 2)
    await enrol(people, fresh, "", NOW + 2 * HOUR_MS - 1)
    with pytest.raises(Refused, match="code_used"):
        await enrol(people, fresh, "", NOW)


async def test_a_code_of_somebody_who_left_is_worth_nothing(people):
    code = await new_code(people, 999, NOW, 24)
    with pytest.raises(Refused, match="code_used"):
        await enrol(people, code, "", NOW)


@pytest.mark.parametrize("token", ["", "x", "\0", "令牌", "a" * 10_000])
async def test_a_token_of_nobody_signs_nobody_in(people, token):
    await session(people, WORKER)
    with pytest.raises(Refused, match="signed_out"):
        await signed_in(people, token, NOW)


async def test_a_revoked_token_is_nobodys(people):
    token, device = await enrol(people, await new_code(people, WORKER, NOW, 24), "", NOW)
    await people.revoke(device.number, NOW)
    with pytest.raises(Refused, match="signed_out"):
        await signed_in(people, token, NOW)


async def test_only_grants_that_hold_now_count(people):
    grants = [
        Grant("fulltime_worker", NORTH_ONE, 0, NOW),
        Grant("grid_leader", NORTH_ONE, NOW, NOW + 1),
        Grant("fulltime_worker", NORTH_TWO, NOW + 1),
    ]
    await people.put_person(Person(WORKER, TOWN, "陈素芬", "", grants))
    assert (await session(people, WORKER)).grants == (grants[1],)


async def test_grants_that_ended_lately_are_remembered_apart(people):
    grants = [
        Grant("fulltime_worker", NORTH_ONE, 0, NOW),
        Grant("fulltime_worker", NORTH_TWO, 0, NOW - LATE_MS + 1),
        Grant("grid_leader", NORTH_ONE, 0, NOW - LATE_MS),
        Grant("grid_leader", NORTH_TWO, 0, NOW + 1),
        Grant("parttime_worker", NORTH_ONE, NOW + 1),
        Grant("parttime_worker", NORTH_TWO),
    ]
    await people.put_person(Person(WORKER, TOWN, "陈素芬", "", grants))
    found = await session(people, WORKER)
    assert set(found.once) == set(grants[:2])
    assert set(found.grants) == {grants[3], grants[5]}
    actor = found.actor("0123abcd")
    assert (actor.once, actor.grants) == (found.once, found.grants)


async def test_the_directory_tells_who_one_is_and_whom_to_call(people):
    found = await directory(people, await session(people, WORKER), NOW, Calendar())
    assert found.me == {
        "person": WORKER, "name": "陈素芬", "town": TOWN, "townName": "镇",
        "grants": [{"role": "fulltime_worker", "unit": NORTH_ONE}],
        "helpName": "向网格长", "helpPhone": "19900000003",
    }  # fmt: skip
    assert [unit["id"] for unit in found.units] == [unit.id for unit in UNITS]
    assert found.people == [(person.id, person.name) for person in PEOPLE]
    assert "19900000002" not in repr(found), "colleagues' numbers are not for everyone"


async def test_the_directory_names_whom_one_may_turn_to_and_no_more(people):
    async def staff(person: int) -> dict[str, list[tuple[int, int]]]:
        return (await directory(people, await session(people, person), NOW, Calendar())).staff

    worker, leader = ("fulltime_worker", [(WORKER, NORTH_ONE)]), ("grid_leader", [(LEADER, NORTH_ONE)])
    secretary = ("community_secretary", [(SECRETARY, NORTH)])
    assert await staff(WORKER) == dict([secretary, worker, leader]), "whom one turns to"
    north = [("parttime_worker", [(RIDER, NORTH_TWO)])]
    assert await staff(SECRETARY) == dict(sorted([secretary, worker, leader, *north]))
    everyone = await staff(OFFICER)
    assert sum(map(len, everyone.values())) == len(PEOPLE)
    assert list(everyone) == sorted(everyone)
    assert "1990000" not in repr(everyone)


async def test_who_looks_work_over_hears_who_is_new_for_thirty_days(people):
    grants = [Grant("fulltime_worker", NORTH_ONE, NOW - NEW_MS + 1), Grant("grid_leader", NORTH_TWO, NOW - 1)]
    await people.put_person(Person(WORKER, TOWN, "新人", "", grants))

    async def told(person: int, now_ms: int) -> tuple[list[int] | None, str]:
        found = await directory(people, await session(people, person), now_ms, Calendar())
        return found.me.get("newcomers"), found.version

    new, version = await told(SECRETARY, NOW)
    assert (new, (await told(OFFICER, NOW))[0]) == ([WORKER], [WORKER])
    assert (await told(RIDER, NOW))[0] is None
    later = await told(SECRETARY, NOW + 1)
    assert later[0] == []
    assert later[1] != version
    shared = await common(people, TOWN, Calendar())
    assert NOW + 1 in shared.turns, "directories kept in memory are looked at anew then"


async def test_a_post_that_has_ended_is_nobody_to_turn_to(people):
    await people.put_person(Person(LEADER, TOWN, "向", "", [Grant("grid_leader", NORTH_ONE, 0, NOW)]))
    worker = await session(people, WORKER)
    before = await directory(people, worker, NOW - 1, Calendar())
    after = await directory(people, worker, NOW, Calendar())
    assert ("grid_leader" in before.staff, "grid_leader" in after.staff) == (True, False)
    assert before.version != after.version


@pytest.mark.parametrize("person", [RIDER, SECRETARY, OFFICER, LEADER])
async def test_nobody_is_ones_own_helper_nor_somebody_of_another_branch(people, person):
    found = await directory(people, await session(people, person), NOW, Calendar())
    assert found.me["helpName"] == ""


async def test_the_version_of_a_directory_changes_with_what_it_says(people):
    worker = await session(people, WORKER)
    first = await directory(people, worker, NOW, Calendar())
    assert (await directory(people, worker, NOW + 1, Calendar())).version == first.version
    await people.put_person(Person(77, TOWN, "新人"))
    assert (await directory(people, worker, NOW, Calendar())).version != first.version


def test_ten_wrong_tries_are_let_through_and_the_next_is_not():
    brake = Brake()
    for _ in range(TRIES_MAX):
        brake.take("a", NOW)
    with pytest.raises(Refused, match="too_many_tries") as refused:
        brake.take("a", NOW + WINDOW_MS - 1)
    assert refused.value.retry_s == WINDOW_MS // 1000
    brake.take("b", NOW)
    brake.take("a", NOW + WINDOW_MS)


def test_a_right_try_does_not_count():
    brake = Brake()
    for _ in range(3 * TRIES_MAX):
        brake.take("a", NOW)
        brake.give_back("a")


def test_the_brake_forgets_addresses_that_gave_up():
    brake = Brake()
    for number in range(3 * ADDRESSES_MAX):
        brake.take(str(number), NOW + number * WINDOW_MS // 100)
    assert len(brake._wrong) <= ADDRESSES_MAX


def test_secrets_are_kept_as_sha256():
    assert hashed("abc").hex().startswith("ba7816bf")
