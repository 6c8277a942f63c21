"""Sources that are no RTSP camera: the test picture, files, MJPEG over HTTP."""

import itertools
import threading

import picture_clock
from harness.pictures import decode, picture
from harness.processes import MEDIA


def test_the_built_in_test_picture(broker, publisher):
    publisher("test:", "door")
    with broker.view("door") as viewer:
        viewer.wait_frames(5, timeout=20)
        assert viewer.keeps(25, 45)
        drawn = [(arrival, picture_clock.read(decode(frame.payload))) for arrival, frame in viewer.frames[-20:]]
    assert all(0 <= arrival / 1000 - made < 2000 for arrival, made in drawn)


def test_a_clip_is_looped_at_its_own_pace(broker, publisher):
    publisher(str(MEDIA / "bars-720p.bt709-tv.h264.mp4"), "door", ["--loop"])
    with broker.view("door") as viewer:
        viewer.wait_frames(10, timeout=20)
        assert 27 <= viewer.rate(75) <= 33, "a clip of one second, over and over"


def test_a_clip_that_is_not_looped_ends_the_publisher(broker, publisher):
    publish = publisher(str(MEDIA / "bars-720p.bt709-tv.h264.mp4"), "door")
    assert publish.wait_end(20) == 0
    assert 25 <= broker.status("door")["received"] <= 30


def test_mjpeg_over_http(broker, publisher):
    """A broker's own multipart address is such a camera."""
    broker.post("jpeg", picture(1, kind="jpeg", width=640, height=360))
    publisher(f"{broker.url}/multipart/jpeg", "door")
    stopped = threading.Event()

    def film() -> None:
        for number in itertools.count(2):
            broker.post("jpeg", picture(number, kind="jpeg", width=640, height=360))
            if stopped.wait(1 / 25):
                return

    thread = threading.Thread(target=film, daemon=True)
    thread.start()
    try:
        with broker.view("door") as viewer:
            viewer.wait_frames(30, timeout=20)
            assert decode(viewer.frames[-1][1].payload).format == "WEBP"
    finally:
        stopped.set()
        thread.join(5)
