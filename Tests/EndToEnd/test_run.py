"""Many cameras by one command: each a process of its own, kept, on demand, and gone when they should be."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from harness.kept_cameras import KeptCameras, give_up, is_there, visible_to_others
from harness.waiting import wait_until

pytest_plugins = ["page_fixtures"]

TEST_PICTURE = {"source": "test:", "width": 320}
# A second and a half of graceful end, the process's own, and some for a busy machine.
ENDS_WITHIN = 8


@pytest.fixture
def keep(launch, brokerctl, tmp_path) -> Iterator[Callable[..., KeptCameras]]:
    """Starts `brokerctl run` with cameras: `keep({"name": {"source": ...}})`."""
    running: list[KeptCameras] = []
    known: list[int] = []

    def start(cameras: dict, **top) -> KeptCameras:
        kept = KeptCameras(launch, brokerctl, tmp_path, cameras, **top)
        running.append(kept)
        return kept

    yield start
    for kept in running:
        known += kept.pids.values()
        kept.http.close()
        kept.process.reap()
    try:
        wait_until(lambda: not any(map(is_there, known)), "the end of the cameras' processes", ENDS_WITHIN)
    finally:
        give_up(known)


def test_a_camera_whose_process_dies_is_back_and_no_other_notices(keep):
    kept = keep({"one": TEST_PICTURE, "two": TEST_PICTURE})
    before = kept.wait_processes({"one", "two"})
    with kept.view("one") as one, kept.view("two") as two:
        one.wait_frames(10)
        two.wait_frames(10)
        os.kill(before["one"], signal.SIGSEGV)
        wait_until(lambda: kept.pids.get("one", before["one"]) != before["one"], "another process of the camera")
        one.wait_frames(one.count + 10)
        assert kept.source("one")["restarts"] == 1
        assert two.moves() and kept.pids["two"] == before["two"]
        assert one.sequences == sorted(set(one.sequences)), "a picture came twice or went back"
    assert "signal 11" in kept.log
    assert 'stream_broker_source_restarts_total{stream="one"} 1' in kept.http.get("/metrics").text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_is_soon_and_nothing_is_left(keep, number):
    kept = keep({"one": TEST_PICTURE, "two": TEST_PICTURE})
    pids = kept.wait_processes({"one", "two"})
    folder = socket_folder(pids["one"])
    with kept.view("one") as viewer:
        viewer.wait_frames(5)
        status, _ = kept.process.end(number, timeout=ENDS_WITHIN)
    assert status == 0
    assert not any(map(is_there, pids.values()))
    assert not os.path.exists(folder)


def test_a_process_that_hangs_is_killed_at_the_end(keep):
    kept = keep({"one": TEST_PICTURE, "two": TEST_PICTURE})
    pids = kept.wait_processes({"one", "two"})
    os.kill(pids["one"], signal.SIGSTOP)
    status, _ = kept.process.end(timeout=ENDS_WITHIN)
    assert status == 0
    assert not any(map(is_there, pids.values()))


def test_cameras_do_not_outlive_a_keeper_that_was_killed(keep):
    kept = keep({"one": TEST_PICTURE, "two": TEST_PICTURE})
    pids = kept.wait_processes({"one", "two"})
    kept.wait_source("two", "live")
    try:
        kept.kill()
        wait_until(lambda: not any(map(is_there, pids.values())), "the end of the cameras' processes", ENDS_WITHIN)
    finally:
        give_up(list(pids.values()))


def test_the_socket_is_for_this_user_alone(keep):
    kept = keep({"one": TEST_PICTURE})
    folder = socket_folder(kept.wait_processes({"one"})["one"])
    assert os.stat(folder).st_mode & 0o777 == 0o700
    assert os.stat(f"{folder}/broker.sock").st_mode & 0o777 == 0o600


def test_a_password_is_nowhere_to_be_seen(keep, camera):
    password = "canary-8f3a"
    camera = camera(user="user", password=password)
    wrong = camera.url.replace(password, "canary-wrong")
    kept = keep({"right": {"source": camera.url}, "wrong": {"source": wrong}}, log_level="trace")
    kept.wait_source("right", "live")
    reason = kept.wait_source("wrong", "lost")["reason"]
    assert "user name" in reason or "password" in reason or "log in" in reason, reason
    shown = [kept.log, kept.http.get("/api/streams").text, kept.http.get("/metrics").text]
    shown += [visible_to_others(pid).decode() for pid in [kept.pid, *kept.pids.values()]]
    assert len(shown) == 6
    assert not any("canary" in text for text in shown)


def test_another_file_disturbs_only_the_cameras_that_it_changes(keep):
    kept = keep({"stays": TEST_PICTURE, "changes": TEST_PICTURE, "goes": TEST_PICTURE})
    before = kept.wait_processes({"stays", "changes", "goes"})
    kept.follow({"new": TEST_PICTURE, "stays": TEST_PICTURE, "changes": TEST_PICTURE | {"fps": 5}})
    after = kept.wait_processes({"stays", "changes", "new"})
    wait_until(lambda: kept.pids.get("changes") not in (None, before["changes"]), "the changed camera")
    assert after["stays"] == before["stays"]
    kept.wait_source("new", "live")
    # One that cannot be understood changes nothing, and says why.
    kept.file.write_text("cameras:\n  stays:\n    sauce: x\n")
    kept.process.send_signal(signal.SIGHUP)
    kept.process.wait_log("line 3, column 5: sauce is no key of camera stays: did you mean source?")
    assert kept.pids["stays"] == before["stays"]


def test_a_file_with_a_mistake_is_refused_at_once(brokerctl, tmp_path, environment):
    file = tmp_path / "cameras.yaml"
    for text, words in [
        ("cameras:\n  a:\n    source: x.mp4\n    quality: 101\n", "quality of camera a in"),
        ("cameras:\n  a:\n    source: ftp://user:canary@host/\n", "line 2, column 3: camera a: The source address 'ftp://***@host/'"),
        ("cameras: 3\n", "line 1, column 10: cameras must be keys with values"),
    ]:
        file.write_text(text)
        run = subprocess.run(
            [brokerctl, "run", "--config", file], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=20
        )
        assert run.returncode != 0
        assert words in run.stderr and "canary" not in run.stderr, run.stderr


def test_a_camera_nobody_watches_is_sent_once_a_second_and_at_once_at_full_rate_for_a_viewer(keep):
    kept = keep({"idles": TEST_PICTURE, "full": TEST_PICTURE | {"full_rate": True}})
    wait_until(lambda: kept.status("full")["fps"] > 20, "the full rate")
    wait_until(lambda: 0 < kept.status("idles")["fps"] <= 2, "the rate of a stream that nobody watches", timeout=20)
    assert kept.status("full")["fps"] > 20
    with kept.view("idles") as viewer:
        # The first one is the latest that was kept; two more tell that the full rate is there.
        viewer.wait_frames(8)
        arrivals = [arrival for arrival, _ in viewer.frames[:8]]
    # Eight frames at one a second would take seven seconds.
    assert (arrivals[-1] - arrivals[0]) / 1e6 < 2


def test_a_publisher_over_the_network_idles_too(launch, brokerctl, broker):
    launch("publisher", [brokerctl, "publish", "--source", "test:", "--width", "320", "--broker", broker.url])
    wait_until(lambda: broker.http.get("/api/streams/stream1").status_code == 200, "the stream")
    wait_until(lambda: 0 < broker.status("stream1")["fps"] <= 2, "the rate of a stream nobody watches", timeout=20)
    with broker.view("stream1") as viewer:
        assert viewer.keeps(20)


def test_eight_cameras_on_demand_cost_next_to_nothing_until_somebody_watches(keep, camera, figures):
    # One camera is enough to be captured eight times; a keyframe comes every 30 pictures, which are two seconds.
    group_of_pictures = 2
    served = camera(clock=True, options=["--width", 640, "--height", 360, "--fps", 15])
    names = [f"camera-{number}" for number in range(8)]
    kept = keep({name: {"source": served.url, "on_demand": True} for name in names})
    wait_until(lambda: [kept.source(name)["state"] for name in names] == ["idle"] * 8, "eight cameras that wait")
    assert kept.pids == {}

    began, used = time.monotonic(), kept.cpu_seconds
    time.sleep(5)  # What nothing costs must be measured for a while.
    idle_share = (kept.cpu_seconds - used) / (time.monotonic() - began)
    assert idle_share < 0.02

    def first_picture(name: str) -> float:
        asked = time.monotonic()
        with kept.view(name) as viewer:
            viewer.wait_frames(1)
            wait = time.monotonic() - asked
            # It goes on: that was no picture from before.
            viewer.wait_frames(5)
        return wait

    bound = 0.5 + group_of_pictures
    waits = [first_picture(name) for name in names]
    # Ten seconds after the last viewer of each, none runs any more.
    wait_until(lambda: kept.pids == {}, "the end of the cameras' processes", timeout=10 + ENDS_WITHIN)
    # A busy machine may be late once.
    late = [name for name, wait in zip(names, waits) if wait >= bound]
    assert all(first_picture(name) < bound for name in late), waits
    wait_until(lambda: kept.pids == {}, "the end of the processes of those tried again", timeout=10 + ENDS_WITHIN)
    assert kept.source(names[0])["state"] == "idle"
    figures["eight cameras on demand, nobody watches: share of one core"] = round(idle_share, 4)
    figures["camera on demand: from joining to the first picture, s"] = [round(wait, 2) for wait in waits]


def test_a_viewer_of_a_rendition_wakes_its_camera_and_has_its_full_rate(keep):
    kept = keep({"door": TEST_PICTURE | {"on_demand": True, "rendition": ["small=160x90@20", "tiny=80x45@5,q50"]}})
    wait_until(lambda: kept.source("door")["state"] == "idle", "a camera that waits")
    with kept.view("door~small") as viewer:
        viewer.wait_frames(1)
        assert set(kept.pids) == {"door"}
        # Longer than it takes a camera that nobody watches to slow down.
        began = time.monotonic()
        viewer.wait_frames(120)
        assert time.monotonic() - began < 30
    wait_until(lambda: kept.pids == {}, "the end of the camera's process", timeout=10 + ENDS_WITHIN)


def test_the_wall_wakes_cameras_that_wait(keep, visit):
    kept = keep({name: TEST_PICTURE | {"on_demand": True} for name in ("one", "two")})
    wait_until(lambda: [kept.source(name)["state"] for name in ("one", "two")] == ["idle"] * 2, "cameras that wait")
    page = visit(f"{kept.url}/")
    page.wait("document.querySelectorAll('.tile[data-state=live]').length === 2", timeout=20_000)
    page.assert_clean()


def socket_folder(pid: int) -> str:
    """Where a camera's process sends its frames."""
    with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
        words = file.read().split("\0")
    return os.path.dirname(words[words.index("--broker") + 1].removeprefix("unix:"))
