"""The page's modules by themselves: values in, values out, inside the browser they are made for."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image, features

from page_pictures import numbered
from page_standin import StandIn, message
from page_support import Visit

pytest_plugins = ["page_fixtures"]


@pytest.fixture(scope="module")
def modules(page_browser) -> Iterator[Visit]:
    """A page of the same origin that runs none of the modules by itself."""
    with StandIn() as broker, page_browser.new_context() as context:
        yield Visit(context, counters=False).open(f"{broker.url}/favicon.svg")


def run(modules: Visit, name: str, body: str, argument: object = None, folder: str = "player"):
    """Runs `body` with the module's exports as `m` and the argument as `arg`."""
    return modules.page.evaluate(
        f"async (arg) => {{ const m = await import('/{folder}/{name}.js'); {body} }}", argument
    )


def test_a_header_is_read_field_by_field(modules):
    data = message(b"picture", 2**63 + 5, kind="avif", replayed=True, captured=1_700_000_000.25, arrived=1_700_000_001.5)
    frame = run(
        modules,
        "protocol",
        """
        const frame = m.parseFrame(new Uint8Array(arg).buffer);
        return { ...frame, sequence: String(frame.sequence), bytes: new TextDecoder().decode(frame.bytes) };
        """,
        list(data),
    )
    assert frame == {
        "format": {"name": "AVIF", "mediaType": "image/avif", "extension": "avif"},
        "replayed": True,
        "independent": True,
        "streamIndex": 0,
        "sequence": str(2**63 + 5),
        "captureTime": 1_700_000_000_250,
        "arrivalTime": 1_700_000_001_500,
        "bytes": "picture",
    }


@pytest.mark.parametrize("data", [b"", b"SBF1" + bytes(27), b"SBF2" + bytes(28)])
def test_a_message_without_a_header_is_no_frame(modules, data):
    outcome = run(
        modules,
        "protocol",
        "try { m.parseFrame(new Uint8Array(arg).buffer); return null; } catch (error) { return error.name; }",
        list(data),
    )
    assert outcome == "RangeError"


def test_an_unknown_capture_time_is_null(modules):
    data = list(message(b"x", 1))
    assert run(modules, "protocol", "return m.parseFrame(new Uint8Array(arg).buffer).captureTime;", data) is None


@pytest.mark.parametrize("kind, name", [("WEBP", "WebP"), ("JPEG", "JPEG"), ("PNG", "PNG"), ("AVIF", "AVIF")])
def test_a_bare_image_is_told_by_its_bytes(modules, kind, name):
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow writes no AVIF")
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    body = "return m.bareFrame(new Uint8Array(arg).buffer, false).format.name;"
    assert run(modules, "protocol", body, list(out.getvalue())) == name
    assert run(modules, "protocol", body, list(out.getvalue()[:3])) == "unknown format" or kind == "JPEG"


def test_an_acknowledgement_keeps_a_large_sequence_exact(modules):
    text = run(modules, "protocol", """return m.ack('a"b', 18446744073709551615n);""")
    assert text == '{"type":"ack","stream":"a\\"b","sequence":18446744073709551615}'


@pytest.mark.parametrize(
    "typed, page, expected",
    [
        ("", "https://cams.example/live/index.html?stream=x", "https://cams.example/live/"),
        (None, "http://127.0.0.1:3090/", "http://127.0.0.1:3090/"),
        ("127.0.0.1:3090", "http://localhost:3092/", "http://127.0.0.1:3090/"),
        ("cams.example", "https://elsewhere.example/", "https://cams.example/"),
        ("[::1]:3090", "http://localhost/", "http://[::1]:3090/"),
        ("localhost:3090", "http://127.0.0.1/", "http://localhost:3090/"),
        ("/", "http://localhost:3092/cameras/", "http://localhost:3092/"),
        ("/live", "https://host/", "https://host/live/"),
        (" ws://host:1/ ", "http://localhost/", "http://host:1/"),
        ("wss://host/cams?x=1#y", "http://localhost/", "https://host/cams/"),
    ],
)
def test_a_broker_address_is_understood(modules, typed, page, expected):
    assert run(modules, "address", "return m.brokerAddress(...arg).href;", [typed, page]) == expected


@pytest.mark.parametrize("typed", ["ftp://host/", "javascript://x", "http://user:secret@host/", "http://", "host:99999"])
def test_what_is_no_broker_address_is_told_in_a_sentence(modules, typed):
    outcome = run(
        modules,
        "address",
        "try { m.brokerAddress(arg, 'http://localhost/'); return null; } catch (error) { return [error.name, error.message]; }",
        typed,
    )
    assert outcome is not None and outcome[0] == "TypeError" and outcome[1].endswith(".")
    assert "secret" not in outcome[1]


def test_the_socket_is_beside_the_page_under_a_prefix(modules):
    body = "return m.socketAddress(new URL('https://host/cams/'), arg, null).href;"
    assert run(modules, "address", body, {"stream": "door~small", "fps": 12.5}) == "wss://host/cams/ws?streams=door%7Esmall&fps=12.5"
    assert run(modules, "address", body, None) == "wss://host/cams/ws"
    plain = "return m.plainSocketAddress(new URL('http://host/'), arg, 'a b').href;"
    assert run(modules, "address", plain, {"stream": "../a b", "fps": None}) == "ws://host/ws/..%2Fa%20b?token=a+b"


@pytest.mark.parametrize(
    "src, page, expected",
    [
        ("wss://host/ws/front-door", "http://a/", ["https://host/", "front-door", None, None]),
        ("ws://host:1/cams/ws/door~small?fps=5&token=t", "http://a/", ["http://host:1/cams/", "door~small", 5, "t"]),
        ("/ws/door", "https://host/page/index.html", ["https://host/", "door", None, None]),
        ("ws/door", "https://host/page/index.html", ["https://host/page/", "door", None, None]),
        ("https://host/ws/a%20b", "http://a/", ["https://host/", "a b", None, None]),
        ("wss://host/front-door", "http://a/", None),
        ("ftp://host/ws/door", "http://a/", None),
        ("wss://user:secret@host/ws/door", "http://a/", None),
    ],
)
def test_the_address_of_a_stream_is_understood(modules, src, page, expected):
    outcome = run(
        modules,
        "address",
        """
        try {
          const { broker, stream, fps, token } = m.streamSource(...arg);
          return [broker.href, stream, fps, token];
        } catch (error) {
          return error.name === "TypeError" && error.message.endsWith(".") ? null : error.stack;
        }
        """,
        [src, page],
    )
    assert outcome == expected


def test_backoff_is_short_while_it_may_be_a_restart_and_then_grows(modules):
    delays = run(
        modules,
        "backoff",
        "return [1, 2, 3, 60, 61, 62, 64, 65, 999].map((n) => [0, 0.5, 0.999999].map((r) => m.backoffDelay(n, r)));",
    )
    assert [low for low, _, _ in delays] == [50] * 9
    assert [middle for _, middle, _ in delays] == [125, 250, 400, 400, 800, 1600, 5000, 5000, 5000]
    assert [round(high) for _, _, high in delays] == [250, 500, 800, 800, 1600, 3200, 10_000, 10_000, 10_000]


def test_the_clock_believes_the_shortest_round_trip(modules):
    result = run(
        modules,
        "clock",
        """
        const clock = new m.ClockOffset();
        const before = [clock.known, clock.offset, clock.age(1000, 2000)];
        clock.add(1000, 1400, 6390);   // 400 ms, leaning
        clock.add(2000, 2010, 7005);   // 10 ms: broker is 5 s ahead
        clock.add(3000, 3200, 8020);
        return [before, clock.offset, clock.roundTrip, clock.error, clock.age(9000, 4100), clock.age(null, 4100), clock.age(99999, 4100)];
        """,
    )
    assert result == [[False, None, None], 5000, 10, 5, 100, None, 0]


def test_the_clock_follows_when_the_broker_s_is_set(modules):
    body = """
        const clock = new m.ClockOffset();
        for (let i = 0; i < 12; i += 1) clock.add(i * 1000, i * 1000 + 10, i * 1000 + 5);
        clock.add(20000, 20030, 20015 + 3600000);
        clock.add(20000, 19000, 0);
        clock.add(20000, 20001, NaN);
        return [clock.offset, clock.roundTrip];
    """
    assert run(modules, "clock", body) == [3600000, 30]


def test_rates_over_time(modules):
    result = run(
        modules,
        "figures",
        """
        const meter = new m.RateMeter();
        const none = [meter.perSecond(0), meter.bytesPerSecond(0)];
        for (let i = 0; i <= 300; i += 1) meter.add(i * 40, 1000);
        const steady = [meter.perSecond(12000), meter.bytesPerSecond(12000)];
        const after = [meter.perSecond(13000), meter.perSecond(17000)];
        const slow = new m.RateMeter();
        for (let i = 0; i < 5; i += 1) slow.add(i * 10000, 100);
        return { none, steady, after, slow: [slow.perSecond(40000), slow.perSecond(49000), slow.perSecond(100000)] };
        """,
    )
    assert result["none"] == [0, 0]
    assert result["steady"] == pytest.approx([25, 25_000])
    assert 10 < result["after"][0] < 20 and result["after"][1] == 0
    assert result["slow"] == pytest.approx([0.1, 0.1, 0])


def test_percentiles_by_nearest_rank_over_the_last_values(modules):
    result = run(
        modules,
        "figures",
        """
        const values = new m.Percentiles(100);
        const empty = values.at(0.5);
        for (let i = 1000; i > 0; i -= 1) values.add(i);
        return [empty, values.at(0), values.at(0.5), values.at(0.99), values.at(1)];
        """,
    )
    assert result == [None, 1, 50, 99, 100]


def test_gaps_are_counted_within_a_subscription_and_nothing_goes_back(modules):
    result = run(
        modules,
        "figures",
        """
        const figures = new m.Figures();
        const bytes = new Uint8Array(10);
        const taken = [5n, 6n, 9n, 9n, 8n, 10n].map((sequence, i) => figures.received({ sequence, bytes }, i * 100));
        figures.sessionBegan();
        taken.push(figures.received({ sequence: 1n, bytes }, 700));
        const { received, skipped, backwards } = figures.counts;
        return { taken, received, skipped, backwards, interval: figures.interval };
        """,
    )
    assert result == {
        "taken": [True, True, True, False, False, True, True],
        "received": 7,
        "skipped": 2,
        "backwards": 2,
        "interval": 100,
    }


@pytest.mark.parametrize(
    "interval, fps, limit",
    [(None, None, 2500), (33, None, 2500), (1000, None, 4000), (5000, None, 20_000), (33, 0.5, 8000), (10**9, None, 300_000)],
)
def test_a_slow_stream_is_given_more_time(modules, interval, fps, limit):
    assert run(modules, "status", "return m.freshnessLimit(...arg);", [interval, fps]) == limit


def test_each_state_has_its_words(modules):
    states = run(
        modules,
        "status",
        """
        const facts = {
          link: { phase: "open" }, stream: "door", host: "h:1", standby: false, refusal: null, picture: null, unshowable: null,
          cause: null, now: 100000,
        };
        const seen = { age: 10, limit: 2500, proven: true, behind: 5 };
        const say = (more) => { const { state, title, detail } = m.statusOf({ ...facts, ...more }); return [state, title, detail]; };
        return {
          idle: say({ link: { phase: "idle" } }),
          connecting: say({ link: { phase: "connecting", after: null } }),
          waiting: say({}),
          live: say({ picture: seen }),
          replayed: say({ picture: { ...seen, proven: false } }),
          stale: say({ picture: { ...seen, age: 14000 } }),
          gone: say({ picture: { ...seen, age: 125000 } }),
          slow: say({ picture: { ...seen, age: 125000, limit: 100000 } }),
          standby: say({ standby: true }),
          explained: say({ standby: true, cause: "It has no power." }),
          notHere: say({ refusal: "no such stream" }),
          late: say({ picture: { ...seen, behind: 7200 } }),
          unshowable: say({ picture: seen, unshowable: "H.264" }),
          lost: say({ link: { phase: "lost", reason: "It was shut down.", retryAt: 103200 } }),
          soon: say({ link: { phase: "lost", reason: "It was shut down.", retryAt: 100400 } }),
          again: say({ link: { phase: "connecting", after: "lost", reason: "It was shut down." } }),
          refused: say({ link: { phase: "refused", reason: "no such stream", hint: "Ask for another.", retryAt: null } }),
        };
        """,
    )
    assert states == {
        "idle": ["disconnected", "Disconnected", "Nothing is received until you connect."],
        "connecting": ["connecting", "Connecting …", "Looking for “door” on h:1."],
        "waiting": ["waiting", "Waiting for a picture", "Connected. Nobody has sent “door” a frame yet."],
        "live": ["live", "Live", ""],
        "replayed": ["waiting", "Waiting for a picture", "Connected. The one on screen is from before."],
        "stale": ["stale", "Stale picture", "14 s old. No newer one has come."],
        "gone": ["camera-lost", "Camera lost", "Its last picture is 2 min 5 s old."],
        "slow": ["stale", "Stale picture", "2 min 5 s old. No newer one has come."],
        "standby": ["camera-lost", "Camera lost", "It sends nothing."],
        "explained": ["camera-lost", "Camera lost", "It sends nothing. It has no power."],
        "notHere": ["refused", "Refused: no such stream", ""],
        "late": ["late", "Late", "The picture is 7 s behind."],
        "unshowable": ["unshowable", "Picture cannot be shown", "Frames arrive, but this browser cannot decode them (H.264)."],
        "lost": ["broker-lost", "Broker lost", "It was shut down. Trying again in 4 s."],
        "soon": ["broker-lost", "Broker lost", "It was shut down. Trying again …"],
        "again": ["broker-lost", "Broker lost", "It was shut down. Trying again now …"],
        "refused": ["refused", "Refused: no such stream", "Ask for another."],
    }


def test_decoding_takes_the_newest_and_never_goes_back(modules):
    result = run(
        modules,
        "decoder",
        """
        const log = [];
        const gates = new Map();
        const closed = [];
        const decoder = new m.NewestWinsDecoder({
          decode: (frame) => new Promise((resolve, reject) => gates.set(frame, { resolve, reject })),
          onPicture: (bitmap, frame) => log.push(`picture ${frame}`),
          onReplaced: (frame) => log.push(`replaced ${frame}`),
          onFailure: (frame) => log.push(`failed ${frame}`),
        });
        const settle = () => new Promise((done) => setTimeout(done));
        const finish = async (frame) => {
          gates.get(frame).resolve({ close: () => closed.push(frame) });
          await settle();
        };
        for (const frame of ["1", "2", "3", "4"]) decoder.push(frame);   // two in flight, 3 gives way to 4
        await finish("2");                                               // overtakes 1
        await finish("1");                                               // too late
        gates.get("4").reject(new Error("broken"));
        await settle();
        decoder.push("5");
        decoder.clear();
        await finish("5");
        return { log, closed };
        """,
    )
    assert result == {
        "log": ["replaced 3", "picture 2", "replaced 1", "failed 4"],
        "closed": ["1", "5"],
    }


def test_many_streams_share_what_is_decoded_at_once(modules):
    """Two slots, three streams: nobody is left out, and what waits for a slot gives way to the newer one."""
    result = run(
        modules,
        "decoder",
        """
        const log = [];
        const gates = [];
        const slots = new m.DecodeSlots(2);
        const decoders = ["a", "b", "c"].map((name) => new m.NewestWinsDecoder({
          slots,
          decode: (frame) => new Promise((resolve) => gates.push({ frame, resolve })),
          onPicture: (bitmap, frame) => log.push(`picture ${frame}`),
          onReplaced: (frame) => log.push(`replaced ${frame}`),
          onFailure: () => {},
        }));
        const [a, b, c] = decoders;
        const settle = () => new Promise((done) => setTimeout(done));
        const finish = async () => { gates.shift().resolve({ close() {} }); await settle(); };
        a.push("a1"); b.push("b1"); c.push("c1"); a.push("a2"); a.push("a3"); c.push("c2");
        const most = gates.length;
        await finish();
        const second = gates.map(({ frame }) => frame);
        c.clear();
        while (gates.length > 0) await finish();
        a.push("a4"); b.push("b2");
        const after = gates.length;
        while (gates.length > 0) await finish();
        return { log, most, second, after };
        """,
    )
    assert result == {
        "log": ["replaced a2", "replaced c1", "picture a1", "picture b1", "picture a3", "picture a4", "picture b2"],
        "most": 2,
        "second": ["b1", "c2"],
        "after": 2,
    }


@pytest.mark.parametrize(
    "function, value, text",
    [
        ("duration", 4999, "4 s"),
        ("duration", 125_000, "2 min 5 s"),
        ("duration", 3_600_000, "1 h"),
        ("duration", 12_000_000, "3 h 20 min"),
        ("duration", 432_000_000, "5 days"),
        ("delay", 0.35, "0.4 ms"),
        ("delay", 22.6, "23 ms"),
        ("delay", 1440, "1.4 s"),
        ("delay", 90_000, "1 min 30 s"),
        ("difference", -0.02, "0 ms"),
        ("difference", -12.4, "−12 ms"),
        ("size", 812, "812\u00a0B"),
        ("size", 41_260, "41.3\u00a0kB"),
        ("frameRate", 29.97, "30.0"),
        ("bitRate", 9_803_921, "9,804"),
    ],
)
def test_numbers_as_people_read_them(modules, function, value, text):
    assert run(modules, "wording", f"return m.{function}(arg);", value) == text


@pytest.mark.parametrize(
    "capture, arrival, name",
    [
        (1_700_000_000_250, 1, "door_2023-11-14T22-13-20.250Z.webp"),
        (None, 1_700_000_001_500, "door_2023-11-14T22-13-21.500Z.webp"),
        (None, None, "door_2023-11-14T22-13-22.000Z.webp"),
        (9e15, None, "door_2023-11-14T22-13-22.000Z.webp"),
    ],
)
def test_a_saved_frame_is_named_after_its_stream_and_time(modules, capture, arrival, name):
    body = "return m.captureName('door', { captureTime: arg[0], arrivalTime: arg[1], format: { extension: 'webp' } }, 1.700000002e12);"
    assert run(modules, "capture", body, [capture, arrival]) == name


def test_a_line_of_ages_leaves_gaps_out(modules):
    body = "return m.sparkline([null, 10, null, 20], 118, 30);"
    assert run(modules, "overlay", body) == "114,15 118,1"


# The wall


@pytest.mark.parametrize(
    "count, room, columns",
    [
        (1, (1280, 720), 1),
        (4, (1280, 720), 2),
        (16, (1280, 720), 4),
        (16, (304, 540), 2),
        (64, (1280, 720), 8),
        (64, (304, 540), 3),  # too small to see: it scrolls
    ],
)
def test_tiles_are_as_large_as_the_window_allows(modules, count, room, columns):
    body = "return m.gridFor(arg.count, { width: arg.room[0], height: arg.room[1], gap: 4 }, null);"
    grid = run(modules, "grid", body, {"count": count, "room": room}, folder="app")
    assert grid["columns"] == columns
    assert grid["rowHeight"] >= 54
    rows = -(-count // columns)
    if count < 64 or room[0] > 1000:
        assert rows * grid["rowHeight"] + (rows - 1) * 4 <= room[1] + 0.01


def test_cameras_are_streams_with_their_renditions(modules):
    listed = [
        {"stream": "yard~small", "state": "live", "width": 320},
        {"stream": "cam10", "state": "stale", "width": 1280},
        {"stream": "yard", "state": "live", "width": 1280},
        {"stream": "cam9", "state": "waiting"},
        {"stream": "lone~small", "state": "live", "width": 320},
    ]
    body = "return m.camerasOf(arg).map(({ id, isLive, renditions }) => [id, isLive, renditions.map((each) => each.id)]);"
    assert run(modules, "catalogue", body, listed, folder="app") == [
        ["cam9", False, []],
        ["cam10", False, []],
        ["lone~small", True, []],
        ["yard", True, ["yard~small"]],
    ]


@pytest.mark.parametrize("width, chosen", [(80, "door~tiny"), (300, "door~small"), (420, "door~small"), (500, "door"), (2000, "door")])
def test_a_tile_shows_the_smallest_rendition_that_fills_it(modules, width, chosen):
    camera = {
        "id": "door",
        "isLive": True,
        "width": 1280,
        "renditions": [
            {"id": "door~small", "isLive": True, "width": 320},
            {"id": "door~tiny", "isLive": True, "width": 160},
            {"id": "door~old", "isLive": False, "width": 480},
        ],
    }
    assert run(modules, "grid", "return m.renditionFor(...arg).id;", [camera, width], folder="app") == chosen


def test_more_tiles_mean_fewer_frames_for_each(modules):
    body = "return [1, 4, 16, 64].map((n) => [m.tileRate(n, true), m.tileRate(n, false)]);"
    rates = run(modules, "grid", body, folder="app")
    assert rates == [[15, 10], [15, 10], [7.5, 3], [1.9, 1]]


@pytest.mark.parametrize(
    "search, address",
    [
        ("", "./"),
        ("?stream=door&fps=5", "?stream=door&fps=5"),
        ("?streams=b,a,b&columns=3", "?streams=b,a&columns=3"),
        ("?columns=0&broker=http://host:1", "?broker=http%3A%2F%2Fhost%3A1"),
        ("?broker=http://own&stream=", "./"),
    ],
)
def test_the_address_says_what_the_page_shows(modules, search, address):
    body = "return m.addressOf(m.viewFrom(arg, 'http://own'), 'http://own');"
    assert run(modules, "page-address", body, search, folder="app") == address


def test_the_test_pictures_keep_their_number(modules):
    pixel = modules.page.evaluate(
        """async (bytes) => {
          const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/webp" }));
          const context = new OffscreenCanvas(1, 1).getContext("2d");
          context.drawImage(bitmap, 0, 0);
          bitmap.close();
          return [...context.getImageData(0, 0, 1, 1).data];
        }""",
        list(numbered(0x0A0B0C)),
    )
    assert pixel == [10, 11, 12, 255]
