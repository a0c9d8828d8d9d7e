"""Fresh keys by OpenSSL, through the package `cryptography`: none of them is weak.

Takes a folder and words such as `rsa-3072=80 p-256=3000 ed25519=3000`. Writes the keys into files of a hundred at most,
each named after its kind.
"""

import sys
from multiprocessing import Pool
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519

KEYS_A_FILE = 100
# What takes long to make is made in smaller pieces.
RSA_A_FILE = 10

KINDS = {
    "p-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
    "x25519": x25519.X25519PrivateKey.generate,
}


def written(key):
    """A private key of RSA or EC, for the tests of both halves; of the others the public half is all that is tested."""
    if hasattr(key, "key_size"):
        form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return key.private_bytes(serialization.Encoding.PEM, *form)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def piece(order):
    path, kind, count = order
    bits = kind.removeprefix("rsa-")
    make = KINDS.get(kind) or (lambda: rsa.generate_private_key(65537, int(bits)))
    path.write_bytes(b"".join(written(make()) for _ in range(count)))


def orders(folder, words):
    for word in words:
        kind, count = word.split("=")
        left, step = int(count), RSA_A_FILE if kind.startswith("rsa-") else KEYS_A_FILE
        for number in range(0, left, step):
            yield folder / f"{kind}-{number}.pem", kind, min(step, left - number)


def main():
    folder = Path(sys.argv[1])
    # What takes longest comes first, so that no worker is left alone with it.
    first = sorted(orders(folder, sys.argv[2:]), key=lambda order: order[1], reverse=True)
    with Pool() as pool:
        pool.map(piece, first, chunksize=1)


if __name__ == "__main__":
    main()
