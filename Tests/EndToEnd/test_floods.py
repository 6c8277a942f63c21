"""Clients that go on although their connection is over, and such as come back again and again to flood."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.bare import BareConnection, client_frame
from harness.far_host import NEAR
from harness.pictures import large_picture, picture
from harness.waiting import wait_until
from harness.wire import next_frame, open_viewer

pytest_plugins = ["open_fixtures"]

FLOODER = Path(__file__).with_name("flooder.py")
PING, CLOSE = 0x9, 0x8


def metric(broker, name: str) -> float:
    lines = broker.http.get("/metrics").text.splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"stream_broker_{name} "))


def flood_as(broker, client: str) -> int | str:
    """What one connection of a client behind a proxy comes to."""
    with BareConnection(broker.port) as connection:
        status = connection.upgrade("/ws/door", **{"X-Forwarded-For": client})
        if status != 101:
            return status
        connection.send(client_frame(b"", PING) * 1_000)
        return connection.read_close_code()


def test_who_goes_on_after_the_close_frame_is_cut_off(broker):
    """And is read no more: all that can be sent is what the sockets hold, and what is thrown away."""
    pings = client_frame(b"are you there?", PING) * 10_000
    sent = 0
    with BareConnection(broker.port) as connection:
        assert connection.upgrade("/ws/door") == 101
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while sent < 1 << 30:
                connection.send(pings)
                sent += len(pings)
    assert sent < 256 << 20


def test_who_closes_and_reads_nothing_is_not_waited_for(broker):
    connections = metric(broker, "connections")
    with BareConnection(broker.port) as connection:
        assert connection.upgrade("/ws/door") == 101
        body = large_picture(640, 480)
        wait_until(lambda: broker.post("door", body) and broker.status("door")["replaced"] > 5, "a full socket")
        connection.send(client_frame((1000).to_bytes(2), CLOSE))
        wait_until(lambda: broker.viewers("door") == 0, "the viewer's leaving")
        wait_until(lambda: metric(broker, "connections") == connections, "the connection's end", timeout=15)


def test_an_address_that_floods_again_and_again_is_locked_out_for_a_while(serve_others, far_host):
    broker = serve_others("--flood-lockout-seconds", 10)
    broker.post("door", picture(1))

    def flood(times: int) -> list[str]:
        words = far_host.command(sys.executable, FLOODER, NEAR, broker.port, times)
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()

    with open_viewer(broker.url, "/ws/door", tagged=True) as viewer:
        first = next_frame(viewer).sequence
        assert flood(5) == ["1008"] * 3 + ["429"] * 2
        assert broker.log.count("an address floods the server") == 1 and "seconds=10" in broker.log
        assert metric(broker, "addresses_locked_out") == 1
        # This machine's own address is another one.
        broker.post("door", picture(2))
        assert next_frame(viewer).sequence == first + 1
    wait_until(lambda: metric(broker, "addresses_locked_out") == 0, "the lockout's end", timeout=20)
    assert flood(1) == ["1008"]


def test_a_proxy_s_client_is_locked_out_and_not_the_proxy(serve_others):
    broker = serve_others("--trusted-proxies", "loopback")
    assert [flood_as(broker, "192.0.2.1") for _ in range(4)] == [1008] * 3 + [429]
    assert flood_as(broker, "192.0.2.2") == 1008
    answer = broker.http.get("/snapshot/nothing", headers={"X-Forwarded-For": "192.0.2.1"})
    assert answer.status_code == 404, "what is no viewer costs little"


def test_this_machine_is_not_locked_out(broker):
    assert [flood_as(broker, "192.0.2.1") for _ in range(8)] == [1008] * 8


def test_locking_out_can_be_turned_off(serve_others):
    broker = serve_others("--trusted-proxies", "loopback", "--flood-lockout-seconds", 0)
    assert [flood_as(broker, "192.0.2.1") for _ in range(8)] == [1008] * 8
