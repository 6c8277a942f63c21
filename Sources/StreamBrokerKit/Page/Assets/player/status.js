/** What the player says about itself: facts in, a state and a sentence out. Nothing here waits or asks. */

import { duration } from "./wording.js";

/** With the pace of looking at it, a picture that stopped is called so within 3 s. */
const SHORTEST_LIMIT = 2500;
const LONGEST_LIMIT = 5 * 60_000;
/** After so long nobody expects the next picture any more. */
const LOST_AFTER = 15_000;
const LATE_AFTER = 3000;
/** What a camera may be the cause of. */
const WITHOUT_PICTURES = ["waiting", "stale", "camera-lost"];

/** What the user's wish alone decides. */
export const DISCONNECTED = say("disconnected", "Disconnected", "Nothing is received until you connect.");

/**
 * After how long without a new picture the one on screen is stale: 2.5 s, or four usual intervals of a slow stream.
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
 * @property {object} link     as told by Link.state
 * @property {string} stream
 * @property {string} host     of the broker
 * @property {boolean} standby whether somebody knows that the camera sends nothing
 * @property {string | null} refusal  why the broker gives this stream to nobody here
 * @property {{age: number, limit: number, proven: boolean, behind: number | null} | null} picture
 *     on screen: ms since it was new; after how many it is stale; whether it came live by this very subscription;
 *     how late pictures come in
 * @property {string | null} unshowable  the format of frames that come in and cannot be decoded
 * @property {string | null} cause  why nothing new comes, as a sentence; null when nobody knows
 * @property {number} now
 *
 * @param {Facts} facts
 * @returns {{state: string, title: string, detail: string}}
 */
export function statusOf({ link, stream, host, standby, refusal, picture, unshowable, cause, now }) {
  switch (link.phase) {
    case "idle":
      return DISCONNECTED;

    case "refused":
      return say("refused", `Refused: ${link.reason}`, sentences(link.hint, retry(link, now)));

    case "lost":
      return say("broker-lost", "Broker lost", sentences(link.reason, retry(link, now)));

    case "connecting":
      // A further attempt is not news: the state stays what it was until something else is true.
      if (link.after === "lost") return say("broker-lost", "Broker lost", sentences(link.reason, "Trying again now …"));
      if (link.after === "refused") return say("refused", `Refused: ${link.reason}`, "Trying again now …");
      return say("connecting", "Connecting …", `Looking for “${stream}” on ${host}.`);
  }

  if (refusal) return say("refused", `Refused: ${refusal}`, "");
  if (unshowable) {
    return say("unshowable", "Picture cannot be shown", `Frames arrive, but this browser cannot decode them (${unshowable}).`);
  }
  if (!picture) {
    return standby
      ? say("camera-lost", "Camera lost", sentences("It sends nothing.", cause))
      : say("waiting", "Waiting for a picture", sentences(`Connected. Nobody has sent “${stream}” a frame yet.`, cause));
  }
  if (standby || picture.age > Math.max(LOST_AFTER, 2 * picture.limit)) {
    return say("camera-lost", "Camera lost", sentences(`Its last picture is ${duration(picture.age)} old.`, cause));
  }
  if (picture.age > picture.limit) {
    return say("stale", "Stale picture", sentences(`${duration(picture.age)} old. No newer one has come.`, cause));
  }
  if (!picture.proven) {
    return say("waiting", "Waiting for a picture", sentences("Connected. The one on screen is from before.", cause));
  }
  if (picture.behind !== null && picture.behind > LATE_AFTER) {
    return say("late", "Late", `The picture is ${duration(picture.behind)} behind.`);
  }
  return say("live", "Live", "");
}

/** Whether pictures are missing for a reason that lies with the camera, or may. */
export function hasCause({ state }) {
  return WITHOUT_PICTURES.includes(state);
}

function retry({ retryAt }, now) {
  if (!retryAt) return "";
  // A count that is over before it is read is no news.
  if (retryAt - now < 1000) return "Trying again …";
  return `Trying again in ${duration(Math.ceil((retryAt - now) / 1000) * 1000)}.`;
}

function sentences(...parts) {
  return parts.filter(Boolean).join(" ");
}

function say(state, title, detail) {
  return { state, title, detail };
}
