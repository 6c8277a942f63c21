"""A broker over TLS, for the tests that want one."""

from pathlib import Path

import pytest

from harness.processes import free_port
from harness.secure import SecureBroker
from harness.tls import self_signed


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate and its key."""
    return self_signed(tmp_path_factory.mktemp("certificates"), "server")


@pytest.fixture
def secure(launch, brokerctl, pair):
    """A broker with that certificate."""
    certificate, key = pair
    port = free_port()
    argv = [brokerctl, "serve", "--port", port, "--tls-cert", certificate, "--tls-key", key]
    with SecureBroker(launch("broker", argv), port, certificate) as running:
        yield running
