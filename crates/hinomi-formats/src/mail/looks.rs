//! Telling a message from everything else that has colons in it.

use super::fields;

/// As much of the start is looked at, in bytes.
const LOOK_BYTES: usize = 32 << 10;
/// Lines looked at.
const LOOK_LINES: usize = 256;

/// Fields that hardly anything but mail has.
const STRONG: &[&str] = &[
    "received",
    "message-id",
    "return-path",
    "mime-version",
    "delivered-to",
    "dkim-signature",
    "x-mailer",
    "authentication-results",
    "x-original-to",
    "in-reply-to",
    "x-received",
    "arc-seal",
    "envelope-to",
    "received-spf",
    "content-transfer-encoding",
];
/// Fields of mail whose names other texts use as well.
const WEAK: &[&str] = &[
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "reply-to",
    "sender",
    "content-type",
    "organization",
    "user-agent",
    "newsgroups",
    "importance",
    "precedence",
    "list-id",
    "resent-from",
];

/// Whether the bytes look like a message: header fields at the start, of which one that mail alone has and
/// another of mail, or a sender's address and another.
pub fn looks_like_mail(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(LOOK_BYTES)).unwrap_or_default();
    let mut rest = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let (mut strong, mut weak, mut sender) = (0_u32, 0_u32, false);
    for at in 0..LOOK_LINES {
        let (line, after) = fields::line(rest);
        let continues = matches!(line.first(), Some(b' ' | b'\t')) && at > 0;
        let envelope = at == 0 && (line.starts_with(b"From ") || line.starts_with(b">From "));
        match fields::field_name(line) {
            _ if line.is_empty() || line.contains(&0) => break,
            _ if continues || envelope => {}
            Some(name) => {
                let is = |list: &[&str]| list.iter().any(|known| name.eq_ignore_ascii_case(known));
                strong = strong.saturating_add(u32::from(is(STRONG)));
                weak = weak.saturating_add(u32::from(is(WEAK)));
                sender |= name.eq_ignore_ascii_case("from") && line.contains(&b'@');
            }
            None => break,
        }
        rest = after;
    }
    let fields = strong.saturating_add(weak);
    (strong > 0 && fields > 1) || (sender && weak > 1) || weak > 3
}
