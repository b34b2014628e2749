"""What the verification of a bundle found, in words for people: Chinese first, then English.

Source of what may be claimed: docs/evidence.md. A photo was received at a time; when it was taken, only its
phone says.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from msgspec import Struct

from backend.evidence import spoken, verify
from sync.bundle import Bundle, Data, Fault, open_bundle
from sync.proof import PhotoProof, Proof, prove

BEIJING: Final = timezone(timedelta(hours=8))
PARTS: Final = {
    "head": ("文件头和签名", "head and signature"),
    "index": ("目录", "index"),
    "log": ("流水", "log"),
    "photos": ("照片清单", "list of photos"),
    "keys": ("手机公钥", "keys of the phones"),
    "links": ("照片链", "chain of photos"),
    "screen": ("照片", "photo"),
    "original": ("原图", "original of photo"),
    "": ("文件末尾之后", "after the end"),
}
WHY: Final = {
    "alien": ("这不是证据包", "this is no evidence bundle"),
    "changed": ("这里的内容被改过", "bytes were changed here"),
    "dropped": ("从这里起少了 {} 字节", "{} bytes are missing from here on"),
    "inserted": ("这里多出 {} 字节", "{} bytes were put in here"),
    "moved": (
        "这里放的是别处的内容，次序被换过",
        "what stands here belongs elsewhere: the order was changed",
    ),
    "cut": ("文件到这里就断了，后面的没有了", "the file ends here, the rest is missing"),
    "added": ("文件末尾多出 {} 字节", "{} bytes were added after the end"),
    "forged": (
        "校验和对得上，但与签名不符：有人有意改过",
        "the sums fit but the signature does not: changed on purpose",
    ),
}
SIGNED: Final = {
    "yes": ("手机签名有效", "signed by the phone"),
    "no": ("手机没有签名", "not signed by the phone"),
    "bad": ("手机签名对不上，收到时就是这样", "the phone's signature does not hold, and did not on arrival"),
    "no_key": (
        "手机的公钥没有登记，签名无法核对",
        "the phone's key is not known, its signature cannot be checked",
    ),
}
RECEIPT: Final = {
    "yes": ("服务器于 {} 收到，有签名", "received by the server at {}, signed"),
    "none": ("服务器没有签收，记的时间是 {}", "not signed by the server, which noted {}"),
    "bad": ("服务器签收的不是这一张", "what the server signed is not this"),
}
FILE: Final = {
    ("screen", "same"): ("照片与签收的一致", "the photo is the one received"),
    ("screen", "other"): ("照片不是签收的那一张", "the photo is not the one received"),
    ("screen", "absent"): ("包里没有这张照片的文件", "the photo's file is not in the bundle"),
    ("original", "same"): ("原图与手机当时算的一致", "the original is the file the phone hashed"),
    ("original", "other"): ("原图不是手机当时的那个文件", "the original is not the file the phone hashed"),
    ("original", "absent"): ("包里没有原图", "the original is not in the bundle"),
    ("original", "none"): ("没有登记原图", "no original was named"),
}
LOG: Final = {
    "fits": ("与流水的次序相符", "it fits the order of the log"),
    "not_shown": ("流水中这一段没有附上", "that stretch of the log is not shown"),
    "other": ("与流水对不上", "it contradicts the log"),
}
NOT_PROVEN: Final = (
    "不能证明：照片是什么时候、在哪里拍的，拍的是不是真事；那只是手机自己说的。",
    "Not proven: when and where a photo was taken, and that what it shows is true; that is the phone's word.",
)
Words = tuple[str, str]


class Verdict(Struct, frozen=True):
    """What came of looking at a file."""

    fault: Fault | None  # the first
    bundle: Bundle | None
    proof: Proof | None

    @property
    def ok(self) -> bool:
        """Whether nothing was changed since it was signed."""
        return self.fault is None


def examine(data: Data) -> Verdict:
    """Look at a file; never raises for what is in it."""
    found = open_bundle(data, verify)
    if isinstance(found, Fault):
        return Verdict(found, None, None)
    proof = prove(found, verify)
    return Verdict(proof.faults[0] if proof.faults else None, found, proof)


def told(verdict: Verdict) -> list[str]:
    """Say it in lines, each in Chinese and then in English."""
    words = [_fault(verdict.fault) if verdict.fault else ("没有被改动。", "Nothing was changed.")]
    odd = to_look_at(verdict.proof) if verdict.ok and verdict.proof else 0
    if odd:
        words.append((f"有 {odd} 处要看一看，写在下面。", f"{odd} things below are worth a look."))
    if verdict.bundle and verdict.proof:
        words += _bundle(verdict.bundle, verdict.proof)
        words += [_photo(each, name) for each in verdict.proof.photos for name in ("screen", "original")]
        words += _chain(verdict.proof)
        words.append(NOT_PROVEN)
    return [*(zh for zh, _ in words), "", *(en for _, en in words)]


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Say it to a program."""
    bundle, proof = verdict.bundle, verdict.proof
    return {
        "ok": verdict.ok,
        "fault": verdict.fault,
        "record": bundle.index.record if bundle else "",
        "town": bundle.index.town if bundle else 0,
        "server": spoken(bundle.key) if bundle else "",
        "exported_ms": bundle.exported_ms if bundle else 0,
        "proof": proof,
    }


def to_look_at(proof: Proof) -> int:
    """Count what is no change since the server signed, and yet odd."""
    strange = [
        each.signed == "bad" or (each.receipt == "yes" and not each.same_server) for each in proof.photos
    ]
    return len(proof.forks) + sum(strange)


def part_words(name: str) -> Words:
    """Name a part of a bundle."""
    sort, _, key = name.partition("/")
    zh, en = PARTS.get(sort, (sort, sort))
    return (f"{zh} {key}", f"{en} {key}") if key else (zh, en)


def _fault(fault: Fault) -> Words:
    zh, en = (each.format(fault.count) for each in WHY[fault.why])
    part = part_words(fault.part)
    if fault.to == fault.at + 1:
        return f"第 {fault.at} 字节（{part[0]}）：{zh}。", f"Byte {fault.at} ({part[1]}): {en}."
    span = f"{fault.at}–{fault.to - 1}"
    return f"第 {span} 字节之间（{part[0]}）：{zh}。", f"Within bytes {span} ({part[1]}): {en}."


def _bundle(bundle: Bundle, proof: Proof) -> list[Words]:
    index, at = bundle.index, _time(bundle.exported_ms)
    key = spoken(bundle.key)
    return [
        (
            f"记录 {index.record}，流水 {proof.entries} 条，照片 {len(proof.photos)} 张，{at} 导出。",
            f"Record {index.record}: {proof.entries} entries, {len(proof.photos)} photos, exported at {at}.",
        ),
        (
            f"签名的服务器：{key}。请与镇里公布的一串核对。",
            f"Signed by the server {key}: compare this with what the town has published.",
        ),
    ]


def _photo(photo: PhotoProof, name: str) -> Words:
    if name == "original":
        zh, en = FILE["original", photo.original]
        return f"  {zh}。", f"  {en}."
    received = _time(photo.received_ms)
    words = [
        FILE["screen", photo.screen],
        tuple(each.format(received) for each in RECEIPT[photo.receipt]),
        LOG[photo.log],
        SIGNED[photo.signed],
    ]
    if photo.receipt == "yes" and not photo.same_server:
        words.append(("签收用的是另一把服务器钥匙", "the receipt is by another server key"))
    return (
        f"照片 {photo.key}：" + "；".join(each[0] for each in words) + "。",
        f"Photo {photo.key}: " + "; ".join(each[1] for each in words) + ".",
    )


def _chain(proof: Proof) -> list[Words]:
    gaps = [
        (
            f"手机 {device} 的照片第 {_span(first, last)} 号没有送来。",
            f"Not sent of the photos of phone {device}: {_span(first, last)}.",
        )
        for device, first, last in proof.gaps
    ]
    forks = [
        (
            f"手机 {device} 的第 {n} 张接不上前一张。",
            f"Photo {n} of phone {device} does not follow the one before.",
        )
        for device, n in proof.forks
    ]
    return gaps + forks


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _time(ms: int) -> str:
    if not 0 < ms < 4_102_444_800_000:
        return "?"
    return f"{datetime.fromtimestamp(ms / 1000, UTC).astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
