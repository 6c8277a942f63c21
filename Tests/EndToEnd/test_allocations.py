"""The broker allocates nothing for a frame that it hands to one more viewer."""

import subprocess
import sys

import pytest

from harness.processes import ROOT


@pytest.mark.timeout(120)
@pytest.mark.parametrize("size", [5_000, 40_000])
def test_a_delivered_frame_allocates_nothing(brokerctl, environment, figures, size):
    """Counted in the broker's process, with 20 and with 220 viewers; the sizes are sent in different ways."""
    result = subprocess.run(
        [sys.executable, ROOT / "Benchmarks/FanOut/allocations", str(size), "3"],
        env=environment | {"BROKERCTL": str(brokerctl)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    figures[f"allocations with frames of {size} bytes"] = result.stdout.splitlines()
