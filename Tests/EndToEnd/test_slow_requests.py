"""Requests that take their time: a head has its time in all, also the second one of a connection, and so has a body."""

import pytest

from harness.bare import BareConnection
from harness.broker import Broker
from harness.processes import free_port


@pytest.fixture
def impatient(launch, brokerctl):
    port = free_port()
    options = ["--head-timeout-seconds", 1, "--body-timeout-seconds", 1]
    with Broker(launch("broker", [brokerctl, "serve", "--port", port, *options]), port) as running:
        yield running


def test_a_second_head_and_a_body_have_their_time_in_all(impatient):
    with BareConnection(impatient.port, timeout=30) as head, BareConnection(impatient.port, timeout=30) as body:
        head.send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert head.read_response()[0] == 200
        head.send(b"GET /health HTT")
        body.send(b"POST /ingest/door HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nRIFF")
        assert head.read_response()[0] == 408
        assert body.read_response()[0] == 408
    metrics = impatient.http.get("/metrics").text
    assert 'stream_broker_limits_reached_total{limit="head_time"} 1\n' in metrics
    assert 'stream_broker_limits_reached_total{limit="body_time"} 1\n' in metrics
