"""Viewers whose machine vanishes without a word, beside viewers that are there and read nothing."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.broker import Broker
from harness.far_host import NEAR, FarHost
from harness.pictures import large_picture
from harness.waiting import wait_until

pytest_plugins = ["open_fixtures"]

VIEWERS = Path(__file__).with_name("fanout_viewers.py")
LIMIT = 15


@pytest.fixture
def frames(open_broker) -> Iterator[None]:
    """Ten large frames a second on the stream `live`."""
    over = threading.Event()
    body = large_picture(320, 240)

    def publish() -> None:
        while not over.wait(0.1):
            open_broker.post("live", body)

    thread = threading.Thread(target=publish)
    thread.start()
    yield
    over.set()
    thread.join()


def lost(broker: Broker) -> float:
    lines = broker.http.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("stream_broker_viewers_lost_total"))


def kernel() -> tuple[int, int]:
    major, minor = os.uname().release.split(".")[:2]
    return int(major), int(minor)


def join(launch, host: FarHost, broker: Broker, stream: str, readers: int, sleepers: int):
    viewers = launch("viewers", host.command(sys.executable, VIEWERS, broker.port, stream, readers, sleepers, NEAR))
    viewers.wait_log(f"joined {readers + sleepers}")
    return viewers


@pytest.mark.timeout(90)
def test_viewers_whose_machine_vanishes_are_closed_in_time(open_broker, far_host, launch, frames, figures):
    """Three that read a live stream, and three that wait for a stream on which nothing happens."""
    join(launch, far_host, open_broker, "live", 3, 0)
    join(launch, far_host, open_broker, "silent", 3, 0)
    open_broker.wait_viewers("live", 3)
    far_host.pull_the_cable()
    started = time.monotonic()
    took = {}
    for stream in ("live", "silent"):
        wait_until(lambda: open_broker.viewers(stream) == 0, f"no viewer of {stream}", timeout=LIMIT + 5, every=0.1)
        took[stream] = round(time.monotonic() - started, 1)
    figures["viewers whose machine vanished are closed after seconds"] = took
    assert max(took.values()) <= LIMIT


@pytest.mark.timeout(120)
def test_a_stalled_viewer_is_kept_until_its_machine_vanishes(open_broker, far_host, launch, frames, figures):
    join(launch, far_host, open_broker, "live", 0, 2)
    wait_until(lambda: open_broker.status("live")["stalled_viewers"] == 2, "two stalled viewers", timeout=15)
    before = open_broker.status("live")["replaced"]
    time.sleep(20)  # longer than a viewer that is gone would be kept
    status = open_broker.status("live")
    assert status["viewers"] == 2 and lost(open_broker) == 0
    assert status["replaced"] > before + 2 * 20 * 5, "what they do not take is counted"
    assert [viewer["state"] for viewer in status["viewer_list"]] == ["stalled", "stalled"]
    if kernel() < (6, 15):
        pytest.skip("this kernel probes a stalled peer too seldom to notice its end in time")
    far_host.pull_the_cable()
    started = time.monotonic()
    wait_until(lambda: open_broker.viewers("live") == 0, "the end of both", timeout=LIMIT + 10, every=0.1)
    took = round(time.monotonic() - started, 1)
    figures["stalled viewers whose machine vanished are closed after seconds"] = took
    assert took <= LIMIT
    assert lost(open_broker) == 2
