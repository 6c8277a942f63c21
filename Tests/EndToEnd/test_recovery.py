"""Cameras and brokers that go away and come back, fall silent or hang: the publisher goes on by itself."""

import signal
import time

import pytest

from harness.waiting import wait_until


def test_a_camera_that_is_killed_and_comes_back(broker, camera, publisher, figures):
    film = camera("h264")
    publish = publisher(film.url, "door")
    with broker.view("door") as viewer:
        viewer.wait_frames(10, timeout=20)
        pid = publish.pid
        film.kill()
        quiet = viewer.count
        wait_until(lambda: not viewer.moves(), "the picture to stop")
        film.restart()
        back = time.monotonic()
        viewer.wait_frames(viewer.count + 5, timeout=15)
        figures["camera killed and back: seconds to the next pictures"] = round(time.monotonic() - back, 2)
        assert time.monotonic() - back < 6
        assert viewer.count > quiet
    assert publish.pid == pid and publish.is_running
    assert viewer.sequences == sorted(set(viewer.sequences))


def test_a_broker_that_is_killed_and_comes_back(broker, camera, publisher, figures):
    publish = publisher(camera("h264").url, "door")
    with broker.view("door") as viewer:
        viewer.wait_frames(10, timeout=20)
    pid = publish.pid
    broker.restart()
    back = time.monotonic()
    with broker.view("door") as viewer:
        viewer.wait_frames(5, timeout=15)
        figures["broker killed and back: seconds to the next pictures"] = round(time.monotonic() - back, 2)
        assert viewer.keeps(25, 30)
    assert publish.pid == pid and publish.is_running


def test_a_publisher_that_starts_before_everything_else(broker, camera, publisher):
    """Neither camera nor broker are there yet: it waits for both."""
    film = camera("h264")
    film.kill()
    broker.kill()
    publish = publisher(film.url, "door")
    publish.wait_log(str(film.port))
    film.restart()
    broker.restart()
    with broker.view("door") as viewer:
        viewer.wait_frames(5, timeout=20)


@pytest.mark.timeout(120)
def test_a_camera_that_falls_silent_is_noticed_and_left_and_found_again(broker, camera, publisher):
    film = camera("h264")
    publish = publisher(film.url, "door")
    with broker.view("door") as viewer:
        viewer.wait_frames(10, timeout=20)
        lines = len(publish.log.splitlines())
        film.process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        wait_until(lambda: len(publish.log.splitlines()) > lines, "a word about the silence", timeout=9)
        assert time.monotonic() - stopped < 8
        film.process.send_signal(signal.SIGCONT)
        viewer.wait_frames(viewer.count + 30, timeout=30)


def test_a_publisher_ends_at_once_even_when_the_camera_hangs(camera, publisher, broker):
    film = camera("h264")
    publish = publisher(film.url, "door")
    with broker.view("door") as viewer:
        viewer.wait_frames(5, timeout=20)
        film.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: not viewer.moves(), "the picture to stop")
        status, seconds = publish.end()
    assert status == 0 and seconds < 2
