/** Where a broker is: what a person may type, and the addresses that follow from it. */

const SCHEMES = new Map([
  ["http:", "http:"],
  ["https:", "https:"],
  ["ws:", "http:"],
  ["wss:", "https:"],
]);

/**
 * Reads a broker's address: `http`, `https`, `ws` or `wss`, or just `host:port`; empty means the page's own.
 * A path is kept, so that a broker behind a proxy's prefix works.
 *
 * @param {string | null} text
 * @param {string} page  the address of the page itself
 * @returns {URL} with an http or https scheme and a path that ends in a slash
 * @throws {TypeError} with a sentence for the person who typed it
 */
export function brokerAddress(text, page) {
  const typed = (text ?? "").trim();
  const own = new URL(page);
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed);
  let address;
  try {
    address = new URL(typed === "" ? "." : hasScheme ? typed : `${scheme(own)}//${typed}`, own);
  } catch {
    throw new TypeError("The broker’s address cannot be read. Write it like http://192.168.1.10:3090.");
  }
  if (!SCHEMES.has(address.protocol)) {
    throw new TypeError("The broker’s address begins with http://, https://, ws:// or wss://.");
  }
  if (address.username !== "" || address.password !== "") {
    throw new TypeError("A user name or password does not belong in the broker’s address.");
  }
  // The protocol setter accepts this change only between the special schemes, which all four are.
  address.protocol = SCHEMES.get(address.protocol);
  address.search = "";
  address.hash = "";
  if (!address.pathname.endsWith("/")) address.pathname += "/";
  return address;
}

/** The viewers' socket of a stream. */
export function socketAddress(broker, stream, fps) {
  const address = viewerPath(broker, stream, fps);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

/** The same path as the socket's, for asking over HTTP why the socket was refused. */
export function viewerPath(broker, stream, fps) {
  const address = new URL(`ws/${encodeURIComponent(stream)}`, broker);
  if (fps) address.searchParams.set("fps", String(fps));
  return address;
}

/** Where a broker lists its streams. */
export function streamsAddress(broker) {
  return new URL("api/streams", broker);
}

/**
 * What is wrong with a stream id, as far as an address could not even carry it to the broker; null when nothing is.
 * Every other rule is the broker's to apply, and its answer is shown.
 */
export function streamProblem(stream) {
  if (stream === "") return "Name a stream.";
  if (stream === "." || stream === "..") return `“${stream}” is not a stream’s name.`;
  return null;
}

function scheme(page) {
  return page.protocol === "https:" ? "https:" : "http:";
}
