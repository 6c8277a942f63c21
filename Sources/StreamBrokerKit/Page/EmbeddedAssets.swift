// Written by Scripts/embed-page from the files in Assets. Change those, and run it.
// swift-format-ignore-file

extension PageAssets {
    static let embedded: [EmbeddedAsset] = [
        EmbeddedAsset(
            path: "/app/app.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "6c2029136298c1586eb05345ddc5a9fd",
            text: #"""
/** The page around one `<frame-stream>`: what to show, the switch, the figures. */

import "../player/frame-stream.js";
import { brokerAddress } from "../player/address.js";
import { saveFile } from "../player/capture.js";
import { renderFigures, renderPicture } from "./figures-view.js";
import { SourceForm } from "./source-form.js";
import { StreamList, fetchStreams } from "./stream-list.js";

const DEFAULT_STREAM = "stream1";
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
  lost: "Broker lost",
  refused: "Refused",
};

const player = document.getElementById("player");
const form = new SourceForm(document.getElementById("source"), { onConnect: show, onDisconnect: disconnect });
const list = new StreamList(document.getElementById("streams"), {
  onChoose: (stream) => show({ ...form.values, stream }),
});

player.addEventListener("statuschange", render);
player.addEventListener("figures", render);
document.getElementById("capture").addEventListener("click", () => {
  const capture = player.capture();
  if (capture) saveFile(capture.name, capture.blob);
});

start();

async function start() {
  const asked = new URLSearchParams(location.search);
  const source = {
    broker: asked.get("broker") || OWN_BROKER,
    stream: asked.get("stream") ?? "",
    fps: asked.get("fps") ?? "",
  };
  form.values = source;
  source.stream ||= (await firstStream(source.broker)) ?? DEFAULT_STREAM;
  if (player.wanted) return; // the user was faster
  choose(source);
  if (sessionStorage.getItem(DISCONNECTED)) render();
  else player.connect();
}

function show(source) {
  sessionStorage.removeItem(DISCONNECTED);
  choose(source);
  player.connect();
  rememberInAddress(source);
}

function choose(source) {
  form.values = source;
  for (const [name, value] of Object.entries(source)) player.setAttribute(name, value);
  document.getElementById("stream-shown").textContent = source.stream || "No stream";
  document.title = `${source.stream || "No stream"} · Stream Broker`;
  list.watch(source.broker);
  list.current = source.stream;
}

function disconnect() {
  sessionStorage.setItem(DISCONNECTED, "yes");
  player.disconnect();
}

function render() {
  const { status, figures } = player;
  renderFigures(document.getElementById("figures"), figures);
  renderPicture(document.getElementById("picture-shown"), figures);
  document.getElementById("capture").disabled = figures.format === null;
  const badge = document.getElementById("state");
  if (badge.dataset.state !== status.state) {
    badge.dataset.state = status.state;
    badge.textContent = WORDS[status.state];
  }
  form.wanted = player.wanted;
}

async function firstStream(broker) {
  try {
    const [first] = await fetchStreams(brokerAddress(broker, document.baseURI));
    return first?.id;
  } catch {
    return undefined;
  }
}

/** The page's address says what is shown, so that it can be passed on and survives a reload. */
function rememberInAddress({ broker, stream, fps }) {
  const address = new URL(location.href);
  address.search = "";
  if (stream) address.searchParams.set("stream", stream);
  if (broker && broker !== OWN_BROKER) address.searchParams.set("broker", broker);
  if (fps) address.searchParams.set("fps", fps);
  history.replaceState(null, "", address);
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/figures-view.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "101529aa71f5a34430f0c09342936f21",
            text: #"""
/** Figures as text on the page. */

import { bitRate, count, delay, difference, frameRate, size } from "../player/wording.js";

const NONE = "–";

export function renderFigures(list, figures) {
  const started = figures.received > 0;
  const texts = {
    receivedRate: started ? [`${frameRate(figures.receivedRate)} fps`] : [NONE],
    paintedRate: started ? [`${frameRate(figures.paintedRate)} fps`] : [NONE],
    bitRate: started ? [`${bitRate(figures.bitsPerSecond)} kbit/s`] : [NONE],
    age: age(figures),
    dropped: started ? dropped(figures) : [NONE],
    clock: clock(figures),
  };
  for (const place of list.querySelectorAll("[data-figure]")) {
    const [main, note = ""] = texts[place.dataset.figure];
    setText(place, main, note);
  }
}

export function renderPicture(place, { format, width, height, bytes }) {
  const text = format ? `${width} × ${height} ${format}, ${size(bytes)}` : "";
  if (place.textContent !== text) place.textContent = text;
}

function age({ age: now, ageHigh }) {
  if (now === null) return [NONE];
  return ageHigh === null || ageHigh < now ? [delay(now)] : [delay(now), `99 % below ${delay(ageHigh)}`];
}

function clock({ clockOffset, roundTrip }) {
  return clockOffset === null ? [NONE] : [difference(clockOffset), `round trip ${delay(roundTrip)}`];
}

function dropped({ skipped, replaced, undecodable, backwards }) {
  const parts = [`${count(skipped)} on the way`, `${count(replaced)} replaced here`];
  if (undecodable > 0) parts.push(`${count(undecodable)} not decodable`);
  if (backwards > 0) parts.push(`${count(backwards)} out of order`);
  return [count(skipped + replaced + undecodable + backwards), parts.join(", ")];
}

function setText(place, main, note) {
  const text = note ? `${main}\n${note}` : main;
  if (place.dataset.text === text) return;
  place.dataset.text = text;
  const small = document.createElement("small");
  small.textContent = note;
  place.replaceChildren(main, ...(note ? [small] : []));
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/page.css",
            contentType: "text/css; charset=utf-8",
            digest: "46514a9370a5092a46eb29a2152b9f55",
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

body {
  margin: 0 auto;
  max-width: 110rem;
  min-width: 18rem;
  padding: 0 clamp(0.75rem, 2.5vw, 2rem) 2rem;
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

header {
  display: flex;
  align-items: center;
  gap: 0.625rem;
  padding: 0.875rem 0;
}

header img {
  flex: none;
}

h1 {
  flex: none;
  font-size: 1.125rem;
  font-weight: 650;
}

h2 {
  margin-bottom: 0.5rem;
  color: var(--quiet);
  font-size: 0.875rem;
  font-weight: 600;
}

.state {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  min-width: 0;
  margin-left: auto;
  color: var(--quiet);
  font-size: 0.9375rem;
}

.state::before {
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

.state:is([data-state="stale"], [data-state="late"], [data-state="lost"]) {
  color: var(--warn);
}

.state:is([data-state="refused"], [data-state="unshowable"]) {
  color: var(--bad);
}

main {
  display: grid;
  gap: 1.25rem;
}

main > * {
  min-width: 0;
}

frame-stream {
  min-height: 10rem;
  aspect-ratio: 16 / 9;
  max-height: 78vh;
  width: 100%;
  overflow: hidden;
  border-radius: 0.75rem;
}

/* Keeps its place while the element is not defined yet. */
frame-stream:not(:defined) {
  display: block;
  background: #0b0e12;
}

.caption {
  display: flex;
  align-items: center;
  gap: 1rem;
  padding-top: 0.625rem;
}

.caption p {
  flex: 1;
  min-width: 0;
  overflow-wrap: anywhere;
}

.caption button {
  flex: none;
}

.caption span {
  color: var(--quiet);
  font-variant-numeric: tabular-nums;
}

.side {
  display: grid;
  align-content: start;
  gap: 1.25rem;
}

form {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 12rem), 1fr));
  align-items: end;
  gap: 0.75rem;
}

label {
  display: grid;
  gap: 0.25rem;
}

label span {
  color: var(--quiet);
  font-size: 0.875rem;
}

input,
button {
  min-height: 2.75rem;
  padding: 0.5rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--surface);
  color: inherit;
  font: inherit;
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

button:disabled {
  color: var(--quiet);
  cursor: default;
  opacity: 0.7;
}

.primary {
  border-color: transparent;
  background: var(--accent);
  color: var(--on-accent);
}

.buttons {
  display: flex;
  gap: 0.5rem;
}

.buttons button {
  flex: 1;
}

nav ul {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem;
  list-style: none;
}

nav li {
  min-width: 0;
}

nav button {
  max-width: 100%;
  overflow-wrap: anywhere;
  font-weight: 500;
}

nav button[aria-current] {
  border-color: var(--accent);
  box-shadow: inset 0 0 0 1px var(--accent);
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
  padding: 0.625rem 0.75rem;
  background: var(--surface);
}

dt {
  color: var(--quiet);
  font-size: 0.875rem;
}

dd {
  font-size: 1.125rem;
  font-variant-numeric: tabular-nums;
}

dd small {
  display: block;
  color: var(--quiet);
  font-size: 0.8125rem;
}

.noscript {
  padding: 1rem;
}

@media (max-width: 24rem) {
  h1 {
    font-size: 1rem;
  }

  .state {
    font-size: 0.875rem;
  }
}

@media (min-width: 62rem) {
  main {
    grid-template-columns: minmax(0, 1fr) 22rem;
  }

  form {
    grid-template-columns: 1fr;
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/source-form.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "d28d13ab622b4f5629e271d31234f3d9",
            text: #"""
/** The form that says what to show, and its two buttons. */

export class SourceForm {
  #form;
  #connect;
  #disconnect;
  #shown = null;
  #wanted = false;

  /**
   * @param {HTMLFormElement} form
   * @param {object} options
   * @param {(source: {broker: string, stream: string, fps: string}) => void} options.onConnect
   * @param {() => void} options.onDisconnect
   */
  constructor(form, { onConnect, onDisconnect }) {
    this.#form = form;
    this.#connect = form.querySelector("#connect");
    this.#disconnect = form.querySelector("#disconnect");
    form.addEventListener("input", () => this.#update());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      onConnect(this.values);
    });
    this.#disconnect.addEventListener("click", onDisconnect);
  }

  get values() {
    const { broker, stream, fps } = this.#form.elements;
    return { broker: broker.value.trim(), stream: stream.value.trim(), fps: fps.value };
  }

  set values(source) {
    for (const [name, value] of Object.entries(source)) this.#form.elements[name].value = value;
    this.#shown = this.values;
    this.#update();
  }

  /** Whether the user is connected, or the page is trying to be. */
  set wanted(wanted) {
    this.#wanted = wanted;
    this.#update();
  }

  /** While nothing was changed only one button has a meaning; the focus stays on the one that is left. */
  #update() {
    const changed = JSON.stringify(this.values) !== JSON.stringify(this.#shown);
    const focused = document.activeElement;
    this.#disconnect.hidden = !this.#wanted;
    this.#connect.hidden = this.#wanted && !changed;
    if (focused === this.#disconnect && this.#disconnect.hidden) this.#connect.focus();
    if (focused === this.#connect && this.#connect.hidden) this.#disconnect.focus();
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/app/stream-list.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "6d3f64da7c7b715fb342ac41611fa7fc",
            text: #"""
/** The streams that a broker has, as a choice when there is more than one. */

import { brokerAddress, streamsAddress } from "../player/address.js";

const REFRESH = 5000;
const ANSWER_LIMIT = 4000;

/**
 * @param {URL} broker
 * @returns {Promise<{id: string}[]>} rejects when the broker is away, refuses, or keeps its list from other origins
 */
export async function fetchStreams(broker) {
  const response = await fetch(streamsAddress(broker), {
    cache: "no-store",
    credentials: "same-origin",
    signal: AbortSignal.timeout(ANSWER_LIMIT),
  });
  if (!response.ok) throw new Error(`the list of streams answers ${response.status}`);
  const { streams } = await response.json();
  return streams.map((stream) => ({ id: stream.stream }));
}

export class StreamList {
  #nav;
  #items;
  #onChoose;
  #broker = null;
  #timer = null;
  #ids = [];
  #current = null;

  /**
   * @param {HTMLElement} nav
   * @param {object} options
   * @param {(stream: string) => void} options.onChoose
   */
  constructor(nav, { onChoose }) {
    this.#nav = nav;
    this.#items = nav.querySelector("ul");
    this.#onChoose = onChoose;
    document.addEventListener("visibilitychange", () => this.#refresh());
  }

  /** Keeps the list of this broker up to date. @param {string} broker  as typed */
  watch(broker) {
    this.#broker = broker;
    this.#refresh();
  }

  /** The stream on screen. */
  set current(id) {
    this.#current = id;
    this.#mark();
  }

  async #refresh() {
    clearTimeout(this.#timer);
    if (this.#broker === null || document.visibilityState === "hidden") return;
    const broker = this.#broker;
    let ids = [];
    try {
      ids = (await fetchStreams(brokerAddress(broker, document.baseURI))).map(({ id }) => id).sort();
    } catch {
      // Away, or not readable from here: a choice that cannot be offered is not offered.
    }
    if (broker !== this.#broker) return;
    this.#render(ids);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), REFRESH);
  }

  #render(ids) {
    this.#nav.hidden = ids.length < 2;
    // Left alone while it is the same, so that the focus stays where it is.
    if (ids.join() === this.#ids.join()) return;
    this.#ids = ids;
    this.#items.replaceChildren(...ids.map((id) => this.#item(id)));
    this.#mark();
  }

  #item(id) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = id;
    button.addEventListener("click", () => this.#onChoose(id));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  #mark() {
    for (const button of this.#items.querySelectorAll("button")) {
      if (button.textContent === this.#current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }
}

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
            digest: "fd87e82a8f1f212e00f7cce024712a4f",
            text: #"""
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Stream Broker</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="description" content="Live pictures of a stream, as the broker hands them out.">
    <meta name="color-scheme" content="light dark">
    <meta name="theme-color" content="#f4f6f8" media="(prefers-color-scheme: light)">
    <meta name="theme-color" content="#11151a" media="(prefers-color-scheme: dark)">
    <link rel="icon" type="image/svg+xml" href="favicon.svg">
    <link rel="stylesheet" href="app/page.css">
    <script type="module" src="app/app.js"></script>
  </head>
  <body>
    <header>
      <img src="favicon.svg" alt="" width="28" height="28">
      <h1>Stream Broker</h1>
      <p class="state" id="state" data-state="disconnected" aria-hidden="true">Disconnected</p>
    </header>

    <main>
      <section class="picture" aria-label="Picture">
        <frame-stream id="player"></frame-stream>
        <div class="caption">
          <p><strong id="stream-shown">No stream</strong> <span id="picture-shown"></span></p>
          <button type="button" id="capture" disabled>Save frame</button>
        </div>
      </section>

      <div class="side">
        <form id="source" aria-label="Source" autocomplete="off" novalidate>
          <label>
            <span>Broker</span>
            <input name="broker" type="text" inputmode="url" spellcheck="false" autocapitalize="none"
              placeholder="http://host:3090">
          </label>
          <label>
            <span>Stream</span>
            <input name="stream" type="text" spellcheck="false" autocapitalize="none" placeholder="stream1">
          </label>
          <label>
            <span>Frames a second, at most</span>
            <input name="fps" type="number" inputmode="decimal" min="0.1" max="240" step="any" placeholder="all">
          </label>
          <div class="buttons">
            <button type="submit" id="connect" class="primary">Connect</button>
            <button type="button" id="disconnect" hidden>Disconnect</button>
          </div>
        </form>

        <nav id="streams" aria-label="Streams on this broker" hidden>
          <h2>Streams on this broker</h2>
          <ul></ul>
        </nav>

        <section aria-labelledby="figures-title">
          <h2 id="figures-title">Figures</h2>
          <dl id="figures">
            <div><dt>Received</dt><dd data-figure="receivedRate">–</dd></div>
            <div><dt>Painted</dt><dd data-figure="paintedRate">–</dd></div>
            <div><dt>Rate</dt><dd data-figure="bitRate">–</dd></div>
            <div><dt>Age of picture</dt><dd data-figure="age">–</dd></div>
            <div><dt>Dropped</dt><dd data-figure="dropped">–</dd></div>
            <div><dt>Broker’s clock</dt><dd data-figure="clock">–</dd></div>
          </dl>
        </section>
      </div>
    </main>

    <noscript><p class="noscript">This page needs JavaScript to receive and paint the frames.</p></noscript>
  </body>
</html>

"""#
        ),
        EmbeddedAsset(
            path: "/player/address.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "b25f7c70e0349723eda5887374b3f465",
            text: #"""
/** Where a broker is: what a person may type, and the addresses that follow from it. */

const SCHEMES = new Map([
  ["http:", "http:"],
  ["https:", "https:"],
  ["ws:", "http:"],
  ["wss:", "https:"],
]);

/**
 * Reads a broker's address: `http`, `https`, `ws` or `wss`, or just `host:port`; empty means the page's own.
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
  let address;
  try {
    address = new URL(typed === "" ? "." : hasScheme ? typed : `${scheme(own)}//${typed}`, own);
  } catch {
    throw new TypeError("The broker’s address cannot be read. Write it like http://192.168.1.10:3090.");
  }
  if (!SCHEMES.has(address.protocol)) {
    throw new TypeError("The broker’s address begins with http://, https://, ws:// or wss://.");
  }
  if (address.username !== "" || address.password !== "") {
    throw new TypeError("A user name or password does not belong in the broker’s address.");
  }
  // The protocol setter accepts this change only between the special schemes, which all four are.
  address.protocol = SCHEMES.get(address.protocol);
  address.search = "";
  address.hash = "";
  if (!address.pathname.endsWith("/")) address.pathname += "/";
  return address;
}

/** The viewers' socket of a stream. */
export function socketAddress(broker, stream, fps) {
  const address = viewerPath(broker, stream, fps);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

/** The same path as the socket's, for asking over HTTP why the socket was refused. */
export function viewerPath(broker, stream, fps) {
  const address = new URL(`ws/${encodeURIComponent(stream)}`, broker);
  if (fps) address.searchParams.set("fps", String(fps));
  return address;
}

/** Where a broker lists its streams. */
export function streamsAddress(broker) {
  return new URL("api/streams", broker);
}

/**
 * What is wrong with a stream id, as far as an address could not even carry it to the broker; null when nothing is.
 * Every other rule is the broker's to apply, and its answer is shown.
 */
export function streamProblem(stream) {
  if (stream === "") return "Name a stream.";
  if (stream === "." || stream === "..") return `“${stream}” is not a stream’s name.`;
  return null;
}

function scheme(page) {
  return page.protocol === "https:" ? "https:" : "http:";
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/backoff.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "b02a6d888eefe0907ace1e4a75460225",
            text: #"""
/**
 * How long to wait before the next attempt: exponential with full jitter, so that the viewers of a broker that
 * restarts do not come back all at once.
 *
 *     attempt   1      2    3    4    5    6 …
 *     at most   0.5 s  1 s  2 s  4 s  8 s  10 s
 */

const FIRST = 500;
const LONGEST = 10_000;
/** Below this a refused connection is tried again in a loop that costs more than it gains. */
const SHORTEST = 100;

/**
 * @param {number} attempt  1 for the first one after a failure
 * @param {number} random   uniform in [0, 1)
 * @returns {number} milliseconds
 */
export function backoffDelay(attempt, random) {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt - 1, 16));
  return Math.max(SHORTEST, ceiling * random);
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/capture.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "4efdceeed2b92fea3ce1367be244ad38",
            text: #"""
/** Keeping a frame: the bytes exactly as they were sent, as a file. */

/** `front-door_2026-03-01T08-15-30.250Z.webp`: the stream, when it was taken (UTC), the format's extension. */
export function captureName(stream, frame, receivedWallTime) {
  const stamped = new Date(frame.captureTime ?? frame.arrivalTime ?? receivedWallTime);
  // A publisher may send a time that no calendar has.
  const taken = Number.isNaN(stamped.getTime()) ? new Date(receivedWallTime) : stamped;
  // A colon is not allowed in file names everywhere.
  return `${stream}_${taken.toISOString().replaceAll(":", "-")}.${frame.format.extension}`;
}

/** Lets the browser save the file, as if a link to it was pressed. */
export function saveFile(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has taken its own reference by the time this runs.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/clock.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "958b2a38f0f0ee4b8eba43b6b6e6c123",
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
  }

  get known() {
    return this.#samples.length > 0;
  }

  /** Milliseconds to add to local wall time to have the broker's; null until a pong came. */
  get offset() {
    return this.#best?.offset ?? null;
  }

  /** The shortest recent round trip, ms; null until a pong came. */
  get roundTrip() {
    return this.#best?.roundTrip ?? null;
  }

  /** How old something is that the broker stamped, ms; null when either clock is unknown. */
  age(brokerTime, now = wallTime()) {
    if (brokerTime === null || !this.known) return null;
    return Math.max(0, now + this.offset - brokerTime);
  }

  get #best() {
    return this.#samples.reduce((best, each) => (best && best.roundTrip <= each.roundTrip ? best : each), null);
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/connection.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "2ab9d0b599c3ecbf37d2c61c00b6db54",
            text: #"""
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

"""#
        ),
        EmbeddedAsset(
            path: "/player/decoder.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "d454d67947a13da8e536ba9433bbec6f",
            text: #"""
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

"""#
        ),
        EmbeddedAsset(
            path: "/player/figures.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "5fcb55fba65ceff71a2aec0889e05286",
            text: #"""
/** Live figures: rates, percentiles and counts. Time is an argument, in milliseconds. */

const WINDOW = 2000;
/** A slow stream's last two frames still say its rate. */
const LONGEST_WINDOW = 60_000;

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

/** The last so many values, and what part of them lies below a value. */
export class Percentiles {
  #values = [];
  #capacity;
  #next = 0;

  constructor(capacity) {
    this.#capacity = capacity;
  }

  add(value) {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  clear() {
    this.#values = [];
    this.#next = 0;
  }

  /**
   * By nearest rank; null while there is no value.
   * @param {number} part  0.5 for the median
   */
  at(part) {
    if (this.#values.length === 0) return null;
    const sorted = [...this.#values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  }
}

/** Everything a viewer may want to know about the stream in front of it. */
export class Figures {
  #received = new RateMeter();
  #painted = new RateMeter();
  #intervals = new Percentiles(9);
  #ages = new Percentiles(120);
  #lastReceived = null;
  #lastSequence = null;

  counts = Figures.#none();

  static #none() {
    return { received: 0, painted: 0, skipped: 0, replaced: 0, undecodable: 0, backwards: 0 };
  }

  /** A new connection: numbers begin again, counts go on. */
  connected() {
    this.#lastSequence = null;
    this.#lastReceived = null;
  }

  /** A new stream, or a new start by the user: all begins again. */
  clear() {
    this.connected();
    this.counts = Figures.#none();
    for (const meter of [this.#received, this.#painted, this.#intervals, this.#ages]) meter.clear();
  }

  /** @returns {boolean} whether the frame is newer than all before it on this connection */
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
    if (age !== null) this.#ages.add(age);
  }

  replaced() {
    this.counts.replaced += 1;
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
      paintedRate: this.#painted.perSecond(now),
      bitsPerSecond: this.#received.bytesPerSecond(now) * 8,
      ageMedian: this.#ages.at(0.5),
      ageHigh: this.#ages.at(0.99),
    };
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/frame-stream.css",
            contentType: "text/css; charset=utf-8",
            digest: "dc588af21f8bc5916849c5613a736bdf",
            text: #"""
/* The stage is dark in both themes: a picture needs a quiet surround. */

:host {
  display: block;
  contain: content;
  background: #0b0e12;
  color: #f2f4f7;
  font: 1rem/1.4 system-ui, sans-serif;
}

:host([hidden]) {
  display: none;
}

.stage {
  position: relative;
  display: grid;
  place-items: center;
  width: 100%;
  height: 100%;
  overflow: hidden;
}

canvas {
  display: block;
  width: 100%;
  height: auto;
  max-height: 100%;
  object-fit: contain;
  transition: filter 0.3s, opacity 0.3s;
}

/* Anything that is not a live picture must not look like one. */
.stage:not([data-state="live"], [data-state="late"]) canvas {
  filter: grayscale(0.85);
  opacity: 0.35;
}

.stage:not([data-picture]) canvas {
  opacity: 0;
}

.sign {
  position: absolute;
  max-width: min(30rem, calc(100% - 2rem));
  max-height: calc(100% - 1rem);
  overflow: auto;
  padding: 0.75rem 1.25rem;
  border-radius: 0.75rem;
  background: rgb(11 14 18 / 82%);
  text-align: center;
  overflow-wrap: anywhere;
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

.stage[data-state="stale"] .title,
.stage[data-state="late"] .title,
.stage[data-state="lost"] .title {
  color: #f3c564;
}

.stage[data-state="refused"] .title,
.stage[data-state="unshowable"] .title {
  color: #ff9189;
}

.stage[data-state="live"] .sign {
  display: none;
}

/* A late picture still moves: the sign stays out of its way. */
.stage[data-state="late"] .sign {
  inset: auto auto 0.5rem 0.5rem;
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

@media (prefers-reduced-motion: reduce) {
  canvas {
    transition: none;
  }
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/frame-stream.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "de4c708cde998e89b975911e30dbdc0b",
            text: #"""
/**
 * `<frame-stream>`: one stream of a broker, painted as it comes.
 *
 *     <script type="module" src="player/frame-stream.js"></script>
 *     <frame-stream broker="http://192.168.1.10:3090" stream="front-door" autoconnect></frame-stream>
 *
 * Attributes: `broker` (default: where the page came from), `stream`, `fps` (at most so many frames a second),
 * `autoconnect`. Methods: `connect()`, `disconnect()`, `capture()`. Properties: `wanted`, `status`, `figures`.
 * Events: `statuschange` when the state or its wording changes, `figures` twice a second.
 */

import { brokerAddress, streamProblem } from "./address.js";
import { captureName } from "./capture.js";
import { wallTime } from "./clock.js";
import { Connection } from "./connection.js";
import { NewestWinsDecoder } from "./decoder.js";
import { Figures } from "./figures.js";
import { Painter } from "./painter.js";
import { freshnessLimit, statusOf } from "./status.js";

const STATUS_INTERVAL = 250;
const FIGURES_INTERVAL = 500;

export class FrameStream extends HTMLElement {
  static observedAttributes = ["broker", "stream", "fps"];

  #view = buildView();
  #figures = new Figures();
  #connection = new Connection({
    onFrame: (frame) => this.#received(frame),
    onChange: (state) => this.#linkChanged(state),
  });
  #decoder = new NewestWinsDecoder({
    onPicture: (bitmap, frame) => this.#painter.show(bitmap, frame),
    onReplaced: () => this.#figures.replaced(),
    onFailure: (frame) => this.#undecodable(frame),
  });
  #painter = new Painter(this.#view.canvas, {
    onPaint: (frame) => this.#painted(frame),
    onReplaced: () => this.#figures.replaced(),
  });

  #wanted = false;
  /** What is wrong with the attributes, told in place of a connection. */
  #problem = null;
  #target = null;
  #unshowable = null;
  #status = { state: "disconnected", title: "", detail: "" };
  #timers = [];
  #listening = null;

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).append(...this.#view.nodes);
  }

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    addEventListener("online", () => this.#connection.retryNow(), { signal });
    document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal });
    this.#timers = [
      setInterval(() => this.#updateStatus(), STATUS_INTERVAL),
      setInterval(() => this.dispatchEvent(new Event("figures")), FIGURES_INTERVAL),
    ];
    this.#visibilityChanged();
    this.#updateStatus();
    if (this.hasAttribute("autoconnect")) this.connect();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#timers.forEach(clearInterval);
    this.disconnect();
  }

  attributeChangedCallback() {
    // Several attributes are often set in a row; what they come to is looked at once, when they all are.
    queueMicrotask(() => this.#attributesChanged());
  }

  /** Shows the stream that the attributes name, and keeps at it until `disconnect()`. */
  connect() {
    this.#halt();
    this.#figures.clear();
    this.#unshowable = null;
    this.#wanted = true;
    try {
      const target = this.#readTarget();
      if (!sameSource(target, this.#target)) this.#painter.clear();
      this.#target = target;
    } catch (error) {
      this.#target = null;
      this.#problem = error.message;
      this.#connection.close();
      return;
    }
    this.#problem = null;
    this.#view.canvas.setAttribute("aria-label", `Picture of ${this.#target.stream}`);
    this.#connection.open(this.#target);
  }

  /** Ends it. The last picture stays, marked as old; nothing but `connect()` starts again. */
  disconnect() {
    this.#wanted = false;
    this.#problem = null;
    this.#halt();
    this.#connection.close();
  }

  /** Whether the user wants the stream: from `connect()` to `disconnect()`, whatever the network does. */
  get wanted() {
    return this.#wanted;
  }

  /** `{state, title, detail}`: a word for scripts and style sheets, and two sentences for people. */
  get status() {
    return this.#status;
  }

  /** Rates, counts, ages and clock of this moment; null where unknown. Times in milliseconds. */
  get figures() {
    const { painted } = this.#painter;
    const { clock } = this.#connection;
    const moving = this.#status.state === "live" || this.#status.state === "late";
    const numbers = this.#figures.snapshot(performance.now());
    return {
      ...numbers,
      age: moving ? numbers.ageMedian : (this.#picture()?.age ?? null),
      clockOffset: clock.offset,
      roundTrip: clock.roundTrip,
      format: painted?.format.name ?? null,
      bytes: painted?.bytes.length ?? null,
      width: painted ? this.#view.canvas.width : null,
      height: painted ? this.#view.canvas.height : null,
      sequence: painted?.sequence ?? null,
    };
  }

  /** The frame on screen exactly as it was sent, `{name, blob}`; null before the first. */
  capture() {
    const frame = this.#painter.painted;
    if (!frame) return null;
    return {
      name: captureName(this.#target.stream, frame, wallTime(frame.receivedAt)),
      blob: new Blob([frame.bytes], { type: frame.format.mediaType }),
    };
  }

  get #fps() {
    const fps = Number(this.getAttribute("fps"));
    return fps > 0 ? fps : null;
  }

  #attributesChanged() {
    if (!this.#wanted) return;
    let target;
    try {
      target = this.#readTarget();
    } catch {
      target = null; // said by connect()
    }
    if (!target || !sameSource(target, this.#target)) {
      this.connect();
    } else {
      this.#target = target;
      this.#connection.setRate(target.fps);
    }
  }

  #readTarget() {
    const broker = brokerAddress(this.getAttribute("broker"), document.baseURI);
    const stream = this.getAttribute("stream") ?? "";
    const problem = streamProblem(stream);
    if (problem) throw new TypeError(problem);
    return { broker, stream, fps: this.#fps };
  }

  #halt() {
    this.#decoder.clear();
    this.#painter.cancel();
  }

  #received(frame) {
    if (this.#figures.received(frame, frame.receivedAt)) this.#decoder.push(frame);
  }

  #painted(frame) {
    const { clock } = this.#connection;
    const age = clock.age(frame.captureTime) ?? clock.age(frame.arrivalTime);
    this.#figures.painted(performance.now(), frame.replayed ? null : age);
    this.#unshowable = null;
    if (this.#status.state !== "live") this.#updateStatus();
  }

  #undecodable(frame) {
    this.#figures.undecodable();
    this.#unshowable = frame.format.name;
  }

  #linkChanged({ phase }) {
    if (phase === "open") {
      this.#figures.connected();
      this.#unshowable = null;
    }
    this.#updateStatus();
  }

  #visibilityChanged() {
    const hidden = document.visibilityState === "hidden";
    this.#decoder.paused = hidden;
    if (!hidden) this.#connection.retryNow();
  }

  /** What there is to know about the picture on screen, see `statusOf`. */
  #picture() {
    const frame = this.#painter.painted;
    if (!frame) return null;
    const { clock, ordinal } = this.#connection;
    const current = frame.connection === ordinal;
    const onBroker = current ? clock.age(frame.arrivalTime) : null;
    const here = performance.now() - frame.receivedAt;
    const limit = freshnessLimit(this.#figures.interval, this.#fps);
    return {
      age: frame.replayed && onBroker !== null ? Math.max(here, onBroker) : here,
      limit,
      proven: current && (!frame.replayed || (onBroker !== null && onBroker < limit)),
      behind: onBroker === null ? null : onBroker - here,
    };
  }

  #updateStatus() {
    // Nothing is painted on a hidden page, so nothing can be said about what is on it.
    if (document.visibilityState === "hidden" && this.#connection.state.phase === "open") return;
    const status = this.#problem
      ? { state: "refused", title: "Not possible", detail: this.#problem }
      : statusOf({
          link: this.#connection.state,
          stream: this.#target?.stream ?? "",
          host: this.#target?.broker.host ?? "",
          picture: this.#picture(),
          unshowable: this.#unshowable,
          now: wallTime(),
        });
    const { state, title, detail } = this.#status;
    if (state === status.state && title === status.title && detail === status.detail) return;
    this.#status = status;
    this.#view.show(status, this.#painter.painted !== null);
    this.dispatchEvent(new Event("statuschange"));
  }
}

function sameSource(one, other) {
  return one.broker.href === other?.broker.href && one.stream === other?.stream;
}

function buildView() {
  const styles = element("link", { rel: "stylesheet", href: new URL("frame-stream.css", import.meta.url).href });
  const canvas = element("canvas", { width: "1280", height: "720", role: "img", "aria-label": "No picture" });
  const title = element("p", { class: "title" });
  const detail = element("p", { class: "detail" });
  const sign = element("div", { class: "sign", part: "sign", "aria-hidden": "true" }, title, detail);
  // What is read aloud is apart from what is shown: a count of seconds would never let a listener go.
  const spoken = element("p", { class: "spoken", role: "status" });
  const stage = element("div", { class: "stage", part: "stage", "data-state": "disconnected" }, canvas, sign, spoken);

  return {
    nodes: [styles, stage],
    canvas,
    show(status, hasPicture) {
      if (stage.dataset.state !== status.state || title.textContent !== status.title) {
        spoken.textContent = `${status.title}. ${status.state === "lost" ? "" : status.detail}`.trim();
      }
      stage.dataset.state = status.state;
      stage.toggleAttribute("data-picture", hasPicture);
      title.textContent = status.title;
      detail.textContent = status.detail;
    },
  };
}

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

customElements.define("frame-stream", FrameStream);

"""#
        ),
        EmbeddedAsset(
            path: "/player/painter.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "5ab123650508731421fdaf154bd88c62",
            text: #"""
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

"""#
        ),
        EmbeddedAsset(
            path: "/player/protocol.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "abe7e4b99728c2fc34ae5d16963030f6",
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
 * @property {number} [connection]  the ordinal of the connection it came over
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

/** Tells that a frame is here. The first one lets the broker hold back instead of filling our receive buffer. */
export function ack(stream, sequence) {
  // Written by hand: JSON.stringify refuses a BigInt, and a Number would round a large one.
  return `{"type":"ack","stream":${JSON.stringify(stream)},"sequence":${sequence}}`;
}

/** Asks for at most so many frames a second; null asks for all. */
export function rate(stream, fps) {
  return JSON.stringify({ type: "rate", stream, fps: fps ?? 0 });
}

function milliseconds(microseconds) {
  return microseconds === 0n ? null : Number(microseconds) / 1000;
}

"""#
        ),
        EmbeddedAsset(
            path: "/player/status.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "8bff682f16c911373a140f348e1599c0",
            text: #"""
/** What the player says about itself: facts in, a state and a sentence out. Nothing here waits or asks. */

import { duration } from "./wording.js";

const SHORTEST_LIMIT = 3000;
const LONGEST_LIMIT = 5 * 60_000;

/**
 * After how long without a new picture the one on screen is stale: 3 s, or four usual intervals of a slow stream.
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
 * @property {object} link     as told by Connection.state
 * @property {string} stream
 * @property {string} host     of the broker
 * @property {{age: number, limit: number, proven: boolean, behind: number | null} | null} picture
 *     on screen: ms since it was new; after how many it is stale; whether it came live over this very connection;
 *     how late pictures come in
 * @property {string | null} unshowable  the format of frames that come in and cannot be decoded
 * @property {number} now
 *
 * @param {Facts} facts
 * @returns {{state: string, title: string, detail: string}}
 */
export function statusOf({ link, stream, host, picture, unshowable, now }) {
  switch (link.phase) {
    case "idle":
      return say("disconnected", "Disconnected", "Nothing is received until you connect.");

    case "refused":
      return say("refused", `Refused: ${link.reason}`, sentences(link.hint, retry(link, now)));

    case "lost":
      return say("lost", "Broker lost", sentences(link.reason, retry(link, now)));

    case "connecting":
      // A further attempt is not news: the state stays what it was until something else is true.
      if (link.after === "lost") return say("lost", "Broker lost", sentences(link.reason, "Trying again now …"));
      if (link.after === "refused") return say("refused", `Refused: ${link.reason}`, "Trying again now …");
      return say("connecting", "Connecting …", `Looking for “${stream}” on ${host}.`);
  }

  if (unshowable) {
    return say("unshowable", "Picture cannot be shown", `Frames arrive, but this browser cannot decode them (${unshowable}).`);
  }
  if (!picture) {
    return say("waiting", "Waiting for a picture", `Connected. Nobody has sent “${stream}” a frame yet.`);
  }
  if (picture.age > picture.limit) {
    return say("stale", "Stale picture", `${duration(picture.age)} old. No newer one has come.`);
  }
  if (!picture.proven) {
    return say("waiting", "Waiting for a picture", "Connected. The one on screen is from before.");
  }
  if (picture.behind !== null && picture.behind > SHORTEST_LIMIT) {
    return say("late", "Late", `The picture is ${duration(picture.behind)} behind.`);
  }
  return say("live", "Live", "");
}

function retry({ retryAt }, now) {
  if (!retryAt) return "";
  const seconds = Math.max(1, Math.ceil((retryAt - now) / 1000));
  return `Trying again in ${duration(seconds * 1000)}.`;
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
            path: "/player/wording.js",
            contentType: "text/javascript; charset=utf-8",
            digest: "642b188e7df033bdea6a1b99726b77f3",
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

/** "23 ms", "1.4 s", "2 min 5 s". */
export function delay(milliseconds) {
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
  const amount = delay(Math.abs(milliseconds));
  if (Math.abs(milliseconds) < 0.5) return amount;
  return `${milliseconds < 0 ? "−" : "+"}${amount}`;
}

function joined(larger, rest, unit) {
  return rest === 0 ? larger : `${larger} ${rest} ${unit}`;
}

"""#
        ),
    ]
}
