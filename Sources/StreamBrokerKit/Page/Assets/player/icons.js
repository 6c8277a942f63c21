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
