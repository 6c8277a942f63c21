"""A visitor of the page who notices every complaint, with counters inside the page."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

OUTPUT = Path(__file__).resolve().parent / "output"
IS_ABOUT_THE_NETWORK = re.compile(r"WebSocket connection to|Failed to load resource|net::ERR_|CORS policy")

# Counts every bitmap that is made and closed, and reads back the number that each painted picture carries.
COUNTERS = """
window.bitmaps = { made: 0, closed: 0, painted: [], jitter: 0, decoding: 0, mostDecoding: 0 };
const make = window.createImageBitmap.bind(window);
window.createImageBitmap = async (...args) => {
  bitmaps.decoding += 1;
  bitmaps.mostDecoding = Math.max(bitmaps.mostDecoding, bitmaps.decoding);
  try {
    if (bitmaps.jitter) await new Promise((done) => setTimeout(done, Math.random() * bitmaps.jitter));
    const bitmap = await make(...args);
    bitmaps.made += 1;
    return bitmap;
  } finally {
    bitmaps.decoding -= 1;
  }
};
const close = ImageBitmap.prototype.close;
ImageBitmap.prototype.close = function () {
  if (this.width > 0) bitmaps.closed += 1;
  close.call(this);
};
const draw = CanvasRenderingContext2D.prototype.drawImage;
const glass = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
CanvasRenderingContext2D.prototype.drawImage = function (...args) {
  draw.apply(this, args);
  glass.drawImage(this.canvas, 0, 0);
  const [red, green, blue] = glass.getImageData(0, 0, 1, 1).data;
  bitmaps.painted.push((red << 16) | (green << 8) | blue);
};
"""

# A policy that is broken is reported to the document, whatever the console says about it.
COMPLAINTS = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


class Visit:
    """One open page and what was said about it."""

    def __init__(self, context: BrowserContext, counters: bool) -> None:
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.add_init_script(COMPLAINTS + (COUNTERS if counters else ""))
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("console", self._heard)
        self.page.set_default_timeout(15_000)

    def _heard(self, message) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def open(self, address: str) -> "Visit":
        self.page.goto(address)
        return self

    # What it shows

    def wait(self, expression: str, argument: object = None, timeout: float | None = None) -> None:
        """Until `expression`, with `player` for the element, holds; looked at on every refresh of the screen."""
        self.page.wait_for_function(
            f"(arg) => {{ const player = document.querySelector('frame-stream'); return {expression}; }}",
            arg=argument,
            timeout=timeout,
        )

    def wait_state(self, state: str, timeout: float | None = None) -> None:
        self.wait("player.status.state === arg", state, timeout)

    def wait_still(self) -> None:
        """Until the picture is as dim as it will be."""
        self.wait("player.shadowRoot.getAnimations().length === 0")

    def read(self, expression: str, argument: object = None):
        return self.page.evaluate(
            f"(arg) => {{ const player = document.querySelector('frame-stream'); return {expression}; }}", argument
        )

    @property
    def status(self) -> dict:
        return self.read("player.status")

    @property
    def figures(self) -> dict:
        return self.read("({...player.figures, sequence: String(player.figures.sequence)})")

    def pixel(self) -> list[int]:
        """The colour of the picture at its top left."""
        return self.page.evaluate(
            """() => {
              const glass = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
              glass.drawImage(document.querySelector("frame-stream").shadowRoot.querySelector("canvas"), 0, 0);
              return [...glass.getImageData(0, 0, 1, 1).data].slice(0, 3);
            }"""
        )

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.read("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def cut(self) -> list[str]:
        """Texts of the page that do not fit where they are."""
        return self.read(
            "[...document.querySelectorAll('p, h1, h2, dt, dd, button, label span')].concat("
            "[...player.shadowRoot.querySelectorAll('.sign, .title, .detail')])"
            ".filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth + 1)"
            ".map((each) => each.textContent)"
        )

    def screenshot(self, name: str, full: bool = False) -> None:
        OUTPUT.mkdir(exist_ok=True)
        self.page.screenshot(path=OUTPUT / f"page-{name}.png", full_page=full)

    def assert_clean(self) -> None:
        problems = self.problems + self.read("window.violations")
        assert not problems, problems

    def assert_clean_but_for_the_network(self) -> None:
        """A browser reports a broker that is away by itself, and nothing can stop it; anything else is ours."""
        problems = [problem for problem in self.problems if not IS_ABOUT_THE_NETWORK.search(problem)]
        problems += self.read("window.violations")
        assert not problems, problems
