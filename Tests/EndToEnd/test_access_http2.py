"""Who may do what over HTTP/2: the same as over HTTP/1.1, and for a WebSocket on a stream, too."""

import pytest

from harness.bare import BareConnection
from harness.broker import Broker
from harness.http2 import HTTP2Connection, request
from harness.pictures import picture
from harness.processes import free_port
from hyperframe.frame import HeadersFrame, RstStreamFrame

PUBLISH, VIEW = "publishing-token-0123456789abcdef", "viewing-token-0123456789abcdef01"


@pytest.fixture
def guarded(launch, brokerctl):
    """A broker with a token to publish and one to view."""
    port = free_port()
    argv = [brokerctl, "serve", "--port", port]
    with Broker(launch("broker", argv, {"PUBLISH_TOKEN": PUBLISH, "VIEW_TOKEN": VIEW}), port) as running:
        yield running


def bearer(token: str) -> tuple[str, str]:
    return ("authorization", f"Bearer {token}")


def test_each_stream_is_asked_for_its_own_token(guarded):
    """The connection remembers the latest token, which must be of no use to a request with another one, or with none."""
    with BareConnection(guarded.port) as connection:
        client = HTTP2Connection(connection)
        image = picture(1)

        def post(stream: int, *fields: tuple[str, str]) -> str:
            client.send(
                client.headers(stream, request("POST", "/ingest/door", *fields)), client.data(stream, image, "END_STREAM")
            )
            return client.outcome(stream)

        def get(stream: int, path: str, *fields: tuple[str, str]) -> str:
            client.send(client.headers(stream, request("GET", path, *fields), "END_STREAM"))
            return client.outcome(stream)

        assert post(1) == "401"
        assert post(3, bearer(PUBLISH)) == "202"
        assert post(5, bearer(PUBLISH)) == "202"
        assert post(7) == "401"
        assert post(9, bearer(VIEW)) == "403"
        assert post(11, bearer("x" * 40)) == "401"
        assert get(13, "/snapshot/door", bearer(PUBLISH)) == "403"
        assert get(15, "/snapshot/door", bearer(VIEW)) == "200"
        assert get(17, f"/snapshot/door?token={VIEW}") == "200"
        assert get(19, "/snapshot/door") == "401"
        assert get(21, "/metrics", bearer(VIEW)) == "403"
        assert get(23, "/health") == "200"


@pytest.mark.parametrize(
    "path, fields, expected",
    [
        ("/ws/door", [], "401"),
        ("/ws/door", [bearer(PUBLISH)], "403"),
        ("/ws/door", [bearer(VIEW)], "200"),
        (f"/ws/door?token={VIEW}", [], "200"),
        (f"/ws/door?token={VIEW}", [("origin", "http://x")], "200"),
    ],
)
def test_a_websocket_on_a_stream_needs_a_token(guarded, path, fields, expected):
    with BareConnection(guarded.port) as connection:
        client = HTTP2Connection(connection)
        connect = request("CONNECT", path, (":protocol", "websocket"), ("sec-websocket-version", "13"), *fields)
        client.send(client.headers(1, sorted(connect, key=lambda field: not field[0].startswith(":"))))
        assert client.outcome(1) == expected


def test_what_is_sent_behind_a_refused_websocket_is_not_kept(guarded):
    """The stream ends as soon as there is too much, and not only when the time to read its answer is over."""
    with BareConnection(guarded.port) as connection:
        client = HTTP2Connection(connection)
        connect = request("CONNECT", "/ws/door", (":protocol", "websocket"), ("sec-websocket-version", "13"))
        client.send(client.headers(1, sorted(connect, key=lambda field: not field[0].startswith(":"))))
        assert client.outcome(1) == "401"
        client.send(*(client.data(1, bytes(16_384)) for _ in range(8)))
        # What comes in one read is dealt with in no order of its streams, but before what comes after the answer to any of it.
        resets, answers = [], []
        for stream in (3, 5):
            client.send(client.headers(stream, request(), "END_STREAM"))
            for frame in client.frames():
                if isinstance(frame, RstStreamFrame):
                    resets.append(frame.stream_id)
                if isinstance(frame, HeadersFrame):
                    answers.append(dict(client.decoder.decode(frame.data))[":status"])
                    break
        assert (resets, answers) == ([1], ["200", "200"])
