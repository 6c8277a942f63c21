/**
 * Puts pictures on a canvas, once per refresh of the screen. A picture that comes before the last one was painted
 * takes its place. Owns every bitmap it is given and closes it.
 */
export class Painter {
  #canvas;
  #context;
  #onPaint;
  #onReplaced;
  #pending = null;
  #request = null;

  /** The frame whose picture is on the canvas, or null. */
  painted = null;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {object} options
   * @param {(frame: Frame) => void} options.onPaint
   * @param {(frame: Frame) => void} options.onReplaced
   */
  constructor(canvas, { onPaint, onReplaced }) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#onPaint = onPaint;
    this.#onReplaced = onReplaced;
  }

  show(bitmap, frame) {
    if (this.#pending) {
      this.#pending.bitmap.close();
      this.#onReplaced(this.#pending.frame);
    }
    this.#pending = { bitmap, frame };
    this.#request ??= requestAnimationFrame(() => this.#paint());
  }

  /** Forgets the picture that waits; the one on the canvas stays. */
  cancel() {
    if (this.#request !== null) cancelAnimationFrame(this.#request);
    this.#request = null;
    this.#pending?.bitmap.close();
    this.#pending = null;
  }

  /** Takes the picture away. */
  clear() {
    this.cancel();
    this.painted = null;
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  #paint() {
    this.#request = null;
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
