"""The page in a real browser, served by the real broker."""

import re
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from harness.processes import free_port
from harness.waiting import wait_until
from page_pictures import numbered, scene
from page_standin import PAGE, TYPES

pytest_plugins = ["page_fixtures"]


@contextmanager
def publishing(broker, stream: str, pictures: Iterable[bytes], fps: float) -> Iterator[list[int]]:
    """Posts the pictures one after the other, each with its time, until the block is left; yields the sequences taken."""
    stopped = threading.Event()
    taken: list[int] = []

    def run() -> None:
        due = time.monotonic()
        with httpx.Client(base_url=broker.url) as http:
            for picture in pictures:
                captured = str(time.time_ns() // 1000)
                answer = http.post(f"/ingest/{stream}", content=picture, headers={"X-Capture-Time-Us": captured})
                taken.append(answer.raise_for_status().json()["sequence"])
                due += 1 / fps
                if stopped.wait(max(0, due - time.monotonic())):
                    return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield taken
    finally:
        stopped.set()
        thread.join(10)


def numbers(first: int = 1, size: int = 16) -> Iterator[bytes]:
    while True:
        yield numbered(first, size)
        first += 1


def test_every_file_of_the_page_is_served_as_it_lies_in_the_sources(broker):
    files = [file for file in (PAGE / "Assets").rglob("*") if file.is_file()]
    assert len(files) > 10
    for file in files:
        path = "/" + file.relative_to(PAGE / "Assets").as_posix()
        answer = broker.http.get(path)
        assert answer.status_code == 200 and answer.content == file.read_bytes(), path
        assert answer.headers["Content-Type"].startswith(TYPES[file.suffix].partition(";")[0]), path
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"], path
        again = broker.http.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304 and again.content == b"", path
    assert broker.http.get("/").content == (PAGE / "Assets/index.html").read_bytes()
    for path in ("/player", "/player/", "/player/nothing.js", "/../Package.swift", "/%2e%2e/Package.swift", "/INDEX.HTML"):
        assert broker.http.get(path).status_code == 404, path


def test_a_published_picture_moves_on_the_page(broker, visit):
    page = visit(f"{broker.url}/?stream=door", counters=True)
    page.wait_state("waiting")
    with publishing(broker, "door", numbers(), 30) as taken:
        page.wait_state("live")
        page.wait_engine("bitmaps.painted.length > 60")
        figures = page.figures
    assert taken
    assert figures["receivedRate"] > 15 and figures["paintedRate"] > 15
    assert abs(figures["clockOffset"]) < 50, "both clocks are this machine's"
    assert figures["ageMedian"] < 500
    painted = page.read_engine("bitmaps.painted")
    assert painted == sorted(set(painted))
    page.assert_clean()


def test_thousands_of_frames_at_full_speed_are_painted_in_order(broker, visit):
    page = visit(f"{broker.url}/?stream=door", counters=True)
    page.wait_state("waiting")
    page.read_engine("bitmaps.jitter = 25")
    count = 3000
    with publishing(broker, "door", (numbered(number, 2) for number in range(1, count + 1)), 10_000):
        page.wait_engine("bitmaps.painted.at(-1) === arg", count, timeout=60_000)
    seen = page.read_engine("bitmaps")
    assert seen["painted"] == sorted(set(seen["painted"]))
    assert seen["made"] == seen["closed"]
    # What did not come is counted.
    page.wait("player.figures.received + player.figures.skipped === arg", count)
    assert page.figures["backwards"] == 0
    page.assert_clean()


def test_a_saved_frame_is_what_was_posted(broker, visit, tmp_path):
    posted = scene(7, 640, 360)
    page = visit(f"{broker.url}/?stream=front-door", accept_downloads=True)
    page.wait_state("waiting")
    assert broker.post("front-door", posted, X_Capture_Time_Us="1700000000250000").status_code == 200
    page.wait("player.status.state !== 'waiting'")
    with page.page.expect_download() as download:
        page.page.keyboard.press("s")
    assert download.value.suggested_filename == "front-door_2023-11-14T22-13-20.250Z.webp"
    download.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == posted
    page.assert_clean()


def test_a_sequence_beyond_what_a_number_holds_is_acknowledged_exactly(broker, visit):
    """A publisher that numbers its frames by nanoseconds; rounded acknowledgements would stop the stream after two."""
    page = visit(f"{broker.url}/?stream=door", counters=True)
    page.wait_state("waiting")
    first = 2**62 + 1
    for step in range(10):
        answer = broker.post("door", numbered(step + 1), X_Frame_Sequence=str(first + step))
        assert answer.status_code == 200
        page.wait_engine("bitmaps.painted.at(-1) === arg", step + 1)
    page.wait("String(player.figures.sequence) === arg", str(first + 9))


def test_the_page_recovers_from_a_broker_that_is_killed(broker, visit):
    page = visit(f"{broker.url}/?stream=door", counters=True)
    page.wait_state("waiting")
    with publishing(broker, "door", numbers(1000), 20):
        page.wait_state("live")
    broker.kill()
    page.wait_state("broker-lost")
    broker.restart()
    page.wait_state("waiting")
    with publishing(broker, "door", numbers(1), 20):
        page.wait_state("live")
        page.wait_engine("bitmaps.painted.at(-1) > 5 && bitmaps.painted.at(-1) < 1000")
    page.assert_clean_but_for_the_network()


def test_a_disconnect_outlasts_a_restart_of_the_broker(broker, visit):
    page = visit(f"{broker.url}/?stream=door", counters=True)
    page.wait_state("waiting")
    page.switch("Disconnect")
    broker.wait_viewers("door", 0)
    broker.restart()
    page.read("dispatchEvent(new Event('online')), document.dispatchEvent(new Event('visibilitychange'))")
    assert broker.post("door", numbered(1)).status_code == 202
    page.pause(1500)
    assert broker.viewers("door") == 0
    assert page.status["state"] == "disconnected"
    page.switch("Connect")
    page.wait_engine("bitmaps.painted.at(-1) === 1")


def test_the_picture_goes_stale_when_publishing_stops(broker, visit):
    page = visit(f"{broker.url}/?stream=door")
    page.wait_state("waiting")
    with publishing(broker, "door", numbers(), 20):
        page.wait_state("live")
    page.wait_state("stale")
    late = visit(f"{broker.url}/?stream=door")
    late.wait_state("stale")
    assert re.match(r"\d+ s old", late.status["detail"])


def test_a_name_that_the_broker_does_not_take_is_refused_in_its_words(broker, visit):
    page = visit(f"{broker.url}/?stream=not%20a%20name")
    page.wait_state("refused")
    said = broker.http.get("/ws/not%20a%20name").json()
    assert page.status["title"] == f"Refused: {said['error']}"
    assert said["hint"] in page.status["detail"]
    page.assert_clean_but_for_the_network()


@pytest.mark.parametrize("limit", [5])
def test_a_limit_thins_the_stream(broker, visit, limit):
    page = visit(f"{broker.url}/?stream=door&fps={limit}")
    page.wait_state("waiting")
    with publishing(broker, "door", numbers(), 30):
        page.wait("player.figures.received >= 12")
        assert page.figures["receivedRate"] == pytest.approx(limit, rel=0.25)
        page.show_source(fps="")
        page.wait("player.figures.receivedRate > 20")


def test_the_page_of_brokerctl_web_shows_the_wall_of_the_broker(broker, launch, brokerctl, visit):
    port = free_port()
    web = launch("web", [brokerctl, "web", "--port", port, "--broker", broker.url])
    web.wait_log(str(port))
    with publishing(broker, "door", numbers(), 10):
        page = visit(f"http://127.0.0.1:{port}/")
        page.wait("document.querySelector('.tile[data-state=live] .name')?.textContent === 'door'")
        page.page.get_by_role("link", name="door").click()
        page.wait_state("live")
    page.assert_clean()


def test_only_pages_of_the_broker_s_own_host_may_read_its_answers(broker):
    allowed = "Access-Control-Allow-Origin"
    for origin in ("http://127.0.0.1:3092", "https://127.0.0.1"):
        answer = broker.http.get("/api/streams", headers={"Origin": origin})
        assert answer.headers[allowed] == origin and answer.headers["Vary"] == "Origin"
        assert broker.http.get("/ws/a%20b", headers={"Origin": origin}).headers[allowed] == origin
    strangers = ["http://127.0.0.1.evil.test", "http://evil.test:3090", "http://user@127.0.0.1.evil.test:80", "null", "", "127.0.0.1"]
    for origin in strangers:
        answer = broker.http.get("/api/streams", headers={"Origin": origin})
        assert answer.status_code == 200 and allowed not in answer.headers, origin
    assert allowed not in broker.http.get("/api/streams").headers
    # The page's files are the same for everybody.
    assert broker.http.get("/player/frame-stream.js", headers={"Origin": "http://evil.test"}).headers[allowed] == "*"


def test_a_stream_moves_in_an_image_element(broker, visit):
    page = visit(f"{broker.url}/favicon.svg")
    with publishing(broker, "door", numbers(size=64), 20):
        page.page.evaluate(
            """(address) => {
              window.image = new Image();
              image.src = address;
            }""",
            f"{broker.url}/multipart/door",
        )
        seen: set[int] = set()
        wait_until(
            lambda: seen.add(
                page.page.evaluate(
                    """() => {
                      const glass = new OffscreenCanvas(1, 1).getContext("2d");
                      if (image.naturalWidth > 0) glass.drawImage(image, 0, 0);
                      const [red, green, blue] = glass.getImageData(0, 0, 1, 1).data;
                      return (red << 16) | (green << 8) | blue;
                    }"""
                )
            )
            or len(seen) > 5,
            "the picture to change five times",
        )
