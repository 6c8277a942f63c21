/**
 * The socket to a broker, kept up until the user says otherwise.
 *
 *     idle ──open()──► connecting ──► open ──(socket gone)──► lost ──(backoff, retryNow)──► connecting …
 *                          └──► refused: with the broker's reason; tried again only if that can help
 *     close() leads to idle from anywhere, and only open() leads out of it.
 */

import { socketAddress, viewerPath } from "./address.js";
import { backoffDelay } from "./backoff.js";
import { ClockOffset, wallTime } from "./clock.js";
import { SUBPROTOCOL, ack, bareFrame, parseControl, parseFrame, ping, rate } from "./protocol.js";

const HANDSHAKE_LIMIT = 10_000;
const PROBE_LIMIT = 5000;
/** A connection that lasted this long was a good one: the next failure starts the backoff anew. */
const STABLE_AFTER = 5000;
/** A few quick pings find a short round trip, then the clock is only kept in step. */
const FIRST_PINGS = [0, 200, 400, 800];
const PING_INTERVAL = 4000;
/** So many ping intervals without any message: the line is cut, and TCP has not noticed. */
const SILENT_INTERVALS = 3;
/** So long may the answer to one deliberate ping take. */
const CHECK_LIMIT = 3000;

/** Close codes after which the same request would be refused again. */
const FINAL_CLOSE_CODES = new Map([
  [1002, "protocol error"],
  [1003, "message type not taken"],
  [1007, "malformed message"],
  [1008, "permission is gone"],
  [1009, "message too large"],
]);
/** HTTP answers that are about this viewer, whoever gives them. */
const UNMISTAKABLE_STATUSES = new Set([401, 403, 429, 503]);
/** HTTP answers to which waiting is the remedy. */
const TEMPORARY_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * @typedef {object} Target
 * @property {URL} broker
 * @property {string} stream
 * @property {number | null} fps
 *
 * @typedef {object} LinkState
 * @property {"idle" | "connecting" | "open" | "lost" | "refused"} phase
 * @property {"lost" | "refused" | null} [after]  while connecting: what the attempt is meant to end
 * @property {string} [reason]
 * @property {string} [hint]
 * @property {number | null} [retryAt]  local wall time, ms; null when nothing is tried again
 */

export class Connection {
  #onFrame;
  #onChange;
  #random;

  #target = null;
  #state = { phase: "idle" };
  #socket = null;
  #attempt = 0;
  /** "v1" or "plain" once this broker has shown which it speaks. */
  #dialect = null;
  #unexplained = 0;
  #openedAt = null;
  #first = true;
  #silence = 0;
  #timers = new Set();

  /** The broker's clock, as far as this connection knows it. */
  clock = new ClockOffset();
  /** Counts connections: a frame is live only on the one it came over. */
  ordinal = 0;

  /**
   * @param {object} options
   * @param {(frame: Frame) => void} options.onFrame
   * @param {(state: LinkState) => void} options.onChange
   * @param {() => number} [options.random]
   */
  constructor({ onFrame, onChange, random = Math.random }) {
    this.#onFrame = onFrame;
    this.#onChange = onChange;
    this.#random = random;
  }

  get state() {
    return this.#state;
  }

  /** The user wants this stream. @param {Target} target */
  open(target) {
    this.#drop();
    if (this.#target?.broker.href !== target.broker.href) this.#dialect = null;
    this.#target = target;
    this.#attempt = 0;
    this.#unexplained = 0;
    this.#connect(null);
  }

  /** The user wants nothing. Final: neither time nor a network that comes back connects again. */
  close() {
    this.#drop();
    this.#target = null;
    this.#become({ phase: "idle" });
  }

  /** The network is back, or somebody looks again: waits no longer, and trusts no line that may be cut. */
  retryNow() {
    if (!this.#target) return;
    if (this.#state.phase === "open" && this.#dialect === "v1") {
      this.#silence = SILENT_INTERVALS;
      this.#ping();
      this.#after(CHECK_LIMIT, () => {
        if (this.#silence >= SILENT_INTERVALS) this.#lost("The connection broke.");
      });
    } else if (this.#state.retryAt) {
      this.#attempt = 0;
      this.#connect(this.#state.phase);
    }
  }

  /** At most so many frames a second from now on, null for all. */
  setRate(fps) {
    if (!this.#target || this.#target.fps === fps) return;
    this.#target = { ...this.#target, fps };
    if (this.#state.phase === "open" && this.#dialect === "v1") {
      this.#socket.send(rate(this.#target.stream, fps));
    } else if (this.#state.phase === "open") {
      this.open(this.#target);
    }
  }

  /** @param {"lost" | "refused" | null} after  what the attempt is meant to end */
  #connect(after, dialect = this.#dialect) {
    this.#drop();
    const { broker, stream, fps } = this.#target;
    const { reason, hint } = this.#state;
    let socket;
    try {
      const address = socketAddress(broker, stream, fps);
      socket = dialect === "plain" ? new WebSocket(address) : new WebSocket(address, SUBPROTOCOL);
    } catch (error) {
      // An https page may not open a ws: socket; the browser says so here and never later.
      this.#become({ phase: "refused", reason: error.message, hint: "", retryAt: null });
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#message(event.data);
    socket.onclose = (event) => this.#closed(event);
    this.#after(HANDSHAKE_LIMIT, () => this.#lost("The broker does not answer."));
    this.#become({ phase: "connecting", after, reason, hint });
  }

  #opened() {
    this.#cancelTimers();
    this.#dialect = this.#socket.protocol === SUBPROTOCOL ? "v1" : "plain";
    this.#unexplained = 0;
    this.#openedAt = performance.now();
    this.#first = true;
    this.#silence = 0;
    this.ordinal += 1;
    this.clock = new ClockOffset();
    if (this.#dialect === "v1") {
      for (const delay of FIRST_PINGS) this.#after(delay, () => this.#ping());
      this.#after(PING_INTERVAL, () => this.#keepAlive());
    }
    this.#become({ phase: "open" });
  }

  #message(data) {
    const moment = performance.now();
    this.#silence = 0;
    if (typeof data === "string") {
      this.#control(parseControl(data), moment);
      return;
    }
    let frame;
    try {
      frame = this.#dialect === "v1" ? parseFrame(data) : bareFrame(data, this.#first);
    } catch (error) {
      this.#refused("the broker breaks its protocol", `It sent ${error.message}.`, null);
      return;
    }
    this.#first = false;
    if (frame.sequence !== null) this.#socket.send(ack(this.#target.stream, frame.sequence));
    this.#onFrame(Object.assign(frame, { receivedAt: moment, connection: this.ordinal }));
  }

  #control(message, moment) {
    if (message?.type !== "pong") return;
    this.clock.add(message.t / 1000, wallTime(moment), message.server_time_us / 1000);
  }

  #ping() {
    this.#socket.send(ping(Math.round(wallTime() * 1000)));
  }

  #keepAlive() {
    this.#silence += 1;
    // Counted, not timed: a hidden page's timers come late, and its messages with them.
    if (this.#silence > SILENT_INTERVALS) {
      this.#lost("The broker has gone silent.");
      return;
    }
    this.#ping();
    this.#after(PING_INTERVAL, () => this.#keepAlive());
  }

  #closed({ code, reason }) {
    if (this.#state.phase !== "open") {
      this.#explainFailure();
    } else if (FINAL_CLOSE_CODES.has(code)) {
      this.#refused(reason || FINAL_CLOSE_CODES.get(code), `Close code ${code}.`, null);
    } else if (code === 1013) {
      this.#refused(reason || "the broker is full", "", this.#nextDelay());
    } else {
      this.#lost(code === 1001 ? `It says: ${reason || "going away"}.` : "The connection broke.");
    }
  }

  /**
   * A browser does not tell a script why a socket did not open. The same path over HTTP does: an error with its
   * reason, 426 when a socket there would be welcome, nothing at all when the broker is away.
   */
  async #explainFailure() {
    this.#cancelTimers();
    const socket = this.#socket;
    const answer = await this.#probe();
    if (socket !== this.#socket) return; // the user, or the network's return, was faster
    if (!answer) {
      this.#lost("It cannot be reached.");
    } else if (answer.reason) {
      const delay = answer.temporary ? Math.max(this.#nextDelay(), answer.retryAfter) : null;
      this.#refused(answer.reason, answer.hint, delay);
    } else if (this.#dialect || this.#unexplained >= 2) {
      this.#unexplained = 0;
      this.#lost("It answers, but opens no socket.");
    } else {
      // Either it came up just now, or it knows no subprotocol: a browser then gives up what was opened.
      // So once more as before, and then without. Never without for a broker that has spoken it.
      this.#unexplained += 1;
      this.#connect(this.#state.after, this.#unexplained === 2 ? "plain" : null);
    }
  }

  /** @returns {Promise<{reason?: string, hint?: string, temporary?: boolean, retryAfter?: number} | null>} */
  async #probe() {
    const { broker, stream, fps } = this.#target;
    const address = viewerPath(broker, stream, fps);
    const options = { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PROBE_LIMIT) };
    let response;
    try {
      response = await fetch(address, options);
    } catch {
      // Away, or another origin that does not let us read its answers: the latter still answers.
      const answers = await fetch(address, { ...options, mode: "no-cors" }).then(
        () => true,
        () => false,
      );
      return answers ? {} : null;
    }
    if (response.status < 400 || response.status === 426) return {};
    const { error, hint } = await response.json().catch(() => ({}));
    // Without a reason of ours it may be another server's way to say that it expected a socket.
    if (!error && !UNMISTAKABLE_STATUSES.has(response.status)) return {};
    return {
      reason: error || `the broker answers ${response.status}`,
      hint: hint ?? "",
      temporary: TEMPORARY_STATUSES.has(response.status),
      retryAfter: (Number(response.headers.get("Retry-After")) || 0) * 1000,
    };
  }

  #lost(reason) {
    const delay = this.#nextDelay();
    this.#drop();
    this.#after(delay, () => this.#connect("lost"));
    this.#become({ phase: "lost", reason, retryAt: wallTime() + delay });
  }

  /** @param {number | null} delay  until the next attempt, ms; null when there is none */
  #refused(reason, hint, delay) {
    this.#drop();
    if (delay !== null) this.#after(delay, () => this.#connect("refused"));
    this.#become({ phase: "refused", reason, hint, retryAt: delay === null ? null : wallTime() + delay });
  }

  #nextDelay() {
    if (this.#openedAt !== null && performance.now() - this.#openedAt > STABLE_AFTER) this.#attempt = 0;
    this.#openedAt = null;
    this.#attempt += 1;
    return backoffDelay(this.#attempt, this.#random());
  }

  /** Lets go of the socket at once: a closing handshake over a cut line would take its time. */
  #drop() {
    this.#cancelTimers();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #after(delay, action) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delay);
    this.#timers.add(timer);
  }

  #cancelTimers() {
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
  }

  #become(state) {
    this.#state = state;
    this.#onChange(state);
  }
}
