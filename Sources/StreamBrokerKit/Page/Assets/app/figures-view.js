/** Figures as text on the page. */

import { bitRate, count, delay, difference, frameRate, size } from "../player/wording.js";

const NONE = "–";

export function renderFigures(list, figures) {
  const started = figures.received > 0;
  const texts = {
    receivedRate: started ? [`${frameRate(figures.receivedRate)} fps`] : [NONE],
    paintedRate: started ? [`${frameRate(figures.paintedRate)} fps`] : [NONE],
    bitRate: started ? [`${bitRate(figures.bitsPerSecond)} kbit/s`] : [NONE],
    age: age(figures),
    dropped: started ? dropped(figures) : [NONE],
    clock: clock(figures),
  };
  for (const place of list.querySelectorAll("[data-figure]")) {
    const [main, note = ""] = texts[place.dataset.figure];
    setText(place, main, note);
  }
}

export function renderPicture(place, { format, width, height, bytes }) {
  const text = format ? `${width} × ${height} ${format}, ${size(bytes)}` : "";
  if (place.textContent !== text) place.textContent = text;
}

function age({ age: now, ageHigh }) {
  if (now === null) return [NONE];
  return ageHigh === null || ageHigh < now ? [delay(now)] : [delay(now), `99 % below ${delay(ageHigh)}`];
}

function clock({ clockOffset, roundTrip }) {
  return clockOffset === null ? [NONE] : [difference(clockOffset), `round trip ${delay(roundTrip)}`];
}

function dropped({ skipped, replaced, undecodable, backwards }) {
  const parts = [`${count(skipped)} on the way`, `${count(replaced)} replaced here`];
  if (undecodable > 0) parts.push(`${count(undecodable)} not decodable`);
  if (backwards > 0) parts.push(`${count(backwards)} out of order`);
  return [count(skipped + replaced + undecodable + backwards), parts.join(", ")];
}

function setText(place, main, note) {
  const text = note ? `${main}\n${note}` : main;
  if (place.dataset.text === text) return;
  place.dataset.text = text;
  const small = document.createElement("small");
  small.textContent = note;
  place.replaceChildren(main, ...(note ? [small] : []));
}
