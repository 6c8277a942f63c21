"""Cameras that cannot be shown: one line says why, and no password is ever in it."""

import pytest

from harness.processes import free_port
from harness.waiting import wait_until

CANARY = "c4nary-s3cret"

PERMANENT = {
    "no picture in the stream": (["--sound-only"], "video"),
    "a codec that is not decoded here": (["--clock", "--codec", "theora", "--width", 640, "--height", 360], "theora"),
}


def test_a_wrong_password_is_said_once_and_never_shown(broker, camera, publisher):
    film = camera(user="admin", password="right")
    wrong = film.url.replace("right", CANARY)
    publish = publisher(wrong, "door", ["--log-level", "debug"])
    log = wait_until(lambda: publish.log if "password" in publish.log.lower() else None, "a word about the password")
    assert CANARY not in log
    complaints = [line for line in log.splitlines() if "password" in line.lower() and "debug" not in line]
    assert len(complaints) == 1
    if publish.is_running:
        status, seconds = publish.end()
        assert status == 0 and seconds < 2
    assert CANARY not in publish.log


@pytest.mark.parametrize(("options", "word"), PERMANENT.values(), ids=PERMANENT.keys())
def test_what_no_retry_can_mend_ends_the_publisher(camera, publisher, options, word):
    publish = publisher(camera(options=options).url, "door")
    assert publish.wait_end(20) != 0
    assert word in publish.log.lower()


def test_a_camera_that_is_not_there_is_said_once(publisher):
    publish = publisher(f"rtsp://admin:{CANARY}@127.0.0.1:{free_port()}/stream", "door", ["--log-level", "debug"])
    publish.wait_log("127.0.0.1")
    assert CANARY not in publish.log
    if publish.is_running:
        status, seconds = publish.end()
        assert status == 0 and seconds < 2
