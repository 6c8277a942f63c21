"""From a real RTSP camera to a viewer: every codec and transport, sizes and rates."""

import itertools
import signal

import pytest

import picture_clock
from harness.pictures import decode
from harness.waiting import wait_until

CANARY = "c4nary-s3cret"


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("codec", ["h264", "h265", "mjpeg"])
def test_a_camera_s_pictures_reach_the_viewer_at_full_rate(broker, camera, publisher, codec, transport):
    publisher(camera(codec).url, "door", ["--transport", transport])
    with broker.view("door") as viewer:
        viewer.wait_frames(15, timeout=20)
        assert viewer.keeps(25, 60)
        first, last = decode(viewer.frames[0][1].payload), decode(viewer.frames[-1][1].payload)
    assert first.format == last.format == "WEBP"
    assert first.size == last.size == (1280, 720)
    assert first.tobytes() != last.tobytes(), "the picture stands still"
    assert viewer.sequences == sorted(set(viewer.sequences))
    taken = [frame.capture_time_us for _, frame in viewer.frames]
    assert all(before < after for before, after in itertools.pairwise(taken))
    ages = [arrival - frame.capture_time_us for arrival, frame in viewer.frames]
    assert all(-50_000 < age < 3_000_000 for age in ages)


@pytest.mark.parametrize("codec", ["vp8", "vp9"])
def test_the_other_codecs(broker, camera, publisher, codec):
    film = camera(codec, clock=True, options=["--width", 640, "--height", 360])
    publisher(film.url, "door")
    with broker.view("door") as viewer:
        viewer.wait_frames(20, timeout=20)
        seen = [decode(frame.payload) for _, frame in viewer.frames[-5:]]
    assert {image.size for image in seen} == {(640, 360)}
    clocks = [picture_clock.read(image) for image in seen]
    assert clocks == sorted(set(clocks))


@pytest.mark.parametrize("kind", ["basic", "digest"])
def test_a_camera_with_a_password(broker, camera, publisher, kind):
    film = camera(user="admin", password=CANARY, auth=kind)
    publish = publisher(film.url, "door", ["--log-level", "debug"])
    with broker.view("door") as viewer:
        viewer.wait_frames(10, timeout=20)
    assert publish.end()[0] == 0
    assert CANARY not in publish.log
    for path in ("/api/streams", "/metrics", "/health"):
        assert CANARY not in broker.http.get(path).text
    assert CANARY not in broker.log


def test_pictures_change_size_in_mid_stream(broker, camera, publisher):
    film = camera(clock=True)
    publisher(film.url, "door")
    with broker.view("door") as viewer:
        viewer.wait_frames(10, timeout=20)
        assert decode(viewer.frames[-1][1].payload).size == (1280, 720)
        film.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: broker.status("door")["width"] == 640, "the smaller pictures", timeout=15)
        film.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: broker.status("door")["width"] == 1280, "the larger pictures again", timeout=15)
        viewer.wait_frames(viewer.count + 10)
        picture_clock.read(decode(viewer.frames[-1][1].payload))


def test_fewer_and_smaller_pictures_when_asked(broker, camera, publisher):
    film = camera(clock=True)
    publisher(film.url, "door", ["--fps", "10", "--width", "640", "--quality", "60"])
    with broker.view("door") as viewer:
        viewer.wait_frames(5, timeout=20)
        assert 9 <= viewer.rate(30) <= 11
        images = [decode(frame.payload) for _, frame in viewer.frames[-20:]]
    assert {image.size for image in images} == {(640, 360)}
    drawn = [picture_clock.read(image, scale=0.5) for image in images]
    gaps = [after - before for before, after in itertools.pairwise(drawn)]
    assert all(60 < gap < 140 for gap in gaps), f"thinned unevenly: {gaps}"


def test_a_slow_camera_is_not_padded_with_copies(broker, camera, publisher):
    publisher(camera(clock=True, options=["--fps", 8]).url, "door", ["--fps", "30"])
    with broker.view("door") as viewer:
        viewer.wait_frames(5, timeout=20)
        assert 7 <= viewer.rate(24) <= 9
        drawn = [picture_clock.read(decode(frame.payload)) for _, frame in viewer.frames]
    assert len(set(drawn)) == len(drawn)
