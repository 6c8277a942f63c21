/** Why cameras show nothing new, as far as the broker knows: whoever runs them for it tells it. Asked only while that matters. */

import { streamsAddress } from "./address.js";

const REPEAT = 5000;
/** Each failed look is an error in the browser's console, and is as likely to fail again. */
const REPEAT_AFTER_FAILURE = 60_000;
const ANSWER_LIMIT = 4000;

export class Causes {
  #address;
  #reasons = new Map();
  #nextLook = -Infinity;

  /** @param {URL} broker  @param {string | null} token */
  constructor(broker, token) {
    this.#address = streamsAddress(broker, token);
  }

  /**
   * What was known a moment ago; what is known now is asked for, and can be had at the next call.
   * @param {string} stream
   * @param {number} now  ms, as performance.now() has it
   * @returns {string | null} a sentence, or null when the broker knows nothing of this stream's camera
   */
  of(stream, now) {
    if (now >= this.#nextLook) {
      this.#nextLook = now + REPEAT;
      this.#ask();
    }
    return this.#reasons.get(stream) ?? null;
  }

  async #ask() {
    try {
      const response = await fetch(this.#address, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_LIMIT) });
      if (!response.ok) throw new Error(`the list of streams answers ${response.status}`);
      const { streams } = await response.json();
      const kept = streams.filter(({ source }) => source && source.state !== "live");
      this.#reasons = new Map(kept.map(({ stream, source }) => [stream, sentence(source.reason)]));
    } catch {
      this.#nextLook = performance.now() + REPEAT_AFTER_FAILURE;
      this.#reasons.clear();
    }
  }
}

function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
