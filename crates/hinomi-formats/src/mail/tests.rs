//! Mail as it is sent: in Japan, by attackers, by broken programs.

mod headers;
mod hostile;
mod html;
mod mbox;
mod msg;
mod parts;
mod password;
mod tnef;
mod trace;

use super::*;

fn limits() -> Limits {
    Limits::desk()
}

fn parse(bytes: &[u8]) -> Parsed<Mail> {
    read(bytes, &limits(), &mut Budget::new(&limits()))
}

/// The bytes of a Japanese encoding.
fn encode(label: &str, text: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).expect("a label of the standard");
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy, "{text} does not fit {label}");
    bytes.into_owned()
}

/// Joins pieces of text and raw bytes.
fn bytes(pieces: &[&[u8]]) -> Vec<u8> {
    pieces.concat()
}

fn base64(data: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in data.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|at| u32::from(group.get(at).copied().unwrap_or(0)));
        let all = (a << 16) | (b << 8) | c;
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let letter = char::from(LETTERS[(all >> shift & 63) as usize]);
            out.push(if at <= group.len() { letter } else { '=' });
        }
    }
    out
}
