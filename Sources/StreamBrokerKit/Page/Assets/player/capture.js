/** Keeping what was seen: its name, and where it goes. */

import { animatedWebP } from "./clip.js";
import { wallTime } from "./clock.js";
import { decodeImage } from "./decoder.js";

/** `front-door_2026-03-01T08-15-30.250Z.webp`: the stream, when it was taken (UTC), the format's extension. */
export function captureName(stream, frame, receivedWallTime, extension = frame.format.extension) {
  const stamped = new Date(frame.captureTime ?? frame.arrivalTime ?? receivedWallTime);
  // A publisher may send a time that no calendar has.
  const taken = Number.isNaN(stamped.getTime()) ? new Date(receivedWallTime) : stamped;
  // A colon is not allowed in file names everywhere.
  return `${stream}_${taken.toISOString().replaceAll(":", "-")}.${extension}`;
}

/** The frame exactly as it was sent. */
export function sentFrame(stream, frame) {
  return {
    name: captureName(stream, frame, wallTime(frame.receivedAt)),
    blob: new Blob([frame.bytes], { type: frame.format.mediaType }),
  };
}

/** The same picture as PNG, which every program and every clipboard takes. */
export async function pngOf(stream, frame) {
  const bitmap = await decodeImage(frame);
  try {
    return {
      name: captureName(stream, frame, wallTime(frame.receivedAt), "png"),
      blob: await pngBlob(bitmap),
    };
  } finally {
    bitmap.close();
  }
}

/** The last seconds as an animated WebP, named after its first frame. @param {Frame[]} frames  oldest first */
export async function clipOf(stream, frames) {
  const blob = await animatedWebP(frames);
  return { name: captureName(stream, frames[0], wallTime(frames[0].receivedAt), "webp"), blob };
}

/** Lets the browser save the file, as if a link to it was pressed. */
export function saveFile({ name, blob }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has taken its own reference by the time this runs.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** @param {Promise<{blob: Blob}>} capture  a promise: the browser asks for the clipboard while the key is still warm */
export function copyPicture(capture) {
  return navigator.clipboard.write([new ClipboardItem({ "image/png": capture.then(({ blob }) => blob) })]);
}

function pngBlob(bitmap) {
  if (globalThis.OffscreenCanvas) {
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return canvas.convertToBlob({ type: "image/png" });
  }
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
