// Written by Scripts/embed-page from the files in Assets. Change those, and run it.
// swift-format-ignore-file

extension PageAssets {
    static let embedded: [EmbeddedAsset] = [
        EmbeddedAsset(
            path: "/app/app.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "48fb960a0b68c65df71cee9bb40fd0df",
            text: #"""
/** The page: a wall of all cameras, one of them large, and what belongs around them. */

import "../player/frame-stream.js";
import { Catalogue } from "./catalogue.js";
import { renderFigures, renderPicture } from "./figures-view.js";
import { Keys } from "./keys.js";
import { addressOf, viewFrom } from "./page-address.js";
import { SourceForm } from "./source-form.js";
import { Wall } from "./wall.js";

/** The broker that the page came from, under its proxy's prefix if it has one. */
const OWN_BROKER = new URL(".", document.baseURI).href.replace(/\/$/, "");
/** Set while the user has disconnected: a reload of the page must not undo it. */
const DISCONNECTED = "stream-broker.disconnected";

/** One word a state, for a line that has no room for more. */
const WORDS = {
  disconnected: "Disconnected",
  connecting: "Connecting",
  waiting: "Waiting",
  live: "Live",
  late: "Late",
  stale: "Stale",
  unshowable: "No picture",
  "camera-lost": "Camera lost",
  "broker-lost": "Broker lost",
  refused: "Refused",
};

const part = (id) => document.getElementById(id);
const player = part("player");
const form = new SourceForm(document.querySelector("#source form"), (source) => {
  part("source").open = false;
  connected = true;
  const broker = source.broker || OWN_BROKER;
  // A token is for the broker that it came with, and no other is shown it.
  const token = broker === view.broker ? view.token : null;
  go({ ...view, ...source, broker, token, stream: source.stream || null });
  if (view.stream) player.play();
});
const wall = new Wall(part("wall"), {
  onOpen: (stream) => go({ ...view, stream }),
  onState: renderState,
  addressOf: (stream) => addressOf({ ...view, stream }, OWN_BROKER),
});
const catalogue = new Catalogue((cameras, reason) => {
  isListed = cameras !== null;
  refusal = reason;
  wall.cameras = cameras;
});
const keys = new Keys(part("keys"), { player: () => (view.stream ? player : null), onBack: () => back() });

let view = viewFrom(location.search, OWN_BROKER, location.hash);
let connected = !sessionStorage.getItem(DISCONNECTED);
/** Whether the broker told its streams; null while it has not answered. */
let isListed = null;
/** Why it does not tell them to us. @type {{error: string, hint: string} | null} */
let refusal = null;

player.addEventListener("statuschange", () => {
  // The player has a switch of its own; it is the page's, too.
  if (view.stream && player.paused === connected && player.status.state !== "connecting") setConnected(!player.paused);
  renderState();
});
player.addEventListener("figures", renderFiguresOfPlayer);
part("connection").addEventListener("click", () => setConnected(!connected));
part("help").addEventListener("click", () => keys.show());
part("home").addEventListener("click", (event) => {
  event.preventDefault();
  back();
});
part("columns").addEventListener("change", ({ target }) => go({ ...view, columns: Number(target.value) || null }, { replace: true }));
addEventListener("popstate", () => {
  view = viewFrom(location.search, OWN_BROKER, location.hash);
  show();
});
// A token in the query is not left where people and histories see it.
if (new URLSearchParams(location.search).has("token")) history.replaceState(null, "", addressOf(view, OWN_BROKER));
show();

/** Shows it, and puts it into the address. */
function go(next, { replace = false } = {}) {
  const address = addressOf(next, OWN_BROKER);
  const isNew = address !== addressOf(view, OWN_BROKER);
  view = next;
  if (replace) history.replaceState(null, "", address);
  else if (isNew) history.pushState(null, "", address);
  show();
}

/** From the large picture to all of them, and to the one it was. */
function back() {
  const { stream } = view;
  go({ ...view, stream: null, fps: "" });
  if (stream) wall.focus(stream);
}

function setConnected(wish) {
  connected = wish;
  if (connected) sessionStorage.removeItem(DISCONNECTED);
  else sessionStorage.setItem(DISCONNECTED, "yes");
  show();
}

function show() {
  const isSingle = view.stream !== null;
  part("wall-view").hidden = isSingle;
  part("single-view").hidden = !isSingle;
  part("columns-label").hidden = isSingle;
  part("heading").textContent = view.stream ?? "Stream Broker";
  document.title = isSingle ? `${view.stream} · Stream Broker` : "Stream Broker";
  part("columns").value = view.columns ? String(view.columns) : "";
  part("connection").textContent = connected ? "Disconnect" : "Connect";
  form.values = { broker: view.broker, stream: view.stream ?? "", fps: view.fps };
  wall.options = { broker: view.broker, token: view.token, only: view.streams, columns: view.columns, connected };
  showLarge();
  catalogue.quiet = !connected || isSingle;
  catalogue.watch(view.broker, view.token);
  renderState();
}

function showLarge() {
  part("stream-shown").textContent = view.stream ?? "";
  if (!view.stream) {
    if (!player.paused) player.pause();
    return;
  }
  player.setAttribute("broker", view.broker);
  player.setAttribute("stream", view.stream);
  player.setAttribute("fps", view.fps);
  if (view.token) player.setAttribute("token", view.token);
  else player.removeAttribute("token");
  if (connected && player.paused) player.play();
  if (!connected && !player.paused) player.pause();
}

function renderState() {
  if (view.stream) {
    renderBadge(player.status.state, WORDS[player.status.state]);
    renderFiguresOfPlayer();
    return;
  }
  const states = wall.tiles.map((tile) => tile.state);
  const live = states.filter((state) => state === "live" || state === "late").length;
  part("empty").hidden = states.length > 0;
  if (states.length === 0) renderEmpty();
  else if (!connected) renderBadge("disconnected", "Disconnected");
  else if (states.includes("broker-lost")) renderBadge("broker-lost", "Broker lost");
  else renderBadge(live === states.length ? "live" : "stale", `${live} of ${states.length} live`);
}

function renderEmpty() {
  const [title, text, state] = emptiness();
  part("empty-title").textContent = title;
  part("empty-text").textContent = text;
  renderBadge(state, WORDS[state]);
}

function emptiness() {
  if (!connected) return ["Disconnected", "Nothing is received until you connect.", "disconnected"];
  if (refusal) return [`Refused: ${refusal.error}`, refusal.hint, "refused"];
  if (isListed === null) return ["Connecting …", "Asking the broker for its streams.", "connecting"];
  if (isListed) return ["No camera yet", "Streams appear here by themselves as soon as somebody publishes one.", "waiting"];
  return ["Broker lost", "It does not tell its streams. Trying again …", "broker-lost"];
}

function renderBadge(state, text) {
  const badge = part("state");
  if (badge.textContent !== text) badge.textContent = text;
  if (badge.dataset.state === state) return;
  // After an outage the list may be another one.
  if (badge.dataset.state === "broker-lost") catalogue.refresh();
  badge.dataset.state = state;
}

function renderFiguresOfPlayer() {
  if (!view.stream) return;
  renderFigures(part("figures"), player.figures, player.engine);
  renderPicture(part("picture-shown"), player.figures);
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/catalogue.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "9b31f5b698ec61c229c3af92b3e4f6c8",
            text: #"""
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

"""#
        ),
        EmbeddedAsset(
            path: "/app/example.css",
            contentType: "text/css; charset=utf-8",
            digest: "2cfad1dd9590422f01d55645e76bc48e",
            text: #"""
main {
  gap: 1.5rem;
  max-width: 60rem;
  padding-bottom: 2rem;
}

.example {
  display: grid;
  gap: 0.75rem;
  justify-items: start;
}

.example h2 {
  margin: 0;
}

.example frame-stream {
  max-width: 48rem;
}

.example img {
  width: min(100%, 24rem);
  min-height: 4rem;
  border-radius: 0.5rem;
  background: #0b0e12;
}

pre {
  width: 100%;
  margin: 0;
  overflow: auto;
  padding: 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--surface);
}

.switches {
  display: flex;
  flex-wrap: wrap;
  align-items: end;
  gap: 0.75rem 1rem;
}

.switches input[type="checkbox"] {
  width: 1.25rem;
  min-height: 1.25rem;
}

.switches input[type="number"] {
  width: 6rem;
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/example.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "21fb9297960449d3c861a787edf39681",
            text: #"""
/** The live example of `<frame-stream>`: what is changed here is done to the element, and shown as markup. */

import { brokerAddress, streamsAddress } from "../player/address.js";
import { saveFile } from "../player/capture.js";
import { viewFrom } from "./page-address.js";

const part = (id) => document.getElementById(id);
const player = part("first");
const broker = brokerAddress("", document.baseURI);
const { stream: asked, token } = viewFrom(location.search, "", location.hash);

player.addEventListener("statuschange", () => {
  const { state, title, detail } = player.status;
  part("log").textContent = `statuschange: ${state} (${[title, detail].filter(Boolean).join(". ")})`;
});
part("play").addEventListener("click", () => player.play());
part("pause").addEventListener("click", () => player.pause());
part("capture").addEventListener("click", async () => {
  const capture = await player.capture();
  if (capture) saveFile(capture);
});
part("stream").addEventListener("change", ({ target }) => show(target.value));
document.querySelector("form").addEventListener("input", ({ target }) => {
  if (target.type === "checkbox") player.toggleAttribute(target.name, target.checked);
  else if (target.value) player.setAttribute(target.name, target.value);
  else player.removeAttribute(target.name);
  writeMarkup();
});
start();

async function start() {
  const names = await fetch(streamsAddress(broker, token))
    .then((response) => response.json())
    .then(({ streams }) => streams.map(({ stream }) => stream))
    .catch(() => []);
  const all = [...new Set([...(asked ? [asked] : []), ...names])];
  part("stream").replaceChildren(...(all.length > 0 ? all : ["stream1"]).map((name) => new Option(name)));
  show(part("stream").value);
}

function show(stream) {
  const address = new URL(`ws/${stream}`, broker);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  player.setAttribute("src", address.href);
  if (token) player.setAttribute("token", token);
  player.play();
  const pictures = new URL(`multipart/${stream}`, broker);
  if (token) pictures.searchParams.set("token", token);
  part("multipart").src = pictures.href;
  writeMarkup();
}

function writeMarkup() {
  const script = new URL("player/frame-stream.js", document.baseURI).href;
  const attributes = ["src", "fps", "fit", "controls", "overlay"]
    .filter((name) => player.hasAttribute(name))
    .map((name) => (player.getAttribute(name) === "" ? name : `${name}="${player.getAttribute(name)}"`));
  part("markup").textContent =
    `<script type="module" src="${script}"></` + `script>\n<frame-stream ${attributes.join(" ")}></frame-stream>`;
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/figures-view.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "c6e6a525ef7b93d26534353d2f625d21",
            text: #"""
/** Figures as text on the page. */

import { element } from "../player/elements.js";
import { droppedText } from "../player/figures-text.js";
import { bitRate, count, delay, difference, frameRate, size } from "../player/wording.js";

const NONE = "–";

export function renderFigures(list, figures, engine) {
  const started = figures.received > 0;
  const texts = {
    receivedRate: started ? [`${frameRate(figures.receivedRate)} fps`] : [NONE],
    decodedRate: started ? [`${frameRate(figures.decodedRate)} fps`] : [NONE],
    paintedRate: started ? [`${frameRate(figures.paintedRate)} fps`] : [NONE],
    bitRate: started ? [`${bitRate(figures.bitsPerSecond)} kbit/s`] : [NONE],
    age: age(figures),
    clock: clock(figures),
    dropped: started ? [count(replaced(figures)), droppedText(figures)] : [NONE],
    engine: engine.place === "worker" ? ["in a worker"] : ["on the page", engine.reason],
  };
  for (const place of list.querySelectorAll("[data-figure]")) {
    const [main, note = ""] = texts[place.dataset.figure];
    setText(place, main, note);
  }
}

export function renderPicture(place, { format, width, height, bytes }) {
  const text = format ? `${width}\u00a0×\u00a0${height} ${format}, ${size(bytes)}` : "";
  if (place.textContent !== text) place.textContent = text;
}

function replaced({ replacedBeforeDecoding, replacedBeforePainting, undecodable, backwards }) {
  return replacedBeforeDecoding + replacedBeforePainting + undecodable + backwards;
}

function age({ age: now, ageMedian, ageHigh, clockError }) {
  if (now === null) return [NONE];
  const notes = [];
  if (now === ageMedian) notes.push(`95 % below ${delay(ageHigh)}`);
  if (clockError !== null) notes.push(`± ${delay(clockError)}`);
  return [delay(now), notes.join(", ")];
}

function clock({ clockOffset, roundTrip }) {
  return clockOffset === null ? [NONE] : [delay(roundTrip), `broker’s clock ${difference(clockOffset)}`];
}

function setText(place, main, note) {
  const text = note ? `${main}\n${note}` : main;
  if (place.dataset.text === text) return;
  place.dataset.text = text;
  place.replaceChildren(main, ...(note ? [element("small", {}, note)] : []));
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/grid.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "368235851767215a80e63de04fe08e4a",
            text: #"""
/** How tiles fill a window, and what each of them needs. Numbers in, numbers out. */

const RATIO = 16 / 9;
const SMALLEST_HEIGHT = 54;
const NEARLY = 0.95;

/**
 * The number of columns that makes the tiles largest, and the height of a row. All tiles fit, unless they would be too
 * small to see; then the wall scrolls.
 *
 * @param {number} count  of tiles
 * @param {{width: number, height: number, gap: number}} room
 * @param {number | null} wanted  columns that somebody asked for
 * @returns {{columns: number, rowHeight: number}}
 */
export function gridFor(count, { width, height, gap }, wanted) {
  const tileWidth = (columns) => (width - gap * (columns - 1)) / columns;
  if (wanted) return { columns: wanted, rowHeight: Math.max(SMALLEST_HEIGHT, tileWidth(wanted) / RATIO) };
  const choices = Array.from({ length: Math.max(1, count) }, (_, index) => {
    const columns = index + 1;
    const rows = Math.ceil(count / columns);
    return { columns, rowHeight: Math.min(tileWidth(columns) / RATIO, (height - gap * (rows - 1)) / rows) };
  });
  const tallest = Math.max(...choices.map((choice) => choice.rowHeight));
  // For next to nothing, more columns leave less black beside the pictures.
  const best = choices.findLast((choice) => choice.rowHeight >= NEARLY * tallest);
  if (best.rowHeight >= SMALLEST_HEIGHT) return best;
  const columns = Math.max(1, Math.floor((width + gap) / (SMALLEST_HEIGHT * RATIO + gap)));
  return { columns, rowHeight: tileWidth(columns) / RATIO };
}

/**
 * What a tile shows: the smallest rendition that is nearly as wide as the tile, else the stream itself.
 *
 * @param {Camera} camera
 * @param {number} width  of the tile in pixels of the screen
 * @returns {Stream}
 */
export function renditionFor(camera, width) {
  return camera.renditions
    .filter((each) => each.isLive && each.width !== null && each.width >= 0.75 * width)
    .reduce((best, each) => ((best.width ?? Infinity) <= each.width ? best : each), camera);
}

/**
 * How many frames a second a tile gets. All tiles share what a page can decode and a line can carry beside its other work:
 * small pictures are cheap, whole ones are not.
 *
 * @param {number} count  of tiles
 * @param {boolean} isSmall
 */
export function tileRate(count, isSmall) {
  const shared = (isSmall ? 120 : 48) / count;
  return Math.round(Math.min(isSmall ? 15 : 10, Math.max(1, shared)) * 10) / 10;
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/keys.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "eaab9d079e65d9a3ae401dec542333bc",
            text: #"""
/** The page's keys, and the list of them. */

import { KEYS } from "../player/control-bar.js";
import { element } from "../player/elements.js";

const WALL_KEYS = [
  ["Arrows", "From picture to picture"],
  ["Enter", "The picture large"],
  ["Escape", "Back to all"],
];

export class Keys {
  #dialog;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {object} options
   * @param {() => HTMLElement | null} options.player  the large one, when it is shown
   * @param {() => void} options.onBack
   */
  constructor(dialog, { player, onBack }) {
    this.#dialog = dialog;
    dialog
      .querySelector("dl")
      .append(...[...WALL_KEYS, ...KEYS].map(([key, text]) => element("div", {}, element("dt", {}, key), element("dd", {}, text))));
    document.addEventListener("keydown", (event) => {
      if (event.defaultPrevented || dialog.open || isTyping(event.target)) return;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "?") {
        event.preventDefault();
        this.show();
      } else if (event.key === "Escape" && player() && !document.fullscreenElement) {
        onBack();
      } else if (event.target === document.body) {
        player()?.handleKey(event);
      }
    });
  }

  show() {
    this.#dialog.showModal();
    // Where there is little room, the button that has the focus would have scrolled the list away.
    this.#dialog.scrollTop = 0;
  }
}

function isTyping(target) {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/page-address.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "3e7b0ac42a1c59a6cf7014b785f0c962",
            text: #"""
/** What the page shows, as its address says it: it can be passed on, bookmarked, and survives a reload. */

/**
 * @typedef {object} View
 * @property {string} broker            as typed
 * @property {string | null} stream     the one that is large; null for the wall
 * @property {string[] | null} streams  those on the wall, in this order; null for all
 * @property {number | null} columns    of the wall; null for what fits
 * @property {string} fps               of the large one, as typed
 * @property {string | null} token      what the broker lets us in by
 */

/**
 * A token stands behind the #: what stands there is sent to no server, and so to none of their logs.
 * @returns {View}
 */
export function viewFrom(search, ownBroker, hash = "") {
  const asked = new URLSearchParams(search);
  const streams = (asked.get("streams") ?? "").split(",").filter(Boolean);
  const columns = Number(asked.get("columns"));
  return {
    broker: asked.get("broker") || ownBroker,
    stream: asked.get("stream") || null,
    streams: streams.length > 0 ? [...new Set(streams)] : null,
    columns: Number.isInteger(columns) && columns > 0 && columns <= 32 ? columns : null,
    fps: asked.get("fps") ?? "",
    token: new URLSearchParams(hash.slice(1)).get("token") || asked.get("token") || null,
  };
}

/** @param {View} view  @returns {string} the query, with its question mark, or `./` for none, and the token behind a # */
export function addressOf({ broker, stream, streams, columns, fps, token }, ownBroker) {
  const query = new URLSearchParams();
  if (stream) query.set("stream", stream);
  if (streams) query.set("streams", streams.join(","));
  if (columns) query.set("columns", String(columns));
  if (broker && broker !== ownBroker) query.set("broker", broker);
  if (fps) query.set("fps", fps);
  const text = query.toString().replaceAll("%2C", ",");
  const hash = token ? `#${new URLSearchParams({ token })}` : "";
  return (text === "" ? "./" : `?${text}`) + hash;
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/page.css",
            contentType: "text/css; charset=utf-8",
            digest: "a0e0257cc862191fb8ad20fa042e5708",
            text: #"""
:root {
  color-scheme: light dark;
  --ground: #f4f6f8;
  --surface: #ffffff;
  --line: #d5dbe2;
  --text: #1a2028;
  --quiet: #566170;
  --accent: #0b7a5c;
  --on-accent: #ffffff;
  --good: #0b7a5c;
  --warn: #8a5a00;
  --bad: #b3261e;
  --focus: #1463c9;
}

@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11151a;
    --surface: #191f26;
    --line: #2d3641;
    --text: #e7ebf0;
    --quiet: #9ba7b5;
    --accent: #4fc3a1;
    --on-accent: #07231b;
    --good: #5fd0ae;
    --warn: #f0bf5a;
    --bad: #ff8b82;
    --focus: #7db4ff;
  }
}

*,
::before,
::after {
  box-sizing: border-box;
}

[hidden] {
  display: none !important;
}

html,
body {
  height: 100%;
}

body {
  display: flex;
  flex-direction: column;
  margin: 0;
  min-width: 18rem;
  padding: 0 clamp(0.5rem, 1.5vw, 1.25rem);
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.45 system-ui, sans-serif;
}

h1,
h2,
p,
dl,
dd,
ul {
  margin: 0;
  padding: 0;
}

:focus-visible {
  outline: 3px solid var(--focus);
  outline-offset: 2px;
}

/* Header */

header {
  display: flex;
  flex: none;
  align-items: center;
  gap: 0.625rem;
  padding: 0.5rem 0;
}

#home {
  display: flex;
  flex: none;
  align-items: center;
  gap: 0.5rem;
  border-radius: 0.375rem;
  color: var(--text);
  font-size: 0.9375rem;
}

header img {
  display: block;
  flex: none;
}

h1::before {
  padding-right: 0.625rem;
  color: var(--quiet);
  font-weight: 400;
  content: "/";
}

/* On the wall this is where the link leads. */
body:has(#single-view[hidden]) #home span {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}

body:has(#single-view[hidden]) h1::before {
  content: none;
}

h1 {
  flex: 0 1 auto;
  min-width: 0;
  overflow: hidden;
  font-size: 1.125rem;
  font-weight: 650;
  text-overflow: ellipsis;
  white-space: nowrap;
}

h2 {
  margin-bottom: 0.5rem;
  color: var(--quiet);
  font-size: 0.875rem;
  font-weight: 600;
}

.state {
  display: flex;
  flex: 1 0 auto;
  align-items: center;
  gap: 0.5rem;
  color: var(--quiet);
  font-size: 0.9375rem;
  white-space: nowrap;
}

.state::before,
.tile a::before {
  flex: none;
  width: 0.625rem;
  height: 0.625rem;
  border-radius: 50%;
  background: currentcolor;
  content: "";
}

.state[data-state="live"] {
  color: var(--good);
}

.state:is([data-state="stale"], [data-state="late"], [data-state="broker-lost"], [data-state="camera-lost"]) {
  color: var(--warn);
}

.state:is([data-state="refused"], [data-state="unshowable"]) {
  color: var(--bad);
}

#columns-label {
  display: flex;
  align-items: center;
  gap: 0.375rem;
  color: var(--quiet);
  font-size: 0.875rem;
}

main {
  display: flex;
  flex: 1;
  flex-direction: column;
  gap: 0.5rem;
  min-height: 0;
}

main > * {
  min-width: 0;
}

/* The wall */

#wall-view {
  flex: 1 0 auto;
}

#wall {
  display: grid;
  grid-template-columns: repeat(var(--columns, 1), minmax(0, 1fr));
  grid-auto-rows: var(--row-height, 12rem);
  gap: 4px;
  list-style: none;
}

.tile,
.tile a {
  min-width: 0;
  min-height: 0;
}

.tile a {
  position: relative;
  display: block;
  height: 100%;
  overflow: hidden;
  border-radius: 0.375rem;
  color: #f2f4f7;
  text-decoration: none;
}

.tile a:focus-visible {
  outline-offset: -3px;
}

.tile frame-stream {
  width: 100%;
  height: 100%;
  aspect-ratio: auto;
  min-height: 0;
  border-radius: 0;
}

.tile a::before {
  position: absolute;
  z-index: 1;
  right: 0.375rem;
  bottom: 0.375rem;
  color: #c3cad4;
  box-shadow: 0 0 0 2px rgb(11 14 18 / 82%);
}

.tile[data-state="live"] a::before {
  color: #5fd0ae;
}

.tile:is([data-state="stale"], [data-state="late"], [data-state="broker-lost"], [data-state="camera-lost"]) a::before {
  color: #f0bf5a;
}

.tile:is([data-state="refused"], [data-state="unshowable"]) a::before {
  color: #ff8b82;
}

.name {
  position: absolute;
  bottom: 0;
  left: 0;
  max-width: calc(100% - 1.5rem);
  overflow: hidden;
  padding: 0 0.375rem;
  border-top-right-radius: 0.375rem;
  background: rgb(11 14 18 / 82%);
  font-size: 0.8125rem;
  line-height: 1.4;
  text-overflow: ellipsis;
  white-space: nowrap;
}

#empty {
  padding: clamp(2rem, 15vh, 8rem) 1rem;
  color: var(--quiet);
  text-align: center;
}

#empty strong {
  color: var(--text);
  font-size: 1.125rem;
}

/* One large picture */

#single-view {
  display: grid;
  flex: 1 0 auto;
  align-content: start;
  gap: 1rem;
}

#single-view > * {
  min-width: 0;
}

frame-stream {
  min-height: 12rem;
  aspect-ratio: 16 / 9;
  max-height: calc(100vh - 7.5rem);
  width: 100%;
  overflow: hidden;
  border-radius: 0.5rem;
}

/* Keeps its place while the element is not defined yet. */
frame-stream:not(:defined) {
  display: block;
  background: #0b0e12;
}

.caption {
  padding-top: 0.5rem;
  overflow-wrap: anywhere;
}

.caption span {
  color: var(--quiet);
  font-variant-numeric: tabular-nums;
}

dl {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
  gap: 1px;
  overflow: hidden;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--line);
}

dl > div {
  padding: 0.5rem 0.75rem;
  background: var(--surface);
}

dl > .wide {
  grid-column: 1 / -1;
}

dt {
  color: var(--quiet);
  font-size: 0.875rem;
}

dd {
  font-size: 1.0625rem;
  font-variant-numeric: tabular-nums;
}

dd small {
  display: block;
  color: var(--quiet);
  font-size: 0.8125rem;
}

/* What else there is */

details {
  flex: none;
  padding-bottom: 0.5rem;
}

summary {
  width: fit-content;
  padding: 0.25rem 0;
  color: var(--quiet);
  font-size: 0.875rem;
  cursor: pointer;
}

#source form {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr));
  align-items: end;
  gap: 0.75rem;
  padding: 0.5rem 0;
}

form label {
  display: grid;
  gap: 0.25rem;
}

form label span {
  color: var(--quiet);
  font-size: 0.875rem;
}

input,
select,
button {
  min-height: 2.5rem;
  padding: 0.375rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--surface);
  color: inherit;
  font: inherit;
}

select {
  padding: 0.375rem 0.5rem;
  color: var(--text);
}

header button {
  flex: none;
}

input {
  width: 100%;
  min-width: 0;
  border-color: color-mix(in srgb, var(--quiet) 70%, var(--line));
}

input::placeholder {
  color: var(--quiet);
  opacity: 1;
}

button {
  font-weight: 600;
  cursor: pointer;
}

button:hover:enabled {
  border-color: var(--quiet);
}

.primary {
  border-color: transparent;
  background: var(--accent);
  color: var(--on-accent);
}

dialog {
  max-width: min(28rem, calc(100vw - 1rem));
  max-height: calc(100vh - 1rem);
  overflow: auto;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--surface);
  color: var(--text);
}

dialog::backdrop {
  background: rgb(0 0 0 / 50%);
}

dialog dl {
  grid-template-columns: 1fr;
  margin-bottom: 0.75rem;
}

dialog dl > div {
  display: grid;
  grid-template-columns: 7rem 1fr;
  gap: 0.5rem;
  padding: 0.25rem 0.75rem;
}

dialog dt,
dialog dd {
  font-size: 0.9375rem;
}

.noscript {
  padding: 1rem;
}

@media (max-width: 34rem) {
  /* How the cameras are is more than what this is; the name of the one that is large stands under it. */
  h1,
  #home span {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  /* The address still takes a number of columns. */
  #columns-label {
    display: none;
  }

  .state {
    font-size: 0.875rem;
  }

  header button,
  header select {
    padding: 0.25rem 0.5rem;
  }

  .caption :is(strong, span) {
    display: block;
  }

  .name {
    font-size: 0.75rem;
  }
}

@media (min-width: 62rem) {
  #single-view {
    grid-template-columns: minmax(0, 1fr) 20rem;
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/source-form.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "85fb13924dfda0ba52d02f0cc62167c2",
            text: #"""
/** The form that says what to show. */

export class SourceForm {
  #form;

  /**
   * @param {HTMLFormElement} form
   * @param {(source: {broker: string, stream: string, fps: string}) => void} onShow
   */
  constructor(form, onShow) {
    this.#form = form;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      onShow(this.values);
    });
  }

  get values() {
    const { broker, stream, fps } = this.#form.elements;
    return { broker: broker.value.trim(), stream: stream.value.trim(), fps: fps.value };
  }

  set values(source) {
    for (const [name, value] of Object.entries(source)) this.#form.elements[name].value = value;
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/tile.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "ea30fa72f4411bb2e1b219ccb192037b",
            text: #"""
/** One camera on the wall: a link to its large picture. */

import { element } from "../player/elements.js";

/** A camera that sends nothing for so long is not watched any more, so that the broker can forget it. */
const STANDBY_AFTER = 10_000;
/** A stream that the broker does not list any more may come back: the broker was only started again. */
const GONE_AFTER = 10_000;

const WORDS = new Map([
  ["live", "live"],
  ["late", "late"],
  ["stale", "stale"],
  ["camera-lost", "camera lost"],
  ["broker-lost", "broker lost"],
  ["refused", "refused"],
  ["connecting", "connecting"],
  ["waiting", "waiting for a picture"],
  ["disconnected", "disconnected"],
  ["unshowable", "cannot be shown"],
]);

export class Tile {
  id;
  player = element("frame-stream", {});
  #link;
  #name = element("span", { class: "name" });
  #lastListed = performance.now();
  #lastLive = null;
  #watches = false;

  node = element("li", { class: "tile" });

  /**
   * @param {string} id
   * @param {() => void} onOpen
   * @param {() => void} onState
   */
  constructor(id, onOpen, onState) {
    this.id = id;
    this.#name.textContent = id;
    this.#link = element("a", { title: id }, this.player, this.#name);
    this.#link.addEventListener("click", (event) => {
      // With a modifier it is a link like any other: a new tab, a new window.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      onOpen();
    });
    this.player.addEventListener("statuschange", () => {
      this.#showState();
      onState();
    });
    this.#showState();
    this.node.append(this.#link);
  }

  get state() {
    return this.player.status.state;
  }

  set href(href) {
    this.#link.href = href;
  }

  focus() {
    this.#link.focus();
  }

  /** What the broker says about the camera; null when it does not list it. @param {Camera | null} camera */
  listed(camera) {
    const now = performance.now();
    if (camera) this.#lastListed = now;
    if (camera?.isLive) this.#lastLive = now;
    const isMissed = this.#lastLive !== null && now - this.#lastLive < STANDBY_AFTER;
    // A stream that was named and never listed is asked for: there is no other way to know of it.
    this.player.toggleAttribute("standby", camera !== null && !camera.isLive && !camera.isKept && !isMissed);
  }

  get isGone() {
    return performance.now() - this.#lastListed > GONE_AFTER;
  }

  /** @param {{broker: string, token: string | null, stream: string, fps: number, connected: boolean}} wish */
  show({ broker, token, stream, fps, connected }) {
    setAttribute(this.player, "token", token);
    setAttribute(this.player, "broker", broker);
    setAttribute(this.player, "stream", stream);
    setAttribute(this.player, "fps", String(fps));
    if (connected === this.#watches && this.player.isConnected) return;
    this.#watches = connected;
    this.player.toggleAttribute("paused", !connected);
    if (!this.player.isConnected) return;
    if (connected) this.player.play();
    else this.player.pause();
  }

  #showState() {
    const { state, title } = this.player.status;
    this.node.dataset.state = state;
    this.#link.setAttribute("aria-label", `${this.id}, ${WORDS.get(state) ?? title}`);
  }
}

function setAttribute(node, name, value) {
  if (node.getAttribute(name) === value) return;
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/wall.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "d87083aba1320bf1ae2d2fb413b2e21a",
            text: #"""
/** All cameras at once, in a grid that fits the window. */

import { gridFor, renditionFor, tileRate } from "./grid.js";
import { Tile } from "./tile.js";

const GAP = 4;
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

export class Wall {
  #list;
  #onOpen;
  #onState;
  #addressOf;
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  /** @type {Map<string, Camera>} */
  #cameras = new Map();
  /** The streams that the address names, in its order; null for all. */
  #only = null;
  #broker = "";
  #token = null;
  #connected = true;
  #wantedColumns = null;
  #columns = 1;
  #tileWidth = 320;

  /**
   * @param {HTMLElement} list
   * @param {object} options
   * @param {(id: string) => void} options.onOpen
   * @param {() => void} options.onState
   * @param {(id: string) => string} options.addressOf
   */
  constructor(list, { onOpen, onState, addressOf }) {
    this.#list = list;
    this.#onOpen = onOpen;
    this.#onState = onState;
    this.#addressOf = addressOf;
    new ResizeObserver(() => this.#layOut()).observe(list.parentElement);
    addEventListener("resize", () => this.#layOut());
    list.addEventListener("keydown", (event) => this.#keyPressed(event));
  }

  /** @param {{broker: string, token: string | null, only: string[] | null, columns: number | null, connected: boolean}} options */
  set options({ broker, token, only, columns, connected }) {
    if (broker !== this.#broker) this.#clear();
    this.#broker = broker;
    this.#token = token;
    this.#only = only;
    this.#wantedColumns = columns;
    this.#connected = connected;
    this.#update();
  }

  /** @param {Camera[] | null} cameras  null when the broker does not say */
  set cameras(cameras) {
    if (cameras) this.#cameras = new Map(cameras.map((camera) => [camera.id, camera]));
    // Time passes for cameras that are missed only while the broker is there to be asked.
    if (cameras) for (const [id, tile] of this.#tiles) tile.listed(this.#cameras.get(id) ?? null);
    this.#update();
  }

  get tiles() {
    return [...this.#tiles.values()];
  }

  focus(id) {
    this.#tiles.get(id)?.focus();
  }

  #clear() {
    for (const tile of this.#tiles.values()) tile.node.remove();
    this.#tiles.clear();
    this.#cameras.clear();
  }

  #update() {
    const wanted = this.#only ?? this.#namesToShow();
    for (const [id, tile] of this.#tiles) {
      if (wanted.includes(id)) continue;
      tile.node.remove();
      this.#tiles.delete(id);
    }
    wanted.forEach((id, index) => this.#place(id, index));
    this.#layOut();
    this.#onState();
  }

  /** The listed ones, and those that are not listed at the moment and are not given up yet. */
  #namesToShow() {
    const missed = [...this.#tiles.values()].filter((tile) => !this.#cameras.has(tile.id) && !tile.isGone);
    const names = [...this.#cameras.keys(), ...missed.map((tile) => tile.id)];
    return names.sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  }

  /** A tile that is there stays where it is in the document: moving it would start it anew. */
  #place(id, index) {
    if (this.#tiles.has(id)) return;
    const tile = new Tile(id, () => this.#onOpen(id), this.#onState);
    tile.listed(this.#cameras.get(id) ?? null);
    this.#tiles.set(id, tile);
    this.#show(tile);
    this.#list.insertBefore(tile.node, this.#list.children[index] ?? null);
  }

  #layOut() {
    const count = this.#tiles.size;
    const room = { width: this.#list.clientWidth, height: this.#roomHeight(), gap: GAP };
    // Hidden behind a large picture it has no room, and its tiles have wishes all the same.
    if (count > 0 && room.width > 0) this.#fit(count, room);
    this.#tiles.forEach((tile) => this.#show(tile));
  }

  #fit(count, room) {
    const { columns, rowHeight } = gridFor(count, room, this.#wantedColumns);
    this.#columns = columns;
    this.#tileWidth = Math.min((room.width - GAP * (columns - 1)) / columns, (rowHeight * 16) / 9);
    this.#list.style.setProperty("--columns", String(columns));
    this.#list.style.setProperty("--row-height", `${Math.floor(rowHeight)}px`);
  }

  /** From the wall's top to the bottom of the window, with a finger's breadth for what comes below. */
  #roomHeight() {
    const top = this.#list.getBoundingClientRect().top + scrollY;
    return Math.max(200, innerHeight - top - 48);
  }

  #show(tile) {
    const camera = this.#cameras.get(tile.id);
    const stream = camera ? renditionFor(camera, this.#tileWidth * devicePixelRatio) : { id: tile.id };
    tile.href = this.#addressOf(tile.id);
    tile.show({
      broker: this.#broker,
      token: this.#token,
      stream: stream.id,
      fps: tileRate(Math.max(1, this.#tiles.size), stream.id !== tile.id),
      connected: this.#connected,
    });
  }

  #keyPressed(event) {
    const direction = ARROWS[event.key];
    if (!direction || event.ctrlKey || event.altKey || event.metaKey) return;
    const tiles = [...this.#list.children];
    const at = tiles.indexOf(event.target.closest("li"));
    const step = { left: -1, right: 1, up: -this.#columns, down: this.#columns }[direction];
    const next = tiles[at + step];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.querySelector("a").focus();
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/example.html",
            contentType: "text/html; charset=utf-8",
            digest: "e6b75d270b89e62ac669496baeb8c6c6",
            text: #"""
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>frame-stream · Stream Broker</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" type="image/svg+xml" href="favicon.svg">
    <link rel="stylesheet" href="app/page.css">
    <link rel="stylesheet" href="app/example.css">
    <script type="module" src="player/frame-stream.js"></script>
    <script type="module" src="app/example.js"></script>
  </head>
  <body>
    <header>
      <a href="./" id="home"><img src="favicon.svg" alt="" width="28" height="28"><span>All cameras</span></a>
      <h1>frame-stream</h1>
    </header>
    <main>
      <p>One tag shows a stream, on any page: this one is live, and the text beside it is what it takes.</p>

      <section class="example" aria-labelledby="with-controls">
        <h2 id="with-controls">With controls</h2>
        <frame-stream id="first" controls paused></frame-stream>
        <pre tabindex="0"><code id="markup"></code></pre>
        <label>Stream <select id="stream"></select></label>
      </section>

      <section class="example" aria-labelledby="attributes">
        <h2 id="attributes">Attributes change it while it plays</h2>
        <form class="switches">
          <label>fps <input name="fps" type="number" min="1" max="60" placeholder="all"></label>
          <label>fit
            <select name="fit">
              <option>contain</option>
              <option>cover</option>
              <option>fill</option>
            </select>
          </label>
          <label><input name="controls" type="checkbox" checked> controls</label>
          <label><input name="overlay" type="checkbox"> overlay</label>
        </form>
      </section>

      <section class="example" aria-labelledby="events">
        <h2 id="events">Events and methods</h2>
        <div class="switches">
          <button type="button" id="play">play()</button>
          <button type="button" id="pause">pause()</button>
          <button type="button" id="capture">capture()</button>
        </div>
        <p id="log" role="status"></p>
      </section>

      <section class="example" aria-labelledby="plain">
        <h2 id="plain">Without scripts</h2>
        <p>The same stream as <code>multipart/x-mixed-replace</code>:</p>
        <img id="multipart" alt="The stream as an image">
      </section>
    </main>
  </body>
</html>

"""#
        ),
        EmbeddedAsset(
            path: "/favicon.svg",
            contentType: "image/svg+xml",
            digest: "9b6b57d2e448c8d290022d39a521f8b4",
            text: #"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" role="img" aria-labelledby="title">
  <title id="title">Stream Broker</title>
  <rect width="32" height="32" rx="7" fill="#0b7a5c"/>
  <circle cx="9.5" cy="16" r="4" fill="#fff"/>
  <g fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round">
    <path d="M16 16h9"/>
    <path d="M15 11.5l8-4.5"/>
    <path d="M15 20.5l8 4.5"/>
  </g>
</svg>

"""#
        ),
        EmbeddedAsset(
            path: "/index.html",
            contentType: "text/html; charset=utf-8",
            digest: "77b0cf40abcd3d5dda3caf1db0a7d097",
            text: #"""
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Stream Broker</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="description" content="Live pictures of cameras, as the broker hands them out.">
    <meta name="color-scheme" content="light dark">
    <meta name="theme-color" content="#f4f6f8" media="(prefers-color-scheme: light)">
    <meta name="theme-color" content="#11151a" media="(prefers-color-scheme: dark)">
    <link rel="icon" type="image/svg+xml" href="favicon.svg">
    <link rel="stylesheet" href="app/page.css">
    <!-- By itself and first: the worker starts while the rest of the page is still on its way. -->
    <script type="module" src="player/engine-host.js"></script>
    <script type="module" src="app/app.js"></script>
  </head>
  <body>
    <header>
      <a href="./" id="home"><img src="favicon.svg" alt="" width="28" height="28"><span>All cameras</span></a>
      <h1 id="heading">Stream Broker</h1>
      <p class="state" id="state" role="status" data-state="connecting">Connecting</p>
      <label id="columns-label">
        <span>Columns</span>
        <select id="columns">
          <option value="">fit</option>
          <option>1</option>
          <option>2</option>
          <option>3</option>
          <option>4</option>
          <option>5</option>
          <option>6</option>
          <option>8</option>
        </select>
      </label>
      <button type="button" id="connection">Disconnect</button>
      <button type="button" id="help" aria-label="Keys" aria-haspopup="dialog">?</button>
    </header>

    <main>
      <section id="wall-view" aria-label="Cameras">
        <ul id="wall"></ul>
        <div id="empty" hidden>
          <p><strong id="empty-title">No camera yet</strong></p>
          <p id="empty-text">Streams appear here by themselves as soon as somebody publishes one.</p>
        </div>
      </section>

      <section id="single-view" aria-label="Picture" hidden>
        <div class="picture">
          <frame-stream id="player" controls paused></frame-stream>
          <p class="caption"><strong id="stream-shown"></strong> <span id="picture-shown"></span></p>
        </div>

        <div class="side">
          <section aria-labelledby="figures-title">
            <h2 id="figures-title">Figures</h2>
            <dl id="figures">
              <div><dt>Received</dt><dd data-figure="receivedRate">–</dd></div>
              <div><dt>Decoded</dt><dd data-figure="decodedRate">–</dd></div>
              <div><dt>Painted</dt><dd data-figure="paintedRate">–</dd></div>
              <div><dt>Rate</dt><dd data-figure="bitRate">–</dd></div>
              <div><dt>Age of picture</dt><dd data-figure="age">–</dd></div>
              <div><dt>Round trip</dt><dd data-figure="clock">–</dd></div>
              <div class="wide"><dt>Replaced</dt><dd data-figure="dropped">–</dd></div>
              <div class="wide"><dt>Decoding</dt><dd data-figure="engine">–</dd></div>
            </dl>
          </section>
        </div>
      </section>

      <details id="source">
        <summary>Another broker or stream</summary>
        <form aria-label="Source" autocomplete="off" novalidate>
          <label>
            <span>Broker</span>
            <input name="broker" type="text" inputmode="url" spellcheck="false" autocapitalize="none"
              placeholder="http://host:3090">
          </label>
          <label>
            <span>Stream; none for all</span>
            <input name="stream" type="text" spellcheck="false" autocapitalize="none" placeholder="all">
          </label>
          <label>
            <span>Frames a second, at most</span>
            <input name="fps" type="number" inputmode="decimal" min="0.1" max="240" step="any" placeholder="all">
          </label>
          <button type="submit" class="primary">Show</button>
        </form>
      </details>
    </main>

    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl></dl>
      <form method="dialog"><button>Close</button></form>
    </dialog>

    <noscript>
      <p class="noscript">
        This page needs JavaScript. Without it, the picture of a stream is at <code>/multipart/NAME</code>.
      </p>
    </noscript>
  </body>
</html>

"""#
        ),
        EmbeddedAsset(
            path: "/player/address.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "d57355f077835c26af75bbcf1368c08a",
            text: #"""
/** Where a broker is: what a person may type, and the addresses that follow from it. */

const SCHEMES = new Map([
  ["http:", "http:"],
  ["https:", "https:"],
  ["ws:", "http:"],
  ["wss:", "https:"],
]);

/**
 * Reads a broker's address: `http`, `https`, `ws` or `wss`, just `host:port`, or a path on the page's own host; empty means
 * where the page is.
 * A path is kept, so that a broker behind a proxy's prefix works.
 *
 * @param {string | null} text
 * @param {string} page  the address of the page itself
 * @returns {URL} with an http or https scheme and a path that ends in a slash
 * @throws {TypeError} with a sentence for the person who typed it
 */
export function brokerAddress(text, page) {
  const typed = (text ?? "").trim();
  const own = new URL(page);
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed);
  const isPath = typed.startsWith("/") && !typed.startsWith("//");
  const address = parsed(typed === "" ? "." : hasScheme || isPath ? typed : `${scheme(own)}//${typed}`, own);
  if (!address) throw new TypeError("The broker’s address cannot be read. Write it like http://192.168.1.10:3090.");
  checkAddress(address);
  // The protocol setter accepts this change only between the special schemes, which all four are.
  address.protocol = SCHEMES.get(address.protocol);
  address.search = "";
  address.hash = "";
  if (!address.pathname.endsWith("/")) address.pathname += "/";
  return address;
}

/**
 * Reads the address of one stream, as in `wss://host/ws/front-door?fps=5`; relative to the page, or absolute.
 *
 * @param {string} text
 * @param {string} page
 * @returns {{broker: URL, stream: string, fps: number | null, token: string | null}}
 * @throws {TypeError} with a sentence for the person who wrote it
 */
export function streamSource(text, page) {
  const address = parsed(text.trim(), new URL(page));
  const path = address?.pathname.match(/^(.*\/)ws\/([^/]+)$/);
  if (!path) throw new TypeError("The stream’s address cannot be read. Write it like wss://host/ws/front-door.");
  checkAddress(address);
  const { protocol, host, searchParams } = address;
  const fps = Number(searchParams.get("fps"));
  return {
    broker: new URL(`${SCHEMES.get(protocol)}//${host}${path[1]}`),
    stream: decodeURIComponent(path[2]),
    fps: fps > 0 ? fps : null,
    token: searchParams.get("token"),
  };
}

/**
 * The socket that carries many streams; the one named here is subscribed from the start.
 * @param {{stream: string, fps: number | null} | null} first
 */
export function socketAddress(broker, first, token) {
  return webSocket(viewerPath(broker, first, token));
}

/** The same path as the socket's, for asking over HTTP why the socket was refused. */
export function viewerPath(broker, first, token) {
  const address = new URL("ws", broker);
  if (first) address.searchParams.set("streams", first.stream);
  return withQuery(address, first?.fps, token);
}

/** The socket of a broker that knows no subprotocol: one stream, and nothing but its images. */
export function plainSocketAddress(broker, { stream, fps }, token) {
  return webSocket(withQuery(new URL(`ws/${encodeURIComponent(stream)}`, broker), fps, token));
}

/** Where a broker lists its streams, those that the token opens. */
export function streamsAddress(broker, token = null) {
  return withQuery(new URL("api/streams", broker), null, token);
}

/**
 * What is wrong with a stream id, as far as an address could not even carry it to the broker; null when nothing is.
 * Every other rule is the broker's to apply, and its answer is shown.
 */
export function streamProblem(stream) {
  if (stream === "") return "Name a stream.";
  if (stream === "." || stream === "..") return `“${stream}” is not a stream’s name.`;
  if (stream.includes(",")) return "A stream’s name has no comma.";
  return null;
}

function parsed(text, base) {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

function checkAddress(address) {
  if (!SCHEMES.has(address.protocol)) {
    throw new TypeError("The broker’s address begins with http://, https://, ws:// or wss://.");
  }
  if (address.username !== "" || address.password !== "") {
    throw new TypeError("A user name or password does not belong in the broker’s address.");
  }
}

function webSocket(address) {
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

function withQuery(address, fps, token) {
  if (fps) address.searchParams.set("fps", String(fps));
  if (token) address.searchParams.set("token", token);
  return address;
}

function scheme(page) {
  return page.protocol === "https:" ? "https:" : "http:";
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/backoff.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "1f95597ba057b9cd8fd85a3d6beb42eb",
            text: #"""
/**
 * How long to wait before the next attempt: with full jitter, so that the viewers of a broker that restarts do not come
 * back all at once; short while the outage may be a restart, then exponential.
 *
 *     attempt   1       2      3 to 60  61     62     63     64     65 …
 *     at most   0.25 s  0.5 s  0.8 s    1.6 s  3.2 s  6.4 s  10 s   10 s
 */

const FIRST = 250;
/** A broker that is back is noticed within this: somebody watches a dark picture meanwhile. */
const USUAL = 800;
const LONGEST = 10_000;
/** About half a minute: a restart is over by then. */
const PATIENT_ATTEMPTS = 60;
/** Below this an attempt is repeated in a loop that costs more than it gains. */
const SHORTEST = 50;

/**
 * @param {number} attempt  1 for the first one after a failure
 * @param {number} random   uniform in [0, 1)
 * @returns {number} milliseconds
 */
export function backoffDelay(attempt, random) {
  const late = Math.max(0, attempt - PATIENT_ATTEMPTS);
  const ceiling = late > 0 ? USUAL * 2 ** Math.min(late, 16) : FIRST * 2 ** Math.min(attempt - 1, 16);
  return Math.max(SHORTEST, Math.min(late > 0 ? LONGEST : USUAL, ceiling) * random);
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/capture.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "5fad6448218525b006a83ef8d395e4b8",
            text: #"""
/** Keeping what was seen: its name, and where it goes. */

import { animatedWebP } from "./clip.js";
import { wallTime } from "./clock.js";
import { decodeImage } from "./decoder.js";

/** `front-door_2026-03-01T08-15-30.250Z.webp`: the stream, when it was taken (UTC), the format's extension. */
export function captureName(stream, frame, receivedWallTime, extension = frame.format.extension) {
  const stamped = new Date(frame.captureTime ?? frame.arrivalTime ?? receivedWallTime);
  // A publisher may send a time that no calendar has.
  const taken = Number.isNaN(stamped.getTime()) ? new Date(receivedWallTime) : stamped;
  // A colon is not allowed in file names everywhere.
  return `${stream}_${taken.toISOString().replaceAll(":", "-")}.${extension}`;
}

/** The frame exactly as it was sent. */
export function sentFrame(stream, frame) {
  return {
    name: captureName(stream, frame, wallTime(frame.receivedAt)),
    blob: new Blob([frame.bytes], { type: frame.format.mediaType }),
  };
}

/** The same picture as PNG, which every program and every clipboard takes. */
export async function pngOf(stream, frame) {
  const bitmap = await decodeImage(frame);
  try {
    return {
      name: captureName(stream, frame, wallTime(frame.receivedAt), "png"),
      blob: await pngBlob(bitmap),
    };
  } finally {
    bitmap.close();
  }
}

/** The last seconds as an animated WebP, named after its first frame. @param {Frame[]} frames  oldest first */
export async function clipOf(stream, frames) {
  const blob = await animatedWebP(frames);
  return { name: captureName(stream, frames[0], wallTime(frames[0].receivedAt), "webp"), blob };
}

/** Lets the browser save the file, as if a link to it was pressed. */
export function saveFile({ name, blob }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has taken its own reference by the time this runs.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** @param {Promise<{blob: Blob}>} capture  a promise: the browser asks for the clipboard while the key is still warm */
export function copyPicture(capture) {
  return navigator.clipboard.write([new ClipboardItem({ "image/png": capture.then(({ blob }) => blob) })]);
}

function pngBlob(bitmap) {
  if (globalThis.OffscreenCanvas) {
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return canvas.convertToBlob({ type: "image/png" });
  }
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/causes.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "6336dbdf1fd3c19e0aae44d983b71877",
            text: #"""
/** Why cameras show nothing new, as far as the broker knows: whoever runs them for it tells it. Asked only while that matters. */

import { streamsAddress } from "./address.js";

const REPEAT = 5000;
/** Each failed look is an error in the browser's console, and is as likely to fail again. */
const REPEAT_AFTER_FAILURE = 60_000;
const ANSWER_LIMIT = 4000;

export class Causes {
  #address;
  #reasons = new Map();
  #nextLook = -Infinity;

  /** @param {URL} broker  @param {string | null} token */
  constructor(broker, token) {
    this.#address = streamsAddress(broker, token);
  }

  /**
   * What was known a moment ago; what is known now is asked for, and can be had at the next call.
   * @param {string} stream
   * @param {number} now  ms, as performance.now() has it
   * @returns {string | null} a sentence, or null when the broker knows nothing of this stream's camera
   */
  of(stream, now) {
    if (now >= this.#nextLook) {
      this.#nextLook = now + REPEAT;
      this.#ask();
    }
    return this.#reasons.get(stream) ?? null;
  }

  async #ask() {
    try {
      const response = await fetch(this.#address, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_LIMIT) });
      if (!response.ok) throw new Error(`the list of streams answers ${response.status}`);
      const { streams } = await response.json();
      const kept = streams.filter(({ source }) => source && source.state !== "live");
      this.#reasons = new Map(kept.map(({ stream, source }) => [stream, sentence(source.reason)]));
    } catch {
      this.#nextLook = performance.now() + REPEAT_AFTER_FAILURE;
      this.#reasons.clear();
    }
  }
}

function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/clip.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "7a743418a1bb9c3469fdd40c5e6c0a14",
            text: #"""
/**
 * A clip out of single frames: an animated WebP (RFC 9649, section 2.7). Frames that are WebP go in as they were sent; others
 * are encoded anew. Every frame is a whole picture, so nothing but boxes is written around them.
 */

import { decodeImage } from "./decoder.js";

const ALPHA = 1 << 4;
const ANIMATED = 1 << 1;
/** Of the last frame, which nothing follows, ms. */
const LAST_DURATION = 100;
const LONGEST_DURATION = 2 ** 24 - 1;
const QUALITY = 0.8;

/**
 * @param {Frame[]} frames  oldest first
 * @returns {Promise<Blob>}
 * @throws {RangeError} when there is no frame
 */
export async function animatedWebP(frames) {
  if (frames.length === 0) throw new RangeError("There is no frame to make a clip of.");
  const pictures = [];
  for (const frame of frames) pictures.push(await webPPicture(frame));
  // One canvas for all: a stream that changed its size in between keeps its top left corner in place.
  const width = Math.max(...pictures.map((picture) => picture.width));
  const height = Math.max(...pictures.map((picture) => picture.height));
  const hasAlpha = pictures.some((picture) => picture.hasAlpha);
  const parts = [
    chunk("VP8X", [Uint8Array.of(ANIMATED | (hasAlpha ? ALPHA : 0), 0, 0, 0, ...u24(width - 1), ...u24(height - 1))]),
    chunk("ANIM", [Uint8Array.of(0, 0, 0, 255, 0, 0)]),
    ...pictures.map((picture, index) => {
      const next = frames[index + 1];
      const shown = next ? next.receivedAt - frames[index].receivedAt : LAST_DURATION;
      const duration = Math.min(LONGEST_DURATION, Math.max(1, Math.round(shown)));
      const head = Uint8Array.of(...u24(0), ...u24(0), ...u24(picture.width - 1), ...u24(picture.height - 1), ...u24(duration), 0b10);
      return chunk("ANMF", [head, ...picture.chunks]);
    }),
  ].flat();
  return new Blob([fourCC("RIFF"), u32(4 + length(parts)), fourCC("WEBP"), ...parts], { type: "image/webp" });
}

/** What of a still WebP goes into an animated one, and its size. */
async function webPPicture(frame) {
  const bitmap = await decodeImage(frame);
  try {
    const { width, height } = bitmap;
    const bytes = frame.format.mediaType === "image/webp" ? frame.bytes : await encoded(bitmap);
    return { width, height, ...imageChunks(bytes) };
  } finally {
    bitmap.close();
  }
}

async function encoded(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality: QUALITY });
  if (blob.type !== "image/webp") throw new TypeError("This browser cannot write WebP.");
  return new Uint8Array(await blob.arrayBuffer());
}

/** The chunks of a still WebP that hold its picture. */
function imageChunks(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = [];
  let hasAlpha = false;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const name = String.fromCharCode(...bytes.subarray(offset, offset + 4));
    const size = view.getUint32(offset + 4, true);
    const data = bytes.subarray(offset + 8, offset + 8 + size);
    if (name === "ALPH" || name === "VP8 " || name === "VP8L") chunks.push(...chunk(name, [data]));
    if (name === "ALPH" || name === "VP8L") hasAlpha = true;
    offset += 8 + size + (size % 2);
  }
  return { chunks, hasAlpha };
}

/** @returns {Uint8Array[]} name, length, content, and the padding to an even length */
function chunk(name, content) {
  const size = length(content);
  return [fourCC(name), u32(size), ...content, ...(size % 2 === 1 ? [new Uint8Array(1)] : [])];
}

function length(parts) {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function fourCC(name) {
  return Uint8Array.from(name, (character) => character.charCodeAt(0));
}

function u24(value) {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255];
}

function u32(value) {
  return Uint8Array.of(...u24(value), value >>> 24);
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/clock.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "4db14c0b3a701f2da339e2e77759eace",
            text: #"""
/** Times: the local clock, and how far the broker's is from it. */

const KEPT = 12;
/** A difference that no jitter explains: one of the two clocks was set. */
const STEP = 1000;

/**
 * Milliseconds since 1970 by a clock that never jumps while the page is open, with fractions.
 * @param {number} moment  a reading of `performance.now()`
 */
export function wallTime(moment = performance.now()) {
  return performance.timeOrigin + moment;
}

/**
 * Estimates the broker's clock from pings and pongs: of the last few round trips the shortest one says most, because
 * its error is at most half of it.
 */
export class ClockOffset {
  #samples = [];
  #best = null;

  /**
   * @param {number} sentAt      local wall time of the ping, ms
   * @param {number} receivedAt  local wall time of the pong, ms
   * @param {number} brokerTime  the broker's wall time in the pong, ms
   */
  add(sentAt, receivedAt, brokerTime) {
    const roundTrip = receivedAt - sentAt;
    if (!(roundTrip >= 0) || !Number.isFinite(brokerTime)) return;
    const offset = brokerTime - (sentAt + receivedAt) / 2;
    if (this.known && Math.abs(offset - this.offset) > STEP + roundTrip) this.#samples = [];
    this.#samples.push({ roundTrip, offset });
    if (this.#samples.length > KEPT) this.#samples.shift();
    this.#best = this.#samples.reduce((best, each) => (best.roundTrip <= each.roundTrip ? best : each));
  }

  get known() {
    return this.#best !== null;
  }

  /** Milliseconds to add to local wall time to have the broker's; null until a pong came. */
  get offset() {
    return this.#best?.offset ?? null;
  }

  /** The shortest recent round trip, ms; null until a pong came. */
  get roundTrip() {
    return this.#best?.roundTrip ?? null;
  }

  /** By how much the offset can be wrong at most, ms: all of the round trip may have been in one direction. */
  get error() {
    return this.known ? this.#best.roundTrip / 2 : null;
  }

  /** How old something is that the broker stamped, ms; null when either clock is unknown. */
  age(brokerTime, now = wallTime()) {
    if (brokerTime === null || !this.known) return null;
    return Math.max(0, now + this.offset - brokerTime);
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/control-bar.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "885cb2029f8937b188e5ce8e8a1716da",
            text: #"""
/** The buttons under the picture, the menu of what can be kept, and the list of keys. */

import { element } from "./elements.js";
import { icon } from "./icons.js";

/** What the keys do; the same list is shown under `?`. */
export const KEYS = [
  ["Space", "Connect or disconnect"],
  ["F", "Full screen"],
  ["P", "Picture in picture"],
  ["S", "Save the frame as it was sent"],
  ["Shift + S", "Save it as PNG"],
  ["C", "Copy the picture"],
  ["V", "Save the last seconds"],
  ["I", "Figures"],
  ["+ − 0", "Zoom in, out, back"],
  ["Arrows", "Move the zoomed picture"],
  ["?", "This list"],
];

export class ControlBar {
  #actions;
  #buttons = {};
  #state = element("span", { class: "state", "aria-hidden": "true" });
  #menu;
  #help;
  #note = element("span", { class: "note", role: "status" });
  #noteTimer = null;

  nodes;

  /** @param {Record<string, () => void>} actions  by name */
  constructor(actions) {
    this.#actions = actions;
    this.#menu = element(
      "div",
      { class: "menu", part: "menu", id: "menu", role: "group", "aria-label": "Keep the picture", hidden: "" },
      this.#item("saveSent", "Save frame"),
      this.#item("savePNG", "Save as PNG"),
      this.#item("copy", "Copy picture"),
      this.#item("saveClip", "Save last 5 s"),
    );
    this.#help = element(
      "div",
      { class: "key-list", part: "help", role: "group", "aria-label": "Keys", tabindex: "0", hidden: "" },
      element("dl", {}, ...KEYS.map(([key, text]) => element("div", {}, element("dt", {}, key), element("dd", {}, text)))),
    );
    const bar = element(
      "div",
      { class: "bar", part: "controls", role: "group", "aria-label": "Player" },
      this.#button("toggle", "pause", "Disconnect"),
      this.#state,
      this.#note,
      this.#button("unzoom", "unzoom", "Show the whole picture"),
      this.#button("figures", "figures", "Figures"),
      this.#button("keep", "save", "Keep the picture"),
      this.#button("pip", "pip", "Picture in picture"),
      this.#button("fullscreen", "fullscreen", "Full screen"),
      this.#button("help", "help", "Keys"),
    );
    this.#buttons.keep.setAttribute("aria-expanded", "false");
    this.#buttons.keep.setAttribute("aria-controls", "menu");
    this.#buttons.help.setAttribute("aria-expanded", "false");
    this.#buttons.figures.setAttribute("aria-pressed", "false");
    this.#buttons.unzoom.hidden = true;
    this.nodes = [this.#help, this.#menu, bar];
  }

  /** What there is to show. */
  update({ paused, status, hasPicture, canPictureInPicture, isZoomed, figuresShown }) {
    const toggle = this.#buttons.toggle;
    const name = paused ? "Connect" : "Disconnect";
    if (toggle.title !== name) {
      toggle.title = name;
      toggle.setAttribute("aria-label", name);
      toggle.replaceChildren(icon(paused ? "play" : "pause"));
    }
    if (this.#state.textContent !== status.title) this.#state.textContent = status.title;
    this.#state.dataset.state = status.state;
    this.#buttons.keep.disabled = !hasPicture;
    this.#buttons.pip.hidden = !canPictureInPicture;
    this.#buttons.unzoom.hidden = !isZoomed;
    this.#buttons.figures.setAttribute("aria-pressed", String(figuresShown));
  }

  toggleMenu(open = this.#menu.hidden) {
    this.#menu.hidden = !open;
    this.#buttons.keep.setAttribute("aria-expanded", String(open));
    if (open) this.#menu.querySelector("button").focus();
  }

  toggleHelp(open = this.#help.hidden) {
    this.#help.hidden = !open;
    this.#buttons.help.setAttribute("aria-expanded", String(open));
    if (open) this.#help.focus();
  }

  /** Closes what is open. @returns {boolean} whether anything was */
  dismiss() {
    const wasOpen = !this.#menu.hidden || !this.#help.hidden;
    if (!this.#menu.hidden) this.#buttons.keep.focus();
    else if (!this.#help.hidden) this.#buttons.help.focus();
    this.toggleMenu(false);
    this.toggleHelp(false);
    return wasOpen;
  }

  /** A word on what was just done. */
  say(text) {
    clearTimeout(this.#noteTimer);
    this.#note.textContent = text;
    this.#noteTimer = setTimeout(() => (this.#note.textContent = ""), 4000);
  }

  #button(name, iconName, label) {
    const button = element("button", { type: "button", class: name, title: label, "aria-label": label }, icon(iconName));
    button.addEventListener("click", () => this.#actions[name]());
    this.#buttons[name] = button;
    return button;
  }

  #item(name, label) {
    const button = element("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      this.dismiss();
      this.#actions[name]();
    });
    return button;
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/decoder.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "95ed7d72522037c8eeee4eacfc615b8f",
            text: #"""
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

"""#
        ),
        EmbeddedAsset(
            path: "/player/elements.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "79664042197691b6bf0a4d6033044fa1",
            text: #"""
/** Making nodes without markup, so that no text is ever read as any. */

const SVG = "http://www.w3.org/2000/svg";

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svgElement(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/engine-host.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "a7aea30797652d70dba0a8ec36e8a61f",
            text: #"""
/**
 * Where the page's engine runs: in a worker where the browser can hand it a canvas, else on the page's own thread. One for
 * all players of a page, started with the first.
 */

/** A worker that is not there by then will not come. */
const START_LIMIT = 4000;

class EngineHost {
  #post = null;
  #batch = [];
  #transfers = [];
  #clients = new Map();
  #captures = new Map();
  #number = 0;

  /** Where it runs, and why: `{place: "worker" | "page", reason: string}`. */
  where = { place: "page", reason: "" };
  /** Resolves when it is decided where. */
  ready = this.#start();

  constructor() {
    addEventListener("online", () => this.send({ type: "wake" }));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.send({ type: "wake" });
    });
  }

  /**
   * Gives a canvas to the engine.
   * @param {HTMLCanvasElement} canvas
   * @param {{status: Function, figures: Function}} client  told what the engine says about it
   * @returns {number} the player's number
   */
  attach(canvas, client) {
    this.#number += 1;
    this.#clients.set(this.#number, client);
    const surface = this.where.place === "worker" ? canvas.transferControlToOffscreen() : canvas;
    this.send({ type: "attach", player: this.#number, canvas: surface }, surface === canvas ? [] : [surface]);
    return this.#number;
  }

  detach(player) {
    this.#clients.delete(player);
    this.send({ type: "detach", player });
  }

  /** What is sent in one go arrives in one. */
  send(message, transfer = []) {
    if (this.#batch.length === 0) queueMicrotask(() => this.#flush());
    this.#batch.push(message);
    this.#transfers.push(...transfer);
  }

  /** @returns {Promise<{name: string, blob: Blob} | null>} */
  capture(player, kind) {
    this.#number += 1;
    const request = this.#number;
    this.send({ type: "capture", player, request, kind });
    return new Promise((resolve, reject) => this.#captures.set(request, { resolve, reject }));
  }

  #flush() {
    if (!this.#post) {
      this.ready.then(() => this.#flush());
      return;
    }
    const batch = this.#batch;
    const transfers = this.#transfers;
    this.#batch = [];
    this.#transfers = [];
    if (batch.length > 0) this.#post(batch, transfers);
  }

  #receive(message) {
    switch (message.type) {
      case "status":
        this.#clients.get(message.player)?.status(message.status, message.hasPicture);
        break;
      case "figures":
        for (const [player, figures] of message.figures) this.#clients.get(player)?.figures(figures);
        break;
      case "captured": {
        const { resolve, reject } = this.#captures.get(message.request);
        this.#captures.delete(message.request);
        if (message.error) reject(new Error(message.error));
        else resolve(message.capture);
        break;
      }
    }
  }

  async #start() {
    let reason = missingForWorker();
    const worker = reason ? null : await startWorker().catch((error) => void (reason = error.message));
    if (worker) {
      this.where = { place: "worker", reason: "worker with OffscreenCanvas" };
      worker.onmessage = ({ data }) => this.#receive(data);
      this.#post = (batch, transfers) => worker.postMessage(batch, transfers);
      return;
    }
    this.where = { place: "page", reason };
    // Loaded only where it is needed.
    const { Engine } = await import("./engine.js");
    const engine = new Engine((message) => this.#receive(message));
    this.#post = (batch) => engine.receive(batch);
  }
}

/** @returns {string | null} what this browser lacks */
function missingForWorker() {
  if (typeof Worker !== "function") return "no workers";
  if (typeof OffscreenCanvas !== "function") return "no OffscreenCanvas";
  if (!HTMLCanvasElement.prototype.transferControlToOffscreen) return "no canvas for a worker";
  return null;
}

/** @returns {Promise<Worker>} rejects with a reason for people */
function startWorker() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerAddress(), { type: "module" });
    const fail = (reason) => {
      worker.terminate();
      reject(new Error(reason));
    };
    const limit = setTimeout(() => fail("the worker does not start"), START_LIMIT);
    worker.onerror = () => {
      clearTimeout(limit);
      fail("the worker is not allowed to start");
    };
    worker.onmessage = ({ data }) => {
      clearTimeout(limit);
      if (data.canDecode) resolve(worker);
      else fail("no decoding in workers");
    };
  });
}

/** A worker must come from the page's own origin; an element from elsewhere gets one that imports the rest. */
function workerAddress() {
  const address = new URL("worker.js", import.meta.url);
  if (address.origin === location.origin) return address;
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(address.href)};`], { type: "text/javascript" }));
}

export const engineHost = new EngineHost();

"""#
        ),
        EmbeddedAsset(
            path: "/player/engine.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "074f811ea922cddf0b8f930557852a20",
            text: #"""
/**
 * All players of a page, driven by messages. The same code in a worker and, where there is none, on the page's own thread.
 *
 * In: `attach` with a canvas, `open`, `close`, `change`, `capture`, `detach`, each with a player's number; `wake`.
 * Out: `status` and `captured` for a player, `figures` of all of them twice a second.
 */

import { DecodeSlots } from "./decoder.js";
import { Links } from "./links.js";
import { Refresh } from "./painter.js";
import { Player } from "./player.js";

const STATUS_INTERVAL = 250;
const FIGURES_INTERVAL = 500;

export class Engine {
  #post;
  #players = new Map();
  #links = new Links((broker) => this.#moveToPlain(broker));
  #refresh = new Refresh();
  #slots = new DecodeSlots(Math.max(2, Math.min(8, navigator.hardwareConcurrency ?? 2)));
  #timers = [];

  /** @param {(message: object) => void} post */
  constructor(post) {
    this.#post = post;
  }

  /** Messages that were sent together are handled together, so that many wishes become one request. */
  receive(messages) {
    for (const message of messages) this.#handle(message);
  }

  #handle({ type, player: number, ...rest }) {
    const player = this.#players.get(number);
    switch (type) {
      case "attach":
        this.#attach(number, rest.canvas);
        break;
      case "wake":
        this.#links.retryNow();
        break;
      case "open":
        player?.open(rest.target, rest.wish);
        break;
      case "close":
        player?.close();
        break;
      case "change":
        player?.change(rest.wish);
        break;
      case "capture":
        if (player) this.#capture(player, rest);
        break;
      case "detach":
        player?.close();
        this.#players.delete(number);
        break;
    }
    this.#keepTime();
  }

  #attach(number, canvas) {
    const player = new Player({
      canvas,
      refresh: this.#refresh,
      slots: this.#slots,
      links: this.#links,
      onStatus: (status, hasPicture) => this.#post({ type: "status", player: number, status, hasPicture }),
    });
    this.#players.set(number, player);
  }

  async #capture(player, { request, kind }) {
    try {
      this.#post({ type: "captured", request, capture: await player.capture(kind) });
    } catch (error) {
      this.#post({ type: "captured", request, error: error.message });
    }
  }

  /** A page without players costs no wake-ups. */
  #keepTime() {
    if (this.#players.size > 0 && this.#timers.length === 0) {
      this.#timers = [
        setInterval(() => this.#players.forEach((player) => player.update()), STATUS_INTERVAL),
        setInterval(() => this.#reportFigures(), FIGURES_INTERVAL),
      ];
    } else if (this.#players.size === 0) {
      this.#timers.forEach(clearInterval);
      this.#timers = [];
    }
  }

  #reportFigures() {
    const figures = [...this.#players].map(([number, player]) => [number, player.figures]);
    this.#post({ type: "figures", figures });
  }

  #moveToPlain(broker) {
    for (const player of this.#players.values()) {
      if (player.link && player.target.broker === broker) player.moveTo(this.#links.get(player.target));
    }
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/figures-text.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "09a80af46dcda3f6280e74fffa240947",
            text: #"""
/** Figures as lines of text. */

import { bitRate, count, delay, difference, frameRate } from "./wording.js";

const NONE = "–";

export function ratesText({ received, receivedRate, decodedRate, paintedRate, bitsPerSecond }) {
  if (received === 0) return NONE;
  const rates = [receivedRate, decodedRate, paintedRate].map(frameRate).join(" / ");
  return `${rates} fps received / decoded / painted, ${bitRate(bitsPerSecond)} kbit/s`;
}

export function ageText({ age, ageMedian, ageHigh, clockError }) {
  if (age === null) return `age ${NONE}`;
  const high = ageMedian !== null && age === ageMedian ? `, 95 % below ${delay(ageHigh)}` : "";
  const error = clockError === null ? "" : `, ± ${delay(clockError)}`;
  return `age ${delay(age)}${high}${error}`;
}

export function clockText({ clockOffset, roundTrip }) {
  return clockOffset === null ? `round trip ${NONE}` : `round trip ${delay(roundTrip)}, broker’s clock ${difference(clockOffset)}`;
}

export function droppedText({ skipped, replacedBeforeDecoding, replacedBeforePainting, undecodable, backwards }) {
  const parts = [
    `${count(skipped)} not sent`,
    `${count(replacedBeforeDecoding)} replaced before decoding`,
    `${count(replacedBeforePainting)} before painting`,
  ];
  if (undecodable > 0) parts.push(`${count(undecodable)} not decodable`);
  if (backwards > 0) parts.push(`${count(backwards)} out of order`);
  return parts.join(", ");
}

export function engineText({ place, reason }) {
  return place === "worker" ? "decoded in a worker" : `decoded on the page: ${reason}`;
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/figures.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "ac10f2b4e33ac545adf4d30d3c5e877a",
            text: #"""
/** Live figures: rates, percentiles and counts. Time is an argument, in milliseconds. */

const WINDOW = 2000;
/** A slow stream's last two frames still say its rate. */
const LONGEST_WINDOW = 60_000;
/** An age says how things are; after so long it says how they were. */
const AGES_WINDOW = 10_000;

/** Events and bytes a second over a sliding window. */
export class RateMeter {
  #events = [];

  add(now, bytes = 0) {
    this.#events.push({ now, bytes });
    this.#trim(now);
  }

  clear() {
    this.#events = [];
  }

  /** Events a second; falls once the next one is overdue, and is 0 when it is long so. */
  perSecond(now) {
    const span = this.#span(now);
    return span > 0 ? ((this.#events.length - 1) * 1000) / span : 0;
  }

  bytesPerSecond(now) {
    const span = this.#span(now);
    if (!(span > 0)) return 0;
    // The first event only opens the span; its bytes belong to the time before.
    const bytes = this.#events.slice(1).reduce((sum, event) => sum + event.bytes, 0);
    return (bytes * 1000) / span;
  }

  #span(now) {
    this.#trim(now);
    if (this.#events.length < 2) return 0;
    const first = this.#events[0].now;
    const last = this.#events.at(-1).now;
    const interval = (last - first) / (this.#events.length - 1);
    if (now - last > Math.max(WINDOW, 4 * interval)) return 0;
    return Math.max(last, now - interval) - first;
  }

  #trim(now) {
    let drop = 0;
    while (
      drop < this.#events.length &&
      (this.#events[drop].now < now - LONGEST_WINDOW ||
        (this.#events[drop].now < now - WINDOW && this.#events.length - drop > 2))
    ) {
      drop += 1;
    }
    if (drop > 0) this.#events.splice(0, drop);
  }
}

/** The last so many values of the last while, and what part of them lies below a value. */
export class Percentiles {
  #values = [];
  #times = [];
  #capacity;
  #longest;
  #next = 0;

  /**
   * @param {number} capacity
   * @param {number} [longest]  so long a value counts, ms
   */
  constructor(capacity, longest = Infinity) {
    this.#capacity = capacity;
    this.#longest = longest;
  }

  add(value, now = 0) {
    this.#values[this.#next] = value;
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  clear() {
    this.#values = [];
    this.#times = [];
    this.#next = 0;
  }

  /**
   * By nearest rank; null while there is no value.
   * @param {number} part  0.5 for the median
   */
  at(part, now = 0) {
    const sorted = this.#values.filter((_, index) => now - this.#times[index] <= this.#longest).sort((a, b) => a - b);
    return sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  }
}

/** Everything a viewer may want to know about the stream in front of it. */
export class Figures {
  #received = new RateMeter();
  #decoded = new RateMeter();
  #painted = new RateMeter();
  #intervals = new Percentiles(9);
  #ages = new Percentiles(120, AGES_WINDOW);
  #lastReceived = null;
  #lastSequence = null;

  counts = Figures.#none();

  static #none() {
    return {
      received: 0,
      decoded: 0,
      painted: 0,
      skipped: 0,
      replacedBeforeDecoding: 0,
      replacedBeforePainting: 0,
      undecodable: 0,
      backwards: 0,
    };
  }

  /** A new subscription: numbers begin again, counts go on. */
  sessionBegan() {
    this.#lastSequence = null;
    this.#lastReceived = null;
  }

  /** A new stream, or a new start by the user: all begins again. */
  clear() {
    this.sessionBegan();
    this.counts = Figures.#none();
    for (const meter of [this.#received, this.#decoded, this.#painted, this.#intervals, this.#ages]) meter.clear();
  }

  /** @returns {boolean} whether the frame is newer than all before it by this subscription */
  received(frame, now) {
    this.counts.received += 1;
    this.#received.add(now, frame.bytes.length);
    if (this.#lastReceived !== null) this.#intervals.add(now - this.#lastReceived);
    this.#lastReceived = now;
    if (frame.sequence === null) return true;
    if (this.#lastSequence !== null) {
      if (frame.sequence <= this.#lastSequence) {
        this.counts.backwards += 1;
        return false;
      }
      this.counts.skipped += Number(frame.sequence - this.#lastSequence - 1n);
    }
    this.#lastSequence = frame.sequence;
    return true;
  }

  /** @param {number | null} age  of the picture when it was painted, ms */
  painted(now, age) {
    this.counts.painted += 1;
    this.#painted.add(now);
    if (age !== null) this.#ages.add(age, now);
  }

  decoded(now) {
    this.counts.decoded += 1;
    this.#decoded.add(now);
  }

  replacedBeforeDecoding() {
    this.counts.replacedBeforeDecoding += 1;
  }

  replacedBeforePainting() {
    this.counts.replacedBeforePainting += 1;
  }

  undecodable() {
    this.counts.undecodable += 1;
  }

  /** The usual time between two frames, ms; null while too few came to say. */
  get interval() {
    return this.counts.received > 3 ? this.#intervals.at(0.5) : null;
  }

  snapshot(now) {
    return {
      ...this.counts,
      receivedRate: this.#received.perSecond(now),
      decodedRate: this.#decoded.perSecond(now),
      paintedRate: this.#painted.perSecond(now),
      bitsPerSecond: this.#received.bytesPerSecond(now) * 8,
      ageMedian: this.#ages.at(0.5, now),
      ageHigh: this.#ages.at(0.95, now),
    };
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/frame-stream.css",
            contentType: "text/css; charset=utf-8",
            digest: "8e27dac39106a6c60ff9ac21f3b4fb66",
            text: #"""
/* The stage is dark in both themes: a picture needs a quiet surround. */

:host {
  display: block;
  aspect-ratio: 16 / 9;
  contain: content;
  background: #0b0e12;
  color: #f2f4f7;
  font: 1rem/1.4 system-ui, sans-serif;
}

:host([hidden]) {
  display: none;
}

:host(:fullscreen) {
  aspect-ratio: auto;
}

[hidden] {
  display: none !important;
}

*,
::before,
::after {
  box-sizing: border-box;
}

.stage {
  container-type: size;
  position: relative;
  width: 100%;
  height: 100%;
  overflow: hidden;
  touch-action: pan-x pan-y;
}

.stage[data-zoomed] {
  cursor: grab;
  touch-action: none;
}

:focus-visible {
  outline: 3px solid #7db4ff;
  outline-offset: -3px;
}

.frame {
  position: absolute;
  inset: 0;
}

canvas {
  display: block;
  width: 100%;
  height: 100%;
  object-fit: contain;
  transition: filter 0.3s, opacity 0.3s;
}

:host([fit="cover"]) canvas {
  object-fit: cover;
}

:host([fit="fill"]) canvas {
  object-fit: fill;
}

/* Anything that is not a live picture must not look like one. */
.stage:not([data-state="live"], [data-state="late"]) canvas {
  filter: grayscale(0.85);
  opacity: 0.35;
}

.stage:not([data-picture]) canvas {
  opacity: 0;
}

/* What is said when there is no live picture */

.sign {
  position: absolute;
  inset: 0;
  width: fit-content;
  height: fit-content;
  max-width: min(30rem, calc(100% - 2rem));
  max-height: calc(100% - 1rem);
  margin: auto;
  overflow: auto;
  padding: 0.75rem 1.25rem;
  border-radius: 0.75rem;
  background: rgb(11 14 18 / 85%);
  text-align: center;
  overflow-wrap: anywhere;
}

/* The controls keep their place. */
.stage[role="group"]:not([data-state="late"]) .sign {
  bottom: 3rem;
  max-height: calc(100% - 3.5rem);
}

.sign p {
  margin: 0;
}

.title {
  font-size: 1.125rem;
  font-weight: 600;
}

.detail {
  color: #c3cad4;
  font-size: 0.9375rem;
  font-variant-numeric: tabular-nums;
}

.stage:is([data-state="stale"], [data-state="late"], [data-state="broker-lost"], [data-state="camera-lost"]) .title {
  color: #f3c564;
}

.stage:is([data-state="refused"], [data-state="unshowable"]) .title {
  color: #ff9189;
}

.stage[data-state="live"] .sign {
  display: none;
}

/* A late picture still moves: the sign stays out of its way. */
.stage[data-state="late"] .sign {
  inset: 0.5rem auto auto 0.5rem;
  margin: 0;
  padding: 0.375rem 0.75rem;
}

.spoken {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: -1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

/* Figures over the picture */

.overlay {
  position: absolute;
  top: 0.5rem;
  left: 0.5rem;
  width: min(24rem, calc(100% - 1rem));
  max-height: calc(100% - 4rem);
  overflow: hidden;
  padding: 0.5rem 0.625rem;
  border-radius: 0.5rem;
  background: rgb(11 14 18 / 82%);
  font-size: 0.8125rem;
  line-height: 1.35;
  font-variant-numeric: tabular-nums;
  pointer-events: none;
}

.overlay p {
  margin: 0;
}

.spark {
  display: block;
  width: 100%;
  height: 1.75rem;
  margin-bottom: 0.25rem;
}

.line {
  fill: none;
  stroke: #5fd0ae;
  stroke-width: 1.5;
  vector-effect: non-scaling-stroke;
}

/* Controls */

.bar {
  position: absolute;
  inset: auto 0 0;
  display: flex;
  align-items: center;
  gap: 0.125rem;
  padding: 0.25rem;
  background: rgb(11 14 18 / 82%);
  opacity: 0;
  transition: opacity 0.2s;
}

.stage:is(:hover, :focus-within) .bar,
.stage:not([data-state="live"]) .bar {
  opacity: 1;
}

@media (hover: none) {
  .bar {
    opacity: 1;
  }
}

.bar .state,
.bar .note {
  min-width: 0;
  overflow: hidden;
  padding: 0 0.375rem;
  font-size: 0.875rem;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.bar .state {
  flex: 0 1 auto;
}

.bar .note {
  flex: 1;
  text-align: right;
}

.bar .state[data-state="live"] {
  color: #5fd0ae;
}

button {
  border: 0;
  border-radius: 0.375rem;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
}

button:hover:enabled,
button[aria-pressed="true"],
button[aria-expanded="true"] {
  background: rgb(255 255 255 / 16%);
}

button:disabled {
  cursor: default;
  opacity: 0.45;
}

.bar button {
  flex: none;
  width: 2.5rem;
  height: 2.5rem;
  padding: 0.5rem;
}

svg {
  display: block;
  width: 100%;
  height: 100%;
  fill: none;
  stroke: currentcolor;
  stroke-width: 1.75;
  stroke-linecap: round;
  stroke-linejoin: round;
}

.menu,
.key-list {
  position: absolute;
  right: 0.5rem;
  bottom: 3.25rem;
  z-index: 1;
  max-width: calc(100% - 1rem);
  max-height: calc(100% - 3.75rem);
  overflow: auto;
  padding: 0.375rem;
  border-radius: 0.5rem;
  background: #1b222a;
  box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 50%);
}

.menu button {
  display: block;
  width: 100%;
  min-height: 2.5rem;
  padding: 0.375rem 0.75rem;
  text-align: left;
}

.key-list dl {
  display: grid;
  gap: 0.25rem;
  margin: 0;
  padding: 0.375rem 0.5rem;
  font-size: 0.875rem;
}

.key-list dl > div {
  display: grid;
  grid-template-columns: 5.5rem 1fr;
  gap: 0.75rem;
}

.key-list dt {
  color: #f3c564;
}

.key-list dd {
  margin: 0;
}

/* The buttons go first: what is said about the picture stands in the sign, too. */
@container (max-width: 24rem) {
  .bar .state {
    display: none;
  }

  .bar button {
    width: 2.25rem;
  }

  .overlay {
    font-size: 0.75rem;
  }

  .overlay p:nth-of-type(n + 3) {
    display: none;
  }

  .sign {
    padding: 0.375rem 0.75rem;
  }

  .title {
    font-size: 0.9375rem;
  }

  .detail {
    font-size: 0.8125rem;
  }
}

/* A tile of a wall has room for a word. */
@container (max-width: 15rem) {
  .sign {
    max-width: calc(100% - 0.5rem);
    padding: 0.125rem 0.5rem;
    border-radius: 0.375rem;
  }

  .title {
    font-size: 0.75rem;
  }

  .detail {
    display: none;
  }
}

@container (max-height: 13rem) {
  .menu button {
    min-height: 1.75rem;
    padding-block: 0.125rem;
    font-size: 0.875rem;
  }
}

@container (max-height: 9rem) {
  .detail {
    display: none;
  }
}

@media (prefers-reduced-motion: reduce) {
  canvas,
  .bar {
    transition: none;
  }
}

@media (forced-colors: active) {
  .bar,
  .menu,
  .key-list,
  .sign {
    border: 1px solid;
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/frame-stream.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "bbebd2a024f443feb39074c36713c023",
            text: #"""
/**
 * `<frame-stream>`: one stream of a broker, painted as it comes.
 *
 *     <script type="module" src="https://host/player/frame-stream.js"></script>
 *     <frame-stream src="wss://host/ws/front-door" controls></frame-stream>
 *
 * Attributes: `src`, or `broker` and `stream`; `fps`, `fit`, `token`, `controls`, `overlay`, `paused`, `standby`.
 * Methods: `play()`, `pause()`, `capture(kind)`, `handleKey(event)`. Properties: `paused`, `status`, `figures`, `engine`.
 * Events: `statuschange` when the state or its wording changes, `figures` twice a second.
 */

import { brokerAddress, streamProblem, streamSource } from "./address.js";
import { copyPicture, saveFile } from "./capture.js";
import { ControlBar } from "./control-bar.js";
import { engineHost } from "./engine-host.js";
import { Overlay } from "./overlay.js";
import { PictureInPicture } from "./picture-in-picture.js";
import { DISCONNECTED } from "./status.js";
import { buildView } from "./view.js";
import { Zoom } from "./zoom.js";

const SOURCE_ATTRIBUTES = ["src", "broker", "stream", "fps", "token"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NO_FIGURES = {
  received: 0,
  decoded: 0,
  painted: 0,
  skipped: 0,
  replacedBeforeDecoding: 0,
  replacedBeforePainting: 0,
  undecodable: 0,
  backwards: 0,
  receivedRate: 0,
  decodedRate: 0,
  paintedRate: 0,
  bitsPerSecond: 0,
  age: null,
  ageMedian: null,
  ageHigh: null,
  clockOffset: null,
  clockError: null,
  roundTrip: null,
  format: null,
  bytes: null,
  width: null,
  height: null,
  sequence: null,
};

export class FrameStream extends HTMLElement {
  static observedAttributes = [...SOURCE_ATTRIBUTES, "controls", "overlay", "standby"];

  #view = buildView();
  #overlay = new Overlay();
  #zoom = new Zoom(this.#view.stage, this.#view.frame, () => this.#updateControls());
  #pictureInPicture = new PictureInPicture(() => this.#watchingChanged());
  #controls = null;

  #player = null;
  #paused = false;
  #target = null;
  #onScreen = true;
  #status = DISCONNECTED;
  #figures = NO_FIGURES;
  #hasPicture = false;
  #attributesPending = false;
  #listening = null;

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).append(...this.#view.nodes);
    this.#view.stage.append(this.#overlay.node);
    this.addEventListener("keydown", (event) => this.handleKey(event));
  }

  async connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#paused = this.hasAttribute("paused");
    document.addEventListener("visibilitychange", () => this.#watchingChanged(), { signal });
    const observer = new IntersectionObserver((entries) => {
      this.#onScreen = entries.at(-1).isIntersecting;
      this.#watchingChanged();
    });
    observer.observe(this);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#controlsChanged();
    this.#view.show(this.#status, false);
    await engineHost.ready;
    if (signal.aborted) return;
    this.#player = engineHost.attach(this.#view.newCanvas(), {
      status: (status, hasPicture) => this.#statusCame(status, hasPicture),
      figures: (figures) => this.#figuresCame(figures),
    });
    if (!this.#paused) this.#open();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#pictureInPicture.close();
    if (this.#player !== null) engineHost.detach(this.#player);
    this.#player = null;
    this.#target = null;
    this.#view.removeCanvas();
  }

  attributeChangedCallback(name, before, after) {
    if (before === after) return;
    if (name === "controls" || name === "overlay") {
      this.#controlsChanged();
    } else if (name === "standby") {
      this.#change({ standby: after !== null });
    } else if (!this.#attributesPending) {
      // Several attributes are often set in a row; what they come to is looked at once, when they all are.
      this.#attributesPending = true;
      queueMicrotask(() => {
        this.#attributesPending = false;
        this.#sourceChanged();
      });
    }
  }

  /** Shows the stream that the attributes name, and keeps at it until `pause()`. */
  play() {
    this.#paused = false;
    this.#open();
    this.#updateControls();
  }

  /** Ends it. The last picture stays, marked as old; nothing but `play()` starts again. */
  pause() {
    this.#paused = true;
    this.#target = null;
    if (this.#player !== null) engineHost.send({ type: "close", player: this.#player });
    this.#showStatus(DISCONNECTED);
  }

  /** Whether the user wants nothing: from `pause()` to `play()`, whatever the network does. */
  get paused() {
    return this.#paused;
  }

  /** `{state, title, detail}`: a word for scripts and style sheets, and two sentences for people. */
  get status() {
    return this.#status;
  }

  /** Rates, counts, ages and clock as of the last `figures` event; null where unknown. Times in milliseconds. */
  get figures() {
    return this.#figures;
  }

  /** Where frames are decoded and why there: `{place: "worker" | "page", reason}`. */
  get engine() {
    return engineHost.where;
  }

  /**
   * The picture on screen as a file.
   * @param {"sent" | "png" | "clip"} kind  the frame as it was sent; as PNG; the last 5 s as an animated WebP (with
   *   `controls` only, else the frame alone)
   * @returns {Promise<{name: string, blob: Blob} | null>} null before the first picture
   */
  async capture(kind = "sent") {
    return this.#player === null ? null : engineHost.capture(this.#player, kind);
  }

  // The source

  #open() {
    if (this.#player === null) return;
    try {
      this.#target = this.#readTarget();
    } catch (error) {
      this.#target = null;
      engineHost.send({ type: "close", player: this.#player });
      this.#showStatus({ state: "refused", title: "Not possible", detail: error.message });
      return;
    }
    if (!this.#target) return;
    this.#view.label = `Picture of ${this.#target.stream}`;
    this.#overlay.clear();
    const wish = { watching: this.#watching, standby: this.hasAttribute("standby"), keepsRecent: this.hasAttribute("controls") };
    engineHost.send({ type: "open", player: this.#player, target: this.#target, wish });
  }

  #sourceChanged() {
    if (this.#paused || this.#player === null) return;
    let target = null;
    try {
      target = this.#readTarget();
    } catch {
      // Said by open().
    }
    const same = ["broker", "stream", "token"].every((name) => target && target[name] === this.#target?.[name]);
    if (!same) {
      this.#open();
    } else if (target.fps !== this.#target.fps) {
      this.#target = target;
      this.#change({ fps: target.fps });
    }
  }

  /** @returns {Target | null} null while no stream is named at all */
  #readTarget() {
    const source = this.getAttribute("src");
    const named = this.getAttribute("stream");
    if (source === null && named === null) return null;
    const own = Number(this.getAttribute("fps"));
    const { broker, stream, fps, token } =
      source !== null
        ? streamSource(source, document.baseURI)
        : { broker: brokerAddress(this.getAttribute("broker"), document.baseURI), stream: named, fps: null, token: null };
    const problem = streamProblem(stream);
    if (problem) throw new TypeError(problem);
    return { broker: broker.href, stream, fps: own > 0 ? own : fps, token: this.getAttribute("token") ?? token };
  }

  // Whether anybody looks

  get #watching() {
    return this.#pictureInPicture.isOpen || (this.#onScreen && document.visibilityState === "visible");
  }

  #watchingChanged() {
    this.#change({ watching: this.#watching });
  }

  #change(wish) {
    if (this.#player !== null) engineHost.send({ type: "change", player: this.#player, wish });
  }

  // What comes back

  #statusCame(status, hasPicture) {
    this.#hasPicture = hasPicture;
    // A pause, or what is wrong with the attributes, is known here before what the engine has still to say.
    this.#showStatus(this.#target ? status : this.#status);
  }

  #showStatus(status) {
    const before = this.#status;
    this.#status = status;
    this.#view.show(status, this.#hasPicture);
    this.#updateControls();
    const isNew = ["state", "title", "detail"].some((name) => status[name] !== before[name]);
    if (isNew) this.dispatchEvent(new Event("statuschange"));
  }

  #figuresCame(figures) {
    this.#figures = figures;
    this.#overlay.add(figures, engineHost.where);
    this.dispatchEvent(new Event("figures"));
  }

  // Controls

  #controlsChanged() {
    const wanted = this.hasAttribute("controls");
    if (wanted && !this.#controls) {
      this.#controls = new ControlBar(this.#actions);
      this.#view.stage.append(...this.#controls.nodes);
    } else if (!wanted && this.#controls) {
      this.#controls.nodes.forEach((node) => node.remove());
      this.#controls = null;
    }
    this.#view.isOperable = wanted;
    this.#zoom.enabled = wanted;
    this.#overlay.node.hidden = !this.hasAttribute("overlay");
    this.#overlay.node.toggleAttribute("data-above-controls", wanted);
    this.#change({ keepsRecent: wanted });
    this.#updateControls();
  }

  #updateControls() {
    this.#controls?.update({
      paused: this.#paused,
      status: this.#status,
      hasPicture: this.#hasPicture,
      canPictureInPicture: PictureInPicture.isPossible && this.#hasPicture,
      isZoomed: this.#zoom.isZoomed,
      figuresShown: this.hasAttribute("overlay"),
    });
  }

  #actions = {
    toggle: () => (this.#paused ? this.play() : this.pause()),
    fullscreen: () => this.#toggleFullScreen(),
    pip: () => this.#attempt(this.#pictureInPicture.toggle(this.#view.canvas), "", "Picture in picture is not possible"),
    figures: () => this.toggleAttribute("overlay"),
    keep: () => this.#controls.toggleMenu(),
    help: () => this.#controls.toggleHelp(),
    unzoom: () => this.#zoom.reset(),
    saveSent: () => this.#save("sent"),
    savePNG: () => this.#save("png"),
    saveClip: () => this.#save("clip"),
    copy: () => this.#attempt(copyPicture(this.capture("png")), "Copied", "The browser does not allow copying"),
  };

  #save(kind) {
    const saved = this.capture(kind).then((capture) => capture && saveFile(capture));
    this.#attempt(saved, "Saved", "This cannot be saved");
  }

  async #attempt(promise, done, failed) {
    try {
      await promise;
      if (done) this.#controls?.say(done);
    } catch (error) {
      this.#controls?.say(error.message ? `${failed}: ${error.message}` : failed);
    }
  }

  #toggleFullScreen() {
    if (document.fullscreenElement === this) document.exitFullscreen();
    else this.requestFullscreen?.();
  }

  /** Does what a key means here; a page may pass on keys that were pressed elsewhere on it. @param {KeyboardEvent} event */
  handleKey(event) {
    if (!this.#controls || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const isOnButton = event.composedPath()[0] instanceof HTMLButtonElement;
    if (this.#keyAction(event, isOnButton)) event.preventDefault();
  }

  /** @returns {boolean} whether the key meant something here */
  #keyAction({ key, shiftKey }, isOnButton) {
    switch (key.length === 1 ? key.toLowerCase() : key) {
      case " ":
        if (isOnButton) return false;
        this.#actions.toggle();
        return true;
      case "f":
        this.#actions.fullscreen();
        return true;
      case "p":
        if (PictureInPicture.isPossible) this.#actions.pip();
        return true;
      case "s":
        this.#save(shiftKey ? "png" : "sent");
        return true;
      case "c":
        this.#actions.copy();
        return true;
      case "v":
        this.#actions.saveClip();
        return true;
      case "i":
        this.#actions.figures();
        return true;
      case "+":
      case "=":
        this.#zoom.in();
        return true;
      case "-":
        this.#zoom.out();
        return true;
      case "0":
        this.#zoom.reset();
        return true;
      case "?":
        this.#controls.toggleHelp();
        return true;
      case "Escape":
        return this.#controls.dismiss();
      default:
        return key in ARROWS && this.#zoom.pan(...ARROWS[key]);
    }
  }
}

customElements.define("frame-stream", FrameStream);

"""#
        ),
        EmbeddedAsset(
            path: "/player/icons.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "fe06d4203c18bdf1e5bff8df9e202f71",
            text: #"""
/** The pictures on the buttons: 24 units square, drawn with lines. */

import { svgElement } from "./elements.js";

const PATHS = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  figures: "M4 19h16M6 15l4-5 4 3 5-8",
  save: "M12 4v10m0 0-4-4m4 4 4-4M5 19h14",
  pip: "M4 6h16v12H4zM13 12.5h5v3.5h-5z",
  fullscreen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  help: "M9 9.2a3 3 0 1 1 4.4 2.7c-1 .6-1.4 1.2-1.4 2.3M12 17.6v.2",
  unzoom: "M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l5 5M7.5 10.5h6",
};

export function icon(name) {
  return svgElement("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svgElement("path", { d: PATHS[name] }));
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/link.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "380dfed523c72679d759628b19446e68",
            text: #"""
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

"""#
        ),
        EmbeddedAsset(
            path: "/player/links.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "29cd4c4abec0fe6244eff7ab8bb4d562",
            text: #"""
/** The sockets of a page: one per broker and token, however many streams are watched. */

import { Link } from "./link.js";

export class Links {
  #links = new Map();
  #plainBrokers = new Set();
  #onPlain;

  /** @param {(broker: string) => void} onPlain  the players of this broker have to be given other links */
  constructor(onPlain) {
    this.#onPlain = onPlain;
  }

  /** @param {Target} target */
  get({ broker, stream, token }) {
    const plain = this.#plainBrokers.has(broker);
    const key = JSON.stringify([broker, token, plain ? stream : null]);
    let link = this.#links.get(key);
    if (!link) {
      link = new Link({ broker: new URL(broker), token, plain, onPlain: () => this.#isPlain(broker) });
      this.#links.set(key, link);
    }
    return link;
  }

  release(link) {
    if (!link.isUnused) return;
    for (const [key, each] of this.#links) if (each === link) this.#links.delete(key);
  }

  retryNow() {
    for (const link of this.#links.values()) link.retryNow();
  }

  #isPlain(broker) {
    this.#plainBrokers.add(broker);
    this.#onPlain(broker);
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/overlay.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "c685037bd57b97dc9f22b4cf4e9ed993",
            text: #"""
/** Figures over the picture: a few lines, and the age of the last half minute as a line. */

import { element, svgElement } from "./elements.js";
import { ageText, clockText, droppedText, engineText, ratesText } from "./figures-text.js";

const KEPT = 60;
const WIDTH = 120;
const HEIGHT = 28;

export class Overlay {
  #line = svgElement("polyline", { class: "line" });
  #rows = Array.from({ length: 5 }, () => element("p"));
  #ages = [];

  node = element(
    "div",
    { class: "overlay", part: "overlay", hidden: "" },
    svgElement("svg", { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, this.#line),
    ...this.#rows,
  );

  /** Twice a second, whether it is seen or not: who opens it wants to know how it was. */
  add(figures, engine) {
    this.#ages.push(figures.age);
    if (this.#ages.length > KEPT) this.#ages.shift();
    if (this.node.hidden) return;
    const lines = [ratesText(figures), ageText(figures), clockText(figures), droppedText(figures), engineText(engine)];
    lines.forEach((text, index) => {
      if (this.#rows[index].textContent !== text) this.#rows[index].textContent = text;
    });
    this.#line.setAttribute("points", sparkline(this.#ages, WIDTH, HEIGHT));
  }

  clear() {
    this.#ages = [];
  }
}

/** Points of a line through the values, 0 at the bottom and the largest at the top; gaps are left out. */
export function sparkline(values, width, height) {
  const largest = Math.max(1, ...values.filter((value) => value !== null));
  const step = width / (KEPT - 1);
  const first = KEPT - values.length;
  return values
    .map((value, index) => (value === null ? null : `${round((first + index) * step)},${round(height - 1 - (value / largest) * (height - 2))}`))
    .filter((point) => point !== null)
    .join(" ");
}

function round(number) {
  return Math.round(number * 10) / 10;
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/painter.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "74553dc3d77d637bbaa1bb13f043a4b5",
            text: #"""
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

"""#
        ),
        EmbeddedAsset(
            path: "/player/picture-in-picture.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "b24f2988699e4e0748fef337cbd87886",
            text: #"""
/** The picture in a small window over everything else, where the browser has such windows for films. */

import { element } from "./elements.js";

export class PictureInPicture {
  #video = null;
  #onChange;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  static get isPossible() {
    return Boolean(document.pictureInPictureEnabled && HTMLCanvasElement.prototype.captureStream);
  }

  get isOpen() {
    return this.#video !== null;
  }

  /** @param {HTMLCanvasElement} canvas */
  async toggle(canvas) {
    if (this.#video) {
      await document.exitPictureInPicture();
      return;
    }
    const video = element("video", { muted: "", playsinline: "" });
    video.muted = true;
    video.srcObject = canvas.captureStream();
    video.addEventListener("leavepictureinpicture", () => this.#closed());
    await video.play();
    await video.requestPictureInPicture();
    this.#video = video;
    this.#onChange();
  }

  close() {
    if (this.#video) document.exitPictureInPicture().catch(() => {});
  }

  #closed() {
    this.#video.srcObject.getTracks().forEach((track) => track.stop());
    this.#video.srcObject = null;
    this.#video = null;
    this.#onChange();
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/player.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "7e50dbcffaa4dd31b9e6461358ecaa63",
            text: #"""
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

"""#
        ),
        EmbeddedAsset(
            path: "/player/protocol.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "3e19755230c99c0dbcab26d91f07117b",
            text: #"""
/**
 * What the messages of a broker say: the "stream-broker.v1" header and the control messages beside it.
 * Bytes in, values out; no socket, no clock.
 */

export const SUBPROTOCOL = "stream-broker.v1";
export const HEADER_LENGTH = 32;

const MAGIC = 0x53424631; // "SBF1"
const REPLAYED = 1 << 0;
const INDEPENDENT = 1 << 1;

const WEBP = { name: "WebP", mediaType: "image/webp", extension: "webp" };
const JPEG = { name: "JPEG", mediaType: "image/jpeg", extension: "jpg" };
const PNG = { name: "PNG", mediaType: "image/png", extension: "png" };
const AVIF = { name: "AVIF", mediaType: "image/avif", extension: "avif" };

const FORMATS = new Map([
  [1, WEBP],
  [2, JPEG],
  [3, PNG],
  [4, AVIF],
  [16, { name: "H.264", mediaType: "video/h264", extension: "h264" }],
  [17, { name: "H.265", mediaType: "video/h265", extension: "h265" }],
]);

const UNKNOWN = { name: "unknown format", mediaType: "application/octet-stream", extension: "bin" };

/**
 * One frame as it came off the wire. Times are milliseconds since 1970 on the broker's (arrival) or the camera's
 * (capture) clock, null when unknown. The sequence is a BigInt: a publisher may count in nanoseconds, which do not
 * fit a Number. `bytes` are exactly the image that was published.
 *
 * @typedef {object} Frame
 * @property {{name: string, mediaType: string, extension: string}} format
 * @property {boolean} replayed     the latest frame, sent again on joining: it may be old
 * @property {boolean} independent  decodable without any other frame
 * @property {number} streamIndex
 * @property {bigint | null} sequence
 * @property {number | null} captureTime
 * @property {number | null} arrivalTime
 * @property {Uint8Array} bytes
 * @property {number} [receivedAt]  local, as of `performance.now()`
 * @property {number} [session]     the ordinal of the subscription it came by
 */

/**
 * Reads a binary message of a "stream-broker.v1" socket, all integers big-endian:
 * 0 magic, 4 format, 5 flags, 6 stream index (u16), 8 sequence (u64), 16 capture time, 24 arrival time (i64, µs).
 *
 * @param {ArrayBuffer} message
 * @returns {Frame}
 * @throws {RangeError} when the message has no such header
 */
export function parseFrame(message) {
  if (message.byteLength < HEADER_LENGTH) {
    throw new RangeError(`a message of ${message.byteLength} bytes, shorter than its header`);
  }
  const header = new DataView(message, 0, HEADER_LENGTH);
  if (header.getUint32(0) !== MAGIC) {
    throw new RangeError("a message that does not begin with SBF1");
  }
  const flags = header.getUint8(5);
  return {
    format: FORMATS.get(header.getUint8(4)) ?? UNKNOWN,
    replayed: (flags & REPLAYED) !== 0,
    independent: (flags & INDEPENDENT) !== 0,
    streamIndex: header.getUint16(6),
    sequence: header.getBigUint64(8),
    captureTime: milliseconds(header.getBigInt64(16)),
    arrivalTime: milliseconds(header.getBigInt64(24)),
    bytes: new Uint8Array(message, HEADER_LENGTH),
  };
}

/**
 * Reads a message of a plain socket: the image and nothing else.
 *
 * @param {ArrayBuffer} message
 * @param {boolean} first  of its socket: it may be the latest frame, sent again on joining; nothing tells
 * @returns {Frame}
 */
export function bareFrame(message, first) {
  const bytes = new Uint8Array(message);
  return {
    format: sniff(bytes),
    replayed: first,
    independent: true,
    streamIndex: 0,
    sequence: null,
    captureTime: null,
    arrivalTime: null,
    bytes,
  };
}

/** Tells an image's format by its first bytes. */
export function sniff(bytes) {
  const tag = (offset, text) =>
    bytes.length >= offset + text.length &&
    [...text].every((character, index) => bytes[offset + index] === character.charCodeAt(0));

  if (tag(0, "RIFF") && tag(8, "WEBP")) return WEBP;
  if (tag(0, "\xff\xd8\xff")) return JPEG;
  if (tag(0, "\x89PNG\r\n\x1a\n")) return PNG;
  if (tag(4, "ftypavif") || tag(4, "ftypavis") || tag(4, "ftypmif1")) return AVIF;
  return UNKNOWN;
}

/** A control message of the broker, or null for text that is none. */
export function parseControl(text) {
  try {
    const message = JSON.parse(text);
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}

/** Asks for the broker's time; `t` comes back as it is. */
export function ping(t) {
  return JSON.stringify({ type: "ping", t });
}

/**
 * Tells that every frame up to a sequence is here; 0 says so of none. The first one lets the broker hold back instead of
 * filling our receive buffer.
 */
export function ack(stream, sequence) {
  // Written by hand: JSON.stringify refuses a BigInt, and a Number would round a large one.
  return `{"type":"ack","stream":${JSON.stringify(stream)},"sequence":${sequence}}`;
}

/** Asks for at most so many frames a second; null asks for all. */
export function rate(stream, fps) {
  return JSON.stringify({ type: "rate", stream, fps: fps ?? 0 });
}

/** Adds streams to the socket, at most so many frames a second of each; null for all. */
export function subscribe(streams, fps) {
  return JSON.stringify({ type: "subscribe", streams, fps: fps ?? 0 });
}

/** Takes streams from the socket. */
export function unsubscribe(streams) {
  return JSON.stringify({ type: "unsubscribe", streams });
}

function milliseconds(microseconds) {
  return microseconds === 0n ? null : Number(microseconds) / 1000;
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/recent-frames.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "16fe07ca7b66e722ddd937fdafcb7157",
            text: #"""
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

"""#
        ),
        EmbeddedAsset(
            path: "/player/status.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "b33e2411196b2fd3d55fb6989648f341",
            text: #"""
/** What the player says about itself: facts in, a state and a sentence out. Nothing here waits or asks. */

import { duration } from "./wording.js";

/** With the pace of looking at it, a picture that stopped is called so within 3 s. */
const SHORTEST_LIMIT = 2500;
const LONGEST_LIMIT = 5 * 60_000;
/** After so long nobody expects the next picture any more. */
const LOST_AFTER = 15_000;
const LATE_AFTER = 3000;
/** What a camera may be the cause of. */
const WITHOUT_PICTURES = ["waiting", "stale", "camera-lost"];

/** What the user's wish alone decides. */
export const DISCONNECTED = say("disconnected", "Disconnected", "Nothing is received until you connect.");

/**
 * After how long without a new picture the one on screen is stale: 2.5 s, or four usual intervals of a slow stream.
 *
 * @param {number | null} interval  the usual time between two frames, ms
 * @param {number | null} fps       the rate that was asked for
 */
export function freshnessLimit(interval, fps) {
  const usual = Math.max(interval ?? 0, fps ? 1000 / fps : 0);
  return Math.min(LONGEST_LIMIT, Math.max(SHORTEST_LIMIT, 4 * usual));
}

/**
 * @typedef {object} Facts
 * @property {object} link     as told by Link.state
 * @property {string} stream
 * @property {string} host     of the broker
 * @property {boolean} standby whether somebody knows that the camera sends nothing
 * @property {string | null} refusal  why the broker gives this stream to nobody here
 * @property {{age: number, limit: number, proven: boolean, behind: number | null} | null} picture
 *     on screen: ms since it was new; after how many it is stale; whether it came live by this very subscription;
 *     how late pictures come in
 * @property {string | null} unshowable  the format of frames that come in and cannot be decoded
 * @property {string | null} cause  why nothing new comes, as a sentence; null when nobody knows
 * @property {number} now
 *
 * @param {Facts} facts
 * @returns {{state: string, title: string, detail: string}}
 */
export function statusOf({ link, stream, host, standby, refusal, picture, unshowable, cause, now }) {
  switch (link.phase) {
    case "idle":
      return DISCONNECTED;

    case "refused":
      return say("refused", `Refused: ${link.reason}`, sentences(link.hint, retry(link, now)));

    case "lost":
      return say("broker-lost", "Broker lost", sentences(link.reason, retry(link, now)));

    case "connecting":
      // A further attempt is not news: the state stays what it was until something else is true.
      if (link.after === "lost") return say("broker-lost", "Broker lost", sentences(link.reason, "Trying again now …"));
      if (link.after === "refused") return say("refused", `Refused: ${link.reason}`, "Trying again now …");
      return say("connecting", "Connecting …", `Looking for “${stream}” on ${host}.`);
  }

  if (refusal) return say("refused", `Refused: ${refusal}`, "");
  if (unshowable) {
    return say("unshowable", "Picture cannot be shown", `Frames arrive, but this browser cannot decode them (${unshowable}).`);
  }
  if (!picture) {
    return standby
      ? say("camera-lost", "Camera lost", sentences("It sends nothing.", cause))
      : say("waiting", "Waiting for a picture", sentences(`Connected. Nobody has sent “${stream}” a frame yet.`, cause));
  }
  if (standby || picture.age > Math.max(LOST_AFTER, 2 * picture.limit)) {
    return say("camera-lost", "Camera lost", sentences(`Its last picture is ${duration(picture.age)} old.`, cause));
  }
  if (picture.age > picture.limit) {
    return say("stale", "Stale picture", sentences(`${duration(picture.age)} old. No newer one has come.`, cause));
  }
  if (!picture.proven) {
    return say("waiting", "Waiting for a picture", sentences("Connected. The one on screen is from before.", cause));
  }
  if (picture.behind !== null && picture.behind > LATE_AFTER) {
    return say("late", "Late", `The picture is ${duration(picture.behind)} behind.`);
  }
  return say("live", "Live", "");
}

/** Whether pictures are missing for a reason that lies with the camera, or may. */
export function hasCause({ state }) {
  return WITHOUT_PICTURES.includes(state);
}

function retry({ retryAt }, now) {
  if (!retryAt) return "";
  // A count that is over before it is read is no news.
  if (retryAt - now < 1000) return "Trying again …";
  return `Trying again in ${duration(Math.ceil((retryAt - now) / 1000) * 1000)}.`;
}

function sentences(...parts) {
  return parts.filter(Boolean).join(" ");
}

function say(state, title, detail) {
  return { state, title, detail };
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/view.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "40bca919a7bcea1859ab658cf4266f57",
            text: #"""
/** What `<frame-stream>` consists of: a stage with the canvas, a sign over it, the overlay, and the controls. */

import { element } from "./elements.js";

export function buildView() {
  const styles = element("link", { rel: "stylesheet", href: new URL("frame-stream.css", import.meta.url).href });
  const title = element("p", { class: "title" });
  const detail = element("p", { class: "detail" });
  const sign = element("div", { class: "sign", part: "sign", "aria-hidden": "true" }, title, detail);
  // What is read aloud is apart from what is shown: a count of seconds would never let a listener go.
  const spoken = element("p", { class: "spoken" });
  const frame = element("div", { class: "frame" });
  const stage = element("div", { class: "stage", part: "stage", "data-state": "disconnected" }, frame, sign, spoken);
  let canvas = null;
  let label = "No picture";

  return {
    nodes: [styles, stage],
    stage,
    frame,
    get canvas() {
      return canvas;
    },

    /** A canvas that was given to a worker cannot be had back: each new start has a new one. */
    newCanvas() {
      canvas?.remove();
      canvas = element("canvas", { width: "1280", height: "720", part: "picture", role: "img", "aria-label": label });
      frame.append(canvas);
      stage.removeAttribute("data-picture");
      return canvas;
    },

    removeCanvas() {
      canvas?.remove();
      canvas = null;
    },

    set label(text) {
      label = text;
      canvas?.setAttribute("aria-label", text);
    },

    /** Whether it takes keys, and speaks: a wall of pictures would never stop talking. */
    set isOperable(isOperable) {
      for (const [node, name, value] of [
        [spoken, "role", "status"],
        [stage, "tabindex", "0"],
        [stage, "role", "group"],
        [stage, "aria-label", "Player"],
      ]) {
        if (isOperable) node.setAttribute(name, value);
        else node.removeAttribute(name);
      }
    },

    show(status, hasPicture) {
      if (stage.dataset.state !== status.state || title.textContent !== status.title) {
        const counts = status.state === "broker-lost" || status.state === "camera-lost";
        spoken.textContent = `${status.title}. ${counts ? "" : status.detail}`.trim();
      }
      stage.dataset.state = status.state;
      stage.toggleAttribute("data-picture", hasPicture);
      title.textContent = status.title;
      detail.textContent = status.detail;
    },
  };
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/wording.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "8fbe5818a319fea27740b2dc495497ec",
            text: #"""
/** Numbers as people read them. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** "4 s", "2 min 5 s", "3 h 20 min", "5 days". */
export function duration(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(`${minutes} min`, seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(`${hours} h`, minutes % 60, "min");
  return `${whole.format(Math.floor(hours / 24))} days`;
}

/** "0.4 ms", "23 ms", "1.4 s", "2 min 5 s". */
export function delay(milliseconds) {
  if (milliseconds < 9.95) return `${tenth.format(milliseconds)} ms`;
  if (milliseconds < 1000) return `${whole.format(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${tenth.format(milliseconds / 1000)} s`;
  return duration(milliseconds);
}

export function frameRate(perSecond) {
  return tenth.format(perSecond);
}

export function bitRate(bitsPerSecond) {
  return whole.format(bitsPerSecond / 1000);
}

export function count(number) {
  return whole.format(number);
}

/** "812 B", "41.3 kB", held together on one line. */
export function size(bytes) {
  return bytes < 1000 ? `${bytes}\u00a0B` : `${tenth.format(bytes / 1000)}\u00a0kB`;
}

/** "+12 ms", "−1.4 s", "0 ms". */
export function difference(milliseconds) {
  if (Math.abs(milliseconds) < 0.05) return "0 ms";
  const amount = delay(Math.abs(milliseconds));
  return `${milliseconds < 0 ? "−" : "+"}${amount}`;
}

function joined(larger, rest, unit) {
  return rest === 0 ? larger : `${larger} ${rest} ${unit}`;
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/worker.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "3f0ddbe58d983fd9d57befcb6589310e",
            text: #"""
/** The engine in a worker: sockets, decoding and painting off the page's own thread. */

import { Engine } from "./engine.js";

const engine = new Engine((message) => postMessage(message));
onmessage = ({ data }) => engine.receive(data);
// What a page can only find out here: whether this file came, and whether the worker can do what it is for.
postMessage({ type: "ready", canDecode: typeof createImageBitmap === "function" && typeof WebSocket === "function" });

"""#
        ),
        EmbeddedAsset(
            path: "/player/zoom.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "978bef2d5771ba78a96079e4362a6244",
            text: #"""
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

"""#
        ),
    ]
}
