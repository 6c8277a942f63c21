/**
 * What the messages of a broker say: the "stream-broker.v1" header and the control messages beside it.
 * Bytes in, values out; no socket, no clock.
 */

export const SUBPROTOCOL = "stream-broker.v1";
export const HEADER_LENGTH = 32;

const MAGIC = 0x53424631; // "SBF1"
const REPLAYED = 1 << 0;
const INDEPENDENT = 1 << 1;

const WEBP = { name: "WebP", mediaType: "image/webp", extension: "webp" };
const JPEG = { name: "JPEG", mediaType: "image/jpeg", extension: "jpg" };
const PNG = { name: "PNG", mediaType: "image/png", extension: "png" };
const AVIF = { name: "AVIF", mediaType: "image/avif", extension: "avif" };

const FORMATS = new Map([
  [1, WEBP],
  [2, JPEG],
  [3, PNG],
  [4, AVIF],
  [16, { name: "H.264", mediaType: "video/h264", extension: "h264" }],
  [17, { name: "H.265", mediaType: "video/h265", extension: "h265" }],
]);

const UNKNOWN = { name: "unknown format", mediaType: "application/octet-stream", extension: "bin" };

/**
 * One frame as it came off the wire. Times are milliseconds since 1970 on the broker's (arrival) or the camera's
 * (capture) clock, null when unknown. The sequence is a BigInt: a publisher may count in nanoseconds, which do not
 * fit a Number. `bytes` are exactly the image that was published.
 *
 * @typedef {object} Frame
 * @property {{name: string, mediaType: string, extension: string}} format
 * @property {boolean} replayed     the latest frame, sent again on joining: it may be old
 * @property {boolean} independent  decodable without any other frame
 * @property {number} streamIndex
 * @property {bigint | null} sequence
 * @property {number | null} captureTime
 * @property {number | null} arrivalTime
 * @property {Uint8Array} bytes
 * @property {number} [receivedAt]  local, as of `performance.now()`
 * @property {number} [session]     the ordinal of the subscription it came by
 */

/**
 * Reads a binary message of a "stream-broker.v1" socket, all integers big-endian:
 * 0 magic, 4 format, 5 flags, 6 stream index (u16), 8 sequence (u64), 16 capture time, 24 arrival time (i64, µs).
 *
 * @param {ArrayBuffer} message
 * @returns {Frame}
 * @throws {RangeError} when the message has no such header
 */
export function parseFrame(message) {
  if (message.byteLength < HEADER_LENGTH) {
    throw new RangeError(`a message of ${message.byteLength} bytes, shorter than its header`);
  }
  const header = new DataView(message, 0, HEADER_LENGTH);
  if (header.getUint32(0) !== MAGIC) {
    throw new RangeError("a message that does not begin with SBF1");
  }
  const flags = header.getUint8(5);
  return {
    format: FORMATS.get(header.getUint8(4)) ?? UNKNOWN,
    replayed: (flags & REPLAYED) !== 0,
    independent: (flags & INDEPENDENT) !== 0,
    streamIndex: header.getUint16(6),
    sequence: header.getBigUint64(8),
    captureTime: milliseconds(header.getBigInt64(16)),
    arrivalTime: milliseconds(header.getBigInt64(24)),
    bytes: new Uint8Array(message, HEADER_LENGTH),
  };
}

/**
 * Reads a message of a plain socket: the image and nothing else.
 *
 * @param {ArrayBuffer} message
 * @param {boolean} first  of its socket: it may be the latest frame, sent again on joining; nothing tells
 * @returns {Frame}
 */
export function bareFrame(message, first) {
  const bytes = new Uint8Array(message);
  return {
    format: sniff(bytes),
    replayed: first,
    independent: true,
    streamIndex: 0,
    sequence: null,
    captureTime: null,
    arrivalTime: null,
    bytes,
  };
}

/** Tells an image's format by its first bytes. */
export function sniff(bytes) {
  const tag = (offset, text) =>
    bytes.length >= offset + text.length &&
    [...text].every((character, index) => bytes[offset + index] === character.charCodeAt(0));

  if (tag(0, "RIFF") && tag(8, "WEBP")) return WEBP;
  if (tag(0, "\xff\xd8\xff")) return JPEG;
  if (tag(0, "\x89PNG\r\n\x1a\n")) return PNG;
  if (tag(4, "ftypavif") || tag(4, "ftypavis") || tag(4, "ftypmif1")) return AVIF;
  return UNKNOWN;
}

/** A control message of the broker, or null for text that is none. */
export function parseControl(text) {
  try {
    const message = JSON.parse(text);
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}

/** Asks for the broker's time; `t` comes back as it is. */
export function ping(t) {
  return JSON.stringify({ type: "ping", t });
}

/**
 * Tells that every frame up to a sequence is here; 0 says so of none. The first one lets the broker hold back instead of
 * filling our receive buffer.
 */
export function ack(stream, sequence) {
  // Written by hand: JSON.stringify refuses a BigInt, and a Number would round a large one.
  return `{"type":"ack","stream":${JSON.stringify(stream)},"sequence":${sequence}}`;
}

/** Asks for at most so many frames a second; null asks for all. */
export function rate(stream, fps) {
  return JSON.stringify({ type: "rate", stream, fps: fps ?? 0 });
}

/** Adds streams to the socket, at most so many frames a second of each; null for all. */
export function subscribe(streams, fps) {
  return JSON.stringify({ type: "subscribe", streams, fps: fps ?? 0 });
}

/** Takes streams from the socket. */
export function unsubscribe(streams) {
  return JSON.stringify({ type: "unsubscribe", streams });
}

function milliseconds(microseconds) {
  return microseconds === 0n ? null : Number(microseconds) / 1000;
}
