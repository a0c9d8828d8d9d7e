//! Lines of public keys: `id_rsa.pub`, `authorized_keys`, `known_hosts` (sshd(8)), and RFC 4716.

use super::blob;
use crate::keys::asn1::Known;
use crate::keys::gather::{Gather, Tag};
use crate::keys::object::{KeyFormat, KeyKind, KeyObject};
use crate::keys::text::base64;
use memchr::memmem;

/// How the types of keys begin.
const TYPES: &[&str] = &["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-sha2-"];
const RFC4716: &[u8] = b"---- BEGIN SSH2 PUBLIC KEY ----";
const RFC4716_END: &[u8] = b"---- END SSH2 PUBLIC KEY ----";
/// A line with a key is no longer; a certificate may name many hosts.
const LINE_MAX: usize = 64 << 10;
/// Places of one line that may be the type of a key.
const PLACES_MAX: usize = 64;

/// Reads every line with a key. What stands before and behind tells what the key is for.
pub(in crate::trust::keys) fn lines(gather: &mut Gather<'_>, name: &str, bytes: &[u8], place: &str) {
    for (number, line) in (1_usize..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.len() > LINE_MAX || line.len() < 40 {
            continue;
        }
        let Some((found, blob, kind, known)) = std::str::from_utf8(line).ok().and_then(key_in) else {
            continue;
        };
        let mut object = KeyObject::new(found.role(name), KeyFormat::OpenSsh, &blob);
        known.put_into(&mut object);
        let label = if found.before.is_empty() || found.is_options() { found.comment } else { found.before };
        let label: String = label.chars().filter(|c| !c.is_control()).take(256).collect();
        let label = if label.is_empty() { kind } else { label };
        gather.named(
            object,
            Tag { format: KeyFormat::OpenSsh, label: &label, place: &format!("{place}#{number}") },
        );
    }
}

/// A line, cut at its key.
struct Line<'a> {
    before: &'a str,
    kind: &'a str,
    key: &'a str,
    comment: &'a str,
}

/// The first place of a line at which a key stands, and not only its name as in a command or comment.
fn key_in(line: &str) -> Option<(Line<'_>, Vec<u8>, String, Known)> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    let mut from = 0_usize;
    for _ in 0..PLACES_MAX {
        let start = from.saturating_add(next_type(line.get(from..)?)?);
        from = start.saturating_add(1);
        let Some(found) = Line::at(line, start) else { continue };
        let Some(blob) = base64::decode(found.key.as_bytes()) else { continue };
        let Some((kind, known)) = blob::public(&blob).filter(|(kind, _)| *kind == found.kind) else {
            continue;
        };
        return Some((found, blob, kind, known));
    }
    None
}

impl<'a> Line<'a> {
    /// Cuts a line where the type of a key begins, if a key follows it.
    fn at(line: &'a str, start: usize) -> Option<Self> {
        let (before, rest) = line.split_at_checked(start)?;
        let starts_word = before.is_empty() || before.ends_with([' ', '\t']);
        let (kind, after) = rest.split_once([' ', '\t']).filter(|_| starts_word)?;
        let after = after.trim_start();
        // The first letters of a key are the length of its type.
        let (key, comment) = after.split_once([' ', '\t']).unwrap_or((after, ""));
        key.starts_with("AAAA").then(|| Self { before: before.trim(), kind, key, comment: comment.trim() })
    }

    /// Whether what stands before the key are options of `authorized_keys`: they have quotes, or names without a dot.
    fn is_options(&self) -> bool {
        const OPTIONS: &[&str] = &[
            "agent-forwarding",
            "cert-authority",
            "command=",
            "environment=",
            "expiry-time=",
            "from=",
            "no-",
            "permitlisten=",
            "permitopen=",
            "port-forwarding",
            "principals=",
            "pty",
            "restrict",
            "tunnel=",
            "user-rc",
            "verify-required",
            "X11-forwarding",
            "x11-forwarding",
        ];
        OPTIONS.iter().any(|option| self.before.starts_with(option))
    }

    fn role(&self, name: &str) -> KeyKind {
        if self.before.is_empty() {
            let is_list =
                name.rsplit(['/', '\\']).next().is_some_and(|name| name.starts_with("authorized_keys"));
            return if is_list { KeyKind::AuthorizedKey } else { KeyKind::PublicKey };
        }
        if self.is_options() { KeyKind::AuthorizedKey } else { KeyKind::KnownHost }
    }
}

/// Where the next word begins that may be the type of a key.
fn next_type(text: &str) -> Option<usize> {
    TYPES.iter().filter_map(|kind| memmem::find(text.as_bytes(), kind.as_bytes())).min()
}

/// Reads public keys as RFC 4716 writes them: header lines, then base64.
pub(in crate::trust::keys) fn rfc4716(gather: &mut Gather<'_>, bytes: &[u8], place: &str) {
    let mut number = 0_usize;
    for at in memmem::find_iter(bytes, RFC4716) {
        let rest = bytes.get(at.saturating_add(RFC4716.len())..).unwrap_or_default();
        let Some(body) = memmem::find(rest, RFC4716_END).and_then(|end| rest.get(..end)) else { return };
        let Ok(body) = std::str::from_utf8(body) else { continue };
        let (mut comment, mut text, mut goes_on) = ("", String::new(), false);
        for line in body.lines().map(str::trim) {
            // A header line that ends in a backslash goes on in the next.
            let is_header = goes_on || line.contains(':');
            if let Some(told) = line.strip_prefix("Comment:") {
                comment = told.trim().trim_matches('"');
            }
            goes_on = is_header && line.ends_with('\\');
            if !is_header {
                text.push_str(line);
            }
        }
        let Some(blob) = base64::decode(text.as_bytes()) else { continue };
        let Some((_, known)) = blob::public(&blob) else { continue };
        number = number.saturating_add(1);
        let place = format!("{place}#{number}");
        let tag = Tag { format: KeyFormat::Rfc4716, label: comment, place: &place };
        gather.key(KeyKind::PublicKey, tag, &blob, known);
    }
}
