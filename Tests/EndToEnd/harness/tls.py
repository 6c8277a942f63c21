"""Certificates, and clients that trust them."""

import ssl
import subprocess
from pathlib import Path

import httpx


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)


def self_signed(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for this machine and its key, in files of that name."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", 2, "-keyout", key, "-out", certificate),
    )
    return certificate, key


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


def http2_client(url: str, certificate: Path) -> httpx.Client:
    return httpx.Client(base_url=url, http2=True, verify=trusting(certificate), timeout=10)
