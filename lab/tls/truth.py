"""What a server truly speaks, asked in the dumbest way: one suite, one group per connection, raw bytes, no TLS library.

`python3 truth.py HOST:PORT [--starttls PROTOCOL] [--jobs 4]` prints one JSON object. It shares nothing with the prober of
Hinomi, needs thousands of connections, and is what the tables in `servers/` are held against.
"""

import argparse
import hashlib
import json
import os
import socket
import struct
import sys
from concurrent.futures import ThreadPoolExecutor

VERSIONS = {"ssl3": 0x0300, "tls1.0": 0x0301, "tls1.1": 0x0302, "tls1.2": 0x0303}
# Every number that IANA or an implementation ever gave out, whether it has a name here or not.
SINGLE = [
    *range(0x0001, 0x00C8), *range(0x1301, 0x1308), *range(0xC001, 0xC0B6), *range(0xC100, 0xC107),
    *range(0xCC13, 0xCC16), *range(0xCCA8, 0xCCAF), *range(0xD001, 0xD006), 0xFEFE, 0xFEFF, 0xFFE0, 0xFFE1,
    *range(0xFF80, 0xFF88),
]
SSL2_KINDS = [0x010080, 0x020080, 0x030080, 0x040080, 0x050080, 0x060040, 0x0700C0, 0x080080, 0xFF0800, 0xFF0810]
GROUPS = [
    *range(0x01, 0x2A), *range(0x0100, 0x0105), 0x0200, 0x0201, 0x0202, 0x11EB, 0x11EC, 0x11ED, 0x11EE, 0x6399, 0x639A,
]
USUAL = [0x1D, 0x17, 0x18, 0x19, 0x1E, 0x16, 0x1A, 0x1B, 0x1C]
# Elliptic curves of all kinds: an old server may have a strange one and nothing else.
WIDE = USUAL + [group for group in range(0x01, 0x1D) if group not in USUAL]
FFDHE = [*range(0x0100, 0x0105)]
SCHEMES = [
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501, 0x0601, 0x0402,
    0x0502, 0x0602, 0x0303, 0x0301, 0x0302, 0x0203, 0x0201, 0x0202, 0x0101,
]
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
CBC_AT_TLS12 = [0x002F, 0x0035, 0x003C, 0x003D, 0xC013, 0xC014, 0xC009, 0xC00A, 0xC027, 0xC028, 0x000A, 0x0041, 0x0084]
FALLBACK_SCSV, INAPPROPRIATE_FALLBACK = 0x5600, 86
ECDHE_MARKS = (0xC006, 0xC01A)


def u8(data):
    return struct.pack(">B", len(data)) + data


def u16(data):
    return struct.pack(">H", len(data)) + data


def numbers(values):
    return b"".join(struct.pack(">H", value) for value in values)


def extension(kind, body):
    return struct.pack(">H", kind) + u16(body)


def extensions(groups, more=b""):
    out = extension(0x000A, u16(numbers(groups))) if groups else b""
    out += extension(0x000B, u8(b"\0")) if groups else b""
    return out + extension(0x000D, u16(numbers(SCHEMES))) + extension(0xFF01, b"\0") + more


def hello(version, suites, groups=WIDE, more=b"", compression=b"\0"):
    """A ClientHello in one record; SSL 3.0 has no extensions."""
    body = struct.pack(">H", version) + os.urandom(32) + b"\0" + u16(numbers(suites)) + u8(compression)
    if version > 0x0300:
        body += u16(extensions(groups, more))
    message = b"\1" + struct.pack(">I", len(body))[1:] + body
    return b"\x16" + struct.pack(">H", min(version, 0x0301)) + u16(message)


def hello13(suites, groups):
    """A ClientHello for TLS 1.3 alone, without a key: who accepts it has to ask for one."""
    more = extension(0x002B, u8(b"\3\4")) + extension(0x0033, u16(b"")) + extension(0x002D, b"\1\1")
    body = b"\3\3" + os.urandom(32) + u8(os.urandom(32)) + u16(numbers(suites)) + b"\1\0"
    body += u16(extension(0x000A, u16(numbers(groups))) + extension(0x000D, u16(numbers(SCHEMES))) + more)
    message = b"\1" + struct.pack(">I", len(body))[1:] + body
    return b"\x16\3\1" + u16(message)


class Answer:
    """What came back: a ServerHello and what followed it, an alert, or an end."""

    def __init__(self):
        self.version = self.suite = self.alert = self.group = self.dh = self.short_rsa = self.leaf = None
        self.random, self.session, self.compression, self.retry = b"", b"", 0, False
        self.extensions, self.ended = {}, None


class Target:
    def __init__(self, host, port, starttls, patience):
        self.place, self.starttls, self.patience = (host, port), starttls, patience
        self.connections = 0
        self.unclear = []

    def open(self):
        self.connections += 1
        stream = socket.create_connection(self.place, timeout=self.patience)
        if self.starttls:
            DIALOGS[self.starttls](stream)
        return stream

    def ask(self, sent, what="hello", wants_more=False):
        """Sends a hello; reads up to the ServerHello, or to ServerHelloDone where more is wanted."""
        for _ in range(3):
            answer = Answer()
            try:
                with self.open() as stream:
                    stream.sendall(sent)
                    read(stream, answer, wants_more)
            except (TimeoutError, OSError) as error:
                answer.ended = answer.ended or type(error).__name__
            if answer.ended != "TimeoutError":
                return answer
        self.unclear.append(what)
        return answer


def exactly(stream, count):
    data = b""
    while len(data) < count:
        part = stream.recv(count - len(data))
        if not part:
            raise ConnectionError("closed")
        data += part
    return data


def read(stream, answer, wants_more):
    pending = b""
    for _ in range(200):
        kind, _, length = struct.unpack(">BHH", exactly(stream, 5))
        body = exactly(stream, length)
        if kind == 21:
            answer.alert = body[1] if len(body) > 1 else -1
            if body[:1] == b"\1":
                continue
            return
        if kind != 22:
            answer.ended = f"record {kind}"
            return
        pending += body
        while len(pending) >= 4 and len(pending) >= 4 + int.from_bytes(pending[1:4], "big"):
            size = 4 + int.from_bytes(pending[1:4], "big")
            message, pending = pending[:size], pending[size:]
            if take(answer, message[0], message[4:], wants_more):
                return


def take(answer, kind, body, wants_more):
    """One handshake message; says whether that was enough."""
    if kind == 2:
        server_hello(answer, body)
        return not wants_more or answer.version == 0x0304
    if kind == 11 and len(body) > 6:
        answer.leaf = hashlib.sha256(body[6:6 + int.from_bytes(body[3:6], "big")]).hexdigest()
    if kind == 12:
        key_exchange(answer, body)
    return kind == 14


def server_hello(answer, body):
    answer.version, answer.random = int.from_bytes(body[:2], "big"), body[2:34]
    answer.session = body[35:35 + body[34]]
    at = 35 + body[34]
    answer.suite, answer.compression = int.from_bytes(body[at:at + 2], "big"), body[at + 2]
    at += 5
    while at + 4 <= len(body):
        kind, length = struct.unpack_from(">HH", body, at)
        answer.extensions[kind] = body[at + 4:at + 4 + length]
        at += 4 + length
    if answer.extensions.get(0x2B) == b"\3\4":
        answer.version = 0x0304
        answer.retry = answer.random == RETRY
        share = answer.extensions.get(0x33, b"")
        answer.group = int.from_bytes(share[:2], "big") if len(share) >= 2 else None


def key_exchange(answer, body):
    if body[:1] == b"\3":
        answer.group = int.from_bytes(body[1:3], "big")
        return
    length = int.from_bytes(body[:2], "big")
    first = body[2:2 + length]
    size = int.from_bytes(first, "big").bit_length()
    if is_export_rsa(answer.suite):
        answer.short_rsa = size
    else:
        answer.dh = {"bits": size, "sha256": hashlib.sha256(first.lstrip(b"\0")).hexdigest()}


def is_export_rsa(suite):
    return suite in (0x0003, 0x0006, 0x0008, 0x0060, 0x0061, 0x0062, 0x0064)


# ---- the questions


def ssl2(target):
    found = []
    for kind in SSL2_KINDS:
        spec = kind.to_bytes(3, "big")
        body = b"\1\0\2" + struct.pack(">HHH", 3, 0, 16) + spec + os.urandom(16)
        try:
            with target.open() as stream:
                stream.sendall(struct.pack(">H", 0x8000 | len(body)) + body)
                (length,) = struct.unpack(">H", exactly(stream, 2))
                answer = exactly(stream, length & 0x7FFF) if length & 0x8000 else b""
        except TimeoutError:
            target.unclear.append(f"ssl2 {kind:06x}")
            continue
        except OSError:
            continue
        if answer[:1] == b"\4" and answer[3:5] == b"\0\2":
            certificate, specs = struct.unpack(">HH", answer[5:9])
            told = answer[11 + certificate:11 + certificate + specs]
            if spec in (told[at:at + 3] for at in range(0, len(told), 3)):
                found.append(kind)
    return found


def suites(target, jobs, asked):
    """Every number alone."""
    def one(suite):
        answer = asked([suite], f"{suite:04x}")
        return suite if answer.suite == suite and answer.right else None
    with ThreadPoolExecutor(jobs) as pool:
        return [suite for suite in pool.map(one, SINGLE) if suite is not None]


def sequence(accepted, asked):
    """The order in which the server takes what is left; what it never took when asked together is at the end."""
    left, order = list(accepted), []
    while left:
        answer = asked(left, "order")
        if not answer.right or answer.suite not in left:
            break
        left.remove(answer.suite)
        order.append(answer.suite)
    return order, left


def preference(accepted, asked):
    if len(accepted) < 2:
        return (None, list(accepted), [])
    there, rest = sequence(accepted, asked)
    back, _ = sequence(list(reversed(accepted)), asked)
    if there == back:
        return ("server", there, rest)
    if back == list(reversed(there)) and there == [suite for suite in accepted if suite in there]:
        return ("client", sorted(there), rest)
    return ("mixed", there, rest)


def old_version(target, jobs, name):
    number = VERSIONS[name]

    def asked(offer, what, groups=WIDE, wants_more=False, more=b""):
        answer = target.ask(hello(number, offer, groups, more), f"{name} {what}", wants_more)
        answer.right = answer.version == number
        return answer

    found = suites(target, jobs, asked)
    order, listed, never_together = preference(found, asked)
    told = {"name": name, "suites": listed + never_together, "order": order}
    if not found:
        return told
    told["groups"], told["groups_order"] = old_groups(asked, found)
    told["dh"] = finite_fields(asked, found)
    short = [asked([suite], "export", wants_more=True).short_rsa for suite in found if is_export_rsa(suite)]
    told["export_rsa_bits"] = sorted({bits for bits in short if bits})
    leaves = {asked([suite], "leaf", wants_more=True).leaf for suite in found}
    told["leaves"] = sorted(leaf for leaf in leaves if leaf)
    if number > 0x0300:
        told["extensions"] = said(target, number, found)
    return told


def old_groups(asked, found):
    curves = [suite for suite in found if is_ecdhe(suite)]
    if not curves:
        return [], None
    accepted = []
    for group in (group for group in GROUPS if group < 0x100 or group > 0x200):
        # A certificate on a curve is refused when its curve is not offered.
        tries = ([group], [group, *[other for other in (0x17, 0x18, 0x19) if other != group]])
        if any(asked(curves, f"group {group:x}", offer, True).group == group for offer in tries):
            accepted.append(group)

    def first(offer):
        return asked(curves, "groups", offer, True).group
    return accepted, groups_order(accepted, first)


def groups_order(accepted, first):
    """The whole order where it is the server's; who follows us takes the first of either list."""
    if len(accepted) < 2:
        return None
    there, back = first(accepted), first(list(reversed(accepted)))
    if (there, back) == (accepted[0], accepted[-1]):
        return "client"
    if there != back:
        return "mixed"
    left, order = list(accepted), []
    while left:
        group = first(left)
        if group not in left:
            break
        left.remove(group)
        order.append(group)
    return order


def is_ecdhe(suite):
    return (
        suite in range(0xC006, 0xC00B) or suite in range(0xC010, 0xC01A)
        or suite in (0xC023, 0xC024, 0xC027, 0xC028, 0xC02B, 0xC02C, 0xC02F, 0xC030, 0xCC13, 0xCC14, 0xCCA8, 0xCCA9, 0xCCAC)
        or suite in range(0xC033, 0xC03C) or suite in (0xC048, 0xC049, 0xC04C, 0xC04D, 0xC05C, 0xC05D, 0xC060, 0xC061)
        or suite in (0xC070, 0xC071, 0xC072, 0xC073, 0xC076, 0xC077, 0xC086, 0xC087, 0xC08A, 0xC08B, 0xC09A, 0xC09B)
        or suite in range(0xC0AC, 0xC0B0) or suite in (0xD001, 0xD002, 0xD003, 0xD005)
    )


def finite_fields(asked, found):
    """Every group of DHE: as it comes, and when named ones are offered."""
    seen = {}
    for suite in found:
        if is_ecdhe(suite):
            continue
        for groups in ([0x17], [0x17, *FFDHE]):
            dh = asked([suite], "dh", groups, True).dh
            if dh:
                seen.setdefault(dh["sha256"], {**dh, "export": suite < 0x0070 and suite in EXPORT_DH})
    return sorted(seen.values(), key=lambda dh: (dh["bits"], dh["sha256"]))


EXPORT_DH = (0x000B, 0x000E, 0x0011, 0x0014, 0x0017, 0x0019, 0x0063, 0x0065)


def said(target, number, found):
    more = (
        extension(0x0017, b"") + extension(0x0016, b"") + extension(0x0023, b"") + extension(0x0005, b"\1\0\0\0\0")
        + extension(0x0012, b"") + extension(0x000F, b"\1") + extension(0x0010, u16(u8(b"h2") + u8(b"http/1.1")))
    )
    answer = target.ask(hello(number, found, WIDE, more, b"\1\0"), "extensions", True)
    block = [suite for suite in found if suite in CBC_AT_TLS12]
    cbc = target.ask(hello(number, block, WIDE, more), "encrypt-then-mac") if block else Answer()
    got = answer.extensions
    plain = target.ask(hello(number, found), "session ids")
    scsv = target.ask(hello(number, [*found, FALLBACK_SCSV]), "scsv")
    tail = answer.random[24:]
    return {
        "extended_master_secret": 0x17 in got,
        "encrypt_then_mac": (0x16 in cbc.extensions) if block else None,
        "secure_renegotiation": 0xFF01 in got,
        "session_tickets": 0x23 in got,
        "session_ids": len(plain.session) > 0,
        "ocsp_stapling": 0x05 in got,
        "sct": 0x12 in got,
        "heartbeat": 0x0F in got,
        "alpn": got[0x10][3:].decode() if 0x10 in got else None,
        "compression": answer.compression == 1,
        # Some say no by closing, to whatever; all but the signal was agreed to.
        "fallback_alert": scsv.alert == INAPPROPRIATE_FALLBACK or (answer.suite is not None and scsv.suite is None),
        "downgrade_sentinel": {b"DOWNGRD\1": "tls1.2", b"DOWNGRD\0": "older"}.get(tail),
    }


def new_version(target, jobs):
    def asked(offer, what, groups=(0x1D, 0x17, 0x18, 0x19, 0x1E, 0x0100, 0x0101, 0x11EC, 0x11EB, 0x0200, 0x0201, 0x0202)):
        answer = target.ask(hello13(offer, groups), f"tls1.3 {what}")
        answer.right = answer.version == 0x0304
        return answer

    found = suites(target, jobs, asked)
    order, listed, rest = preference(found, asked)
    told = {"name": "tls1.3", "suites": listed + rest, "order": order}
    if found:
        accepted = [group for group in GROUPS if asked(found, f"group {group:x}", [group]).group == group]
        told["groups"] = accepted
        told["groups_order"] = groups_order(accepted, lambda offer: asked(found, "groups", offer).group)
    return told


# ---- what comes before TLS where a protocol starts in the clear


def line(stream):
    data = b""
    while not data.endswith(b"\n"):
        data += exactly(stream, 1)
    return data


def reply(stream, code):
    told = line(stream)
    while told[3:4] == b"-":
        told = line(stream)
    if not told.startswith(code):
        raise ConnectionError(f"said {told!r}")


def smtp(stream):
    reply(stream, b"220")
    stream.sendall(b"EHLO probe.example\r\n")
    reply(stream, b"250")
    stream.sendall(b"STARTTLS\r\n")
    reply(stream, b"220")


def imap(stream):
    line(stream)
    stream.sendall(b"a STARTTLS\r\n")
    told = line(stream)
    while told.startswith(b"*"):
        told = line(stream)
    if not told.startswith(b"a OK"):
        raise ConnectionError(f"said {told!r}")


def pop3(stream):
    line(stream)
    stream.sendall(b"STLS\r\n")
    if not line(stream).startswith(b"+OK"):
        raise ConnectionError("refused")


def ftp(stream):
    reply(stream, b"220")
    stream.sendall(b"AUTH TLS\r\n")
    reply(stream, b"234")


def ldap(stream):
    name = b"1.3.6.1.4.1.1466.20037"
    request = b"\x77" + u8(b"\x80" + u8(name))
    stream.sendall(b"\x30" + u8(b"\x02\x01\x01" + request))
    told = exactly(stream, 2)
    if b"\x0a\x01\x00" not in exactly(stream, told[1]):
        raise ConnectionError("refused")


def postgres(stream):
    stream.sendall(struct.pack(">II", 8, 80877103))
    if exactly(stream, 1) != b"S":
        raise ConnectionError("refused")


def mysql(stream):
    head = exactly(stream, 4)
    exactly(stream, int.from_bytes(head[:3], "little"))
    flags = 0x00000800 | 0x00000200 | 0x00008000
    stream.sendall(b"\x20\0\0\1" + struct.pack("<IIB", flags, 1 << 24, 33) + bytes(23))


def xmpp(stream):
    stream.sendall(
        b"<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client' "
        b"to='lab.example' version='1.0'>"
    )
    until(stream, b"</stream:features>")
    stream.sendall(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    until(stream, b"<proceed", b">")


def until(stream, *marks):
    data = b""
    for mark in marks:
        while mark not in data:
            data += exactly(stream, 1)
        data = data[data.index(mark) + len(mark):]


def rdp(stream):
    stream.sendall(bytes.fromhex("03000013" "0ee00000000000" "0100080001000000"))
    told = exactly(stream, 4)
    answer = exactly(stream, int.from_bytes(told[2:4], "big") - 4)
    if answer[7:8] != b"\2":
        raise ConnectionError("refused")


DIALOGS = {
    "smtp": smtp, "imap": imap, "pop3": pop3, "ftp": ftp, "ldap": ldap, "postgres": postgres, "mysql": mysql, "xmpp": xmpp,
    "rdp": rdp,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("place")
    parser.add_argument("--starttls", choices=DIALOGS)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--patience", type=float, default=5.0)
    given = parser.parse_args()
    host, port = given.place.rsplit(":", 1)
    target = Target(host, int(port), given.starttls, given.patience)
    versions = [{"name": "ssl2", "suites": ssl2(target), "order": None}]
    versions += [old_version(target, given.jobs, name) for name in VERSIONS]
    versions.append(new_version(target, given.jobs))
    json.dump({"versions": versions, "unclear": target.unclear, "connections": target.connections}, sys.stdout)
    print()


main()
