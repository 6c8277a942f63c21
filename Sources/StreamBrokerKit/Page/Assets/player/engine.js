/**
 * All players of a page, driven by messages. The same code in a worker and, where there is none, on the page's own thread.
 *
 * In: `attach` with a canvas, `open`, `close`, `change`, `capture`, `detach`, each with a player's number; `wake`.
 * Out: `status` and `captured` for a player, `figures` of all of them twice a second.
 */

import { DecodeSlots } from "./decoder.js";
import { Links } from "./links.js";
import { Refresh } from "./painter.js";
import { Player } from "./player.js";

const STATUS_INTERVAL = 250;
const FIGURES_INTERVAL = 500;

export class Engine {
  #post;
  #players = new Map();
  #links = new Links((broker) => this.#moveToPlain(broker));
  #refresh = new Refresh();
  #slots = new DecodeSlots(Math.max(2, Math.min(8, navigator.hardwareConcurrency ?? 2)));
  #timers = [];

  /** @param {(message: object) => void} post */
  constructor(post) {
    this.#post = post;
  }

  /** Messages that were sent together are handled together, so that many wishes become one request. */
  receive(messages) {
    for (const message of messages) this.#handle(message);
  }

  #handle({ type, player: number, ...rest }) {
    const player = this.#players.get(number);
    switch (type) {
      case "attach":
        this.#attach(number, rest.canvas);
        break;
      case "wake":
        this.#links.retryNow();
        break;
      case "open":
        player?.open(rest.target, rest.wish);
        break;
      case "close":
        player?.close();
        break;
      case "change":
        player?.change(rest.wish);
        break;
      case "capture":
        if (player) this.#capture(player, rest);
        break;
      case "detach":
        player?.close();
        this.#players.delete(number);
        break;
    }
    this.#keepTime();
  }

  #attach(number, canvas) {
    const player = new Player({
      canvas,
      refresh: this.#refresh,
      slots: this.#slots,
      links: this.#links,
      onStatus: (status, hasPicture) => this.#post({ type: "status", player: number, status, hasPicture }),
    });
    this.#players.set(number, player);
  }

  async #capture(player, { request, kind }) {
    try {
      this.#post({ type: "captured", request, capture: await player.capture(kind) });
    } catch (error) {
      this.#post({ type: "captured", request, error: error.message });
    }
  }

  /** A page without players costs no wake-ups. */
  #keepTime() {
    if (this.#players.size > 0 && this.#timers.length === 0) {
      this.#timers = [
        setInterval(() => this.#players.forEach((player) => player.update()), STATUS_INTERVAL),
        setInterval(() => this.#reportFigures(), FIGURES_INTERVAL),
      ];
    } else if (this.#players.size === 0) {
      this.#timers.forEach(clearInterval);
      this.#timers = [];
    }
  }

  #reportFigures() {
    const figures = [...this.#players].map(([number, player]) => [number, player.figures]);
    this.#post({ type: "figures", figures });
  }

  #moveToPlain(broker) {
    for (const player of this.#players.values()) {
      if (player.link && player.target.broker === broker) player.moveTo(this.#links.get(player.target));
    }
  }
}
