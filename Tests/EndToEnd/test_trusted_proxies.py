"""For whom a proxy asks: believed of a proxy that is trusted, and of nobody else."""

from contextlib import ExitStack

import pytest

from harness.bare import BareConnection
from harness.broker import Broker
from harness.processes import free_port


@pytest.fixture
def serve(launch, brokerctl):
    """Starts a broker that lets one viewer of an address in: `serve("--trusted-proxies", "loopback")`."""

    def start(*options: str) -> Broker:
        port = free_port()
        argv = [brokerctl, "serve", "--port", port, "--max-viewers-per-address", "1", *options]
        return Broker(launch("broker", argv), port)

    return start


def statuses(broker: Broker, clients: list[str | None]) -> list[int]:
    """What viewers are answered that join one after the other and stay, each coming from such an address."""
    with broker, ExitStack() as stack:
        connections = [stack.enter_context(BareConnection(broker.port)) for _ in clients]
        return [
            connection.upgrade("/ws/door", **{"X-Forwarded-For": client})
            for connection, client in zip(connections, clients)
        ]


def test_viewers_are_counted_by_the_address_that_a_trusted_proxy_tells(serve):
    clients = ["192.0.2.1", "192.0.2.1", "192.0.2.2", "10.9.9.9, 192.0.2.2", "192.0.2.2, 10.9.9.9", None, None]
    assert statuses(serve("--trusted-proxies", "loopback"), clients) == [101, 429, 101, 429, 101, 101, 101]


def test_what_others_tell_is_not_believed(serve):
    assert statuses(serve(), ["192.0.2.1", "192.0.2.1"]) == [101, 101]


def test_a_proxy_is_named_by_its_address(launch, brokerctl):
    broken = launch("broker", [brokerctl, "serve", "--port", "0", "--trusted-proxies", "proxy.example"])
    broken.wait_log("proxy.example")
    assert broken.wait_end(5) != 0
