"""The page in a real browser, against a broker's stand-in: what it does when things go well, and when they do not."""

import itertools
import re
import subprocess
import threading
import time
from pathlib import Path

import pytest

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
        page.wait("bitmaps.painted.length > 40")
        assert page.pixel() != before
        figures = page.figures
    assert 20 < figures["receivedRate"] < 40
    assert 20 < figures["paintedRate"] < 40
    assert figures["bitsPerSecond"] > 0 and figures["skipped"] == 0
    assert 0 <= figures["ageMedian"] < 1000
    assert (figures["format"], figures["width"], figures["height"]) == ("WebP", 16, 16)
    page.assert_clean()


def test_every_frame_is_acknowledged_and_the_clock_is_asked(standin, visit):
    standin.clock_error = 90.0
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    for number in range(1, 21):
        standin.send(message(numbered(number), number))
    standin.wait(lambda: len(standin.acknowledged()) == 20, "20 acknowledgements")
    assert standin.acknowledged() == list(range(1, 21))
    assert {control["stream"] for control in standin.controls if control["type"] == "ack"} == {"door"}
    page.wait("player.figures.clockOffset !== null")
    assert page.figures["clockOffset"] == pytest.approx(90_000, abs=200)


def test_thousands_of_frames_with_uneven_decoding_are_never_painted_out_of_order(standin, visit):
    """Frames come faster than they are decoded, and decodes overtake each other."""
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    page.read("bitmaps.jitter = 25")
    count = 4000
    standin.send_at_most_two_ahead(message(numbered(number, size=2), number) for number in range(1, count + 1))
    page.wait("bitmaps.painted.at(-1) === arg", count)
    seen = page.read("bitmaps")
    assert len(seen["painted"]) > 50
    assert seen["painted"] == sorted(set(seen["painted"])), "a picture came twice or after a newer one"
    assert seen["made"] == seen["closed"], "a bitmap was left open"
    assert seen["mostDecoding"] <= 2
    figures = page.figures
    assert figures["received"] == count
    assert figures["painted"] + figures["replaced"] == count, "every frame is accounted for"
    page.assert_clean()


def test_a_frame_older_than_one_that_came_is_not_painted(standin, visit):
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    for number in (10, 7, 10, 11):
        standin.send(message(numbered(number), number))
        standin.wait(lambda: standin.acknowledged()[-1:] == [number], f"the acknowledgement of {number}")
        if number != 7:
            page.wait("bitmaps.painted.at(-1) === arg", number)
    assert page.read("bitmaps.painted") == [10, 11]
    assert page.figures["backwards"] == 2


def test_a_hidden_page_decodes_nothing_and_shows_the_newest_when_it_is_seen_again(standin, visit):
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    standin.send(message(numbered(1), 1))
    page.wait("bitmaps.painted.at(-1) === 1")
    show = "Object.defineProperty(document, 'visibilityState', { value: arg, configurable: true }),"
    show += "document.dispatchEvent(new Event('visibilitychange'))"
    page.read(show, "hidden")
    for number in range(2, 52):
        standin.send(message(numbered(number), number))
    standin.wait(lambda: standin.acknowledged()[-1:] == [51], "the last acknowledgement")
    assert page.read("bitmaps.made") == 1
    page.read(show, "visible")
    page.wait("bitmaps.painted.length > 1")
    assert page.read("bitmaps.painted") == [1, 51]


def test_the_rate_can_be_limited_from_the_address_and_while_connected(standin, visit):
    page = visit(f"{standin.url}/?stream=door&fps=5")
    standin.wait_viewers(1)
    assert [viewer.request.path for viewer in standin.viewers] == ["/ws/door?fps=5"]
    page.read("player.setAttribute('fps', '2')")
    page.read("player.setAttribute('fps', '')")
    standin.wait(lambda: [c for c in standin.controls if c["type"] == "rate"][1:], "two changes of rate")
    rates = [(control["stream"], control["fps"]) for control in standin.controls if control["type"] == "rate"]
    assert rates == [("door", 2), ("door", 0)]
    assert standin.handshakes == 1


def test_the_broker_s_streams_are_a_choice(standin, visit):
    standin.streams = ["door", "yard"]
    page = visit(f"{standin.url}/")
    choice = page.page.get_by_role("navigation", name="Streams on this broker")
    choice.wait_for()
    assert choice.get_by_role("button").all_inner_texts() == ["door", "yard"]
    page.wait_state("waiting")
    choice.get_by_role("button", name="yard").click()
    standin.wait(lambda: [v.request.path for v in standin.viewers] == ["/ws/yard"], "the viewer of the other stream")
    assert page.page.url.endswith("/?stream=yard")
    assert choice.locator("[aria-current=true]").inner_text() == "yard"
    page.assert_clean()


def test_one_stream_is_no_choice_and_is_found_by_itself(standin, visit):
    standin.streams = ["door"]
    page = visit(f"{standin.url}/")
    standin.wait_viewers(1)
    assert [viewer.request.path for viewer in standin.viewers] == ["/ws/door"]
    assert page.page.locator("#streams").is_hidden()


@pytest.mark.parametrize("readable", [True, False])
def test_a_page_from_elsewhere_shows_a_broker_s_stream(standin, visit, readable):
    with StandIn() as elsewhere:
        standin.allows_reading = readable
        address = standin.url.removeprefix("http://")
        page = visit(f"{elsewhere.url}/?broker={address}&stream=door", counters=True)
        standin.wait_viewers(1)
        standin.send(message(numbered(5), 5))
        page.wait_state("live")
        assert page.pixel() == [0, 0, 5]
        assert elsewhere.handshakes == 0
        assert page.page.get_by_label("Broker", exact=True).input_value() == address
        page.assert_clean_but_for_the_network()


def test_a_broker_without_the_subprotocol_is_viewed_all_the_same(standin, visit):
    standin.subprotocol = False
    page = visit(f"{standin.url}/?stream=door", counters=True)
    page.wait_state("waiting")
    standin.send(numbered(1))
    page.wait("bitmaps.painted.length === 1")
    # The first one may be old, and a plain socket cannot tell.
    assert page.status["state"] == "waiting"
    standin.send(numbered(2, kind="PNG"))
    page.wait_state("live")
    assert page.pixel() == [0, 0, 2]
    assert page.figures["format"] == "PNG"
    assert standin.controls == []
    page.assert_clean_but_for_the_network()


def test_a_saved_frame_is_exactly_what_was_sent(standin, visit, tmp_path):
    sent = scene(3, 320, 180)
    page = visit(f"{standin.url}/?stream=front-door", accept_downloads=True)
    save = page.page.get_by_role("button", name="Save frame")
    assert save.is_disabled()
    standin.wait_viewers(1)
    standin.send(message(sent, 1, captured=1_700_000_000.25))
    page.page.wait_for_selector("#capture:enabled")
    with page.page.expect_download() as download:
        save.click()
    assert download.value.suggested_filename == "front-door_2023-11-14T22-13-20.250Z.webp"
    download.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == sent
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
    stopped = time.monotonic()
    page.wait_state("stale")
    assert 2.5 < time.monotonic() - stopped < 5
    assert re.match(r"[34] s old", page.status["detail"])
    dimmed = "Number(getComputedStyle(player.shadowRoot.querySelector('canvas')).opacity) < 0.5"
    page.wait(dimmed)
    page.wait_still()
    sign = page.page.locator("frame-stream .sign")
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
    page.wait_state("stale")
    assert page.figures["age"] > 3900, "3 s are not long for this stream"


def test_an_old_frame_that_is_replayed_on_joining_is_never_shown_as_live(standin, visit):
    standin.greeting = [message(numbered(4), 4, replayed=True, arrived=time.time() - 3700)]
    page = visit(f"{standin.url}/?stream=door")
    page.read("window.states = [], player.addEventListener('statuschange', () => states.push(player.status.state))")
    page.wait_state("stale")
    assert page.status["detail"].startswith("1 h 1 min old")
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
    assert page.figures["undecodable"] == 1
    standin.send(message(numbered(2), 2))
    page.wait_state("live")


def test_a_spoken_status_does_not_count_seconds(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    standin.send(message(numbered(1), 1))
    page.wait_state("stale")
    spoken = page.page.locator("frame-stream").get_by_role("status")
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
    page.wait_state("lost")
    assert "Trying again" in page.status["detail"]
    standin.greeting = [message(numbered(1), 1, replayed=True)]  # numbers begin anew
    standin.start()
    page.wait("bitmaps.painted.at(-1) === 1")
    standin.wait_viewers(1)
    standin.send(message(numbered(2), 2))
    page.wait("bitmaps.painted.at(-1) === 2")
    page.wait_state("live")
    assert page.read("bitmaps.painted") == [900, 1, 2]
    assert page.figures["backwards"] == 0
    page.assert_clean_but_for_the_network()


def test_a_cut_line_is_taken_up_again(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    standin.cut()
    page.wait_state("lost")
    standin.wait(lambda: standin.handshakes == 2, "the second handshake")
    page.wait_state("waiting")


def test_a_line_that_went_dead_is_noticed_when_the_network_returns(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    page.wait("player.figures.clockOffset !== null")
    standin.answers_pings = False
    page.read("dispatchEvent(new Event('online'))")
    page.wait_state("lost")
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
    page.page.get_by_role("button", name="Disconnect").click()
    standin.wait_viewers(0)
    assert page.status["state"] == "disconnected"
    connect = page.page.get_by_role("button", name="Connect", exact=True)
    assert page.read("document.activeElement.id") == "connect", "the focus went where the button was"

    standin.stop()
    standin.start()
    for _ in range(3):
        page.read("dispatchEvent(new Event('online')), document.dispatchEvent(new Event('visibilitychange'))")
    page.page.reload()
    page.wait("player.status.state === 'disconnected' && document.querySelector('[name=stream]').value === 'door'")
    page.read("dispatchEvent(new Event('online')), document.dispatchEvent(new Event('visibilitychange'))")
    page.wait("performance.now() > 1500")
    assert standin.handshakes == 1

    connect.click()
    standin.wait_viewers(1)
    standin.send(message(numbered(2), 2))
    page.wait_state("live")


def test_a_disconnect_during_an_outage_ends_the_attempts(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    standin.stop()
    page.wait_state("lost")
    page.page.get_by_role("button", name="Disconnect").click()
    page.read("window.states = [], player.addEventListener('statuschange', () => states.push(player.status.state))")
    standin.start()
    page.read("window.since = performance.now()")
    page.wait("performance.now() - since > 2500")
    assert standin.handshakes == 1
    assert page.read("states") == []


# When the broker says no


def test_a_refusal_is_told_with_its_reason_and_not_tried_again(standin, visit):
    standin.refusal = (403, {}, {"error": "no permission for this stream", "hint": "Ask for a token."})
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("refused")
    assert page.status["title"] == "Refused: no permission for this stream"
    assert page.status["detail"] == "Ask for a token."
    page.wait("performance.now() > 2000")
    assert standin.handshakes == 1
    page.assert_clean_but_for_the_network()


def test_a_full_broker_is_tried_again_when_it_said(standin, visit):
    standin.refusal = (429, {"Retry-After": "2"}, {"error": "too many viewers"})
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("refused")
    refused = time.monotonic()
    assert "Trying again in 2 s" in page.status["detail"]
    standin.refusal = None
    standin.wait_viewers(1)
    assert time.monotonic() - refused > 1.5


def test_a_permission_that_ends_is_told(standin, visit):
    standin.closes_with = (1008, "the token has expired")
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("refused")
    assert page.status["title"] == "Refused: the token has expired"
    page.wait("performance.now() > 2000")
    assert standin.handshakes == 1


def test_an_address_that_cannot_be_is_told_at_once(standin, visit):
    page = visit(f"{standin.url}/?stream=door")
    standin.wait_viewers(1)
    page.page.get_by_label("Broker", exact=True).fill("ftp://nowhere")
    page.page.get_by_role("button", name="Connect", exact=True).click()
    standin.wait_viewers(0)
    assert page.status["state"] == "refused"
    assert "http://" in page.status["detail"]


def test_a_broker_that_breaks_its_protocol_is_left(standin, visit):
    standin.greeting = [b"\0" * 40]
    page = visit(f"{standin.url}/?stream=door")
    page.wait_state("refused")
    assert "breaks its protocol" in page.status["title"]


# How it looks and who can use it


def test_everything_can_be_reached_by_keyboard_and_shows_it(standin, visit):
    standin.streams = ["door", "yard"]
    standin.greeting = [message(numbered(1), 1)]
    page = visit(f"{standin.url}/?stream=door")
    page.page.wait_for_selector("#capture:enabled")
    page.page.wait_for_selector("#streams:not([hidden])")
    reached = []
    for _ in range(12):
        page.page.keyboard.press("Tab")
        name, outline = page.read(
            "[document.activeElement.name || document.activeElement.textContent,"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        if name in reached or page.read("document.activeElement === document.body"):
            break
        assert outline == "solid", f"{name} does not show that it has the focus"
        reached.append(name)
    assert reached == ["Save frame", "broker", "stream", "fps", "Disconnect", "door", "yard"]


def test_everything_has_a_name_for_those_who_do_not_see_it(standin, visit):
    standin.greeting = [message(numbered(1), 1)]
    page = visit(f"{standin.url}/?stream=door").page
    for label in ("Broker", "Stream", "Frames a second, at most"):
        assert page.get_by_label(label, exact=True).count() == 1
    assert page.get_by_role("img", name="Picture of door").count() == 1
    assert page.get_by_role("heading", name="Stream Broker", level=1).count() == 1
    assert page.get_by_role("form", name="Source").count() == 1
    assert page.get_by_role("status").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    icon = page.request.get(page.locator("link[rel=icon]").evaluate("link => link.href"))
    assert icon.ok and "<title" in icon.text()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_looks_right_on_a_desk(standin, visit, scheme):
    standin.streams = ["front-door", "garage~480", "yard"]
    page = visit(f"{standin.url}/?stream=front-door", viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    standin.wait_viewers(1)
    scenes = [scene(step) for step in range(0, 40, 2)]
    with Camera(standin, 25, picture=lambda number: scenes[number % len(scenes)]):
        page.wait("player.figures.painted > 40")
        page.screenshot(f"wide-{scheme}")
    assert page.overflow() <= 0
    assert page.cut() == []
    background = page.read("getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(part) for part in re.findall(r"\d+", background)[:3]) / 3
    assert (brightness < 80) == (scheme == "dark")
    page.assert_clean()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_fits_a_phone_in_every_state(standin, visit, scheme):
    standin.streams = ["front-door", "garage~480", "a-stream-with-the-longest-name-that-is-allowed-0123456789-abcdef"]
    page = visit(
        f"{standin.url}/?stream=front-door", viewport={"width": 320, "height": 640}, color_scheme=scheme, has_touch=True
    )
    page.page.wait_for_selector("#streams:not([hidden])")

    def check(state: str) -> None:
        page.wait_state(state)
        page.wait_still()
        page.screenshot(f"phone-{state}-{scheme}", full=True)
        assert page.overflow() <= 0, f"{state}: the page is wider than the window"
        assert page.cut() == [], f"{state}: text is cut"

    check("waiting")
    standin.send(message(scene(150), 1))
    check("live")
    check("stale")
    standin.stop()
    check("lost")
    standin.refusal = (
        429,
        {"Retry-After": "90"},
        {"error": "there are as many viewers of this stream as it may have", "hint": "Come back later, or ask for more."},
    )
    standin.start()
    check("refused")
    page.page.get_by_role("button", name="Disconnect").click()
    check("disconnected")


def test_what_the_binary_carries_is_what_lies_here():
    subprocess.run([ROOT / "Scripts/embed-page", "--check"], check=True)
