"""The wire contract, against the real binary, with clients that are not ours: curl, httpx and websockets."""

import json
import subprocess
import threading
import time

import httpx
import pytest

from harness.pictures import FORMATS, decode, picture
from harness.wire import IMAGE_FORMATS, TaggedFrame, control, next_control, next_frame, open_viewer
from harness.waiting import wait_until

FAR_ABOVE = {"max_size": None}


def now_us() -> int:
    return time.time_ns() // 1000


def curl(broker, path: str, *arguments: str) -> tuple[int, dict[str, str], bytes]:
    """Status, header fields and body, by the curl of the system."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--include", "--max-time", "10", *arguments, broker.url + path],
        capture_output=True,
        timeout=15,
    )
    assert done.returncode == 0, done.stderr.decode()
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(lines[0].split()[1]), {n.lower(): v.strip() for n, _, v in (x.partition(":") for x in lines[1:])}, body


# Publishing


def test_curl_publishes_202_without_viewers_and_200_with_one(broker, tmp_path):
    file = tmp_path / "x.webp"
    file.write_bytes(picture(1))
    status, headers, body = curl(broker, "/ingest/stream1", "--data-binary", f"@{file}")
    assert status == 202
    assert headers["x-subscribers"] == "0"
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == {"stream": "stream1", "sequence": 1, "subscribers": 0}

    with broker.view("stream1") as viewer:
        viewer.wait_frames(1)  # the frame of before: the viewer is known to be there
        status, headers, body = curl(broker, "/ingest/stream1", "--data-binary", f"@{file}")
        assert status == 200
        assert headers["x-subscribers"] == "1"
        assert json.loads(body) == {"stream": "stream1", "sequence": 2, "subscribers": 1}
        viewer.wait_frames(2)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_is_known_by_its_bytes_whatever_the_content_type_says(broker, kind):
    data = picture(3, kind=kind)
    assert broker.post("door", data, Content_Type="text/plain").status_code == 202
    with broker.view("door") as viewer:
        frame = viewer.wait_next() if not viewer.frames else viewer.frames[0][1]
    assert frame.payload == data
    assert frame.image_format == IMAGE_FORMATS[kind]
    assert frame.is_independent
    assert broker.http.get("/snapshot/door").headers["content-type"] == FORMATS[kind]
    status = broker.status("door")
    assert (status["format"], status["width"], status["height"]) == (kind, 64, 48)


def test_a_large_picture_arrives_whole(broker):
    data = picture(5, kind="png", width=1920, height=1080)
    noisy = data + bytes(0)
    with broker.view("wall", tagged=False) as viewer:
        broker.wait_viewers("wall", 1)
        assert broker.post("wall", noisy).status_code == 200
        assert viewer.wait_next() == data


def test_httpx_publishes_with_its_own_times_and_numbers(broker):
    taken = now_us() - 250_000
    with broker.view("door") as viewer:
        broker.wait_viewers("door", 1)
        before = now_us()
        answer = broker.post("door", picture(1), X_Capture_Time_Us=str(taken), X_Frame_Sequence="41")
        assert answer.status_code == 200
        assert answer.json()["sequence"] == 41
        frame = viewer.wait_next()
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
def test_a_header_that_is_no_number_is_refused(broker, name, value):
    answer = broker.http.post("/ingest/door", content=picture(1), headers={name: value})
    assert answer.status_code == 400
    assert name.lower() in answer.json()["error"].lower()
    assert broker.http.get("/api/streams").json() == {"streams": []}


def test_http_1_0_and_kept_connections(broker):
    with httpx.Client(base_url=broker.url) as client:
        for number in range(1, 51):
            assert client.post("/ingest/door", content=picture(number)).json()["sequence"] == number
    status, headers, _ = curl(broker, "/health", "--http1.0")
    assert status == 200 and headers["connection"].lower() == "close"


def test_curl_asks_before_it_sends(broker, tmp_path):
    """curl sends `Expect: 100-continue` with a large body and waits for the word."""
    file = tmp_path / "x.png"
    file.write_bytes(picture(5, kind="png", width=1600, height=1200))
    status, _, _ = curl(broker, "/ingest/door", "-H", "Expect: 100-continue", "--data-binary", f"@{file}")
    assert status == 202
    assert broker.http.get("/snapshot/door").content == file.read_bytes()


def test_a_chunked_body_is_a_body(broker):
    data = picture(7)

    def pieces():
        for start in range(0, len(data), 40):
            yield data[start : start + 40]

    assert broker.http.post("/ingest/door", content=pieces()).status_code == 202
    assert broker.http.get("/snapshot/door").content == data


# Viewing


def test_a_plain_viewer_gets_exactly_the_posted_bytes_one_message_a_frame(broker):
    posted = [picture(number, kind=kind) for number, kind in enumerate(list(FORMATS) * 5, 1)]
    with broker.view("door", tagged=False) as viewer:
        broker.wait_viewers("door", 1)
        for number, data in enumerate(posted, 1):
            assert broker.post("door", data).status_code == 200
            viewer.wait_frames(number)
    assert [frame for _, frame in viewer.frames] == posted


def test_a_client_that_offers_compression_is_not_given_any(broker):
    with open_viewer(broker.url, "/ws/door") as plain:
        assert plain.response.headers.get("Sec-WebSocket-Extensions") is None
    from websockets.sync.client import connect

    with connect(broker.url.replace("http", "ws") + "/ws/door", max_size=None) as offering:
        assert offering.protocol.extensions == []
        broker.wait_viewers("door", 1)
        broker.post("door", picture(1))
        assert offering.recv(timeout=5) == picture(1)


def test_who_joins_late_gets_the_latest_frame_at_once(broker):
    for number in range(1, 4):
        broker.post("door", picture(number))
    joined = time.monotonic()
    with open_viewer(broker.url, "/ws/door") as plain:
        assert plain.recv(timeout=5) == picture(3)
    assert time.monotonic() - joined < 1
    with open_viewer(broker.url, "/ws/door", tagged=True) as tagged:
        frame = next_frame(tagged)
        assert frame.is_replayed and frame.sequence == 3
        assert frame.payload == picture(3)
        broker.post("door", picture(4))
        frame = next_frame(tagged)
        assert not frame.is_replayed and frame.sequence == 4


def test_the_header_of_a_tagged_frame_is_as_documented(broker):
    with open_viewer(broker.url, "/ws/door", tagged=True) as viewer:
        assert viewer.subprotocol == "stream-broker.v1"
        broker.wait_viewers("door", 1)
        taken = now_us()
        broker.post("door", picture(9, kind="jpeg"), X_Capture_Time_Us=str(taken))
        message = viewer.recv(timeout=5)
    assert message[0:4] == b"SBF1"
    assert message[4] == 2  # JPEG
    assert message[5] == 0b10  # new, independently decodable
    assert message[6:8] == b"\0\0"
    assert int.from_bytes(message[8:16], "big") == 1
    assert int.from_bytes(message[16:24], "big", signed=True) == taken
    assert abs(int.from_bytes(message[24:32], "big", signed=True) - taken) < 5_000_000
    assert message[32:] == picture(9, kind="jpeg")


def test_an_unknown_subprotocol_makes_a_plain_viewer(broker):
    from websockets.sync.client import connect

    broker.post("door", picture(1))
    with connect(f"ws://127.0.0.1:{broker.port}/ws/door", subprotocols=["mqtt", "stream-broker.v1"]) as viewer:
        assert viewer.subprotocol == "stream-broker.v1"
        assert TaggedFrame.parse(viewer.recv(timeout=5)).payload == picture(1)


def test_fps_thins_a_viewer_and_nobody_else(broker):
    count, interval = 45, 1 / 30
    with broker.view("door") as every, broker.view("door", query="?fps=5") as few:
        broker.wait_viewers("door", 2)
        started = time.monotonic()
        for number in range(count):
            # The pace of a camera, not a wait for something to happen.
            time.sleep(max(0, started + number * interval - time.monotonic()))
            broker.post("door", picture(number))
        every.wait_frames(count)
    assert every.sequences == list(range(1, count + 1))
    assert 6 <= few.count <= 9, "1.5 seconds at 5 fps"
    assert few.sequences == sorted(few.sequences)


@pytest.mark.parametrize("fps", ["0", "-3", "many", "nan", "1e9"])
def test_an_impossible_rate_is_refused(broker, fps):
    answer = broker.http.get(
        f"/ws/door?fps={fps}",
        headers={
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
    )
    assert answer.status_code == 400
    assert "fps" in answer.json()["error"]


def test_ping_is_answered_with_the_time_of_the_broker(broker):
    with open_viewer(broker.url, "/ws/door", tagged=True) as viewer:
        for echo in (12, 1.5, "abc"):
            control(viewer, type="ping", t=echo)
            pong = next_control(viewer, "pong")
            assert pong["t"] == echo
            assert abs(pong["server_time_us"] - now_us()) < 2_000_000
        pong = viewer.ping()  # the WebSocket's own
        assert pong.wait(5)


def test_the_rate_can_be_changed_while_viewing(broker):
    with broker.view("door") as viewer:
        broker.wait_viewers("door", 1)
        control(viewer.socket, type="rate", fps=0.1)
        control(viewer.socket, type="nonsense", of="no importance")  # ignored
        barrier(viewer)
        for number in range(20):
            broker.post("door", picture(number))
        control(viewer.socket, type="rate", fps=0)
        barrier(viewer)
        assert viewer.count <= 1
        sequence = broker.post("door", picture(99)).json()["sequence"]
        wait_until(lambda: viewer.sequences[-1:] == [sequence], "a frame at full rate")


def barrier(viewer) -> None:
    """Until the broker has taken everything that the viewer said: WebSocket pings are answered in order."""
    assert viewer.socket.ping().wait(5)


def test_who_acknowledges_has_at_most_two_frames_on_the_way(broker):
    with open_viewer(broker.url, "/ws/door", tagged=True) as viewer:
        broker.wait_viewers("door", 1)
        broker.post("door", picture(1))
        assert next_frame(viewer).sequence == 1
        control(viewer, type="ack", stream="door", sequence=1)
        assert viewer.ping().wait(5)
        for number in range(2, 12):
            broker.post("door", picture(number))
        assert viewer.ping().wait(5)
        assert [next_frame(viewer).sequence for _ in range(2)] == [2, 3]
        with pytest.raises(TimeoutError):
            viewer.recv(timeout=0.3)
        control(viewer, type="ack", stream="door", sequence=3)
        assert next_frame(viewer).sequence == 11, "the newest, not the next"
        assert broker.status("door")["replaced"] == 7


def test_many_streams_on_one_socket(broker):
    for name in ("a", "b", "c"):
        broker.post(name, picture(ord(name)))
    with open_viewer(broker.url, "/ws?streams=a,b", tagged=True) as viewer:
        streams = next_control(viewer, "streams")["streams"]
        assert [entry["stream"] for entry in streams] == ["a", "b"]
        index = {entry["stream"]: entry["index"] for entry in streams}
        assert len(set(index.values())) == 2
        latest = {frame.stream_index: frame for frame in (next_frame(viewer), next_frame(viewer))}
        assert latest[index["a"]].payload == picture(ord("a"))
        assert latest[index["b"]].payload == picture(ord("b"))
        assert all(frame.is_replayed for frame in latest.values())

        control(viewer, type="subscribe", streams=["c", "b", "bad/id"])
        streams = next_control(viewer, "streams")["streams"]
        index = {entry["stream"]: entry["index"] for entry in streams}
        assert set(index) == {"a", "b", "c"}
        frame = next_frame(viewer)
        assert (frame.stream_index, frame.payload) == (index["c"], picture(ord("c")))

        control(viewer, type="unsubscribe", stream="a")
        assert [entry["stream"] for entry in next_control(viewer, "streams")["streams"]] == ["b", "c"]
        broker.wait_viewers("a", 0)
        assert broker.post("a", picture(1)).status_code == 202
        assert broker.post("b", picture(2)).status_code == 200
        frame = next_frame(viewer)
        assert (frame.stream_index, frame.payload) == (index["b"], picture(2))

        control(viewer, type="rate", stream="b", fps=0.1)
        control(viewer, type="rate", stream="c", fps=0)
        assert viewer.ping().wait(5)
        broker.post("b", picture(3))
        broker.post("b", picture(4))
        broker.post("c", picture(5))
        frames = [next_frame(viewer)]
        while frames[-1].stream_index != index["c"]:
            frames.append(next_frame(viewer))
        assert sum(frame.stream_index == index["b"] for frame in frames) <= 1


def test_many_streams_need_the_header(broker):
    from websockets.exceptions import InvalidStatus

    with pytest.raises(InvalidStatus) as refused:
        open_viewer(broker.url, "/ws?streams=a,b")
    assert refused.value.response.status_code == 400


def test_viewers_are_counted_and_forgotten(broker):
    viewers = [broker.view("door") for _ in range(5)]
    broker.wait_viewers("door", 5)
    assert broker.post("door", picture(1)).headers["x-subscribers"] == "5"
    for viewer in viewers[:2]:
        viewer.close()
    viewers[2].socket.socket.close()  # without a goodbye
    broker.wait_viewers("door", 2)
    for viewer in viewers[3:]:
        viewer.close()
    broker.wait_viewers("door", 0)
    assert broker.post("door", picture(2)).status_code == 202


def test_a_viewer_is_told_that_the_broker_ends(broker):
    with broker.view("door") as viewer:
        broker.wait_viewers("door", 1)
        status, seconds = broker.stop()
        assert status == 0 and seconds < 2
        assert viewer.closed.wait(5)
        assert viewer.socket.close_code == 1001


# Snapshots and multipart


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


# What the broker tells about itself


def test_streams(broker):
    assert broker.http.get("/api/streams").json() == {"streams": []}
    assert broker.http.get("/api/streams/door").status_code == 404
    broker.post("door", picture(1))
    broker.post("yard~small", picture(1))
    listed = broker.http.get("/api/streams").json()["streams"]
    assert sorted(entry["stream"] for entry in listed) == ["door", "yard~small"]
    status = broker.status("door")
    assert status["state"] == "live"
    assert (status["received"], status["received_bytes"], status["frame_bytes"]) == (1, len(picture(1)), len(picture(1)))
    assert 0 <= status["age_ms"] < 5000
    assert status.keys() >= {"viewers", "fps", "kbit_per_s", "reason", "delivered", "replaced", "thinned", "cut_off"}


def test_delivered_frames_are_accounted_for_exactly(broker):
    with broker.view("door") as one, broker.view("door", query="?fps=0.1") as other:
        broker.wait_viewers("door", 2)
        for number in range(30):
            broker.post("door", picture(number))
        one.wait_next  # noqa: B018
        wait_until(lambda: one.sequences[-1:] == [30], "the last frame")
        status = broker.status("door")
        assert status["delivered"] + status["replaced"] + status["thinned"] + status["cut_off"] == 2 * 30
        assert status["delivered"] == one.count + other.count


def test_health(broker):
    with broker.view("door"):
        broker.wait_viewers("door", 1)
        health = broker.http.get("/health").raise_for_status().json()
    assert health["status"] == "ok"
    assert health["version"]
    assert health["active_streams"] == 1
    assert health["total_connections"] >= 2
    for path in ("/livez", "/readyz"):
        assert broker.http.get(path).json()["status"] == "ok"


def test_metrics_are_prometheus_text(broker):
    broker.post("door", picture(1))
    answer = broker.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families, values = set(), {}
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            families.add(line.split()[2])
        elif line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            values[name] = float(value)
    assert all(name.split("{")[0] in families for name in values)
    received = [value for name, value in values.items() if "frames_received_total" in name and 'stream="door"' in name]
    assert received == [1]


def test_the_page_is_there(broker):
    answer = broker.http.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src" in answer.headers["content-security-policy"]
    again = broker.http.get("/", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


READABLE = ["/", "/health", "/livez", "/readyz", "/metrics", "/api/streams", "/snapshot/door", "/api/streams/door"]


@pytest.mark.parametrize("path", READABLE)
def test_head_is_get_without_the_body(broker, path):
    broker.post("door", picture(1))
    head = broker.http.head(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == broker.http.get(path).headers["content-type"]


@pytest.mark.parametrize("path", [*READABLE, "/ws/door", "/ws", "/multipart/door", "/ingest/door"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_the_methods_of_an_address_are_taken(broker, path, method):
    allowed = {"POST"} if path.startswith("/ingest") else {"GET"} if path.startswith("/ws") else {"GET", "HEAD"}
    if method in allowed:
        return
    answer = broker.http.request(method, path)
    assert answer.status_code == 405
    assert {word.strip() for word in answer.headers["allow"].split(",")} == allowed
    assert answer.json().keys() == {"error", "hint"}


@pytest.mark.parametrize("path", ["/nothing", "/ws/../health", "/api", "/ingest", "/index.php", "/.env", "/%2e%2e/%2e%2e/etc/passwd"])
def test_an_address_that_does_not_exist(broker, path):
    status, _, body = curl(broker, path, "--path-as-is")
    assert status in (404, 400)
    assert json.loads(body).keys() == {"error", "hint"}


# Stream ids

GOOD_IDS = ["a", "Z", "0", "_", "-", "front-door_2", "cam~small", "x" * 64, "%61bc"]
BAD_IDS = {
    "empty": "",
    "two dots": "..",
    "encoded dots": "%2e%2e",
    "encoded slash": "a%2fb",
    "slash": "a/b",
    "encoded backslash": "a%5cb",
    "NUL": "a%00b",
    "line feed": "a%0ab",
    "carriage return and line feed": "a%0d%0aX-Y:%20z",
    "star": "*",
    "greater": "%3e",
    "blank": "a%20b",
    "plus": "a+b",
    "dot": "a.b",
    "not ASCII": "t%C3%BCr",
    "not UTF-8": "%ff",
    "twice encoded": "%2561",
    "half an escape": "a%2",
    "65 characters": "x" * 65,
    "10,000 characters": "x" * 7000,
    "only a separator": "~",
    "no stream": "~small",
    "no rendition": "cam~",
    "two separators": "a~b~c",
}


@pytest.mark.parametrize("name", GOOD_IDS)
def test_a_good_id_is_taken_everywhere(broker, name):
    assert broker.post(name, picture(1)).status_code == 202
    assert broker.http.get(f"/snapshot/{name}").content == picture(1)
    with open_viewer(broker.url, f"/ws/{name}") as viewer:
        assert viewer.recv(timeout=5) == picture(1)


@pytest.mark.parametrize("name", BAD_IDS.values(), ids=BAD_IDS.keys())
def test_a_bad_id_is_refused_everywhere_and_leaves_no_trace(broker, name, tmp_path):
    file = tmp_path / "x.webp"
    file.write_bytes(picture(1))
    upgrade = ["-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13"]
    upgrade += ["-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    attempts = {
        f"/ingest/{name}": ["--data-binary", f"@{file}"],
        f"/ws/{name}": upgrade,
        f"/snapshot/{name}": [],
        f"/snapshot/{name}?wait=next": [],
        f"/multipart/{name}": [],
        f"/api/streams/{name}": [],
    }
    for path, arguments in attempts.items():
        if name == "" and path.startswith(("/ws", "/api")):
            continue  # the address of the list, or of the socket with many streams
        status, headers, body = curl(broker, path, "--path-as-is", *arguments)
        assert status == 400, path
        assert headers["content-type"] == "application/json"
        assert json.loads(body).keys() == {"error", "hint"}
    assert broker.http.get("/api/streams").json() == {"streams": []}
    assert broker.http.get("/health").json()["active_streams"] == 0


def test_pictures_are_whole_after_all_of_this(broker):
    broker.post("door", picture(1, width=640, height=360))
    assert decode(broker.http.get("/snapshot/door").content).size == (640, 360)
