"""HTTP and viewers over TLS, as clients see them that verify the certificate."""

import contextlib
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from harness.pictures import large_picture, picture
from harness.tls import openssl, self_signed
from harness.wire import open_viewer

pytest_plugins = ["secure_fixtures"]


def make_expired_certificate(folder: Path) -> tuple[Path, Path]:
    _, key = self_signed(folder, "old")
    request, settings, certificate = folder / "old.csr", folder / "old.conf", folder / "expired.pem"
    (folder / "index").touch()
    settings.write_text(
        f"[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/index\nnew_certs_dir={folder}\nrand_serial=yes\n"
        "default_md=sha256\npolicy=names\n[names]\ncommonName=supplied\n"
    )
    openssl("req", "-new", "-key", key, "-subj", "/CN=localhost", "-out", request)
    openssl(
        *("ca", "-batch", "-notext", "-selfsign", "-config", settings, "-keyfile", key, "-in", request),
        *("-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-out", certificate),
    )
    return certificate, key


def test_frames_reach_viewers_whole_over_tls(secure):
    pictures = [picture(1), large_picture(100, 100), large_picture(480, 360), picture(2)]
    with contextlib.ExitStack() as opened:
        viewers = [opened.enter_context(open_viewer(secure.url, "/ws/door", ssl=secure.trust)) for _ in range(6)]
        secure.wait_viewers("door", len(viewers))
        for sent in pictures:
            assert secure.post("door", sent).status_code == 200
            for viewer in viewers:
                assert viewer.recv(timeout=10) == sent
    assert secure.http.get("/snapshot/door").content == pictures[-1]


def test_a_later_viewer_gets_the_latest_frame_over_tls(secure):
    sent = picture(1)
    assert secure.post("door", sent).status_code == 202
    with open_viewer(secure.url, "/ws/door", ssl=secure.trust) as viewer:
        assert viewer.recv(timeout=10) == sent


def test_tls_1_1_is_refused(secure):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", secure.port), timeout=10) as plain:
        with pytest.raises(ssl.SSLError, match="(?i)protocol.version"):
            old.wrap_socket(plain)


@pytest.mark.parametrize("case", ["missing", "no certificate", "encrypted", "other key", "expired", "no key"])
def test_a_pair_that_cannot_be_used_is_named(case, brokerctl, environment, pair, tmp_path):
    certificate, key = pair
    match case:
        case "missing":
            certificate = tmp_path / "nowhere.pem"
            expected = f"the certificate file {certificate} is not there"
        case "no certificate":
            certificate = tmp_path / "empty.pem"
            certificate.write_text("nothing")
            expected = f"{certificate} has no PEM certificate"
        case "encrypted":
            encrypted = tmp_path / "encrypted.key"
            openssl("pkey", "-in", key, "-aes256", "-passout", "pass:word", "-out", encrypted)
            key, expected = encrypted, f"the key {encrypted} is encrypted"
        case "other key":
            _, key = self_signed(tmp_path, "other")
            expected = f"the key {key} does not belong to the certificate {certificate}"
        case "expired":
            certificate, key = make_expired_certificate(tmp_path)
            expected = f"the certificate {certificate} has expired"
        case "no key":
            key, expected = None, "give --tls-key, too"
    argv = [brokerctl, "serve", "--port", "0", "--tls-cert", certificate, *(["--tls-key", key] if key else [])]
    command = [str(argument) for argument in argv]
    ended = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert expected in ended.stderr
