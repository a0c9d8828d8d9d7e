"""A server of OpenSSL 1.0.2e with everything that was ever switched off: the copy inside the Python package nassl.

`python legacy_openssl.py PORT SETTINGS.json` with cert, key, ciphers, and optionally order ("server"), dh (a file of
PKCS#3 parameters), compression (true). The library has no names for its functions at run time (they are local
symbols), so they are found in the symbol table of the file and called at their distance from where it was loaded.
"""

import ctypes
import importlib.util
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path

SSL_CTRL_SET_TMP_RSA, SSL_CTRL_SET_TMP_DH, SSL_CTRL_SET_TMP_ECDH = 2, 3, 4
SSL_CTRL_OPTIONS, SSL_CTRL_CLEAR_OPTIONS = 32, 77
SSL_OP_CIPHER_SERVER_PREFERENCE = 0x00400000
SSL_OP_NO_SSL = 0x01000000 | 0x02000000
SSL_OP_NO_COMPRESSION = 0x00020000
NID_P256, PEM = 415, 1
SOME_FUNCTION = "PyInit__nassl_legacy"


class Library:
    """The functions of a loaded file by name, local ones too (ELF64, little-endian)."""

    def __init__(self, path):
        self.loaded = ctypes.PyDLL(str(path))
        self.places = dict(symbols(path.read_bytes()))
        known = ctypes.cast(getattr(self.loaded, SOME_FUNCTION), ctypes.c_void_p).value
        self.base = known - self.places[SOME_FUNCTION]

    def __call__(self, name, *arguments, gives=ctypes.c_void_p):
        function = ctypes.CFUNCTYPE(gives, *[kind(argument) for argument in arguments])
        return function(self.base + self.places[name])(*arguments)


def kind(argument):
    if isinstance(argument, int):
        return ctypes.c_long
    return ctypes.c_char_p if isinstance(argument, bytes) else ctypes.c_void_p


def symbols(elf):
    (table,) = struct.unpack_from("<Q", elf, 0x28)
    entry, count = struct.unpack_from("<HH", elf, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", elf, table + number * entry) for number in range(count)]
    for section in (section for section in sections if section[1] == 2):
        names = sections[section[6]][4]
        for at in range(section[4], section[4] + section[5], 24):
            name, what, _, _, value, _ = struct.unpack_from("<IBBHQQ", elf, at)
            if what & 15 == 2:
                yield elf[names + name:elf.index(b"\0", names + name)].decode(), value


def context(ssl, settings):
    ssl("SSL_library_init")
    ctx = ctypes.c_void_p(ssl("SSL_CTX_new", ctypes.c_void_p(ssl("SSLv23_server_method"))))
    cleared = SSL_OP_NO_SSL | (SSL_OP_NO_COMPRESSION if settings.get("compression") else 0)
    ssl("SSL_CTX_ctrl", ctx, SSL_CTRL_CLEAR_OPTIONS, cleared, None)
    if settings.get("order") == "server":
        ssl("SSL_CTX_ctrl", ctx, SSL_CTRL_OPTIONS, SSL_OP_CIPHER_SERVER_PREFERENCE, None)
    assert ssl("SSL_CTX_set_cipher_list", ctx, settings["ciphers"].encode(), gives=ctypes.c_int) == 1
    for cert, key in zip(settings["cert"], settings["key"]):
        assert ssl("SSL_CTX_use_certificate_file", ctx, cert.encode(), PEM, gives=ctypes.c_int) == 1, cert
        assert ssl("SSL_CTX_use_PrivateKey_file", ctx, key.encode(), PEM, gives=ctypes.c_int) == 1, key
    curve = ctypes.c_void_p(ssl("EC_KEY_new_by_curve_name", NID_P256))
    ssl("SSL_CTX_ctrl", ctx, SSL_CTRL_SET_TMP_ECDH, 0, curve)
    exponent = ctypes.c_void_p(ssl("BN_new"))
    ssl("BN_set_word", exponent, 65537)
    short = ctypes.c_void_p(ssl("RSA_new"))
    assert ssl("RSA_generate_key_ex", short, 512, exponent, None, gives=ctypes.c_int) == 1
    ssl("SSL_CTX_ctrl", ctx, SSL_CTRL_SET_TMP_RSA, 0, short)
    if "dh" in settings:
        file = ctypes.c_void_p(ssl("BIO_new_file", settings["dh"].encode(), b"r"))
        dh = ctypes.c_void_p(ssl("PEM_read_bio_DHparams", file, None, None, None))
        assert dh.value, settings["dh"]
        ssl("SSL_CTX_ctrl", ctx, SSL_CTRL_SET_TMP_DH, 0, dh)
    return ctx


def answer(ssl, ctx, client):
    client.settimeout(None)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 15, 0))
    session = ctypes.c_void_p(ssl("SSL_new", ctx))
    ssl("SSL_set_fd", session, client.fileno())
    if ssl("SSL_accept", session, gives=ctypes.c_int) == 1:
        read = ctypes.create_string_buffer(4096)
        if ssl("SSL_read", session, ctypes.cast(read, ctypes.c_void_p), 4096, gives=ctypes.c_int) > 0:
            ssl("SSL_write", session, b"HTTP/1.0 200 OK\r\n\r\nlab\n", 23, gives=ctypes.c_int)
    ssl("SSL_free", session)
    client.close()


def main():
    settings = json.loads(Path(sys.argv[2]).read_text())
    found = importlib.util.find_spec("nassl").submodule_search_locations[0]
    ssl = Library(next(Path(found).glob("_nassl_legacy*.so")))
    ctx = context(ssl, settings)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=200) as listener:
        while True:
            client = listener.accept()[0]
            # A process for each: this library has no locks of its own, and one silent client must not stop the others.
            if os.fork() == 0:
                listener.close()
                answer(ssl, ctx, client)
                os._exit(0)
            client.close()


main()
