/** Where a broker is: what a person may type, and the addresses that follow from it. */

const SCHEMES = new Map([
  ["http:", "http:"],
  ["https:", "https:"],
  ["ws:", "http:"],
  ["wss:", "https:"],
]);

/**
 * Reads a broker's address: `http`, `https`, `ws` or `wss`, just `host:port`, or a path on the page's own host; empty means
 * where the page is.
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
  const isPath = typed.startsWith("/") && !typed.startsWith("//");
  const address = parsed(typed === "" ? "." : hasScheme || isPath ? typed : `${scheme(own)}//${typed}`, own);
  if (!address) throw new TypeError("The broker’s address cannot be read. Write it like http://192.168.1.10:3090.");
  checkAddress(address);
  // The protocol setter accepts this change only between the special schemes, which all four are.
  address.protocol = SCHEMES.get(address.protocol);
  address.search = "";
  address.hash = "";
  if (!address.pathname.endsWith("/")) address.pathname += "/";
  return address;
}

/**
 * Reads the address of one stream, as in `wss://host/ws/front-door?fps=5`; relative to the page, or absolute.
 *
 * @param {string} text
 * @param {string} page
 * @returns {{broker: URL, stream: string, fps: number | null, token: string | null}}
 * @throws {TypeError} with a sentence for the person who wrote it
 */
export function streamSource(text, page) {
  const address = parsed(text.trim(), new URL(page));
  const path = address?.pathname.match(/^(.*\/)ws\/([^/]+)$/);
  if (!path) throw new TypeError("The stream’s address cannot be read. Write it like wss://host/ws/front-door.");
  checkAddress(address);
  const { protocol, host, searchParams } = address;
  const fps = Number(searchParams.get("fps"));
  return {
    broker: new URL(`${SCHEMES.get(protocol)}//${host}${path[1]}`),
    stream: decodeURIComponent(path[2]),
    fps: fps > 0 ? fps : null,
    token: searchParams.get("token"),
  };
}

/**
 * The socket that carries many streams; the one named here is subscribed from the start.
 * @param {{stream: string, fps: number | null} | null} first
 */
export function socketAddress(broker, first, token) {
  return webSocket(viewerPath(broker, first, token));
}

/** The same path as the socket's, for asking over HTTP why the socket was refused. */
export function viewerPath(broker, first, token) {
  const address = new URL("ws", broker);
  if (first) address.searchParams.set("streams", first.stream);
  return withQuery(address, first?.fps, token);
}

/** The socket of a broker that knows no subprotocol: one stream, and nothing but its images. */
export function plainSocketAddress(broker, { stream, fps }, token) {
  return webSocket(withQuery(new URL(`ws/${encodeURIComponent(stream)}`, broker), fps, token));
}

/** Where a broker lists its streams, those that the token opens. */
export function streamsAddress(broker, token = null) {
  return withQuery(new URL("api/streams", broker), null, token);
}

/**
 * What is wrong with a stream id, as far as an address could not even carry it to the broker; null when nothing is.
 * Every other rule is the broker's to apply, and its answer is shown.
 */
export function streamProblem(stream) {
  if (stream === "") return "Name a stream.";
  if (stream === "." || stream === "..") return `“${stream}” is not a stream’s name.`;
  if (stream.includes(",")) return "A stream’s name has no comma.";
  return null;
}

function parsed(text, base) {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

function checkAddress(address) {
  if (!SCHEMES.has(address.protocol)) {
    throw new TypeError("The broker’s address begins with http://, https://, ws:// or wss://.");
  }
  if (address.username !== "" || address.password !== "") {
    throw new TypeError("A user name or password does not belong in the broker’s address.");
  }
}

function webSocket(address) {
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

function withQuery(address, fps, token) {
  if (fps) address.searchParams.set("fps", String(fps));
  if (token) address.searchParams.set("token", token);
  return address;
}

function scheme(page) {
  return page.protocol === "https:" ? "https:" : "http:";
}
