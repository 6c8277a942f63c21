"""What stands in front of a broker: TLS, certificates, and clients that trust them."""

import ssl
import subprocess
from pathlib import Path

import httpx


def self_signed(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate and its key, made by openssl."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
        timeout=30,
    )
    return certificate, key


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def http2_client(url: str, certificate: Path) -> httpx.Client:
    return httpx.Client(base_url=url, http2=True, verify=trusting(certificate), timeout=10)
