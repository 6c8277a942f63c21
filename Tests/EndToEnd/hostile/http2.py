"""HTTP/2 without TLS: floods, frames out of order, and heads that HTTP/1.1 could not even say."""

import struct
from collections.abc import Callable

from hyperframe.frame import (
    ContinuationFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from harness.bare import BareConnection, client_frame
from harness.http2 import PREFACE, HTTP2Connection, request
from harness.pictures import picture
from hostile.row import Row

WEBP = picture(1)
POST = ("POST", "/ingest/hostile")


def row(area: str, name: str, expected: str, stream: int = 1, settings: dict[int, int] | None = None):
    """A row whose attack is given a connection with both prefaces said."""

    def make(attack: Callable[[HTTP2Connection], str | None]) -> Row:
        def whole(connection: BareConnection) -> str:
            http2 = HTTP2Connection(connection, settings)
            return attack(http2) or http2.outcome(stream)

        found = Row(area, name, whole, expected)
        ROWS.append(found)
        return found

    return make


def head(name: str, expected: str, fields: list[tuple[str, str]]) -> None:
    row("h2 head", name, expected)(lambda http2: http2.send(http2.headers(1, fields, "END_STREAM")))


def post(name: str, expected: str, length: str | None, *bodies: bytes, ends: bool = True) -> None:
    @row("h2 body", name, expected)
    def _(http2: HTTP2Connection) -> None:
        fields = request(*POST, *([("content-length", length)] if length else []))
        http2.send(http2.headers(1, fields))
        for place, body in enumerate(bodies):
            flags = ["END_STREAM"] if ends and place == len(bodies) - 1 else []
            http2.send(http2.data(1, body, *flags))


def frames(name: str, expected: str, *sent: bytes | Callable[[HTTP2Connection], object], stream: int = 1) -> None:
    @row("h2 frame", name, expected, stream)
    def _(http2: HTTP2Connection) -> None:
        http2.send(*(frame if isinstance(frame, bytes) else frame(http2) for frame in sent))


def bare(kind: int, stream: int, payload: bytes = b"", flags: int = 0, claim: int | None = None) -> bytes:
    length = len(payload) if claim is None else claim
    return struct.pack(">I", length)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def get(stream: int, *flags: str) -> Callable[[HTTP2Connection], HeadersFrame]:
    return lambda http2: http2.headers(stream, request(), *(flags or ("END_STREAM",)))


ROWS: list[Row] = []


def junk(name: str, data: bytes, expected: str) -> None:
    def attack(connection: BareConnection) -> str:
        connection.send(data)
        return str(connection.read_response()[0])

    ROWS.append(Row("h2 start", name, attack, expected))


def after_preface(name: str, data: bytes, expected: str) -> None:
    def attack(connection: BareConnection) -> str:
        http2 = HTTP2Connection.__new__(HTTP2Connection)
        http2.connection = connection
        connection.send(PREFACE + data)
        return http2.outcome()

    ROWS.append(Row("h2 start", name, attack, expected))


# The beginning

junk("a preface with a byte changed", PREFACE[:-3] + b"X\r\n\r\n", "400")
junk("PRI in HTTP/1.1", b"PRI * HTTP/1.1\r\nHost: x\r\n\r\n", "400")
after_preface("no settings, but a ping", PingFrame(0, b"12345678").serialize(), "GOAWAY PROTOCOL_ERROR")
after_preface("junk for settings", b"\xff" * 64, "GOAWAY FRAME_SIZE_ERROR")
after_preface("HTTP/1.1 behind the preface", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GOAWAY FRAME_SIZE_ERROR")

# Heads

head("no :path", "RST PROTOCOL_ERROR", [(":method", "GET"), (":scheme", "http"), (":authority", "x")])
head("no :method", "RST PROTOCOL_ERROR", [(":path", "/"), (":scheme", "http"), (":authority", "x")])
head("no :scheme", "RST PROTOCOL_ERROR", [(":method", "GET"), (":path", "/"), (":authority", "x")])
head("no :authority and no host", "400", request()[:3])
head("a host in place of :authority", "200", [*request()[:3], ("host", "x")])
head("a host that contradicts :authority", "400", request("GET", "/health", ("host", "y")))
head("an :authority that is no host", "400", request(authority="a/b"))
head("two :path", "RST PROTOCOL_ERROR", [*request(), (":path", "/")])
head("an unknown pseudo-header", "RST PROTOCOL_ERROR", [*request(), (":x", "y")])
head("a pseudo-header behind others", "RST PROTOCOL_ERROR", [*request()[:3], ("x", "y"), (":authority", "x")])
head("an empty :path", "RST PROTOCOL_ERROR", request("GET", ""))
head("a :path with a line break", "RST PROTOCOL_ERROR", request("GET", "/a\r\nX: y"))
head("a field with a line break", "RST PROTOCOL_ERROR", request("GET", "/health", ("x", "a\r\nb: c")))
head("an upper-case field", "RST PROTOCOL_ERROR", request("GET", "/health", ("X-Y", "z")))
head("Connection: close", "RST PROTOCOL_ERROR", request("GET", "/health", ("connection", "close")))
head("Transfer-Encoding", "RST PROTOCOL_ERROR", request(*POST, ("transfer-encoding", "chunked")))
head("an Upgrade to a WebSocket", "RST PROTOCOL_ERROR", request("GET", "/ws/hostile", ("upgrade", "websocket")))
head("CONNECT", "400", [(":method", "CONNECT"), (":authority", "example.com:443")])
head("101 fields", "431", request("GET", "/health", *[(f"x-{n}", "y") for n in range(101)]))
head("17 kB of fields", "431", request("GET", "/health", *[(f"x-{n}", "y" * 850) for n in range(20)]))
head("a path of 9,000 characters", "414", request("GET", "/" + "x" * 9_000))
head("a head of 70 kB in one frame", "GOAWAY FRAME_SIZE_ERROR", request("GET", "/", ("x", "\x7f" * 70_000)))
head("a bad stream id", "400", request("POST", "/ingest/..%2f", ("content-length", "0")))
head("a method in lower case", "405", request("post", "/ingest/hostile", ("content-length", "0")))

@row("h2 head", "a head of 70 kB in five frames", "GOAWAY PROTOCOL_ERROR")
def _(http2: HTTP2Connection) -> None:
    block = http2.encoder.encode(request("GET", "/", ("x", "\x7f" * 70_000)), huffman=False)
    pieces = [block[start : start + 16_384] for start in range(0, len(block), 16_384)]
    http2.send(HeadersFrame(1, pieces[0]), *[ContinuationFrame(1, piece) for piece in pieces[1:]])


# WebSockets (RFC 8441)


def connect(name: str, expected: str, path: str = "/ws/hostile", protocol: str = "websocket", version: str = "13") -> None:
    fields = [(":method", "CONNECT"), (":protocol", protocol), *request("GET", path)[1:]]

    @row("h2 connect", name, expected)
    def _(http2: HTTP2Connection) -> None:
        http2.send(http2.headers(1, [*fields, ("sec-websocket-version", version)]))


connect("to what is no WebSocket", "405", "/health")
connect("to the page", "405", "/")
connect("to nothing", "405", "/nothing")
connect("another protocol", "426", protocol="connect-udp")
connect("version 12", "426", version="12")
connect("a bad stream id", "400", "/ws/%2e%2e")
head("GET with :protocol", "RST PROTOCOL_ERROR", [(":protocol", "websocket"), *request("GET", "/ws/hostile")])


@row("h2 connect", "a frame without a mask", "close 1002")
def _(http2: HTTP2Connection) -> str:
    fields = [(":method", "CONNECT"), (":protocol", "websocket"), *request("GET", "/ws/hostile")[1:]]
    # Before the answer: what comes early is the WebSocket's, too.
    http2.send(http2.headers(1, [*fields, ("sec-websocket-version", "13")]), http2.data(1, client_frame(b"x", masked=False)))
    status, said = http2.answer(1)
    return f"close {int.from_bytes(said[2:4])}" if status == "200" and said[:1] == b"\x88" else status


# Bodies

post("9 MB announced, none sent", "413", "9000000")
post("longer than announced", "RST PROTOCOL_ERROR", "10", WEBP)
post("shorter than announced", "RST PROTOCOL_ERROR", str(len(WEBP) + 1), WEBP)
post("a negative length", "RST PROTOCOL_ERROR", "-1", WEBP)
post("a length in hexadecimal", "RST PROTOCOL_ERROR", "0x10", WEBP)
post("no image", "415", None, b"hello")
post("empty", "400", None, b"")
post("1,000 empty frames", "GOAWAY ENHANCE_YOUR_CALM", None, *[b""] * 1_000, ends=False)


@row("h2 body", "a window that grows past 2^31", "RST FLOW_CONTROL_ERROR")
def _(http2: HTTP2Connection) -> None:
    http2.send(http2.headers(1, request(*POST)), *[WindowUpdateFrame(1, window_increment=0x7FFFFFFF)] * 2)


@row("h2 body", "a connection's window past 2^31", "GOAWAY FLOW_CONTROL_ERROR")
def _(http2: HTTP2Connection) -> None:
    http2.send(*[WindowUpdateFrame(0, window_increment=0x7FFFFFFF)] * 2)


# 4 is SETTINGS_INITIAL_WINDOW_SIZE.
@row("h2 body", "a window of 0 and an answer to read", "200", settings={4: 0})
def _(http2: HTTP2Connection) -> None:
    http2.send(http2.headers(1, request(), "END_STREAM"))


# Frames


def begun(http2: HTTP2Connection) -> HeadersFrame:
    return http2.headers(1, request(*POST))


frames("an even stream", "GOAWAY PROTOCOL_ERROR", get(2))
frames("a stream below the last", "GOAWAY PROTOCOL_ERROR", get(5), lambda http2: http2.headers(3, request(), "END_STREAM"), stream=3)
frames("DATA of a stream that never was", "GOAWAY PROTOCOL_ERROR", bare(0, 7, b"x"))
frames("DATA of the connection", "GOAWAY PROTOCOL_ERROR", bare(0, 0, b"x"))
frames("HEADERS of the connection", "GOAWAY PROTOCOL_ERROR", bare(1, 0, b"\x82", 5))
frames("CONTINUATION of nothing", "GOAWAY PROTOCOL_ERROR", bare(9, 1, b"x"))
frames("HEADERS cut by a ping", "GOAWAY PROTOCOL_ERROR", bare(1, 1, b"\x82", 0) + PingFrame(0, b"12345678").serialize())
frames("HPACK that means nothing", "GOAWAY COMPRESSION_ERROR", bare(1, 1, b"\xff\xff\xff\xff\xff", 5))
frames("a frame of 16 MB", "GOAWAY FRAME_SIZE_ERROR", bare(0, 1, b"", 0, 0xFFFFFF))
frames("a ping of 7 bytes", "GOAWAY FRAME_SIZE_ERROR", bare(6, 0, b"1234567"))
frames("settings of 5 bytes", "GOAWAY FRAME_SIZE_ERROR", bare(4, 0, b"12345"))
frames("settings of a stream", "GOAWAY PROTOCOL_ERROR", bare(4, 1))
frames("a window that grows by 0", "GOAWAY PROTOCOL_ERROR", bare(8, 0, bytes(4)))
frames("a promise from a client", "GOAWAY PROTOCOL_ERROR", get(1), bare(5, 1, b"\0\0\0\2\x82", 4), stream=2)
frames("padding longer than the frame", "GOAWAY PROTOCOL_ERROR", begun, bare(0, 1, b"\xffx", 8))
frames("a frame of unknown kind", "200", bare(0xBE, 0, b"hello"), get(1))

# Floods


@row("h2 flood", "rapid reset", "GOAWAY ENHANCE_YOUR_CALM", stream=0)
def _(http2: HTTP2Connection) -> None:
    for stream in range(1, 2_001, 2):
        http2.send(http2.headers(stream, request(), "END_STREAM"), RstStreamFrame(stream, error_code=8))


@row("h2 flood", "made you reset", "GOAWAY ENHANCE_YOUR_CALM", stream=0)
def _(http2: HTTP2Connection) -> None:
    # The server is made to do the resetting, by a mistake in each stream.
    for stream in range(1, 2_001, 2):
        http2.send(http2.headers(stream, request(*POST)), WindowUpdateFrame(stream, window_increment=0x7FFFFFFF))


@row("h2 flood", "continuations", "GOAWAY ENHANCE_YOUR_CALM")
def _(http2: HTTP2Connection) -> None:
    http2.send(HeadersFrame(1, http2.encoder.encode(request())), *[ContinuationFrame(1, b"")] * 1_000)


@row("h2 flood", "settings", "GOAWAY ENHANCE_YOUR_CALM")
def _(http2: HTTP2Connection) -> None:
    http2.send(*[SettingsFrame(settings={3: 100})] * 1_000)


@row("h2 flood", "pings", "GOAWAY ENHANCE_YOUR_CALM")
def _(http2: HTTP2Connection) -> None:
    http2.send(*[PingFrame(0, b"12345678")] * 1_000)


@row("h2 flood", "priorities", "GOAWAY ENHANCE_YOUR_CALM")
def _(http2: HTTP2Connection) -> None:
    http2.send(*[PriorityFrame(1, depends_on=0, stream_weight=1)] * 1_000)


@row("h2 flood", "101 requests at once", "GOAWAY PROTOCOL_ERROR", stream=201)
def _(http2: HTTP2Connection) -> None:
    for stream in range(1, 203, 2):
        http2.send(http2.headers(stream, request(*POST)))
