/**
 * A clip out of single frames: an animated WebP (RFC 9649, section 2.7). Frames that are WebP go in as they were sent; others
 * are encoded anew. Every frame is a whole picture, so nothing but boxes is written around them.
 */

import { decodeImage } from "./decoder.js";

const ALPHA = 1 << 4;
const ANIMATED = 1 << 1;
/** Of the last frame, which nothing follows, ms. */
const LAST_DURATION = 100;
const LONGEST_DURATION = 2 ** 24 - 1;
const QUALITY = 0.8;

/**
 * @param {Frame[]} frames  oldest first
 * @returns {Promise<Blob>}
 * @throws {RangeError} when there is no frame
 */
export async function animatedWebP(frames) {
  if (frames.length === 0) throw new RangeError("There is no frame to make a clip of.");
  const pictures = [];
  for (const frame of frames) pictures.push(await webPPicture(frame));
  // One canvas for all: a stream that changed its size in between keeps its top left corner in place.
  const width = Math.max(...pictures.map((picture) => picture.width));
  const height = Math.max(...pictures.map((picture) => picture.height));
  const hasAlpha = pictures.some((picture) => picture.hasAlpha);
  const parts = [
    chunk("VP8X", [Uint8Array.of(ANIMATED | (hasAlpha ? ALPHA : 0), 0, 0, 0, ...u24(width - 1), ...u24(height - 1))]),
    chunk("ANIM", [Uint8Array.of(0, 0, 0, 255, 0, 0)]),
    ...pictures.map((picture, index) => {
      const next = frames[index + 1];
      const shown = next ? next.receivedAt - frames[index].receivedAt : LAST_DURATION;
      const duration = Math.min(LONGEST_DURATION, Math.max(1, Math.round(shown)));
      const head = Uint8Array.of(...u24(0), ...u24(0), ...u24(picture.width - 1), ...u24(picture.height - 1), ...u24(duration), 0b10);
      return chunk("ANMF", [head, ...picture.chunks]);
    }),
  ].flat();
  return new Blob([fourCC("RIFF"), u32(4 + length(parts)), fourCC("WEBP"), ...parts], { type: "image/webp" });
}

/** What of a still WebP goes into an animated one, and its size. */
async function webPPicture(frame) {
  const bitmap = await decodeImage(frame);
  try {
    const { width, height } = bitmap;
    const bytes = frame.format.mediaType === "image/webp" ? frame.bytes : await encoded(bitmap);
    return { width, height, ...imageChunks(bytes) };
  } finally {
    bitmap.close();
  }
}

async function encoded(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality: QUALITY });
  if (blob.type !== "image/webp") throw new TypeError("This browser cannot write WebP.");
  return new Uint8Array(await blob.arrayBuffer());
}

/** The chunks of a still WebP that hold its picture. */
function imageChunks(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = [];
  let hasAlpha = false;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const name = String.fromCharCode(...bytes.subarray(offset, offset + 4));
    const size = view.getUint32(offset + 4, true);
    const data = bytes.subarray(offset + 8, offset + 8 + size);
    if (name === "ALPH" || name === "VP8 " || name === "VP8L") chunks.push(...chunk(name, [data]));
    if (name === "ALPH" || name === "VP8L") hasAlpha = true;
    offset += 8 + size + (size % 2);
  }
  return { chunks, hasAlpha };
}

/** @returns {Uint8Array[]} name, length, content, and the padding to an even length */
function chunk(name, content) {
  const size = length(content);
  return [fourCC(name), u32(size), ...content, ...(size % 2 === 1 ? [new Uint8Array(1)] : [])];
}

function length(parts) {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function fourCC(name) {
  return Uint8Array.from(name, (character) => character.charCodeAt(0));
}

function u24(value) {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255];
}

function u32(value) {
  return Uint8Array.of(...u24(value), value >>> 24);
}
