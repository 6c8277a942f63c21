"""WebSocket handshakes and frames that break the rules (RFC 6455): each gets its status or close code."""

import json
import struct

import pytest

from harness.bare import BareConnection, client_frame
from harness.refusals import refused


def test_a_wrong_websocket_version(broker, bystander):
    for version in ("8", "12", "0", "thirteen", None):
        with BareConnection(broker.port) as connection:
            assert connection.upgrade("/ws/door", Sec_WebSocket_Version=version) == 426
            assert connection.headers["upgrade"] == "websocket"
            assert connection.headers["sec-websocket-version"] == "13"
            assert json.loads(connection.body).keys() == {"error", "hint"}


@pytest.mark.parametrize("key", ["", "short", "not base64 at all!!!!!!!", "AAAA", "A" * 43 + "=", None])
def test_a_wrong_websocket_key(broker, bystander, key):
    with BareConnection(broker.port) as connection:
        assert connection.upgrade("/ws/door", Sec_WebSocket_Key=key) == 400
        assert json.loads(connection.body).keys() == {"error", "hint"}


def test_a_request_that_is_no_upgrade(broker, bystander):
    refused(broker.http.get("/ws/door"), 426)
    for changed in ({"Upgrade": None}, {"Upgrade": "h2c"}, {"Connection": "keep-alive"}):
        with BareConnection(broker.port) as connection:
            assert connection.upgrade("/ws/door", **changed) == 426


def test_a_websocket_has_no_other_method_and_no_older_http(broker, bystander):
    fields = (
        "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    for line, expected in (("POST /ws/door HTTP/1.1", 405), ("GET /ws/door HTTP/1.0", 426)):
        with BareConnection(broker.port) as connection:
            connection.send(f"{line}\r\n{fields}".encode())
            assert connection.read_response()[0] == expected


def test_the_accept_key_is_the_one_of_the_standard(broker):
    with BareConnection(broker.port) as connection:
        assert connection.upgrade("/ws/door", Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==") == 101
        assert connection.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


# Frames (RFC 6455, section 5)

TEXT, BINARY, CLOSE, PING = 0x1, 0x2, 0x8, 0x9
PLAIN, TAGGED = None, "stream-broker.v1"

BAD_FRAMES = {
    "unmasked": (PLAIN, client_frame(b"hello", masked=False), 1002),
    "unmasked and empty": (PLAIN, client_frame(b"", masked=False), 1002),
    "first reserved bit": (PLAIN, client_frame(b"hello", reserved=4), 1002),
    "second reserved bit": (PLAIN, client_frame(b"hello", reserved=2), 1002),
    "third reserved bit": (PLAIN, client_frame(b"hello", reserved=1), 1002),
    "reserved opcode": (PLAIN, client_frame(b"hello", 0x3), 1002),
    "reserved control opcode": (PLAIN, client_frame(b"hello", 0xB), 1002),
    "fragmented ping": (PLAIN, client_frame(b"hello", PING, final=False), 1002),
    "long ping": (PLAIN, client_frame(bytes(126), PING), 1002),
    "continuation of nothing": (PLAIN, client_frame(b"hello", 0x0), 1002),
    "a message within a message": (PLAIN, client_frame(b"a", final=False) + client_frame(b"b"), 1002),
    "close with half a code": (PLAIN, client_frame(b"\x03", CLOSE), 1002),
    "close with a reserved code": (PLAIN, client_frame(struct.pack(">H", 1005), CLOSE), 1002),
    "length with the top bit set": (PLAIN, b"\x81\xff" + struct.pack(">Q", 1 << 63) + bytes(4), 1002),
    "length not in its shortest form": (PLAIN, b"\x81\xfe\x00\x05" + bytes(9), 1002),
    "binary": (PLAIN, client_frame(b"hello", BINARY), 1003),
    "binary, with the header": (TAGGED, client_frame(b"hello", BINARY), 1003),
    "bad UTF-8": (PLAIN, client_frame(b"\xff\xfe"), 1007),
    "bad UTF-8, with the header": (TAGGED, client_frame(b'{"type":"\xff"}'), 1007),
    "no JSON": (TAGGED, client_frame(b"hello"), 1007),
    "JSON, but no object": (TAGGED, client_frame(b"[1,2,3]"), 1007),
    "JSON without a type": (TAGGED, client_frame(b'{"kind":"ping"}'), 1007),
    "JSON nested 30,000 deep": (TAGGED, client_frame(b"[" * 30_000), 1007),
    "an ack without a number": (TAGGED, client_frame(b'{"type":"ack","stream":"door"}'), 1007),
    "a rate below nothing": (TAGGED, client_frame(b'{"type":"rate","stream":"door","fps":-1}'), 1007),
    "64 KiB and one byte": (PLAIN, client_frame(bytes(65537)), 1009),
    "a length of 2^62": (PLAIN, client_frame(b"", claim=1 << 62), 1009),
    "a length of 2^31": (TAGGED, client_frame(b"", claim=1 << 31), 1009),
    "64 KiB in pieces": (
        PLAIN,
        client_frame(bytes(40_000), final=False) + client_frame(bytes(40_000), 0x0),
        1009,
    ),
    "seventeen fragments": (
        PLAIN,
        client_frame(b"x", final=False) + b"".join(client_frame(b"x", 0x0, final=False) for _ in range(16)),
        1009,
    ),
}


@pytest.mark.parametrize(("subprotocol", "sent", "code"), BAD_FRAMES.values(), ids=BAD_FRAMES.keys())
def test_a_bad_frame_closes_the_connection_with_its_code(broker, bystander, subprotocol, sent, code):
    with BareConnection(broker.port) as connection:
        assert connection.upgrade("/ws/control", Sec_WebSocket_Protocol=subprotocol) == 101
        broker.wait_viewers("control", 2)
        connection.send(sent)
        assert connection.read_close_code() == code
        broker.wait_viewers("control", 1)


def test_good_frames_that_look_odd_are_taken(broker, bystander):
    """The largest message, in pieces, with pings in between, one byte at a time: all of it is allowed."""
    with BareConnection(broker.port) as connection:
        assert connection.upgrade("/ws/door", Sec_WebSocket_Protocol=TAGGED) == 101
        connection.send(client_frame(b'{"type":"news","pad":"' + b"x" * (65536 - 24) + b'"}'))
        message = json.dumps({"type": "ping", "t": 7}).encode()
        pieces = client_frame(message[:5], final=False) + client_frame(b"in between", PING)
        pieces += client_frame(message[5:9], 0x0, final=False) + client_frame(message[9:], 0x0)
        for place in range(len(pieces)):
            connection.send(pieces[place : place + 1])
        assert connection.read_websocket_frame() == (0xA, b"in between")
        opcode, answer = connection.read_websocket_frame()
        assert opcode == TEXT and json.loads(answer)["t"] == 7
        connection.send(client_frame(struct.pack(">H", 1000) + b"bye", CLOSE))
        assert connection.read_close_code() == 1000
        assert connection.wait_end() == b""


def test_a_plain_viewer_may_talk_and_is_not_heard(broker):
    with BareConnection(broker.port) as connection:
        assert connection.upgrade("/ws/door") == 101
        connection.send(client_frame(b"not JSON at all") + client_frame(b"ping", PING))
        assert connection.read_websocket_frame() == (0xA, b"ping")


def test_frames_sent_with_the_handshake_are_not_lost(broker):
    with BareConnection(broker.port) as connection:
        head = (
            "GET /ws/door HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        connection.send(head.encode() + client_frame(b"early", PING))
        assert connection.read_response()[0] == 101
        assert connection.read_websocket_frame() == (0xA, b"early")
