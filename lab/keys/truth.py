"""What the package `cryptography` decodes in every file of `cryptography-vectors`: the truth that key readers are held
against.

Takes the passwords to try as words. Prints one line of JSON a file that holds anything: `{"file", "objects": [{"kind",
"algorithm", "bits", "curve", "spki"}]}`, in the words of our own reader.
"""

import json
import sys
import warnings
from pathlib import Path

import cryptography_vectors
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.hazmat.primitives import serialization

from described import certificate, described, quietly

warnings.simplefilter("ignore")

# Larger files hold vectors of hash functions.
BYTES_MAX = 5_000_000


def certificates(data):
    found = [certificate(one) for one in quietly(x509.load_pem_x509_certificates, data) or []]
    whole = quietly(x509.load_der_x509_certificate, data)
    found += [certificate(whole)] if whole else []
    for load in (pkcs7.load_pem_pkcs7_certificates, pkcs7.load_der_pkcs7_certificates):
        found += [certificate(one) for one in quietly(load, data) or []]
    return found


def lists_and_requests(data):
    found = []
    for load in (x509.load_pem_x509_crl, x509.load_der_x509_crl):
        if quietly(load, data):
            found.append({"kind": "crl"})
    for load in (x509.load_pem_x509_csr, x509.load_der_x509_csr):
        request = quietly(load, data)
        if request:
            found.append(described("request", quietly(request.public_key)))
    return found


def private_keys(data, passwords):
    loads = (serialization.load_pem_private_key, serialization.load_der_private_key)
    for load in (*loads, serialization.load_ssh_private_key):
        for password in passwords:
            key = quietly(load, data, password)
            if key is not None:
                yield described("private_key", key.public_key())
                break


def public_keys(data):
    loads = (serialization.load_pem_public_key, serialization.load_der_public_key)
    for load in (*loads, serialization.load_ssh_public_key):
        key = quietly(load, data)
        if key is not None:
            yield described("public_key", key)
    for load in (serialization.load_pem_parameters, serialization.load_der_parameters):
        if quietly(load, data) is not None:
            yield {"kind": "parameters"}


def keystore(data, passwords):
    for password in passwords:
        store = quietly(pkcs12.load_pkcs12, data, password)
        if store is not None:
            yield {"kind": "keystore"}
            if store.key is not None:
                yield described("private_key", store.key.public_key())
            for held in ([store.cert] if store.cert else []) + list(store.additional_certs):
                yield certificate(held.certificate)
            return


def objects(data, passwords):
    found = certificates(data)
    # The loader of public keys takes the key out of a certificate, too.
    public = [] if found else list(public_keys(data))
    found += lists_and_requests(data)
    found += private_keys(data, passwords)
    return found + public + list(keystore(data, passwords))


def main():
    passwords = [None, b""] + [word.encode() for word in sys.argv[1:]]
    root = Path(cryptography_vectors.__file__).parent
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.stat().st_size <= BYTES_MAX:
            found = objects(path.read_bytes(), passwords)
            if found:
                print(json.dumps({"file": str(path), "objects": found}))


main()
