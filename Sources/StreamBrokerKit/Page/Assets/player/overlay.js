/** Figures over the picture: a few lines, and the age of the last half minute as a line. */

import { element, svgElement } from "./elements.js";
import { ageText, clockText, droppedText, engineText, ratesText } from "./figures-text.js";

const KEPT = 60;
const WIDTH = 120;
const HEIGHT = 28;

export class Overlay {
  #line = svgElement("polyline", { class: "line" });
  #rows = Array.from({ length: 5 }, () => element("p"));
  #ages = [];

  node = element(
    "div",
    { class: "overlay", part: "overlay", hidden: "" },
    svgElement("svg", { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, this.#line),
    ...this.#rows,
  );

  /** Twice a second, whether it is seen or not: who opens it wants to know how it was. */
  add(figures, engine) {
    this.#ages.push(figures.age);
    if (this.#ages.length > KEPT) this.#ages.shift();
    if (this.node.hidden) return;
    const lines = [ratesText(figures), ageText(figures), clockText(figures), droppedText(figures), engineText(engine)];
    lines.forEach((text, index) => {
      if (this.#rows[index].textContent !== text) this.#rows[index].textContent = text;
    });
    this.#line.setAttribute("points", sparkline(this.#ages, WIDTH, HEIGHT));
  }

  clear() {
    this.#ages = [];
  }
}

/** Points of a line through the values, 0 at the bottom and the largest at the top; gaps are left out. */
export function sparkline(values, width, height) {
  const largest = Math.max(1, ...values.filter((value) => value !== null));
  const step = width / (KEPT - 1);
  const first = KEPT - values.length;
  return values
    .map((value, index) => (value === null ? null : `${round((first + index) * step)},${round(height - 1 - (value / largest) * (height - 2))}`))
    .filter((point) => point !== null)
    .join(" ");
}

function round(number) {
  return Math.round(number * 10) / 10;
}
