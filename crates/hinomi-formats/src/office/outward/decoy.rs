//! Text that asks the reader to switch macros on: what a document shows before it can do anything.

use std::collections::BTreeSet;

/// Phrases that few honest documents need, in lower case; white space does not count. Offices themselves say the shorter
/// ones on buttons, so a verb and what it is for stand together.
const PHRASES: [&str; 41] = [
    "enable content",
    "enable editing",
    "enable macro",
    "enable the content",
    "enable the editing",
    "enable the macro",
    "macros must be enabled",
    "macros are disabled",
    "macros need to be enabled",
    "created in previous version of microsoft",
    "created in earlier version of microsoft",
    "created in an earlier version of microsoft",
    "created in online version",
    "this document is protected",
    "can only be opened on desktop",
    "only available for desktop or laptop",
    "the file was created on ios",
    "open a file that was created in an earlier version",
    "to view this content",
    "to display the contents",
    "relaunch the document",
    "コンテンツの有効化",
    "コンテンツを有効",
    "編集を有効",
    "編集の有効",
    "マクロを有効",
    "マクロの有効",
    "マクロが無効",
    "マクロは無効",
    "保護ビュー",
    "inhalt aktivieren",
    "bearbeitung aktivieren",
    "makros aktivieren",
    "abilita contenuto",
    "abilita modifica",
    "activer le contenu",
    "activer la modification",
    "habilitar contenido",
    "habilitar edición",
    "启用内容",
    "启用宏",
];

/// The phrases that a text has, each once.
pub(in crate::office) fn in_text(text: &str) -> Vec<String> {
    let bare: String =
        text.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect();
    PHRASES
        .iter()
        .filter(|phrase| memchr::memmem::find(bare.as_bytes(), without_space(phrase).as_bytes()).is_some())
        .map(|phrase| (*phrase).to_owned())
        .collect()
}

/// The phrases in bytes that hold text among other things, one byte a letter or UTF-16.
pub(in crate::office) fn in_bytes(bytes: &[u8]) -> Vec<String> {
    let narrow: Vec<u8> = bytes
        .iter()
        .filter(|byte| byte.is_ascii() && !byte.is_ascii_whitespace() && **byte != 0)
        .map(u8::to_ascii_lowercase)
        .collect();
    let wide = bytes.to_ascii_lowercase();
    let has = |phrase: &&&str| {
        let phrase = without_space(phrase);
        if phrase.is_ascii() {
            // Without the zeros, UTF-16 of ASCII is ASCII.
            return memchr::memmem::find(&narrow, phrase.as_bytes()).is_some();
        }
        let units: Vec<u8> =
            phrase.encode_utf16().flat_map(u16::to_le_bytes).map(|byte| byte.to_ascii_lowercase()).collect();
        memchr::memmem::find(&wide, &units).is_some()
    };
    PHRASES.iter().filter(has).map(|phrase| (*phrase).to_owned()).collect()
}

fn without_space(phrase: &str) -> String {
    phrase.replace(' ', "")
}

/// Adds phrases that are not there yet.
pub(in crate::office) fn add(decoys: &mut Vec<String>, found: Vec<String>) {
    let known: BTreeSet<String> = decoys.iter().cloned().collect();
    decoys.extend(found.into_iter().filter(|phrase| !known.contains(phrase)));
}
