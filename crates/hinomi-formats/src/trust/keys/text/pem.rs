//! PEM (RFC 7468): objects between lines of dashes, several in a file, and in the middle of other text.
//!
//! Settings files quote, indent and comment them, and write the ends of lines as `\n`; all of that is taken away
//! before the base64 is read.

use super::base64;
use crate::ProblemKind;
use crate::keys::asn1::ber::{Reader, Value};
use crate::keys::asn1::{self, Shape};
use crate::keys::gather::{Gather, Tag};
use crate::keys::lock::{Cipher, bytes_to_key};
use crate::keys::object::{KeyFormat, KeyKind, KeyObject, OpenedBy};
use crate::keys::{pgp, ssh};
use memchr::memmem;
use std::borrow::Cow;

const BEGIN: &[u8] = b"-----BEGIN ";
/// Characters of a label, and bytes of one object: a list of revoked certificates may have many megabytes.
const LABEL_MAX: usize = 64;
const BODY_MAX: usize = 64 << 20;

/// Reads every object in a text. True when there was one.
pub(in crate::trust::keys) fn pem(gather: &mut Gather<'_>, bytes: &[u8], place: &str) -> bool {
    let (mut from, mut number) = (0_usize, 0_usize);
    let before = gather.objects.len();
    while let Some(at) = bytes.get(from..).and_then(|rest| memmem::find(rest, BEGIN)) {
        from = from.saturating_add(at).saturating_add(BEGIN.len());
        let Some(block) = bytes.get(from..).and_then(Block::read) else { continue };
        number = number.saturating_add(1);
        let place = format!("{place}#{number}");
        // An object that cannot be read is told only where nothing but a key can stand: documents show parts of keys.
        if one(gather, &block, &place).is_none() && block.is_whole() {
            gather.problem(
                ProblemKind::Malformed,
                &place,
                &format!("PEM {} that could not be read", block.label),
            );
        }
        from = from.saturating_add(block.length);
    }
    gather.objects.len() > before
}

/// One object: its label, header lines and base64.
struct Block<'a> {
    label: &'a str,
    body: Cow<'a, [u8]>,
    /// Bytes from the label to the end mark.
    length: usize,
}

impl<'a> Block<'a> {
    /// Reads on behind `-----BEGIN `.
    fn read(rest: &'a [u8]) -> Option<Self> {
        let head = rest.get(..LABEL_MAX.saturating_add(5)).unwrap_or(rest);
        let label = head.get(..memmem::find(head, b"-----")?)?;
        let label = std::str::from_utf8(label).ok()?;
        let is_label = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || " #.".contains(c);
        (!label.is_empty() && label.chars().all(is_label)).then_some(())?;
        let body = rest.get(label.len().checked_add(5)?..)?;
        let body = body.get(..BODY_MAX).unwrap_or(body);
        // The next dashes end it; those of the next beginning mean that this one has no end. OpenPGP writes dashes
        // into its headers.
        let end = memmem::find(body, b"-----END ")?;
        let body = body.get(..end)?;
        memmem::find(body, BEGIN).is_none().then_some(())?;
        let length = label.len().checked_add(5)?.checked_add(end)?;
        Some(Self { label, body: cleaned(body), length })
    }

    /// Headers and base64, apart.
    fn parts(&self) -> (&[u8], &[u8]) {
        let body = self.body.trim_ascii_start();
        let first = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if !first.contains(&b':') {
            return (&[], body);
        }
        let gap = memmem::find(body, b"\n\n").map(|at| (at, 2_usize));
        let gap = gap.or_else(|| memmem::find(body, b"\n\r\n").map(|at| (at, 3)));
        match gap {
            Some((at, length)) => (
                body.get(..at).unwrap_or_default(),
                body.get(at.saturating_add(length)..).unwrap_or_default(),
            ),
            None => (&[], body),
        }
    }

    /// Whether it has the look of an object and not of an example.
    fn is_whole(&self) -> bool {
        let (_, text) = self.parts();
        text.len() > 64 && base64::decode(text).is_some()
    }
}

/// Takes away what settings files and programs put around the lines.
fn cleaned(body: &[u8]) -> Cow<'_, [u8]> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r\n:,- .()".contains(byte);
    if body.iter().all(is_plain) && !body.windows(2).any(|pair| pair == b"\n ") {
        return Cow::Borrowed(body);
    }
    let mut text = Vec::with_capacity(body.len());
    let mut bytes = body.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        // `\n` written out, `\` at the end of a line, `\/` of JSON.
        if byte == b'\\' {
            while bytes.next_if_eq(&b'\\').is_some() {}
            match bytes.peek() {
                Some(b'n') => {
                    text.push(b'\n');
                    bytes.next();
                }
                Some(b'r') => {
                    bytes.next();
                }
                _ => {}
            }
        } else {
            text.push(byte);
        }
    }
    let mut clean = Vec::with_capacity(text.len());
    for line in text.split(|byte| *byte == b'\n') {
        let is_around = |byte: &u8| b" \t\r\"'`#>|*;,+.".contains(byte);
        // A plus sign is both base64 and the end of a string in a program.
        let start = line.iter().position(|byte| !is_around(byte) || *byte == b'+').unwrap_or(line.len());
        let line = line.get(start..).unwrap_or_default();
        let has_quote = line.iter().any(|byte| b"\"'`".contains(byte));
        let is_end = |byte: &u8| if has_quote { is_around(byte) } else { b" \t\r,;".contains(byte) };
        let end = line.iter().rposition(|byte| !is_end(byte)).map_or(0, |at| at.saturating_add(1));
        clean.extend_from_slice(line.get(..end).unwrap_or_default());
        clean.push(b'\n');
    }
    Cow::Owned(clean)
}

fn one(gather: &mut Gather<'_>, block: &Block<'_>, place: &str) -> Option<()> {
    let tag = Tag { format: KeyFormat::Pem, label: block.label, place };
    let (headers, text) = block.parts();
    if block.label.starts_with("PGP ") {
        return pgp::armoured(gather, block.label, text, place);
    }
    let bytes = base64::decode(text)?;
    if block.label == "OPENSSH PRIVATE KEY" {
        return ssh::private(gather, &bytes, place);
    }
    if let Some(lock) = Lock::read(headers) {
        return lock.open(gather, &bytes, tag);
    }
    let value = Reader::new(&bytes).next()?;
    by_label(gather, &value, tag)
}

/// What one password costs: two hashes, and for the right one a key that may lack its public half.
const ATTEMPT_COST: u64 = 1_000;

/// What the label says goes before what the shape says; a label nobody knows is nothing of ours, unless a key or
/// certificate stands behind it.
fn by_label(gather: &mut Gather<'_>, value: &Value<'_>, tag: Tag<'_>) -> Option<()> {
    let shape = match tag.label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Shape::Certificate,
        "X509 CRL" | "CRL" => Shape::Crl,
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Shape::Request,
        "PUBLIC KEY" => Shape::Spki,
        "RSA PUBLIC KEY" => Shape::Pkcs1Public,
        "PRIVATE KEY" => Shape::Pkcs8,
        "ENCRYPTED PRIVATE KEY" => Shape::EncryptedPkcs8,
        "RSA PRIVATE KEY" => Shape::Pkcs1,
        "EC PRIVATE KEY" => Shape::Sec1,
        "DSA PRIVATE KEY" => Shape::Dsa,
        "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA" => Shape::Pkcs7,
        label if label.ends_with("PARAMETERS") => return gather.parameters(value, tag),
        _ => return gather.value(value, tag).then_some(()),
    };
    // A wrong label is written more often than one thinks.
    gather.shaped(shape, value, tag).or_else(|| gather.value(value, tag).then_some(()))
}

/// The encryption of PEM itself (RFC 1421, 4.6.1.3, as OpenSSL has it).
struct Lock {
    name: String,
    cipher: Option<Cipher>,
    iv: Vec<u8>,
}

impl Lock {
    fn read(headers: &[u8]) -> Option<Self> {
        let headers = std::str::from_utf8(headers).ok()?;
        headers
            .lines()
            .any(|line| line.starts_with("Proc-Type:") && line.contains("ENCRYPTED"))
            .then_some(())?;
        let told = headers.lines().find_map(|line| line.trim().strip_prefix("DEK-Info:"))?;
        let (name, iv) = told.trim().split_once(',')?;
        let cipher = match name.trim() {
            "AES-128-CBC" => Some(Cipher::Aes(16)),
            "AES-192-CBC" => Some(Cipher::Aes(24)),
            "AES-256-CBC" => Some(Cipher::Aes(32)),
            "DES-EDE3-CBC" => Some(Cipher::TripleDes(24)),
            "DES-CBC" => Some(Cipher::Des),
            "RC2-CBC" => Some(Cipher::Rc2(16, 128)),
            _ => None,
        };
        let digits = iv.trim().as_bytes().as_chunks::<2>().0.iter();
        let bytes = digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        Some(Self { name: name.trim().to_owned(), cipher, iv: bytes.collect::<Option<_>>()? })
    }

    fn open(&self, gather: &mut Gather<'_>, bytes: &[u8], tag: Tag<'_>) -> Option<()> {
        let mut object = KeyObject::new(KeyKind::PrivateKey, tag.format, bytes);
        object.encryption = Some(format!("PEM {}", self.name));
        object.opened_by = OpenedBy::Closed;
        // The label tells the algorithm without the key.
        object.algorithm = Cow::Borrowed(match tag.label {
            "RSA PRIVATE KEY" => "rsa",
            "EC PRIVATE KEY" => "ec",
            "DSA PRIVATE KEY" => "dsa",
            _ => "",
        });
        let attempt = |password: &str| {
            let cipher = self.cipher?;
            let key = bytes_to_key(password.as_bytes(), self.iv.get(..8)?, cipher.key_bytes());
            let plain = cipher.open(&key, &self.iv, bytes)?;
            let reader = || Reader::new(&plain);
            match tag.label {
                "RSA PRIVATE KEY" => asn1::pkcs1(&mut reader()),
                "EC PRIVATE KEY" => asn1::sec1(&mut reader(), None, true),
                "DSA PRIVATE KEY" => asn1::dsa(&mut reader()),
                _ => asn1::pkcs8(&mut reader(), true),
            }
        };
        if let Some((known, by)) = gather.ring.open(tag.place, ATTEMPT_COST, attempt) {
            known.put_into(&mut object);
            object.opened_by = by;
        }
        gather.named(object, tag);
        Some(())
    }
}
