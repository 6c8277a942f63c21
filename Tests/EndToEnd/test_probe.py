"""`brokerctl probe`: what it tells of cameras, good and bad, and that it tells no password."""

import json
import signal

import pytest

from faults.line import Lines
from harness.processes import MEDIA, free_port
from harness.waiting import wait_until

CANARY = "c4nary-s3cret"


@pytest.fixture
def probe(run):
    """Runs a probe to its end: `probe(url, "--json", env={})`."""
    return lambda *arguments, **more: run("probe", *arguments, timeout=60, **more)


@pytest.fixture
def line():
    """A line to a camera, on which things go wrong: `line(port)`."""
    lines = Lines()
    yield lambda port: lines.line(port)
    lines.close()


def codes(report: dict) -> list[str]:
    return [finding["code"] for finding in report["findings"]]


@pytest.mark.parametrize(("codec", "name", "offered"), [("h264", "h264", "H264"), ("h265", "hevc", "H265"), ("mjpeg", "mjpeg", "JPEG")])
def test_a_good_camera(probe, camera, codec, name, offered):
    done = probe(camera(codec).url, "--json", "--seconds", 2)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads(done.stdout)
    assert report["usable"] and not report["interrupted"] and "error" not in report
    assert report["transport"] == "tcp"
    assert [(stream["kind"], stream["codec"], stream["clock_rate"]) for stream in report["streams"]] == [("video", offered, 90000)]
    video, figures = report["video"], report["video"]["figures"]
    assert (video["codec"], video["width"], video["height"]) == (name, 1280, 720)
    assert video["color_range"] == ("full" if codec == "mjpeg" else "limited")
    assert figures["decoded_pictures"] > 10 and figures["changed_pictures"] > 5
    assert figures["keyframes"] >= 1 and figures["bits_per_second"] > 10_000
    assert figures["packet_losses"] == figures["decode_errors"] == 0
    timing = report["timing"]
    assert 0 < timing["answer_seconds"] <= timing["first_packet_seconds"] <= timing["first_picture_seconds"]
    # How fast pictures come is the machine's to say; all else would be a false accusation.
    assert set(codes(report)) <= {"rate_not_declared", "rate_far_from_declared"}


def test_text_for_people(probe, camera):
    film = camera(user="admin", password=CANARY)
    done = probe(film.url, "--seconds", 1, "--log-level", "trace")
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stdout + done.stderr
    for word in ("over tcp", "video H264", "1280x720", "keyframes", "pictures a second", "timestamps"):
        assert word in done.stdout, done.stdout


def test_the_address_of_the_environment(probe, camera):
    film = camera(user="admin", password=CANARY)
    done = probe("--json", "--seconds", 1, env={"RTSP_URL": film.url})
    assert done.returncode == 0
    assert CANARY not in done.stdout + done.stderr
    assert json.loads(done.stdout)["source"] == film.url.replace(f"admin:{CANARY}", "***")


def test_keyframes_far_apart(probe, camera):
    film = camera(clock=True, options=["--keyframe-distance", 150, "--width", 320, "--height", 180, "--fps", 25])
    report = json.loads(probe(film.url, "--json", "--seconds", 8).stdout)
    assert report["usable"]
    assert "long_keyframe_distance" in codes(report)
    assert report["video"]["figures"]["keyframe_distance_pictures"] >= 100


def test_a_picture_that_never_changes(probe, camera):
    film = camera(clock=True, options=["--width", 320, "--height", 180, "--codec", "mjpeg"])
    film.process.send_signal(signal.SIGHUP)
    report = json.loads(probe(film.url, "--json", "--seconds", 2).stdout)
    assert report["usable"] and "unchanging_picture" in codes(report)


# Cameras that show nothing: a status, an error, in text one line


def refused(probe, url: str, code: str, word: str, *options: object) -> dict:
    done = probe(url, "--json", *options)
    assert done.returncode != 0
    report = json.loads(done.stdout)
    assert report["error"]["code"] == code and word in report["error"]["message"], report
    assert not report["usable"]
    text = probe(url, *options)
    assert text.returncode != 0 and word in text.stderr
    for said in (done.stdout, done.stderr, text.stdout, text.stderr):
        assert CANARY not in said
    return report


def test_sound_only(probe, camera):
    report = refused(probe, camera(options=["--sound-only"]).url, "no_video", "no video")
    assert [(stream["kind"], stream["codec"]) for stream in report["streams"]] == [("audio", "PCMA")]


def test_a_codec_that_is_not_decoded(probe, camera):
    film = camera(options=["--clock", "--codec", "theora", "--width", 320, "--height", 180])
    refused(probe, film.url, "unsupported_codec", "theora")


def test_a_wrong_password(probe, camera):
    film = camera(user="admin", password="right")
    refused(probe, film.url.replace("right", CANARY), "unauthorized", "password")


def test_an_unknown_path(probe, camera):
    refused(probe, camera().url + "-of-another", "stream_not_found", "no stream")


def test_nobody_there(probe):
    refused(probe, f"rtsp://admin:{CANARY}@127.0.0.1:{free_port()}/stream", "unreachable", "no connection")


@pytest.mark.parametrize("url", ["gopher://x", f"rtsp://a:{CANARY}@:99999/", ""])
def test_an_address_that_is_none(probe, url):
    done = probe(url, "--json")
    assert done.returncode != 0 and CANARY not in done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["error"]["code"] == "invalid_url" and report["usable"] is False


def test_settings_that_make_no_sense(probe):
    done = probe("rtsp://127.0.0.1/", "--seconds", "soon", "--json")
    assert done.returncode != 0
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "invalid_setting" and "--seconds" in error["message"]


def test_a_camera_that_plays_and_sends_nothing(probe, camera, line):
    through = line(camera().port)
    through.alter = lambda packet: None
    refused(probe, through.url, "silent", "sent nothing")


def test_a_camera_that_never_answers(probe, camera, line):
    through = line(camera().port)
    through.swallows_new = True
    refused(probe, through.url, "no_answer", "did not answer")


# Things that happen meanwhile


@pytest.fixture
def long_probe(launch, brokerctl, camera):
    """A probe that has seen the camera play, and looks for a minute: the probe and the camera."""

    def start(*options: object) -> tuple:
        film = camera()
        process = launch("probe", [brokerctl, "probe", film.url, "--seconds", 60, "--json", *options])
        film.process.wait_log("client plays", timeout=20)
        return process, film

    return start


def test_a_camera_that_ends_while_it_is_looked_at(long_probe):
    process, film = long_probe()
    film.kill()
    assert process.wait_end(20) != 0
    report = json.loads(process.log)
    assert report["error"]["code"] == "connection_lost" and not report["usable"]


def test_an_interruption_tells_what_is_known_and_accuses_nobody(long_probe):
    process, _ = long_probe()
    process.end(signal.SIGINT, timeout=10)
    report = wait_until(lambda: json.loads(process.log), "the report")
    assert report["interrupted"] and "error" not in report
    assert not {"no_picture", "no_keyframe", "unchanging_picture", "silent_after_start"} & set(codes(report))


def test_a_file(probe):
    done = probe(MEDIA / "bars-720p.bt709-tv.h264.mp4", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["usable"]
    assert report["video"]["figures"]["decoded_pictures"] >= 25
    assert report["streams"][0]["kind"] == "video"
    assert "transport" not in report
