//! PuTTY's private keys, formats 2 and 3 (PuTTY manual, appendix C): lines, the public half in the clear.

use super::blob;
use super::private::with;
use crate::keys::gather::{Gather, Tag};
use crate::keys::lock::{Cipher, Digest, Opened};
use crate::keys::object::{KeyFormat, KeyKind, KeyObject, OpenedBy};
use crate::keys::secret::PrivateNumbers;
use crate::keys::store::Bytes;
use crate::keys::text::base64;
use zeroize::Zeroizing;

const HEADER: &str = "PuTTY-User-Key-File-";
/// Lines of base64 of one half.
const LINES_MAX: usize = 4_096;
/// Memory for Argon2, in KiB, and steps of it over all passwords; PuTTY takes 8 MiB.
const MEMORY_MAX: u32 = 64 << 10;
const PASSES_MAX: u32 = 1 << 10;

/// Reads one file.
pub(in crate::trust::keys) fn putty(gather: &mut Gather<'_>, bytes: &[u8], place: &str) -> Option<()> {
    let text = std::str::from_utf8(bytes).ok()?;
    let file = File::read(text.trim_start())?;
    let public = base64::decode(file.public.as_bytes())?;
    let locked = base64::decode(file.private.as_bytes())?;
    let (kind, known) = blob::public(&public).filter(|(kind, _)| kind == file.kind)?;
    let format = if file.version == 2 { KeyFormat::Ppk2 } else { KeyFormat::Ppk3 };
    let mut object = KeyObject::new(KeyKind::PrivateKey, format, bytes);
    let private = if file.encryption == "none" {
        numbers(&kind, &locked)
    } else {
        object.encryption = Some(format!("PuTTY {} {}", file.derivation.name, file.encryption));
        object.opened_by = OpenedBy::Closed;
        let cost = file.cost().filter(|_| file.encryption == "aes256-cbc");
        let attempt = |password: &str| {
            let plain = file.open(password, &public, &locked)?;
            numbers(&kind, &plain)
        };
        let opened = cost.and_then(|cost| gather.ring.open(place, cost, attempt));
        opened.map(|(numbers, by)| {
            object.opened_by = by;
            numbers
        })
    };
    with(known, private).put_into(&mut object);
    gather.named(object, Tag { format, label: file.comment, place });
    Some(())
}

/// The private numbers of a key of this type.
fn numbers(kind: &str, plain: &[u8]) -> Option<PrivateNumbers> {
    let mut cursor = Bytes(plain);
    let first = cursor.string()?;
    match kind {
        "ssh-rsa" => Some(PrivateNumbers::rsa(first, cursor.string()?, cursor.string()?)),
        _ => Some(PrivateNumbers::scalar(first)),
    }
}

#[derive(Default)]
struct Derivation<'a> {
    name: &'a str,
    memory: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
}

struct File<'a> {
    version: u8,
    kind: &'a str,
    encryption: &'a str,
    comment: &'a str,
    public: String,
    private: String,
    derivation: Derivation<'a>,
    mac: Vec<u8>,
}

impl<'a> File<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut lines = text.lines();
        let (version, kind) = lines.next()?.strip_prefix(HEADER)?.split_once(": ")?;
        let version = version.parse().ok().filter(|version| (2..=3).contains(version))?;
        let mut file = Self {
            version,
            kind: kind.trim(),
            encryption: "",
            comment: "",
            public: String::new(),
            private: String::new(),
            derivation: Derivation { name: "SHA-1", ..Derivation::default() },
            mac: Vec::new(),
        };
        while let Some((key, value)) = lines.next().and_then(|line| line.split_once(':')) {
            let value = value.trim();
            let mut block = || -> Option<String> {
                let count = value.parse::<usize>().ok().filter(|count| *count <= LINES_MAX)?;
                Some(lines.by_ref().take(count).collect())
            };
            match key {
                "Encryption" => file.encryption = value,
                "Comment" => file.comment = value,
                "Public-Lines" => file.public = block()?,
                "Private-Lines" => file.private = block()?,
                "Key-Derivation" => file.derivation.name = value,
                "Argon2-Memory" => file.derivation.memory = value.parse().ok()?,
                "Argon2-Passes" => file.derivation.passes = value.parse().ok()?,
                "Argon2-Parallelism" => file.derivation.lanes = value.parse().ok()?,
                "Argon2-Salt" => file.derivation.salt = hexadecimal(value)?,
                "Private-MAC" | "Private-Hash" => file.mac = hexadecimal(value)?,
                _ => return None,
            }
        }
        (!file.encryption.is_empty() && !file.public.is_empty()).then_some(file)
    }

    /// What a password costs; none of a lock that is too heavy to try.
    fn cost(&self) -> Option<u64> {
        if self.version == 2 {
            return Some(8);
        }
        let Derivation { memory, passes, .. } = self.derivation;
        (memory <= MEMORY_MAX && passes <= PASSES_MAX)
            .then(|| u64::from(memory).saturating_mul(u64::from(passes)))
    }

    fn open(&self, password: &str, public: &[u8], locked: &[u8]) -> Option<Opened> {
        let cipher = Cipher::Aes(32);
        let (key, iv, mac_key) = self.made(password)?;
        let plain = cipher.decrypt(&key, &iv, locked)?;
        let mut message = Zeroizing::new(Vec::new());
        let pieces =
            [self.kind.as_bytes(), self.encryption.as_bytes(), self.comment.as_bytes(), public, &plain];
        for piece in pieces {
            message.extend_from_slice(&u32::try_from(piece.len()).ok()?.to_be_bytes());
            message.extend_from_slice(piece);
        }
        let digest = if self.version == 2 { Digest::Sha1 } else { Digest::Sha256 };
        (digest.hmac(&mac_key, &message)? == self.mac).then_some(plain)
    }

    /// Key, vector and key of the MAC.
    fn made(&self, password: &str) -> Option<(Opened, Opened, Opened)> {
        let hold = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
        if self.version == 2 {
            let part = |number: u8| Digest::Sha1.hash(&[&[0, 0, 0, number], password.as_bytes()]);
            let mac_key = Digest::Sha1.hash(&[b"putty-private-key-file-mac-key", password.as_bytes()]);
            return Some((hold(&[part(0), part(1)].concat()), hold(&[0; 16]), hold(&mac_key)));
        }
        let Derivation { name, memory, passes, lanes, ref salt } = self.derivation;
        let algorithm = match name {
            "Argon2id" => argon2::Algorithm::Argon2id,
            "Argon2i" => argon2::Algorithm::Argon2i,
            "Argon2d" => argon2::Algorithm::Argon2d,
            _ => return None,
        };
        let parameters = argon2::Params::new(memory, passes, lanes, Some(80)).ok()?;
        let mut made = Zeroizing::new([0; 80]);
        argon2::Argon2::new(algorithm, argon2::Version::V0x13, parameters)
            .hash_password_into(password.as_bytes(), salt, made.as_mut_slice())
            .ok()?;
        Some((hold(made.get(..32)?), hold(made.get(32..48)?), hold(made.get(48..)?)))
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().as_chunks::<2>().0.iter();
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
