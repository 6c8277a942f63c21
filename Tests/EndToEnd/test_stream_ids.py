"""Stream ids: decoded once, checked once, the same at every address."""

import json

import pytest

from harness.curl import curl
from harness.pictures import picture
from harness.wire import open_viewer

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
def test_a_good_id_is_taken_everywhere(shared_broker, name):
    assert shared_broker.post(name, picture(1)).status_code == 202
    assert shared_broker.http.get(f"/snapshot/{name}").content == picture(1)
    with open_viewer(shared_broker.url, f"/ws/{name}") as viewer:
        assert viewer.recv(timeout=5) == picture(1)


@pytest.mark.parametrize("name", BAD_IDS.values(), ids=BAD_IDS.keys())
def test_a_bad_id_is_refused_everywhere_and_leaves_no_trace(shared_broker, name, tmp_path):
    file = tmp_path / "x.webp"
    file.write_bytes(picture(1))
    known = shared_broker.http.get("/health").json()["active_streams"]
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
        status, headers, body = curl(shared_broker.url + path, "--path-as-is", *arguments)
        assert status == 400, path
        assert headers["content-type"] == "application/json"
        assert json.loads(body).keys() == {"error", "hint"}
    assert shared_broker.http.get("/health").json()["active_streams"] == known
