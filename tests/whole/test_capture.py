"""What the phone makes of a photo, in a real browser: upright, small, hashed, and off the page's thread."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.whole.capturing import kept, picture_of, scene, stands, taken
from tests.whole.conftest import Phone, Town
from tests.whole.doing import sign_in
from tests.whole.reading import SMALL, WIDE, faults

EDGE: Final = 1600  # px
SCREEN_BYTES_MAX: Final = 180_000
PREVIEW_BYTES_MAX: Final = 4_096
UPRIGHT: Final = (900, 1200)  # a portrait
DEVELOP: Final = """async ([spelled, type, wanted]) => {
  const bytes = Uint8Array.from(atob(spelled), (letter) => letter.charCodeAt(0));
  const worker = new Worker('/darkroom.js');
  const made = await new Promise((ok, no) => {
    worker.onmessage = ({ data }) => ok(data); worker.onerror = no;
    worker.postMessage([new Blob([bytes], { type }), wanted]) });
  worker.terminate();
  if (!made) return null;
  const of = async (blob) => btoa(Array.from(new Uint8Array(await blob.arrayBuffer()),
    (byte) => String.fromCharCode(byte)).join(''));
  const { screen, original, ...rest } = made.developed;
  return { ...rest, type: made.type, screen: await of(screen), kept: original?.size ?? 0 } }"""
WITHOUT_A_WORKER: Final = "delete window.ImageDecoder; delete window.OffscreenCanvas"


def develop(phone: Phone, file: Path, kind: str = "image/jpeg", wanted: str = "image/webp") -> Any:
    """Have the phone's own worker develop a file."""
    spelled = base64.b64encode(file.read_bytes()).decode()
    return phone.page.evaluate(DEVELOP, [spelled, kind, wanted])


def hash_of(body: bytes) -> str:
    """Spell the SHA-256 of bytes in base64."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def choose(phone: Phone, *files: Path) -> None:
    """Choose photos from the album, on the home screen."""
    with phone.page.expect_file_chooser() as chooser:
        phone.page.get_by_text("从相册选").click()
    chooser.value.set_files(list(files))


def developed(phone: Phone, photos: int) -> Any:
    """Wait until so many photos of the draft are developed."""
    for _ in range(200):
        rows = kept(phone)
        ready = [row for row in rows["photos"] if not row["id"].startswith("raw-")]
        if len(ready) == photos == len(rows["photos"]):
            return rows
        phone.page.wait_for_timeout(100)
    raise AssertionError("not developed in time")


def test_a_photo_stands_upright_whichever_way_the_phone_was_held(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    each = phone("any")
    each.page.goto(town.url)
    for turn in range(1, 9):
        made = develop(each, taken(tmp_path, turn, UPRIGHT))
        screen, preview = picture_of(made["screen"]), picture_of(made["preview"])
        assert screen.size == UPRIGHT, turn
        assert stands(screen), turn
        assert stands(preview), turn
        assert preview.height > preview.width, turn


def test_a_photo_comes_out_small_named_and_without_what_the_camera_wrote_beside_it(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    each = phone("any")
    each.page.goto(town.url)
    file = taken(tmp_path, 6, (3000, 4000))
    made = develop(each, file)
    body = base64.b64decode(made["screen"])
    screen = picture_of(made["screen"])
    assert (screen.format, screen.size, made["type"]) == ("WEBP", (1200, 1600), "image/webp")
    assert screen.getexif() == {}
    assert len(body) <= SCREEN_BYTES_MAX
    assert 0 < len(base64.b64decode(made["preview"])) <= PREVIEW_BYTES_MAX
    assert 15 < len(base64.b64decode(made["thumb"])) < 26
    assert made["sha256"] == hash_of(body)
    key = base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:16]).rstrip(b"=").decode()
    assert made["key"] == key
    assert (made["originalSha256"], made["kept"]) == (hash_of(file.read_bytes()), file.stat().st_size)


def test_a_browser_that_cannot_write_webp_writes_jpeg(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    each = phone("any")
    each.page.goto(town.url)
    made = develop(each, taken(tmp_path, 1), wanted="image/unheard-of")  # it gives a PNG for it
    assert (made["type"], picture_of(made["screen"]).format) == ("image/jpeg", "JPEG")
    assert picture_of(made["preview"]).format == "JPEG"


@pytest.mark.parametrize("kind", ["png", "webp", "gif", "bmp"])
def test_other_pictures_are_read_too_and_what_is_clear_is_white(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path, kind: str
) -> None:
    each = phone("any")
    each.page.goto(town.url)
    file = tmp_path / f"picture.{kind}"
    scene(2000, 500).save(file)
    assert stands(picture_of(develop(each, file, f"image/{kind}")["screen"]))
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    clear = picture_of(develop(each, tmp_path / "clear.png", "image/png")["screen"]).convert("RGB")
    assert min(clear.getpixel((32, 32))) > 250  # type: ignore[type-var,arg-type]


def test_several_from_the_album_are_developed_in_the_page_where_no_worker_can_draw(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    each = phone("worker")
    each.context.add_init_script(WITHOUT_A_WORKER)
    each.context.route("**/darkroom.js", lambda route: route.abort())
    each.context.add_init_script("delete Navigator.prototype.serviceWorker")
    each.page.goto(f"{town.url}/#/enrol/{town.code('fulltime_worker')}")
    each.page.get_by_role("button", name="开始用").click()
    choose(each, *(taken(tmp_path, turn, UPRIGHT, turn) for turn in (6, 8, 5)))
    expect(each.page.get_by_role("heading", name="上报")).to_be_visible()
    rows = developed(each, 3)
    order = [photo["key"] for photo in rows["draft"]["photos"]]
    assert sorted(order) == sorted(row["id"] for row in rows["photos"])
    for row in rows["photos"]:
        assert stands(picture_of(row["screen"]))
        assert row["shot"][0] == 1 if "shot" in row else True  # from the album
    expect(each.page.locator(".shots li")).to_have_count(3)
    each.shot("draft-three")
    assert each.faults == []


def test_no_more_than_three_are_taken_in(town: Town, phone: Callable[[str], Phone], tmp_path: Path) -> None:
    each = phone("worker")
    sign_in(each, town, town.code("fulltime_worker"))
    choose(each, *(taken(tmp_path, 1, (400, 300), seed) for seed in range(5)))
    expect(each.page.locator(".shots li")).to_have_count(3)
    assert len(developed(each, 3)["draft"]["photos"]) == 3
    expect(each.page.get_by_text("从相册选")).to_have_count(0)


def test_what_the_phone_cannot_show_goes_as_it_is_and_what_is_no_photo_is_refused_in_words(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    each = phone("worker")
    sign_in(each, town, town.code("fulltime_worker"))
    heic = tmp_path / "IMG_1.heic"
    heic.write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(range(256)) * 40)
    choose(each, heic)
    expect(each.page.get_by_text("手机打不开，原样发")).to_be_visible()
    each.shot("draft-as-it-is")
    (row,) = developed(each, 1)["photos"]
    assert base64.b64decode(row["screen"]) == heic.read_bytes()
    assert row["sha256"] == hash_of(heic.read_bytes())
    wrong = tmp_path / "note.jpg"
    wrong.write_text("no photo at all")
    with each.page.expect_file_chooser() as chooser:
        each.page.get_by_text("再拍").click()
    chooser.value.set_files(wrong)
    expect(each.page.get_by_role("alert")).to_contain_text("打不开")
    assert len(developed(each, 1)["draft"]["photos"]) == 1


def test_a_draft_with_photos_and_where_they_are_covered_can_be_read_and_reached(
    town: Town, phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    each = phone("worker")
    sign_in(each, town, town.code("fulltime_worker"))
    choose(each, taken(tmp_path, 1), taken(tmp_path, 1, seed=2))
    rows = developed(each, 2)
    wrong: list[str] = []
    for screen in ("draft", f"cover/{rows['photos'][0]['id']}"):
        for width, root in ((360, 20), (320, 20), (360, 40)):
            each.page.set_viewport_size({"width": width, "height": 740})
            each.page.goto(f"{town.url}/#/{screen}")
            each.page.evaluate(f"document.documentElement.style.setProperty('font-size', '{root}px')")
            each.page.wait_for_timeout(300)
            if each.page.evaluate(WIDE) > 0:
                wrong.append(f"{screen} at {width} px, root {root} px scrolls sideways")
            if (width, root) == (360, 20):
                each.page.evaluate("scrollTo(0, 1e6)")  # from under the foot
                wrong += faults(each)
                wrong += [f"too small: {target}" for target in each.page.evaluate(SMALL, 48)]
    assert wrong == []
