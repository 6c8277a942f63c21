"""The source's colours come out in a browser, whatever matrix and range the camera has."""

import collections
import functools

import pytest

from browser_pixels import decoded_by_browser
from color_difference import delta_e_2000, lab
from harness.processes import MEDIA
from harness.waiting import wait_until

pytest_plugins = ["page_fixtures"]

# White, yellow, cyan, green, magenta, red, blue, black, each an eighth of the width.
BARS = [(255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0)]


@functools.cache
def difference(shown: tuple[int, int, int], true: tuple[int, int, int]) -> float:
    return delta_e_2000(lab(shown), lab(true))


@pytest.mark.parametrize("options", [[], ["--encoder", "libwebp"], ["--width", "640"]], ids=["live", "libwebp", "scaled"])
@pytest.mark.parametrize("kind", ["bt601-tv", "bt601-pc", "bt709-tv", "bt709-pc"])
def test_bars_keep_their_colours(broker, publisher, page_browser, figures, kind, options):
    """Over the whole picture, the seams between the bars included, where colour has half the resolution."""
    publisher(str(MEDIA / f"bars-720p.{kind}.h264.mp4"), "bars", ["--loop", *options])
    wait_until(lambda: broker.http.get("/snapshot/bars").status_code == 200, "a picture", timeout=20)
    page = page_browser.new_page()
    image = decoded_by_browser(page, broker.http.get("/snapshot/bars").content).convert("RGB")
    page.close()
    width, height = image.size
    assert (width, height) == ((640, 360) if "--width" in options else (1280, 720))
    total = 0.0
    for number, true in enumerate(BARS):
        bar = image.crop((number * width // 8, 0, (number + 1) * width // 8, height))
        colors = collections.Counter(bar.get_flattened_data())
        total += sum(count * difference(shown, true) for shown, count in colors.items())
    mean = total / (width * height)
    figures[f"colour bars, {kind}{' '.join(['', *options])}: mean CIEDE2000"] = round(mean, 2)
    assert mean <= 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    # From the test data of Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula" (2005), table 1.
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_of_colours_is_the_published_one(one, other, expected):
    assert delta_e_2000(one, other) == pytest.approx(expected, abs=1e-4)
    assert delta_e_2000(other, one) == pytest.approx(expected, abs=1e-4)
