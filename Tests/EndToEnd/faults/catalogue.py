"""The faults of cameras, lines and brokers that a publisher survives, each with its script.

The expectations are the project's promise: the process lives, other streams notice nothing, the first new picture is
there 2 s after an outage of less than 5 s and 6 s after any other, silence is noticed within 5 s, and the log names the
fault once per change of state.
"""

import random
import re
import time

from faults.line import Torso
from faults.rtsp_messages import Message, Packet
from faults.scene import PATIENCE, Fault, Scene

SHORT, LONG, SILENCE = 2, 6, 5

ENDED = "connection to .* ended"
SILENT = "sent nothing|did not answer"
NO_ANSWER = "did not answer"

CATALOGUE: list[Fault] = []


def fault(number: object, name: str, expected: str):
    def add(play):
        CATALOGUE.append(Fault(str(number), name, expected, play))
        return play

    return add


@fault(1, "the camera reboots", "new picture within 2 s of its being back")
def reboot(scene: Scene) -> None:
    film = scene.stage.camera("camera-1", user="admin", password="p4ss", auth="basic")
    scene.start_publisher(film.url)
    scene.wait_live()
    began = time.monotonic()
    with scene.fault_lasts(LONG, ENDED):
        film.restart()
        away = time.monotonic() - began
    scene.say(f"was away for {away:.1f} s")
    if away < 5:
        scene.check(scene.outcome.seconds is not None and scene.outcome.seconds <= SHORT, "too late for a short outage")


@fault(2, "the camera closes the connection", "new picture within 2 s")
def clean_close(scene: Scene) -> None:
    scene.begin()
    with scene.fault_lasts(SHORT, ENDED):
        scene.line.cut()


@fault(3, "the camera falls silent for 12 s", "noticed in 5 s; new picture within 6 s")
def silence(scene: Scene) -> None:
    scene.begin()
    with scene.fault_lasts(LONG, SILENT):
        scene.line.alter = lambda packet: None
        scene.expect_noticed(SILENT, SILENCE)
        scene.pause(7)
        scene.line.alter = lambda packet: packet


@fault(4, "half-open: the connection is dead and nobody says so", "noticed in 5 s; new picture within 2 s of that")
def half_open(scene: Scene) -> None:
    scene.begin()
    with scene.fault_lasts(SHORT, SILENT):
        scene.line.freeze_open()
        scene.expect_noticed(SILENT, SILENCE)


@fault(5, "the camera accepts and never answers for 15 s", "named; new picture within 6 s")
def never_answers(scene: Scene) -> None:
    scene.begin()
    with scene.fault_lasts(LONG, NO_ANSWER):
        scene.line.swallows_new = True
        scene.line.cut()
        scene.pause(15)
        scene.line.swallows_new = False


@fault(6, "the camera refuses connections for 60 s", "named once; new picture within 6 s")
def refuses(scene: Scene) -> None:
    scene.begin()
    with scene.fault_lasts(LONG, "no connection to"):
        scene.line.refuse()
        scene.pause(60)
        scene.line.listen_again()


@fault(7, "the connection is cut inside a packet", "new picture within 2 s")
def cut_inside(scene: Scene) -> None:
    scene.begin()

    def cut(packet: Packet) -> Torso:
        scene.line.alter = lambda packet: packet
        whole = packet.encode()
        return Torso(whole[: len(whole) // 2])

    with scene.fault_lasts(SHORT, ENDED):
        scene.line.alter = cut


@fault(8, "one byte in 10,000 is corrupt for 10 s", "no crash; new picture within 6 s")
def corrupt(scene: Scene) -> None:
    scene.begin()
    dice = random.Random(8)

    def spoil(data: bytes) -> bytes:
        spoiled = bytearray(data)
        place = int(dice.expovariate(1e-4))
        while place < len(spoiled):
            spoiled[place] ^= dice.randrange(1, 256)
            place += 1 + int(dice.expovariate(1e-4))
        return bytes(spoiled)

    scene.log_from = len(scene.publish.log)
    before = scene.watch.count
    scene.line.alter_bytes = spoil
    scene.pause(10)
    scene.line.alter_bytes = lambda data: data
    scene.say(f"{scene.watch.count - before} pictures meanwhile, {len(scene.losses())} losses told")
    scene.expect_new_picture(LONG)


@fault(9, "2 % of the packets are lost for 8 s", "pictures go on; new picture within 6 s")
def lost_pieces(scene: Scene) -> None:
    scene.begin()
    dice = random.Random(9)
    before = scene.watch.count
    with scene.fault_lasts(LONG):
        scene.line.alter = lambda packet: None if dice.random() < 0.02 else packet
        scene.pause(8)
        scene.line.alter = lambda packet: packet
    scene.say(f"{scene.watch.count - before} pictures meanwhile")


@fault(10, "10 % of the datagrams are lost", "TCP is taken; new picture within 6 s, loss or not")
def datagram_loss(scene: Scene) -> None:
    scene.begin(options=["--transport", "auto"])
    scene.check("over udp" in scene.publish.log, "it did not begin with UDP")
    with scene.fault_lasts(LONG):
        scene.line.datagram_loss = 0.1
        scene.publish.wait_log("taking TCP", timeout=30)
    scene.say("UDP, then TCP")


@fault(11, "the line gives 10 kB/s for 15 s", "new picture within 6 s")
def throttled(scene: Scene) -> None:
    scene.begin()
    scene.log_from = len(scene.publish.log)
    before = scene.watch.count
    scene.line.bytes_per_second = 10_000
    scene.pause(15)
    scene.line.bytes_per_second = None
    scene.say(f"{scene.watch.count - before} pictures meanwhile")
    scene.expect_new_picture(LONG)


@fault(12, "a latency of 0.5 ± 0.4 s for 15 s, a reconnection in it", "new picture within 6 s, and again after it")
def latency(scene: Scene) -> None:
    scene.begin()
    scene.line.delay = (0.1, 0.9)
    scene.pause(5)
    with scene.fault_lasts(LONG, ENDED):
        scene.line.cut()
    scene.pause(5)
    scene.line.delay = None
    scene.expect_new_picture(LONG)


@fault(13, "the picture is frozen while packets go on, 12 s", "told once in 5 s, no restart; new picture within 6 s")
def frozen(scene: Scene) -> None:
    film = scene.stage.camera("camera-13")
    scene.begin(film.port)
    scene.log_from = len(scene.publish.log)
    film.process.send_signal(scene.stage.FREEZE)
    began = time.monotonic()
    scene.publish.wait_log("watchdog: all pictures show the same", timeout=5 + PATIENCE)
    noticed = time.monotonic() - began
    scene.say(f"told in {noticed:.1f} s")
    scene.check(noticed <= 5, f"told after {noticed:.1f} s only")
    scene.pause(12 - noticed)
    film.process.send_signal(scene.stage.FREEZE)
    scene.expect_new_picture(LONG)
    told = len(re.findall("watchdog: all pictures show the same", scene.log()))
    scene.check(told == 1, f"told {told} times")
    # A still scene looks the same: opening the source again would not help.
    scene.check_log(None)


@fault(14, "timestamps jump by an hour and back", "pictures go on: new one within 2 s of each")
def timestamps(scene: Scene) -> None:
    scene.begin()
    offset = 0

    def alter(packet: Packet) -> Packet:
        nonlocal offset
        altered = packet.later(offset)
        if packet.ends_picture:
            offset = wanted
        return altered

    wanted = 0
    scene.line.alter = alter
    with scene.fault_lasts(SHORT):
        wanted = 3600 * 90_000
    with scene.fault_lasts(SHORT):
        scene.pause(4)
        wanted = 0


@fault(15, "the size of the picture changes", "no interruption; pictures of the new size within 2 s")
def size(scene: Scene) -> None:
    film = scene.stage.camera("camera-15", width=640, height=360)
    scene.begin(film.port)
    scene.watch.width = 640
    scene.watch.first_after(0, 5)
    before = scene.watch.last_size
    with scene.fault_lasts(SHORT):
        film.process.send_signal(scene.stage.CHANGE_SIZE)
        deadline = time.monotonic() + 10
        while scene.watch.last_size == before and time.monotonic() < deadline:
            scene.watch.first_after(time.time(), 1)
    scene.say(f"{before[0]}x{before[1]}, then {scene.watch.last_size[0]}x{scene.watch.last_size[1]}")
    scene.check(scene.watch.last_size == (320, 180), f"the size is {scene.watch.last_size}")


@fault(16, "H.264 becomes H.265", "new picture within 2 s")
def codec(scene: Scene) -> None:
    first, second = scene.stage.camera("camera-16"), scene.stage.camera("camera-16b", codec="h265")
    scene.begin(first.port)
    with scene.fault_lasts(SHORT, ENDED):
        scene.line.camera_port = second.port
        scene.line.cut()
    scene.check("live: hevc" in scene.log(), "the new codec is not told")


@fault(17, "the frame rate goes from 25 to 1 to 60", "no false alarm; new picture within 2 s of each")
def frame_rate(scene: Scene) -> None:
    film = scene.stage.camera("camera-17", options=["--paces", "25,1,60"])
    scene.begin(film.port)
    with scene.fault_lasts(SHORT):
        film.process.send_signal(scene.stage.CHANGE_PACE)
        began = time.monotonic()
        scene.pause(12)
        slow = scene.watch.rate(began)
    with scene.fault_lasts(SHORT):
        film.process.send_signal(scene.stage.CHANGE_PACE)
    scene.pause(1)
    began = time.monotonic()
    scene.pause(5)
    fast = scene.watch.rate(began)
    scene.say(f"{slow:.1f} and {fast:.0f} fps")
    scene.check(0.7 <= slow <= 2.5, f"{slow:.1f} pictures a second of a camera that makes one")
    scene.check(20 <= fast <= 33, f"{fast:.1f} pictures a second of a target of 30")


@fault(18, "the password is wrong, and right later", "told apart; at most one try in 30 s; new picture then")
def wrong_password(scene: Scene) -> None:
    old, new = (
        scene.stage.camera(f"camera-18-{password}", user="admin", password=password, auth="digest")
        for password in ("old", "new")
    )
    line = scene.line = scene.stage.line(old.port)
    tries: list[float] = []

    def listen(request: Message) -> None:
        if request.method == "DESCRIBE" and request.field("Authorization"):
            tries.append(time.monotonic())

    line.answer = listen
    scene.start_publisher(line.url.replace("rtsp://", "rtsp://admin:new@"))
    scene.publish.wait_log("password", timeout=20)
    scene.check(len(re.findall(r"refuses this user name and password", scene.publish.log)) == 1, "not told once")
    scene.barrier.wait(90)
    new.wait_ready()
    line.camera_port = new.port
    scene.check(scene.watch.wait_count(3, timeout=45), "no picture after the password was right")
    gaps = [later - earlier for earlier, later in zip(tries, tries[1:])]
    scene.say(f"{len(tries)} tries, {gaps[0]:.0f} s apart" if gaps else "one try")
    scene.check(len(tries) == 2 and gaps[0] >= 29.5, f"tries {gaps} s apart")
    scene.check(scene.publish.log.count("refuses this user name") == 1, "told again")


@fault(19, "the path is unknown, and known later", "told apart; new picture within 6 s")
def unknown_path(scene: Scene) -> None:
    garden = scene.stage.camera("camera-19", options=["--path", "/garden"])
    garden.wait_ready()
    scene.begin(live=False, path="/garden")
    scene.publish.wait_log("has no stream", timeout=20)
    scene.barrier.wait(90)
    scene.pause(5)
    with scene.fault_lasts(LONG):
        scene.line.camera_port = garden.port
    scene.check(len(re.findall("has no stream", scene.publish.log)) == 1, "not told once")


@fault(20, "a loop of redirects for 10 s", "told; new picture within 6 s")
def redirect_loop(scene: Scene) -> None:
    scene.begin()
    asked: list[str] = []

    def redirect(request: Message) -> Message | None:
        if request.method != "DESCRIBE":
            return None
        asked.append(request.head)
        return request.answer("302 Found", f"Location: {scene.line.url}-{len(asked)}")

    with scene.fault_lasts(LONG, "to another place"):
        scene.line.answer = redirect
        scene.line.cut()
        scene.pause(10)
        scene.line.answer = lambda request: None
    scene.say(f"{len(asked)} requests in 10 s")


@fault(21, "a keyframe every 10 s", "no false alarm; new picture within 12 s of a cut")
def rare_keyframes(scene: Scene) -> None:
    film = scene.stage.camera("camera-21", options=["--keyframe-distance", 250])
    # Somebody else is watching, so that the camera does not begin anew with a keyframe.
    other = scene.stage.publisher("publisher-21-other", film.url, scene.stage.broker.url, "fault-21-other", [])
    other.wait_log("camera live", timeout=20)
    scene.begin(film.port)
    scene.check("camera lost" not in scene.publish.log, "a false alarm while waiting for the first keyframe")
    with scene.fault_lasts(12, ENDED):
        scene.pause(2)
        scene.line.cut()
    scene.check(len(scene.losses()) == 1, f"a false alarm while waiting for the keyframe: {scene.losses()}")


@fault(22, "an SDP of 1 MB for 6 s, then one of junk for 6 s", "no crash; new picture within 6 s")
def junk_description(scene: Scene) -> None:
    scene.begin()
    dice = random.Random(22)
    large = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\n" + b"m=video 0 RTP/AVP 96\r\n" + b"a=fmtp:96 x=y\r\n" * 68_000
    bodies = [large]

    def describe(request: Message) -> Message | None:
        if request.method != "DESCRIBE":
            return None
        return request.answer("200 OK", "Content-Type: application/sdp", body=bodies[0])

    with scene.fault_lasts(LONG, "cannot be decoded"):
        scene.line.answer = describe
        scene.line.cut()
        scene.expect_noticed("cannot be decoded", within=6)
        bodies[0] = dice.randbytes(200_000)
        scene.expect_noticed("has no video stream", within=6)
        scene.line.answer = lambda request: None


@fault(23, "the broker restarts under the publisher", "new picture within 2 s")
def broker_restarts(scene: Scene) -> None:
    broker = scene.stage.another_broker("broker-23")
    scene.begin(broker=broker.url)
    with scene.fault_lasts(SHORT):
        broker.restart()


@fault(24, "the broker is away for 60 s", "told once; new picture within 6 s")
def broker_away(scene: Scene) -> None:
    broker = scene.stage.another_broker("broker-24")
    scene.begin(broker=broker.url)
    with scene.fault_lasts(LONG):
        broker.kill()
        scene.pause(60)
        broker.restart()
    told = [line for line in scene.log().splitlines() if " warning " in line or " error " in line]
    scene.say(f"{len(told)} lines of warning")
    scene.check(len(told) == 1, f"not told once: {told}")


# Faults of the same families that have no number.


@fault("a", "the camera closes after each GOP for 12 s", "pictures of every GOP; new picture within 2 s")
def closes_after_each_gop(scene: Scene) -> None:
    scene.begin()
    began = time.monotonic()
    for _ in range(8):
        scene.pause(1.5)
        scene.line.cut()
    scene.say(f"{scene.watch.rate(began):.0f} fps meanwhile, longest gap {scene.watch.longest_gap(began):.1f} s")
    scene.check(scene.watch.longest_gap(began) < 4, f"a gap of {scene.watch.longest_gap(began):.1f} s")
    scene.expect_new_picture(SHORT)


@fault("b", "the camera hangs in DESCRIBE, later in PLAY, 8 s each", "named; new picture within 6 s")
def hangs_in_dialogue(scene: Scene) -> None:
    scene.begin()
    for method in ("DESCRIBE", "PLAY"):
        with scene.fault_lasts(LONG, NO_ANSWER):
            scene.line.swallows = {method}
            scene.line.cut()
            scene.pause(8)
            scene.line.swallows = set()


@fault("c", "the camera hangs in the middle of a packet", "noticed in 5 s; new picture within 2 s of that")
def hangs_in_packet(scene: Scene) -> None:
    scene.begin()

    def hang(packet: Packet) -> Torso:
        scene.line.alter = lambda packet: packet
        whole = packet.encode()
        return Torso(whole[: len(whole) // 2], hangs=True)

    with scene.fault_lasts(SHORT, SILENT):
        scene.line.alter = hang
        scene.expect_noticed(SILENT, SILENCE)


@fault("d", "the camera closes its half of the connection", "new picture within 2 s")
def half_close(scene: Scene) -> None:
    scene.begin()
    with scene.fault_lasts(SHORT, ENDED):
        scene.line.half_close()


@fault("e", "a redirect to another port for 8 s", "not followed, told; new picture within 6 s")
def redirect_elsewhere(scene: Scene) -> None:
    scene.begin()
    other = scene.stage.line(scene.stage.studio_port)

    def redirect(request: Message) -> Message | None:
        return request.answer("302 Found", f"Location: {other.url}") if request.method == "DESCRIBE" else None

    with scene.fault_lasts(LONG, "to another place"):
        scene.line.answer = redirect
        scene.line.cut()
        scene.pause(8)
        scene.line.answer = lambda request: None
    scene.check(other.connections == 0, "the other port was connected to")


@fault("f", "no datagram comes through at all", "TCP is taken within 6 s, without a word of a loss")
def no_datagrams(scene: Scene) -> None:
    scene.line = scene.stage.line(scene.stage.studio_port)
    scene.line.datagram_loss = 1
    scene.barrier.wait(90)
    scene.start_publisher(scene.line.url, options=["--transport", "auto"])
    scene.expect_new_picture(LONG)
    scene.check("taking TCP" in scene.publish.log, "the change to TCP is not told")
    scene.check_log(None)


@fault("g", "an SDP without a frame rate", "pictures at the camera's rate, without a word of a loss")
def no_frame_rate(scene: Scene) -> None:
    film = scene.stage.camera("camera-g")
    film.wait_ready()
    line = scene.line = scene.stage.line(film.port)
    described: list[bytes] = []

    def describe(message: Message) -> Message:
        if b"m=video" not in message.body:
            return message
        described.append(re.sub(rb"a=(framerate|x-framerate|x-dimensions):.*\r\n", b"", message.body))
        return message.with_body(described[-1])

    line.rewrite = describe
    scene.barrier.wait(90)
    scene.start_publisher(line.url)
    scene.expect_new_picture(LONG)
    began = time.monotonic()
    scene.pause(5)
    rate = scene.watch.rate(began)
    scene.say(f"{rate:.0f} fps")
    scene.check(15 <= rate <= 27, f"{rate:.1f} pictures a second of a camera that makes 25")
    scene.check(bool(described) and b"rate" not in described[-1], "the description was not altered")
    scene.check_log(None)


@fault("h", "all timestamps are the same for 10 s", "told once in 5 s, pictures go on; new picture within 2 s")
def repeated_timestamps(scene: Scene) -> None:
    scene.begin()
    standstill: list[int] = []

    def alter(packet: Packet) -> Packet:
        standstill.append(packet.timestamp)
        return packet.later(standstill[0] - packet.timestamp)

    scene.log_from = len(scene.publish.log)
    began = time.monotonic()
    scene.line.alter = alter
    scene.publish.wait_log("watchdog: all pictures bear the same timestamp", timeout=5 + PATIENCE)
    noticed = time.monotonic() - began
    scene.say(f"told in {noticed:.1f} s")
    scene.check(noticed <= 5, f"told after {noticed:.1f} s only")
    scene.pause(10 - noticed)
    gap = scene.watch.longest_gap(began)
    scene.check(gap < 2, f"a gap of {gap:.1f} s")
    scene.line.alter = lambda packet: packet
    scene.expect_new_picture(SHORT)
    told = len(re.findall("watchdog: all pictures bear", scene.log()))
    scene.check(told == 1, f"told {told} times")
    scene.check_log(None)
