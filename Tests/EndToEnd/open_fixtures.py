"""Another host, and a broker that it reaches."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from harness.access import Bearer, new_token
from harness.broker import Broker
from harness.far_host import FarHost, NoFarHost
from harness.processes import free_port


@pytest.fixture
def far_host() -> Iterator[FarHost]:
    try:
        host = FarHost()
    except NoFarHost as reason:
        pytest.skip(str(reason))
    yield host
    host.remove()


@pytest.fixture
def serve_others(launch, brokerctl) -> Iterator[Callable[..., Broker]]:
    """Starts a broker that other hosts reach: `serve_others("--max-viewers", 5)`."""
    with ExitStack() as running:

        def start(*options: object) -> Broker:
            port, admin = free_port(), new_token()
            welcome = ["--anonymous-view", "--anonymous-publish"]
            argv = [brokerctl, "serve", "--bind", "0.0.0.0", "--port", port, *welcome, *options]
            broker = running.enter_context(Broker(launch("broker", argv, {"ADMIN_TOKEN": admin}), port))
            broker.http.auth = Bearer(admin)
            return broker

        yield start


@pytest.fixture
def open_broker(serve_others) -> Broker:
    """Such a broker as it is by default."""
    return serve_others()
