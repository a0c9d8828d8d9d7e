//! Writes Word documents of the binary format (MS-DOC), as far as our reader looks.

/// A document to be.
#[derive(Default)]
pub(crate) struct ForgedWord {
    /// Pieces of the main text; ASCII ones are written with one byte a letter.
    pub(crate) pieces: Vec<String>,
    pub(crate) comments: Vec<&'static str>,
    pub(crate) variables: Vec<(&'static str, &'static str)>,
    /// Name, start, end.
    pub(crate) bookmarks: Vec<(&'static str, u32, u32)>,
    pub(crate) template: &'static str,
}

/// The streams `WordDocument` and `1Table`.
pub(crate) fn streams(word: &ForgedWord) -> (Vec<u8>, Vec<u8>) {
    let mut document = vec![0; 0x400];
    let mut table = Vec::new();
    let mut put = |at: usize, bytes: &[u8]| document[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &0xA5EC_u16.to_le_bytes());
    put(2, &0x00C1_u16.to_le_bytes());
    put(10, &(1_u16 << 9).to_le_bytes());
    let units = |text: &str| text.encode_utf16().count() as u32;
    let main: u32 = word.pieces.iter().map(|piece| units(piece)).sum();
    let comments: Vec<String> = word.comments.iter().map(|comment| format!("\u{5}{comment}\r")).collect();
    let comment_len: u32 = comments.iter().map(|comment| units(comment)).sum();
    put(0x4C, &main.to_le_bytes());
    put(0x5C, &comment_len.to_le_bytes());
    let mut part = |index: usize, bytes: Vec<u8>| {
        let at = 0x9A + index * 8;
        put(at, &(table.len() as u32).to_le_bytes());
        put(at + 4, &(bytes.len() as u32).to_le_bytes());
        table.extend(bytes);
    };
    let mut positions = vec![0_u32];
    for comment in &comments {
        positions.push(positions[positions.len() - 1] + units(comment));
    }
    part(5, positions.iter().flat_map(|at| at.to_le_bytes()).collect());
    let names: Vec<&str> = word.bookmarks.iter().map(|(name, ..)| *name).collect();
    part(21, strings(&names, 0));
    let starts = word.bookmarks.iter().map(|(_, start, _)| *start).chain([main]).flat_map(u32::to_le_bytes);
    let indexes = (0..names.len() as u16).flat_map(|at| [at, 0]).flat_map(u16::to_le_bytes);
    part(22, starts.chain(indexes).collect());
    let ends = word.bookmarks.iter().map(|(.., end)| *end).chain([main]);
    part(23, ends.flat_map(u32::to_le_bytes).collect());
    part(32, strings(&["", word.template, "Title"], 0));
    let variable_names: Vec<&str> = word.variables.iter().map(|(name, _)| *name).collect();
    let mut variables = strings(&variable_names, 4);
    for (_, value) in &word.variables {
        variables.extend((units(value) as u16).to_le_bytes());
        variables.extend(value.encode_utf16().flat_map(u16::to_le_bytes));
    }
    part(60, variables);
    let pieces: Vec<String> = word.pieces.iter().chain(&comments).cloned().collect();
    let (texts, clx) = pieces_of(&pieces);
    part(33, clx);
    document.extend(texts);
    (document, table)
}

/// The texts as they stand behind the file information block, and the table of them. They are laid down backwards,
/// as Word does when text is put in at the front again and again.
fn pieces_of(pieces: &[String]) -> (Vec<u8>, Vec<u8>) {
    let mut texts = Vec::new();
    let mut places = Vec::new();
    for piece in pieces.iter().rev() {
        let at = 0x400 + texts.len() as u32;
        if piece.is_ascii() {
            places.push((at * 2) | (1 << 30));
            texts.extend(piece.as_bytes());
        } else {
            places.push(at);
            texts.extend(piece.encode_utf16().flat_map(u16::to_le_bytes));
        }
    }
    let mut table = Vec::new();
    let mut position = 0_u32;
    table.extend(position.to_le_bytes());
    for piece in pieces {
        position += piece.encode_utf16().count() as u32;
        table.extend(position.to_le_bytes());
    }
    for place in places.iter().rev() {
        table.extend([0, 0]);
        table.extend(place.to_le_bytes());
        table.extend([0, 0]);
    }
    // A property modifier stands before the table.
    let clx = [&[1, 2, 0, 0xAA, 0xBB, 2][..], &(table.len() as u32).to_le_bytes(), &table].concat();
    (texts, clx)
}

fn strings(texts: &[&str], extra: u16) -> Vec<u8> {
    let mut table = vec![0xFF, 0xFF];
    table.extend((texts.len() as u16).to_le_bytes());
    table.extend(extra.to_le_bytes());
    for text in texts {
        table.extend((text.encode_utf16().count() as u16).to_le_bytes());
        table.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        table.resize(table.len() + usize::from(extra), 0);
    }
    table
}
