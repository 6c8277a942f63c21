"""A running broker with a certificate, and what its clients trust."""

import base64
import hashlib
import ssl
import subprocess
from pathlib import Path

import httpx

from harness.broker import Broker
from harness.processes import Process
from harness.tls import trusting


class SecureBroker(Broker):
    """A running `brokerctl serve` with a certificate."""

    def __init__(self, process: Process, port: int, certificate: Path) -> None:
        self.process, self.port, self.certificate = process, port, certificate
        self.url = f"https://127.0.0.1:{port}"
        self.trust = trusting(certificate)
        self.http = httpx.Client(base_url=self.url, timeout=10, verify=self.trust)
        self.wait_ready()

    def metric(self, name: str) -> float:
        """The value of a metric without labels, or with those that the name has."""
        lines = self.http.get("/metrics").raise_for_status().text.splitlines()
        return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"stream_broker_{name} "))


def spki_pin(certificate: Path) -> str:
    """The hash of a certificate's public key, as Chromium's --ignore-certificate-errors-spki-list wants it."""
    key = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-pubkey", "-noout"], check=True, capture_output=True, text=True
    ).stdout
    return base64.b64encode(hashlib.sha256(ssl.PEM_cert_to_DER_cert(_as_certificate(key))).digest()).decode()


def _as_certificate(pem: str) -> str:
    """The only function of Python's that takes PEM apart wants it to be called a certificate."""
    return pem.replace("PUBLIC KEY", "CERTIFICATE")
