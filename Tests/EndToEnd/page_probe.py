"""What is really painted, read back from the pixels where they are painted: when, what, and of how many bytes."""

import json

from playwright.sync_api import CDPSession

from page_support import Visit

# A picture of at least the clock's size carries a clock (picture_clock.py); a smaller one is its number in its colour.
PROBE = """
globalThis.probe = { paints: [], made: 0, closed: 0 };
const Context = globalThis.document ? CanvasRenderingContext2D : OffscreenCanvasRenderingContext2D;
const glass = globalThis.document ? document.createElement("canvas") : new OffscreenCanvas(256, 64);
glass.width = 256;
glass.height = 64;
const look = glass.getContext("2d", { willReadFrequently: true });
const canvases = new Map();
const sizes = new WeakMap();

const make = globalThis.createImageBitmap.bind(globalThis);
globalThis.createImageBitmap = async (blob) => {
  const bitmap = await make(blob);
  sizes.set(bitmap, blob.size);
  probe.made += 1;
  return bitmap;
};
const close = ImageBitmap.prototype.close;
ImageBitmap.prototype.close = function () {
  if (this.width > 0) probe.closed += 1;
  close.call(this);
};
const clock = () => {
  const { data } = look.getImageData(0, 0, 256, 64);
  let bits = 0n;
  for (let row = 0; row < 4; row += 1) {
    for (let column = 0; column < 16; column += 1) {
      bits = (bits << 1n) | (data[4 * ((row * 16 + 8) * 256 + column * 16 + 8) + 1] >= 126 ? 1n : 0n);
    }
  }
  return Number(bits >> 16n);
};
const number = () => {
  const [red, green, blue] = look.getImageData(0, 0, 1, 1).data;
  return (red << 16) | (green << 8) | blue;
};
const draw = Context.prototype.drawImage;
Context.prototype.drawImage = function (image, ...args) {
  draw.call(this, image, ...args);
  const at = performance.timeOrigin + performance.now();
  if (!canvases.has(this.canvas)) canvases.set(this.canvas, canvases.size);
  const hasClock = image.width >= 256;
  draw.call(look, image, 0, 0);
  probe.paints.push([canvases.get(this.canvas), at, hasClock ? clock() : number(), sizes.get(image) ?? 0]);
};
"""


class Probe:
    """Looks at one page's pictures, and at the memory of the thread that paints them."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        visit.engine.evaluate(f"() => {{ {PROBE} }}")

    def take(self) -> list[tuple[int, float, int, int]]:
        """What was painted since the last time: canvas, moment in Unix ms, clock or number in the picture, bytes."""
        return [tuple(paint) for paint in self._visit.read_engine("probe.paints.splice(0)")]

    def wait_paints(self, count: int, timeout: float = 15_000) -> None:
        self._visit.wait_engine("probe.paints.length >= arg", count, timeout)

    @property
    def open_bitmaps(self) -> int:
        return self._visit.read_engine("probe.made - probe.closed")


class WorkerHeap:
    """The memory that the page's worker holds after a collection, by the browser's own account."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._answers: dict[int, dict] = {}
        self._number = 0
        sessions: list[dict] = []
        self._cdp: CDPSession = visit.page.context.new_cdp_session(visit.page)
        self._cdp.on("Target.attachedToTarget", lambda event: sessions.append(event))
        self._cdp.on("Target.receivedMessageFromTarget", self._heard)
        self._cdp.send("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False})
        visit.wait("true")
        [self._session] = [each["sessionId"] for each in sessions if each["targetInfo"]["type"] == "worker"]
        self._ask("HeapProfiler.enable")

    def _heard(self, event: dict) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._answers[message["id"]] = message["result"]

    def _ask(self, method: str) -> dict:
        self._number += 1
        message = json.dumps({"id": self._number, "method": method})
        self._cdp.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
        for _ in range(200):
            if self._number in self._answers:
                return self._answers.pop(self._number)
            self._visit.pause(20)
        raise AssertionError(f"no answer to {method}")

    def kilobytes(self) -> float:
        self._ask("HeapProfiler.collectGarbage")
        usage = self._ask("Runtime.getHeapUsage")
        return (usage["usedSize"] + usage["backingStorageSize"] + usage["embedderHeapUsedSize"]) / 1000
