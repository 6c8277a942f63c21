/** Figures as text on the page. */

import { element } from "../player/elements.js";
import { droppedText } from "../player/figures-text.js";
import { bitRate, count, delay, difference, frameRate, size } from "../player/wording.js";

const NONE = "–";

export function renderFigures(list, figures, engine) {
  const started = figures.received > 0;
  const texts = {
    receivedRate: started ? [`${frameRate(figures.receivedRate)} fps`] : [NONE],
    decodedRate: started ? [`${frameRate(figures.decodedRate)} fps`] : [NONE],
    paintedRate: started ? [`${frameRate(figures.paintedRate)} fps`] : [NONE],
    bitRate: started ? [`${bitRate(figures.bitsPerSecond)} kbit/s`] : [NONE],
    age: age(figures),
    clock: clock(figures),
    dropped: started ? [count(replaced(figures)), droppedText(figures)] : [NONE],
    engine: engine.place === "worker" ? ["in a worker"] : ["on the page", engine.reason],
  };
  for (const place of list.querySelectorAll("[data-figure]")) {
    const [main, note = ""] = texts[place.dataset.figure];
    setText(place, main, note);
  }
}

export function renderPicture(place, { format, width, height, bytes }) {
  const text = format ? `${width}\u00a0×\u00a0${height} ${format}, ${size(bytes)}` : "";
  if (place.textContent !== text) place.textContent = text;
}

function replaced({ replacedBeforeDecoding, replacedBeforePainting, undecodable, backwards }) {
  return replacedBeforeDecoding + replacedBeforePainting + undecodable + backwards;
}

function age({ age: now, ageMedian, ageHigh, clockError }) {
  if (now === null) return [NONE];
  const notes = [];
  if (now === ageMedian) notes.push(`95 % below ${delay(ageHigh)}`);
  if (clockError !== null) notes.push(`± ${delay(clockError)}`);
  return [delay(now), notes.join(", ")];
}

function clock({ clockOffset, roundTrip }) {
  return clockOffset === null ? [NONE] : [delay(roundTrip), `broker’s clock ${difference(clockOffset)}`];
}

function setText(place, main, note) {
  const text = note ? `${main}\n${note}` : main;
  if (place.dataset.text === text) return;
  place.dataset.text = text;
  place.replaceChildren(main, ...(note ? [element("small", {}, note)] : []));
}
