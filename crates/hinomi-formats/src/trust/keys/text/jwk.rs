//! JSON Web Keys (RFC 7517, RFC 7518, RFC 8037): alone, in a set, or anywhere in other JSON.

use super::base64;
use crate::keys::asn1::ber::Reader;
use crate::keys::asn1::{Known, derived};
use crate::keys::curve;
use crate::keys::gather::{Gather, Tag};
use crate::keys::object::{KeyFormat, KeyKind};
use crate::keys::secret::PrivateNumbers;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Steps that computing a public key takes.
const DERIVING_COST: u64 = 2_000;

/// Reads every key in a JSON text. What is no JSON is no key.
pub(in crate::trust::keys) fn jwk(gather: &mut Gather<'_>, bytes: &[u8], place: &str) {
    if bytes.len() > gather.limits.text_bytes_max {
        let value = u64::try_from(gather.limits.text_bytes_max).unwrap_or(u64::MAX);
        gather.problems.push(crate::Problem::limit(place, "text_bytes_max", value));
        return;
    }
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    let mut number = 0_usize;
    let mut open = vec![&value];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if fields.get("kty").is_some_and(Value::is_string) {
                    number = number.saturating_add(1);
                    key(gather, fields, &format!("{place}#{number}"));
                }
                open.extend(fields.values().rev());
            }
            Value::Array(values) => open.extend(values.iter().rev()),
            _ => {}
        }
    }
}

fn key(gather: &mut Gather<'_>, fields: &Map<String, Value>, place: &str) -> Option<()> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let number = |name: &str| base64::decode(text(name)?.as_bytes());
    let label = text("kid").unwrap_or_default();
    let tag = Tag { format: KeyFormat::Jwk, label, place };
    let hold = |name: &str| number(name).unwrap_or_default();
    let (known, private) = match text("kty")? {
        "RSA" => {
            let known = Known::rsa(&number("n")?, &number("e")?);
            let private = number("d").map(|d| PrivateNumbers::rsa(&d, &hold("p"), &hold("q")));
            (known, private)
        }
        "EC" => {
            let curve = match text("crv")? {
                "P-256K" => "secp256k1",
                curve => curve,
            };
            let point = [vec![4], number("x")?, number("y")?].concat();
            (Known::ec(curve::identifier(curve)?, &point), number("d").map(|d| PrivateNumbers::scalar(&d)))
        }
        "OKP" => {
            let name = text("crv")?.to_lowercase();
            let seed = number("d");
            let told = number("x");
            // Computing it is not for free.
            let computes = told.is_none() && gather.ring.spend(place, DERIVING_COST);
            let computed =
                || if computes { derived(&name, seed.as_deref()?).map(Cow::into_owned) } else { None };
            let public = told.or_else(computed)?;
            (Known::bytes(&name, &public)?, seed.map(|d| PrivateNumbers::scalar(&d)))
        }
        "AKP" => {
            let known = Known::bytes(&text("alg")?.to_lowercase(), &number("pub")?)?;
            (known, number("priv").map(|d| PrivateNumbers::scalar(&d)))
        }
        "oct" => {
            let secret = number("k").filter(|secret| !secret.is_empty())?;
            let bits = u32::try_from(secret.len()).ok()?.checked_mul(8);
            let known = Known::named(text("alg").unwrap_or("oct").to_lowercase(), bits);
            gather.key(KeyKind::SecretKey, tag, &secret, known);
            return Some(());
        }
        _ => return None,
    };
    let kind = if private.is_some() { KeyKind::PrivateKey } else { KeyKind::PublicKey };
    let whole = known.spki.clone().unwrap_or_default();
    gather.key(kind, tag, &whole, known.with_private(private.unwrap_or_default()));
    // Its certificates, in plain base64.
    let chain = fields.get("x5c").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (number, text) in (1_usize..).zip(chain) {
        let Some(bytes) = text.as_str().and_then(|text| base64::decode(text.as_bytes())) else { continue };
        if let Some(value) = Reader::new(&bytes).next() {
            gather.value(&value, Tag { place: &format!("{place}/x5c#{number}"), ..tag });
        }
    }
    Some(())
}
