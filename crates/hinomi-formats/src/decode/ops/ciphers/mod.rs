//! Ciphers of which a recipe holds the key: AES and RC4. Only taking off, never putting on.

mod aes;
mod modes;
mod rc4;

use crate::decode::args::{Args, Kind};
use crate::decode::dish::{text_to_utf8, unpaired};
use crate::decode::error::Fault;
use crate::decode::ops::written::base64::from_standard;
use crate::decode::ops::written::numbers::hex_auto;
use crate::decode::ops::{Op, Takes, arg};

const KEYS: &[&str] = &["Hex", "UTF8", "Latin1", "Base64"];

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "RC4",
        args: &[
            arg("Passphrase", Kind::Toggle(rc4::KEY_FORMATS)),
            arg("Input format", Kind::Choice(rc4::FORMATS, 0)),
            arg("Output format", Kind::Choice(rc4::FORMATS, 0)),
        ],
        run: Takes::Text(rc4::rc4),
    },
    Op {
        name: "AES Decrypt",
        args: &[
            arg("Key", Kind::Toggle(KEYS)),
            arg("IV", Kind::Toggle(KEYS)),
            arg("IV Length", Kind::Number(16.0)),
            arg(
                "Mode",
                Kind::Choice(
                    &["CBC", "CFB", "OFB", "CTR", "GCM", "ECB", "CBC/NoPadding", "ECB/NoPadding"],
                    0,
                ),
            ),
            arg("Input", Kind::Choice(&["Hex", "Raw"], 0)),
            arg("Output", Kind::Choice(&["Raw", "Hex"], 0)),
            arg("GCM Tag", Kind::Toggle(KEYS)),
            arg("Additional Authenticated Data", Kind::Toggle(KEYS)),
            arg("IV from input", Kind::Choice(&["Off", "From start", "From end"], 0)),
        ],
        run: Takes::Text(aes::decrypt),
    },
];

/// A string as its label says to read it: one unit a byte. What is read as Latin-1 may hold larger units.
fn byte_string(label: &str, text: &[u16]) -> Result<Vec<u16>, Fault> {
    let bytes = match label {
        "Hex" => hex_auto(text)?,
        "Base64" => from_standard(&String::from_utf16_lossy(text)),
        "UTF8" if unpaired(text) => return Err(Fault::refused("a lone surrogate has no UTF-8 form")),
        "UTF8" => text_to_utf8(text),
        _ => return Ok(text.to_vec()),
    };
    Ok(bytes.into_iter().map(u16::from).collect())
}

fn argument(args: &Args, index: usize) -> Result<Vec<u16>, Fault> {
    let (label, text) = args.toggle(index);
    byte_string(label, text)
}
