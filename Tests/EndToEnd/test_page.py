"""The page in a real browser, against a broker's stand-in: what it does when things go well, and when they do not."""

import io
import itertools
import re
import subprocess
import threading
import time
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from page_pictures import numbered, scene
from page_standin import StandIn, message

pytest_plugins = ["page_fixtures"]

ROOT = Path(__file__).resolve().parents[2]


class Camera:
    """Sends numbered pictures at a steady rate until it is stopped."""

    def __init__(self, broker: StandIn, fps: float, picture=numbered, first: int = 1) -> None:
        self._broker, self._interval, self._picture = broker, 1 / fps, picture
        self._numbers = itertools.count(first)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.last: int | None = None

    def __enter__(self) -> "Camera":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(10)

    def _run(self) -> None:
        due = time.monotonic()
        for number in self._numbers:
            self._broker.send(message(self._picture(number), number, captured=time.time()))
            self.last = number
            due += self._interval
            if self._stopped.wait(max(0, due - time.monotonic())):
                return


# The normal day


def test_a_moving_picture_is_painted_without_a_complaint(standin, visit):
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    with Camera(standin, 30):
        page.wait_state("live")
        before = page.pixel()
        page.wait_engine("bitmaps.painted.length > 40")
        assert page.pixel() != before
        figures = page.figures
    assert 15 < figures["receivedRate"] < 40
    assert 15 < figures["paintedRate"] < 40
    assert figures["bitsPerSecond"] > 0 and figures["skipped"] == 0
    assert 0 <= figures["ageMedian"] < 1000
    assert (figures["format"], figures["width"], figures["height"]) == ("WebP", 16, 16)
    page.assert_clean()


def test_frames_are_acknowledged_and_the_clock_is_asked(standin, visit):
    standin.clock_error = 90.0
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    page.wait("player.figures.clockOffset !== null")
    with Camera(standin, 20) as film:
        standin.wait(lambda: len(standin.acknowledged()) == 20, "20 acknowledgements")
    # Each, and at once: the broker learns from it what the line takes.
    standin.wait(lambda: len(standin.acknowledged()) >= film.last, "the acknowledgement of the last")
    assert standin.acknowledged() == list(range(1, film.last + 1))
    assert {control["stream"] for control in standin.controls if control["type"] == "ack"} == {"door"}
    assert page.figures["clockOffset"] == pytest.approx(90_000, abs=200)
    assert 0 <= page.figures["clockError"] < 100


def test_thousands_of_frames_with_uneven_decoding_are_never_painted_out_of_order(standin, visit):
    """Frames come faster than they are decoded, and decodes overtake each other."""
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    page.read_engine("bitmaps.jitter = 25")
    count = 4000
    standin.send_at_most_two_ahead(message(numbered(number, size=2), number) for number in range(1, count + 1))
    page.wait_engine("bitmaps.painted.at(-1) === arg", count)
    seen = page.read_engine("bitmaps")
    assert len(seen["painted"]) > 50
    assert seen["painted"] == sorted(set(seen["painted"])), "a picture came twice or after a newer one"
    assert seen["made"] == seen["closed"], "a bitmap was left open"
    assert seen["mostDecoding"] <= 2
    # The engine tells its figures now and then.
    page.wait(
        "player.figures.painted + player.figures.replacedBeforeDecoding + player.figures.replacedBeforePainting === arg", count
    )
    figures = page.figures
    assert figures["received"] == count
    assert figures["painted"] + figures["replacedBeforeDecoding"] + figures["replacedBeforePainting"] == count, "every frame is accounted for"
    page.assert_clean()


def test_a_frame_older_than_one_that_came_is_not_painted(standin, visit):
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    standin.send(message(numbered(10), 10))
    page.wait_engine("bitmaps.painted.at(-1) === 10")
    for number in (7, 10, 11):
        standin.send(message(numbered(number), number))
    page.wait_engine("bitmaps.painted.at(-1) === 11")
    assert page.read_engine("bitmaps.painted") == [10, 11]
    page.wait("player.figures.backwards === 2")


HIDE = """Object.defineProperty(document, 'visibilityState', { value: arg, configurable: true }),
document.dispatchEvent(new Event('visibilitychange'))"""


def test_a_hidden_page_receives_nothing_and_shows_the_newest_when_it_is_seen_again(standin, visit):
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    standin.send(message(numbered(1), 1))
    page.wait_engine("bitmaps.painted.at(-1) === 1")
    started = time.monotonic()
    page.read(HIDE, "hidden")
    standin.wait(lambda: standin.watched == [], "the end of the subscription")
    assert time.monotonic() - started < 1
    assert standin.handshakes == 1 and len(standin.sockets) == 1, "the socket stays, so that the way back is short"
    for number in range(2, 52):
        standin.send(message(numbered(number), number))
    standin.greeting = [message(numbered(51), 51, replayed=True)]
    page.read(HIDE, "visible")
    page.wait_engine("bitmaps.painted.length > 1", timeout=300)
    assert page.read_engine("bitmaps.painted") == [1, 51]
    assert page.figures["backwards"] == 0


def test_a_player_that_is_scrolled_away_receives_nothing(standin, visit):
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    page.read("document.querySelector('#single-view').style.paddingTop = '5000px'")
    standin.wait(lambda: standin.watched == [], "the end of the subscription", timeout=1)
    standin.greeting = [message(numbered(7), 7, replayed=True)]
    page.read("player.scrollIntoView({ behavior: 'instant' })")
    page.wait_engine("bitmaps.painted.at(-1) === 7", timeout=1000)


def test_the_rate_can_be_limited_from_the_address_and_while_connected(standin, visit):
    page = visit(f"{standin.url}/?stream=door&fps=5")
    standin.wait_viewers(1)
    assert [viewer.path for viewer in standin.viewers] == ["/ws?streams=door&fps=5"]

    def rates():
        return [(control["stream"], control["fps"]) for control in standin.controls if control["type"] == "rate"]

    # One after the other: the page tells the broker once what several changes in a row come to.
    page.read("player.setAttribute('fps', '2')")
    standin.wait(rates, "a change of rate")
    page.read("player.setAttribute('fps', '')")
    standin.wait(lambda: rates()[1:], "a second change of rate")
    assert rates() == [("door", 2), ("door", 0)]
    assert standin.handshakes == 1


@pytest.mark.parametrize("readable", [True, False])
def test_a_page_from_elsewhere_shows_a_broker_s_stream(standin, visit, readable):
    with StandIn() as elsewhere:
        standin.allows_reading = readable
        address = standin.url.removeprefix("http://")
        page = visit(f"{elsewhere.url}/?broker={address}&stream=door", counters=True)
        standin.wait_viewers(1)
        standin.send(message(numbered(5), 5))
        page.wait_state("live")
        assert page.read_engine("bitmaps.painted") == [5]
        assert elsewhere.handshakes == 0
        assert page.page.locator("#source [name=broker]").input_value() == address
        page.assert_clean_but_for_the_network()


def test_a_broker_without_the_subprotocol_is_viewed_all_the_same(standin, visit):
    standin.subprotocol = False
    page = visit(f"{standin.url}/?stream=door", counters=True)
    page.wait_state("waiting")
    standin.send(numbered(1))
    page.wait_engine("bitmaps.painted.length === 1")
    # The first one may be old, and a plain socket cannot tell.
    assert page.status["state"] == "waiting"
    assert [viewer.path for viewer in standin.viewers] == ["/ws/door"]
    standin.send(numbered(2, kind="PNG"))
    page.wait_state("live")
    assert page.read_engine("bitmaps.painted") == [1, 2]
    page.wait("player.figures.format === 'PNG'")
    assert standin.controls == []
    page.assert_clean_but_for_the_network()


def test_what_is_saved_is_the_frame_as_it_was_sent_or_the_same_as_png(standin, visit, tmp_path):
    sent = scene(3, 320, 180)
    page = visit(f"{standin.url}/?stream=front-door", accept_downloads=True)
    keep = page.page.get_by_role("button", name="Keep the picture")
    assert keep.is_disabled()
    standin.wait_viewers(1)
    standin.send(message(sent, 1, captured=1_700_000_000.25))
    page.wait_state("live")

    def save(item: str) -> tuple[str, bytes]:
        keep.click()
        with page.page.expect_download() as download:
            page.page.get_by_role("button", name=item).click()
        download.value.save_as(tmp_path / "saved")
        return download.value.suggested_filename, (tmp_path / "saved").read_bytes()

    assert save("Save frame") == ("front-door_2023-11-14T22-13-20.250Z.webp", sent)
    name, png = save("Save as PNG")
    assert name == "front-door_2023-11-14T22-13-20.250Z.png"
    picture, original = Image.open(io.BytesIO(png)), Image.open(io.BytesIO(sent)).convert("RGB")
    assert picture.format == "PNG" and picture.size == (320, 180)
    difference = ImageChops.difference(picture.convert("RGB"), original)
    assert ImageStat.Stat(difference).mean == pytest.approx([0, 0, 0], abs=1), "two decoders may round differently"
    page.assert_clean()


def test_the_picture_can_be_copied(standin, visit):
    page = visit(f"{standin.url}/?stream=door", permissions=["clipboard-read", "clipboard-write"])
    standin.wait_viewers(1)
    standin.send(message(numbered(0x123456, 32), 1))
    page.wait_state("live")
    page.page.keyboard.press("c")
    page.wait("player.shadowRoot.querySelector('.note').textContent === 'Copied'")
    colour = page.page.evaluate(
        """async () => {
          const [item] = await navigator.clipboard.read();
          const bitmap = await createImageBitmap(await item.getType("image/png"));
          const context = new OffscreenCanvas(1, 1).getContext("2d");
          context.drawImage(bitmap, 0, 0);
          return [bitmap.width, ...context.getImageData(0, 0, 1, 1).data];
        }"""
    )
    assert colour == [32, 0x12, 0x34, 0x56, 255]


@pytest.mark.parametrize("kind", ["webp", "jpeg"])
def test_the_last_seconds_can_be_saved_as_a_moving_picture(standin, visit, tmp_path, kind):
    page = visit(f"{standin.url}/?stream=door", accept_downloads=True)
    standin.wait_viewers(1)
    for number in range(1, 13):
        standin.send(message(numbered(number * 20, 32, kind.upper()), number, kind=kind, captured=1_700_000_000 + number))
        page.pause(50)
    # Also a picture that gave way to a newer one on screen is in the clip.
    counts = ["painted", "replacedBeforeDecoding", "replacedBeforePainting"]
    page.wait("arg.reduce((sum, count) => sum + player.figures[count], 0) === 12", counts)
    with page.page.expect_download() as download:
        page.page.keyboard.press("v")
    assert download.value.suggested_filename == "door_2023-11-14T22-13-21.000Z.webp"
    download.value.save_as(tmp_path / "clip")
    with Image.open(tmp_path / "clip") as clip:
        shown = []
        assert clip.format == "WEBP" and clip.n_frames == 12 and clip.size == (32, 32)
        for index in range(clip.n_frames):
            clip.seek(index)
            *_, blue = clip.convert("RGB").getpixel((16, 16))
            # WebP goes in as it was sent; others are coded anew, with a loss.
            assert blue == pytest.approx((index + 1) * 20, abs=0 if kind == "webp" else 6)
            shown.append(clip.info["duration"])
    # As long as it took to come; how evenly is the machine's.
    assert 500 < sum(shown[:-1]) < 5000
    page.assert_clean()


# What it says


def test_a_stream_without_frames_is_waited_for(standin, visit):
    page = visit(f"{standin.url}/?stream=nobody")
    page.wait_state("waiting")
    assert "Nobody has sent “nobody” a frame yet" in page.status["detail"]


def test_a_picture_that_no_newer_one_follows_becomes_stale(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    with Camera(standin, 20, picture=lambda number: scene(number, 640, 360)):
        page.wait_state("live")
    page.wait_state("stale")
    assert re.match(r"[234] s old", page.status["detail"])
    dimmed = "Number(getComputedStyle(player.shadowRoot.querySelector('canvas')).opacity) < 0.5"
    page.wait(dimmed)
    page.wait_still()
    sign = page.page.locator("#player .sign")
    assert sign.is_visible() and "Stale picture" in sign.inner_text()
    page.screenshot("stale")
    with Camera(standin, 20, first=1000):
        page.wait_state("live")
        page.wait(f"!({dimmed})")
        assert sign.is_hidden()
    page.assert_clean()


def test_a_stream_of_one_frame_a_second_is_not_stale_between_two(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    with Camera(standin, 1):
        page.wait("player.figures.received >= 5")
    stopped = time.monotonic()
    page.wait_state("stale")
    assert time.monotonic() - stopped > 2.9, "3 s are not long for this stream"


def test_a_camera_that_shows_nothing_is_explained_when_the_broker_knows_why(standin, visit):
    source = {"state": "lost", "reason": "the camera refuses this user name and password; check both.", "restarts": 0}
    standin.streams = [{"stream": "door", "state": "waiting", "source": source}]
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("waiting")
    page.wait("player.status.detail.endsWith('The camera refuses this user name and password; check both.')")
    with Camera(standin, 20):
        page.wait_state("live")
        assert page.status["detail"] == ""
    standin.streams = [{"stream": "door", "state": "stale", "source": {**source, "reason": "nothing arrives"}}]
    page.wait_state("stale")
    page.wait("player.status.detail.endsWith('Nothing arrives.')")
    page.assert_clean()


def test_a_broker_that_keeps_its_list_is_not_asked_for_a_cause_again_and_again(standin, visit):
    standin.streams = None
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("waiting")
    standin.wait(lambda: standin.listings == 1, "a look")
    page.page.wait_for_timeout(6000)
    assert standin.listings == 1
    assert "Nobody has sent" in page.status["detail"]


def test_an_old_frame_that_is_replayed_on_joining_is_never_shown_as_live(standin, visit):
    standin.greeting = [message(numbered(4), 4, replayed=True, arrived=time.time() - 3700)]
    page = visit(f"{standin.url}/?stream=door")
    page.read("window.states = [], player.addEventListener('statuschange', () => states.push(player.status.state))")
    page.wait_state("camera-lost")
    assert page.status["detail"] == "Its last picture is 1 h 1 min old."
    assert "live" not in page.read("states")


def test_pictures_that_come_late_are_said_to_be_late(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    page.wait("player.figures.clockOffset !== null")
    standin.send(message(numbered(1), 1, arrived=time.time() - 8.5))
    page.wait_state("late")
    assert page.status["detail"] == "The picture is 8 s behind."


def test_frames_that_cannot_be_decoded_are_said_to_be_so(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    standin.send(message(b"\0\0\0\1access unit", 1, kind="h264"))
    page.wait_state("unshowable")
    assert "H.264" in page.status["detail"]
    page.wait("player.figures.undecodable === 1")
    standin.send(message(numbered(2), 2))
    page.wait_state("live")


def test_a_spoken_status_does_not_count_seconds(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    standin.send(message(numbered(1), 1))
    page.wait_state("stale")
    spoken = page.page.locator("#player .spoken")
    assert spoken.get_attribute("role") == "status"
    first = spoken.text_content()
    assert first.startswith("Stale picture.")
    page.wait("!player.status.detail.startsWith(arg)", page.status["detail"][:4])
    assert spoken.text_content() == first


# When the broker is away


def test_the_page_comes_back_by_itself_when_the_broker_does(standin, visit):
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    standin.send(message(numbered(900), 900))
    page.wait_state("live")
    standin.stop()
    page.wait_state("broker-lost")
    assert "Trying again" in page.status["detail"]
    standin.greeting = [message(numbered(1), 1, replayed=True)]  # numbers begin anew
    standin.start()
    page.wait_engine("bitmaps.painted.at(-1) === 1")
    standin.wait_viewers(1)
    standin.send(message(numbered(2), 2))
    page.wait_engine("bitmaps.painted.at(-1) === 2")
    page.wait_state("live")
    assert page.read_engine("bitmaps.painted") == [900, 1, 2]
    assert page.figures["backwards"] == 0
    page.assert_clean_but_for_the_network()


def test_a_cut_line_is_taken_up_again(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    standin.cut()
    page.wait_state("broker-lost")
    standin.wait(lambda: standin.handshakes == 2, "the second handshake")
    page.wait_state("waiting")


def test_a_line_that_went_dead_is_noticed_when_the_network_returns(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    page.wait("player.figures.clockOffset !== null")
    standin.answers_pings = False
    page.read("dispatchEvent(new Event('online'))")
    page.wait_state("broker-lost")
    standin.wait(lambda: standin.handshakes >= 2, "another handshake")


@pytest.mark.parametrize("event", ["window.dispatchEvent(new Event('online'))", "document.dispatchEvent(new Event('visibilitychange'))"])
def test_a_wait_ends_at_once_when_there_is_a_reason(standin, visit, event):
    standin.refusal = (503, {"Retry-After": "600"}, {"error": "the broker is draining"})
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("refused")
    assert "10 min" in page.status["detail"] or "9 min" in page.status["detail"]
    standin.refusal = None
    page.read(event)
    standin.wait_viewers(1)
    page.wait_state("waiting")


def test_a_disconnect_is_final(standin, visit):
    """Neither the network, nor the broker, nor a look at the page, nor a reload undoes what the user did."""
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    standin.send(message(numbered(1), 1))
    page.wait_state("live")
    page.switch("Disconnect")
    standin.wait_viewers(0)
    assert page.status["state"] == "disconnected"
    connect = page.page.locator("#connection")
    assert connect.inner_text() == "Connect"

    standin.stop()
    standin.start()
    for _ in range(3):
        page.read("dispatchEvent(new Event('online')), document.dispatchEvent(new Event('visibilitychange'))")
    page.page.reload()
    page.wait("player.status.state === 'disconnected' && document.querySelector('[name=stream]').value === 'door'")
    page.read("dispatchEvent(new Event('online')), document.dispatchEvent(new Event('visibilitychange'))")
    page.pause(1500)
    assert standin.handshakes == 1

    connect.click()
    standin.wait_viewers(1)
    standin.send(message(numbered(2), 2))
    page.wait_state("live")


def test_a_disconnect_during_an_outage_ends_the_attempts(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    standin.stop()
    page.wait_state("broker-lost")
    page.switch("Disconnect")
    page.read("window.states = [], player.addEventListener('statuschange', () => states.push(player.status.state))")
    standin.start()
    page.pause(2500)
    assert standin.handshakes == 1
    assert page.read("states") == []


# When the broker says no


def test_a_refusal_is_told_with_its_reason_and_not_tried_again(standin, visit):
    standin.refusal = (403, {}, {"error": "no permission for this stream", "hint": "Ask for a token."})
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("refused")
    assert page.status["title"] == "Refused: no permission for this stream"
    assert page.status["detail"] == "Ask for a token."
    page.pause(2000)
    assert standin.handshakes == 1
    page.show_source()
    standin.wait(lambda: standin.handshakes == 2, "the attempt by hand")
    page.assert_clean_but_for_the_network()


def test_a_full_broker_is_tried_again_when_it_said(standin, visit):
    standin.refusal = (429, {"Retry-After": "2"}, {"error": "too many viewers"})
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("refused")
    assert re.search(r"Trying again in [12] s", page.status["detail"])
    standin.refusal = None
    standin.wait_viewers(1)
    first, second = standin.handshake_times
    assert second - first >= 2


def test_a_permission_that_ends_is_told(standin, visit):
    standin.closes_with = (1008, "the token has expired")
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("refused")
    assert page.status["title"] == "Refused: the token has expired"
    page.pause(2000)
    assert standin.handshakes == 1


def test_an_address_that_cannot_be_is_told_at_once(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    page.show_source(broker="ftp://nowhere")
    standin.wait_viewers(0)
    page.wait_state("refused")
    assert "http://" in page.status["detail"]


def test_a_broker_that_breaks_its_protocol_is_left(standin, visit):
    standin.greeting = [b"\0" * 40]
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("refused")
    assert "breaks its protocol" in page.status["title"]


def test_what_the_binary_carries_is_what_lies_here():
    subprocess.run([ROOT / "Scripts/embed-page", "--check"], check=True)
