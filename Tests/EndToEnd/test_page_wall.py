"""The wall and the element by itself: one socket, small pictures, what comes and goes, where decoding happens, embedding."""

import http.server
import itertools
import threading

import pytest

from page_pictures import numbered, scene
from page_standin import message

pytest_plugins = ["page_fixtures"]


def live_tiles(page) -> str:
    return "[...document.querySelectorAll('.tile[data-state=live] .name')].map((name) => name.textContent).join()"


def subscriptions(standin) -> dict[str, float]:
    """What was last asked for, with its rate; 0 is every frame."""
    asked: dict[str, float] = {}
    for control in list(standin.controls):
        match control["type"]:
            case "subscribe":
                asked |= {name: control["fps"] for name in control["streams"]}
            case "unsubscribe":
                asked = {name: fps for name, fps in asked.items() if name not in control["streams"]}
            case "rate":
                asked[control["stream"]] = control["fps"]
    return asked


def test_small_tiles_use_small_renditions_and_the_large_one_the_stream(standin, visit):
    standin.streams = [
        {"stream": f"cam{n}{suffix}", "state": "live", "width": width}
        for n in range(1, 10)
        for suffix, width in (("", 1280), ("~small", 320))
        if n != 9 or not suffix
    ]
    page = visit(f"{standin.url}/", viewport={"width": 900, "height": 600})
    small = [f"cam{n}~small" for n in range(1, 9)]
    standin.wait(lambda: standin.watched == sorted([*small, "cam9"]), "a small rendition of each that has one")
    assert standin.handshakes == 1
    standin.wait(lambda: subscriptions(standin) == {name: 13.3 for name in small} | {"cam9": 5.3}, "their rates")
    page.page.get_by_role("link", name="cam3").click()
    standin.wait(lambda: subscriptions(standin) == {"cam3": 0}, "the whole stream alone, and all of its frames")
    page.page.go_back()
    standin.wait(lambda: standin.watched == sorted([*small, "cam9"]), "the wall again")
    page.page.go_forward()
    standin.wait(lambda: standin.watched == ["cam3"], "the large one again")
    assert standin.handshakes == 1
    page.assert_clean()


def test_the_layout_is_in_the_address(standin, visit):
    standin.streams = ["a", "b", "c", "d"]
    page = visit(f"{standin.url}/?streams=c,a&columns=1", viewport={"width": 400, "height": 800})
    standin.wait(lambda: standin.watched == ["a", "c"], "the two that are named")
    assert page.read("[...document.querySelectorAll('.tile .name')].map((name) => name.textContent)") == ["c", "a"]
    assert page.read("getComputedStyle(document.querySelector('#wall')).gridTemplateColumns.split(' ').length") == 1
    page.page.set_viewport_size({"width": 900, "height": 800})
    page.page.get_by_label("Columns").select_option("2")
    assert page.page.url.endswith("/?streams=c,a&columns=2")
    page.page.reload()
    page.wait("document.querySelectorAll('.tile').length === 2")
    assert page.read("getComputedStyle(document.querySelector('#wall')).gridTemplateColumns.split(' ').length") == 2
    page.page.get_by_role("link", name="c,").press("Enter")
    assert page.page.url.endswith("/?stream=c&streams=c,a&columns=2")
    page.page.keyboard.press("Escape")
    assert page.page.url.endswith("/?streams=c,a&columns=2")


def test_cameras_come_and_go_by_themselves(standin, visit):
    standin.streams = ["door", "hall", "yard"]
    page = visit(f"{standin.url}/", counters=True)
    standin.wait(lambda: standin.watched == ["door", "hall", "yard"], "all")
    for sequence in range(1, 4):
        standin.send(message(numbered(sequence), sequence))
    page.wait(f"{live_tiles(page)} === 'door,hall,yard'")
    standin.streams = ["attic", "door", {"stream": "hall", "state": "stale"}]
    listed = standin.listings
    standin.wait(lambda: standin.watched.count("attic") == 1, "the new one")
    assert page.read("document.querySelectorAll('.tile').length") == 4, "a stream that is missing may come back"
    # The broker says that the hall sends nothing: it is watched no more, so that the broker can forget it.
    standin.wait(lambda: "hall" not in standin.watched, "the end of watching", timeout=16)
    # Once in two seconds for the wall, once in five for the tiles without pictures.
    assert standin.listings - listed <= 8 + 4
    page.wait("document.querySelector('[title=hall]').closest('li').dataset.state === 'camera-lost'")
    page.wait("document.querySelectorAll('.tile').length === 3")
    assert standin.watched == ["attic", "door"]
    standin.streams = ["attic", "door", "hall"]
    standin.wait(lambda: standin.watched == ["attic", "door", "hall"], "the one that sends again")
    assert standin.handshakes == 1
    page.assert_clean()


def test_a_camera_that_runs_on_demand_is_asked_for_and_one_that_is_gone_is_not(standin, visit):
    idle = {"state": "idle", "reason": "nobody watches", "restarts": 0}
    standin.streams = ["door", {"stream": "hall", "state": "stale"}, {"stream": "yard", "state": "waiting", "source": idle}]
    page = visit(f"{standin.url}/", counters=True)
    standin.wait(lambda: "yard" in standin.watched, "the one that waits for a viewer")
    listed = standin.listings
    standin.wait(lambda: standin.listings > listed + 1, "further looks")
    assert standin.watched == ["door", "yard"]
    assert page.read("document.querySelector('[title=yard]').closest('li').dataset.state") == "waiting"
    page.assert_clean()


def test_a_stream_that_is_refused_keeps_out_no_other(standin, visit):
    standin.streams = ["door", "vault", "yard"]
    standin.refused_streams = {"vault": "no permission for this stream"}
    page = visit(f"{standin.url}/")
    standin.wait(lambda: standin.watched == ["door", "yard"], "the others")
    standin.send(message(numbered(1), 1))
    page.wait(f"{live_tiles(page)} === 'door,yard'")
    refused = "document.querySelector('[title=vault] frame-stream').status"
    page.wait(f"{refused}.state === 'refused'")
    assert page.read(f"{refused}.title") == "Refused: no permission for this stream"


def test_a_wall_without_a_list_shows_what_the_address_names(standin, visit):
    """A broker of another origin keeps its list to itself."""
    with type(standin)() as elsewhere:
        standin.allows_reading = False
        page = visit(f"{elsewhere.url}/?streams=door,yard&broker={standin.url}")
        standin.wait(lambda: standin.watched == ["door", "yard"], "the streams of the address")
        standin.send(message(numbered(1), 1))
        page.wait(f"{live_tiles(page)} === 'door,yard'")
        page.assert_clean_but_for_the_network()


# Where decoding happens


@pytest.mark.parametrize(
    "script, reason",
    [
        ("delete globalThis.Worker;", "no workers"),
        ("delete globalThis.OffscreenCanvas;", "no OffscreenCanvas"),
        ("delete HTMLCanvasElement.prototype.transferControlToOffscreen;", "no canvas for a worker"),
        (
            "globalThis.Worker = class extends Worker { constructor() { super('/nowhere.js', { type: 'module' }); } };",
            "the worker is not allowed to start",
        ),
    ],
)
def test_without_a_worker_the_page_decodes_and_says_why(standin, visit, script, reason):
    page = visit(f"{standin.url}/?stream=door", counters=True, script=script)
    standin.wait_viewers(1)
    assert page.read("player.engine") == {"place": "page", "reason": reason}
    page.read_engine("bitmaps.jitter = 25")
    standin.send_at_most_two_ahead(message(numbered(number, size=2), number) for number in range(1, 1201))
    page.wait_engine("bitmaps.painted.at(-1) === 1200")
    seen = page.read_engine("bitmaps")
    assert seen["painted"] == sorted(set(seen["painted"])) and len(seen["painted"]) > 10
    assert seen["made"] == seen["closed"]
    page.wait_state("live")
    assert reason in page.page.locator("[data-figure=engine]").inner_text()
    page.assert_clean_but_for_the_network()


def test_in_a_worker_the_page_decodes_nothing(standin, visit):
    page = visit(f"{standin.url}/?stream=door", counters=True)
    standin.wait_viewers(1)
    for number in range(1, 11):
        standin.send(message(numbered(number), number))
    page.wait_engine("bitmaps.painted.at(-1) === 10")
    assert page.read("player.engine.place") == "worker"
    assert page.read("bitmaps.made") == 0, "on the page's own thread"
    assert page.read_engine("bitmaps.made") > 0


# One tag, anywhere


class OtherSite:
    """A page of another origin with nothing in it but the element."""

    def __init__(self, html: str, policy: str) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> "OtherSite":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.parametrize("place", ["worker", "page"])
def test_one_tag_shows_a_stream_on_a_page_from_elsewhere(standin, visit, place):
    socket = standin.url.replace("http", "ws")
    policy = f"default-src 'none'; script-src {standin.url}; style-src {standin.url}; connect-src {standin.url} {socket}"
    policy += f"; worker-src blob: {standin.url}" if place == "worker" else ""
    html = f'<!doctype html><link rel="icon" href="data:,"><script type="module" src="{standin.url}/player/frame-stream.js"></script>'
    html += f'<frame-stream id="player" src="{socket}/ws/door?fps=7" token="t"></frame-stream>'
    with OtherSite(html, policy) as site:
        page = visit(site.url)
        page.wait("player.status?.state === 'waiting'")
        assert page.read("player.engine")["place"] == place, page.read("player.engine.reason")
        assert [viewer.path for viewer in standin.viewers] == ["/ws?streams=door&fps=7&token=t"]
        standin.send(message(scene(1, 320, 180), 1))
        page.wait_state("live")
        name, size = page.read("player.capture().then(({ name, blob }) => [name, blob.size])")
        assert name.startswith("door_") and size == len(scene(1, 320, 180))
        page.read("player.remove()")
        standin.wait(lambda: len(standin.sockets) == 0, "the end of the socket")


def test_players_of_a_page_share_a_socket_and_its_frames(standin, visit):
    page = visit(f"{standin.url}/?streams=none", counters=True, viewport={"width": 400, "height": 1600})
    standin.wait(lambda: standin.watched == ["none"], "the page's own")
    page.read(
        """(() => {
          for (const [stream, fps] of [["door", "5"], ["yard", null], ["door", null]]) {
            const player = document.createElement("frame-stream");
            player.setAttribute("stream", stream);
            if (fps) player.setAttribute("fps", fps);
            document.querySelector("#wall-view").append(player);
          }
        })()"""
    )
    standin.wait(lambda: standin.watched == ["door", "none", "yard"], "one subscription of each")
    assert standin.handshakes == 1
    standin.wait(lambda: subscriptions(standin).get("door") == 0, "all frames: who wants the most decides")
    standin.send(message(numbered(1), 1), "door")
    page.wait("[...document.querySelectorAll('#wall-view > frame-stream')].map((each) => each.status.state).join() === 'live,waiting,live'")
    page.read("document.querySelectorAll('#wall-view > frame-stream')[2].remove()")
    standin.wait(lambda: subscriptions(standin).get("door") == 5, "the rate of the one that is left")
    # One that joins a stream that is already there has its latest picture at once.
    page.read("document.querySelectorAll('#wall-view > frame-stream')[1].setAttribute('stream', 'door')")
    page.wait("document.querySelectorAll('#wall-view > frame-stream')[1].figures.painted === 1")
    standin.wait(lambda: standin.watched == ["door", "none"], "the end of the other")


# What a hand can do


def test_a_picture_can_be_zoomed_moved_and_shown_on_the_whole_screen(standin, visit):
    page = visit(f"{standin.url}/?stream=door", has_touch=True)
    standin.wait_viewers(1)
    standin.send(message(scene(1, 320, 180), 1))
    page.wait_state("live")
    moved = "player.shadowRoot.querySelector('.frame').style.transform"
    keys = page.page.keyboard
    keys.press("+")
    keys.press("+")
    assert "scale(1.5625)" in page.read(moved)
    before = page.read(moved)
    keys.press("ArrowRight")
    assert page.read(moved) != before
    keys.press("0")
    assert page.read(moved) == ""
    stage = page.page.locator("#player .stage")
    stage.dblclick(position={"x": 100, "y": 100})
    assert "scale(2.5)" in page.read(moved)
    page.page.get_by_role("button", name="Show the whole picture").click()
    assert page.read(moved) == ""
    page.page.mouse.move(200, 200)
    keys.down("Control")
    page.page.mouse.wheel(0, -300)
    keys.up("Control")
    page.wait(f"{moved}.includes('scale(2.7')")
    keys.press("0")
    keys.press("f")
    page.wait("document.fullscreenElement === player")
    keys.press("f")
    page.wait("document.fullscreenElement === null")
    page.assert_clean()


def test_a_film_window_over_everything_shows_the_picture_while_the_page_is_hidden(standin, visit):
    page = visit(f"{standin.url}/?stream=door", counters=True)
    if not page.read("document.pictureInPictureEnabled"):
        pytest.skip("this browser has no picture in picture")
    standin.wait_viewers(1)
    standin.send(message(scene(1, 320, 180), 1))
    page.wait_state("live")
    page.page.get_by_role("button", name="Picture in picture").click()
    # The window opens with the next picture.
    numbers = itertools.count(2)
    while not page.read("document.pictureInPictureElement !== null"):
        number = next(numbers)
        assert number < 100 and page.read("player.shadowRoot.querySelector('.note').textContent") == ""
        standin.send(message(scene(number, 320, 180), number))
        page.pause(30)
    hide = "Object.defineProperty(document, 'visibilityState', { value: 'hidden' })"
    page.read(f"{hide}, document.dispatchEvent(new Event('visibilitychange'))")
    page.pause(1000)
    assert standin.watched == ["door"], "somebody still looks"
    page.read("document.exitPictureInPicture()")
    standin.wait(lambda: standin.watched == [], "the end of the subscription")
