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
