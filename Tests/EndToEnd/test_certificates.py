"""A certificate of the broker's own, and certificates that change while it runs."""

import hashlib
import os
import ssl
import stat
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from harness.curl import curl
from harness.pictures import picture
from harness.processes import free_port
from harness.secure import SecureBroker, spki_pin
from harness.tls import Authority, openssl, trusting
from harness.traffic import traffic
from harness.waiting import wait_until
from harness.wire import open_viewer
from page_fixtures import CHROMIUM, FLAGS

pytest_plugins = ["page_fixtures"]


def shown(port: int) -> bytes:
    """The certificate that a new connection is shown, as DER."""
    return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))


def der(certificate: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(certificate.read_text())


# A certificate of its own


@pytest.fixture
def own(launch, brokerctl, tmp_path):
    """Starts a broker with a certificate of its own: `own(options=[])`."""
    folder, started = tmp_path / "state", []

    def start(*options: object) -> SecureBroker:
        port = free_port()
        argv = [brokerctl, "serve", "--port", port, "--tls-self-signed", "--tls-folder", folder, *options]
        process = launch("broker", argv)
        process.wait_log("listening")
        started.append(SecureBroker(process, port, folder / "self-signed.pem"))
        return started[-1]

    yield start
    for broker in started:
        broker.http.close()


def test_it_is_made_once_kept_and_told_of(own):
    broker = own()
    fingerprint = hashlib.sha256(der(broker.certificate)).hexdigest().upper()
    assert shown(broker.port) == der(broker.certificate)
    assert ":".join(fingerprint[place : place + 2] for place in range(0, 64, 2)) in broker.log
    assert f"publish --ca-cert {broker.certificate}" in broker.log
    key = broker.certificate.with_suffix(".key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 and stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    first = der(broker.certificate)
    assert broker.stop()[0] == 0
    again = own()
    assert "the broker's own certificate is used" in again.log
    assert shown(again.port) == first
    assert sorted(path.name for path in key.parent.iterdir()) == ["self-signed.key", "self-signed.pem"]


def test_openssl_and_curl_find_nothing_wrong_with_it(own):
    broker = own()
    openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", broker.certificate, broker.certificate)
    for host in ("localhost", "127.0.0.1"):
        url = f"https://{host}:{broker.port}/livez"
        assert curl(url, "--cacert", str(broker.certificate))[0] == 200


def test_a_publisher_and_a_viewer_trust_it_when_told(own, launch, brokerctl):
    broker = own()
    argv = [brokerctl, "publish", "--source", "test:", "--broker", broker.url, "--stream", "door"]
    launch("publisher", [*argv, "--ca-cert", broker.certificate])
    with open_viewer(broker.url, "/ws/door", ssl=broker.trust) as viewer:
        for _ in range(5):
            assert viewer.recv(timeout=20)[:4] == b"RIFF"


def test_chromium_takes_it_when_it_is_trusted(own, page_browser):
    broker = own()
    broker.post("door", picture(1, width=160, height=120))
    # What a browser trusts is said when it is started.
    flag = f"--ignore-certificate-errors-spki-list={spki_pin(broker.certificate)}"
    for flags, is_trusted in (([flag], True), ([], False)):
        browser = page_browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        try:
            page = browser.new_page()
            if not is_trusted:
                with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
                    page.goto(f"https://localhost:{broker.port}/")
                continue
            page.goto(f"https://localhost:{broker.port}/?stream=door")
            page.wait_for_function("() => document.querySelector('#player').figures.sequence > 0")
        finally:
            browser.close()


@pytest.mark.parametrize("other", ["--tls-cert", "--tls-key", "--caddy"])
def test_what_contradicts_it_is_a_clear_error(other, brokerctl, environment, tmp_path):
    words = [brokerctl, "serve", "--tls-self-signed", "--tls-folder", tmp_path / "state", other]
    if other != "--caddy":
        words.append(tmp_path / "file.pem")
    done = subprocess.run(
        [str(word) for word in words], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert done.returncode != 0
    assert "--tls-self-signed" in done.stderr and "give one of the two" in done.stderr


def test_a_folder_that_cannot_be_written_is_named(brokerctl, environment, tmp_path):
    (tmp_path / "state").write_text("a file")
    words = [brokerctl, "serve", "--tls-self-signed", "--tls-folder", tmp_path / "state"]
    done = subprocess.run(
        [str(word) for word in words], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert done.returncode != 0 and f"the folder {tmp_path}/state cannot be made" in done.stderr


# Certificates that change


class Renewal:
    """A certificate and its key in two files that are replaced as `certbot` and the like do it."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.certificate, self.key = self.authority.sign("server")
        self.count = 0

    def make(self) -> tuple[Path, Path]:
        self.count += 1
        return self.authority.sign(f"next-{self.count}")

    def replace(self, pair: tuple[Path, Path]) -> bytes:
        certificate, key = pair
        found = der(certificate)
        os.replace(key, self.key)
        os.replace(certificate, self.certificate)
        return found


@pytest.fixture
def renewal(tmp_path) -> Renewal:
    return Renewal(tmp_path)


@pytest.fixture
def secure(launch, brokerctl, renewal):
    port = free_port()
    argv = [brokerctl, "serve", "--port", port, "--tls-cert", renewal.certificate, "--tls-key", renewal.key]
    with SecureBroker(launch("broker", argv), port, renewal.authority.certificate) as running:
        yield running


def loaded(broker: SecureBroker, result: str = "loaded") -> float:
    return broker.metric(f'tls_certificate_reloads_total{{result="{result}"}}')


def test_files_that_change_are_read_by_themselves(secure, renewal):
    new = renewal.replace(renewal.make())
    wait_until(lambda: shown(secure.port) == new, "the new certificate", timeout=15)
    assert loaded(secure) == 1
    expiry = secure.metric("tls_certificate_expiry_timestamp_seconds")
    assert abs(expiry - time.time() - 2 * 86_400) < 300
    # The one that is used expires within two weeks.
    assert "the certificate expires within 2 days" in secure.log


def test_a_bad_pair_changes_nothing_and_is_said_once(secure, renewal):
    old = shown(secure.port)
    renewal.certificate.write_text("nothing")
    wait_until(lambda: loaded(secure, "refused") == 1, "the refusal", timeout=15)
    assert shown(secure.port) == old
    # Long enough for two more looks at the files.
    stop = time.monotonic() + 5
    wait_until(lambda: time.monotonic() > stop, "five seconds")
    assert secure.log.count("the new certificate cannot be used") == 1
    assert f"{renewal.certificate} has no PEM certificate" in secure.log
    secure.process.send_signal(1)
    wait_until(lambda: loaded(secure, "refused") == 2, "the refusal of what was asked for")
    new = renewal.replace(renewal.make())
    wait_until(lambda: shown(secure.port) == new, "a good one", timeout=15)


def test_a_hundred_changes_lose_no_frame(secure, renewal):
    """A publisher and a viewer keep their connections; others come and go with whatever is shown then."""
    pairs = [renewal.make() for _ in range(100)]
    trust = trusting(secure.certificate)
    with (
        httpx.Client(base_url=secure.url, http2=True, verify=trust, timeout=10) as publisher,
        traffic(secure, "door", publisher, ssl=trust) as seen,
    ):
        for pair in pairs:
            count = len(seen.posted)
            new = renewal.replace(pair)
            secure.process.send_signal(1)
            wait_until(lambda new=new: shown(secure.port) == new, "the new certificate", every=0.005)
            wait_until(lambda count=count: len(seen.posted) > count + 1, "frames in the meantime", every=0.005)
    assert loaded(secure) >= 100 and loaded(secure, "refused") == 0
    assert len(seen.posted) >= 200 and seen.got == seen.posted
    assert secure.process.is_running


def test_without_tls_there_is_nothing_of_it(broker):
    assert "tls_certificate" not in broker.http.get("/metrics").text
