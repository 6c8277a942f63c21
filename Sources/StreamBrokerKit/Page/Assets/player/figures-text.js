/** Figures as lines of text. */

import { bitRate, count, delay, difference, frameRate } from "./wording.js";

const NONE = "–";

export function ratesText({ received, receivedRate, decodedRate, paintedRate, bitsPerSecond }) {
  if (received === 0) return NONE;
  const rates = [receivedRate, decodedRate, paintedRate].map(frameRate).join(" / ");
  return `${rates} fps received / decoded / painted, ${bitRate(bitsPerSecond)} kbit/s`;
}

export function ageText({ age, ageMedian, ageHigh, clockError }) {
  if (age === null) return `age ${NONE}`;
  const high = ageMedian !== null && age === ageMedian ? `, 95 % below ${delay(ageHigh)}` : "";
  const error = clockError === null ? "" : `, ± ${delay(clockError)}`;
  return `age ${delay(age)}${high}${error}`;
}

export function clockText({ clockOffset, roundTrip }) {
  return clockOffset === null ? `round trip ${NONE}` : `round trip ${delay(roundTrip)}, broker’s clock ${difference(clockOffset)}`;
}

export function droppedText({ skipped, replacedBeforeDecoding, replacedBeforePainting, undecodable, backwards }) {
  const parts = [
    `${count(skipped)} not sent`,
    `${count(replacedBeforeDecoding)} replaced before decoding`,
    `${count(replacedBeforePainting)} before painting`,
  ];
  if (undecodable > 0) parts.push(`${count(undecodable)} not decodable`);
  if (backwards > 0) parts.push(`${count(backwards)} out of order`);
  return parts.join(", ");
}

export function engineText({ place, reason }) {
  return place === "worker" ? "decoded in a worker" : `decoded on the page: ${reason}`;
}
