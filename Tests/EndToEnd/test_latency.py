"""Glass to viewer: how old a picture is when a viewer has it, told by a clock that the camera drew into the picture."""

import json
import statistics
import time

import pytest

import picture_clock
from harness.pictures import decode
from harness.waiting import wait_until

SECONDS = 12


@pytest.mark.timeout(120)
def test_the_age_of_a_picture_at_the_viewer(broker, camera, publisher, figures):
    film = camera(clock=True)
    publish = publisher(film.url, "door")
    with broker.view("door") as viewer:
        viewer.wait_frames(60, timeout=20)  # two seconds: everything is warm
        first, cpu = viewer.count, (broker.process.cpu_seconds, publish.cpu_seconds)
        started = time.monotonic()
        wait_until(lambda: time.monotonic() - started > SECONDS, "the end of the measurement", SECONDS + 5, every=0.1)
        # Decoding is left for later, so that measuring does not slow down what is measured.
        frames, seconds = viewer.frames[first : viewer.count], time.monotonic() - started
        cpu = (broker.process.cpu_seconds - cpu[0], publish.cpu_seconds - cpu[1])
    film.process.end()

    drawn = [picture_clock.read(decode(frame.payload)) for _, frame in frames]
    ages = [arrival / 1000 - made for (arrival, _), made in zip(frames, drawn)]
    percentiles = statistics.quantiles(ages, n=100)
    report = json.loads(next(line for line in film.process.log.splitlines() if line.startswith("{")))
    rate = len(frames) / seconds
    figures["glass to viewer, 720p30 H.264 over RTSP/TCP"] = {
        "pictures": len(frames),
        "age p50 ms": round(percentiles[49], 1),
        "age p99 ms": round(percentiles[98], 1),
        "of that the camera's own encoder, p50 ms": round(report["encoding_ms"]["p50"], 1),
        "frames per second": round(rate, 2),
        "publisher CPU ms per frame": round(cpu[1] / len(frames) * 1000, 1),
        "broker CPU ms per frame": round(cpu[0] / len(frames) * 1000, 2),
        "KB per frame": round(statistics.fmean(len(frame.payload) for _, frame in frames) / 1000, 1),
    }
    assert drawn == sorted(drawn), "a picture came after a newer one"
    assert rate >= 27
    assert percentiles[49] < 250
    assert percentiles[98] < 1000
    # The publisher's own idea of when the picture was taken is not far from the truth.
    claimed = [made - frame.capture_time_us / 1000 for made, (_, frame) in zip(drawn, frames)]
    assert abs(statistics.median(claimed)) < 150
