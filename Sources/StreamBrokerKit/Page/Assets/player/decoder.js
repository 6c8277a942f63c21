/**
 * Newest-wins decoding. At most `concurrency` frames are being decoded and one waits; a newer frame takes the place
 * of the one that waits. Two decodes may overlap, so a large picture uses two cores, and one that ends after a
 * newer one did is thrown away: what comes out never goes back in time.
 */
export class NewestWinsDecoder {
  #decode;
  #concurrency;
  #onPicture;
  #onReplaced;
  #onFailure;

  #waiting = null;
  #inFlight = 0;
  #pushed = 0;
  #delivered = 0;
  #cleared = 0;
  #paused = false;

  /**
   * @param {object} options
   * @param {(bitmap: ImageBitmap, frame: Frame) => void} options.onPicture  takes over the bitmap and closes it
   * @param {(frame: Frame) => void} options.onReplaced  the frame gave way to a newer one
   * @param {(frame: Frame, error: Error) => void} options.onFailure
   * @param {(frame: Frame) => Promise<ImageBitmap>} [options.decode]
   * @param {number} [options.concurrency]
   */
  constructor({ onPicture, onReplaced, onFailure, decode = decodeImage, concurrency = 2 }) {
    this.#onPicture = onPicture;
    this.#onReplaced = onReplaced;
    this.#onFailure = onFailure;
    this.#decode = decode;
    this.#concurrency = concurrency;
  }

  push(frame) {
    if (this.#waiting) this.#onReplaced(this.#waiting.frame);
    this.#waiting = { frame, order: ++this.#pushed };
    this.#start();
  }

  /** While paused the newest frame is kept and nothing is decoded: nobody looks at a hidden page. */
  set paused(paused) {
    this.#paused = paused;
    this.#start();
  }

  /** Forgets the frame that waits; those being decoded are thrown away when they are done. */
  clear() {
    this.#waiting = null;
    this.#delivered = this.#cleared = this.#pushed;
  }

  #start() {
    if (this.#paused || !this.#waiting || this.#inFlight >= this.#concurrency) return;
    const next = this.#waiting;
    this.#waiting = null;
    this.#inFlight += 1;
    this.#run(next);
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
    this.#start();
  }
}

/** Decodes off the main thread, without a copy through a canvas. */
function decodeImage(frame) {
  return createImageBitmap(new Blob([frame.bytes], { type: frame.format.mediaType }));
}
