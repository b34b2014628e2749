"""Web Push through the library `webpush`: it encrypts and signs, courier.py carries.

Of the library (1.0.6) this must be known: what an object was once told of time and sender stays with it, its
time to live is 0 unless told, and more than 3,993 bytes become a message no browser can read. So each
message has an object of its own that is told all, and a body that is too long is a fault of ours.
Source: RFC 8030 (protocol), RFC 8291 (encryption), RFC 8292 (VAPID).
"""

import asyncio
import base64
import logging
from io import BytesIO
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from webpush import WebPush, WebPushSubscription  # type: ignore[import-untyped]

from backend.adapters.courier import Barred, Courier
from backend.endpoint import may_go
from backend.push import BODY_MAX, Message, Sent, Subscription

SIGNED_S: Final = 12 * 3_600  # how long the signature of one message is good; RFC 8292 allows a day
_log: Final = logging.getLogger(__name__)


class WebPusher:
    """Sends in the name of one key."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, contact: str, courier: Courier) -> None:
        self.key = key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self._private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self._contact, self._courier = contact, courier

    def may_go(self, endpoint: str) -> bool:
        """Tell whether an endpoint may be kept and sent to."""
        return may_go(endpoint, self._courier.hosts)

    async def push(self, to: Subscription, message: Message) -> Sent:
        """Send one message."""
        body, headers = self._sealed(to, message)
        try:
            status, retry_s = await self._courier.post(to.endpoint, headers, body)
        except Barred as fault:
            _log.error("push: not sent, %s", fault)
            return Sent("refused")
        except (OSError, asyncio.IncompleteReadError) as fault:
            _log.info("push: %s", fault)
            return Sent("later")
        return judged(status, retry_s)

    def _sealed(self, to: Subscription, message: Message) -> tuple[bytes, dict[str, str]]:
        assert len(message.body) <= BODY_MAX and message.ttl_s > 0
        keys = {"p256dh": _spelled(to.p256dh), "auth": _spelled(to.auth)}
        whom = WebPushSubscription.model_validate({"endpoint": to.endpoint, "keys": keys})
        fresh = WebPush(
            self._private,
            BytesIO(self._public),
            subscriber=self._contact,
            ttl=message.ttl_s,
            expiration=SIGNED_S,
        )
        made = fresh.get(message.body, whom)
        beside = {
            "topic": message.topic,
            "urgency": "high" if message.urgent else "normal",
            "content-type": "application/octet-stream",
        }
        return made.encrypted, {**{name: str(value) for name, value in made.headers.items()}, **beside}


def judged(status: int, retry_s: int) -> Sent:
    """Say what a push service's answer means for the message and its subscription."""
    if 200 <= status < 300:
        return Sent("sent")
    if status in (404, 410):
        return Sent("dead")
    if status == 429 or status >= 500:
        return Sent("later", retry_s)
    _log.error("push: a push service answered %d", status)  # 401, 403: our key or contact; the phone is well
    return Sent("refused")


def _spelled(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
