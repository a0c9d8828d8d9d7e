//! Secrets of Kubernetes, in YAML or JSON: values in base64 with a name. And PEM in base64 wherever it stands, as
//! kubeconfig and the state of many tools have it.

use super::base64;
use memchr::memmem;

/// `-----BEGIN` in base64, without its last letter, which depends on what follows.
pub(in crate::trust::keys) const PEM_IN_BASE64: &[u8] = b"LS0tLS1CRUdJTi";
/// Values of one file, and bytes of base64 of one value, worth looking into: Kubernetes takes 1 MiB.
const VALUES_MAX: usize = 1_000;
const VALUE_BYTES_MAX: usize = 2 << 20;
/// Letters below which there is no key.
const VALUE_BYTES_MIN: usize = 40;

/// A value with its name.
pub(in crate::trust::keys) struct Hidden {
    pub(in crate::trust::keys) name: String,
    pub(in crate::trust::keys) bytes: Vec<u8>,
}

/// The values of a secret that are not PEM; those are found by [`hidden_pem`].
pub(in crate::trust::keys) fn secrets(text: &[u8]) -> Vec<Hidden> {
    let mut found = Vec::new();
    if !has_kind(text) {
        return found;
    }
    // `name: value` of YAML, and `"name": "value"` of JSON on lines of their own or not.
    for line in text.split(|byte| b"\n{},".contains(byte)) {
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let Some((name, value)) = line.split_once(": ").or_else(|| line.split_once(':')) else { continue };
        let clean = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
        let (name, value) = (clean(name), clean(value));
        let is_value = (VALUE_BYTES_MIN..VALUE_BYTES_MAX).contains(&value.len()) && value.len() % 4 == 0;
        if !is_value || value.as_bytes().starts_with(PEM_IN_BASE64) {
            continue;
        }
        if let Some(bytes) = base64::decode(value.as_bytes()) {
            found.push(Hidden { name, bytes });
        }
        if found.len() >= VALUES_MAX {
            break;
        }
    }
    found
}

/// Whether a text says that it is a secret.
fn has_kind(text: &[u8]) -> bool {
    memmem::find_iter(text, b"kind").any(|at| {
        let after = text.get(at.saturating_add(4)..).unwrap_or_default();
        let value = after.iter().position(|byte| !b" \t\":'".contains(byte)).unwrap_or_default();
        after.get(value..).is_some_and(|value| value.starts_with(b"Secret"))
    })
}

/// PEM that stands in base64, each with the name before it.
pub(in crate::trust::keys) fn hidden_pem(text: &[u8]) -> Vec<Hidden> {
    let mut found = Vec::new();
    let mut from = 0_usize;
    while let Some(at) = text.get(from..).and_then(|rest| memmem::find(rest, PEM_IN_BASE64)) {
        let start = from.saturating_add(at);
        let rest = text.get(start..).unwrap_or_default();
        let rest = rest.get(..VALUE_BYTES_MAX).unwrap_or(rest);
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
        let length = rest.iter().position(|byte| !is_letter(byte)).unwrap_or(rest.len());
        if let Some(bytes) = rest.get(..length).and_then(base64::decode) {
            found.push(Hidden { name: name_before(text.get(..start).unwrap_or_default()), bytes });
        }
        from = start.saturating_add(length.max(1));
        if found.len() >= VALUES_MAX {
            break;
        }
    }
    found
}

/// The name that stands before a value on its line.
fn name_before(text: &[u8]) -> String {
    let line = text.get(text.len().saturating_sub(256)..).unwrap_or(text);
    let line = line.rsplit(|byte| b"\n,{".contains(byte)).next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let name = line
        .trim_end_matches([' ', '\t', '"', '\'', ':', '='])
        .trim_start_matches([' ', '\t', '"', '\'', '-']);
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}
