"""The built app: the smallest form the phone takes, and headers that leave nothing to chance."""

import gzip
import json

import pytest

from backend.http.shell import COMMON, Shell, read_assets

pytestmark = pytest.mark.anyio

PAGE = b"<!doctype html><title>app</title>" + b" " * 500
FILES = {
    "index.html": PAGE,
    "index.html.br": b"brotli bytes",
    "index.html.gz": gzip.compress(PAGE),
    "sw.js": b"self.addEventListener('fetch', () => {})",
    "app.webmanifest": b"{}",
    "icons/icon-192.png": b"\x89PNG",
    "index.html.map": b"secret sources",
    "csp.json": json.dumps({"script": ["'sha256-abc'"], "style": ["'sha256-def'"]}).encode(),
}


@pytest.fixture
def shell(client, tmp_path):
    """The client of a server with a built app."""
    for name, content in FILES.items():
        path = tmp_path / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    client.app.state.shell = Shell(tmp_path / "static")
    return client


async def get(shell, path: str = "/", encoding: str = "", **headers: str):
    return await shell.get(path, headers={"accept-encoding": encoding, **headers})


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("", ""),
        ("deflate", ""),
        ("identity", ""),
    ],
)
async def test_the_app_comes_in_the_smallest_coding_taken(shell, accepted, coding):
    headers = {"accept-encoding": accepted}
    async with shell.stream("GET", "/", headers=headers) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding", "") == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert body == {"br": b"brotli bytes", "gzip": FILES["index.html.gz"], "": PAGE}[coding]
    assert answer.headers["content-length"] == str(len(body))


@pytest.mark.parametrize("path", ["/", "/index.html", "/records", "/records/00000001aaaaaaaa", "/enrol/abc/"])
async def test_a_path_without_a_dot_is_the_app(shell, path):
    answer = await get(shell, path)
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/app.webmanifest", "application/manifest+json"),
        ("/icons/icon-192.png", "image/png"),
    ],
)
async def test_files_have_their_types(shell, path, media_type):
    answer = await get(shell, path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)


@pytest.mark.parametrize(
    "path",
    [
        "/missing.js",
        "/index.html.map",
        "/index.html.br",
        "/csp.json",
        "/a.txt%00.png",
        "/%2e%2e/secret.txt",
        "/..%2f..%2fetc%2fpasswd.txt",
        "/icons/../csp.json",
        "/sw.js/x.js",
        "/.env",
        "/.git/config.txt",
    ],
)
async def test_a_path_with_a_dot_that_is_no_file_is_not_found(shell, path):
    answer = await get(shell, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_page")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/nothing", "/api/exchange/x", "/api/photos", "/api/kinds/x"]
)
async def test_a_path_of_the_api_is_never_the_app(shell, path):
    answer = await get(shell, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_page")


async def test_what_is_known_is_not_sent_again(shell):
    for encoding in ("br", "gzip", ""):
        tag = (await shell.get("/", headers={"accept-encoding": encoding, "if-none-match": '"x"'})).headers[
            "etag"
        ]
        for form in (tag, f"W/{tag}", f'"other", {tag}'):
            answer = await get(shell, "/", encoding, **{"if-none-match": form})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == tag
            assert "content-length" not in answer.headers
    assert (
        len(
            {
                (await shell.head("/", headers={"accept-encoding": each})).headers["etag"]
                for each in ("br", "")
            }
        )
        == 2
    )


async def test_head_tells_all_but_the_body(shell):
    answer = await shell.head("/", headers={"accept-encoding": ""})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(PAGE))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_the_app_can_only_be_read(shell, method):
    answer = await shell.request(method, "/", content=b"x")
    assert (answer.status_code, answer.json()["code"]) == (405, "not_allowed")


async def test_the_headers_leave_nothing_to_chance(shell):
    for path in ("/", "/sw.js", "/records"):
        headers = (await get(shell, path)).headers
        for name, value in COMMON.items():
            assert headers[name] == value, (path, name)
        assert "server" not in headers
        assert "access-control-allow-origin" not in headers
        assert "service-worker-allowed" not in headers
    policy = (await get(shell)).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["script-src"] == "'self' 'sha256-abc'"
    assert rules["style-src"] == "'self' 'sha256-def'"
    assert rules["default-src"] == "'self'"
    for closed in ("object-src", "base-uri", "form-action", "frame-ancestors"):
        assert rules[closed] == "'none'"
    assert "unsafe-eval" not in policy


async def test_a_foreign_origin_is_let_in_nowhere(shell):
    for path in ("/", "/api/kinds", "/api/health"):
        answer = await get(shell, path, origin="https://evil.example")
        assert "access-control-allow-origin" not in answer.headers


async def test_a_server_without_a_built_app_says_so(client, tmp_path):
    client.app.state.shell = Shell(tmp_path / "nothing")
    assert (await client.get("/")).json()["code"] == "no_such_page"
    assert read_assets(tmp_path / "nothing") == {}


async def test_the_verifiers_page_is_no_screen_of_the_app_and_brings_its_own_policy(shell, tmp_path):
    policy = "default-src 'none'; script-src 'sha256-xyz='; img-src blob:"
    page = f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{policy}"><title>v</title>'
    (tmp_path / "static" / "verify.html").write_text(page)
    shell.app.state.shell = Shell(tmp_path / "static")
    for path in ("/verify", "/verify/", "/verify.html"):
        answer = await get(shell, path)
        assert (answer.status_code, answer.text) == (200, page)
        assert answer.headers["content-security-policy"] == f"{policy}; frame-ancestors 'none'"
    assert (await get(shell, "/verifying")).content == PAGE
    assert "sha256-abc" in (await get(shell, "/")).headers["content-security-policy"]
