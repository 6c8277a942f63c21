/** The sockets of a page: one per broker and token, however many streams are watched. */

import { Link } from "./link.js";

export class Links {
  #links = new Map();
  #plainBrokers = new Set();
  #onPlain;

  /** @param {(broker: string) => void} onPlain  the players of this broker have to be given other links */
  constructor(onPlain) {
    this.#onPlain = onPlain;
  }

  /** @param {Target} target */
  get({ broker, stream, token }) {
    const plain = this.#plainBrokers.has(broker);
    const key = JSON.stringify([broker, token, plain ? stream : null]);
    let link = this.#links.get(key);
    if (!link) {
      link = new Link({ broker: new URL(broker), token, plain, onPlain: () => this.#isPlain(broker) });
      this.#links.set(key, link);
    }
    return link;
  }

  release(link) {
    if (!link.isUnused) return;
    for (const [key, each] of this.#links) if (each === link) this.#links.delete(key);
  }

  retryNow() {
    for (const link of this.#links.values()) link.retryNow();
  }

  #isPlain(broker) {
    this.#plainBrokers.add(broker);
    this.#onPlain(broker);
  }
}
