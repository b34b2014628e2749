"""The PWA: one HTML file, the screens apart, its worker and icons; precompressed, from memory."""

import hashlib
import json
import mimetypes
import re
from pathlib import Path
from typing import Final

from litestar import Response, route
from msgspec import Struct

from backend.http.context import AnyRequest
from backend.problems import Refused

ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
TYPES: Final = {".webmanifest": "application/manifest+json", ".js": "text/javascript"}
VERIFIER: Final = "/verify"  # the one page beside the app
STATED: Final = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]+)"')
COMMON: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(self), microphone=(self)",
    "cache-control": "no-cache",
    "vary": "accept-encoding",
}


class Asset(Struct, frozen=True):
    """One built file in all its codings."""

    media_type: str
    tag: str
    bodies: dict[str, bytes]  # by content coding, "" is plain
    policy: str = ""  # the Content-Security-Policy that a page brings with it


def read_assets(root: Path) -> dict[str, Asset]:
    """Read the built PWA into memory: a few hundred KB; empty if it was not built."""
    assets = {}
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        if not path.is_file() or path.suffix in (".br", ".gz", ".map") or path.name == "csp.json":
            continue
        plain = path.read_bytes()
        twins = ((coding, path.with_name(path.name + suffix)) for coding, suffix in ENCODINGS)
        bodies = {"": plain, **{coding: twin.read_bytes() for coding, twin in twins if twin.is_file()}}
        guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        tag = hashlib.sha256(plain).hexdigest()[:16]
        name = "/" + path.relative_to(root).as_posix()
        assets[name] = Asset(TYPES.get(path.suffix, guessed), tag, bodies, own_policy(plain))
    return assets


def own_policy(page: bytes) -> str:
    """Give the policy a page states in itself, as a header, where it may say one thing more."""
    found = STATED.search(page)
    return f"{found[1].decode()}; frame-ancestors 'none'" if found else ""


def read_policy(root: Path) -> str:
    """Write the Content-Security-Policy with the hashes of what is inlined, as the build noted them."""
    noted = json.loads((root / "csp.json").read_text()) if (root / "csp.json").is_file() else {}
    script = " ".join(["'self'", *noted.get("script", [])])
    style = " ".join(["'self'", *noted.get("style", [])])
    return (
        f"default-src 'self'; script-src {script}; style-src {style}; style-src-attr 'unsafe-inline'; "
        "img-src 'self' blob: data:; media-src blob:; connect-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class Shell:
    """The built files, ready to serve."""

    def __init__(self, root: Path) -> None:
        self.assets = read_assets(root)
        self.policy = read_policy(root)

    def find(self, path: str) -> Asset | None:
        """Find the file a path means; a path without a dot is the app itself, which routes on its own."""
        if path in self.assets:
            return self.assets[path]
        if path == VERIFIER:
            return self.assets.get(f"{path}.html")
        return None if "." in path.rsplit("/", 1)[-1] else self.assets.get("/index.html")

    def answer(self, asset: Asset, request: AnyRequest) -> tuple[int, dict[str, str], bytes]:
        """Give status, headers and body in the best coding the phone takes."""
        accepted = request.headers.get("accept-encoding", "")
        coding = next(
            (coding for coding, _ in ENCODINGS if coding in accepted and coding in asset.bodies), ""
        )
        tag = f'"{asset.tag}{coding}"'
        headers = {**COMMON, "etag": tag, "content-security-policy": asset.policy or self.policy}
        if tag in request.headers.get("if-none-match", ""):  # maybe one of a list, or weak after a proxy
            return 304, headers, b""
        return 200, headers | ({"content-encoding": coding} if coding else {}), asset.bodies[coding]


# No mount: one at the root takes every path that has a parameter, photos among them (Litestar 2.25).
@route(["/", "/{rest:path}"], http_method=["GET", "HEAD"])
async def give_shell(request: AnyRequest) -> Response[bytes]:
    """Give the app or one of its files."""
    shell: Shell = request.app.state.shell
    asset = shell.find(f"/{request.scope['path'].strip('/')}")
    if asset is None:
        raise Refused("no_such_page")
    status, headers, body = shell.answer(asset, request)
    return Response(body, status_code=status, headers=headers, media_type=asset.media_type)
