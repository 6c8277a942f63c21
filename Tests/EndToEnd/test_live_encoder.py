"""The encoder made for live video, as a browser and libwebp see it."""

import io

import pytest
from PIL import Image

from browser_pixels import decoded_by_browser
from harness.processes import MEDIA
from harness.waiting import wait_until

pytest_plugins = ["page_fixtures"]

CLIP = MEDIA / "vtest-720p.h264.mp4"


@pytest.mark.parametrize("options", [[], ["--width", "321"], ["--width", "50"], ["--quality", "20"], ["--quality", "100"]])
def test_chromium_decodes_what_libwebp_decodes(broker, publisher, page_browser, options):
    publisher(str(CLIP), options=["--encoder", "live", "--loop", *options])
    files: set[bytes] = set()

    def another() -> bool:
        answer = broker.http.get("/snapshot/stream1")
        if answer.status_code == 200:
            files.add(answer.content)
        return len(files) >= 5

    wait_until(another, "five different pictures", timeout=20)
    page = page_browser.new_page()
    for file in files:
        expected = Image.open(io.BytesIO(file)).convert("RGBA")
        shown = decoded_by_browser(page, file)
        assert shown.size == expected.size
        assert shown.tobytes() == expected.tobytes()
    page.close()


@pytest.mark.parametrize("encoder", ["auto", "live", "libwebp"])
def test_the_encoder_is_a_setting(broker, publisher, encoder):
    publisher(str(CLIP), env={"ENCODER": encoder})
    wait_until(lambda: broker.http.get("/snapshot/stream1").status_code == 200, "a picture")


def test_an_unknown_encoder_is_refused_with_the_names_that_are_known(broker, publisher):
    process = publisher(str(CLIP), options=["--encoder", "fastest"])
    wait_until(lambda: not process.is_running, "the publisher to end")
    assert "auto, live, libwebp" in process.log
