//! Text that `ConvertFrom-SecureString -Key` sealed: AES in CBC mode with the key given beside it. What only one
//! Windows account can open stays closed.

use super::base64;
use super::evaluate::Machine;
use super::evaluate::value::Value;
use crate::office::ciphers;

/// What such a text begins with, whoever made it.
const HEADER: &str = "76492d1116743f0423413b16050a5345";

/// `ConvertTo-SecureString subject -Key key`, or `-AsPlainText`: an object that carries the text.
pub(super) fn opened(machine: &mut Machine<'_>, subject: &Value, key: Option<&Value>, plain: bool) -> Value {
    let given = machine.known_text(subject);
    let text = if plain {
        given
    } else {
        let key = key.and_then(|key| machine.bytes_of(key));
        given.zip(key).and_then(|(sealed, key)| unsealed(&sealed, &key))
    };
    let Some(text) = text else {
        machine.secure |= !plain;
        return Value::Unknown;
    };
    if !plain {
        machine.undo("SecureString");
    }
    machine.object("securestring", vec![("\0text".to_owned(), Value::text(text))])
}

/// The header, then base64 of UTF-16: a version, the first block in base64, the rest in hexadecimal, between bars.
fn unsealed(sealed: &str, key: &[u8]) -> Option<String> {
    let inner = base64::decode(sealed.trim().strip_prefix(HEADER)?);
    let (inner, _) = encoding_rs::UTF_16LE.decode_without_bom_handling(&inner);
    let mut parts = inner.split('|').skip(1);
    let first = base64::decode(parts.next()?);
    let digits = parts.next()?.chars().filter_map(|c| u8::try_from(c.to_digit(16)?).ok());
    let digits: Vec<u8> = digits.collect();
    let mut bytes: Vec<u8> =
        digits.chunks_exact(2).filter_map(|pair| Some(pair.first()? << 4 | pair.get(1)?)).collect();
    if first.len() != ciphers::BLOCK || bytes.is_empty() || !bytes.len().is_multiple_of(ciphers::BLOCK) {
        return None;
    }
    ciphers::aes(key, Some(&first), &mut bytes)?;
    // PKCS #7: the last byte says how many were added.
    let added = usize::from(*bytes.last()?);
    if added == 0 || added > ciphers::BLOCK {
        return None;
    }
    bytes.truncate(bytes.len().checked_sub(added)?);
    let (text, broken) = encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes);
    (!broken).then(|| text.into_owned())
}

/// `[Marshal]::PtrToStringAuto([Marshal]::SecureStringToBSTR($s))`: the text again.
pub(super) fn marshalled(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first()?;
    let carried = match first {
        Value::Object(object) if machine.kind(first) == "securestring" => machine.field(*object, "\0text"),
        _ => None,
    };
    if name.starts_with("securestring") {
        machine.secure |= carried.is_none();
        return Some(if carried.is_some() { first.clone() } else { Value::Unknown });
    }
    Some(carried.filter(|_| name.starts_with("ptrtostring")).unwrap_or(Value::Unknown))
}
