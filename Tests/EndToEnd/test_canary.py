"""No token, password or secret is ever told: not at trace level, not by the API, the metrics, an error, or the list of processes."""

import base64
import subprocess
import time
from secrets import token_hex

import httpx
import pytest

from harness.access import hashed, jwt, new_token
from harness.broker import Broker
from harness.pictures import picture
from harness.processes import free_port
from harness.waiting import wait_until
from harness.wire import next_frame, open_viewer

IMAGE = picture()


def planted(name: str) -> str:
    """Recognisable and strong: whatever part of it comes out is found by its middle."""
    return f"{name}-canary{token_hex(4)}-{new_token()}"


def processes() -> str:
    return subprocess.run(["ps", "axww", "-o", "args="], capture_output=True, text=True, check=True).stdout


def test_secrets_are_never_told(launch, brokerctl, tmp_path):
    secrets = {
        name: planted(name)
        for name in ("publish", "view", "admin", "wrong", "camera", "basic", "link", "jwt", "envpublish", "envview", "envadmin")
    }
    access = tmp_path / "access.yaml"
    (tmp_path / "link-secret").write_text(secrets["link"])
    (tmp_path / "jwt-key").write_text(secrets["jwt"])
    lines = ["tokens:"]
    for name in ("publish", "view", "admin"):
        lines += [f"  - hash: {hashed(secrets[name])}", f"    permissions: [{name}]"]
    lines += [f"  - hash: {hashed(secrets['basic'])}", "    permissions: [publish]"]
    lines += ["link_secret_file: link-secret", "jwt:", "  keys:", "    - algorithm: HS256", "      file: jwt-key"]
    access.write_text("\n".join(lines) + "\n")

    port = free_port()
    env = {"PUBLISH_TOKEN": secrets["envpublish"], "VIEW_TOKEN": secrets["envview"], "ADMIN_TOKEN": secrets["envadmin"]}
    serve = [brokerctl, "serve", "--port", port, "--access-file", access, "--log-level", "trace"]
    said: list[str] = []
    seen_processes: list[str] = []
    with Broker(launch("broker", serve, env), port) as broker:
        link = subprocess.run(
            [brokerctl, "link", "a", "--access-file", access, "--base", broker.url],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout.strip()
        token_of_link = link.partition("#token=")[2]
        token_of_jwt = jwt(secrets["jwt"], permissions=["view"], streams=["a"], sub="somebody")
        expired = jwt(secrets["jwt"], permissions=["view"], streams=["a"], exp=int(time.time()) - 90)
        forged = jwt(new_token(), permissions=["view"], streams=["a"])
        # The signature is what nobody may learn; the rest of a token are its claims.
        derived = [token.rpartition(".")[2] for token in (token_of_link, token_of_jwt, expired, forged)]

        cameras = [
            # A broker that refuses, a camera that is not there, and both as they should be.
            {"BROKER_TOKEN": secrets["wrong"], "RTSP_URL": "test:"},
            {"BROKER_TOKEN": secrets["publish"], "RTSP_URL": f"rtsp://user:{secrets['camera']}@127.0.0.1:{free_port()}/x"},
            {"BROKER_URL": f"http://user:{secrets['basic']}@127.0.0.1:{port}", "RTSP_URL": "test:"},
        ]
        publishers = [
            launch("publisher", [brokerctl, "publish", "--stream", "a", "--width", 160, "--log-level", "trace"], {"BROKER_URL": broker.url} | env)
            for env in cameras
        ]
        publishers[0].wait_log("refuses this publisher")
        viewer = launch("viewer", [brokerctl, "subscribe", f"ws://127.0.0.1:{port}/ws/a", "--log-level", "trace"], {"BROKER_TOKEN": secrets["view"]})
        refused = launch("viewer", [brokerctl, "subscribe", f"ws://127.0.0.1:{port}/ws/a", "--log-level", "trace"])
        with open_viewer(broker.url, f"/ws/a?token={token_of_link}", tagged=True) as socket:
            next_frame(socket, timeout=15)
        with open_viewer(broker.url, f"/ws/a?token={token_of_jwt}", tagged=True) as socket:
            next_frame(socket)
            for name in ("view", "wrong", "envview", "basic"):
                token = secrets[name]
                basic = base64.b64encode(f"user:{token}".encode()).decode()
                derived.append(basic)
                for headers in ({}, {"Authorization": f"Bearer {token}"}, {"Authorization": f"Basic {basic}"}, {"Authorization": token}):
                    query = {} if headers else {"token": token}
                    for path in ("/snapshot/a", "/snapshot/never", "/api/streams", "/api/streams/a", "/metrics", "/nothing", "/snapshot/a b", "/"):
                        answer = broker.http.get(path, params=query, headers=headers)
                        said += [answer.text, str(answer.headers)]
                    answer = broker.http.post("/ingest/never", params=query, headers=headers, content=b"no image")
                    said += [answer.text, str(answer.headers)]
            for token in (expired, forged, token_of_link, token_of_link + "x", token_of_jwt):
                for path in ("/snapshot/a", "/snapshot/b", "/metrics"):
                    said.append(broker.http.get(path, params={"token": token}).text)
            for token in (secrets["admin"], secrets["envadmin"]):
                said.append(broker.http.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text)
                said.append(broker.http.get("/api/streams", headers={"Authorization": f"Bearer {token}"}).text)
            seen_processes.append(processes())
        wait_until(lambda: "access denied" in broker.log, "a refusal in the log")
        # The page that is sent to its broker takes the rest of the query along, and not the token.
        web_port = free_port()
        web = launch("web", [brokerctl, "web", "--port", web_port, "--broker", broker.url, "--log-level", "trace"])
        web.wait_log("listening")
        for name in ("token", "%74oken"):
            address = f"http://127.0.0.1:{web_port}/?stream=a&{name}={secrets['view']}"
            redirect = httpx.get(address, follow_redirects=False)
            assert redirect.status_code == 302 and redirect.headers["Location"].endswith("&stream=a")
            said += [redirect.text, str(redirect.headers)]
        logs = [process.log for process in [broker.process, web, viewer, refused, *publishers]]

    assert len(said) > 100 and any("stream_broker_streams" in text for text in said)
    everything = "\n".join(said + logs + seen_processes)
    for name, secret in secrets.items():
        assert secret not in everything, name
        assert secret.split("-")[1] not in everything, name
    for text in derived:
        assert text not in everything


@pytest.mark.parametrize("address", ["ws://127.0.0.1:1/ws/a?token={}", "ws://user:{}@127.0.0.1:1/ws/a?x=1", "nothing?token={}", "http://{}@/x"])
def test_an_address_that_cannot_be_used_is_told_without_its_token(brokerctl, environment, address):
    secret = planted("address")
    done = subprocess.run([brokerctl, "subscribe", address.format(secret)], env=environment, capture_output=True, text=True, timeout=20)
    assert done.returncode != 0
    assert secret not in done.stdout + done.stderr, done.stderr
