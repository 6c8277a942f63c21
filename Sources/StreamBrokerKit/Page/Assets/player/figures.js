/** Live figures: rates, percentiles and counts. Time is an argument, in milliseconds. */

const WINDOW = 2000;
/** A slow stream's last two frames still say its rate. */
const LONGEST_WINDOW = 60_000;
/** An age says how things are; after so long it says how they were. */
const AGES_WINDOW = 10_000;

/** Events and bytes a second over a sliding window. */
export class RateMeter {
  #events = [];

  add(now, bytes = 0) {
    this.#events.push({ now, bytes });
    this.#trim(now);
  }

  clear() {
    this.#events = [];
  }

  /** Events a second; falls once the next one is overdue, and is 0 when it is long so. */
  perSecond(now) {
    const span = this.#span(now);
    return span > 0 ? ((this.#events.length - 1) * 1000) / span : 0;
  }

  bytesPerSecond(now) {
    const span = this.#span(now);
    if (!(span > 0)) return 0;
    // The first event only opens the span; its bytes belong to the time before.
    const bytes = this.#events.slice(1).reduce((sum, event) => sum + event.bytes, 0);
    return (bytes * 1000) / span;
  }

  #span(now) {
    this.#trim(now);
    if (this.#events.length < 2) return 0;
    const first = this.#events[0].now;
    const last = this.#events.at(-1).now;
    const interval = (last - first) / (this.#events.length - 1);
    if (now - last > Math.max(WINDOW, 4 * interval)) return 0;
    return Math.max(last, now - interval) - first;
  }

  #trim(now) {
    let drop = 0;
    while (
      drop < this.#events.length &&
      (this.#events[drop].now < now - LONGEST_WINDOW ||
        (this.#events[drop].now < now - WINDOW && this.#events.length - drop > 2))
    ) {
      drop += 1;
    }
    if (drop > 0) this.#events.splice(0, drop);
  }
}

/** The last so many values of the last while, and what part of them lies below a value. */
export class Percentiles {
  #values = [];
  #times = [];
  #capacity;
  #longest;
  #next = 0;

  /**
   * @param {number} capacity
   * @param {number} [longest]  so long a value counts, ms
   */
  constructor(capacity, longest = Infinity) {
    this.#capacity = capacity;
    this.#longest = longest;
  }

  add(value, now = 0) {
    this.#values[this.#next] = value;
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  clear() {
    this.#values = [];
    this.#times = [];
    this.#next = 0;
  }

  /**
   * By nearest rank; null while there is no value.
   * @param {number} part  0.5 for the median
   */
  at(part, now = 0) {
    const sorted = this.#values.filter((_, index) => now - this.#times[index] <= this.#longest).sort((a, b) => a - b);
    return sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  }
}

/** Everything a viewer may want to know about the stream in front of it. */
export class Figures {
  #received = new RateMeter();
  #decoded = new RateMeter();
  #painted = new RateMeter();
  #intervals = new Percentiles(9);
  #ages = new Percentiles(120, AGES_WINDOW);
  #lastReceived = null;
  #lastSequence = null;

  counts = Figures.#none();

  static #none() {
    return {
      received: 0,
      decoded: 0,
      painted: 0,
      skipped: 0,
      replacedBeforeDecoding: 0,
      replacedBeforePainting: 0,
      undecodable: 0,
      backwards: 0,
    };
  }

  /** A new subscription: numbers begin again, counts go on. */
  sessionBegan() {
    this.#lastSequence = null;
    this.#lastReceived = null;
  }

  /** A new stream, or a new start by the user: all begins again. */
  clear() {
    this.sessionBegan();
    this.counts = Figures.#none();
    for (const meter of [this.#received, this.#decoded, this.#painted, this.#intervals, this.#ages]) meter.clear();
  }

  /** @returns {boolean} whether the frame is newer than all before it by this subscription */
  received(frame, now) {
    this.counts.received += 1;
    this.#received.add(now, frame.bytes.length);
    if (this.#lastReceived !== null) this.#intervals.add(now - this.#lastReceived);
    this.#lastReceived = now;
    if (frame.sequence === null) return true;
    if (this.#lastSequence !== null) {
      if (frame.sequence <= this.#lastSequence) {
        this.counts.backwards += 1;
        return false;
      }
      this.counts.skipped += Number(frame.sequence - this.#lastSequence - 1n);
    }
    this.#lastSequence = frame.sequence;
    return true;
  }

  /** @param {number | null} age  of the picture when it was painted, ms */
  painted(now, age) {
    this.counts.painted += 1;
    this.#painted.add(now);
    if (age !== null) this.#ages.add(age, now);
  }

  decoded(now) {
    this.counts.decoded += 1;
    this.#decoded.add(now);
  }

  replacedBeforeDecoding() {
    this.counts.replacedBeforeDecoding += 1;
  }

  replacedBeforePainting() {
    this.counts.replacedBeforePainting += 1;
  }

  undecodable() {
    this.counts.undecodable += 1;
  }

  /** The usual time between two frames, ms; null while too few came to say. */
  get interval() {
    return this.counts.received > 3 ? this.#intervals.at(0.5) : null;
  }

  snapshot(now) {
    return {
      ...this.counts,
      receivedRate: this.#received.perSecond(now),
      decodedRate: this.#decoded.perSecond(now),
      paintedRate: this.#painted.perSecond(now),
      bitsPerSecond: this.#received.bytesPerSecond(now) * 8,
      ageMedian: this.#ages.at(0.5, now),
      ageHigh: this.#ages.at(0.95, now),
    };
  }
}
