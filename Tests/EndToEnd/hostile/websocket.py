"""WebSocket: handshakes, frames, and what viewers say."""

import json

from harness.bare import BareConnection, client_frame
from harness.wire import SUBPROTOCOL
from hostile.http1 import get, raw
from hostile.row import Attack, Row

TEXT, BINARY, CLOSE, PING, CONTINUATION = 0x1, 0x2, 0x8, 0x9, 0x0
UPGRADE = (
    "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


def handshake(name: str, expected: int, path: str = "/ws/hostile", **changed: str | None) -> Row:
    return Row("handshake", name, lambda connection: str(connection.upgrade(path, **changed)), str(expected))


def frames(name: str, expected: int, *sent: bytes, tagged: bool = True) -> Row:
    def attack(connection: BareConnection) -> str:
        protocol = {"Sec-WebSocket-Protocol": SUBPROTOCOL} if tagged else {}
        assert connection.upgrade("/ws/hostile", **protocol) == 101
        try:
            for data in sent:
                connection.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return f"close {connection.read_close_code()}"

    return Row("frames", name, attack, f"close {expected}")


def says(name: str, expected: int, message: object) -> Row:
    text = message if isinstance(message, bytes) else json.dumps(message).encode()
    return Row("control", name, frames(name, expected, client_frame(text)).attack, f"close {expected}")


def shrugged_off(name: str, message: object) -> Row:
    """What is answered with nothing but an ordinary pong to the ping behind it."""

    def attack(connection: BareConnection) -> str:
        assert connection.upgrade("/ws/hostile", **{"Sec-WebSocket-Protocol": SUBPROTOCOL}) == 101
        text = message if isinstance(message, bytes) else json.dumps(message).encode()
        connection.send(client_frame(text) + client_frame(b"still there?", PING))
        while True:
            opcode, payload = connection.read_websocket_frame()
            if opcode == 0xA and payload == b"still there?":
                return "goes on"
            if opcode == CLOSE:
                return f"close {int.from_bytes(payload[:2])}"

    return Row("control", name, attack, "goes on")


def upgrade_in(version: str, method: str) -> Attack:
    return get("/ws/hostile", UPGRADE, version, method)


def with_length(length: int, opcode: int = TEXT) -> bytes:
    return bytes([0x80 | opcode, 0xFF]) + length.to_bytes(8) + b"mask"


PIECE = client_frame(b"a", CONTINUATION, final=False)
ROWS = [
    Row("handshake", "of a POST", upgrade_in("1.1", "POST"), "405"),
    Row("handshake", "of HTTP/1.0", upgrade_in("1.0", "GET"), "426"),
    Row("handshake", "with two keys", get("/ws/hostile", UPGRADE + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), "400"),
    Row("handshake", "with a body", raw(f"GET /ws/hostile HTTP/1.1\r\n{UPGRADE}Content-Length: 5\r\n\r\nhello".encode()), "400"),
    handshake("without Upgrade", 426, Upgrade=None),
    handshake("to another protocol", 426, Upgrade="h2c"),
    handshake("without Connection", 426, Connection=None),
    handshake("without a version", 426, Sec_WebSocket_Version=None),
    handshake("of version 8", 426, Sec_WebSocket_Version="8"),
    handshake("of version 13 and 8", 426, Sec_WebSocket_Version="13, 8"),
    handshake("without a key", 400, Sec_WebSocket_Key=None),
    handshake("with a key of 15 bytes", 400, Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAA"),
    handshake("with a key of no base64", 400, Sec_WebSocket_Key="????????????????????????"),
    handshake("at 0 frames a second", 400, "/ws/hostile?fps=0"),
    handshake("at NaN frames a second", 400, "/ws/hostile?fps=nan"),
    handshake("of many streams without the subprotocol", 400, "/ws?streams=a,b"),
    frames("no mask", 1002, client_frame(b"{}", masked=False)),
    frames("a ping without a mask", 1002, client_frame(b"", PING, masked=False)),
    *(frames(f"reserved bit {bit}", 1002, client_frame(b"{}", reserved=bit)) for bit in (1, 2, 4)),
    *(frames(f"opcode {opcode}", 1002, client_frame(b"", opcode)) for opcode in (0x3, 0x7, 0xB, 0xF)),
    frames("a ping in pieces", 1002, client_frame(b"", PING, final=False)),
    frames("a ping of 126 bytes", 1002, client_frame(bytes(126), PING)),
    frames("a close of 126 bytes", 1002, client_frame(bytes(126), CLOSE)),
    frames("a continuation of nothing", 1002, client_frame(b"", CONTINUATION)),
    frames("a message within a message", 1002, client_frame(b"{", final=False), client_frame(b"}")),
    frames("a length with the top bit set", 1002, with_length(1 << 63)),
    frames("a length of 2^64 - 1", 1002, with_length((1 << 64) - 1)),
    frames("a length of 2^62", 1009, with_length(1 << 62)),
    frames("a length of 2^31", 1009, with_length(1 << 31)),
    frames("a short length in eight bytes", 1002, with_length(5)),
    frames("64 KiB and a byte", 1009, client_frame(bytes(65_537), claim=65_537)),
    frames("64 KiB and a byte in two pieces", 1009, client_frame(b"x" * 65_536, final=False), client_frame(b"x", CONTINUATION)),
    frames("17 pieces", 1009, client_frame(b"a", final=False), *[PIECE] * 16),
    frames("a binary message", 1003, client_frame(b"\0", BINARY)),
    frames("a binary message from a plain viewer", 1003, client_frame(b"\0", BINARY), tagged=False),
    frames("text that is not UTF-8", 1007, client_frame(b"\xff\xfe")),
    frames("half a surrogate", 1007, client_frame(b"\xed\xa0\x80")),
    frames("an overlong slash", 1007, client_frame(b"\xc0\xaf")),
    frames("half a close code", 1002, client_frame(b"\x03", CLOSE)),
    *(
        frames(f"close code {code}", 1002, client_frame(code.to_bytes(2), CLOSE))
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)
    ),
    frames("a close reason that is not UTF-8", 1007, client_frame(b"\x03\xe8\xff", CLOSE)),
    frames("10,000 pings at once", 1008, client_frame(b"", PING) * 10_000),
    frames("10,000 requests at once", 1008, client_frame(b'{"type":"ping"}') * 10_000),
    frames("100,000 acknowledgements at once", 1008, client_frame(b'{"type":"ack","sequence":1}') * 100_000),
    frames("100,000 pongs at once", 1008, client_frame(b"", 0xA) * 100_000),
    frames("10,000 words of a plain viewer", 1008, client_frame(b"hello") * 10_000, tagged=False),
    says("no JSON", 1007, b"hello"),
    says("half an object", 1007, b'{"type":"ping"'),
    says("a list", 1007, [1, 2]),
    says("no type", 1007, {}),
    says("a type that is a number", 1007, {"type": 1}),
    says("an ack without a sequence", 1007, {"type": "ack"}),
    says("a sequence of -1", 1007, {"type": "ack", "sequence": -1}),
    says("a sequence of 2^64", 1007, {"type": "ack", "sequence": 2**64}),
    says("a rate of -1", 1007, {"type": "rate", "fps": -1}),
    says("a rate of infinity", 1007, b'{"type":"rate","fps":1e999}'),
    says("nested 10,000 deep", 1007, b'{"type":"ping","t":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    shrugged_off("an unknown type", {"type": "shutdown"}),
    shrugged_off("the rate of another's stream", {"type": "rate", "stream": "control", "fps": 1}),
    shrugged_off("a stream of index 65536", {"type": "rate", "stream": 65_536, "fps": 1}),
    shrugged_off("a stream of index -1", {"type": "ack", "stream": -1, "sequence": 1}),
    shrugged_off("an ack of a frame that is not there yet", {"type": "ack", "sequence": 2**64 - 1}),
    shrugged_off("a subscription on a socket of one", {"type": "subscribe", "streams": ["../x", "control"]}),
]
