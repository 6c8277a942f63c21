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
