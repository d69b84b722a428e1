"""What the tests of the API client share: a canary nobody may touch, and certificates made on the spot."""

import datetime
import socket
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .loopback import Loopback, answer

KEY = "sk-very-secret-key-0123456789"


@pytest.fixture
def canary():
    """A loopback listener that fails the test if anything connected to it."""
    with Loopback(answer()) as server:
        yield server
        # Connections are accepted in order: once ours has its answer, an earlier one would have been counted.
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as ours:
            ours.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert ours.recv(1000)
        assert server.connections == 1


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    """(context of a server named localhost, context of a client that trusts it)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=path)
