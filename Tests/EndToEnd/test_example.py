"""The examples: the broker inside a server that is not ours, which goes on answering what it answered before."""

import os
import time
from pathlib import Path

import httpx
import pytest

from harness.broker import Broker
from harness.pictures import picture
from harness.processes import ROOT, free_port
from harness.waiting import wait_until
from harness.wire import open_viewer

SOURCE = ROOT / "Examples" / "EmbedInServer" / "main.swift"


@pytest.fixture
def server(launch, brokerctl):
    """The example at work, as an HTTP client of it."""
    program = Path(os.environ.get("EMBED_IN_SERVER") or brokerctl.parent / "EmbedInServer")
    assert program.exists(), f"{program} is not there; run make build first"
    port = free_port()
    process = launch("example", [program, port])
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:

        def answers() -> bool:
            assert process.is_running
            try:
                return client.get("/hello").status_code == 200
            except httpx.TransportError:
                return False

        wait_until(answers, "the example to answer")
        yield client


def test_the_host_answers_what_it_answered_before(server):
    assert server.get("/hello").text == "hello from your own server\n"
    assert server.get("/anything/else").text == "hello from your own server\n"
    assert server.post("/form", content=b"data").text == "hello from your own server\n"


def test_the_page_is_there_too(server):
    assert "<html" in server.get("/").text


def test_frames_go_through_the_broker_in_it(server):
    assert server.post("/ingest/door", content=picture(1)).status_code == 202
    with open_viewer(str(server.base_url), "/ws/door") as viewer:
        assert viewer.recv(timeout=5) == picture(1)
        wait_until(lambda: server.get("/api/streams/door").json()["viewers"] == 1, "the viewer")
        for number in range(2, 30):
            assert server.post("/ingest/door", content=picture(number)).status_code == 200
            assert viewer.recv(timeout=5) == picture(number)
        assert server.get("/snapshot/door").content == picture(29)
        assert server.get("/hello").text == "hello from your own server\n"
    assert server.post("/ingest/bad%2fid", content=picture(1)).status_code == 400


def test_a_camera_in_the_same_process_is_captured_while_somebody_watches(launch, brokerctl):
    program = brokerctl.parent / "CameraInProcess"
    assert program.exists(), f"{program} is not there; run make build first"
    port = free_port()
    with Broker(launch("example", [program, "test:", port]), port) as broker:
        assert broker.http.get("/snapshot/camera").status_code == 404
        with broker.view("camera") as viewer:
            viewer.wait_frames(30)
            assert viewer.sequences == sorted(set(viewer.sequences))

        def has_stopped() -> bool:
            received = broker.status("camera")["received"]
            time.sleep(0.3)
            return broker.status("camera")["received"] == received

        wait_until(has_stopped, "the end of the capture")
        with broker.view("camera") as viewer:
            viewer.wait_frames(30)
        assert broker.stop()[0] == 0


def test_it_takes_at_most_fifteen_lines_of_the_host_s_own():
    lines = [line.strip() for line in SOURCE.read_text().splitlines()]
    code = [line for line in lines if line and not line.startswith(("//", "import"))]
    assert len(code) <= 15, "\n".join(code)
