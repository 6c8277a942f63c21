"""HTTP/2 by hand, frame by frame, for saying what no well-behaved library would say."""

from collections.abc import Iterator

from hpack import Decoder, Encoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from harness.bare import BareConnection

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CODES = {
    0: "NO_ERROR",
    1: "PROTOCOL_ERROR",
    2: "INTERNAL_ERROR",
    3: "FLOW_CONTROL_ERROR",
    5: "STREAM_CLOSED",
    6: "FRAME_SIZE_ERROR",
    7: "REFUSED_STREAM",
    8: "CANCEL",
    9: "COMPRESSION_ERROR",
    11: "ENHANCE_YOUR_CALM",
}
Fields = list[tuple[str, str]]


def request(method: str = "GET", path: str = "/health", *more: tuple[str, str], authority: str = "x") -> Fields:
    return [(":method", method), (":scheme", "http"), (":path", path), (":authority", authority), *more]


class HTTP2Connection:
    """A connection without TLS on which the prefaces have been exchanged."""

    def __init__(self, connection: BareConnection, settings: dict[int, int] | None = None) -> None:
        self.connection = connection
        self.encoder, self.decoder = Encoder(), Decoder()
        self.connection.send(PREFACE + SettingsFrame(settings=settings or {}).serialize())
        first = next(self.frames())
        assert isinstance(first, SettingsFrame) and "ACK" not in first.flags
        self.settings = first.settings
        self.send(SettingsFrame(flags=["ACK"]))

    def send(self, *frames: Frame | bytes) -> None:
        """Sends as much as the server takes: it may have had enough."""
        try:
            for frame in frames:
                self.connection.send(frame if isinstance(frame, bytes) else frame.serialize())
        except (BrokenPipeError, ConnectionResetError):
            pass

    def headers(self, stream: int, fields: Fields, *flags: str) -> HeadersFrame:
        frame = HeadersFrame(stream, self.encoder.encode(fields))
        frame.flags |= {"END_HEADERS", *flags}
        return frame

    @staticmethod
    def data(stream: int, body: bytes, *flags: str) -> DataFrame:
        return DataFrame(stream, body, flags=flags)

    def frames(self) -> Iterator[Frame]:
        """What the server sends, until it closes."""
        while True:
            try:
                head = self.connection.read(9)
                frame, length = Frame.parse_frame_header(memoryview(head))
                frame.parse_body(memoryview(self.connection.read(length)))
            except (AssertionError, ConnectionResetError):
                return
            yield frame

    def outcome(self, stream: int = 1) -> str:
        """What becomes of a stream: its status, `RST code`, `GOAWAY code`, or `closed`."""
        for frame in self.frames():
            if isinstance(frame, GoAwayFrame):
                return f"GOAWAY {CODES[frame.error_code]}"
            if isinstance(frame, RstStreamFrame) and frame.stream_id == stream:
                return f"RST {CODES[frame.error_code]}"
            if isinstance(frame, HeadersFrame):
                fields = dict(self.decoder.decode(frame.data))
                if frame.stream_id == stream:
                    return fields[":status"]
        return "closed"

    def answer(self, stream: int) -> tuple[str, bytes]:
        """Status and whole body, with the windows kept open."""
        status, body = "", b""
        for frame in self.frames():
            if isinstance(frame, HeadersFrame):
                fields = dict(self.decoder.decode(frame.data))
                if frame.stream_id == stream:
                    status = fields[":status"]
            elif isinstance(frame, DataFrame):
                if frame.flow_controlled_length:
                    self.send(WindowUpdateFrame(0, window_increment=frame.flow_controlled_length))
                if frame.stream_id == stream:
                    body += frame.data
            if frame.stream_id == stream and "END_STREAM" in frame.flags:
                return status, body
        raise AssertionError(f"the connection ended; so far {status} and {len(body)} bytes")

    def read_data(self, stream: int) -> bytes:
        """What comes next on a stream, with the windows kept open; what is of others is passed over."""
        for frame in self.frames():
            if isinstance(frame, DataFrame) and frame.flow_controlled_length:
                length = frame.flow_controlled_length
                self.send(WindowUpdateFrame(0, window_increment=length))
                if "END_STREAM" not in frame.flags:
                    self.send(WindowUpdateFrame(frame.stream_id, window_increment=length))
                if frame.stream_id == stream:
                    return frame.data
        raise AssertionError("the connection ended")

    def ping(self, data: bytes = b"12345678") -> None:
        """Returns when the server has dealt with everything before."""
        self.send(PingFrame(0, data))
        for frame in self.frames():
            if isinstance(frame, PingFrame) and frame.opaque_data == data:
                return
        raise AssertionError("the connection ended")
