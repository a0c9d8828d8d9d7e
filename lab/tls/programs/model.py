"""Servers with a fault that no package brings along any more, and servers that only look like it: `model.py PORT KEY CERT FAULT`.

Each is a whole server (tlslite-ng), changed in the one place where the documented fault was. They are models: a prober that
is right about them is right about the documented behaviour, not about every product that ever had the fault.

| fault | behaviour |
|---|---|
| ccs | CVE-2014-0224: takes a ChangeCipherSpec before the key exchange, and then cannot read what follows (alert 20) |
| ccs-closes | takes none: closes without the alert that others send |
| robot-alert | CVE-2017-13099 and others: says at once (alert 47) that the padding of the premaster secret was wrong |
| robot-silence | the same told by silence: it waits for more where the padding was wrong |
| robot-refuses | refuses every premaster secret at once and alike: nothing is told by that |
| ticketbleed | CVE-2016-9244: fills a short session id that came with a ticket up to 32 bytes, here with a constant |
| none | nothing: what tlslite-ng itself does |
"""

import socket
import sys
import threading
import time
from pathlib import Path

from tlslite import tlsconnection
from tlslite.api import HandshakeSettings, SessionCache, TLSConnection, X509CertChain, parsePEMKey
from tlslite.constants import AlertDescription
from tlslite.errors import TLSIllegalParameterException
from tlslite.keyexchange import RSAKeyExchange
from tlslite.messages import ServerHello
from tlslite.utils.cryptomath import bytesToNumber, getRandomBytes, numberToByteArray, numBytes

SILENCE_S = 20
CONNECTION_S = 15


class EarlyChange(TLSConnection):
    """Takes a ChangeCipherSpec where a ClientKeyExchange has to come."""

    taken = False

    def _sendError(self, alertDescription, errorStr=None):
        early = alertDescription == AlertDescription.unexpected_message and errorStr == "received type=20"
        if early and not self.taken:
            self.taken = True
            # The keys are made of nothing now; whatever comes next does not decrypt.
            self.sock.recv(16384)
            alertDescription = AlertDescription.bad_record_mac
        yield from super()._sendError(alertDescription, errorStr)


class ClosesEarly(TLSConnection):
    def _sendError(self, alertDescription, errorStr=None):
        if errorStr == "received type=20":
            self.sock.socket.shutdown(socket.SHUT_RDWR)
            raise ConnectionError("closed")
        yield from super()._sendError(alertDescription, errorStr)


class FilledUp(ServerHello):
    """Echoes a short session id with more behind it than was sent."""

    def create(self, version, random, session_id, *rest, **named):
        if 0 < len(session_id) < 32:
            session_id = bytearray(session_id) + bytearray(b"B" * (32 - len(session_id)))
        return super().create(version, random, session_id, *rest, **named)


def padded(exchange, message):
    """The premaster secret, or None when its padding or its version is wrong (RFC 8017 section 7.2.2)."""
    key, sent = exchange.privateKey, message.encryptedPreMasterSecret
    if len(sent) != numBytes(key.n):
        return None
    clear = numberToByteArray(key._rawPrivateKeyOp(bytesToNumber(sent)), numBytes(key.n))
    secret = clear[-48:]
    right = clear[:2] == b"\0\2" and 0 not in clear[2:-49] and clear[-49] == 0
    return secret if right and tuple(secret[:2]) == exchange.clientHello.client_version else None


def by_alert(exchange, message):
    secret = padded(exchange, message)
    if secret is None:
        raise TLSIllegalParameterException("wrong padding")
    return secret


def by_silence(exchange, message):
    secret = padded(exchange, message)
    if secret is None:
        time.sleep(SILENCE_S)
    return secret or getRandomBytes(48)


def refuses(exchange, message):
    raise TLSIllegalParameterException("no")


def answer(kind, client, chain, key, settings, sessions):
    try:
        client.settimeout(CONNECTION_S)
        connection = kind(client)
        connection.handshakeServer(certChain=chain, privateKey=key, settings=settings, sessionCache=sessions)
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nlab\n")
        connection.close()
    except Exception:
        # A prober breaks off in the middle of every handshake.
        client.close()


def main():
    port, key, cert, fault = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
    chain = X509CertChain()
    chain.parsePemList(Path(cert).read_text())
    private = parsePEMKey(Path(key).read_text(), private=True)
    settings = HandshakeSettings()
    settings.minVersion, settings.maxVersion = (3, 1), (3, 3)
    # A resumption would have to repeat both; the products that had the faults knew neither.
    settings.useEncryptThenMAC, settings.useExtendedMasterSecret = False, False
    settings.ticketKeys = [getRandomBytes(32)]
    changed = {"robot-alert": by_alert, "robot-silence": by_silence, "robot-refuses": refuses}
    if fault in changed:
        RSAKeyExchange.processClientKeyExchange = changed[fault]
    if fault == "ticketbleed":
        tlsconnection.ServerHello = FilledUp
    # It would end at the name 127.0.0.1, which is no name; other servers do not mind, and a model has to be asked by all.
    tlsconnection.is_valid_hostname = lambda name: True
    kind = {"ccs": EarlyChange, "ccs-closes": ClosesEarly}.get(fault, TLSConnection)
    sessions = SessionCache()
    with socket.create_server(("127.0.0.1", port), backlog=200) as listener:
        while True:
            client = listener.accept()[0]
            one = (kind, client, chain, private, settings, sessions)
            threading.Thread(target=answer, args=one, daemon=True).start()


main()
