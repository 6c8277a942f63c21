"""`GET /snapshot/{stream}` and `GET /multipart/{stream}`: pictures for clients without WebSocket."""

import threading

import httpx

from harness.pictures import decode, picture
from harness.waiting import wait_until
from harness.wire import now_us


def test_snapshot(broker):
    assert broker.http.get("/snapshot/door").status_code == 404
    taken = now_us()
    broker.post("door", picture(1), X_Capture_Time_Us=str(taken))
    answer = broker.http.get("/snapshot/door")
    assert answer.status_code == 200
    assert answer.content == picture(1)
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["x-sequence"] == "1"
    assert answer.headers["x-capture-time-us"] == str(taken)
    assert int(answer.headers["age"]) in (0, 1)

    tag = answer.headers["etag"]
    known = broker.http.get("/snapshot/door", headers={"If-None-Match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    broker.post("door", picture(2))
    fresh = broker.http.get("/snapshot/door", headers={"If-None-Match": tag})
    assert (fresh.status_code, fresh.content) == (200, picture(2))

    head = broker.http.head("/snapshot/door")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(picture(2)))


def test_a_snapshot_that_is_too_old_is_not_shown_as_new(broker):
    broker.post("door", picture(1))
    old = wait_until(
        lambda: (answer := broker.http.get("/snapshot/door?max_age_ms=50")).status_code == 503 and answer,
        "the picture to be older than 50 ms",
    )
    assert old.json().keys() == {"error", "hint"}
    assert broker.http.get("/snapshot/door?max_age_ms=60000").status_code == 200
    assert broker.http.get("/snapshot/door?max_age_ms=soon").status_code == 400


def test_a_snapshot_can_wait_for_the_next_frame(broker):
    broker.post("door", picture(1))
    answers = []
    waiting = threading.Thread(
        target=lambda: answers.append(httpx.get(f"{broker.url}/snapshot/door?wait=next", timeout=10))
    )
    waiting.start()
    broker.wait_viewers("door", 1)
    assert not answers
    broker.post("door", picture(2))
    waiting.join(10)
    assert (answers[0].status_code, answers[0].content) == (200, picture(2))
    broker.wait_viewers("door", 0)


def test_multipart(broker):
    broker.post("door", picture(1, kind="jpeg"))
    with broker.http.stream("GET", "/multipart/door") as answer:
        assert answer.status_code == 200
        kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
        assert kind == "multipart/x-mixed-replace"
        received = b""
        parts: list[bytes] = []
        for data in answer.iter_raw():
            received += data
            parts = [part for part in received.split(f"--{boundary}\r\n".encode())[1:] if part.endswith(b"\r\n")]
            if len(parts) == 1:
                broker.post("door", picture(2))
            if len(parts) == 2:
                break
    for part, data, content_type in zip(parts, (picture(1, kind="jpeg"), picture(2)), ("image/jpeg", "image/webp")):
        head, _, body = part.partition(b"\r\n\r\n")
        assert f"Content-Type: {content_type}".encode() in head
        assert f"Content-Length: {len(data)}".encode() in head
        assert body == data + b"\r\n"
    broker.wait_viewers("door", 0)


def test_a_snapshot_is_a_picture_that_others_decode(broker):
    broker.post("door", picture(1, width=640, height=360))
    assert decode(broker.http.get("/snapshot/door").content).size == (640, 360)
