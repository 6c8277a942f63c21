/**
 * `<frame-stream>`: one stream of a broker, painted as it comes.
 *
 *     <script type="module" src="player/frame-stream.js"></script>
 *     <frame-stream broker="http://192.168.1.10:3090" stream="front-door" autoconnect></frame-stream>
 *
 * Attributes: `broker` (default: where the page came from), `stream`, `fps` (at most so many frames a second),
 * `autoconnect`. Methods: `connect()`, `disconnect()`, `capture()`. Properties: `wanted`, `status`, `figures`.
 * Events: `statuschange` when the state or its wording changes, `figures` twice a second.
 */

import { brokerAddress, streamProblem } from "./address.js";
import { captureName } from "./capture.js";
import { wallTime } from "./clock.js";
import { Connection } from "./connection.js";
import { NewestWinsDecoder } from "./decoder.js";
import { Figures } from "./figures.js";
import { Painter } from "./painter.js";
import { freshnessLimit, statusOf } from "./status.js";

const STATUS_INTERVAL = 250;
const FIGURES_INTERVAL = 500;

export class FrameStream extends HTMLElement {
  static observedAttributes = ["broker", "stream", "fps"];

  #view = buildView();
  #figures = new Figures();
  #connection = new Connection({
    onFrame: (frame) => this.#received(frame),
    onChange: (state) => this.#linkChanged(state),
  });
  #decoder = new NewestWinsDecoder({
    onPicture: (bitmap, frame) => this.#painter.show(bitmap, frame),
    onReplaced: () => this.#figures.replaced(),
    onFailure: (frame) => this.#undecodable(frame),
  });
  #painter = new Painter(this.#view.canvas, {
    onPaint: (frame) => this.#painted(frame),
    onReplaced: () => this.#figures.replaced(),
  });

  #wanted = false;
  /** What is wrong with the attributes, told in place of a connection. */
  #problem = null;
  #target = null;
  #unshowable = null;
  #status = { state: "disconnected", title: "", detail: "" };
  #timers = [];
  #listening = null;

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).append(...this.#view.nodes);
  }

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    addEventListener("online", () => this.#connection.retryNow(), { signal });
    document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal });
    this.#timers = [
      setInterval(() => this.#updateStatus(), STATUS_INTERVAL),
      setInterval(() => this.dispatchEvent(new Event("figures")), FIGURES_INTERVAL),
    ];
    this.#visibilityChanged();
    this.#updateStatus();
    if (this.hasAttribute("autoconnect")) this.connect();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#timers.forEach(clearInterval);
    this.disconnect();
  }

  attributeChangedCallback() {
    // Several attributes are often set in a row; what they come to is looked at once, when they all are.
    queueMicrotask(() => this.#attributesChanged());
  }

  /** Shows the stream that the attributes name, and keeps at it until `disconnect()`. */
  connect() {
    this.#halt();
    this.#figures.clear();
    this.#unshowable = null;
    this.#wanted = true;
    try {
      const target = this.#readTarget();
      if (!sameSource(target, this.#target)) this.#painter.clear();
      this.#target = target;
    } catch (error) {
      this.#target = null;
      this.#problem = error.message;
      this.#connection.close();
      return;
    }
    this.#problem = null;
    this.#view.canvas.setAttribute("aria-label", `Picture of ${this.#target.stream}`);
    this.#connection.open(this.#target);
  }

  /** Ends it. The last picture stays, marked as old; nothing but `connect()` starts again. */
  disconnect() {
    this.#wanted = false;
    this.#problem = null;
    this.#halt();
    this.#connection.close();
  }

  /** Whether the user wants the stream: from `connect()` to `disconnect()`, whatever the network does. */
  get wanted() {
    return this.#wanted;
  }

  /** `{state, title, detail}`: a word for scripts and style sheets, and two sentences for people. */
  get status() {
    return this.#status;
  }

  /** Rates, counts, ages and clock of this moment; null where unknown. Times in milliseconds. */
  get figures() {
    const { painted } = this.#painter;
    const { clock } = this.#connection;
    const moving = this.#status.state === "live" || this.#status.state === "late";
    const numbers = this.#figures.snapshot(performance.now());
    return {
      ...numbers,
      age: moving ? numbers.ageMedian : (this.#picture()?.age ?? null),
      clockOffset: clock.offset,
      roundTrip: clock.roundTrip,
      format: painted?.format.name ?? null,
      bytes: painted?.bytes.length ?? null,
      width: painted ? this.#view.canvas.width : null,
      height: painted ? this.#view.canvas.height : null,
      sequence: painted?.sequence ?? null,
    };
  }

  /** The frame on screen exactly as it was sent, `{name, blob}`; null before the first. */
  capture() {
    const frame = this.#painter.painted;
    if (!frame) return null;
    return {
      name: captureName(this.#target.stream, frame, wallTime(frame.receivedAt)),
      blob: new Blob([frame.bytes], { type: frame.format.mediaType }),
    };
  }

  get #fps() {
    const fps = Number(this.getAttribute("fps"));
    return fps > 0 ? fps : null;
  }

  #attributesChanged() {
    if (!this.#wanted) return;
    let target;
    try {
      target = this.#readTarget();
    } catch {
      target = null; // said by connect()
    }
    if (!target || !sameSource(target, this.#target)) {
      this.connect();
    } else {
      this.#target = target;
      this.#connection.setRate(target.fps);
    }
  }

  #readTarget() {
    const broker = brokerAddress(this.getAttribute("broker"), document.baseURI);
    const stream = this.getAttribute("stream") ?? "";
    const problem = streamProblem(stream);
    if (problem) throw new TypeError(problem);
    return { broker, stream, fps: this.#fps };
  }

  #halt() {
    this.#decoder.clear();
    this.#painter.cancel();
  }

  #received(frame) {
    if (this.#figures.received(frame, frame.receivedAt)) this.#decoder.push(frame);
  }

  #painted(frame) {
    const { clock } = this.#connection;
    const age = clock.age(frame.captureTime) ?? clock.age(frame.arrivalTime);
    this.#figures.painted(performance.now(), frame.replayed ? null : age);
    this.#unshowable = null;
    if (this.#status.state !== "live") this.#updateStatus();
  }

  #undecodable(frame) {
    this.#figures.undecodable();
    this.#unshowable = frame.format.name;
  }

  #linkChanged({ phase }) {
    if (phase === "open") {
      this.#figures.connected();
      this.#unshowable = null;
    }
    this.#updateStatus();
  }

  #visibilityChanged() {
    const hidden = document.visibilityState === "hidden";
    this.#decoder.paused = hidden;
    if (!hidden) this.#connection.retryNow();
  }

  /** What there is to know about the picture on screen, see `statusOf`. */
  #picture() {
    const frame = this.#painter.painted;
    if (!frame) return null;
    const { clock, ordinal } = this.#connection;
    const current = frame.connection === ordinal;
    const onBroker = current ? clock.age(frame.arrivalTime) : null;
    const here = performance.now() - frame.receivedAt;
    const limit = freshnessLimit(this.#figures.interval, this.#fps);
    return {
      age: frame.replayed && onBroker !== null ? Math.max(here, onBroker) : here,
      limit,
      proven: current && (!frame.replayed || (onBroker !== null && onBroker < limit)),
      behind: onBroker === null ? null : onBroker - here,
    };
  }

  #updateStatus() {
    // Nothing is painted on a hidden page, so nothing can be said about what is on it.
    if (document.visibilityState === "hidden" && this.#connection.state.phase === "open") return;
    const status = this.#problem
      ? { state: "refused", title: "Not possible", detail: this.#problem }
      : statusOf({
          link: this.#connection.state,
          stream: this.#target?.stream ?? "",
          host: this.#target?.broker.host ?? "",
          picture: this.#picture(),
          unshowable: this.#unshowable,
          now: wallTime(),
        });
    const { state, title, detail } = this.#status;
    if (state === status.state && title === status.title && detail === status.detail) return;
    this.#status = status;
    this.#view.show(status, this.#painter.painted !== null);
    this.dispatchEvent(new Event("statuschange"));
  }
}

function sameSource(one, other) {
  return one.broker.href === other?.broker.href && one.stream === other?.stream;
}

function buildView() {
  const styles = element("link", { rel: "stylesheet", href: new URL("frame-stream.css", import.meta.url).href });
  const canvas = element("canvas", { width: "1280", height: "720", role: "img", "aria-label": "No picture" });
  const title = element("p", { class: "title" });
  const detail = element("p", { class: "detail" });
  const sign = element("div", { class: "sign", part: "sign", "aria-hidden": "true" }, title, detail);
  // What is read aloud is apart from what is shown: a count of seconds would never let a listener go.
  const spoken = element("p", { class: "spoken", role: "status" });
  const stage = element("div", { class: "stage", part: "stage", "data-state": "disconnected" }, canvas, sign, spoken);

  return {
    nodes: [styles, stage],
    canvas,
    show(status, hasPicture) {
      if (stage.dataset.state !== status.state || title.textContent !== status.title) {
        spoken.textContent = `${status.title}. ${status.state === "lost" ? "" : status.detail}`.trim();
      }
      stage.dataset.state = status.state;
      stage.toggleAttribute("data-picture", hasPicture);
      title.textContent = status.title;
      detail.textContent = status.detail;
    },
  };
}

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

customElements.define("frame-stream", FrameStream);
