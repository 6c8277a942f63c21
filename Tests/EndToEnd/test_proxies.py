"""Caddy and nginx in front of the broker: started by it, and by the files of the documentation."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from harness.h2load import post_many
from harness.pictures import large_picture, picture, sized_picture
from harness.processes import ROOT, Process, free_port
from harness.tls import http2_client, self_signed, trusting
from harness.waiting import wait_until

pytest_plugins = ["page_fixtures"]

PROXIES = ROOT / "Documentation" / "Proxies"
# Those that were unpacked for the tests, and else whatever the machine has.
TOOLS = ROOT / ".tools"
PATH = f"{TOOLS}/usr/bin:{TOOLS}/usr/sbin:{os.environ['PATH']}:/usr/sbin"
# Caddy makes an authority and three certificates first.
READY = 30


@dataclass
class Front:
    """What is reached through a proxy."""

    url: str
    certificate: Path
    process: Process

    def post(self, stream: str, data: bytes) -> httpx.Response:
        with http2_client(self.url, self.certificate) as client:
            return client.post(f"/ingest/{stream}", content=data)

    def view(self, stream: str):
        return connect(
            f"{self.url.replace('https', 'wss')}/ws/{stream}", ssl=trusting(self.certificate), max_size=None, proxy=None
        )


def started_by_us(launch, brokerctl, tmp_path, **environment: str) -> Front:
    port = free_port()
    home = {"PATH": PATH, "HOME": str(tmp_path), "CADDY_PORT": str(port), "PORT": "0"}
    process = launch("broker", [brokerctl, "serve", "--caddy"], env=home | environment)
    process.wait_log("Caddy is in front of the broker", timeout=READY)
    root = tmp_path / ".local/share/caddy/pki/authorities/local/root.crt"
    return Front(f"https://localhost:{port}", root, process)


def documented(name: str, port: int, broker_port: int) -> str:
    """A file of the documentation with other ports than it has."""
    ports = {"3090": str(port), "3091": str(broker_port)}
    return re.sub("309[01]", lambda found: ports[found[0]], (PROXIES / name).read_text())


def by_the_caddyfile(launch, brokerctl, tmp_path) -> Front:
    port, broker_port = free_port(), free_port()
    file = tmp_path / "Caddyfile"
    text = documented("Caddyfile", port, broker_port)
    # Not the ports and the trust of this machine.
    file.write_text("{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n" + text)
    launch("broker", [brokerctl, "serve", "--port", broker_port])
    argv = [shutil.which("caddy", path=PATH), "run", "--config", file, "--adapter", "caddyfile"]
    process = launch("caddy", argv, env={"HOME": str(tmp_path)})
    return Front(
        f"https://localhost:{port}", tmp_path / ".local/share/caddy/pki/authorities/local/root.crt", process
    )


def by_the_nginx_file(launch, brokerctl, tmp_path) -> Front:
    port, broker_port = free_port(), free_port()
    certificate, key = self_signed(tmp_path, "nginx")
    # No folder of this machine's: where nginx was only unpacked there is none.
    text = documented("nginx.conf", port, broker_port).replace("/var/log/nginx", str(tmp_path))
    text = text.replace("/etc/ssl/stream-broker.crt", str(certificate)).replace("/etc/ssl/stream-broker.key", str(key))
    (tmp_path / "site.conf").write_text(text)
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/nginx.pid; error_log stderr; worker_processes 1;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}include {tmp_path}/site.conf;\n}}\n"
    )
    launch("broker", [brokerctl, "serve", "--port", broker_port])
    process = launch("nginx", [shutil.which("nginx", path=PATH), "-e", "stderr", "-c", tmp_path / "nginx.conf", "-p", tmp_path])
    return Front(f"https://localhost:{port}", certificate, process)


@pytest.fixture(params=[started_by_us, by_the_caddyfile, by_the_nginx_file], ids=lambda start: start.__name__)
def front(request, launch, brokerctl, tmp_path) -> Iterator[Front]:
    front = request.param(launch, brokerctl, tmp_path)

    def answers() -> bool:
        if not front.certificate.exists():
            return False
        try:
            with http2_client(front.url, front.certificate) as client:
                return client.get("/health").status_code == 200
        except httpx.TransportError:
            return False

    wait_until(answers, "an answer through the proxy", READY)
    yield front


def test_frames_go_through_over_http_2_and_tls(front):
    small = picture()
    with http2_client(front.url, front.certificate) as client:
        first = client.post("/ingest/door", content=small)
        assert (first.status_code, first.http_version) == (202, "HTTP/2")
        with front.view("door") as viewer:
            assert viewer.recv(timeout=10) == small
            # Larger than any window or buffer on the way.
            large = large_picture(500, 350)
            for _ in range(20):
                assert client.post("/ingest/door", content=large).status_code == 200
                assert viewer.recv(timeout=10) == large


@pytest.mark.parametrize(("data", "status"), [(picture(), "202"), (bytes(9_000_000), "413")], ids=["picture", "too-large"])
def test_curl_posts_over_http_2(front, tmp_path, data, status):
    file = tmp_path / "picture.webp"
    file.write_bytes(data)
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--http2", "--cacert", front.certificate, "--data-binary", f"@{file}"]
        + ["--write-out", "%{http_version} %{http_code}", "--output", "/dev/null", f"{front.url}/ingest/door"],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.stdout == f"2 {status}", done.stderr


def test_our_own_publisher_goes_through_and_checks_the_certificate(front, launch, brokerctl):
    argv = [brokerctl, "publish", "--source", "test:", "--width", 320, "--broker", front.url, "--stream", "yard"]
    trusted = launch("publisher", [*argv, "--ca-cert", front.certificate])
    trusted.wait_log("the broker takes frames", timeout=20)
    with front.view("yard") as viewer:
        assert viewer.recv(timeout=10)[:4] == b"RIFF"
    untrusted = launch("untrusted", argv)
    untrusted.wait_log("certificate", timeout=20)
    assert "takes frames" not in untrusted.log


def test_a_page_over_https_shows_the_picture(front, launch, brokerctl, visit):
    argv = [brokerctl, "publish", "--source", "test:", "--width", 320, "--broker", front.url, "--stream", "yard"]
    launch("publisher", [*argv, "--ca-cert", front.certificate])
    page = visit(f"{front.url}/?stream=yard", ignore_https_errors=True)
    page.wait_state("live")
    page.assert_clean()


def test_a_thousand_frames_go_through_caddy_over_http2(launch, brokerctl, tmp_path):
    front = started_by_us(launch, brokerctl, tmp_path)
    frame = tmp_path / "frame.webp"
    frame.write_bytes(sized_picture(100_000))
    post_many(f"{front.url}/ingest/door", frame)


def test_it_ends_with_us_and_viewers_are_told(launch, brokerctl, tmp_path):
    front = started_by_us(launch, brokerctl, tmp_path)
    caddy = child(front.process.pid)
    front.post("door", picture())
    with front.view("door") as viewer:
        viewer.recv(timeout=10)
        status, _ = front.process.end(timeout=8)
        with pytest.raises(Exception) as closed:
            viewer.recv(timeout=5)
    assert status == 0
    assert closed.value.rcvd.code == 1001, closed.value
    assert not Path(f"/proc/{caddy}").exists()


def test_caddy_that_dies_is_started_again(launch, brokerctl, tmp_path):
    front = started_by_us(launch, brokerctl, tmp_path)
    os.kill(child(front.process.pid), 9)
    front.process.wait_log("is started again")
    wait_until(lambda: front.process.log.count("Caddy is in front of the broker") == 2, "Caddy again", READY)
    assert front.post("door", picture()).status_code == 202


def test_a_port_that_is_taken_is_said_to_be(launch, brokerctl, tmp_path):
    front = started_by_us(launch, brokerctl, tmp_path)
    port = front.url.rpartition(":")[2]
    other = launch("other", [brokerctl, "serve", "--caddy"], env={"PATH": PATH, "HOME": str(tmp_path), "CADDY_PORT": port, "PORT": "0"})
    assert other.wait_end(timeout=READY) != 0
    assert "Caddy ended" in other.log and "address already in use" in other.log


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (None, "Caddy is not there: install it with: sudo apt install caddy"),
        ("#!/bin/sh\necho v2.4.6 h1:x\n", "Caddy 2.4.6 is too old, 2.5.0 is needed: install it with"),
    ],
)
def test_a_caddy_that_is_missing_or_too_old_is_named_with_a_remedy(brokerctl, tmp_path, environment, program, words):
    if program:
        (tmp_path / "caddy").write_text(program)
        (tmp_path / "caddy").chmod(0o755)
    done = subprocess.run(
        [brokerctl, "serve", "--caddy", "--port", "0"],
        env=environment | {"PATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode != 0
    assert words in done.stderr


def child(parent: int) -> int:
    """The process id of a broker's Caddy."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text()
            except OSError:
                continue
            if "(caddy)" in fields and int(fields.rpartition(")")[2].split()[1]) == parent:
                return int(folder.name)
    raise AssertionError("no Caddy runs")
