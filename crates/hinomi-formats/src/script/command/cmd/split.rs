//! A line of the command processor as single commands: `&`, `&&`, `||`, `|`, parentheses, quotes, carets.

/// Where the first word of a command is looked for.
const HEAD_BYTES: usize = 256;

/// A command and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Its output goes into the next one.
    pub(super) piped: bool,
}

/// Splits at the operators that stand outside quotes and parentheses. Carets fall away, except in quotes and in
/// parentheses, whose inside is split when it is run.
pub(super) fn commands(line: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut text = String::new();
    let mut quoted = false;
    let mut depth = 0u32;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '^' if !quoted => {
                if depth > 0 || is_loop(&text) {
                    text.push('^');
                }
                if let Some(next) = chars.next().filter(|next| !matches!(next, '\r' | '\n')) {
                    text.push(next);
                }
            }
            '"' => {
                quoted = !quoted;
                text.push(c);
            }
            '(' if !quoted && (depth > 0 || opens_block(&text)) => {
                depth += 1;
                text.push(c);
            }
            ')' if !quoted && depth > 0 => {
                depth -= 1;
                text.push(c);
            }
            // A handle: `2>&1`.
            '&' if text.ends_with('>') => text.push(c),
            '\r' => {}
            '&' | '|' | '\n' if !quoted && depth == 0 && !(c != '\n' && is_loop(&text)) => {
                let double = c != '\n' && chars.peek() == Some(&c);
                if double {
                    chars.next();
                }
                let text = std::mem::take(&mut text);
                out.push(Piece { text, piped: c == '|' && !double });
            }
            c => text.push(c),
        }
    }
    out.push(Piece { text, piped: false });
    out.retain(|piece| !piece.text.trim().is_empty());
    out
}

/// Behind `for … do` and `if …` everything to the end of the line belongs to it.
fn is_loop(text: &str) -> bool {
    let word = first_word(text);
    word == "for" || word == "if"
}

/// A parenthesis opens a block at the beginning, and in loops and conditions.
fn opens_block(text: &str) -> bool {
    text.len() < HEAD_BYTES && text.trim_start_matches([' ', '@', ',', ';', '=']).is_empty() || is_loop(text)
}

/// The word a command begins with, in lower case.
pub(super) fn first_word(text: &str) -> String {
    // Asked for at every sign of a line: what comes late in it does not matter.
    let near = text.get(..text.floor_char_boundary(HEAD_BYTES)).unwrap_or_default();
    let head = near.trim_start_matches([' ', '\t', '@', ',', ';', '=', '(', '"']);
    let len = head
        .find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '=' | '(' | '"' | '/'))
        .unwrap_or(head.len());
    head.get(..len.min(64)).unwrap_or_default().to_ascii_lowercase()
}
