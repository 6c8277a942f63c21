"""How the page looks and who can use it: pictures of every view, checks that nothing is cut, axe-core, the policy."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from page_pictures import scene
from page_standin import message, security_policy

pytest_plugins = ["page_fixtures"]

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 320, "height": 640}
NAMES = ["front-door", "garage", "garden", "gate", "hall", "yard"]
SCHEMES = ["light", "dark"]


class Film:
    """Sends each stream a picture of its own, until all of them have one on screen."""

    def __init__(self, standin) -> None:
        self._standin = standin
        self._pictures = {name: scene(25 * index, 640, 360) for index, name in enumerate(NAMES)}
        self.sequence = 0

    def show(self, *names: str) -> None:
        self.sequence += 1
        for name in names:
            picture = self._pictures[name.split("~")[0]]
            self._standin.send(message(picture, self.sequence, captured=time.time()), name)


@pytest.fixture
def film(standin) -> Film:
    standin.streams = list(NAMES)
    return Film(standin)


def tiles_are(page, state: str, count: int) -> None:
    page.wait("document.querySelectorAll(`.tile[data-state=${arg[0]}]`).length === arg[1]", [state, count])


def looks_right(page, name: str, *, full: bool = False) -> None:
    wait_still(page)
    page.screenshot(name, full=full)
    assert page.overflow() <= 0, f"{name}: the page is wider than the window"
    assert page.cut() == [], f"{name}: text is cut"
    assert page.overlaps() == [], f"{name}: things lie over each other"


def wait_still(page) -> None:
    """Until nothing fades any more."""
    page.wait(
        "[document, ...[...document.querySelectorAll('frame-stream')].map((each) => each.shadowRoot)]"
        ".every((root) => root.getAnimations().length === 0)"
    )


def is_accessible(page, name: str) -> None:
    """axe-core is run by the browser's own means, past the page's policy; what it tries on the page is not the page's doing."""
    page.assert_clean_but_for_the_network()
    found = Axe().run(page.page, options={"resultTypes": ["violations"]}).response["violations"]
    page.forget_complaints()
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert not serious, f"{name}: " + "; ".join(
        f"{each['id']} ({each['impact']}): {[node['html'][:120] for node in each['nodes']]}" for each in serious
    )


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_wall(standin, film, visit, scheme, size):
    name = f"{'phone' if size is PHONE else 'desk'}-{scheme}"
    page = visit(f"{standin.url}/", viewport=size, color_scheme=scheme, has_touch=size is PHONE)
    standin.wait(lambda: standin.watched == NAMES, "all streams on one socket")
    assert standin.handshakes == 1
    film.show(*NAMES)
    tiles_are(page, "live", 6)
    looks_right(page, f"wall-{name}")
    is_accessible(page, "wall")
    brightness = sum(map(int, re.findall(r"\d+", page.read("getComputedStyle(document.body).backgroundColor"))[:3])) / 3
    assert (brightness < 80) == (scheme == "dark")
    film.show(*NAMES[:4])
    page.wait("document.querySelectorAll('.tile[data-state=stale]').length >= 2")
    looks_right(page, f"wall-stale-{name}")
    standin.stop()
    tiles_are(page, "broker-lost", 6)
    looks_right(page, f"wall-broker-lost-{name}")
    page.assert_clean_but_for_the_network()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_large_picture_in_every_state(standin, film, visit, scheme, size):
    name = f"{'phone' if size is PHONE else 'desk'}-{scheme}"
    page = visit(f"{standin.url}/?stream=front-door", viewport=size, color_scheme=scheme, has_touch=size is PHONE)
    page.wait_state("waiting")
    looks_right(page, f"waiting-{name}", full=True)
    for _ in range(5):
        film.show("front-door")
        page.pause(40)
    page.wait_state("live")
    page.wait("player.figures.paintedRate > 0")
    looks_right(page, f"live-{name}", full=True)
    is_accessible(page, "live")

    page.page.keyboard.press("i")
    page.wait("player.hasAttribute('overlay') && player.shadowRoot.querySelector('.overlay p').textContent !== ''")
    film.show("front-door")
    page.page.keyboard.press("+")
    page.page.locator("#player").get_by_role("button", name="Keep the picture").click()
    looks_right(page, f"controls-{name}")
    is_accessible(page, "controls")
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("0")
    page.page.keyboard.press("i")
    page.page.locator("#help").click()
    looks_right(page, f"keys-{name}")
    is_accessible(page, "keys")
    page.page.get_by_role("button", name="Close").click()

    page.wait_state("stale")
    looks_right(page, f"stale-{name}", full=True)
    is_accessible(page, "stale")
    page.wait_state("camera-lost", timeout=20_000)
    looks_right(page, f"camera-lost-{name}", full=True)
    standin.stop()
    page.wait_state("broker-lost")
    looks_right(page, f"broker-lost-{name}", full=True)
    standin.refusal = (
        429,
        {"Retry-After": "90"},
        {"error": "there are as many viewers of this stream as it may have", "hint": "Come back later, or ask for more."},
    )
    standin.start()
    page.wait_state("refused")
    looks_right(page, f"refused-{name}", full=True)
    is_accessible(page, "refused")
    page.switch("Disconnect")
    page.wait_state("disconnected")
    page.page.locator("#source summary").click()
    looks_right(page, f"disconnected-{name}", full=True)
    is_accessible(page, "disconnected")
    page.assert_clean_but_for_the_network()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_wall_without_cameras_says_so(standin, visit, size):
    page = visit(f"{standin.url}/", viewport=size)
    page.page.get_by_text("No camera yet").wait_for()
    looks_right(page, f"empty-{'phone' if size is PHONE else 'desk'}")
    is_accessible(page, "empty")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_example_page(broker, cameras, visit, scheme, size):
    cameras({"stream": "yard", "fps": 15, "width": 640, "height": 360})
    name = f"{'phone' if size is PHONE else 'desk'}-{scheme}"
    page = visit(f"{broker.url}/example.html", viewport=size, color_scheme=scheme)
    first = "document.querySelector('#first')"
    page.wait(f"{first}.status.state === 'live'")
    page.wait("document.querySelector('#multipart').naturalWidth === 640")
    wait_still(page)
    page.screenshot(f"example-{name}", full=True)
    assert page.overflow() <= 0
    assert "<frame-stream src=" in page.page.locator("#markup").inner_text()
    is_accessible(page, "example")
    page.page.get_by_role("button", name="pause()").click()
    page.wait("document.querySelector('#log').textContent.startsWith('statuschange: disconnected')")
    page.page.locator("[name=fps]").fill("5")
    page.page.get_by_role("button", name="play()", exact=True).click()
    # What the button scrolled away receives nothing.
    page.page.locator("#first").scroll_into_view_if_needed()
    page.wait(f"{first}.figures.received > 5 && {first}.figures.receivedRate < 8")
    assert 'fps="5"' in page.page.locator("#markup").inner_text()
    page.assert_clean()


def test_the_policy_allows_nothing_that_the_page_does_not_need():
    """Everything is the page's own; only what it connects to may be elsewhere, because a broker may be."""
    policy = dict(directive.split(" ", 1) for directive in security_policy().split("; "))
    assert policy == {
        "default-src": "'self'",
        "connect-src": "'self' http: https: ws: wss:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }


def test_everything_can_be_reached_by_keyboard_and_shows_it(standin, film, visit):
    page = visit(f"{standin.url}/")
    standin.wait(lambda: standin.watched == NAMES, "all streams")
    film.show(*NAMES)
    tiles_are(page, "live", 6)
    # The element that has the focus, however deep it lies.
    focused = """(() => {
      let node = document.activeElement;
      while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
      return [node.getAttribute("aria-label") || node.id || node.textContent.trim(), getComputedStyle(node).outlineStyle];
    })()"""

    def tabs(count: int) -> list[str]:
        reached = []
        for _ in range(count):
            page.page.keyboard.press("Tab")
            name, outline = page.read(focused)
            assert outline == "solid", f"{name} does not show that it has the focus"
            reached.append(name)
        return reached

    assert tabs(11) == ["home", "columns", "connection", "Keys"] + [f"{name}, live" for name in NAMES] + [
        "Another broker or stream"
    ]
    page.page.keyboard.press("Shift+Tab")
    page.page.keyboard.press("ArrowLeft")
    assert page.read(focused)[0] == "hall, live"
    page.page.keyboard.press("Enter")
    standin.wait(lambda: standin.watched == ["hall"], "the large one alone")
    assert page.page.url.endswith("/?stream=hall")
    film.show("hall")
    page.wait_state("live")
    page.page.locator("#home").focus()
    buttons = ["Disconnect", "Figures", "Keep the picture", "Picture in picture", "Full screen", "Keys"]
    assert tabs(9) == ["connection", "Keys", "Player", *buttons]
    page.page.keyboard.press("Escape")
    standin.wait(lambda: standin.watched == NAMES, "all of them again")
    assert page.read(focused)[0].startswith("hall")
