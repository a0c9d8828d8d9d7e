//! The standard security handler (ISO 32000-2, 7.6; revisions 2 to 6): a document that opens for everybody with the
//! empty password, or with one that came along, is read as if it were in the clear.

mod keys;
#[cfg(test)]
mod tests;

use super::object::{Dictionary, Object};
use crate::office::ciphers::{self, Hash, Rc4};
use keys::Numbers;

/// The block of AES, in bytes; each string and stream starts with one, the vector of its chain.
const BLOCK: usize = 16;

/// An encryption dictionary.
pub(super) struct Lock {
    numbers: Numbers,
    strings: Method,
    streams: Method,
    embedded: Method,
}

/// How strings or streams are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// Not at all.
    Identity,
    Rc4,
    /// AES with 128 bits, a key an object.
    Aes128,
    /// AES with 256 bits, one key.
    Aes256,
}

/// What takes the encryption off.
pub(super) struct Key {
    key: Vec<u8>,
    strings: Method,
    streams: Method,
    embedded: Method,
}

/// How the search for a password went.
pub(super) enum Search {
    /// The password at this index opened it; `None` for the empty one.
    Opened(Key, Option<usize>),
    /// None of so many did.
    Shut { tried: usize },
}

impl Lock {
    /// Reads a dictionary whose references were followed; `id` is the first part of the file's. `None` for another
    /// handler (certificates), or a revision that nobody has written yet.
    pub(super) fn read(dictionary: &Dictionary, id: &[u8]) -> Option<Self> {
        if !dictionary.is("Filter", "Standard") {
            return None;
        }
        let version = dictionary.number("V").unwrap_or(0);
        let numbers = Numbers::read(dictionary, version, id)?;
        let plain = match version {
            1 | 2 => Some(Method::Rc4),
            _ => None,
        };
        let of = |key: &str, otherwise: Method| match (plain, dictionary.get(key)) {
            (Some(method), _) => Some(method),
            (None, Some(Object::Name(name))) => Method::named(dictionary, name),
            (None, _) => Some(otherwise),
        };
        if plain.is_none() && !matches!(version, 4 | 5) {
            return None;
        }
        let streams = of("StmF", Method::Identity)?;
        Some(Self { numbers, streams, strings: of("StrF", Method::Identity)?, embedded: of("EFF", streams)? })
    }

    /// Tries the empty password, which viewers do without asking, then those given.
    pub(super) fn open(&self, passwords: &[String]) -> Search {
        let mut work = keys::WORK_MAX;
        let empty = String::new();
        let words = std::iter::once((None, &empty)).chain((0..).map(Some).zip(passwords));
        let mut tried = 0;
        for (index, password) in words {
            match self.numbers.key(password, &mut work) {
                Some(Some(key)) => return Search::Opened(self.with(key), index),
                Some(None) => tried = index.map_or(0, |at| at.saturating_add(1)),
                None => break,
            }
        }
        Search::Shut { tried }
    }

    fn with(&self, key: Vec<u8>) -> Key {
        Key { key, strings: self.strings, streams: self.streams, embedded: self.embedded }
    }
}

impl Method {
    /// By the name of a crypt filter (7.6.6).
    fn named(dictionary: &Dictionary, name: &[u8]) -> Option<Self> {
        if name == b"Identity" {
            return Some(Self::Identity);
        }
        let Some(Object::Dictionary(filters)) = dictionary.get("CF") else { return None };
        let (_, filter) = filters.0.iter().find(|(key, _)| key == name)?;
        let Object::Dictionary(filter) = filter else { return None };
        match filter.get("CFM") {
            Some(Object::Name(name)) => match name.as_slice() {
                b"V2" => Some(Self::Rc4),
                b"AESV2" => Some(Self::Aes128),
                b"AESV3" => Some(Self::Aes256),
                b"None" => Some(Self::Identity),
                _ => None,
            },
            None => Some(Self::Identity),
            Some(_) => None,
        }
    }
}

impl Key {
    /// What takes the encryption off the strings of the object with this number and generation.
    pub(super) fn strings(&self, number: u32, generation: u32) -> Opener {
        self.opener(self.strings, number, generation)
    }

    /// The stream of an object. `None` when it is not encrypted: a cross-reference stream, one that says so itself.
    pub(super) fn stream(
        &self,
        number: u32,
        generation: u32,
        dictionary: &Dictionary,
        bytes: &[u8],
    ) -> Option<Vec<u8>> {
        let says_identity = match dictionary.get("Filter") {
            Some(Object::Array(filters)) => filters.first().is_some_and(is_crypt),
            Some(filter) => is_crypt(filter),
            None => false,
        };
        let method = if dictionary.is("Type", "EmbeddedFile") { self.embedded } else { self.streams };
        if dictionary.is("Type", "XRef") || says_identity || method == Method::Identity {
            return None;
        }
        Some(self.opener(method, number, generation).open(bytes))
    }

    /// The key of an object (algorithms 1 and 1.A of 7.6.3).
    fn opener(&self, method: Method, number: u32, generation: u32) -> Opener {
        let [n0, n1, n2, _] = number.to_le_bytes();
        let [g0, g1, ..] = generation.to_le_bytes();
        let place = [n0, n1, n2, g0, g1];
        let own = |salt: &[u8]| {
            let mut key = Hash::Md5.of(&[&self.key, &place, salt]);
            key.truncate(self.key.len().saturating_add(place.len()));
            key
        };
        match method {
            Method::Identity => Opener::Identity,
            Method::Rc4 => Opener::Rc4(Box::new(Rc4::new(&own(b"")))),
            Method::Aes128 => Opener::Aes(own(b"sAlT")),
            Method::Aes256 => Opener::Aes(self.key.clone()),
        }
    }
}

/// What takes the encryption off one object: made once for all strings in it.
pub(super) enum Opener {
    Identity,
    /// Before its first byte.
    Rc4(Box<Rc4>),
    Aes(Vec<u8>),
}

impl Opener {
    pub(super) fn open(&self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Identity => bytes.to_vec(),
            Self::Rc4(start) => {
                let mut bytes = bytes.to_vec();
                Rc4::clone(start).apply(&mut bytes);
                bytes
            }
            Self::Aes(key) => unpadded(key, bytes),
        }
    }
}

/// The crypt filter of a single stream; without a name it is the identity, and that is what it is used for.
fn is_crypt(filter: &Object) -> bool {
    matches!(filter, Object::Name(name) if name == b"Crypt")
}

/// AES in CBC mode behind its first block, without the padding of the last.
fn unpadded(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let Some((iv, sealed)) = bytes.split_at_checked(BLOCK) else { return Vec::new() };
    let whole = sealed.len() - sealed.len() % BLOCK;
    let mut plain = sealed.get(..whole).unwrap_or_default().to_vec();
    if ciphers::aes(key, Some(iv), &mut plain).is_none() {
        return Vec::new();
    }
    if let Some(padding) =
        plain.last().map(|last| usize::from(*last)).filter(|last| (1..=BLOCK).contains(last))
    {
        plain.truncate(plain.len().saturating_sub(padding));
    }
    plain
}
