"""The commands from a user's side: how they start, what they say when they cannot, and how they end."""

import json
import os
import re
import signal
import socket
import subprocess

import httpx
import pytest

from harness.pictures import decode, picture
from harness.processes import free_port
from harness.waiting import wait_until

CANARY = "c4nary-s3cret"


def said_why(done: subprocess.CompletedProcess, *words: str) -> None:
    """One line on standard error that has these words in it, besides the usual log, and a status that is not 0."""
    assert done.returncode != 0
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    # The parser of the command line adds how the command is used.
    lines = [line for line in lines if not line.startswith(("Usage:", "  See '", "Help:")) and " info " not in line]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word.lower() in lines[0].lower(), done.stderr


# Help


def test_help_names_every_command(run):
    done = run("--help")
    assert done.returncode == 0
    for command in ("serve", "publish", "web", "subscribe", "demo"):
        assert re.search(rf"^\s+{command}\b", done.stdout, re.M), done.stdout


KEYS = {
    "serve": ["PORT", "3090", "BIND_ADDRESS", "127.0.0.1", "LOG_LEVEL", "info"],
    "publish": ["RTSP_URL", "STREAM_ID", "stream1", "TARGET_FPS", "30"]
    + ["BROKER_URL", "USE_HTTPS", "BROKER_PORT", "VERIFY_SSL"],
    "web": ["PORT", "3092"],
}


@pytest.mark.parametrize("command", KEYS)
def test_help_names_every_key_with_its_default_and_its_environment_variable(run, command):
    done = run(command, "--help")
    assert done.returncode == 0
    missing = [word for word in KEYS[command] if word not in done.stdout]
    assert not missing, done.stdout


# What cannot work


def test_a_port_that_is_taken(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said_why(run("serve", "--port", port), str(port), "in use")
        said_why(run("web", "--port", port), str(port), "in use")


@pytest.mark.parametrize("port", ["-1", "65536", "http", ""])
def test_a_port_that_is_none(run, port):
    said_why(run("serve", f"--port={port}"), "port")
    said_why(run("serve", env={"PORT": port or "none"}), "port")


def test_a_publisher_without_a_source_names_the_test_picture(run):
    said_why(run("publish"), "RTSP_URL", "test:")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be refused as root")
@pytest.mark.parametrize("command", ["serve", "web", "publish"])
def test_root_is_refused_unless_it_is_said(run, command):
    options = {"serve": ["--port", "0"], "web": ["--port", "0"], "publish": ["--source", "test:"]}[command]
    said_why(run(command, *options, env={"ALLOW_ROOT": "false"}), "root", "--allow-root")


def test_a_broken_env_file(run, tmp_path):
    (tmp_path / ".env").write_text("PORT=3090\nthis line is no setting\n")
    said_why(run("serve"), ".env")


def test_a_config_file_that_is_not_there(run):
    said_why(run("serve", "--config", "nowhere.yaml"), "nowhere.yaml")


def test_a_source_that_is_not_there(run):
    said_why(run("publish", "--source", "nowhere.mp4"), "nowhere.mp4")


@pytest.mark.parametrize("option", [["--fps", "0"], ["--quality", "101"], ["--width", "-5"], ["--transport", "pigeon"]])
def test_an_impossible_setting(run, option):
    said_why(run("publish", "--source", "test:", *option), option[0].strip("-"))


def test_a_bad_stream_id_is_said_before_anything_is_opened(run):
    said_why(run("publish", "--source", "test:", "--stream", "../etc"), "stream")


def test_a_bad_broker_address(run):
    said_why(run("publish", "--source", "test:", "--broker", "not an address"), "broker")


def test_a_subscriber_of_nobody(run):
    said_why(run("subscribe", "--count", "1", "not an address"), "address")


# Configuration: flag over environment over .env over file over default


def test_what_wins_over_what(launch, brokerctl, tmp_path):
    ports = [free_port() for _ in range(4)]
    config = tmp_path / "broker.yaml"

    def answers(port: int, argv: list, env: dict) -> None:
        process = launch("broker", [brokerctl, "serve", *argv], env)
        process.wait_log(str(port))
        wait_until(lambda: responds(port), f"an answer on port {port}")
        process.end()

    config.write_text(f"port: {ports[0]}\n")
    answers(ports[0], ["--config", config], {})
    (tmp_path / ".env").write_text(f"PORT={ports[1]}\n")
    answers(ports[1], ["--config", config], {})
    answers(ports[2], ["--config", config], {"PORT": str(ports[2])})
    answers(ports[3], ["--config", config, "--port", ports[3]], {"PORT": str(ports[2])})


def responds(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
    except httpx.TransportError:
        return False


def test_a_publisher_takes_its_settings_from_the_environment(launch, brokerctl, broker):
    settings = {"RTSP_URL": "test:", "STREAM_ID": "porch", "TARGET_FPS": "10", "BROKER_PORT": str(broker.port)}
    launch("publisher", [brokerctl, "publish"], settings)
    with broker.view("porch") as viewer:
        viewer.wait_frames(3, timeout=20)
        assert 8 <= viewer.rate(20) <= 12


# The other commands


def test_a_log_for_programs_is_json(launch, brokerctl):
    process = launch("broker", [brokerctl, "serve", "--port", free_port(), "--log-format", "json", "--log-level", "debug"])
    process.wait_log('"listening"')
    assert process.end()[0] == 0
    lines = [json.loads(line) for line in process.log.splitlines()]
    listening = next(line for line in lines if line["message"] == "listening")
    assert listening["level"] == "info" and listening["port"].isdigit()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", listening["time"])
    assert all(line["level"] in ("debug", "info", "notice") for line in lines)


def test_subscribe_counts_tells_and_saves(run, broker, tmp_path, publisher):
    publisher("test:", "door")
    with broker.view("door") as viewer:
        viewer.wait_frames(1, timeout=20)
    folder = tmp_path / "pictures"
    done = run("subscribe", f"ws://127.0.0.1:{broker.port}/ws/door", "--count", "10", "--json", "--save", folder)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines, done.stderr
    saved = sorted(folder.iterdir())
    assert len(saved) == 10
    assert {decode(path.read_bytes()).format for path in saved} == {"WEBP"}


def test_subscribe_saves_exactly_what_was_posted(run, broker, tmp_path):
    broker.post("door", picture(7, kind="png"))
    folder = tmp_path / "pictures"
    done = run("subscribe", f"ws://127.0.0.1:{broker.port}/ws/door", "--count", "1", "--save", folder)
    assert done.returncode == 0, done.stderr
    (saved,) = folder.iterdir()
    assert saved.read_bytes() == picture(7, kind="png")


def test_web_serves_the_page_and_nothing_else(launch, brokerctl):
    port = free_port()
    web = launch("web", [brokerctl, "web", "--port", port])
    web.wait_log(str(port))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True) as client:
        page = client.get("/")
        assert page.status_code == 200 and "<html" in page.text
        assert page.url.params["broker"] == "http://127.0.0.1:3090"
        assert client.post("/ingest/door", content=picture(1)).status_code in (404, 405)
        assert client.get("/snapshot/door").status_code == 404


# The end


def commands(brokerctl, broker) -> dict[str, list]:
    return {
        "serve": ["serve", "--port", free_port()],
        "publish": ["publish", "--source", "test:", "--broker", broker.url, "--stream", "door"],
        "web": ["web", "--port", free_port()],
        "subscribe": ["subscribe", f"ws://127.0.0.1:{broker.port}/ws/door"],
        "demo": ["demo", "--port", free_port()],
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.parametrize("name", ["serve", "publish", "web", "subscribe", "demo"])
def test_a_command_ends_within_two_seconds(launch, brokerctl, broker, name, number):
    process = launch(name, [brokerctl, *commands(brokerctl, broker)[name]])
    # Each says something or is seen at the broker once it is at work.
    at_work = {
        "publish": lambda: broker.http.get("/snapshot/door").status_code == 200,
        "subscribe": lambda: broker.http.get("/api/streams/door").status_code == 200 and broker.viewers("door") == 1,
    }
    wait_until(at_work.get(name, lambda: "http://" in process.log or "port=" in process.log), f"{name} at work", 20)
    status, seconds = process.end(number)
    assert status == 0, process.log
    assert seconds < 2


@pytest.mark.parametrize("name", ["publish", "subscribe"])
def test_a_command_that_waits_for_a_broker_ends_within_two_seconds(launch, brokerctl, broker, name):
    argv = [brokerctl, *commands(brokerctl, broker)[name]]
    broker.kill()
    process = launch(name, argv)
    process.wait_log("cannot be reached")
    status, seconds = process.end()
    assert status == 0 and seconds < 2
