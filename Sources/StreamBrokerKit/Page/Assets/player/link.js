/**
 * The one socket to a broker, kept up as long as somebody wants a stream of it.
 *
 *     idle ──join()──► connecting ──► open ──(socket gone)──► lost ──(backoff, retryNow)──► connecting …
 *                          └──► refused: with the broker's reason; tried again only if that can help
 *     The last leave() leads to idle from anywhere, and only join() leads out of it.
 *
 * What is subscribed on it is what somebody watches: a stream that is wanted and out of sight costs nothing.
 */

import { plainSocketAddress, socketAddress, viewerPath } from "./address.js";
import { backoffDelay } from "./backoff.js";
import { Causes } from "./causes.js";
import { ClockOffset, wallTime } from "./clock.js";
import { SUBPROTOCOL, ack, bareFrame, parseControl, parseFrame, ping, rate, subscribe, unsubscribe } from "./protocol.js";

const HANDSHAKE_LIMIT = 10_000;
const PROBE_LIMIT = 2000;
/** A connection that lasted this long was a good one: the next failure starts the backoff anew. */
const STABLE_AFTER = 5000;
/** A few quick pings find a short round trip, then the clock is only kept in step. */
const FIRST_PINGS = [0, 50, 150, 300, 600, 1200];
const PING_INTERVAL = 4000;
/** So many ping intervals without any message: the line is cut, and TCP has not noticed. */
const SILENT_INTERVALS = 3;
/** So long may the answer to one deliberate ping take. */
const CHECK_LIMIT = 3000;
/** A stream that the broker does not give is asked for again: a limit that was reached may not be any more. */
const REFUSED_STREAM_RETRY = 15_000;
/** A stream that ended on the broker may begin again. */
const ENDED_STREAM_RETRY = 1000;

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
 * @typedef {object} LinkState
 * @property {"idle" | "connecting" | "open" | "lost" | "refused"} phase
 * @property {"lost" | "refused" | null} [after]  while connecting: what the attempt is meant to end
 * @property {string} [reason]
 * @property {string} [hint]
 * @property {number | null} [retryAt]  local wall time, ms; null when nothing is tried again
 *
 * @typedef {object} Member  who wants a stream
 * @property {(frame: Frame) => void} frameCame
 * @property {() => void} sessionBegan          the stream was subscribed: numbers may begin anew
 * @property {(error: string) => void} refused  the stream alone, not the socket
 * @property {() => void} linkChanged
 */

/** One stream on the socket. */
class Lane {
  /** @type {Map<Member, {fps: number | null, watching: boolean}>} */
  members = new Map();
  /** What the broker was asked for; null while it was not. @type {{fps: number | null} | null} */
  asked = null;
  confirmed = false;
  session = 0;
  /** For those who begin to watch while others do: the broker sends it only once. @type {Frame | null} */
  latest = null;

  constructor(stream) {
    this.stream = stream;
  }

  get watchers() {
    return [...this.members].filter(([, wish]) => wish.watching).map(([member]) => member);
  }

  /** Who wants the most decides; null when nobody watches. @returns {{fps: number | null} | null} */
  get wish() {
    const rates = [...this.members.values()].filter((wish) => wish.watching).map((wish) => wish.fps);
    if (rates.length === 0) return null;
    return { fps: rates.includes(null) ? null : Math.max(...rates) };
  }

  begin(wish) {
    this.asked = wish;
    this.confirmed = false;
    this.session += 1;
    this.latest = null;
    for (const member of this.members.keys()) member.sessionBegan();
  }
}

export class Link {
  #broker;
  #token;
  #plain;
  #onPlain;
  #random;

  /** By stream. @type {Map<string, Lane>} */
  #lanes = new Map();
  /** By the index that the broker gave. @type {Map<number, Lane>} */
  #indices = new Map();
  #state = { phase: "idle" };
  #socket = null;
  #carried = null;
  #attempt = 0;
  /** Whether this broker has shown that it speaks the subprotocol. */
  #speaks = false;
  #unexplained = 0;
  #openedAt = null;
  #heard = 0;
  #silence = 0;
  #askedForNames = 0;
  #updating = false;
  #timers = new Set();

  /** The broker's clock, as far as this connection knows it. */
  clock = new ClockOffset();
  /** What the broker knows of cameras that show nothing. @type {Causes} */
  causes;

  /**
   * @param {object} options
   * @param {URL} options.broker
   * @param {string | null} options.token
   * @param {boolean} [options.plain]     for a broker without the subprotocol: one stream, and nothing but its images
   * @param {() => void} [options.onPlain]  the broker turned out to be such a one
   * @param {() => number} [options.random]
   */
  constructor({ broker, token, plain = false, onPlain = () => {}, random = Math.random }) {
    this.#broker = broker;
    this.#token = token;
    this.#plain = plain;
    this.#onPlain = onPlain;
    this.#random = random;
    this.causes = new Causes(broker, token);
  }

  /** @returns {LinkState} */
  get state() {
    return this.#state;
  }

  get isUnused() {
    return this.#lanes.size === 0;
  }

  /** @param {Member} member  @param {string} stream  @param {{fps: number | null, watching: boolean}} wish */
  join(member, stream, wish) {
    let lane = this.#lanes.get(stream);
    if (!lane) this.#lanes.set(stream, (lane = new Lane(stream)));
    lane.members.set(member, wish);
    if (wish.watching) this.#catchUp(member, lane);
    if (this.#state.phase === "open") this.#updateSoon();
    // A new wish is a reason to try anew what failed.
    else if (!this.#socket) this.#startSoon();
  }

  /** Final for this member: neither time nor a network that comes back connects it again. */
  leave(member, stream) {
    const lane = this.#lanes.get(stream);
    if (!lane?.members.delete(member)) return;
    if (lane.members.size === 0 && !lane.asked) this.#lanes.delete(stream);
    if ([...this.#lanes.values()].every((each) => each.members.size === 0)) {
      this.#lanes.clear();
      this.#drop();
      this.#become({ phase: "idle" });
    } else {
      this.#updateSoon();
    }
  }

  /** @param {{fps?: number | null, watching?: boolean}} change */
  change(member, stream, change) {
    const lane = this.#lanes.get(stream);
    if (!lane?.members.has(member)) return;
    const before = lane.members.get(member);
    lane.members.set(member, { ...before, ...change });
    if (change.watching && !before.watching) this.#catchUp(member, lane);
    this.#updateSoon();
  }

  /** The network is back, or somebody looks again: waits no longer, and trusts no line that may be cut. */
  retryNow() {
    if (this.#state.phase === "open" && !this.#plain) {
      const heard = this.#heard;
      this.#ping();
      this.#after(CHECK_LIMIT, () => {
        if (this.#heard === heard) this.#lost("The connection broke.");
      });
    } else if (this.#state.retryAt) {
      this.#attempt = 0;
      this.#connect(this.#state.phase);
    }
  }

  // What is subscribed

  #catchUp(member, lane) {
    if (!lane.asked) return;
    member.sessionBegan();
    if (lane.latest) member.frameCame({ ...lane.latest, replayed: true });
  }

  /** Many wishes are often changed in a row; what they come to is told the broker once. */
  #updateSoon() {
    if (this.#updating) return;
    this.#updating = true;
    queueMicrotask(() => {
      this.#updating = false;
      if (this.#state.phase === "open") this.#update();
    });
  }

  #startSoon() {
    queueMicrotask(() => {
      if (this.#socket || this.isUnused) return;
      this.#attempt = 0;
      this.#unexplained = 0;
      this.#connect(null);
    });
  }

  #update() {
    if (this.#plain) {
      this.#updatePlain();
      return;
    }
    const gone = [];
    const byRate = new Map();
    for (const lane of this.#lanes.values()) {
      const { wish } = lane;
      if (lane.asked && !wish) {
        gone.push(lane.stream);
        this.#forget(lane);
      } else if (!lane.asked && wish) {
        lane.begin(wish);
        byRate.set(wish.fps, [...(byRate.get(wish.fps) ?? []), lane.stream]);
      } else if (wish && wish.fps !== lane.asked.fps) {
        lane.asked = wish;
        this.#socket.send(rate(lane.stream, wish.fps));
      }
      if (lane.members.size === 0) this.#lanes.delete(lane.stream);
    }
    if (gone.length > 0) this.#socket.send(unsubscribe(gone));
    for (const [fps, streams] of byRate) {
      this.#socket.send(subscribe(streams, fps));
      // The window of two is on from the first frame.
      for (const stream of streams) this.#socket.send(ack(stream, 0n));
    }
  }

  /** A plain socket takes no wishes: it is there while somebody watches, and its address says the rate. */
  #updatePlain() {
    const [lane] = this.#lanes.values();
    const wish = lane?.wish ?? null;
    if (wish?.fps !== this.#carried?.fps || !wish) this.#connect(this.#state.after ?? null);
  }

  #forget(lane) {
    lane.asked = null;
    lane.confirmed = false;
    for (const [index, each] of this.#indices) if (each === lane) this.#indices.delete(index);
  }

  // The socket

  /** @param {"lost" | "refused" | null} after  what the attempt is meant to end */
  #connect(after) {
    this.#drop();
    const { reason, hint } = this.#state;
    const watched = [...this.#lanes.values()].filter((lane) => lane.wish);
    // A single stream comes with the handshake. Several are asked for on the socket: a bad one must not keep out the others.
    const [first] = watched.length === 1 || this.#plain ? watched : [];
    this.#carried = first ? { stream: first.stream, fps: first.wish.fps } : null;
    if (this.#plain && !first) {
      // Nobody looks: as good as open.
      this.#become({ phase: "open" });
      return;
    }
    let socket;
    try {
      socket = this.#plain
        ? new WebSocket(plainSocketAddress(this.#broker, this.#carried, this.#token))
        : new WebSocket(socketAddress(this.#broker, this.#carried, this.#token), SUBPROTOCOL);
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
    if (!this.#plain && this.#socket.protocol !== SUBPROTOCOL) {
      this.#onPlain();
      return;
    }
    this.#unexplained = 0;
    this.#openedAt = performance.now();
    this.#heard = 0;
    this.#silence = 0;
    this.clock = new ClockOffset();
    const carried = this.#carried && this.#lanes.get(this.#carried.stream);
    if (carried) {
      carried.begin({ fps: this.#carried.fps });
      if (!this.#plain) this.#socket.send(ack(carried.stream, 0n));
    }
    if (!this.#plain) {
      this.#speaks = true;
      for (const delay of FIRST_PINGS) this.#after(delay, () => this.#ping());
      this.#after(PING_INTERVAL, () => this.#keepAlive());
    }
    this.#become({ phase: "open" });
    this.#update();
  }

  #message(data) {
    const moment = performance.now();
    const isFirst = this.#heard === 0;
    this.#heard += 1;
    this.#silence = 0;
    if (typeof data === "string") {
      this.#control(parseControl(data), moment);
      return;
    }
    let frame;
    try {
      frame = this.#plain ? bareFrame(data, isFirst) : parseFrame(data);
    } catch (error) {
      this.#refused("the broker breaks its protocol", `It sent ${error.message}.`, null);
      return;
    }
    const lane = this.#laneOf(frame);
    if (!lane?.asked) return;
    // At once: the broker learns from it what the line takes.
    if (frame.sequence !== null) this.#socket.send(ack(lane.stream, frame.sequence));
    Object.assign(frame, { receivedAt: moment, session: lane.session });
    lane.latest = frame;
    for (const member of lane.watchers) member.frameCame(frame);
  }

  #laneOf(frame) {
    if (this.#plain) return this.#lanes.get(this.#carried.stream);
    const lane = this.#indices.get(frame.streamIndex);
    if (lane) return lane;
    // The message that names this index was left out by a broker in need; an empty wish makes it say the names again.
    const now = performance.now();
    if (now - this.#askedForNames > 1000) {
      this.#askedForNames = now;
      this.#socket.send(subscribe([], null));
    }
    return null;
  }

  #control(message, moment) {
    switch (message?.type) {
      case "pong":
        this.clock.add(message.t / 1000, wallTime(moment), message.server_time_us / 1000);
        break;
      case "streams":
        this.#named(message.streams);
        break;
      case "refused":
        this.#streamRefused(message.stream, message.error, message.final === true);
        break;
    }
  }

  #named(list) {
    if (!Array.isArray(list)) return;
    this.#indices = new Map();
    for (const { index, stream } of list) {
      const lane = this.#lanes.get(stream);
      if (lane) this.#indices.set(index, lane);
    }
    const there = new Set(list.map(({ stream }) => stream));
    for (const lane of this.#lanes.values()) {
      if (!lane.asked) continue;
      if (there.has(lane.stream)) lane.confirmed = true;
      else if (lane.confirmed) this.#askAgain(lane, ENDED_STREAM_RETRY);
    }
  }

  #streamRefused(stream, error, isFinal) {
    const lane = this.#lanes.get(stream);
    if (!lane?.asked) return;
    for (const member of lane.members.keys()) member.refused(String(error));
    if (isFinal) lane.confirmed = false;
    else this.#askAgain(lane, REFUSED_STREAM_RETRY);
  }

  #askAgain(lane, delay) {
    lane.confirmed = false;
    this.#after(delay, () => {
      if (lane.confirmed) return;
      this.#forget(lane);
      this.#updateSoon();
    });
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
      this.#refusedOverHTTP(answer);
    } else if (this.#speaks || this.#plain) {
      this.#lost("It answers, but opens no socket.");
    } else if (this.#unexplained === 0) {
      // It may have come up just now.
      this.#unexplained = 1;
      this.#connect(this.#state.after);
    } else {
      // It knows no subprotocol: a browser then gives up what was opened.
      this.#onPlain();
    }
  }

  /** @returns {Promise<{reason?: string, hint?: string, temporary?: boolean, retryAfter?: number} | null>} */
  async #probe() {
    const address = this.#plain
      ? plainSocketAddress(this.#broker, this.#carried, this.#token)
      : viewerPath(this.#broker, this.#carried, this.#token);
    address.protocol = this.#broker.protocol;
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
    this.#after(delay, () => this.#lookForBroker());
    this.#become({ phase: "lost", reason, retryAt: wallTime() + delay });
  }

  /**
   * Asks over HTTP first: a browser slows down sockets to a host where many failed, for seconds in the end, and the broker's
   * return is to be noticed at once.
   */
  async #lookForBroker() {
    const before = this.#state;
    this.#become({ ...before, phase: "connecting", after: "lost" });
    const now = this.#state;
    const answer = await this.#probe();
    if (this.#state !== now) return;
    if (!answer) this.#lost("It cannot be reached.");
    else if (answer.reason) this.#refusedOverHTTP(answer);
    else this.#connect("lost");
  }

  #refusedOverHTTP({ reason, hint, temporary, retryAfter }) {
    this.#refused(reason, hint, temporary ? Math.max(this.#nextDelay(), retryAfter) : null);
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
    for (const lane of this.#lanes.values()) this.#forget(lane);
    this.#indices.clear();
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
    for (const lane of this.#lanes.values()) for (const member of lane.members.keys()) member.linkChanged();
  }
}
