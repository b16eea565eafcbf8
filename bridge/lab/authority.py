"""A certificate authority for one lab, made on the fly: so that certificate checking stays on, as in real life."""

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bridge.clock import now

_YEARS = timedelta(days=825)


class Authority:
    """Signs server certificates. Its own lie in `folder` as ca.pem and ca.key, and are found again there."""

    def __init__(self, folder: Path) -> None:
        self.certificate_path = folder / "ca.pem"
        key_path = folder / "ca.key"
        if not key_path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _found(self.certificate_path, key_path)
        self._certificate = x509.load_pem_x509_certificate(self.certificate_path.read_bytes())
        key = load_pem_private_key(key_path.read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key

    def certify(self, host: str, folder: Path) -> None:
        """Write `folder`/tls.pem and tls.key for `host`, a DNS name without a port."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _unsigned(host, key, issuer=self._certificate.subject)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        _write_key(folder / "tls.key", key)
        (folder / "tls.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def _found(certificate_path: Path, key_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _unsigned("Kairan lab", key, issuer=_name("Kairan lab"))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_path.write_bytes(certificate.public_bytes(Encoding.PEM))
    _write_key(key_path, key)  # last: it is what says that the authority exists


def _unsigned(subject: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name) -> x509.CertificateBuilder:
    made = now()
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=_name(subject),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=made - timedelta(days=1),
        not_valid_after=made + _YEARS,
    )


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
