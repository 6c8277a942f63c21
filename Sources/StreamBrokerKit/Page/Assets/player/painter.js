/**
 * Puts pictures on a canvas, once per refresh of the screen. A picture that comes before the last one was painted
 * takes its place. Owns every bitmap it is given and closes it.
 */

/** One callback per refresh for all painters of a thread. */
export class Refresh {
  #due = new Set();
  #scheduled = false;

  request(painter) {
    this.#due.add(painter);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not every browser has it in a worker; then 60 times a second.
    if (globalThis.requestAnimationFrame) requestAnimationFrame(() => this.#run());
    else setTimeout(() => this.#run(), 16);
  }

  #run() {
    this.#scheduled = false;
    const due = this.#due;
    this.#due = new Set();
    for (const painter of due) painter.paint();
  }
}

export class Painter {
  #canvas;
  #context;
  #refresh;
  #onPaint;
  #onReplaced;
  #pending = null;

  /** The frame whose picture is on the canvas, or null. */
  painted = null;

  /**
   * @param {HTMLCanvasElement | OffscreenCanvas} canvas
   * @param {object} options
   * @param {Refresh} options.refresh
   * @param {(frame: Frame) => void} options.onPaint
   * @param {(frame: Frame) => void} options.onReplaced
   */
  constructor(canvas, { refresh, onPaint, onReplaced }) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#refresh = refresh;
    this.#onPaint = onPaint;
    this.#onReplaced = onReplaced;
  }

  get width() {
    return this.#canvas.width;
  }

  get height() {
    return this.#canvas.height;
  }

  show(bitmap, frame) {
    if (this.#pending) {
      this.#pending.bitmap.close();
      this.#onReplaced(this.#pending.frame);
    }
    this.#pending = { bitmap, frame };
    this.#refresh.request(this);
  }

  /** Forgets the picture that waits; the one on the canvas stays. */
  cancel() {
    this.#pending?.bitmap.close();
    this.#pending = null;
  }

  /** Takes the picture away. */
  clear() {
    this.cancel();
    this.painted = null;
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  paint() {
    if (!this.#pending) return;
    const { bitmap, frame } = this.#pending;
    this.#pending = null;
    // Setting a size, even the same one, clears the canvas and allocates it anew.
    if (this.#canvas.width !== bitmap.width) this.#canvas.width = bitmap.width;
    if (this.#canvas.height !== bitmap.height) this.#canvas.height = bitmap.height;
    this.#context.drawImage(bitmap, 0, 0);
    bitmap.close();
    this.painted = frame;
    this.#onPaint(frame);
  }
}
