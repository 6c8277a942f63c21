"""Bad input: each gets its status or close code with a reason, and a viewer who stands by sees every good frame."""

import json
import socket
import struct
import threading
import time

import pytest

from harness.bare import BareConnection, client_frame
from harness.pictures import picture
from harness.waiting import wait_until


class Bystander:
    """A viewer of a stream that is published to all the time while others misbehave."""

    def __init__(self, broker) -> None:
        self.broker = broker
        self.viewer = broker.view("control")
        self.posted: list[int] = []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._publish, daemon=True)
        broker.wait_viewers("control", 1)
        self.thread.start()

    def _publish(self) -> None:
        import httpx

        with httpx.Client(base_url=self.broker.url, timeout=10) as client:
            for number in range(1, 100_000):
                answer = client.post("/ingest/control", content=picture(number))
                assert answer.status_code == 200
                self.posted.append(answer.json()["sequence"])
                if self.stopped.wait(0.02):
                    return

    def __enter__(self) -> "Bystander":
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        # A frame that was published after the last fault proves that the broker is still at work.
        count = len(self.posted)
        wait_until(lambda: len(self.posted) > count + 1, "a frame after the fault")
        self.stopped.set()
        self.thread.join(10)
        if kind is None:
            wait_until(lambda: self.viewer.sequences[-1:] == self.posted[-1:], "the last frame")
            assert self.viewer.sequences == self.posted, "another viewer saw a gap"
        self.viewer.close()


@pytest.fixture
def bystander(broker):
    with Bystander(broker) as watching:
        yield watching


def refused(answer, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    reason = answer.json()
    assert reason.keys() == {"error", "hint"} and reason["error"] and reason["hint"]


# Pictures

WEBP = picture(1)
LYING = WEBP[:4] + struct.pack("<I", len(WEBP) - 8 + 100) + WEBP[8:]
SHORT_LIE = WEBP[:4] + struct.pack("<I", 20) + WEBP[8:]
CHUNK_LIE = WEBP[:16] + struct.pack("<I", 0xFFFFFFFF) + WEBP[20:]


def extended_webp(width: int, height: int) -> bytes:
    """A WebP that says a size of its own (RFC 9649, section 2.7) around a small picture."""
    extended = b"VP8X" + struct.pack("<I", 10) + bytes(4)
    extended += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + extended + WEBP[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


BAD_PICTURES = {
    "nothing": (b"", 400),
    "text": (b"hello, this is no picture at all", 415),
    "zeros": (bytes(1000), 415),
    "HTML": (b"<!doctype html><title>x</title>", 415),
    "GIF": (b"GIF89a" + bytes(100), 415),
    "a RIFF that is a sound": (b"RIFF" + struct.pack("<I", 104) + b"WAVE" + bytes(100), 415),
    "one byte": (WEBP[:1], 415),
    "WebP, first half": (WEBP[: len(WEBP) // 2], 400),
    "WebP, last byte missing": (WEBP[:-1], 400),
    "WebP, one byte too many": (WEBP + b"!", 400),
    "WebP, head only": (WEBP[:12], 400),
    "RIFF length too large": (LYING, 400),
    "RIFF length too small": (SHORT_LIE, 400),
    "chunk length of 4 GB": (CHUNK_LIE, 400),
    "2^24 by 2^24 pixels": (extended_webp(1 << 24, 1 << 24), 400),
    "16383 by 16383 pixels": (extended_webp(16383, 16383), 400),
    "JPEG, first half": (picture(1, kind="jpeg")[:200], 400),
    "PNG, first half": (picture(1, kind="png")[: len(picture(1, kind="png")) // 2], 400),
    "AVIF, first half": (picture(1, kind="avif")[: len(picture(1, kind="avif")) // 2], 400),
    "PNG of no width": (picture(1, kind="png")[:16] + bytes(4) + picture(1, kind="png")[20:], 400),
}


@pytest.mark.parametrize(("data", "status"), BAD_PICTURES.values(), ids=BAD_PICTURES.keys())
def test_what_is_no_whole_picture_is_refused_and_not_kept(broker, bystander, data, status):
    refused(broker.post("door", data), status)
    assert broker.http.get("/snapshot/door").status_code == 404
    assert "door" not in [entry["stream"] for entry in broker.http.get("/api/streams").json()["streams"]]


def test_a_bad_picture_does_not_take_the_place_of_a_good_one(broker):
    broker.post("door", picture(1))
    for data, _ in BAD_PICTURES.values():
        broker.post("door", data)
    assert broker.http.get("/snapshot/door").content == picture(1)
    assert broker.status("door")["received"] == 1


def test_every_beginning_of_a_picture_is_refused(broker):
    """Cut after every byte: never a server error, never a frame."""
    for kind in ("webp", "jpeg", "png", "avif"):
        data = picture(1, kind=kind)
        for length in range(0, len(data), max(1, len(data) // 60)):
            answer = broker.post("door", data[:length])
            assert answer.status_code in (400, 415), f"{kind} cut after {length} of {len(data)}: {answer.text}"
    assert broker.http.get("/snapshot/door").status_code == 404


# Sizes and times


def test_nine_megabytes_are_refused_before_they_are_read(broker, bystander):
    with BareConnection(broker.port) as connection:
        length = 9 * 1024 * 1024
        connection.send(f"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        status, headers, body = connection.read_response()  # and not one byte of the body was sent
        assert status == 413
        assert json.loads(body).keys() == {"error", "hint"}
        assert headers["connection"] == "close"
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.wait_end() == b""


def test_nine_megabytes_without_a_length_are_refused_when_they_are_too_many(broker, bystander):
    with BareConnection(broker.port) as connection:
        connection.send(b"POST /ingest/door HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + WEBP[:8] + bytes(65536 - 8) + b"\r\n"
        try:
            for _ in range(9 * 16):
                connection.send(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert connection.read_response()[0] == 413


def test_a_sender_of_nine_megabytes_reads_the_reason(broker, bystander):
    """A client that sends everything before it reads must not lose the answer to a reset."""
    refused(broker.post("door", WEBP + bytes(9 * 1024 * 1024)), 413)


def test_the_largest_frame_is_taken(broker):
    data = picture(1, kind="jpeg")
    padded = data[:2] + b"\xff\xfe\xff\xff" + bytes(65533) + data[2:]  # a comment segment
    assert broker.post("door", padded).status_code == 202
    assert broker.http.get("/snapshot/door").content == padded


def test_a_head_that_is_too_large(broker, bystander):
    many = "".join(f"X-Field-{number}: x\r\n" for number in range(200))
    for fields in (f"X-Long: {'x' * 20_000}\r\n", many):
        with BareConnection(broker.port) as connection:
            connection.send(f"GET /health HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
            assert connection.read_response()[0] == 431
    with BareConnection(broker.port) as connection:
        connection.send(f"GET /{'x' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.read_response()[0] == 414


BAD_REQUESTS = {
    "no Host": b"GET /health HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no HTTP": b"HELO broker\r\n\r\n",
    "binary": bytes(range(256)) + b"\r\n\r\n",
    "a negative length": b"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "a length with a sign": b"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
    "a length in hexadecimal": b"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: 0x10\r\n\r\n",
    "a length beyond 64 bits": b"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "two lengths": b"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "length and chunked": (
        b"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "a chunk of no size": b"POST /ingest/door HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a bare carriage return": b"GET /health HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
    "no absolute path": b"GET health HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys())
def test_a_malformed_request_is_answered_and_the_connection_ends(broker, bystander, request_bytes):
    with BareConnection(broker.port) as connection:
        connection.send(request_bytes)
        status, _, body = connection.read_response()
        assert status == 400
        assert json.loads(body).keys() == {"error", "hint"}


def test_half_a_body_is_no_frame(broker, bystander):
    with BareConnection(broker.port) as connection:
        head = f"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: {len(WEBP)}\r\n\r\n".encode()
        connection.send(head + WEBP[:-10])
    wait_until(lambda: broker.http.get("/health").json()["total_connections"] <= 3, "the end of the connection")
    assert broker.http.get("/snapshot/door").status_code == 404


def test_an_open_line_that_says_nothing_harms_nobody(broker, bystander):
    lines = [BareConnection(broker.port) for _ in range(50)]
    for line in lines[:25]:
        line.send(b"POST /ingest/door HTTP/1.1\r\nHo")
    assert broker.http.get("/health").status_code == 200
    for line in lines:
        line.socket.close()
    wait_until(lambda: broker.http.get("/health").json()["total_connections"] <= 3, "the end of all lines")


# WebSocket handshakes


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


# WebSocket frames (RFC 6455, section 5)

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


def test_a_thousand_connections_that_are_cut_leave_nothing(broker, bystander):
    """Cut at every stage: before a word, in the head, in the body, in the handshake, while viewing."""
    head = f"POST /ingest/ghost HTTP/1.1\r\nHost: x\r\nContent-Length: {len(WEBP)}\r\n\r\n".encode()
    upgrade = (
        b"GET /ws/ghost HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    before = descriptors(broker)
    for number in range(1000):
        with BareConnection(broker.port) as connection:
            connection.send((b"", head[:20], head + WEBP[:50], upgrade[:60], upgrade, upgrade + b"\x81")[number % 6])
            # A reset instead of a goodbye, every other time.
            if number % 2:
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_until(lambda: broker.http.get("/health").json()["total_connections"] <= 3, "the end of all connections")
    wait_until(lambda: descriptors(broker) <= before + 3, "the end of all descriptors")
    ghosts = broker.http.get("/api/streams/ghost")
    assert ghosts.status_code == 404 or ghosts.json()["viewers"] == 0


def descriptors(broker) -> int:
    import os

    return len(os.listdir(f"/proc/{broker.pid}/fd"))


def test_a_burst_of_requests_on_one_line_is_answered_in_order(broker, bystander):
    with BareConnection(broker.port) as connection:
        posts = b"".join(
            f"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: {len(picture(n))}\r\n\r\n".encode() + picture(n)
            for n in range(1, 101)
        )
        threading.Thread(target=connection.send, args=(posts,), daemon=True).start()
        started = time.monotonic()
        for number in range(1, 101):
            status, _, body = connection.read_response()
            assert status == 202 and json.loads(body)["sequence"] == number
        assert time.monotonic() - started < 10
