/** What the player says about itself: facts in, a state and a sentence out. Nothing here waits or asks. */

import { duration } from "./wording.js";

const SHORTEST_LIMIT = 3000;
const LONGEST_LIMIT = 5 * 60_000;

/**
 * After how long without a new picture the one on screen is stale: 3 s, or four usual intervals of a slow stream.
 *
 * @param {number | null} interval  the usual time between two frames, ms
 * @param {number | null} fps       the rate that was asked for
 */
export function freshnessLimit(interval, fps) {
  const usual = Math.max(interval ?? 0, fps ? 1000 / fps : 0);
  return Math.min(LONGEST_LIMIT, Math.max(SHORTEST_LIMIT, 4 * usual));
}

/**
 * @typedef {object} Facts
 * @property {object} link     as told by Connection.state
 * @property {string} stream
 * @property {string} host     of the broker
 * @property {{age: number, limit: number, proven: boolean, behind: number | null} | null} picture
 *     on screen: ms since it was new; after how many it is stale; whether it came live over this very connection;
 *     how late pictures come in
 * @property {string | null} unshowable  the format of frames that come in and cannot be decoded
 * @property {number} now
 *
 * @param {Facts} facts
 * @returns {{state: string, title: string, detail: string}}
 */
export function statusOf({ link, stream, host, picture, unshowable, now }) {
  switch (link.phase) {
    case "idle":
      return say("disconnected", "Disconnected", "Nothing is received until you connect.");

    case "refused":
      return say("refused", `Refused: ${link.reason}`, sentences(link.hint, retry(link, now)));

    case "lost":
      return say("lost", "Broker lost", sentences(link.reason, retry(link, now)));

    case "connecting":
      // A further attempt is not news: the state stays what it was until something else is true.
      if (link.after === "lost") return say("lost", "Broker lost", sentences(link.reason, "Trying again now …"));
      if (link.after === "refused") return say("refused", `Refused: ${link.reason}`, "Trying again now …");
      return say("connecting", "Connecting …", `Looking for “${stream}” on ${host}.`);
  }

  if (unshowable) {
    return say("unshowable", "Picture cannot be shown", `Frames arrive, but this browser cannot decode them (${unshowable}).`);
  }
  if (!picture) {
    return say("waiting", "Waiting for a picture", `Connected. Nobody has sent “${stream}” a frame yet.`);
  }
  if (picture.age > picture.limit) {
    return say("stale", "Stale picture", `${duration(picture.age)} old. No newer one has come.`);
  }
  if (!picture.proven) {
    return say("waiting", "Waiting for a picture", "Connected. The one on screen is from before.");
  }
  if (picture.behind !== null && picture.behind > SHORTEST_LIMIT) {
    return say("late", "Late", `The picture is ${duration(picture.behind)} behind.`);
  }
  return say("live", "Live", "");
}

function retry({ retryAt }, now) {
  if (!retryAt) return "";
  const seconds = Math.max(1, Math.ceil((retryAt - now) / 1000));
  return `Trying again in ${duration(seconds * 1000)}.`;
}

function sentences(...parts) {
  return parts.filter(Boolean).join(" ");
}

function say(state, title, detail) {
  return { state, title, detail };
}
