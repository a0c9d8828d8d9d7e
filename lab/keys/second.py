"""A second reader of every key that ours found: `cryptography`, `asn1crypto` where that refuses, GnuPG for OpenPGP.

Takes a file of lines of JSON: `{"file", "objects": [{"kind", "format", "algorithm", "bits", "fingerprint", "closed"}]}`. Prints a
line each: `{"file", "false": [index…]}` with what no second reader sees at all, or sees as something else.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from asn1crypto import crl, csr, keys, pkcs12, x509 as lenient
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from described import certificate, described, quietly

warnings.simplefilter("ignore")

BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
# Base64 within base64, as secrets of Kubernetes hold it.
HIDDEN = re.compile(rb"LS0tLS1CRUdJTi[A-Za-z0-9+/]+={0,2}")
HEADER = re.compile(rb"^[A-Za-z-]+: .*$", re.MULTILINE)
LINE = re.compile(rb"(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/]+={0,2}")
STORES = ("pkcs12", "jks", "jceks", "bks", "pkcs7")
# Numbers of algorithms in OpenPGP.
OPENPGP = {1: "rsa", 2: "rsa", 3: "rsa", 16: "elgamal", 17: "dsa", 18: "ec", 19: "ec", 22: "ed25519"}

PRIVATE = (keys.PrivateKeyInfo, keys.RSAPrivateKey, keys.DSAPrivateKey, keys.ECPrivateKey)
LENIENT = {
    "certificate": (lenient.Certificate,),
    "request": (csr.CertificationRequest,),
    "crl": (crl.CertificateList,),
    "private_key": (*PRIVATE, keys.EncryptedPrivateKeyInfo),
    "public_key": (keys.PublicKeyInfo, keys.RSAPublicKey),
    "parameters": (keys.DSAParams, keys.ECDomainParameters),
    "keystore": (pkcs12.Pfx,),
}


def unescaped(text):
    """A block as it stands in source code or JSON."""
    return text.replace(b"\\r", b"").replace(b"\\n", b"\n")


def blocks(data):
    for hidden in HIDDEN.findall(data):
        yield from blocks(quietly(base64.b64decode, hidden) or b"")
    for found in BLOCK.finditer(data):
        body = HEADER.sub(b"", unescaped(found[2]))
        value = quietly(base64.b64decode, re.sub(rb"[^A-Za-z0-9+/=]", b"", body))
        if value:
            yield found[1].decode(), value


def values(data):
    """Everything in a keystore that may be a value of its own, by its hash."""
    for at in (place for place, byte in enumerate(data) if byte == 0x30):
        length = data[at + 1] if at + 1 < len(data) else 0
        head = 2
        if length & 0x80:
            head += length & 0x7F
            length = int.from_bytes(data[at + 2 : at + head], "big")
        yield data[at : at + head + length]


def strictly(kind, value):
    """The key in a value by `cryptography`."""
    if kind == "certificate":
        one = quietly(x509.load_der_x509_certificate, value)
        return one and certificate(one)
    if kind == "request":
        one = quietly(x509.load_der_x509_csr, value)
        return one and described(kind, quietly(one.public_key))
    if kind == "crl":
        return quietly(x509.load_der_x509_crl, value) and {"kind": kind}
    if kind == "parameters":
        return quietly(serialization.load_der_parameters, value) and {"kind": kind}
    if kind == "private_key":
        key = quietly(serialization.load_der_private_key, value, None)
        return key and described(kind, key.public_key())
    key = quietly(serialization.load_der_public_key, value)
    return key and described(kind, key)


def whole(shape, value):
    """Whether a value is of a shape, down to its last field."""
    return shape.load(value, strict=True).native is not None


def is_value(told, value):
    seen = strictly(told["kind"], value)
    if not seen:
        return any(quietly(whole, shape, value) for shape in LENIENT.get(told["kind"], ()))
    mine = {"algorithm": told["algorithm"].removesuffix("-pss"), "bits": told["bits"]}
    return all(name not in seen or seen[name] == mine[name] for name in mine)


def openpgp(data):
    """Algorithms and sizes by GnuPG."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "keys")
        path.write_bytes(data)
        gpg = ["gpg", "--homedir", home, "--batch", "--with-colons", "--show-keys", str(path)]
        out = subprocess.run(gpg, capture_output=True, check=False).stdout.decode(errors="replace")
    for line in out.splitlines():
        fields = line.split(":")
        if fields[0] in ("pub", "sub", "sec", "ssb"):
            yield OPENPGP.get(int(fields[3])), int(fields[2])


def ssh(data):
    for line in LINE.findall(data):
        key = quietly(serialization.load_ssh_public_key, line)
        if key is not None:
            told = described("public_key", key)
            yield told["algorithm"], told.get("bits")
    for found in BLOCK.finditer(data):
        text = unescaped(found[0])
        key = quietly(serialization.load_ssh_private_key, text, None)
        if key is not None:
            told = described("private_key", key.public_key())
            yield told["algorithm"], told.get("bits")


def is_jwk(told, data):
    def members(value):
        if isinstance(value, dict):
            yield value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
            yield from members(inner)

    types = {member.get("kty") for member in members(json.loads(data))}
    wanted = {"rsa": {"RSA"}, "ec": {"EC"}}.get(told["algorithm"], {"OKP", "oct", "AKP"})
    return bool(types & wanted)


def is_locked_block(told, data):
    """A private key that a password keeps closed, told by what a loader asks for."""
    if told["kind"] != "private_key" or not told["closed"]:
        return False
    for found in BLOCK.finditer(data):
        for load in (serialization.load_pem_private_key, serialization.load_ssh_private_key):
            try:
                load(unescaped(found[0]), None)
            except TypeError:
                return True
            except BaseException:
                continue
    return False


def is_store(told, data, others):
    """Java's stores: their first bytes, and something in them that others know."""
    magic = {"jks": b"\xfe\xed\xfe\xed", "jceks": b"\xce\xce\xce\xce"}.get(told["format"])
    return told["kind"] == "keystore" and magic is not None and data.startswith(magic) and others


def judged(path, objects):
    data = path.read_bytes()
    known = {hashlib.sha256(value).hexdigest(): value for _, value in blocks(data)}
    # What one value is followed by is not part of it.
    for value in [*known.values(), data]:
        first = next(values(value[:1]), None) and next(values(value))
        known |= {hashlib.sha256(first).hexdigest(): first} if first else {}
    if any(told["format"] in STORES for told in objects):
        known |= {hashlib.sha256(value).hexdigest(): value for value in values(data)}
    keyrings = [data] + [value for label, value in blocks(data) if label.startswith("PGP")]
    pairs = {"openpgp": lambda: {pair for ring in keyrings for pair in openpgp(ring)}, "openssh": lambda: set(ssh(data))}
    by_format = {name: find() for name, find in pairs.items() if any(told["format"] == name for told in objects)}
    right = []
    for told in objects:
        value = known.get(told["fingerprint"])
        pair = (told["algorithm"].removesuffix("-sk"), told["bits"])
        near = {pair, (pair[0], None)}
        right.append(
            value is not None and is_value(told, value)
            or bool(near & by_format.get(told["format"], set()))
            or told["format"] == "jwk" and bool(quietly(is_jwk, told, data))
            or is_locked_block(told, data)
        )
    stores = [is_store(told, data, any(right)) for told in objects]
    return [at for at, pair in enumerate(zip(right, stores)) if not any(pair)]


def main():
    for line in Path(sys.argv[1]).read_text().splitlines():
        found = json.loads(line)
        wrong = judged(Path(found["file"]), found["objects"])
        print(json.dumps({"file": found["file"], "false": wrong}))


main()
