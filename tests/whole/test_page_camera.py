"""The camera within the page, for those who chose it: it takes a photo, and lets go of the lens."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.whole.capturing import picture_of
from tests.whole.conftest import Phone, Town
from tests.whole.doing import bar, sign_in
from tests.whole.test_capture import developed

LENS = """
  window.lenses = [];
  navigator.mediaDevices.getUserMedia = async (wishes) => {
    if (window.noLens) throw new DOMException('no lens', 'NotFoundError');
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 480];
    const pen = canvas.getContext('2d');
    const draw = () => {
      pen.fillStyle = '#256'; pen.fillRect(0, 0, 640, 480); pen.fillStyle = '#fb2';
      pen.fillRect(200, 150, 240, 180); requestAnimationFrame(draw) };
    draw();
    const stream = canvas.captureStream(10);
    window.lenses.push({ wishes, stream });
    return stream;
  }"""
LET_GO = """lenses.length > 0 && lenses.every(({ stream }) =>
  stream.getTracks().every((track) => track.readyState === 'ended'))"""
LOOKING = "document.querySelector('video')?.videoWidth === 640"


def choose_page_camera(phone: Phone, town: Town) -> None:
    """Sign in and choose the camera within the page."""
    phone.context.add_init_script(LENS)
    sign_in(phone, town, town.code("fulltime_worker"))
    bar(phone.page, "我的")
    phone.page.get_by_role("button", name="这里面的相机").click()
    bar(phone.page, "上报")


def test_it_takes_the_photo_and_lets_the_lens_go(town: Town, phone: Callable[[str], Phone]) -> None:
    worker = phone("worker")
    choose_page_camera(worker, town)
    worker.page.get_by_role("button", name="拍照上报").click()
    worker.wait_js(LOOKING)
    worker.shot("lens")
    worker.page.get_by_role("button", name="拍照", exact=True).click()
    expect(worker.page.get_by_role("heading", name="上报")).to_be_visible()
    (row,) = developed(worker, 1)["photos"]
    assert picture_of(row["screen"]).size == (640, 480)
    assert row["shot"][0] == 2  # the camera within the page
    worker.wait_js(LET_GO)
    facing = worker.page.evaluate("lenses[0].wishes.video.facingMode.ideal")
    assert facing == "environment"
    assert worker.faults == []


def test_leaving_lets_the_lens_go_and_a_phone_without_one_has_another_way(
    town: Town, phone: Callable[[str], Phone]
) -> None:
    worker = phone("worker")
    choose_page_camera(worker, town)
    worker.page.get_by_role("button", name="拍照上报").click()
    worker.wait_js(LOOKING)
    worker.page.get_by_role("button", name="返回").click()
    worker.wait_js(LET_GO)
    worker.page.evaluate("window.noLens = true")
    worker.page.get_by_role("button", name="拍照上报").click()
    expect(worker.page.get_by_text("打不开")).to_be_visible()
    worker.shot("lens-missing")
    worker.page.get_by_role("button", name="改用手机相机").click()
    with worker.page.expect_file_chooser():
        worker.page.get_by_text("拍照上报").click()
