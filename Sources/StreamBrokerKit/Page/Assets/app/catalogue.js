/** The cameras that a broker has, kept up to date: a camera is a stream with its renditions (`door`, `door~small`). */

import { brokerAddress, streamsAddress } from "../player/address.js";

const REFRESH = 2000;
/** A browser puts every failed look into its console; one that fails is repeated less and less often. */
const LONGEST_REFRESH = 30_000;
const ANSWER_LIMIT = 4000;
/** On a thin line the list would be in the pictures' way: it takes at most a twentieth of the time. */
const SHARE_OF_TIME = 1 / 20;

/**
 * @typedef {object} Stream
 * @property {string} id
 * @property {boolean} isLive
 * @property {boolean} isKept  the broker runs its camera: it may come, and perhaps because somebody watches
 * @property {boolean} hasFrame
 * @property {number | null} width
 *
 * @typedef {Stream & {renditions: Stream[]}} Camera
 */

/**
 * @param {object[]} listed  as the broker lists them
 * @returns {Camera[]} by name; a rendition without its stream is a camera of its own
 */
export function camerasOf(listed) {
  const streams = listed.map(({ stream, state, width, source }) => ({
    id: stream,
    isLive: state === "live",
    isKept: Boolean(source),
    hasFrame: state !== "waiting",
    width: width ?? null,
  }));
  const ids = new Set(streams.map(({ id }) => id));
  const parent = ({ id }) => (id.includes("~") && ids.has(id.split("~")[0]) ? id.split("~")[0] : null);
  return streams
    .filter((stream) => !parent(stream))
    .map((stream) => ({ ...stream, renditions: streams.filter((each) => parent(each) === stream.id) }))
    .sort((one, other) => one.id.localeCompare(other.id, "en", { numeric: true }));
}

export class Catalogue {
  #onChange;
  #broker = null;
  #token = null;
  #timer = null;
  #pause = REFRESH;
  #quiet = false;

  /**
   * @param {(cameras: Camera[] | null, refusal: {error: string, hint: string} | null) => void} onChange  no cameras when
   *   the broker is away; a refusal when it keeps its list from us, and asking again would not help
   */
  constructor(onChange) {
    this.#onChange = onChange;
    document.addEventListener("visibilitychange", () => this.refresh());
    addEventListener("online", () => this.refresh());
  }

  /** @param {string} broker  as typed  @param {string | null} token */
  watch(broker, token) {
    this.#broker = broker;
    this.#token = token;
    this.refresh();
  }

  /** While quiet, nothing is asked: nobody sees the wall, or who has disconnected wants nothing of the broker. */
  set quiet(quiet) {
    if (quiet === this.#quiet) return;
    this.#quiet = quiet;
    this.refresh();
  }

  /** Looks now: there is a reason to think that the list has changed, or can be had again. */
  refresh() {
    this.#pause = REFRESH;
    clearTimeout(this.#timer);
    if (!this.#quiet) this.#look();
  }

  async #look() {
    if (this.#broker === null || document.visibilityState === "hidden") return;
    const broker = this.#broker;
    const token = this.#token;
    const started = performance.now();
    let cameras = null;
    let refusal = null;
    try {
      cameras = camerasOf(await fetchStreams(brokerAddress(broker, document.baseURI), token));
    } catch (error) {
      if (error instanceof Refusal) refusal = error.reason;
      // What was known stays, and the players will say what is wrong.
    }
    if (broker !== this.#broker || token !== this.#token || this.#quiet) return;
    this.#onChange(cameras, refusal);
    clearTimeout(this.#timer);
    if (refusal) return;
    const took = performance.now() - started;
    this.#pause = Math.min(cameras ? Math.max(REFRESH, took / SHARE_OF_TIME) : this.#pause * 1.5, LONGEST_REFRESH);
    this.#timer = setTimeout(() => this.#look(), this.#pause);
  }
}

/** The broker knows us, or wants to, and does not let us in. */
class Refusal extends Error {
  constructor({ error = "the broker does not let us in", hint = "" }) {
    super(error);
    this.reason = { error, hint };
  }
}

async function fetchStreams(broker, token) {
  const response = await fetch(streamsAddress(broker, token), {
    cache: "no-store",
    credentials: "same-origin",
    signal: AbortSignal.timeout(ANSWER_LIMIT),
  });
  if (response.status === 401 || response.status === 403) throw new Refusal(await response.json().catch(() => ({})));
  if (!response.ok) throw new Error(`the list of streams answers ${response.status}`);
  return (await response.json()).streams;
}
