/** The streams that a broker has, as a choice when there is more than one. */

import { brokerAddress, streamsAddress } from "../player/address.js";

const REFRESH = 5000;
const ANSWER_LIMIT = 4000;

/**
 * @param {URL} broker
 * @returns {Promise<{id: string}[]>} rejects when the broker is away, refuses, or keeps its list from other origins
 */
export async function fetchStreams(broker) {
  const response = await fetch(streamsAddress(broker), {
    cache: "no-store",
    credentials: "same-origin",
    signal: AbortSignal.timeout(ANSWER_LIMIT),
  });
  if (!response.ok) throw new Error(`the list of streams answers ${response.status}`);
  const { streams } = await response.json();
  return streams.map((stream) => ({ id: stream.stream }));
}

export class StreamList {
  #nav;
  #items;
  #onChoose;
  #broker = null;
  #timer = null;
  #ids = [];
  #current = null;

  /**
   * @param {HTMLElement} nav
   * @param {object} options
   * @param {(stream: string) => void} options.onChoose
   */
  constructor(nav, { onChoose }) {
    this.#nav = nav;
    this.#items = nav.querySelector("ul");
    this.#onChoose = onChoose;
    document.addEventListener("visibilitychange", () => this.#refresh());
  }

  /** Keeps the list of this broker up to date. @param {string} broker  as typed */
  watch(broker) {
    this.#broker = broker;
    this.#refresh();
  }

  /** The stream on screen. */
  set current(id) {
    this.#current = id;
    this.#mark();
  }

  async #refresh() {
    clearTimeout(this.#timer);
    if (this.#broker === null || document.visibilityState === "hidden") return;
    const broker = this.#broker;
    let ids = [];
    try {
      ids = (await fetchStreams(brokerAddress(broker, document.baseURI))).map(({ id }) => id).sort();
    } catch {
      // Away, or not readable from here: a choice that cannot be offered is not offered.
    }
    if (broker !== this.#broker) return;
    this.#render(ids);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), REFRESH);
  }

  #render(ids) {
    this.#nav.hidden = ids.length < 2;
    // Left alone while it is the same, so that the focus stays where it is.
    if (ids.join() === this.#ids.join()) return;
    this.#ids = ids;
    this.#items.replaceChildren(...ids.map((id) => this.#item(id)));
    this.#mark();
  }

  #item(id) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = id;
    button.addEventListener("click", () => this.#onChoose(id));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  #mark() {
    for (const button of this.#items.querySelectorAll("button")) {
      if (button.textContent === this.#current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }
}
