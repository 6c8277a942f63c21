/** What the page shows, as its address says it: it can be passed on, bookmarked, and survives a reload. */

/**
 * @typedef {object} View
 * @property {string} broker            as typed
 * @property {string | null} stream     the one that is large; null for the wall
 * @property {string[] | null} streams  those on the wall, in this order; null for all
 * @property {number | null} columns    of the wall; null for what fits
 * @property {string} fps               of the large one, as typed
 * @property {string | null} token      what the broker lets us in by
 */

/**
 * A token stands behind the #: what stands there is sent to no server, and so to none of their logs.
 * @returns {View}
 */
export function viewFrom(search, ownBroker, hash = "") {
  const asked = new URLSearchParams(search);
  const streams = (asked.get("streams") ?? "").split(",").filter(Boolean);
  const columns = Number(asked.get("columns"));
  return {
    broker: asked.get("broker") || ownBroker,
    stream: asked.get("stream") || null,
    streams: streams.length > 0 ? [...new Set(streams)] : null,
    columns: Number.isInteger(columns) && columns > 0 && columns <= 32 ? columns : null,
    fps: asked.get("fps") ?? "",
    token: new URLSearchParams(hash.slice(1)).get("token") || asked.get("token") || null,
  };
}

/** @param {View} view  @returns {string} the query, with its question mark, or `./` for none, and the token behind a # */
export function addressOf({ broker, stream, streams, columns, fps, token }, ownBroker) {
  const query = new URLSearchParams();
  if (stream) query.set("stream", stream);
  if (streams) query.set("streams", streams.join(","));
  if (columns) query.set("columns", String(columns));
  if (broker && broker !== ownBroker) query.set("broker", broker);
  if (fps) query.set("fps", fps);
  const text = query.toString().replaceAll("%2C", ",");
  const hash = token ? `#${new URLSearchParams({ token })}` : "";
  return (text === "" ? "./" : `?${text}`) + hash;
}
