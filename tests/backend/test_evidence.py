"""The notary: its key, what it signs, and what it makes of seals."""

import hashlib
import multiprocessing

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from backend.adapters.memory import MemoryLanes
from backend.evidence import FILE, KeyDamaged, enlist, is_bad, is_key, linked, read_notary, spoken, verify
from sync.evidence import is_low, link_hash, read_receipt, receipt_bytes
from tests.backend.kept import DEVICE
from tests.backend.sealing import Camera, notary_of, received, row_of
from tests.backend.town import NOW, TOWN

pytestmark = pytest.mark.anyio

BODY = b"the photo"
WHO = bytes.fromhex(DEVICE)


def test_the_key_is_made_once_and_stays(tmp_path):
    first = read_notary(tmp_path)
    assert read_notary(tmp_path).public == first.public
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_of_many_that_make_the_key_at_once_one_wins(tmp_path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        keys = pool.map(read_public, [tmp_path] * 8)
    assert len(set(keys)) == 1


def read_public(root):
    return read_notary(root).public


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_key_that_cannot_be_read_is_not_replaced(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(KeyDamaged):
        read_notary(tmp_path)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_key_of_another_curve_is_refused(tmp_path):
    other = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / FILE).write_bytes(other)
    with pytest.raises(KeyDamaged):
        read_notary(tmp_path)


def test_signatures_are_the_smaller_of_two_and_hold_for_their_message_alone():
    notary = notary_of(3)
    for n in range(30):
        signature = notary.sign(b"%d" % n)
        assert is_low(signature) and len(signature) == 64
        assert verify(notary.public, b"%d" % n, signature)
        assert not verify(notary.public, b"x", signature)
        assert not verify(notary_of(4).public, b"%d" % n, signature)


@pytest.mark.parametrize("key", [b"", b"\4" + bytes(64), b"\4" * 65, b"\2" + bytes(32)])
def test_what_is_no_point_is_no_key_and_verifies_nothing(key):
    assert not is_key(key)
    assert not verify(key, b"message", bytes(64))


def test_a_fingerprint_is_read_in_groups():
    assert spoken(b"key") == "2c70 e12b 7a06 46f9 2279 f427 c7b3 8e73"


async def test_a_receipt_says_what_was_received_when_and_where_in_the_log():
    lanes, notary = MemoryLanes(), notary_of(3)
    shot = Camera().take(BODY, b"original")
    await lanes.write(TOWN, lambda lane: received(lane, notary, BODY, shot))
    row = (await lanes.read(TOWN, lambda lane: lane.album.chained(WHO)))[0]
    receipt = read_receipt(row.seal)
    assert receipt.key == notary.public
    screen, hashed = hashlib.sha256(BODY).digest(), link_hash(linked(row)[0])
    said = receipt_bytes(TOWN, NOW + 5_000, receipt, screen, hashed)
    assert verify(notary.public, said, receipt.signature)
    for other in (
        receipt_bytes(TOWN + 1, NOW + 5_000, receipt, screen, hashed),
        receipt_bytes(TOWN, NOW + 5_001, receipt, screen, hashed),
        receipt_bytes(TOWN, NOW + 5_000, replace(receipt, at=receipt.at + 1), screen, hashed),
        receipt_bytes(TOWN, NOW + 5_000, receipt, hashed, hashed),
    ):
        assert not verify(notary.public, other, receipt.signature)


async def told(shot, *keys):
    """Receive a photo, then hear of keys; says whether its seal is bad, and whether it is looked at again."""
    lanes, notary = MemoryLanes(), notary_of(3)

    def work(lane):
        received(lane, notary, BODY, shot)
        key = row_of(BODY, shot).key
        lane.album.put(replace(lane.album.rows([key])[key], developed_ms=NOW))
        kept = [enlist(lane, WHO, each, NOW) for each in keys]
        row = lane.album.rows([key])[key]
        return is_bad(lane, row), row.developed_ms == 0, kept

    return await lanes.write(TOWN, work)


async def test_a_good_seal_is_nothing_to_look_at():
    camera = Camera()
    assert await told(camera.take(BODY), camera.hand.public) == (False, False, [True])


async def test_a_seal_under_another_key_is_looked_at_even_if_the_key_comes_later():
    assert await told(Camera().take(BODY), notary_of(9).public) == (True, True, [True])


async def test_the_second_key_of_a_device_changes_nothing():
    camera = Camera()
    shot = camera.take(BODY)
    assert await told(shot, camera.hand.public, notary_of(9).public) == (False, False, [True, False])


async def test_a_seal_whose_key_nobody_told_is_not_called_bad():
    assert await told(Camera().take(BODY)) == (False, False, [])


async def test_a_seal_of_another_photo_is_bad():
    camera = Camera()
    assert (await told(camera.take(b"another photo"), camera.hand.public))[0]


async def test_a_link_without_a_seal_is_bad_and_no_link_is_not():
    shot = Camera().take(BODY)
    assert (await told(replace(shot, seal="AAAA")))[0]
    assert not (await told(replace(shot, link=0, seal="")))[0]
    assert not (await told(None))[0]
