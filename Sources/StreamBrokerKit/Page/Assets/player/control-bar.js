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
