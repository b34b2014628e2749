"""Where a push may go: hosts of the list over https, addresses of the open network, and nothing near them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.config import Settings
from backend.endpoint import ENDPOINT_MAX, Hosts, is_public, may_go, names, parted

HOSTS = Hosts(names(Settings().push_hosts), ("push.town.example",))

GOOD = [
    "https://fcm.googleapis.com/fcm/send/abc:APA91bH-_x",
    "https://fcm.googleapis.com:443/wp/abc",
    "https://web.push.apple.com/QGuQ_",
    "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAD%2bx%3d",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAA-_",
    "https://push.town.example/a",
]
BAD = [
    "",
    "http://fcm.googleapis.com/a",
    "HTTPS://fcm.googleapis.com/a",
    "https://FCM.googleapis.com/a",
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com:22/a",
    "https://fcm.googleapis.com:0443/a",
    "https://user@fcm.googleapis.com/a",
    "https://fcm.googleapis.com@evil.example/a",
    "https://fcm.googleapis.com\\@evil.example/a",
    "https://evil.example/https://fcm.googleapis.com/a",
    "https://evil.example#fcm.googleapis.com/a",
    "https://fcm.googleapis.com.evil.example/a",
    "https://evilfcm.googleapis.com/a",
    "https://push.apple.com/a",
    "https://.push.apple.com/a",
    "https://evilpush.apple.com/a",
    "https://fcm.googleapis.com./a",
    "https://fcm。googleapis.com/a",
    "https://fcm.googleapis.com/a b",
    "https://fcm.googleapis.com/a\r\nx: y",
    "https://fcm.googleapis.com/a\n",
    "https://fcm.googleapis.com/a#b",
    "https://fcm.googleapis.com/照片",
    "https://127.0.0.1/a",
    "https://2130706433/a",
    "https://0x7f000001/a",
    "https://[::1]/a",
    "https://[::ffff:10.0.0.1]/a",
    "https://169.254.169.254/latest/meta-data/",
    "https://localhost/a",
    "https://sub.push.town.example/a",
    "file:///etc/passwd",
    "https://fcm.googleapis.com/" + "a" * ENDPOINT_MAX,
]


@pytest.mark.parametrize("endpoint", GOOD)
def test_the_push_services_in_use_may_be_sent_to(endpoint):
    assert may_go(endpoint, HOSTS)


@pytest.mark.parametrize("endpoint", BAD)
def test_nothing_else_may(endpoint):
    assert not may_go(endpoint, HOSTS)


@given(st.text(max_size=200))
@example("https://fcm.googleapis.com/\x00")
def test_whatever_may_go_is_https_at_a_listed_host(text):
    for endpoint in (text, "https://" + text, "https://fcm.googleapis.com" + text):
        if may_go(endpoint, HOSTS):
            host, target = parted(endpoint)
            assert (
                HOSTS.allow(host) and endpoint.endswith(target) and target.isascii() and target.isprintable()
            )
            assert endpoint.removeprefix("https://").removesuffix(target) in (host, f"{host}:443")


def test_an_empty_list_lets_nothing_through():
    assert not any(may_go(endpoint, Hosts(())) for endpoint in GOOD)


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 "
    "192.0.2.1 198.18.0.1 ::1 :: fe80::1 fd00::1 ff02::1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 64:ff9b::7f00:1 "
    "64:ff9b::a00:1 2002:7f00:1:: 2001:0:7f00:1:: fe80::1%eth0 localhost 2130706433".split(),
)
def test_an_address_of_special_purpose_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", "8.8.8.8 142.250.1.1 2606:4700::1111 64:ff9b::808:808 ::ffff:8.8.8.8".split()
)
def test_an_address_of_the_open_network_is(address):
    assert is_public(address)
