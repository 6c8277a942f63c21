/**
 * Newest-wins decoding. At most two frames of a stream are being decoded and one waits; a newer frame takes the place of
 * the one that waits. Two decodes may overlap, so a large picture uses two cores, and one that ends after a newer one did
 * is thrown away: what comes out never goes back in time.
 */

const CONCURRENCY = 2;

/**
 * So many pictures are decoded at once on this page, whatever the number of streams. Beyond that the browser would only
 * queue them, and what waits in its queue cannot be replaced by a newer one.
 */
export class DecodeSlots {
  #free;
  /** @type {Set<() => void>} in the order in which they came */
  #queue = new Set();

  constructor(count) {
    this.#free = count;
  }

  /** Whether one was free; else `retry` is called when one is, first come, first served. */
  take(retry) {
    if (this.#free === 0) {
      this.#queue.add(retry);
      return false;
    }
    this.#queue.delete(retry);
    this.#free -= 1;
    return true;
  }

  give() {
    this.#free += 1;
    const [next] = this.#queue;
    if (!next) return;
    this.#queue.delete(next);
    next();
  }
}

export class NewestWinsDecoder {
  #decode;
  #slots;
  #onPicture;
  #onReplaced;
  #onFailure;
  #start = () => this.#startNext();

  #waiting = null;
  #inFlight = 0;
  #pushed = 0;
  #delivered = 0;
  #cleared = 0;

  /**
   * @param {object} options
   * @param {(bitmap: ImageBitmap, frame: Frame) => void} options.onPicture  takes over the bitmap and closes it
   * @param {(frame: Frame) => void} options.onReplaced  the frame gave way to a newer one
   * @param {(frame: Frame, error: Error) => void} options.onFailure
   * @param {(frame: Frame) => Promise<ImageBitmap>} [options.decode]
   * @param {DecodeSlots} [options.slots]
   */
  constructor({ onPicture, onReplaced, onFailure, decode = decodeImage, slots = new DecodeSlots(CONCURRENCY) }) {
    this.#onPicture = onPicture;
    this.#onReplaced = onReplaced;
    this.#onFailure = onFailure;
    this.#decode = decode;
    this.#slots = slots;
  }

  push(frame) {
    if (this.#waiting) this.#onReplaced(this.#waiting.frame);
    this.#waiting = { frame, order: ++this.#pushed };
    this.#start();
  }

  /** Forgets the frame that waits; those being decoded are thrown away when they are done. */
  clear() {
    this.#waiting = null;
    this.#delivered = this.#cleared = this.#pushed;
  }

  #startNext() {
    if (!this.#waiting || this.#inFlight >= CONCURRENCY) return this.#passOn();
    if (!this.#slots.take(this.#start)) return;
    const next = this.#waiting;
    this.#waiting = null;
    this.#inFlight += 1;
    this.#run(next);
  }

  /** A slot that came free in vain is for the next in the queue. */
  #passOn() {
    if (this.#slots.take(this.#start)) this.#slots.give();
  }

  async #run({ frame, order }) {
    let bitmap = null;
    try {
      bitmap = await this.#decode(frame);
    } catch (error) {
      if (order > this.#delivered) this.#onFailure(frame, error);
    } finally {
      this.#inFlight -= 1;
    }
    if (bitmap && order > this.#delivered) {
      this.#delivered = order;
      this.#onPicture(bitmap, frame);
    } else if (bitmap) {
      bitmap.close();
      if (order > this.#cleared) this.#onReplaced(frame);
    }
    // Others first: a busy stream must not keep the slot.
    this.#slots.give();
    this.#start();
  }
}

/** Decodes on a thread of the browser's own, without a copy through a canvas. */
export function decodeImage(frame) {
  return createImageBitmap(new Blob([frame.bytes], { type: frame.format.mediaType }));
}
