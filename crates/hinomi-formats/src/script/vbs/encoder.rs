//! Scripts as Windows' script encoder leaves them (`#@~^…==^#~@`, `.vbe` and `.jse`): each ASCII character is put
//! through one of three alphabets in turn; a length stands before the text and a sum behind it.

use crate::decode::encoded_letter;

const START: &str = "#@~^";
const END: &str = "^#~@";
/// The length or the sum in base64, with its padding.
const FRAME: usize = 8;

/// The text with every encoded part decoded; `None` when there is none.
pub(super) fn decoded(text: &str, bytes_max: usize) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut any = false;
    while let Some((before, from)) = rest.split_once(START) {
        out.push_str(before);
        let Some((inside, behind)) = from.split_once(END) else {
            out.push_str(START);
            rest = from;
            break;
        };
        let end = inside.len().saturating_sub(FRAME);
        match inside.get(FRAME..end) {
            Some(encoded) => {
                any = true;
                push_decoded(&mut out, encoded);
            }
            None => out.push_str(inside),
        }
        rest = behind;
        if out.len() > bytes_max {
            break;
        }
    }
    out.push_str(rest);
    any.then_some(out)
}

fn push_decoded(out: &mut String, encoded: &str) {
    let mut index = 0usize;
    let mut chars = encoded.chars();
    while let Some(mut c) = chars.next() {
        if c == '@' {
            // What would break the frame or the line is escaped.
            let escaped = match chars.clone().next() {
                Some('&') => Some('\n'),
                Some('#') => Some('\r'),
                Some('*') => Some('>'),
                Some('!') => Some('<'),
                Some('$') => Some('@'),
                _ => None,
            };
            if let Some(plain) = escaped {
                chars.next();
                c = plain;
            }
        }
        let Some(byte) = u8::try_from(c).ok().filter(u8::is_ascii) else {
            out.push(c);
            continue;
        };
        out.push(char::from(encoded_letter(index, byte)));
        index = index.wrapping_add(1);
    }
}
