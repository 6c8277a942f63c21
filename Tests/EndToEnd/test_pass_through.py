"""`publish --codec source`: the images of a Motion JPEG camera, as they come."""

from harness.pictures import decode
from harness.waiting import wait_until


def test_the_images_of_an_mjpeg_camera_arrive_as_jpeg(broker, camera, publisher):
    publisher(camera("mjpeg").url, "door", ["--codec", "source"])
    with broker.view("door") as viewer:
        viewer.wait_frames(60, timeout=20)
        assert viewer.keeps(25, 45)
        images = [decode(frame.payload) for _, frame in viewer.frames[-5:]]
    assert {(image.format, image.size) for image in images} == {("JPEG", (1280, 720))}


def test_another_camera_is_refused_with_what_to_do(camera, publisher):
    process = publisher(camera("h264").url, "door", ["--codec", "source"])
    wait_until(lambda: not process.is_running, "the publisher to end", timeout=20)
    assert "sends h264" in process.log
    assert "Motion JPEG" in process.log


def test_an_unknown_codec_is_refused_with_the_names_that_are_known(publisher):
    process = publisher("test:", "door", ["--codec", "avif"])
    wait_until(lambda: not process.is_running, "the publisher to end")
    assert "webp, source" in process.log
