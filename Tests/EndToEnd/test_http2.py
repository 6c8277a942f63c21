"""HTTP/2, over TLS and without, as clients that nobody here wrote speak it."""

import threading
import time

import httpx
import pytest

from harness.bare import BareConnection, client_frame
from harness.broker import Broker
from harness.curl import curl
from harness.h2load import post_many
from harness.http2 import HTTP2Connection, request
from harness.pictures import large_picture, picture, sized_picture
from harness.processes import free_port
from harness.refusals import refused
from harness.tls import http2_client
from harness.waiting import wait_until
from harness.wire import SUBPROTOCOL, TaggedFrame
from hyperframe.frame import GoAwayFrame, HeadersFrame, PingFrame, RstStreamFrame

pytest_plugins = ["page_fixtures", "secure_fixtures"]


def test_all_addresses_answer_over_tls(secure):
    with http2_client(secure.url, secure.certificate) as client:
        sent = large_picture(480, 360)
        for sequence in (1, 2, 3):
            posted = client.post("/ingest/door", content=sent)
            assert posted.http_version == "HTTP/2"
            assert (posted.status_code, posted.json()["sequence"]) == (202, sequence)
        snapshot = client.get("/snapshot/door")
        assert snapshot.content == sent and snapshot.headers["content-type"] == "image/png"
        assert client.get("/snapshot/door", headers={"If-None-Match": snapshot.headers["etag"]}).status_code == 304
        head = client.head("/snapshot/door")
        assert head.content == b"" and head.headers["content-length"] == str(len(sent))
        refused(client.get("/nothing"), 404)
        refused(client.get("/snapshot/other"), 404)
        refused(client.delete("/ingest/door"), 405)
        refused(client.post("/ingest/door", content=b"hello"), 415)
        refused(client.get("/health", headers={f"x-{n}": "y" for n in range(101)}), 431)
        refused(client.get("/" + "x" * 9_000), 414)
        page = client.get("/")
        assert page.status_code == 200 and "connection" not in page.headers
        assert client.get("/api/streams").json()["streams"][0]["stream"] == "door"
        assert client.get("/health").json()["total_connections"] <= 2, "all of it went over one connection"


def test_a_frame_that_is_too_large_is_refused_before_it_is_read(secure):
    with http2_client(secure.url, secure.certificate) as client:
        refused(client.post("/ingest/door", content=sized_picture(9_000_000)), 413)
        assert client.post("/ingest/door", content=picture(1)).status_code == 202


def test_waiting_for_the_next_frame(secure):
    with http2_client(secure.url, secure.certificate) as client:
        answers: list[httpx.Response] = []
        waiting = threading.Thread(target=lambda: answers.append(client.get("/snapshot/door?wait=next")))
        waiting.start()
        wait_until(lambda: secure.post("door", picture(7)).json()["subscribers"] >= 1, "somebody who waits")
        waiting.join(10)
    assert answers[0].status_code == 200 and answers[0].content == picture(7)


def test_parts_come_as_they_are_published(secure):
    with http2_client(secure.url, secure.certificate) as client:
        with client.stream("GET", "/multipart/door") as answer:
            assert answer.headers["content-type"].startswith("multipart/x-mixed-replace")
            secure.wait_viewers("door", 1)
            pieces = answer.iter_raw()
            seen = b""
            for number in range(1, 6):
                sent = picture(number)
                secure.post("door", sent)
                while sent not in seen:
                    seen += next(pieces)
    secure.wait_viewers("door", 0)


@pytest.mark.parametrize("way", ["tls", "prior knowledge"])
def test_curl(way, secure, broker, tmp_path):
    if way == "tls":
        base, options = f"https://localhost:{secure.port}", ["--http2", "--cacert", str(secure.certificate)]
    else:
        base, options = broker.url, ["--http2-prior-knowledge"]
    image = tmp_path / "frame.webp"
    image.write_bytes(sized_picture(500_000))
    options += ["--write-out", "\n%{http_version}"]
    status, fields, body = curl(f"{base}/ingest/door", *options, "--data-binary", f"@{image}")
    assert status == 202 and fields["x-subscribers"] == "0" and body.endswith(b"\n2")
    status, fields, body = curl(f"{base}/snapshot/door", *options)
    assert status == 200 and body.removesuffix(b"\n2") == sized_picture(500_000)
    assert curl(f"{base}/snapshot/door", *options, "--head")[0] == 200
    assert curl(f"{base}/nothing", *options)[0] == 404
    large = tmp_path / "large.webp"
    large.write_bytes(sized_picture(9_000_000))
    assert curl(f"{base}/ingest/door", *options, "--data-binary", f"@{large}")[0] == 413


def test_http1_is_served_beside_it(secure):
    status, _, body = curl(f"https://localhost:{secure.port}/livez", "--http1.1", "--cacert", str(secure.certificate))
    assert status == 200 and body == b'{"status":"ok"}'
    assert secure.http.get("/livez").http_version == "HTTP/1.1"


def test_a_frame_of_500_kb_needs_no_round_trip(broker):
    with BareConnection(broker.port) as connection:
        http2 = HTTP2Connection(connection)
        # 4 is SETTINGS_INITIAL_WINDOW_SIZE, 3 SETTINGS_MAX_CONCURRENT_STREAMS.
        assert http2.settings[4] >= 1 << 20 and http2.settings[3] == 100
        body = sized_picture(500_000)
        http2.send(http2.headers(1, request("POST", "/ingest/door")))
        # Without a look at what the server grants meanwhile.
        for start in range(0, len(body), 16_384):
            piece = body[start : start + 16_384]
            http2.send(http2.data(1, piece, *(["END_STREAM"] if start + 16_384 >= len(body) else [])))
        status, answer = http2.answer(1)
        assert (status, b'"sequence":1' in answer) == ("202", True)


def test_answers_that_nobody_takes_are_kept_up_to_a_limit(broker):
    broker.post("door", sized_picture(8_000_000))
    before = broker.process.memory_kb
    with BareConnection(broker.port) as connection:
        http2 = HTTP2Connection(connection, {4: 0})
        for stream in range(1, 191, 2):
            http2.send(http2.headers(stream, request("GET", "/snapshot/door"), "END_STREAM"))
        codes = []
        while len(codes) < 91:
            codes += [frame.error_code for frame in [next(http2.frames())] if isinstance(frame, RstStreamFrame)]
        # Four of eight megabytes fit into 32 MiB.
        assert set(codes) == {11}
        assert broker.process.memory_kb - before < 100_000
        for number in range(1, 20):
            assert broker.post("yard", picture(number)).status_code == 202
    wait_until(lambda: broker.http.get("/health").json()["total_connections"] == 1, "the end of the connection")


def test_a_body_that_stops_has_its_time(launch, brokerctl):
    port = free_port()
    argv = [brokerctl, "serve", "--port", port, "--body-timeout-seconds", 1, "--idle-timeout-seconds", 3]
    with Broker(launch("broker", argv), port), BareConnection(port) as connection:
        http2 = HTTP2Connection(connection)
        http2.send(http2.headers(1, request("POST", "/ingest/door")), http2.data(1, b"RIFF"))
        http2.send(http2.headers(3, request("GET", "/livez"), "END_STREAM"))
        seen: dict[int, str] = {}
        endings: list[tuple[int, int]] = []
        for frame in http2.frames():
            if isinstance(frame, HeadersFrame):
                seen[frame.stream_id] = dict(http2.decoder.decode(frame.data))[":status"]
            if isinstance(frame, RstStreamFrame | GoAwayFrame):
                endings.append((frame.stream_id, frame.error_code))
        assert seen == {3: "200", 1: "408"}
        # The answered stream is given up without blame, and then the idle connection.
        assert endings == [(1, 0), (0, 0)]


def test_a_connection_has_its_number_of_requests(launch, brokerctl):
    """Over HTTP/2 all that were begun are answered, then comes GOAWAY; over HTTP/1.1 the last answer says so, and a client just goes on."""
    port = free_port()
    argv = [brokerctl, "serve", "--port", port, "--max-requests-per-connection", 3]
    with Broker(launch("broker", argv), port) as broker:
        with BareConnection(port) as connection:
            http2 = HTTP2Connection(connection)
            http2.send(*(http2.headers(stream, request("GET", "/livez"), "END_STREAM") for stream in (1, 3, 5)))
            frames = list(http2.frames())
            statuses = {
                frame.stream_id: dict(http2.decoder.decode(frame.data))[":status"]
                for frame in frames
                if isinstance(frame, HeadersFrame)
            }
            goodbyes = [(frame.last_stream_id, frame.error_code) for frame in frames if isinstance(frame, GoAwayFrame)]
            assert statuses == {1: "200", 3: "200", 5: "200"} and goodbyes == [(5, 0)]
        with BareConnection(port) as connection:
            connection.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" * 4)
            ends = [connection.read_response()[1].get("connection") for _ in range(3)]
            assert ends == [None, None, "close"] and connection.wait_end() == b""
        with httpx.Client(base_url=broker.url) as client:
            assert [client.post("/ingest/door", content=picture(n)).status_code for n in range(1, 11)] == [202] * 10


def test_a_connection_that_always_has_a_request_under_way_ends_too(launch, brokerctl):
    """A hundred beyond its number it is told to go; what is under way is answered still. Floods end it then as ever."""
    port = free_port()
    argv = [brokerctl, "serve", "--port", port, "--max-requests-per-connection", 3]
    with Broker(launch("broker", argv), port) as broker:
        for floods in (False, True):
            with BareConnection(port) as connection:
                http2 = HTTP2Connection(connection)
                http2.send(http2.headers(1, request("GET", "/snapshot/door?wait=next"), "END_STREAM"))
                for stream in range(3, 207, 2):
                    http2.send(http2.headers(stream, request("GET", "/livez"), "END_STREAM"))
                    if stream < 205:
                        assert http2.outcome(stream) == "200"
                goodbye = next(frame for frame in http2.frames() if isinstance(frame, GoAwayFrame))
                assert (goodbye.last_stream_id, goodbye.error_code) == (205, 0)
                if floods:
                    http2.send(*(PingFrame(0, b"12345678") for _ in range(300)))
                else:
                    wait_until(lambda: broker.post("door", picture(1)).status_code == 200, "a subscriber")
                    assert http2.outcome(1) == "200"
                list(http2.frames())  # until it ends
        lines = broker.http.get("/metrics").text.splitlines()
        assert 'stream_broker_limits_reached_total{limit="requests"} 2' in lines
        assert 'stream_broker_limits_reached_total{limit="http2_control_frames"} 1' in lines


def test_going_away_is_said_and_what_is_under_way_is_answered(broker):
    with BareConnection(broker.port) as connection:
        http2 = HTTP2Connection(connection)
        http2.send(http2.headers(1, request("GET", "/snapshot/door?wait=next"), "END_STREAM"))
        http2.ping()
        status, _ = broker.stop()
        assert status == 0
        frames = list(http2.frames())
    ends = [frame for frame in frames if isinstance(frame, GoAwayFrame)]
    assert [(frame.last_stream_id, frame.error_code) for frame in ends] == [(1, 0)]
    answers = [frame for frame in frames if isinstance(frame, HeadersFrame)]
    assert [dict(http2.decoder.decode(frame.data))[":status"] for frame in answers] == ["503"]


def test_a_publisher_uses_it_and_holds_its_rate(secure, launch, brokerctl):
    argv = [brokerctl, "publish", "--source", "test:", "--fps", 30, "--broker", f"https://localhost:{secure.port}"]
    launch("publisher", [*argv, "--stream", "door", "--ca-cert", secure.certificate, "--full-rate"])

    def received() -> int:
        streams = secure.http.get("/api/streams").json()["streams"]
        return streams[0]["received"] if streams else 0

    wait_until(lambda: received() >= 10, "frames", timeout=20)
    assert secure.metric("http2_connections") == 1
    before, started = received(), time.monotonic()
    wait_until(lambda: received() >= before + 150, "150 frames", timeout=20)
    assert 28 <= 150 / (time.monotonic() - started) <= 32
    assert secure.metric("http2_connections") == 1, "one connection after the other would be no gain"


@pytest.mark.parametrize("way", ["tls", "prior knowledge"])
def test_h2load_posts_a_thousand_frames(way, secure, broker, tmp_path):
    frame = tmp_path / "frame.webp"
    frame.write_bytes(sized_picture(100_000))
    post_many(f"{secure.url if way == 'tls' else broker.url}/ingest/door", frame)


class WebSocketStream:
    """A WebSocket on a stream of HTTP/2 (RFC 8441), frame by frame."""

    def __init__(self, http2: HTTP2Connection, stream: int, path: str, *more: tuple[str, str]) -> None:
        self.http2, self.stream, self.buffer = http2, stream, b""
        fields = [(":method", "CONNECT"), (":protocol", "websocket"), *request("GET", path)[1:]]
        http2.send(http2.headers(stream, [*fields, ("sec-websocket-version", "13"), *more]))
        answer = next(frame for frame in http2.frames() if isinstance(frame, HeadersFrame))
        assert answer.stream_id == stream
        self.fields = dict(http2.decoder.decode(answer.data))

    def say(self, frame: bytes) -> None:
        self.http2.send(self.http2.data(self.stream, frame))

    def read(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self.buffer += self.http2.read_data(self.stream)
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    def message(self) -> tuple[int, bytes]:
        """Opcode and payload."""
        first, length = self.read(2)
        assert first & 0x80 and length < 128, "whole and without a mask"
        if length >= 126:
            length = int.from_bytes(self.read(2 if length == 126 else 8))
        return first & 0x0F, self.read(length)

    def picture(self) -> bytes:
        """The next one; pings and messages before it are passed over."""
        while True:
            opcode, payload = self.message()
            if opcode == 2:
                return payload


def test_viewers_of_one_connection_see_every_frame(broker):
    with BareConnection(broker.port) as connection:
        http2 = HTTP2Connection(connection)
        assert http2.settings[8] == 1, "SETTINGS_ENABLE_CONNECT_PROTOCOL"
        viewer = WebSocketStream(http2, 1, "/ws/door", ("sec-websocket-protocol", SUBPROTOCOL))
        assert viewer.fields[":status"] == "200" and viewer.fields["sec-websocket-protocol"] == SUBPROTOCOL
        broker.wait_viewers("door", 1)
        for number in range(1, 31):
            sent = sized_picture(40_000 + 2 * number)
            assert broker.post("door", sent).json()["sequence"] == number
            frame = TaggedFrame.parse(viewer.picture())
            assert (frame.sequence, frame.payload) == (number, sent)
        # A second one beside it, and an ordinary request between them.
        other = WebSocketStream(http2, 3, "/ws/yard")
        http2.send(http2.headers(5, request("GET", "/livez"), "END_STREAM"))
        assert http2.answer(5)[0] == "200"
        broker.post("yard", picture(9))
        assert other.picture() == picture(9)
        viewer.say(client_frame(b"ping", 0x9))
        while (said := viewer.message())[0] != 0xA:
            pass
        assert said[1] == b"ping"
        viewer.say(client_frame(b"\x03\xe8", 0x8))
        while (said := viewer.message())[0] != 0x8:
            pass
        assert said[1][:2] == b"\x03\xe8"
        broker.wait_viewers("door", 0)
        assert broker.viewers("yard") == 1
    broker.wait_viewers("yard", 0)


def test_a_viewer_that_grants_no_window_is_isolated_and_gets_the_newest(broker):
    with BareConnection(broker.port) as connection, broker.view("door") as good:
        http2 = HTTP2Connection(connection)
        viewer = WebSocketStream(http2, 1, "/ws/door", ("sec-websocket-protocol", SUBPROTOCOL))
        broker.wait_viewers("door", 2)
        for number in range(1, 61):
            assert broker.post("door", sized_picture(100_000)).status_code == 200
            # A window of 65,535 bytes holds less than the first.
            good.wait_frames(number)
        sequences = []
        while not sequences or sequences[-1] < 60:
            sequences.append(TaggedFrame.parse(viewer.picture()).sequence)
        assert sequences[0] == 1 and len(sequences) <= 3, sequences
        assert good.sequences == list(range(1, 61))


def test_viewers_over_http2_are_told_of_the_end(broker):
    with BareConnection(broker.port) as connection:
        http2 = HTTP2Connection(connection)
        viewer = WebSocketStream(http2, 1, "/ws/door")
        broker.wait_viewers("door", 1)
        broker.process.send_signal(15)
        while (said := viewer.message())[0] != 0x8:
            pass
        assert int.from_bytes(said[1][:2]) == 1001
    assert broker.process.wait_end(5) == 0


def test_the_page_over_https_paints_pictures(secure, visit, launch, brokerctl):
    argv = [brokerctl, "publish", "--source", "test:", "--broker", f"https://localhost:{secure.port}"]
    launch("publisher", [*argv, "--stream", "door", "--ca-cert", secure.certificate])
    page = visit(f"https://localhost:{secure.port}/?stream=door", counters=True, ignore_https_errors=True)
    assert page.read("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
    page.wait_state("live")
    page.wait_engine("bitmaps.painted.length > 40")
    # The page's files and its viewer came over one connection, and the publisher has the other.
    assert secure.metric("viewer_connections") == 1
    assert secure.metric("http2_connections") == 2
    assert secure.metric("connections") == 3, "and this one, which asks"
    page.assert_clean()
