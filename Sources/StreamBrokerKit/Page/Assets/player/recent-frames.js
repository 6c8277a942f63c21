/** The last seconds of a stream as they were sent, for a clip. Bounded by time and by bytes. */

const LONGEST = 5000;
const MOST_BYTES = 24_000_000;

export class RecentFrames {
  #frames = [];
  #bytes = 0;

  add(frame) {
    this.#frames.push(frame);
    this.#bytes += frame.bytes.length;
    while (this.#bytes > MOST_BYTES || frame.receivedAt - this.#frames[0].receivedAt > LONGEST) {
      this.#bytes -= this.#frames.shift().bytes.length;
    }
  }

  clear() {
    this.#frames = [];
    this.#bytes = 0;
  }

  /** @returns {Frame[]} oldest first */
  get all() {
    return [...this.#frames];
  }
}
