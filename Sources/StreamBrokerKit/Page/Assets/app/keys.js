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
