#!/usr/bin/python3
"""A camera: GStreamer's RTSP server with a real clip, or with a picture that carries the time.

Runs under Debian's own Python, which has GStreamer's bindings. Prints `ready PORT` and serves
rtsp://127.0.0.1:PORT/stream until it is told to stop or its parent is gone.

    camera.py --clip FILE                    the clip's own pictures, not encoded again, over and over without a gap
    camera.py --clip FILE --clock            the same scene with a clock drawn into it at the moment of production
    camera.py --sound-only                   a stream with no picture in it

SIGUSR1 halves the size of the pictures of a `--clock` camera, and the next one brings it back. SIGUSR2 goes on to the
next pace of `--paces`, in pictures a second, and SIGHUP freezes the picture while packets go on, until the next one.
"""

import argparse
import collections
import ctypes
import itertools
import json
import os
import signal
import statistics
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

import picture_clock  # noqa: E402

PATH = "/stream"
WIDTH, HEIGHT = 1280, 720

PARSERS = {
    "h264": ("h264parse", "video/x-h264,stream-format=byte-stream,alignment=au"),
    "h265": ("h265parse", "video/x-h265,stream-format=byte-stream,alignment=au"),
    "mjpeg": ("jpegparse", "image/jpeg"),
}
# config-interval=-1: parameter sets before every keyframe, as cameras do it. The parser puts them before the picture;
# the payloader would put them before each slice, in the middle of a picture that has two.
PAYLOADERS = {
    "h264": "h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96",
    "h265": "h265parse config-interval=-1 ! rtph265pay name=pay0 pt=96",
    "mjpeg": "rtpjpegpay name=pay0 pt=26",
    "vp8": "rtpvp8pay name=pay0 pt=96",
    "vp9": "rtpvp9pay name=pay0 pt=96",
    "theora": "rtptheorapay name=pay0 pt=96",
}
ENCODERS = {
    "h264": "x264enc name=encoder tune=zerolatency speed-preset=ultrafast threads=1 bitrate=4000 key-int-max={distance}",
    "h265": "x265enc name=encoder tune=zerolatency speed-preset=ultrafast bitrate=4000 key-int-max={distance}",
    "mjpeg": "jpegenc name=encoder quality=85",
    "vp8": "vp8enc name=encoder deadline=1 cpu-used=8 target-bitrate=4000000 keyframe-max-dist=30",
    "vp9": "vp9enc name=encoder deadline=1 lag-in-frames=0 cpu-used=8 target-bitrate=4000000 keyframe-max-dist=30",
    "theora": "theoraenc name=encoder speed-level=3 bitrate=2000",
}


def die_with_parent():
    """The test that started this camera may be killed; the camera must not outlive it."""
    parent = os.getppid()
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent is gone already")


def read_clip(path, elements, caps, limit=None):
    """All buffers of a clip behind the given elements, as bytes, and the width and height of the pictures."""
    demuxer = "matroskademux" if path.endswith(".mkv") else "qtdemux"
    pipeline = Gst.parse_launch(f"filesrc name=file ! {demuxer} ! {elements} ! {caps} ! appsink name=sink sync=false")
    pipeline.get_by_name("file").set_property("location", path)
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    buffers = []
    while limit is None or len(buffers) < limit:
        sample = sink.emit("pull-sample")
        if sample is None:
            break
        buffer, described = sample.get_buffer(), sample.get_caps().get_structure(0)
        size = described.get_int("width").value, described.get_int("height").value
        buffers.append(buffer.extract_dup(0, buffer.get_size()))
    pipeline.set_state(Gst.State.NULL)
    if not buffers:
        sys.exit(f"no pictures in {path}")
    return buffers, size


class ClipPictures:
    """The clip's own encoded pictures, endlessly."""

    def __init__(self, clip, codec):
        parser, caps = PARSERS[codec]
        self.access_units, (width, height) = read_clip(clip, parser, caps)
        self.caps = f"{caps},width={width},height={height}"

    def launch(self, codec):
        return PAYLOADERS[codec]

    def __iter__(self):
        return itertools.cycle(self.access_units)


class ClockPictures:
    """The clip's scene, forward and backward, each picture with the time of its own production in it."""

    def __init__(self, clip, width, height, keyframe_distance):
        self.width, self.height, self.keyframe_distance = width, height, keyframe_distance
        self.caps = f"video/x-raw,format=I420,width={width},height={height}"
        decoded, _ = read_clip(clip, "decodebin ! videoconvert ! videoscale", self.caps, limit=45)
        decoded = [self.without_colour_under_the_clock(picture) for picture in decoded]
        self.scene = decoded + decoded[-2:0:-1]
        self.caps += ",colorimetry=bt709"

    def without_colour_under_the_clock(self, picture):
        """Black and white then are black and white in red, green and blue as well."""
        changed = bytearray(picture)
        stride, lines = self.width // 2, picture_clock.HEIGHT // 2
        for plane in (self.width * self.height, self.width * self.height * 5 // 4):
            for start in range(plane, plane + lines * stride, stride):
                changed[start : start + picture_clock.WIDTH // 2] = bytes([128]) * (picture_clock.WIDTH // 2)
        return bytes(changed)

    def launch(self, codec):
        encoder = ENCODERS[codec].replace("{distance}", str(self.keyframe_distance))
        return f"videoscale ! capsfilter name=size ! {encoder} ! {PAYLOADERS[codec]}"

    def __iter__(self):
        for picture in itertools.cycle(self.scene):
            drawn = bytearray(picture)
            picture_clock.draw(drawn, self.width, time.time_ns() // 1_000_000)
            yield bytes(drawn)


class Feeder:
    """Pushes pictures into one media's source at an even pace, on a thread of its own."""

    def __init__(self, source, pictures, camera):
        self.source, self.pictures, self.camera = source, pictures, camera
        self.wanted, self.stopped = threading.Event(), threading.Event()
        # The source asks for data once it is playing: only then does its clock run.
        source.connect("need-data", lambda *_: self.wanted.set())
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def stop(self, *_):
        self.stopped.set()
        self.wanted.set()

    def run(self):
        self.wanted.wait()
        if self.stopped.is_set():
            return
        started = due = time.monotonic()
        offset = self.source.get_clock().get_time() - self.source.get_base_time()
        pictures = iter(self.pictures)
        picture = None
        while not self.stopped.wait(max(0.0, due - time.monotonic())):
            if time.monotonic() > due + 1:
                due = time.monotonic()  # the whole machine stood still: a camera does not make up for lost pictures
            if picture is None or not self.camera.frozen:
                picture = next(pictures)  # made at this moment, clock and all
            buffer = Gst.Buffer.new_wrapped(picture)
            buffer.pts = buffer.dts = offset + int((due - started) * Gst.SECOND)
            buffer.duration = Gst.SECOND // self.camera.pace
            due += 1 / self.camera.pace
            if self.source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return


class SharedPictures(GstRtspServer.RTSPMediaFactory):
    """One encoder for all, whatever port they think that they are connected to: as a rule each port has its own."""

    def do_gen_key(self, url):
        return url.abspath


class Camera:
    def __init__(self, options):
        self.options = options
        self.encoding_ms = []
        self.size_filters = []
        self.halved = False
        self.frozen = False
        self.paces = itertools.cycle(options.paces or [options.fps])
        self.pace = next(self.paces)
        self.server = GstRtspServer.RTSPServer.new()
        self.server.set_address("127.0.0.1")
        self.server.set_service(str(options.port))
        factory = SharedPictures()
        factory.set_shared(True)
        if options.sound_only:
            factory.set_launch("( audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8 )")
        else:
            if options.clock:
                self.pictures = ClockPictures(options.clip, options.width, options.height, options.keyframe_distance)
            else:
                self.pictures = ClipPictures(options.clip, options.codec)
            caps = f"{self.pictures.caps},framerate={options.fps}/1"
            factory.set_launch(
                f"( appsrc name=source is-live=true format=time block=false max-bytes=0 caps={caps} "
                f"! {self.pictures.launch(options.codec)} )"
            )
            factory.connect("media-configure", self.configure)
        if options.user:
            self.protect(factory)
        self.server.get_mount_points().add_factory(options.path, factory)
        self.server.connect("client-connected", self.client_connected)

    def configure(self, _factory, media):
        element = media.get_element()
        feeder = Feeder(element.get_by_name_recurse_up("source"), self.pictures, self)
        media.connect("unprepared", feeder.stop)
        encoder = element.get_by_name("encoder")
        if encoder:
            self.size_filters = [element.get_by_name("size")]
            self.time_encoder(encoder)

    def time_encoder(self, encoder):
        """Notes how long the camera's own encoder takes: its part of the age that a viewer sees."""
        entered = collections.deque()  # one in, one out, in order: none of these encoders looks ahead

        def into(_pad, _info):
            entered.append(time.monotonic())
            return Gst.PadProbeReturn.OK

        def out(_pad, _info):
            self.encoding_ms.append((time.monotonic() - entered.popleft()) * 1000)
            return Gst.PadProbeReturn.OK

        encoder.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, into)
        encoder.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, out)

    def protect(self, factory):
        options = self.options
        auth = GstRtspServer.RTSPAuth.new()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", options.user)
        if options.auth == "digest":
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
            auth.add_digest(options.user, options.password, token)
        else:
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role(options.user, "media.factory.access", True)
        permissions.add_permission_for_role(options.user, "media.factory.construct", True)
        factory.set_permissions(permissions)
        self.server.set_auth(auth)

    def client_connected(self, _server, client):
        print("client connected", flush=True)
        client.connect("closed", lambda _client: print("client gone", flush=True))
        client.connect("play-request", lambda *_: print("client plays", flush=True))

    def change_size(self):
        self.halved = not self.halved
        divisor = 2 if self.halved else 1
        caps = Gst.Caps.from_string(
            f"video/x-raw,width={self.options.width // divisor},height={self.options.height // divisor}"
        )
        for size_filter in self.size_filters:
            size_filter.set_property("caps", caps)
        return GLib.SOURCE_CONTINUE

    def change_pace(self):
        self.pace = next(self.paces)
        return GLib.SOURCE_CONTINUE

    def freeze(self):
        self.frozen = not self.frozen
        return GLib.SOURCE_CONTINUE

    def report(self):
        if len(self.encoding_ms) < 2:
            return
        percentiles = statistics.quantiles(self.encoding_ms, n=100)
        print(json.dumps({"encoding_ms": {"p50": percentiles[49], "p99": percentiles[98]}}), flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--clip")
    parser.add_argument("--codec", choices=sorted(PAYLOADERS), default="h264")
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--sound-only", action="store_true")
    parser.add_argument("--fps", type=int, default=30)
    parser.add_argument("--paces", type=lambda text: [int(pace) for pace in text.split(",")])
    parser.add_argument("--keyframe-distance", type=int, default=30, help="pictures from keyframe to keyframe (x264, x265)")
    parser.add_argument("--path", default=PATH)
    parser.add_argument("--width", type=int, default=WIDTH)
    parser.add_argument("--height", type=int, default=HEIGHT)
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--auth", choices=["basic", "digest"], default="basic")
    return parser.parse_args()


def main():
    die_with_parent()
    options = parse()
    Gst.init(None)
    camera = Camera(options)
    loop = GLib.MainLoop()
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, loop.quit)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR1, camera.change_size)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR2, camera.change_pace)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGHUP, camera.freeze)
    if camera.server.attach(None) == 0:
        sys.exit(f"port {options.port} is taken")
    print(f"ready {camera.server.get_bound_port()}", flush=True)
    loop.run()
    camera.report()


if __name__ == "__main__":
    main()
