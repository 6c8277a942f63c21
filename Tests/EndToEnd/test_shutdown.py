"""A broker that is asked to end: what is under way is finished, nothing new is taken, and there is a deadline."""

import signal
import socket
import time

import pytest

from harness.bare import BareConnection
from harness.broker import Broker
from harness.pictures import large_picture, picture
from harness.processes import free_port
from harness.waiting import wait_until

IMAGE = picture(1)


@pytest.fixture
def patient(launch, brokerctl) -> Broker:
    """A broker that gives its connections three seconds."""
    port = free_port()
    with Broker(launch("broker", [brokerctl, "serve", "--port", port, "--drain-seconds", 3]), port) as running:
        yield running


def begin_post(connection: BareConnection) -> None:
    head = f"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: {len(IMAGE)}\r\n\r\n"
    connection.send(head.encode() + IMAGE[:10])


def posts_in_flight(broker: Broker) -> int:
    text = broker.http.get("/metrics").text
    return int(text.split("\nstream_broker_posts_in_flight ")[1].split()[0])


def takes_connections(broker: Broker) -> bool:
    try:
        socket.create_connection(("127.0.0.1", broker.port), 1).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_post_under_way_is_finished_and_a_viewer_is_told(patient):
    with patient.view("door") as viewer, BareConnection(patient.port) as post:
        patient.wait_viewers("door", 1)
        begin_post(post)
        wait_until(lambda: posts_in_flight(patient) == 1, "the post")
        patient.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not takes_connections(patient), "no new connections")
        assert viewer.closed.wait(2) and viewer.socket.close_code == 1001
        assert patient.process.is_running, "it waits for the post"
        post.send(IMAGE[10:])
        status, fields, _ = post.read_response()
        assert status in (200, 202) and fields["connection"] == "close"
    assert patient.process.wait_end(2) == 0


def test_who_never_finishes_is_not_waited_for_beyond_the_deadline(patient):
    with BareConnection(patient.port) as post:
        begin_post(post)
        wait_until(lambda: posts_in_flight(patient) == 1, "the post")
        started = time.monotonic()
        patient.process.send_signal(signal.SIGTERM)
        assert patient.process.wait_end(10) == 0
        assert 2.5 < time.monotonic() - started < 5


def test_viewers_that_read_nothing_do_not_keep_it(broker):
    """Their sockets are full, and a frame waits for each: no close frame gets through."""
    with BareConnection(broker.port) as one, BareConnection(broker.port) as two:
        for viewer in (one, two):
            assert viewer.upgrade("/ws/door") == 101
        body = large_picture(640, 480)
        wait_until(lambda: broker.post("door", body) and broker.status("door")["replaced"] > 10, "full sockets")
        status, seconds = broker.stop()
        assert status == 0 and seconds < 3


def test_what_is_asked_behind_a_post_under_way_is_not_answered(patient):
    """The connection ends with the post's answer, which says so: whoever asks whether the broker is ready is refused as all are."""
    with BareConnection(patient.port) as post:
        begin_post(post)
        wait_until(lambda: posts_in_flight(patient) == 1, "the post")
        patient.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not takes_connections(patient), "no new connections")
        post.send(IMAGE[10:] + b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        status, fields, _ = post.read_response()
        assert status in (200, 202) and fields["connection"] == "close"
        assert post.wait_end() == b""
    assert patient.process.wait_end(2) == 0
