/** One camera on the wall: a link to its large picture. */

import { element } from "../player/elements.js";

/** A camera that sends nothing for so long is not watched any more, so that the broker can forget it. */
const STANDBY_AFTER = 10_000;
/** A stream that the broker does not list any more may come back: the broker was only started again. */
const GONE_AFTER = 10_000;

const WORDS = new Map([
  ["live", "live"],
  ["late", "late"],
  ["stale", "stale"],
  ["camera-lost", "camera lost"],
  ["broker-lost", "broker lost"],
  ["refused", "refused"],
  ["connecting", "connecting"],
  ["waiting", "waiting for a picture"],
  ["disconnected", "disconnected"],
  ["unshowable", "cannot be shown"],
]);

export class Tile {
  id;
  player = element("frame-stream", {});
  #link;
  #name = element("span", { class: "name" });
  #lastListed = performance.now();
  #lastLive = null;
  #watches = false;

  node = element("li", { class: "tile" });

  /**
   * @param {string} id
   * @param {() => void} onOpen
   * @param {() => void} onState
   */
  constructor(id, onOpen, onState) {
    this.id = id;
    this.#name.textContent = id;
    this.#link = element("a", { title: id }, this.player, this.#name);
    this.#link.addEventListener("click", (event) => {
      // With a modifier it is a link like any other: a new tab, a new window.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      onOpen();
    });
    this.player.addEventListener("statuschange", () => {
      this.#showState();
      onState();
    });
    this.#showState();
    this.node.append(this.#link);
  }

  get state() {
    return this.player.status.state;
  }

  set href(href) {
    this.#link.href = href;
  }

  focus() {
    this.#link.focus();
  }

  /** What the broker says about the camera; null when it does not list it. @param {Camera | null} camera */
  listed(camera) {
    const now = performance.now();
    if (camera) this.#lastListed = now;
    if (camera?.isLive) this.#lastLive = now;
    const isMissed = this.#lastLive !== null && now - this.#lastLive < STANDBY_AFTER;
    // A stream that was named and never listed is asked for: there is no other way to know of it.
    this.player.toggleAttribute("standby", camera !== null && !camera.isLive && !camera.isKept && !isMissed);
  }

  get isGone() {
    return performance.now() - this.#lastListed > GONE_AFTER;
  }

  /** @param {{broker: string, token: string | null, stream: string, fps: number, connected: boolean}} wish */
  show({ broker, token, stream, fps, connected }) {
    setAttribute(this.player, "token", token);
    setAttribute(this.player, "broker", broker);
    setAttribute(this.player, "stream", stream);
    setAttribute(this.player, "fps", String(fps));
    if (connected === this.#watches && this.player.isConnected) return;
    this.#watches = connected;
    this.player.toggleAttribute("paused", !connected);
    if (!this.player.isConnected) return;
    if (connected) this.player.play();
    else this.player.pause();
  }

  #showState() {
    const { state, title } = this.player.status;
    this.node.dataset.state = state;
    this.#link.setAttribute("aria-label", `${this.id}, ${WORDS.get(state) ?? title}`);
  }
}

function setAttribute(node, name, value) {
  if (node.getAttribute(name) === value) return;
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}
