"""What the broker tells about itself, and the answers to whoever asks for something it has not."""

import json
import re

import pytest

from harness.curl import curl
from harness.pictures import picture
from harness.waiting import wait_until


def test_streams(broker):
    assert broker.http.get("/api/streams").json() == {"streams": []}
    assert broker.http.get("/api/streams/door").status_code == 404
    broker.post("door", picture(1))
    broker.post("yard~small", picture(1))
    listed = broker.http.get("/api/streams").json()["streams"]
    assert sorted(entry["stream"] for entry in listed) == ["door", "yard~small"]
    status = broker.status("door")
    assert status["state"] == "live"
    assert status["received"] == 1
    assert status["received_bytes"] == status["frame_bytes"] == len(picture(1))
    assert 0 <= status["age_ms"] < 5000
    assert status.keys() >= {"viewers", "fps", "kbit_per_s", "reason", "delivered", "replaced", "thinned", "cut_off"}


def test_delivered_frames_are_accounted_for_exactly(broker):
    with broker.view("door") as one, broker.view("door", query="?fps=0.1") as other:
        broker.wait_viewers("door", 2)
        for number in range(30):
            broker.post("door", picture(number))
        wait_until(lambda: one.sequences[-1:] == [30], "the last frame")
    # The slow one has the last frame held back for it until it has left.
    broker.wait_viewers("door", 0)
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
    names = {re.sub("_(bucket|sum|count)$", "", name) for name in (full.split("{")[0] for full in values) if name not in families}
    assert names <= families
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
def test_head_is_get_without_the_body(shared_broker, path):
    shared_broker.post("door", picture(1))
    head = shared_broker.http.head(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == shared_broker.http.get(path).headers["content-type"]


@pytest.mark.parametrize("path", [*READABLE, "/ws/door", "/ws", "/multipart/door", "/ingest/door"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_the_methods_of_an_address_are_taken(shared_broker, path, method):
    allowed = {"POST"} if path.startswith("/ingest") else {"GET"} if path.startswith("/ws") else {"GET", "HEAD"}
    if method in allowed:
        return
    answer = shared_broker.http.request(method, path)
    assert answer.status_code == 405
    assert {word.strip() for word in answer.headers["allow"].split(",")} == allowed
    assert answer.json().keys() == {"error", "hint"}


NOWHERE = ["/nothing", "/ws/../health", "/api", "/ingest", "/index.php", "/.env", "/%2e%2e/%2e%2e/etc/passwd"]


@pytest.mark.parametrize("path", NOWHERE)
def test_an_address_that_does_not_exist(shared_broker, path):
    status, _, body = curl(shared_broker.url + path, "--path-as-is")
    assert status in (404, 400)
    assert json.loads(body).keys() == {"error", "hint"}
