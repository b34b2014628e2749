"""Problem documents: every way a whole request can be refused, once, with words for people.

Refusals of single ops are not here: they are verdicts (sync/op.py), and never stop the ops beside them.
Source: RFC 9457. The codes are the API and are never renamed.
"""

from typing import Final, Literal, get_args

from msgspec import Struct

Code = Literal[
    "malformed",
    "too_large",
    "too_many_ops",
    "too_slow",
    "wrong_version",
    "wrong_encoding",
    "kinds_changed",
    "signed_out",
    "code_unknown",
    "code_used",
    "too_many_tries",
    "not_found",
    "not_an_image",
    "hash_mismatch",
    "storage_full",
    "busy",
    "no_such_page",
    "not_allowed",
    "tus_version",
    "wrong_type",
    "wrong_offset",
    "wrong_checksum",
    "locked",
    "too_many_uploads",
    "push_elsewhere",
]
CODES: Final[tuple[str, ...]] = get_args(Code)


class Problem(Struct, frozen=True):
    """HTTP status and the words, Chinese first."""

    status: int
    zh: str
    en: str


PROBLEMS: Final[dict[Code, Problem]] = {
    "malformed": Problem(400, "手机发来的内容看不懂，已留在手机上", "The request cannot be read"),
    "too_large": Problem(413, "一次发得太多，会分开再发", "Too much at once"),
    "too_many_ops": Problem(413, "一次发得太多，会分开再发", "Too many entries at once"),
    "too_slow": Problem(408, "网太慢，没传完，会自动再传", "The request did not arrive in time"),
    "wrong_version": Problem(426, "这个版本太旧，请更新", "This version is no longer spoken"),
    "wrong_encoding": Problem(415, "压缩方式不认识", "Content encoding not understood"),
    "kinds_changed": Problem(409, "表格更新了，会自动取新的再发", "The record kinds have changed"),
    "signed_out": Problem(401, "这部手机还没登录，记录都还在", "This device is not signed in"),
    "code_unknown": Problem(404, "登录码不对，看看有没有抄错", "No such code"),
    "code_used": Problem(410, "登录码用过了或过期了，请找书记再要一个", "Code used or expired"),
    "too_many_tries": Problem(429, "试得太多了，过几分钟再试", "Too many tries"),
    "not_found": Problem(404, "没有这一项", "Not found"),
    "not_an_image": Problem(415, "这不是能看的照片", "Not an accepted image"),
    "hash_mismatch": Problem(422, "照片传坏了，会自动再传", "The bytes do not match their hash"),
    "storage_full": Problem(507, "服务器满了，照片先留在手机上", "The server's storage is full"),
    "busy": Problem(503, "服务器忙，稍后自动再发", "Busy, try again later"),
    "no_such_page": Problem(404, "没有这个地址", "No such page"),
    "not_allowed": Problem(405, "不能这样用这个地址", "Method not allowed"),
    "tus_version": Problem(412, "上传的版本不认识，请更新", "This version of tus is not spoken"),
    "wrong_type": Problem(415, "这不是上传的一段", "Not a piece of an upload"),
    "wrong_offset": Problem(409, "接的地方不对，会从对的地方接着传", "The upload stands elsewhere"),
    "wrong_checksum": Problem(460, "这一段传坏了，会再传一次", "The piece does not match its checksum"),
    "locked": Problem(423, "这一项正忙，马上接着传", "Busy at the moment, ask again where it stands"),
    "too_many_uploads": Problem(429, "没传完的太多了，先传完再来", "Too many unfinished uploads"),
    "push_elsewhere": Problem(422, "这个通知服务不在允许的名单里", "This push service is not on the list"),
}


class Refused(Exception):
    """Ends one request with a problem document; raised in handlers and mapped once, in app.py."""

    def __init__(self, code: Code, detail: str = "", retry_s: int = 0) -> None:
        super().__init__(code)
        self.code: Code = code
        self.detail = detail
        self.retry_s = retry_s


def document(code: Code, language: str, detail: str = "") -> dict[str, str | int]:
    """Write the problem document of a code in the person's language."""
    problem = PROBLEMS[code]
    english = language.lower().startswith("en")
    body: dict[str, str | int] = {
        "type": f"/docs/problems#{code}",
        "title": problem.en if english else problem.zh,
        "status": problem.status,
        "code": code,
    }
    return {**body, "detail": detail} if detail else body
