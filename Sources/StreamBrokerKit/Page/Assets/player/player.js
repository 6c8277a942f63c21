/**
 * One stream on its way from the socket to one canvas: receives, decodes, paints, measures, and knows how it stands. Runs in
 * a worker or on the page's own thread; it knows nothing of elements.
 */

import { clipOf, pngOf, sentFrame } from "./capture.js";
import { wallTime } from "./clock.js";
import { NewestWinsDecoder } from "./decoder.js";
import { Figures } from "./figures.js";
import { Painter } from "./painter.js";
import { RecentFrames } from "./recent-frames.js";
import { freshnessLimit, hasCause, statusOf } from "./status.js";

const IDLE = { phase: "idle" };

/**
 * @typedef {object} Target
 * @property {string} broker  its address, with a slash at the end
 * @property {string} stream
 * @property {number | null} fps
 * @property {string | null} token
 */

export class Player {
  #links;
  #onStatus;
  #figures = new Figures();
  #decoder;
  #painter;
  #recent = new RecentFrames();

  /** @type {Target | null} */
  #target = null;
  #link = null;
  #session = 0;
  #watching;
  #standby;
  #keepsRecent = false;
  #refusal = null;
  #unshowable = null;
  #status = { state: null };

  /**
   * @param {object} options
   * @param {HTMLCanvasElement | OffscreenCanvas} options.canvas
   * @param {Refresh} options.refresh
   * @param {DecodeSlots} options.slots
   * @param {Links} options.links
   * @param {(status: object, hasPicture: boolean) => void} options.onStatus
   */
  constructor({ canvas, refresh, slots, links, onStatus }) {
    this.#links = links;
    this.#onStatus = onStatus;
    this.#decoder = new NewestWinsDecoder({
      slots,
      onPicture: (bitmap, frame) => {
        this.#figures.decoded(performance.now());
        this.#painter.show(bitmap, frame);
      },
      onReplaced: () => this.#figures.replacedBeforeDecoding(),
      onFailure: (frame) => this.#undecodable(frame),
    });
    this.#painter = new Painter(canvas, {
      refresh,
      onPaint: (frame) => this.#painted(frame),
      onReplaced: () => this.#figures.replacedBeforePainting(),
    });
  }

  // What the element asks for

  /**
   * Shows the target, and keeps at it until `close()`.
   * @param {Target} target
   * @param {{watching: boolean, standby: boolean, keepsRecent: boolean}} wish
   */
  open(target, { watching, standby, keepsRecent }) {
    this.#leave();
    this.#halt();
    this.#figures.clear();
    this.#recent.clear();
    this.#unshowable = null;
    this.#refusal = null;
    if (target.broker !== this.#target?.broker || target.stream !== this.#target?.stream) this.#painter.clear();
    this.#target = target;
    this.#watching = watching;
    this.#standby = standby;
    this.#keepsRecent = keepsRecent;
    this.#link = this.#links.get(target);
    this.#link.join(this, target.stream, { fps: target.fps, watching: this.#receives });
    this.update();
  }

  /** Ends it. The last picture stays, marked as old; nothing but `open()` starts again. */
  close() {
    this.#leave();
    this.#halt();
    this.update();
  }

  /** @param {{fps?: number | null, watching?: boolean, standby?: boolean, keepsRecent?: boolean}} wish */
  change({ fps, watching, standby, keepsRecent }) {
    if (fps !== undefined && this.#target) this.#target = { ...this.#target, fps };
    if (watching !== undefined) this.#watching = watching;
    if (standby !== undefined) this.#standby = standby;
    if (keepsRecent !== undefined) this.#keepsRecent = keepsRecent;
    if (!this.#keepsRecent) this.#recent.clear();
    if (!this.#receives) this.#halt();
    this.#link?.change(this, this.#target.stream, { fps: this.#target.fps, watching: this.#receives });
    this.update();
  }

  /** The broker turned out to be another kind of broker. */
  moveTo(link) {
    const { stream, fps } = this.#target;
    this.#link.leave(this, stream);
    this.#link = link;
    link.join(this, stream, { fps, watching: this.#receives });
  }

  /** @param {"sent" | "png" | "clip"} kind  @returns {Promise<{name: string, blob: Blob} | null>} null without a picture */
  async capture(kind) {
    const frame = this.#painter.painted;
    if (!frame) return null;
    const { stream } = this.#target;
    switch (kind) {
      case "png":
        return pngOf(stream, frame);
      case "clip": {
        const frames = this.#recent.all;
        return clipOf(stream, frames.length > 0 ? frames : [frame]);
      }
      default:
        return sentFrame(stream, frame);
    }
  }

  get target() {
    return this.#target;
  }

  get link() {
    return this.#link;
  }

  /** Rates, counts, ages and clock of this moment; null where unknown. Times in milliseconds. */
  get figures() {
    const { painted } = this.#painter;
    const clock = this.#link?.clock ?? null;
    const moving = this.#status.state === "live" || this.#status.state === "late";
    const numbers = this.#figures.snapshot(performance.now());
    return {
      ...numbers,
      age: moving ? numbers.ageMedian : (this.#picture()?.age ?? null),
      clockOffset: clock?.offset ?? null,
      clockError: clock?.error ?? null,
      roundTrip: clock?.roundTrip ?? null,
      format: painted?.format.name ?? null,
      bytes: painted?.bytes.length ?? null,
      width: painted ? this.#painter.width : null,
      height: painted ? this.#painter.height : null,
      sequence: painted?.sequence ?? null,
    };
  }

  /** Looks at the state; time alone changes it. */
  update() {
    // Nothing is painted for somebody who does not look, so nothing can be said about what is there.
    if (this.#link && !this.#watching && this.#link.state.phase === "open" && this.#status.state !== null) return;
    const status = this.#look(null);
    const cause = hasCause(status) ? this.#link.causes.of(this.#target.stream, performance.now()) : null;
    this.#become(cause ? this.#look(cause) : status);
  }

  // What the link tells

  linkChanged() {
    if (this.#link?.state.phase === "open") this.#unshowable = null;
    this.update();
  }

  sessionBegan() {
    this.#session += 1;
    this.#refusal = null;
    this.#figures.sessionBegan();
  }

  refused(error) {
    this.#refusal = error;
    this.update();
  }

  frameCame(frame) {
    const own = { ...frame, session: this.#session };
    if (!this.#figures.received(own, own.receivedAt)) return;
    if (this.#keepsRecent && !own.replayed) this.#recent.add(own);
    this.#decoder.push(own);
  }

  // Within

  get #receives() {
    return this.#watching && !this.#standby;
  }

  #leave() {
    const link = this.#link;
    this.#link = null;
    if (!link) return;
    link.leave(this, this.#target.stream);
    this.#links.release(link);
  }

  #halt() {
    this.#decoder.clear();
    this.#painter.cancel();
  }

  #painted(frame) {
    const clock = this.#link?.clock;
    const age = clock?.age(frame.captureTime) ?? clock?.age(frame.arrivalTime) ?? null;
    this.#figures.painted(performance.now(), frame.replayed ? null : age);
    this.#unshowable = null;
    if (this.#status.state !== "live") this.update();
  }

  #undecodable(frame) {
    this.#figures.undecodable();
    this.#unshowable = frame.format.name;
  }

  /** @param {string | null} cause  why nothing new comes */
  #look(cause) {
    return statusOf({
      link: this.#link?.state ?? IDLE,
      stream: this.#target?.stream ?? "",
      host: this.#target ? new URL(this.#target.broker).host : "",
      standby: this.#standby,
      refusal: this.#refusal,
      picture: this.#picture(),
      unshowable: this.#unshowable,
      cause,
      now: wallTime(),
    });
  }

  #become(status) {
    const { state, title, detail } = this.#status;
    if (state === status.state && title === status.title && detail === status.detail) return;
    this.#status = status;
    this.#onStatus(status, this.#painter.painted !== null);
  }

  /** What there is to know about the picture on screen, see `statusOf`. */
  #picture() {
    const frame = this.#painter.painted;
    if (!frame) return null;
    const current = frame.session === this.#session;
    const onBroker = current ? (this.#link?.clock.age(frame.arrivalTime) ?? null) : null;
    const here = performance.now() - frame.receivedAt;
    const limit = freshnessLimit(this.#figures.interval, this.#target?.fps ?? null);
    return {
      age: frame.replayed && onBroker !== null ? Math.max(here, onBroker) : here,
      limit,
      proven: current && (!frame.replayed || (onBroker !== null && onBroker < limit)),
      behind: onBroker === null ? null : onBroker - here,
    };
  }
}
