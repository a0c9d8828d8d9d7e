//! The keys of one file become facts, each in its node, with what is public of them for comparing all keys of a run.

use super::observe::{KeyPlace, one_of, placed};
use crate::Origin;
use hinomi_formats::keys::weak::Mark;
use hinomi_formats::keys::{KeyFormat, KeyKind, KeyObject, PublicNumbers};
use hinomi_formats::tree::{Content, HeldKey, Node};
use hinomi_model::AssetId;
use hinomi_model::fact::KeyFact;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What everybody may know of a key, and what it is compared by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PublicHalf {
    /// Index of the observation that tells of the key.
    pub observation: usize,
    /// The modulus of an RSA key, in hex; empty of others.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub modulus: String,
    /// What block lists know it by, in hex: the [`Mark`].
    pub mark: String,
}

impl PublicHalf {
    fn of(object: &KeyObject) -> Option<Self> {
        let mark = hex(&Mark::of(object)?.0);
        let modulus = match &object.public {
            PublicNumbers::Rsa { n, .. } => hex(n),
            _ => String::new(),
        };
        Some(Self { observation: 0, modulus, mark })
    }

    /// The modulus as bytes, big-endian; empty of what is no RSA key.
    pub fn modulus_bytes(&self) -> Vec<u8> {
        unhex(&self.modulus).unwrap_or_default()
    }

    /// The mark as block lists have it.
    pub fn mark_bytes(&self) -> Option<Mark> {
        unhex(&self.mark)?.try_into().ok().map(Mark)
    }
}

/// A key of a file.
pub(crate) struct Held {
    /// The node it lies in.
    pub(crate) node: usize,
    pub(crate) asset: AssetId,
    pub(crate) fact: KeyFact,
    pub(crate) public: Option<PublicHalf>,
}

/// The keys that are the company's to look after, in the order of the file.
pub(crate) fn held(nodes: &[Node], mut keys: Vec<HeldKey>, origin: &Origin) -> Vec<Held> {
    keys.sort_by_key(|held| held.node);
    drop_shown_through(nodes, &mut keys);
    let mut all = Vec::new();
    for of_node in keys.chunk_by(|one, other| one.node == other.node) {
        let Some((at, node)) = of_node.first().and_then(|held| Some((held.node, nodes.get(held.node)?)))
        else {
            continue;
        };
        let mut objects: Vec<KeyObject> = of_node.iter().map(|held| held.key.clone()).collect();
        if let [only] = objects.as_mut_slice()
            && only.place == "#1"
        {
            // The one object of a file is the file.
            only.place.clear();
        }
        if is_of_others(nodes, node, &objects) {
            continue;
        }
        let place = KeyPlace {
            path: if node.place.is_empty() {
                origin.source.clone()
            } else {
                format!("{}#{}", origin.source, node.place)
            },
            mode: origin.lies.mode,
            owner: origin.lies.owner,
            surroundings: Vec::new(),
            changed: origin.lies.changed,
        };
        let facts = objects.iter().filter_map(|object| {
            let (asset, fact) = placed(one_of(object, &objects, &place, Vec::new()))?;
            Some(Held { node: at, asset, fact, public: PublicHalf::of(object) })
        });
        all.extend(facts);
    }
    all
}

/// Leaves out of an archive or a mail what was read once more in a file inside: bytes that are stored as they are show
/// through.
fn drop_shown_through(nodes: &[Node], keys: &mut Vec<HeldKey>) {
    let mut inside: BTreeSet<(usize, KeyKind, [u8; 32])> = BTreeSet::new();
    for held in keys.iter() {
        let mut around = nodes.get(held.node).and_then(|node| node.parent);
        while let Some(at) = around {
            // What is above was entered with the first of its kind.
            if !inside.insert((at, held.key.kind, held.key.fingerprint_sha256)) {
                break;
            }
            around = nodes.get(at).and_then(|node| node.parent);
        }
    }
    keys.retain(|held| !inside.contains(&(held.node, held.key.kind, held.key.fingerprint_sha256)));
}

/// Whether a file holds only what others signed with or told us: the certificates of a signed mail and of those who write
/// to us, and the signature of a program's archive. They are nobody's here to renew.
fn is_of_others(nodes: &[Node], node: &Node, objects: &[KeyObject]) -> bool {
    let secret = |object: &KeyObject| {
        matches!(object.kind, KeyKind::PrivateKey | KeyKind::SecretKey | KeyKind::Keystore)
    };
    if objects.iter().any(secret) {
        return false;
    }
    let mut around = node.parent;
    while let Some(parent) = around.and_then(|at| nodes.get(at)) {
        if matches!(parent.content, Content::Mail(_)) {
            return true;
        }
        around = parent.parent;
    }
    let signed = objects.iter().all(|object| object.format == KeyFormat::Pkcs7);
    signed && node.place.rsplit('/').nth(1) == Some("META-INF")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? * 16 + digit(*low)?);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}
