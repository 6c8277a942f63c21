"""Requests that are too large, too odd or cut off: each is answered as the wire contract says; nobody else notices."""

import json
import os
import socket
import struct
import threading
import time
from collections import Counter
from contextlib import ExitStack

import pytest

from harness.bare import BareConnection
from harness.broker import Broker
from harness.pictures import picture
from harness.processes import free_port
from harness.refusals import refused
from harness.waiting import wait_until

WEBP = picture(1)


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


def descriptors(broker) -> int:
    return len(os.listdir(f"/proc/{broker.pid}/fd"))


def test_ten_thousand_connections_that_are_cut_leave_nothing(broker, bystander):
    """Cut at every stage: before a word, in the head, in the body, in the handshake, while viewing."""
    head = f"POST /ingest/ghost HTTP/1.1\r\nHost: x\r\nContent-Length: {len(WEBP)}\r\n\r\n".encode()
    upgrade = (
        b"GET /ws/ghost HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    before = descriptors(broker)
    for number in range(10_000):
        with BareConnection(broker.port) as connection:
            connection.send((b"", head[:20], head + WEBP[:50], upgrade[:60], upgrade, upgrade + b"\x81")[number % 6])
            # A reset instead of a goodbye, every other time.
            if number % 2:
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_until(lambda: broker.http.get("/health").json()["total_connections"] <= 3, "the end of all connections")
    wait_until(lambda: descriptors(broker) <= before + 3, "the end of all descriptors")
    ghosts = broker.http.get("/api/streams/ghost")
    assert ghosts.status_code == 404 or ghosts.json()["viewers"] == 0
    gauges = [line for line in broker.http.get("/metrics").text.splitlines() if not line.startswith("#")]
    assert gauges and all(float(line.rpartition(" ")[2]) >= 0 for line in gauges)


def test_ten_thousand_viewers_of_streams_that_nobody_knows(launch, brokerctl):
    """As many streams as there may be are made, the rest is refused, and all are gone when nobody watches."""
    port = free_port()
    argv = [brokerctl, "serve", "--port", port, "--max-streams", 500, "--stream-idle-seconds", 1]
    with Broker(launch("broker", argv), port) as broker, ExitStack() as joined:
        before = broker.process.memory_kb
        statuses: Counter[int] = Counter()
        for number in range(10_000):
            connection = BareConnection(port)
            status = connection.upgrade(f"/ws/made-up-{number}")
            statuses[status] += 1
            if status == 101:
                joined.enter_context(connection)
            else:
                connection.socket.close()
        assert statuses == {101: 500, 503: 9_500}
        assert broker.http.get("/health").json()["active_streams"] == 500
        assert broker.process.memory_kb - before < 60_000
        joined.close()
        wait_until(lambda: broker.http.get("/health").json()["active_streams"] == 0, "the end of all streams")
        assert broker.post("made-up-1", WEBP).status_code == 202


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


def test_an_offer_to_change_the_protocol_is_passed_over(broker, bystander):
    """As `curl --http2` makes it: the request is answered, and so is the next one on the same connection."""
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
    for _ in range(2):
        with BareConnection(broker.port) as connection:
            for _ in range(2):
                connection.send(b"GET /health HTTP/1.1\r\nHost: x\r\n" + offer + b"\r\n")
                status, headers, _ = connection.read_response()
                assert status == 200
                if headers.get("connection") == "close":
                    break
