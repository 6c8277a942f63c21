/**
 * When to tell the broker that a frame is here. It sends at most two that it was not told of, and the second of them grows
 * old behind the first on a line that is slower than the stream. So on such a line the newest one stays untold until the next
 * is here: the broker then sends one at a time, the newest at that moment. The price is a round trip between two frames,
 * which is nothing unless the round trip is long; then every frame is told of at once.
 */
export class Acknowledgements {
  #newest = null;
  #told = null;
  #lastAt = null;
  #interval = null;

  /**
   * @param {bigint} sequence
   * @param {number} now               ms
   * @param {number | null} roundTrip  ms
   * @returns {bigint | null} the sequence to acknowledge up to, null for none
   */
  received(sequence, now, roundTrip) {
    if (this.#lastAt !== null) {
      const interval = now - this.#lastAt;
      this.#interval = this.#interval === null ? interval : this.#interval + (interval - this.#interval) / 8;
    }
    this.#lastAt = now;
    const oneAtATime = roundTrip !== null && this.#interval !== null && roundTrip < this.#interval / 2;
    const upTo = oneAtATime ? this.#newest : sequence;
    this.#newest = sequence;
    if (upTo === null || upTo === this.#told) return null;
    this.#told = upTo;
    return upTo;
  }
}
