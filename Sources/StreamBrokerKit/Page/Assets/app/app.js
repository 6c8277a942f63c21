/** The page around one `<frame-stream>`: what to show, the switch, the figures. */

import "../player/frame-stream.js";
import { brokerAddress } from "../player/address.js";
import { saveFile } from "../player/capture.js";
import { renderFigures, renderPicture } from "./figures-view.js";
import { SourceForm } from "./source-form.js";
import { StreamList, fetchStreams } from "./stream-list.js";

const DEFAULT_STREAM = "stream1";
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

player.addEventListener("statuschange", renderStatus);
player.addEventListener("figures", () => {
  renderFigures(document.getElementById("figures"), player.figures);
  renderPicture(document.getElementById("picture-shown"), player.figures);
  document.getElementById("capture").disabled = player.figures.format === null;
});
document.getElementById("capture").addEventListener("click", () => {
  const capture = player.capture();
  if (capture) saveFile(capture.name, capture.blob);
});

start();

async function start() {
  const asked = new URLSearchParams(location.search);
  const broker = asked.get("broker") ?? "";
  const source = {
    broker: broker || location.origin,
    stream: asked.get("stream") || (await onlyOrFirstStream(broker)) || DEFAULT_STREAM,
    fps: asked.get("fps") ?? "",
  };
  form.values = source;
  if (sessionStorage.getItem(DISCONNECTED)) {
    list.watch(source.broker);
    renderStatus();
  } else {
    show(source);
  }
}

function show(source) {
  sessionStorage.removeItem(DISCONNECTED);
  form.values = source;
  player.setAttribute("broker", source.broker);
  player.setAttribute("stream", source.stream);
  player.setAttribute("fps", source.fps);
  player.connect();
  list.watch(source.broker);
  list.current = source.stream;
  rememberInAddress(source);
}

function disconnect() {
  sessionStorage.setItem(DISCONNECTED, "yes");
  player.disconnect();
}

function renderStatus() {
  const { state } = player.status;
  const badge = document.getElementById("state");
  badge.dataset.state = state;
  badge.textContent = WORDS[state];
  form.wanted = player.wanted;
  document.getElementById("stream-shown").textContent = player.getAttribute("stream") || "No stream";
}

async function onlyOrFirstStream(broker) {
  try {
    const streams = await fetchStreams(brokerAddress(broker, document.baseURI));
    return streams[0]?.id;
  } catch {
    return undefined;
  }
}

/** The page's address says what is shown, so that it can be passed on and survives a reload. */
function rememberInAddress({ broker, stream, fps }) {
  const address = new URL(location.href);
  address.search = "";
  if (stream) address.searchParams.set("stream", stream);
  if (broker && broker !== location.origin) address.searchParams.set("broker", broker);
  if (fps) address.searchParams.set("fps", fps);
  history.replaceState(null, "", address);
}
