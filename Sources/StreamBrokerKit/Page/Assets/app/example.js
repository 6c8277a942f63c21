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
