"""Bodies that are no whole picture: refused with the reason, never kept, and nobody else notices."""

import struct

import pytest

from harness.pictures import picture
from harness.refusals import refused

WEBP = picture(1)
LYING = WEBP[:4] + struct.pack("<I", len(WEBP) - 8 + 100) + WEBP[8:]
SHORT_LIE = WEBP[:4] + struct.pack("<I", 20) + WEBP[8:]
CHUNK_LIE = WEBP[:16] + struct.pack("<I", 0xFFFFFFFF) + WEBP[20:]


def extended_webp(width: int, height: int) -> bytes:
    """A WebP that says a size of its own (RFC 9649, section 2.7) around a small picture."""
    extended = b"VP8X" + struct.pack("<I", 10) + bytes(4)
    extended += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + extended + WEBP[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


BAD_PICTURES = {
    "nothing": (b"", 400),
    "text": (b"hello, this is no picture at all", 415),
    "zeros": (bytes(1000), 415),
    "HTML": (b"<!doctype html><title>x</title>", 415),
    "GIF": (b"GIF89a" + bytes(100), 415),
    "a RIFF that is a sound": (b"RIFF" + struct.pack("<I", 104) + b"WAVE" + bytes(100), 415),
    "one byte": (WEBP[:1], 415),
    "WebP, first half": (WEBP[: len(WEBP) // 2], 400),
    "WebP, last byte missing": (WEBP[:-1], 400),
    "WebP, one byte too many": (WEBP + b"!", 400),
    "WebP, head only": (WEBP[:12], 400),
    "RIFF length too large": (LYING, 400),
    "RIFF length too small": (SHORT_LIE, 400),
    "chunk length of 4 GB": (CHUNK_LIE, 400),
    "2^24 by 2^24 pixels": (extended_webp(1 << 24, 1 << 24), 400),
    "16383 by 16383 pixels": (extended_webp(16383, 16383), 400),
    "JPEG, first half": (picture(1, kind="jpeg")[:200], 400),
    "PNG, first half": (picture(1, kind="png")[: len(picture(1, kind="png")) // 2], 400),
    "AVIF, first half": (picture(1, kind="avif")[: len(picture(1, kind="avif")) // 2], 400),
    "PNG of no width": (picture(1, kind="png")[:16] + bytes(4) + picture(1, kind="png")[20:], 400),
}


@pytest.mark.parametrize(("data", "status"), BAD_PICTURES.values(), ids=BAD_PICTURES.keys())
def test_what_is_no_whole_picture_is_refused_and_not_kept(broker, bystander, data, status):
    refused(broker.post("door", data), status)
    assert broker.http.get("/snapshot/door").status_code == 404
    assert "door" not in [entry["stream"] for entry in broker.http.get("/api/streams").json()["streams"]]


def test_a_bad_picture_does_not_take_the_place_of_a_good_one(broker):
    broker.post("door", picture(1))
    for data, _ in BAD_PICTURES.values():
        broker.post("door", data)
    assert broker.http.get("/snapshot/door").content == picture(1)
    assert broker.status("door")["received"] == 1


def test_every_beginning_of_a_picture_is_refused(broker):
    """Cut after every byte: never a server error, never a frame."""
    for kind in ("webp", "jpeg", "png", "avif"):
        data = picture(1, kind=kind)
        for length in range(0, len(data), max(1, len(data) // 60)):
            answer = broker.post("door", data[:length])
            assert answer.status_code in (400, 415), f"{kind} cut after {length} of {len(data)}: {answer.text}"
    assert broker.http.get("/snapshot/door").status_code == 404
