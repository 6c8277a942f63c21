/** Times: the local clock, and how far the broker's is from it. */

const KEPT = 12;
/** A difference that no jitter explains: one of the two clocks was set. */
const STEP = 1000;

/**
 * Milliseconds since 1970 by a clock that never jumps while the page is open, with fractions.
 * @param {number} moment  a reading of `performance.now()`
 */
export function wallTime(moment = performance.now()) {
  return performance.timeOrigin + moment;
}

/**
 * Estimates the broker's clock from pings and pongs: of the last few round trips the shortest one says most, because
 * its error is at most half of it.
 */
export class ClockOffset {
  #samples = [];
  #best = null;

  /**
   * @param {number} sentAt      local wall time of the ping, ms
   * @param {number} receivedAt  local wall time of the pong, ms
   * @param {number} brokerTime  the broker's wall time in the pong, ms
   */
  add(sentAt, receivedAt, brokerTime) {
    const roundTrip = receivedAt - sentAt;
    if (!(roundTrip >= 0) || !Number.isFinite(brokerTime)) return;
    const offset = brokerTime - (sentAt + receivedAt) / 2;
    if (this.known && Math.abs(offset - this.offset) > STEP + roundTrip) this.#samples = [];
    this.#samples.push({ roundTrip, offset });
    if (this.#samples.length > KEPT) this.#samples.shift();
    this.#best = this.#samples.reduce((best, each) => (best.roundTrip <= each.roundTrip ? best : each));
  }

  get known() {
    return this.#best !== null;
  }

  /** Milliseconds to add to local wall time to have the broker's; null until a pong came. */
  get offset() {
    return this.#best?.offset ?? null;
  }

  /** The shortest recent round trip, ms; null until a pong came. */
  get roundTrip() {
    return this.#best?.roundTrip ?? null;
  }

  /** By how much the offset can be wrong at most, ms: all of the round trip may have been in one direction. */
  get error() {
    return this.known ? this.#best.roundTrip / 2 : null;
  }

  /** How old something is that the broker stamped, ms; null when either clock is unknown. */
  age(brokerTime, now = wallTime()) {
    if (brokerTime === null || !this.known) return null;
    return Math.max(0, now + this.offset - brokerTime);
  }
}
