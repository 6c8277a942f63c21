"""Who may do what: tokens, links and keys as operators and visitors use them."""

import json
import re
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from harness.access import Bearer, jwt, new_token, write_access
from harness.broker import Broker
from harness.kept_cameras import KeptCameras
from harness.pictures import picture
from harness.processes import free_port
from harness.traffic import traffic
from harness.waiting import wait_until
from harness.wire import control, next_control, next_frame, open_viewer

pytest_plugins = ["page_fixtures"]

IMAGE = picture()


class Guarded(Broker):
    """A broker with an access file: `a` may be published and viewed by tokens, everything administered by another."""

    def __init__(self, launch, brokerctl, folder: Path, **more: object) -> None:
        self.publish, self.view, self.admin = new_token(), new_token(), new_token()
        self.secret = new_token()
        (folder / "link-secret").write_text(self.secret + "\n")
        self.file = folder / "access.yaml"
        self.more = {"link_secret_file": "link-secret"} | more
        self.allow({self.publish: (["publish"], ["a"]), self.view: (["view"], ["a"]), self.admin: (["admin"], ["*"])})
        port = free_port()
        options = ["--port", port, "--access-file", self.file, "--log-level", "trace"]
        super().__init__(launch("broker", [brokerctl, "serve", *options]), port)

    def allow(self, tokens: dict) -> None:
        self.tokens = tokens
        write_access(self.file, tokens, **self.more)

    def reload(self, says: str) -> None:
        before = self.log.count(says)
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.log.count(says) > before, f"{says!r} in the log")

    def post_as(self, token: str | None, stream: str = "a") -> int:
        auth = Bearer(token) if token else None
        return self.http.post(f"/ingest/{stream}", content=IMAGE, auth=auth).status_code


@pytest.fixture
def guarded(launch, brokerctl, tmp_path) -> Iterator[Guarded]:
    with Guarded(launch, brokerctl, tmp_path) as broker:
        yield broker


@contextmanager
def publishing(broker: Guarded, stream: str = "a") -> Iterator[None]:
    over = threading.Event()

    def work() -> None:
        with httpx.Client(base_url=broker.url, auth=Bearer(broker.publish)) as http:
            while not over.wait(0.05):
                http.post(f"/ingest/{stream}", content=IMAGE).raise_for_status()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)


def link_of(guarded: Guarded, run, stream: str = "a", expires: str = "1h") -> str:
    done = run("link", stream, "--expires", expires, "--base", guarded.url, "--access-file", guarded.file)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# Tokens


def test_a_camera_is_published_with_a_token_from_the_environment_or_a_file(guarded, launch, brokerctl, tmp_path):
    file = tmp_path / "token"
    file.write_text(guarded.publish + "\n")
    base = [brokerctl, "publish", "--source", "test:", "--width", 160, "--broker", guarded.url, "--stream", "a", "--full-rate"]
    for env, options in (({"BROKER_TOKEN": guarded.publish}, []), ({}, ["--token-file", file])):
        publisher = launch("publisher", base + options, env)
        auth = {"Authorization": f"Bearer {guarded.view}"}
        with open_viewer(guarded.url, "/ws/a", tagged=True, additional_headers=auth) as viewer:
            first = next_frame(viewer, timeout=15)
            assert next_frame(viewer).sequence > first.sequence
        publisher.end()


def test_a_password_in_the_broker_s_address_is_a_token(guarded, launch, brokerctl):
    address = guarded.url.replace("http://", f"http://camera:{guarded.publish}@")
    env = {"BROKER_URL": address, "STREAM_ID": "a", "RTSP_URL": "test:"}
    launch("publisher", [brokerctl, "publish", "--width", 160], env)
    wait_until(lambda: guarded.http.get("/snapshot/a", auth=Bearer(guarded.view)).status_code == 200, "a picture")


def test_a_publisher_without_a_token_says_what_is_missing_and_goes_on(guarded, launch, brokerctl):
    publisher = launch("publisher", [brokerctl, "publish", "--source", "test:", "--broker", guarded.url, "--stream", "a"])
    log = publisher.wait_log("refuses this publisher")
    assert "a token is needed" in log
    assert publisher.is_running


def test_the_commands_for_viewers_take_a_token(guarded, run):
    assert guarded.post_as(guarded.publish) == 202
    address = guarded.url.replace("http", "ws", 1) + "/ws/a"
    done = run("subscribe", address, "--count", 1, "--json", env={"BROKER_TOKEN": guarded.view})
    assert done.returncode == 0, done.stderr
    refused = run("subscribe", address, "--count", 1)
    assert refused.returncode != 0 and "401" in refused.stderr and "a token is needed" in refused.stderr

    everything = new_token()
    guarded.allow({everything: (["publish", "view"], ["bench-*"])})
    guarded.reload("access file read anew")
    bench = ["bench", "--port", guarded.port, "--viewers", 2, "--fps", 5, "--seconds", 1, "--size", 2000, "--json"]
    done = run(*bench, env={"BROKER_TOKEN": everything})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["healthy"]["delivered"] > 0
    assert everything not in done.stdout
    assert run(*bench).returncode != 0


def test_one_token_for_each_right_comes_from_the_environment(launch, brokerctl):
    tokens = {name: new_token() for name in ("PUBLISH_TOKEN", "VIEW_TOKEN", "ADMIN_TOKEN")}
    port = free_port()
    with Broker(launch("broker", [brokerctl, "serve", "--port", port], tokens), port) as broker:
        assert broker.http.post("/ingest/a", content=IMAGE, auth=Bearer(tokens["PUBLISH_TOKEN"])).status_code == 202
        assert broker.http.get("/snapshot/a", auth=Bearer(tokens["VIEW_TOKEN"])).content == IMAGE
        assert broker.http.get("/metrics", auth=Bearer(tokens["ADMIN_TOKEN"])).status_code == 200
        for path in ("/snapshot/a", "/metrics", "/api/streams"):
            answer = broker.http.get(path)
            assert answer.status_code == 401 and answer.json().keys() == {"error", "hint"}
            assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_token_that_somebody_could_guess_is_refused_at_the_start(run):
    done = run("serve", "--port", 0, env={"PUBLISH_TOKEN": "s3cret"})
    assert done.returncode != 0 and "PUBLISH_TOKEN" in done.stderr and "openssl rand" in done.stderr
    assert "s3cret" not in done.stderr


def test_a_json_web_token_opens_what_it_says(launch, brokerctl, tmp_path):
    secret = new_token()
    (tmp_path / "key").write_text(secret)
    keys = {"issuer": "us", "audience": "cameras", "keys": [{"algorithm": "HS256", "file": "key"}]}
    with Guarded(launch, brokerctl, tmp_path, jwt=keys) as broker:
        assert broker.post_as(broker.publish) == 202
        good = jwt(secret, iss="us", aud="cameras", permissions=["view"], streams=["a"])
        assert broker.http.get("/snapshot/a", params={"token": good}).content == IMAGE
        assert broker.http.get("/snapshot/b", params={"token": good}).status_code == 403
        for bad in (
            jwt(new_token(), iss="us", aud="cameras", permissions=["view"], streams=["a"]),
            jwt(secret, iss="us", aud="doors", permissions=["view"], streams=["a"]),
            jwt(secret, iss="us", aud="cameras", permissions=["view"], streams=["a"], exp=int(time.time()) - 60),
        ):
            assert broker.http.get("/snapshot/a", params={"token": bad}).status_code == 401


# The file


def test_the_file_is_read_anew_on_sighup_and_viewers_who_lost_their_right_are_closed(guarded):
    assert guarded.post_as(guarded.publish) == 202
    auth = {"Authorization": f"Bearer {guarded.view}"}
    with open_viewer(guarded.url, "/ws/a", tagged=True, additional_headers=auth) as viewer:
        next_frame(viewer)
        other = new_token()
        guarded.allow({other: (["publish", "view"], ["a"])})
        started = time.monotonic()
        guarded.process.send_signal(signal.SIGHUP)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                viewer.recv(timeout=5)
        assert closed.value.rcvd.code == 1008 and closed.value.rcvd.reason == "the token is not valid"
        assert time.monotonic() - started < 1.5
    assert guarded.post_as(guarded.publish) == 401
    assert guarded.post_as(other) in (200, 202)


def test_a_bad_file_changes_nothing_and_says_where_it_is_wrong(guarded):
    good = guarded.file.read_text()
    guarded.file.write_text("tokens:\n  - name: x\n    hash: sha256:00\n    permissions: [view]\n")
    guarded.reload("access stays as it is")
    assert f"{guarded.file}, line 3, column 11: " in guarded.log
    assert guarded.post_as(guarded.publish) == 202
    guarded.file.unlink()
    guarded.reload("access stays as it is")
    assert guarded.post_as(guarded.publish) in (200, 202)
    guarded.file.write_text(good)
    guarded.reload("access file read anew")
    assert guarded.post_as(guarded.publish) in (200, 202)


def test_a_hundred_readings_of_the_file_lose_no_frame(guarded):
    """Publisher and viewer keep their tokens; every time somebody else's is another one, and every fifth file is a bad one."""
    kept = {token: right for token, right in guarded.tokens.items() if token != guarded.admin}
    auth = {"Authorization": f"Bearer {guarded.view}"}
    with (
        httpx.Client(base_url=guarded.url, auth=Bearer(guarded.publish), timeout=10) as publisher,
        traffic(guarded, "a", publisher, additional_headers=auth) as seen,
    ):
        for number in range(1, 101):
            count = len(seen.posted)
            if number % 5 == 0:
                guarded.file.write_text("tokens: 5\n")
                guarded.reload("access stays as it is")
            else:
                other = new_token()
                guarded.allow(kept | {other: (["publish"], ["b"])})
                guarded.reload("access file read anew")
                assert guarded.post_as(other, "b") in (200, 202)
            wait_until(lambda count=count: len(seen.posted) > count + 1, "frames in the meantime", every=0.005)
    assert guarded.log.count("access file read anew") == 80 and guarded.log.count("access stays as it is") == 20
    assert len(seen.posted) >= 200 and seen.got == seen.posted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": it is empty"),
        ("tokens: [", "this is not YAML"),
        ("tokns: []", "line 1, column 1: tokns is no key of an access file: did you mean tokens?"),
        ("tokens: x", "line 1, column 9: tokens must be a list"),
        ("tokens:\n  - permissions: [view]", "line 2, column 5: a token has no hash"),
        (f"tokens:\n  - hash: sha256:{'0' * 64}", "line 2, column 5: a token has no permissions"),
        (f"tokens:\n  - hash: sha256:{'0' * 64}\n    permissions: [veiw]", "line 3, column 19: there is no such permission"),
        (f"tokens:\n  - hash: sha256:{'0' * 64}\n    permissions: view\n    streams: '*a'", "line 4, column 14: "),
        (f"tokens:\n  - hash: sha256:{'0' * 64}\n    permissions: view\n    expires: soon", "line 4, column 14: expires is"),
        ("link_secret_file: nowhere", "line 1, column 19: link_secret_file: "),
        ("jwt: {}", "line 1, column 6: jwt has no keys"),
        ("tokens: []\ntokens: []", "a key is there twice"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(run, tmp_path, text, said):
    file = tmp_path / "access.yaml"
    file.write_text(text)
    done = run("serve", "--port", 0, "--access-file", file)
    assert done.returncode != 0
    assert f"{file}" in done.stderr and said in done.stderr, done.stderr


def test_a_token_that_was_pasted_into_the_file_is_not_repeated(run, tmp_path):
    token = new_token()
    file = tmp_path / "access.yaml"
    for text in (f"tokens:\n  - hash: {token}\n    permissions: [view]", f"{token}: x", f"tokens: [{token}]"):
        file.write_text(text)
        done = run("serve", "--port", 0, "--access-file", file)
        assert done.returncode != 0 and "line" in done.stderr and token not in done.stderr, done.stderr


# Others


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7"])
@pytest.mark.parametrize("options", [[], ["--caddy"]], ids=["bare", "caddy"])
def test_nothing_is_open_to_others_by_accident(run, tmp_path, address, options):
    cameras = tmp_path / "cameras.yaml"
    cameras.write_text("cameras:\n  a:\n    source: 'test:'\n")
    for command in (["serve"], ["run", "--config", cameras]):
        done = run(*command, "--port", free_port(), "--bind", address, *options)
        assert done.returncode != 0
        for way in ("--generate-tokens", "--access-file", "--anonymous-view", "--anonymous-publish"):
            assert way in done.stderr, done.stderr
    done = run("serve", "--port", free_port(), "--caddy-domain", "cameras.example.org")
    assert done.returncode != 0 and "--access-file" in done.stderr


def test_others_are_let_in_when_somebody_said_so(launch, brokerctl):
    port = free_port()
    options = ["--port", port, "--bind", "0.0.0.0", "--anonymous-view"]
    with Broker(launch("broker", [brokerctl, "serve", *options]), port) as broker:
        assert broker.http.get("/api/streams").json() == {"streams": []}
        assert broker.http.post("/ingest/a", content=IMAGE).status_code == 401
        assert broker.http.get("/metrics").status_code == 401


def test_pages_of_named_origins_may_use_the_broker(launch, brokerctl):
    port = free_port()
    options = ["--port", port, "--allow-origin", "https://one.example,http://two.example:8080", "--allow-origin", "https://three.example"]
    with Broker(launch("broker", [brokerctl, "serve", *options]), port) as broker:
        for origin in ("https://one.example", "http://two.example:8080", "https://three.example"):
            with open_viewer(broker.url, "/ws/a", origin=origin):
                pass
            answer = broker.http.get("/api/streams", headers={"Origin": origin})
            assert answer.headers["Access-Control-Allow-Origin"] == origin
        refused = broker.http.get("/ws/a", headers={"Origin": "https://four.example"})
        assert refused.status_code == 403 and refused.json()["hint"]


def test_the_cameras_of_run_need_no_token_and_their_viewers_do(launch, brokerctl, tmp_path):
    token = new_token()
    access = write_access(tmp_path / "access.yaml", {token: (["view", "admin"], ["*"])})
    kept = KeptCameras(launch, brokerctl, tmp_path, {"a": {"source": "test:", "width": 160}}, access_file=str(access))
    with open_viewer(kept.url, f"/ws/a?token={token}", tagged=True) as viewer:
        first = next_frame(viewer, timeout=15)
        assert next_frame(viewer).sequence > first.sequence
    assert kept.http.get("/snapshot/a").status_code == 401
    assert kept.http.post("/ingest/a", content=IMAGE, auth=Bearer(token)).status_code == 403
    # The same signal has both files read anew.
    other = new_token()
    write_access(access, {other: (["view"], ["*"])})
    kept.process.send_signal(signal.SIGHUP)
    wait_until(lambda: kept.http.get("/snapshot/a", auth=Bearer(other)).status_code == 200, "the new token")
    assert kept.http.get("/snapshot/a", auth=Bearer(token)).status_code == 401
    kept.http.close()


def test_the_socket_s_file_decides_over_a_socket_and_a_proxy_s_requests_need_a_token(launch, brokerctl, tmp_path):
    socket = tmp_path / "broker.sock"
    access = write_access(tmp_path / "access.yaml", {new_token(): (["view"], ["*"])})
    port = free_port()
    options = ["--port", port, "--socket", socket, "--access-file", access]
    with Broker(launch("broker", [brokerctl, "serve", *options]), port) as broker:
        assert broker.post("a", IMAGE).status_code == 401
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://localhost") as inside:
            assert inside.post("/ingest/a", content=IMAGE).status_code == 202
            assert inside.get("/snapshot/a").content == IMAGE
            forwarded = {"X-Forwarded-For": "192.0.2.1"}
            assert inside.get("/snapshot/a", headers=forwarded).status_code == 401
            assert inside.post("/ingest/a", content=IMAGE, headers=forwarded).status_code == 401


# Generated tokens


def test_generated_tokens_work_as_they_are_printed(run, launch, brokerctl, tmp_path, visit):
    port = free_port()
    done = run("serve", "--generate-tokens", "--port", port, "--bind", "0.0.0.0")
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.splitlines() if line.startswith("  ")]
    serve, publish, link, make_link, view, admin = lines
    file = tmp_path / "access.yaml"
    for path in (file, tmp_path / "access.link-secret"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = (tmp_path / "access.link-secret").read_text().strip()
    token = re.search(r"BROKER_TOKEN=(\S+)", publish)[1]
    for hidden in (token, view, admin, secret):
        assert hidden not in file.read_text()
    assert secret not in done.stdout

    with Broker(launch("broker", ["bash", "-c", serve]), port) as broker:
        launch("publisher", ["bash", "-c", publish])
        page = visit(link)
        page.wait_state("live")
        made = subprocess.run(["bash", "-c", make_link], capture_output=True, text=True, timeout=20)
        other = visit(made.stdout.strip())
        other.wait_state("live")
        assert broker.http.get("/snapshot/stream1", auth=Bearer(view)).status_code == 200
        assert broker.http.get("/metrics", auth=Bearer(admin)).status_code == 200
        assert broker.http.get("/metrics", auth=Bearer(view)).status_code == 403
    again = run("serve", "--generate-tokens", "--port", port)
    assert again.returncode != 0 and "there already" in again.stderr


# The page


def test_a_page_with_a_link_shows_the_picture_and_the_wall_what_the_link_is_for(guarded, run, visit):
    with publishing(guarded):
        page = visit(link_of(guarded, run))
        page.wait_state("live")
        page.wait("player.figures.painted > 3")
        # From the large picture to the wall, which has only what the link is for, and back by its address.
        page.page.get_by_role("link", name="All cameras").click()
        page.wait("document.querySelector('.tile[data-state=live] .name')?.textContent === 'a'")
        assert "#token=" in page.page.url
        page.page.reload()
        page.wait("document.querySelector('.tile[data-state=live] .name')?.textContent === 'a'")
    page.assert_clean()


def test_a_token_in_the_query_works_and_does_not_stay_there(guarded, visit):
    with publishing(guarded):
        page = visit(f"{guarded.url}/?stream=a&token={guarded.view}")
        page.wait_state("live")
        assert "token" not in page.page.evaluate("location.search")
    page.assert_clean()


@pytest.mark.parametrize(
    ("token", "text"),
    [
        (None, "Refused: a token is needed"),
        ("nonsense", "Refused: the token is not valid"),
        ("expired", "Refused: the token has expired"),
        ("other", "Refused: the token is not for this stream"),
    ],
)
def test_a_page_that_is_refused_says_why_and_does_not_knock_for_ever(launch, brokerctl, tmp_path, run, visit, token, text):
    secret = new_token()
    (tmp_path / "key").write_text(secret)
    with Guarded(launch, brokerctl, tmp_path, jwt={"keys": [{"algorithm": "HS256", "file": "key"}]}) as guarded:
        tokens = {
            None: "",
            "nonsense": "#token=nonsense",
            "expired": f"#token={jwt(secret, permissions=['view'], streams=['a'], exp=int(time.time()) - 60)}",
            "other": f"#token={jwt(secret, permissions=['view'], streams=['b'])}",
        }
        page = visit(f"{guarded.url}/?stream=a{tokens[token]}")
        page.wait_state("refused")
        assert page.status["title"] == text

        def denials() -> int:
            metrics = guarded.http.get("/metrics", auth=Bearer(guarded.admin)).text
            return sum(int(line.split()[-1]) for line in metrics.splitlines() if line.startswith("stream_broker_access_denied_total"))

        before = denials()
        page.pause(3000)
        assert denials() == before
        assert page.status["state"] == "refused"


def test_a_wall_that_is_refused_says_why(guarded, visit):
    page = visit(guarded.url)
    page.wait("document.querySelector('#empty-title').textContent === 'Refused: a token is needed'")
    page.wait("document.querySelector('#state').dataset.state === 'refused'")


def test_a_picture_whose_link_expires_is_called_refused(guarded, run, visit):
    with publishing(guarded):
        page = visit(link_of(guarded, run, expires="6s"))
        page.wait_state("live")
        page.wait_state("refused")
        assert page.status["title"] == "Refused: the token has expired"


def test_a_token_is_not_shown_to_another_broker(guarded, broker, visit):
    with publishing(guarded):
        page = visit(f"{guarded.url}/?stream=a#token={guarded.view}")
        page.wait_state("live")
        assert page.read("player.getAttribute('token')") == guarded.view
        page.show_source(broker=broker.url)
        page.wait_state("waiting")
        assert page.read("player.getAttribute('token')") is None
        assert guarded.view not in page.page.url


def test_streams_are_asked_for_one_by_one(guarded):
    assert guarded.post_as(guarded.publish) == 202
    with open_viewer(guarded.url, f"/ws?token={guarded.view}", tagged=True) as viewer:
        next_control(viewer, "streams")
        control(viewer, type="subscribe", streams=["b", "a"])
        assert next_control(viewer, "refused") == {
            "type": "refused",
            "stream": "b",
            "error": "the token is not for this stream",
            "final": True,
        }
        assert next_control(viewer, "streams")["streams"] == [{"index": 0, "stream": "a"}]
        assert next_frame(viewer).payload == IMAGE
