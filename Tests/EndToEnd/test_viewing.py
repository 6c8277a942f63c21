"""`GET /ws/{stream}` and `GET /ws`: viewing with a client that is not ours, Python's websockets."""

import time

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from harness.broker import Broker
from harness.pictures import FORMATS, picture
from harness.processes import free_port
from harness.waiting import wait_until
from harness.wire import TaggedFrame, control, next_control, next_frame, now_us, open_viewer


def barrier(viewer) -> None:
    """Until the broker has taken everything that the viewer said: WebSocket pings are answered in order."""
    assert viewer.socket.ping().wait(5)


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
def test_an_impossible_rate_is_refused(shared_broker, fps):
    answer = shared_broker.http.get(
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
        # So low that none is due again while this test runs, however slow the machine is.
        control(viewer.socket, type="rate", fps=0.001)
        control(viewer.socket, type="nonsense", of="no importance")  # ignored
        barrier(viewer)
        for number in range(20):
            broker.post("door", picture(number))
        control(viewer.socket, type="rate", fps=0)
        barrier(viewer)
        # One by the rate, and the newest at once when every frame is wanted again; the last post may still be on its way then.
        assert viewer.count <= 3
        sequence = broker.post("door", picture(99)).json()["sequence"]
        wait_until(lambda: viewer.sequences[-1:] == [sequence], "a frame at full rate")


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


def test_a_viewer_that_leaves_gives_back_its_seat_at_once(launch, brokerctl):
    port = free_port()
    with Broker(launch("broker", [brokerctl, "serve", "--port", port, "--max-viewers", 1]), port) as broker:
        for _ in range(3):
            with open_viewer(broker.url, "/ws/door"):
                pass


def test_a_viewer_is_told_that_the_broker_ends(broker):
    with broker.view("door") as viewer:
        broker.wait_viewers("door", 1)
        status, seconds = broker.stop()
        assert status == 0 and seconds < 2
        assert viewer.closed.wait(5)
        assert viewer.socket.close_code == 1001
