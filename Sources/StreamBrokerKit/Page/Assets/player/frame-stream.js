/**
 * `<frame-stream>`: one stream of a broker, painted as it comes.
 *
 *     <script type="module" src="https://host/player/frame-stream.js"></script>
 *     <frame-stream src="wss://host/ws/front-door" controls></frame-stream>
 *
 * Attributes: `src`, or `broker` and `stream`; `fps`, `fit`, `token`, `controls`, `overlay`, `paused`, `standby`.
 * Methods: `play()`, `pause()`, `capture(kind)`, `handleKey(event)`. Properties: `paused`, `status`, `figures`, `engine`.
 * Events: `statuschange` when the state or its wording changes, `figures` twice a second.
 */

import { brokerAddress, streamProblem, streamSource } from "./address.js";
import { copyPicture, saveFile } from "./capture.js";
import { ControlBar } from "./control-bar.js";
import { engineHost } from "./engine-host.js";
import { Overlay } from "./overlay.js";
import { PictureInPicture } from "./picture-in-picture.js";
import { DISCONNECTED } from "./status.js";
import { buildView } from "./view.js";
import { Zoom } from "./zoom.js";

const SOURCE_ATTRIBUTES = ["src", "broker", "stream", "fps", "token"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NO_FIGURES = {
  received: 0,
  decoded: 0,
  painted: 0,
  skipped: 0,
  replacedBeforeDecoding: 0,
  replacedBeforePainting: 0,
  undecodable: 0,
  backwards: 0,
  receivedRate: 0,
  decodedRate: 0,
  paintedRate: 0,
  bitsPerSecond: 0,
  age: null,
  ageMedian: null,
  ageHigh: null,
  clockOffset: null,
  clockError: null,
  roundTrip: null,
  format: null,
  bytes: null,
  width: null,
  height: null,
  sequence: null,
};

export class FrameStream extends HTMLElement {
  static observedAttributes = [...SOURCE_ATTRIBUTES, "controls", "overlay", "standby"];

  #view = buildView();
  #overlay = new Overlay();
  #zoom = new Zoom(this.#view.stage, this.#view.frame, () => this.#updateControls());
  #pictureInPicture = new PictureInPicture(() => this.#watchingChanged());
  #controls = null;

  #player = null;
  #paused = false;
  #target = null;
  #onScreen = true;
  #status = DISCONNECTED;
  #figures = NO_FIGURES;
  #hasPicture = false;
  #attributesPending = false;
  #listening = null;

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).append(...this.#view.nodes);
    this.#view.stage.append(this.#overlay.node);
    this.addEventListener("keydown", (event) => this.handleKey(event));
  }

  async connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#paused = this.hasAttribute("paused");
    document.addEventListener("visibilitychange", () => this.#watchingChanged(), { signal });
    const observer = new IntersectionObserver((entries) => {
      this.#onScreen = entries.at(-1).isIntersecting;
      this.#watchingChanged();
    });
    observer.observe(this);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#controlsChanged();
    this.#view.show(this.#status, false);
    await engineHost.ready;
    if (signal.aborted) return;
    this.#player = engineHost.attach(this.#view.newCanvas(), {
      status: (status, hasPicture) => this.#statusCame(status, hasPicture),
      figures: (figures) => this.#figuresCame(figures),
    });
    if (!this.#paused) this.#open();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#pictureInPicture.close();
    if (this.#player !== null) engineHost.detach(this.#player);
    this.#player = null;
    this.#target = null;
    this.#view.removeCanvas();
  }

  attributeChangedCallback(name, before, after) {
    if (before === after) return;
    if (name === "controls" || name === "overlay") {
      this.#controlsChanged();
    } else if (name === "standby") {
      this.#change({ standby: after !== null });
    } else if (!this.#attributesPending) {
      // Several attributes are often set in a row; what they come to is looked at once, when they all are.
      this.#attributesPending = true;
      queueMicrotask(() => {
        this.#attributesPending = false;
        this.#sourceChanged();
      });
    }
  }

  /** Shows the stream that the attributes name, and keeps at it until `pause()`. */
  play() {
    this.#paused = false;
    this.#open();
    this.#updateControls();
  }

  /** Ends it. The last picture stays, marked as old; nothing but `play()` starts again. */
  pause() {
    this.#paused = true;
    this.#target = null;
    if (this.#player !== null) engineHost.send({ type: "close", player: this.#player });
    this.#showStatus(DISCONNECTED);
  }

  /** Whether the user wants nothing: from `pause()` to `play()`, whatever the network does. */
  get paused() {
    return this.#paused;
  }

  /** `{state, title, detail}`: a word for scripts and style sheets, and two sentences for people. */
  get status() {
    return this.#status;
  }

  /** Rates, counts, ages and clock as of the last `figures` event; null where unknown. Times in milliseconds. */
  get figures() {
    return this.#figures;
  }

  /** Where frames are decoded and why there: `{place: "worker" | "page", reason}`. */
  get engine() {
    return engineHost.where;
  }

  /**
   * The picture on screen as a file.
   * @param {"sent" | "png" | "clip"} kind  the frame as it was sent; as PNG; the last 5 s as an animated WebP (with
   *   `controls` only, else the frame alone)
   * @returns {Promise<{name: string, blob: Blob} | null>} null before the first picture
   */
  async capture(kind = "sent") {
    return this.#player === null ? null : engineHost.capture(this.#player, kind);
  }

  // The source

  #open() {
    if (this.#player === null) return;
    try {
      this.#target = this.#readTarget();
    } catch (error) {
      this.#target = null;
      engineHost.send({ type: "close", player: this.#player });
      this.#showStatus({ state: "refused", title: "Not possible", detail: error.message });
      return;
    }
    if (!this.#target) return;
    this.#view.label = `Picture of ${this.#target.stream}`;
    this.#overlay.clear();
    const wish = { watching: this.#watching, standby: this.hasAttribute("standby"), keepsRecent: this.hasAttribute("controls") };
    engineHost.send({ type: "open", player: this.#player, target: this.#target, wish });
  }

  #sourceChanged() {
    if (this.#paused || this.#player === null) return;
    let target = null;
    try {
      target = this.#readTarget();
    } catch {
      // Said by open().
    }
    const same = ["broker", "stream", "token"].every((name) => target && target[name] === this.#target?.[name]);
    if (!same) {
      this.#open();
    } else if (target.fps !== this.#target.fps) {
      this.#target = target;
      this.#change({ fps: target.fps });
    }
  }

  /** @returns {Target | null} null while no stream is named at all */
  #readTarget() {
    const source = this.getAttribute("src");
    const named = this.getAttribute("stream");
    if (source === null && named === null) return null;
    const own = Number(this.getAttribute("fps"));
    const { broker, stream, fps, token } =
      source !== null
        ? streamSource(source, document.baseURI)
        : { broker: brokerAddress(this.getAttribute("broker"), document.baseURI), stream: named, fps: null, token: null };
    const problem = streamProblem(stream);
    if (problem) throw new TypeError(problem);
    return { broker: broker.href, stream, fps: own > 0 ? own : fps, token: this.getAttribute("token") ?? token };
  }

  // Whether anybody looks

  get #watching() {
    return this.#pictureInPicture.isOpen || (this.#onScreen && document.visibilityState === "visible");
  }

  #watchingChanged() {
    this.#change({ watching: this.#watching });
  }

  #change(wish) {
    if (this.#player !== null) engineHost.send({ type: "change", player: this.#player, wish });
  }

  // What comes back

  #statusCame(status, hasPicture) {
    this.#hasPicture = hasPicture;
    // A pause, or what is wrong with the attributes, is known here before what the engine has still to say.
    this.#showStatus(this.#target ? status : this.#status);
  }

  #showStatus(status) {
    const before = this.#status;
    this.#status = status;
    this.#view.show(status, this.#hasPicture);
    this.#updateControls();
    const isNew = ["state", "title", "detail"].some((name) => status[name] !== before[name]);
    if (isNew) this.dispatchEvent(new Event("statuschange"));
  }

  #figuresCame(figures) {
    this.#figures = figures;
    this.#overlay.add(figures, engineHost.where);
    this.dispatchEvent(new Event("figures"));
  }

  // Controls

  #controlsChanged() {
    const wanted = this.hasAttribute("controls");
    if (wanted && !this.#controls) {
      this.#controls = new ControlBar(this.#actions);
      this.#view.stage.append(...this.#controls.nodes);
    } else if (!wanted && this.#controls) {
      this.#controls.nodes.forEach((node) => node.remove());
      this.#controls = null;
    }
    this.#view.isOperable = wanted;
    this.#zoom.enabled = wanted;
    this.#overlay.node.hidden = !this.hasAttribute("overlay");
    this.#overlay.node.toggleAttribute("data-above-controls", wanted);
    this.#change({ keepsRecent: wanted });
    this.#updateControls();
  }

  #updateControls() {
    this.#controls?.update({
      paused: this.#paused,
      status: this.#status,
      hasPicture: this.#hasPicture,
      canPictureInPicture: PictureInPicture.isPossible && this.#hasPicture,
      isZoomed: this.#zoom.isZoomed,
      figuresShown: this.hasAttribute("overlay"),
    });
  }

  #actions = {
    toggle: () => (this.#paused ? this.play() : this.pause()),
    fullscreen: () => this.#toggleFullScreen(),
    pip: () => this.#attempt(this.#pictureInPicture.toggle(this.#view.canvas), "", "Picture in picture is not possible"),
    figures: () => this.toggleAttribute("overlay"),
    keep: () => this.#controls.toggleMenu(),
    help: () => this.#controls.toggleHelp(),
    unzoom: () => this.#zoom.reset(),
    saveSent: () => this.#save("sent"),
    savePNG: () => this.#save("png"),
    saveClip: () => this.#save("clip"),
    copy: () => this.#attempt(copyPicture(this.capture("png")), "Copied", "The browser does not allow copying"),
  };

  #save(kind) {
    const saved = this.capture(kind).then((capture) => capture && saveFile(capture));
    this.#attempt(saved, "Saved", "This cannot be saved");
  }

  async #attempt(promise, done, failed) {
    try {
      await promise;
      if (done) this.#controls?.say(done);
    } catch (error) {
      this.#controls?.say(error.message ? `${failed}: ${error.message}` : failed);
    }
  }

  #toggleFullScreen() {
    if (document.fullscreenElement === this) document.exitFullscreen();
    else this.requestFullscreen?.();
  }

  /** Does what a key means here; a page may pass on keys that were pressed elsewhere on it. @param {KeyboardEvent} event */
  handleKey(event) {
    if (!this.#controls || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const isOnButton = event.composedPath()[0] instanceof HTMLButtonElement;
    if (this.#keyAction(event, isOnButton)) event.preventDefault();
  }

  /** @returns {boolean} whether the key meant something here */
  #keyAction({ key, shiftKey }, isOnButton) {
    switch (key.length === 1 ? key.toLowerCase() : key) {
      case " ":
        if (isOnButton) return false;
        this.#actions.toggle();
        return true;
      case "f":
        this.#actions.fullscreen();
        return true;
      case "p":
        if (PictureInPicture.isPossible) this.#actions.pip();
        return true;
      case "s":
        this.#save(shiftKey ? "png" : "sent");
        return true;
      case "c":
        this.#actions.copy();
        return true;
      case "v":
        this.#actions.saveClip();
        return true;
      case "i":
        this.#actions.figures();
        return true;
      case "+":
      case "=":
        this.#zoom.in();
        return true;
      case "-":
        this.#zoom.out();
        return true;
      case "0":
        this.#zoom.reset();
        return true;
      case "?":
        this.#controls.toggleHelp();
        return true;
      case "Escape":
        return this.#controls.dismiss();
      default:
        return key in ARROWS && this.#zoom.pan(...ARROWS[key]);
    }
  }
}

customElements.define("frame-stream", FrameStream);
