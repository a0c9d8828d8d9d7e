"""Keys of the package `cryptography` in the words of our own reader."""

import hashlib
import re

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dh, dsa, ec, rsa

CURVES = {f"secp{bits}r1": f"P-{bits}" for bits in (192, 224, 256, 384, 521)}


def quietly(load, *arguments):
    """What a loader makes of it; nothing when it refuses."""
    try:
        return load(*arguments)
    # Its panics are no exceptions of the ordinary kind.
    except BaseException:
        return None


def described(kind, public):
    """A key by its public half."""
    told = {"kind": kind}
    if isinstance(public, rsa.RSAPublicKey):
        told |= {"algorithm": "rsa", "bits": public.key_size}
    elif isinstance(public, ec.EllipticCurvePublicKey):
        name = public.curve.name
        told |= {"algorithm": "ec", "bits": public.curve.key_size, "curve": CURVES.get(name, name)}
    elif isinstance(public, dsa.DSAPublicKey):
        told |= {"algorithm": "dsa", "bits": public.key_size}
    elif isinstance(public, dh.DHPublicKey):
        told |= {"algorithm": "dh", "bits": public.key_size}
    elif public is not None:
        name = re.sub("PublicKey.*", "", type(public).__name__).lstrip("_").lower()
        told["algorithm"] = re.sub(r"^ml(dsa|kem)(\d+)$", r"ml-\1-\2", name)
    spki = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    whole = quietly(public.public_bytes, *spki) if public is not None else None
    if whole is not None:
        told["spki"] = hashlib.sha256(whole).hexdigest()
    return told


def certificate(one):
    """A certificate by its key."""
    return described("certificate", quietly(one.public_key))
