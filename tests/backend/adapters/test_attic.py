"""One contract for both attics, and for how blobs come there."""

import hashlib

import pytest

from backend.adapters.attic import DiskAttic, MemoryAttic
from backend.adapters.disk import DiskBlobs
from backend.adapters.memory import MemoryBlobs
from backend.ports import Attic, Blobs

pytestmark = pytest.mark.anyio
BODY = b"a photo"
NAME = hashlib.sha256(BODY).hexdigest()
START = NAME[:32]


@pytest.fixture(params=["memory", "disk"])
def pair(request, tmp_path) -> tuple[Blobs, Attic]:
    if request.param == "memory":
        blobs = MemoryBlobs()
        return blobs, MemoryAttic(blobs)
    return DiskBlobs(tmp_path / "photos"), DiskAttic(tmp_path)


async def test_what_is_buried_is_found_by_how_its_name_begins(pair):
    blobs, attic = pair
    assert await attic.find(START) is None
    await blobs.put(NAME, BODY)
    assert await attic.find(START) == BODY, "where it lay all the time"
    assert await blobs.bury(NAME, blobs.claims())
    assert await blobs.get(NAME) is None
    assert await attic.find(START) == BODY
    assert await attic.trash() == [NAME]
    assert not await blobs.bury(NAME, blobs.claims()), "it is not there any more"


async def test_only_bytes_that_are_what_their_name_says_are_found(pair):
    blobs, attic = pair
    await blobs.put(NAME, b"a phot0")
    await blobs.put(f"{NAME}.thumb", BODY[::-1])
    assert await attic.find(START) is None
    await blobs.bury(NAME, blobs.claims())
    assert await attic.find(START) is None
    await blobs.put(NAME, BODY)
    assert await attic.find(START) == BODY, "though the trash has a bad one"


async def test_what_is_burnt_is_gone(pair):
    blobs, attic = pair
    await blobs.put(NAME, BODY)
    await blobs.bury(NAME, blobs.claims())
    await attic.burn(NAME)
    await attic.burn(NAME)
    assert await attic.trash() == []
    assert await attic.find(START) is None


async def test_names_are_listed_by_their_first_two_characters(pair):
    blobs, _ = pair
    for name in ("abcd", "abce.thumb", "accd"):
        await blobs.put(name, b"x")
    assert await blobs.listed("ab") == ["abcd", "abce.thumb"]
    assert await blobs.listed("ff") == []


async def test_a_hash_is_of_what_lies_there_now(pair):
    blobs, _ = pair
    assert await blobs.hash(NAME) == ""
    await blobs.put(NAME, BODY)
    assert await blobs.hash(NAME) == NAME


async def test_a_claimed_name_is_not_buried_nor_one_looked_at_before_a_claim(pair):
    blobs, _ = pair
    await blobs.put(f"{NAME}.thumb", BODY)
    with blobs.claim(NAME), blobs.claim(NAME):
        assert not await blobs.bury(f"{NAME}.thumb", blobs.claims())
    before = blobs.claims()
    with blobs.claim("another"):
        pass
    assert not await blobs.bury(f"{NAME}.thumb", before)
    assert await blobs.bury(f"{NAME}.thumb", blobs.claims())


async def test_notes_are_kept_and_what_a_check_told_is_told_once(pair, tmp_path):
    _, attic = pair
    assert (await attic.recall(), await attic.told()) == (b"", b"")
    await attic.note(b"one")
    await attic.note(b"two")
    assert await attic.recall() == b"two"
    (tmp_path / "amiss.json").write_bytes(b"[]")
    attic.amiss = b"[]"
    assert (await attic.told(), await attic.told()) == (b"[]", b"")


async def test_what_restores_put_aside_is_found_the_newest_first(tmp_path):
    attic = DiskAttic(tmp_path)
    for folder in ("before-1/photos", "before-2/photos/trash"):
        path = tmp_path / folder / NAME[:2] / NAME
        path.parent.mkdir(parents=True)
        path.write_bytes(BODY)
        assert await attic.find(START) == BODY
        path.unlink()
    assert await attic.find(START) is None
