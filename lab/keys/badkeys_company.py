"""What the test keys of badkeys need beside them to be told as weak: a block list that names those known to everybody, and
a key that shares a prime with the one that was made to share one.

Takes the folder of the test keys, and the folder to write `blocklist.dat` and `partner.pem` to.
"""

import hashlib
import importlib.resources
import json
import sys
from base64 import urlsafe_b64decode
from pathlib import Path

import gmpy2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key, load_ssh_public_key

# The key whose prime badkeys knows, and the keys that its list knows.
SHARED = "rsa-sharedprimes.key"
LISTED = [
    "rsa-debianweak.key",
    "ec-p256-rfc-example.key",
    "ed25519-rfc-example.key",
    "ecdsa-explicit-pub.key",
    "dsa-sshpub-ietf-example.key",
    "mldsa44.key",
    "mlkem768-private.key",
    "jwk-rsa-rfc7517.json",
    "jwk-ecp256-rfc7517.json",
    "jwk-ed25519-rfc8037.json",
]
NUMBER = 7


def public(path):
    data = path.read_bytes()
    if data.startswith(b"ssh-"):
        return load_ssh_public_key(data)
    if b"PRIVATE KEY" in data:
        return serialization.load_pem_private_key(data, None).public_key()
    return load_pem_public_key(data)


def shortest(number):
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def mark(path):
    """The bytes that stand for a key in the list."""
    if path.suffix == ".json":
        members = json.loads(path.read_text())
        value = members["n"] if members["kty"] == "RSA" else members["x"]
        return urlsafe_b64decode(value + "=" * (-len(value) % 4))
    key = public(path)
    if isinstance(key, rsa.RSAPublicKey):
        return shortest(key.public_numbers().n)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return shortest(key.public_numbers().x)
    if isinstance(key, dsa.DSAPublicKey):
        return shortest(key.public_numbers().y)
    return key.public_bytes_raw()


def partner(path):
    """Another key with the same prime."""
    modulus = public(path).public_numbers().n
    known = importlib.resources.files("badkeys.keydata") / f"primes{modulus.bit_length()}.dat"
    prime = int(gmpy2.gcd(modulus, gmpy2.from_binary(known.read_bytes())))
    other = int(gmpy2.next_prime(gmpy2.isqrt(1 << 2047) + 2020))
    key = rsa.RSAPublicNumbers(65537, prime * other).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form)


def main():
    keys, out = Path(sys.argv[1]), Path(sys.argv[2])
    records = {hashlib.sha256(mark(keys / name)).digest()[:15] + bytes([NUMBER]) for name in LISTED}
    (out / "blocklist.dat").write_bytes(b"".join(sorted(records)))
    (out / "partner.pem").write_bytes(partner(keys / SHARED))


main()
