"""HTTP/1.1: heads, lengths, targets and stream ids."""

from harness.bare import BareConnection
from harness.pictures import picture
from hostile.row import Attack, Row

WEBP = picture(1)


def raw(data: bytes) -> Attack:
    def attack(connection: BareConnection) -> str:
        try:
            connection.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was sent; the answer is there all the same
        return str(connection.read_response()[0])

    return attack


def get(target: str = "/health", fields: str = "Host: x\r\n", version: str = "1.1", method: str = "GET") -> Attack:
    return raw(f"{method} {target} HTTP/{version}\r\n{fields}\r\n".encode("latin-1"))


def post(fields: str, body: bytes = b"", stream: str = "door", method: str = "POST") -> Attack:
    return raw(f"{method} /ingest/{stream} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode("latin-1") + body)


def head(name: str, attack: Attack, expected: int) -> Row:
    return Row("head", name, attack, str(expected))


def length(name: str, attack: Attack, expected: int) -> Row:
    return Row("length", name, attack, str(expected))


def host(name: str, value: str, expected: int = 400) -> Row:
    return Row("host", name, get(fields=f"Host: {value}\r\n"), str(expected))


def stream(name: str, text: str, expected: int = 400) -> Row:
    return Row("stream id", name, post(f"Content-Length: {len(WEBP)}\r\n", WEBP, text), str(expected))


CHUNKED = "Transfer-Encoding: chunked\r\n"

ROWS = [
    head("no HTTP", raw(b"HELO broker\r\n\r\n"), 400),
    head("all 256 bytes", raw(bytes(range(256)) + b"\r\n\r\n"), 400),
    head("the start of a TLS session", raw(bytes.fromhex("16030100c8010000c40303") + bytes(200) + b"\r\n\r\n"), 400),
    head("200 fields", get(fields="Host: x\r\n" + "".join(f"X-{n}: x\r\n" for n in range(200))), 431),
    head("a field of 20 kB", get(fields=f"Host: x\r\nX: {'x' * 20_000}\r\n"), 431),
    head("a field's name of 20 kB", get(fields=f"Host: x\r\n{'x' * 20_000}: x\r\n"), 431),
    head("17 kB of fields", get(fields="Host: x\r\n" + "".join(f"X-{n}: {'x' * 800}\r\n" for n in range(21))), 431),
    head("a target of 9,000 characters", get(f"/{'x' * 9_000}"), 414),
    head("a query of 9,000 characters", get(f"/health?{'x' * 9_000}"), 414),
    head("a target without a slash", get("health"), 400),
    head("a target with another scheme", get("file:///etc/passwd"), 400),
    head("a whole address as the target", get("http://elsewhere/health"), 400),
    head("the target *", get("*", method="OPTIONS"), 400),
    head("CONNECT", get("127.0.0.1:22", method="CONNECT"), 400),
    head("a method that nobody knows", get(method="BREW"), 400),
    head("a method in small letters", get(method="get"), 400),
    head("a method of 10,000 letters", get(method="G" * 10_000), 400),
    head("version 1.2", get(version="1.2"), 400),
    head("version 3.0", get(version="3.0"), 400),
    head("a version without a number", get(version="x"), 400),
    head("a blank before a colon", get(fields="Host: x\r\nX : y\r\n"), 400),
    head("a field without a name", get(fields="Host: x\r\n: y\r\n"), 400),
    head("a field over two lines", get(fields="Host: x\r\nX: y\r\n z\r\n"), 400),
    head("NUL in a value", get(fields="Host: x\r\nX: a\0b\r\n"), 400),
    head("a bare carriage return", get(fields="Host: x\r\nX: a\rb\r\n"), 400),
    head("a query that is not UTF-8", get("/snapshot/door?max_age_ms=%ff"), 400),
    head("a query cut off in a %", get("/snapshot/door?wait=%4"), 400),
    host("empty", ""),
    Row("host", "missing", get(fields=""), "400"),
    Row("host", "twice", get(fields="Host: a\r\nHost: b\r\n"), "400"),
    Row("host", "twice in HTTP/1.0", get(fields="Host: a\r\nHost: b\r\n", version="1.0"), "400"),
    host("with a user", "admin@x"),
    host("with a path", "x/../y"),
    host("with a blank", "x y"),
    host("two in one", "x, y"),
    host("with a port beyond 65535", "x:65536"),
    host("with a port of letters", "x:http"),
    host("with a bracket left open", "[::1"),
    host("with a backslash", "x\\\\y"),
    host("with a quote", 'x"'),
    length("both Content-Length and chunked", post("Content-Length: 5\r\n" + CHUNKED, b"0\r\n\r\n"), 400),
    length("two that differ", post("Content-Length: 5\r\nContent-Length: 6\r\n", b"hello!"), 400),
    length("two in one field", post("Content-Length: 5, 6\r\n", b"hello!"), 400),
    length("+5", post("Content-Length: +5\r\n", b"hello"), 400),
    length("-5", post("Content-Length: -5\r\n", b"hello"), 400),
    length("0x10", post("Content-Length: 0x10\r\n", bytes(16)), 400),
    length("5 5", post("Content-Length: 5 5\r\n", b"hello"), 400),
    length("2^64", post("Content-Length: 18446744073709551616\r\n"), 400),
    length("2^63", post("Content-Length: 9223372036854775808\r\n"), 413),
    length("2^63 - 1", post("Content-Length: 9223372036854775807\r\n"), 413),
    length("9 MB announced, none sent", post("Content-Length: 9437184\r\n"), 413),
    length("9 MB announced, and wait for a go", post("Content-Length: 9437184\r\nExpect: 100-continue\r\n"), 413),
    length("gzip and chunked", post("Transfer-Encoding: gzip\r\n", b"0\r\n\r\n"), 400),
    length("a chunk of no size", post(CHUNKED, b"zz\r\n\r\n"), 400),
    length("a chunk of -1", post(CHUNKED, b"-1\r\n\r\n"), 400),
    length("a chunk of 2^64", post(CHUNKED, b"10000000000000000\r\n"), 400),
    length("9 MB in chunks", post(CHUNKED, (b"100000\r\n" + bytes(1 << 20) + b"\r\n") * 9), 413),
    length("a body on DELETE", post("Content-Length: 5\r\n", b"hello", method="DELETE"), 405),
    length("a body on PUT", post("Content-Length: 5\r\n", b"hello", method="PUT"), 405),
    stream("none", ""),
    stream("..", ".."),
    stream("../..", "../../etc/passwd"),
    stream("%2e%2e", "%2e%2e"),
    stream("a slash", "a/b"),
    stream("an encoded slash", "a%2fb"),
    stream("an encoded backslash", "a%5cb"),
    stream("a slash encoded twice", "a%252fb"),
    stream("NUL", "a%00b"),
    stream("CR LF", "a%0d%0aSet-Cookie:x"),
    stream("*", "*"),
    stream(">", "%3e"),
    stream("half a %", "a%4"),
    stream("not UTF-8", "%ff%fe"),
    stream("a letter that only looks like a", "%d0%b0"),
    stream("a blank", "a%20b"),
    stream("65 characters", "x" * 65),
    stream("8,000 characters", "x" * 8_000),
    stream("10,000 characters", "x" * 10_000, 414),
    stream("two renditions", "a~b~c"),
    stream("a rendition of nothing", "~b"),
    Row("stream id", "257 on one socket", get("/ws?streams=" + ",".join(f"s{n}" for n in range(257))), "400"),
    Row("stream id", "a bad one among good ones", get("/ws?streams=a,..,b"), "400"),
    Row("head", "a sequence of -1", post(f"X-Frame-Sequence: -1\r\nContent-Length: {len(WEBP)}\r\n", WEBP), "400"),
    Row("head", "a sequence of 2^64", post(f"X-Frame-Sequence: {2**64}\r\nContent-Length: {len(WEBP)}\r\n", WEBP), "400"),
    Row("head", "a capture time of NaN", post(f"X-Capture-Time-Us: NaN\r\nContent-Length: {len(WEBP)}\r\n", WEBP), "400"),
]
