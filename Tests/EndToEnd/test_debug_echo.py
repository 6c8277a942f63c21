"""The echo for conformance suites: there only when asked for. `make autobahn` tries the whole of RFC 6455 on it."""

import pytest

from harness.bare import BareConnection, client_frame
from harness.broker import Broker
from harness.processes import free_port
from harness.refusals import refused


@pytest.fixture
def echoing(launch, brokerctl):
    port = free_port()
    with Broker(launch("broker", [brokerctl, "serve", "--port", port, "--debug-echo"]), port) as running:
        yield running


def test_there_is_none_unless_asked_for(shared_broker):
    refused(shared_broker.http.get("/debug/echo"), 404)
    with BareConnection(shared_broker.port) as connection:
        assert connection.upgrade("/debug/echo") == 404


def test_messages_come_back_whole(echoing):
    refused(echoing.http.get("/debug/echo"), 426)
    large = bytes(range(256)) * 512
    with BareConnection(echoing.port) as connection:
        assert connection.upgrade("/debug/echo") == 101
        connection.send(client_frame("grüß".encode()) + client_frame(b"?", opcode=0x9) + client_frame(large, opcode=0x2))
        assert connection.read_websocket_frame() == (0x1, "grüß".encode())
        assert connection.read_websocket_frame() == (0xA, b"?")
        assert connection.read_websocket_frame() == (0x2, large)
        connection.send(client_frame(b"unmasked", masked=False))
        assert connection.read_close_code() == 1002
        connection.wait_end()
