//! What a value in ASN.1 is, by its shape: nothing in it says so.

use super::ber::{self, Reader, Value, around};
use super::{certificate, crl, dsa, pkcs1, pkcs8, private, public, request};

/// The sorts of values that hold keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::trust::keys) enum Shape {
    Certificate,
    Crl,
    Request,
    Pkcs1,
    Pkcs1Public,
    Pkcs8,
    EncryptedPkcs8,
    Sec1,
    Dsa,
    Spki,
    Parameters,
    Pkcs7,
    Pkcs12,
}

/// Bits that a modulus has at least, where nothing but two numbers says that there is a key.
const MODULUS_BITS_MIN: u32 = 384;

/// The shape of a value that stands alone.
pub(in crate::trust::keys) fn shape(value: &Value<'_>) -> Option<Shape> {
    let mut inside = (value.tag == ber::SEQUENCE).then(|| value.inside())?;
    let whole = || Reader::new(value.whole);
    let first = inside.next()?;
    let second = inside.next();
    let is = |found: bool, shape: Shape| found.then_some(shape);
    match (first.tag, second.map(|second| second.tag)) {
        (ber::SEQUENCE, Some(ber::SEQUENCE)) => is(certificate(&mut whole()).is_some(), Shape::Certificate)
            .or_else(|| is(request(&mut whole()).is_some(), Shape::Request))
            .or_else(|| is(crl(&mut whole()).is_some(), Shape::Crl)),
        (ber::SEQUENCE, Some(ber::BIT_STRING)) => is(public(&mut whole()).is_some(), Shape::Spki),
        (ber::SEQUENCE, Some(ber::OCTET_STRING)) => {
            is(inside.is_done() && crate::keys::lock::is_scheme(&first), Shape::EncryptedPkcs8)
        }
        (ber::INTEGER, Some(ber::SEQUENCE)) if first.body == [3] => is(is_pfx(&second?), Shape::Pkcs12),
        (ber::INTEGER, Some(ber::SEQUENCE)) => is(pkcs8(&mut whole(), false).is_some(), Shape::Pkcs8),
        (ber::INTEGER, Some(ber::OCTET_STRING)) => {
            is(first.body == [1] && private::sec1(&mut whole(), None, false).is_some(), Shape::Sec1)
        }
        (ber::INTEGER, Some(ber::INTEGER)) => numbers(value),
        (ber::OID, Some(_)) => is(ber::oid(first.body).as_deref() == Some(SIGNED), Shape::Pkcs7),
        _ => None,
    }
}

/// `signedData` of PKCS#7.
pub(in crate::trust::keys) const SIGNED: &str = "1.2.840.113549.1.7.2";
/// `data`.
pub(in crate::trust::keys) const DATA: &str = "1.2.840.113549.1.7.1";

fn is_pfx(content: &Value<'_>) -> bool {
    let oid = content.inside().oid();
    matches!(oid.as_deref(), Some(DATA | SIGNED))
}

/// Several numbers: how many there are, and which are possible, tells what they are.
fn numbers(value: &Value<'_>) -> Option<Shape> {
    let whole = || Reader::new(value.whole);
    let mut inside = value.inside();
    let (n, e) = (inside.unsigned()?, inside.unsigned()?);
    // A public key of RSA has two numbers, and its exponent is neither even nor five; Diffie-Hellman has a prime and a
    // generator, which mostly is two or five, and may have more.
    let is_generator = matches!(e, [5]) || e.last().is_some_and(|last| last & 1 == 0);
    if super::bit_length(n) >= MODULUS_BITS_MIN && (!inside.is_done() || is_generator) {
        let rest = (0..3).take_while(|_| inside.unsigned().is_some()).count();
        return (inside.is_done() && rest < 3).then_some(Shape::Parameters);
    }
    if inside.is_done() {
        let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
        let is_key = super::bit_length(n) >= MODULUS_BITS_MIN && is_odd(n) && is_odd(e);
        return (is_key && e.len() <= n.len() && super::bit_length(e) > 1).then_some(Shape::Pkcs1Public);
    }
    if let Some(known) = pkcs1(&mut whole()) {
        return (known.bits >= Some(MODULUS_BITS_MIN)).then_some(Shape::Pkcs1);
    }
    dsa(&mut whole()).is_some_and(|known| known.bits >= Some(MODULUS_BITS_MIN)).then_some(Shape::Dsa)
}

/// The certificates and lists in `signedData`, each as it stands.
pub(in crate::trust::keys) fn signed_certificates<'a>(reader: &mut Reader<'a>) -> Option<Vec<Value<'a>>> {
    let mut outer = reader.sequence()?;
    // What is encrypted or hashed holds no certificates.
    if outer.oid()? != SIGNED {
        return Some(Vec::new());
    }
    let mut signed = outer.take(around(0))?.inside().sequence()?;
    signed.small()?;
    signed.take(ber::SET)?;
    signed.sequence()?;
    let mut found = Vec::new();
    for tag in [around(0), around(1)] {
        let mut list = signed.take(tag).map_or(Reader::new(&[]), |list| list.inside());
        while let Some(one) = list.next() {
            found.push(one);
        }
    }
    Some(found)
}
