"""`POST /ingest/{stream}`: publishing with programs that are not ours, curl and httpx."""

import json

import httpx
import pytest

from harness.curl import curl
from harness.pictures import FORMATS, large_picture, picture
from harness.waiting import wait_until
from harness.wire import IMAGE_FORMATS, now_us


def test_curl_publishes_202_without_viewers_and_200_with_one(broker, tmp_path):
    file = tmp_path / "x.webp"
    file.write_bytes(picture(1))
    status, headers, body = curl(broker.url + "/ingest/stream1", "--data-binary", f"@{file}")
    assert status == 202
    assert headers["x-subscribers"] == "0"
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == {"stream": "stream1", "sequence": 1, "subscribers": 0}

    with broker.view("stream1") as viewer:
        viewer.wait_frames(1)  # the frame of before: the viewer is known to be there
        status, headers, body = curl(broker.url + "/ingest/stream1", "--data-binary", f"@{file}")
        assert status == 200
        assert headers["x-subscribers"] == "1"
        assert json.loads(body) == {"stream": "stream1", "sequence": 2, "subscribers": 1}
        viewer.wait_frames(2)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_is_known_by_its_bytes_whatever_the_content_type_says(broker, kind):
    data = picture(3, kind=kind)
    assert broker.post("door", data, Content_Type="text/plain").status_code == 202
    with broker.view("door") as viewer:
        viewer.wait_frames(1)
    frame = viewer.frames[0][1]
    assert frame.payload == data
    assert frame.image_format == IMAGE_FORMATS[kind]
    assert frame.is_independent
    assert broker.http.get("/snapshot/door").headers["content-type"] == FORMATS[kind]
    status = broker.status("door")
    assert (status["format"], status["width"], status["height"]) == (kind, 64, 48)


def test_a_large_picture_arrives_whole(broker):
    data = large_picture()
    assert len(data) > 5_000_000
    with broker.view("wall", tagged=False) as viewer:
        broker.wait_viewers("wall", 1)
        assert broker.post("wall", data).status_code == 200
        viewer.wait_frames(1)
    assert viewer.frames[0][1] == data


def test_httpx_publishes_with_its_own_times_and_numbers(broker):
    taken = now_us() - 250_000
    with broker.view("door") as viewer:
        broker.wait_viewers("door", 1)
        before = now_us()
        answer = broker.post("door", picture(1), X_Capture_Time_Us=str(taken), X_Frame_Sequence="41")
        assert answer.status_code == 200
        assert answer.json()["sequence"] == 41
        viewer.wait_frames(1)
        frame = viewer.frames[0][1]
        assert (frame.sequence, frame.capture_time_us) == (41, taken)
        assert before - 1000 <= frame.arrival_time_us <= now_us() + 1000
        assert not frame.is_replayed

        for stale in ("41", "40", "1"):
            refused = broker.post("door", picture(2), X_Frame_Sequence=stale)
            assert refused.status_code == 409
            assert refused.json().keys() == {"error", "hint"}
        assert broker.post("door", picture(3), X_Frame_Sequence="42").status_code == 200
        wait_until(lambda: len(viewer.frames) == 2, "the frame after the stale ones")
        assert viewer.sequences == [41, 42]
        assert viewer.frames[-1][1].payload == picture(3)
        assert viewer.frames[-1][1].capture_time_us == 0, "unknown is 0"


@pytest.mark.parametrize("name", ["X-Capture-Time-Us", "X-Frame-Sequence"])
@pytest.mark.parametrize("value", ["soon", "-1", "0", "1.5", "99999999999999999999", ""])
def test_a_header_that_is_no_number_is_refused(shared_broker, name, value):
    answer = shared_broker.http.post("/ingest/door", content=picture(1), headers={name: value})
    assert answer.status_code == 400
    assert name.lower() in answer.json()["error"].lower()
    assert shared_broker.http.get("/api/streams/door").status_code == 404


def test_http_1_0_and_kept_connections(broker):
    with httpx.Client(base_url=broker.url) as client:
        for number in range(1, 51):
            assert client.post("/ingest/door", content=picture(number)).json()["sequence"] == number
    status, headers, _ = curl(broker.url + "/health", "--http1.0")
    assert status == 200 and headers["connection"].lower() == "close"


def test_curl_asks_before_it_sends(broker, tmp_path):
    """curl sends `Expect: 100-continue` with a large body and waits for the word."""
    file = tmp_path / "x.png"
    file.write_bytes(large_picture())
    status, _, _ = curl(broker.url + "/ingest/door", "-H", "Expect: 100-continue", "--data-binary", f"@{file}")
    assert status == 202
    assert broker.http.get("/snapshot/door").content == file.read_bytes()


def test_a_chunked_body_is_a_body(broker):
    data = picture(7)

    def pieces():
        for start in range(0, len(data), 40):
            yield data[start : start + 40]

    assert broker.http.post("/ingest/door", content=pieces()).status_code == 202
    assert broker.http.get("/snapshot/door").content == data
