/** The engine in a worker: sockets, decoding and painting off the page's own thread. */

import { Engine } from "./engine.js";

const engine = new Engine((message) => postMessage(message));
onmessage = ({ data }) => engine.receive(data);
// What a page can only find out here: whether this file came, and whether the worker can do what it is for.
postMessage({ type: "ready", canDecode: typeof createImageBitmap === "function" && typeof WebSocket === "function" });
