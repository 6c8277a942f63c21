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
