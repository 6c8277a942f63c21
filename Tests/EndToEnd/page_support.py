"""A visitor of the page who notices every complaint, with counters inside the page."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Worker

OUTPUT = Path(__file__).resolve().parent / "output"
IS_ABOUT_THE_NETWORK = re.compile(r"WebSocket connection to|Failed to load resource|net::ERR_|CORS policy")

# Counts every bitmap that is made and closed, and reads back the number that each painted picture carries.
COUNTERS = """
globalThis.bitmaps = { made: 0, closed: 0, painted: [], jitter: 0, decoding: 0, mostDecoding: 0 };
const make = globalThis.createImageBitmap.bind(globalThis);
globalThis.createImageBitmap = async (...args) => {
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
const Context = globalThis.document ? CanvasRenderingContext2D : OffscreenCanvasRenderingContext2D;
const draw = Context.prototype.drawImage;
const glass = globalThis.document ? document.createElement("canvas") : new OffscreenCanvas(1, 1);
const look = glass.getContext("2d", { willReadFrequently: true });
Context.prototype.drawImage = function (...args) {
  draw.apply(this, args);
  draw.call(look, this.canvas, 0, 0);
  const [red, green, blue] = look.getImageData(0, 0, 1, 1).data;
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

    def __init__(self, context: BrowserContext, counters: bool, script: str = "") -> None:
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.add_init_script(COMPLAINTS + script)
        self.counters = counters
        if counters:
            self.page.add_init_script(COUNTERS)
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("console", self._heard)
        self.page.set_default_timeout(15_000)

    def _heard(self, message) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def open(self, address: str) -> "Visit":
        self.page.goto(address)
        # An init script does not reach a worker.
        if self.counters and self.engine is not self.page:
            self.engine.evaluate(f"() => {{ {COUNTERS} }}")
        return self

    # What it shows

    def wait(self, expression: str, argument: object = None, timeout: float | None = None) -> None:
        """Until `expression`, with `player` for the element, holds; looked at on every refresh of the screen."""
        self.page.wait_for_function(
            f"(arg) => {{ const player = document.querySelector('#player'); return {expression}; }}",
            arg=argument,
            timeout=timeout,
        )

    @property
    def engine(self) -> Page | Worker:
        """Where frames are decoded and painted: the page's worker, or the page itself."""
        where = self.page.evaluate(
            "async () => { const { engineHost } = await import('/player/engine-host.js');"
            " await engineHost.ready; return engineHost.where.place; }"
        )
        return self.page.workers[0] if where == "worker" else self.page

    def wait_engine(self, expression: str, argument: object = None, timeout: float = 15_000) -> None:
        """Until `expression` holds where frames are painted."""
        self.engine.evaluate(
            f"""([arg, timeout]) => new Promise((done, fail) => {{
              const limit = performance.now() + timeout;
              const look = () => {{
                if ({expression}) done();
                else if (performance.now() > limit) fail(new Error("waited in vain"));
                else setTimeout(look, 5);
              }};
              look();
            }})""",
            [argument, timeout],
        )

    def read_engine(self, expression: str, argument: object = None):
        return self.engine.evaluate(f"(arg) => ({expression})", argument)

    def wait_state(self, state: str, timeout: float | None = None) -> None:
        self.wait("player.status.state === arg", state, timeout)

    def switch(self, name: str) -> None:
        """Presses the page's own button, "Disconnect" or "Connect"."""
        self.page.locator("#connection", has_text=re.compile(f"^{name}$")).click()

    def show_source(self, **fields: str) -> None:
        """Fills in the form that says what to show, and sends it."""
        self.page.locator("#source summary").click()
        for name, value in fields.items():
            self.page.locator(f"#source [name={name}]").fill(value)
        self.page.get_by_role("button", name="Show", exact=True).click()

    def wait_still(self) -> None:
        """Until the picture is as dim as it will be."""
        self.wait("player.shadowRoot.getAnimations().length === 0")

    def pause(self, milliseconds: int) -> None:
        """Gives the page time to do what it must not: only for showing that nothing happens."""
        self.page.wait_for_timeout(milliseconds)

    def read(self, expression: str, argument: object = None):
        return self.page.evaluate(
            f"(arg) => {{ const player = document.querySelector('#player'); return {expression}; }}", argument
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
              glass.drawImage(document.querySelector("#player").shadowRoot.querySelector("canvas"), 0, 0);
              return [...glass.getImageData(0, 0, 1, 1).data].slice(0, 3);
            }"""
        )

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.read("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def cut(self) -> list[str]:
        """Texts of the page that do not fit where they are."""
        return self.read(
            """((isCutBelow) => [...document.querySelectorAll('p, h1, h2, dt, dd, button, summary, a .name, label span')].concat(
            [...player.shadowRoot.querySelectorAll('.sign, .title, .detail, .overlay, .overlay p, .bar, .menu, .menu button, .key-list')])
            .filter((each) => each.offsetParent && getComputedStyle(each).clipPath === "none")
            .filter((each) => each.scrollWidth > each.clientWidth + 1 || isCutBelow(each))
            .map((each) => each.textContent))(
              (each) => each.matches(".sign, .overlay, .menu") && each.scrollHeight > each.clientHeight + 1
            )"""
        )

    def overlaps(self) -> list[list[str]]:
        """Pairs of things that lie over each other and should lie beside each other."""
        return self.read(
            """(() => {
              const groups = [
                document.querySelectorAll("header > *, main > *"),
                document.querySelectorAll(".tile"),
                document.querySelectorAll("#single-view > *, .side > *, dl > div"),
                player.shadowRoot.querySelectorAll(".bar > *"),
                player.shadowRoot.querySelectorAll(".overlay, .bar"),
                player.shadowRoot.querySelectorAll(".sign, .bar"),
              ];
              const isShown = (each) => each.checkVisibility({ opacityProperty: true }) && each.offsetWidth > 1;
              const found = [];
              for (const group of groups) {
                const boxes = [...group].filter((each) => isShown(each) && !each.closest("dialog")).map((each) => [each, each.getBoundingClientRect()]);
                for (const [one, a] of boxes) for (const [other, b] of boxes) {
                  if (one === other || one.contains(other) || other.contains(one)) continue;
                  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                  if (across > 1 && down > 1) found.push([one, other].map((each) => each.className || each.id || each.tagName));
                }
              }
              return found;
            })()"""
        )

    def screenshot(self, name: str, full: bool = False) -> None:
        OUTPUT.mkdir(exist_ok=True)
        self.page.screenshot(path=OUTPUT / f"page-{name}.png", full_page=full)

    def forget_complaints(self) -> None:
        self.problems.clear()
        self.read("violations.splice(0)")

    def assert_clean(self) -> None:
        problems = self.problems + self.read("window.violations")
        assert not problems, problems

    def assert_clean_but_for_the_network(self) -> None:
        """A browser reports a broker that is away by itself, and nothing can stop it; anything else is ours."""
        problems = [problem for problem in self.problems if not IS_ABOUT_THE_NETWORK.search(problem)]
        problems += self.read("window.violations")
        assert not problems, problems
