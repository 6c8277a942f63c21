"""Hostile input: each row of the table has its answer, none is a 5xx, a hang or a crash, and a viewer beside it loses no frame.

A row of another transport goes into a file of its own beside `hostile/http1.py` and into `TABLE`.
"""

import pytest

from harness.bare import BareConnection
from harness.waiting import wait_until
from hostile import http1, http2, images, websocket
from hostile.row import Row

TABLE: list[Row] = [*http1.ROWS, *websocket.ROWS, *images.ROWS, *http2.ROWS]


def outcome(row: Row, port: int) -> str:
    try:
        with BareConnection(port) as connection:
            return row.attack(connection)
    except TimeoutError:
        return "hangs"
    except AssertionError as error:
        return f"ends: {error}"
    except OSError as error:
        return f"ends: {error!r}"


def test_every_row_has_its_answer(broker, bystander, hostile_table):
    for row in TABLE:
        hostile_table.append((row, outcome(row, broker.port)))
    wrong = [(row.area, row.name, row.expected, found) for row, found in hostile_table if found != row.expected]
    assert not wrong
    assert not any(found.startswith("5") for _, found in hostile_table)
    # Nothing of all that is left: no stream, no connection, no viewer.
    wait_until(lambda: broker.http.get("/health").json()["total_connections"] <= 3, "the end of all connections")
    names = {stream["stream"] for stream in broker.http.get("/api/streams").json()["streams"]}
    assert names <= {"control", "hostile"}
    assert "hostile" not in names or broker.viewers("hostile") == 0


def test_the_table_is_large_enough_and_has_no_row_twice():
    assert len(TABLE) >= 80
    assert len({(row.area, row.name) for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("limit", ["head", "target", "host", "malformed", "frame_bytes", "pixels", "message_rate", "http2_resets", "http2_control_frames", "http2_continuations", "http2_stream_errors", "http2_empty_frames"])
def test_a_limit_that_is_reached_is_counted(shared_broker, limit):
    row = {
        "head": ("head", "200 fields"),
        "target": ("head", "a target of 9,000 characters"),
        "host": ("host", "empty"),
        "malformed": ("head", "no HTTP"),
        "frame_bytes": ("length", "9 MB announced, none sent"),
        "pixels": ("image", "3841 by 2160"),
        "message_rate": ("frames", "10,000 pings at once"),
        "http2_resets": ("h2 flood", "rapid reset"),
        "http2_control_frames": ("h2 flood", "pings"),
        "http2_continuations": ("h2 flood", "continuations"),
        "http2_stream_errors": ("h2 flood", "made you reset"),
        "http2_empty_frames": ("h2 body", "1,000 empty frames"),
    }[limit]

    def count() -> int:
        mark = f'stream_broker_limits_reached_total{{limit="{limit}"}} '
        return next(int(line[len(mark) :]) for line in shared_broker.http.get("/metrics").text.splitlines() if line.startswith(mark))

    before = count()
    found = next(candidate for candidate in TABLE if (candidate.area, candidate.name) == row)
    assert outcome(found, shared_broker.port) == found.expected
    # A connection of HTTP/2 is told before it is counted.
    wait_until(lambda: count() == before + 1, "the count")
