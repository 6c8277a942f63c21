"""What `publish` makes of one camera besides its stream: renditions, and nothing at all of pictures without news."""

import pytest

from harness.pictures import decode
from harness.processes import MEDIA
from harness.waiting import wait_until

BARS = MEDIA / "bars-720p.bt709-tv.h264.mp4"


def test_a_rendition_is_a_stream_of_its_own_size_and_rate(broker, publisher):
    publisher("test:size=1280x720,rate=30", "door", ["--rendition", "small=320x180@10,q50", "--rendition", "wall=640x360"])
    with broker.view("door") as main, broker.view("door~small") as small, broker.view("door~wall") as wall:
        small.wait_frames(20, timeout=20)
        assert decode(main.frames[-1][1].payload).size == (1280, 720)
        assert decode(small.frames[-1][1].payload).size == (320, 180)
        assert decode(wall.frames[-1][1].payload).size == (640, 360)
        assert small.rate(20) <= 12
        assert main.keeps(25, 45)
        assert wall.keeps(25, 45)


def test_renditions_come_from_the_environment_too(broker, publisher):
    publisher("test:", "door", env={"RENDITIONS": "a=320x180@5 b=160x90@5"})
    wait_until(lambda: {entry["stream"] for entry in broker.http.get("/api/streams").json()["streams"]} >= {"door", "door~a", "door~b"}, "all streams")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("small", "it has no = after a name"),
        ("small=640", "WIDTHxHEIGHT"),
        ("small=640x360@0", "the rate must be above 0"),
        ("small=640x360,60", "the quality must be q0 to q100"),
        ("a~b=640x360", "the name must be"),
    ],
)
def test_a_rendition_that_cannot_be_read_is_refused_with_an_example(publisher, text, problem):
    process = publisher("test:", "door", ["--rendition", text])
    wait_until(lambda: not process.is_running, "the publisher to end")
    assert problem in process.log
    assert "small=640x360@10,q60" in process.log


def test_a_picture_that_stands_still_is_repeated_once_a_second_and_stays_live(broker, publisher):
    publisher(str(BARS), "door", ["--loop", "--skip-unchanged"])
    with broker.view("door") as viewer:
        viewer.wait_frames(6, timeout=20)
        arrivals = [arrival for arrival, _ in viewer.frames[1:6]]
        assert (arrivals[-1] - arrivals[0]) / 1_000_000 >= 2, "four intervals"
        assert broker.status("door")["state"] == "live"


def test_a_picture_that_moves_is_not_thinned_by_skip_unchanged(broker, publisher):
    publisher("test:", "door", ["--skip-unchanged"])
    with broker.view("door") as viewer:
        viewer.wait_frames(5, timeout=20)
        assert viewer.keeps(25, 45)
