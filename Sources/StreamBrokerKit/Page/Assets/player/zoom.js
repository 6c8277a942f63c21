/** Zoom and pan of one picture: by wheel with Ctrl, pinch, double click, keys. What is zoomed is what is already there. */

const LARGEST = 8;
const STEP = 1.25;
const DOUBLE_CLICK = 2.5;
/** Of the stage, per press of a key. */
const PAN_STEP = 0.1;

export class Zoom {
  #stage;
  #target;
  #onChange;
  #scale = 1;
  #x = 0;
  #y = 0;
  /** Where fingers and buttons are down. */
  #pointers = new Map();
  #enabled = false;

  /**
   * @param {HTMLElement} stage   takes the gestures
   * @param {HTMLElement} target  is moved
   * @param {() => void} onChange
   */
  constructor(stage, target, onChange) {
    this.#stage = stage;
    this.#target = target;
    this.#onChange = onChange;
    stage.addEventListener("wheel", (event) => this.#wheeled(event), { passive: false });
    stage.addEventListener("dblclick", (event) => this.#doubleClicked(event));
    stage.addEventListener("pointerdown", (event) => this.#pressed(event));
    stage.addEventListener("pointermove", (event) => this.#moved(event));
    for (const end of ["pointerup", "pointercancel"]) {
      stage.addEventListener(end, (event) => this.#pointers.delete(event.pointerId));
    }
  }

  /** Only a picture with controls takes gestures: elsewhere a click may mean something else. */
  set enabled(enabled) {
    this.#enabled = enabled;
    if (!enabled) this.reset();
  }

  get scale() {
    return this.#scale;
  }

  get isZoomed() {
    return this.#scale > 1;
  }

  in() {
    this.#zoomTo(this.#scale * STEP, 0, 0);
  }

  out() {
    this.#zoomTo(this.#scale / STEP, 0, 0);
  }

  reset() {
    this.#zoomTo(1, 0, 0);
  }

  /** @returns {boolean} whether there was anywhere to go */
  pan(horizontal, vertical) {
    if (!this.isZoomed) return false;
    const { width, height } = this.#stage.getBoundingClientRect();
    this.#moveBy(-horizontal * width * PAN_STEP, -vertical * height * PAN_STEP);
    return true;
  }

  #wheeled(event) {
    // Without Ctrl the wheel scrolls the page, as everywhere; a pinch on a touchpad arrives as a wheel with it.
    if (!this.#enabled || !event.ctrlKey) return;
    event.preventDefault();
    this.#zoomTo(this.#scale * Math.exp(-event.deltaY / 300), ...this.#fromCentre(event));
  }

  #doubleClicked(event) {
    if (!this.#enabled || isControl(event)) return;
    this.#zoomTo(this.isZoomed ? 1 : DOUBLE_CLICK, ...this.#fromCentre(event));
  }

  #pressed(event) {
    if (!this.#enabled || isControl(event)) return;
    this.#pointers.set(event.pointerId, event);
    if (this.isZoomed || this.#pointers.size > 1) this.#stage.setPointerCapture(event.pointerId);
  }

  #moved(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    if (this.#pointers.size === 2) {
      const [other] = [...this.#pointers.values()].filter((each) => each.pointerId !== event.pointerId);
      const ratio = distance(event, other) / (distance(before, other) || 1);
      this.#zoomTo(this.#scale * ratio, ...this.#fromCentre(event, other));
    } else if (this.isZoomed) {
      this.#moveBy(event.clientX - before.clientX, event.clientY - before.clientY);
    }
    this.#pointers.set(event.pointerId, event);
  }

  /** The point under the pointer stays under it. */
  #zoomTo(scale, x, y) {
    const next = Math.min(LARGEST, Math.max(1, scale));
    const ratio = next / this.#scale;
    this.#scale = next < 1.01 ? 1 : next;
    this.#x = x + (this.#x - x) * ratio;
    this.#y = y + (this.#y - y) * ratio;
    this.#apply();
  }

  #moveBy(x, y) {
    this.#x += x;
    this.#y += y;
    this.#apply();
  }

  #apply() {
    const { width, height } = this.#stage.getBoundingClientRect();
    const reachX = (width * (this.#scale - 1)) / 2;
    const reachY = (height * (this.#scale - 1)) / 2;
    this.#x = Math.min(reachX, Math.max(-reachX, this.#x));
    this.#y = Math.min(reachY, Math.max(-reachY, this.#y));
    this.#target.style.transform = this.isZoomed ? `translate(${this.#x}px, ${this.#y}px) scale(${this.#scale})` : "";
    this.#stage.toggleAttribute("data-zoomed", this.isZoomed);
    this.#onChange();
  }

  #fromCentre(...points) {
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    const x = points.reduce((sum, point) => sum + point.clientX, 0) / points.length;
    const y = points.reduce((sum, point) => sum + point.clientY, 0) / points.length;
    return [x - left - width / 2, y - top - height / 2];
  }
}

function distance(one, other) {
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}

function isControl(event) {
  return event.composedPath().some((node) => node instanceof Element && node.matches("button, .bar, .menu, .key-list"));
}
