//! Puts workbooks together record by record, right ones and wrong ones.

use crate::archive::forge::file;

/// A record of BIFF8 (MS-XLS 2.1.4).
pub(super) fn record8(id: u16, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len()).unwrap();
    [&id.to_le_bytes(), &len.to_le_bytes(), body].concat()
}

/// A record of a binary workbook (MS-XLSB 2.1.4).
pub(super) fn record12(id: u16, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    if id < 128 {
        out.push(u8::try_from(id).unwrap());
    } else {
        out.extend([u8::try_from(id & 0x7F).unwrap() | 0x80, u8::try_from(id >> 7).unwrap()]);
    }
    let mut len = body.len();
    while len >= 128 {
        out.push(u8::try_from(len & 0x7F).unwrap() | 0x80);
        len >>= 7;
    }
    out.push(u8::try_from(len).unwrap());
    out.extend(body);
    out
}

/// What a sheet says it is, in its own substream.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Worksheet = 0x10,
    Macro = 0x40,
}

fn bof(kind: u16) -> Vec<u8> {
    let mut body = vec![0, 6];
    body.extend(kind.to_le_bytes());
    body.resize(16, 0);
    record8(0x0809, &body)
}

/// Name, state (0 to 2), type in the list, kind in the substream, records.
pub(super) type Sheet8 = (&'static str, u8, u8, Option<Kind>, Vec<u8>);

/// An `.xls` stream to be.
#[derive(Default)]
pub(super) struct Book8 {
    pub(super) sheets: Vec<Sheet8>,
    /// Flags, name, tokens.
    pub(super) names: Vec<(u16, &'static str, Vec<u8>)>,
    /// Further records of the workbook.
    pub(super) more: Vec<u8>,
}

impl Book8 {
    pub(super) fn sheet(mut self, name: &'static str, state: u8, kind: Kind, records: Vec<u8>) -> Self {
        let told = u8::from(matches!(kind, Kind::Macro));
        self.sheets.push((name, state, told, Some(kind), records));
        self
    }

    pub(super) fn name(mut self, flags: u16, name: &'static str, tokens: &[u8]) -> Self {
        self.names.push((flags, name, tokens.to_vec()));
        self
    }

    pub(super) fn stream(&self) -> Vec<u8> {
        let substreams: Vec<Vec<u8>> = self
            .sheets
            .iter()
            .map(|(_, _, _, kind, records)| {
                let kind = kind.map_or(0x20, |kind| kind as u16);
                [bof(kind), records.clone(), record8(0x000A, &[])].concat()
            })
            .collect();
        let mut at = self.globals(&vec![0; self.sheets.len()]).len();
        let mut offsets = Vec::new();
        for substream in &substreams {
            offsets.push(u32::try_from(at).unwrap());
            at += substream.len();
        }
        [self.globals(&offsets), substreams.concat()].concat()
    }

    fn globals(&self, offsets: &[u32]) -> Vec<u8> {
        let mut out = bof(5);
        for ((name, state, told, ..), offset) in self.sheets.iter().zip(offsets) {
            let mut body = offset.to_le_bytes().to_vec();
            body.extend([*state, *told, u8::try_from(name.len()).unwrap(), 0]);
            body.extend(name.as_bytes());
            out.extend(record8(0x0085, &body));
        }
        let count = u16::try_from(self.sheets.len()).unwrap();
        out.extend(record8(0x01AE, &[&count.to_le_bytes()[..], &[0x01, 0x04]].concat()));
        let mut externs = count.to_le_bytes().to_vec();
        for sheet in 0..count {
            externs.extend([0, 0]);
            externs.extend([sheet.to_le_bytes(), sheet.to_le_bytes()].concat());
        }
        out.extend(record8(0x0017, &externs));
        for (flags, name, tokens) in &self.names {
            let mut body = flags.to_le_bytes().to_vec();
            body.extend([0, u8::try_from(name.len()).unwrap()]);
            body.extend(u16::try_from(tokens.len()).unwrap().to_le_bytes());
            body.extend([0; 8]);
            body.push(0);
            body.extend(name.as_bytes());
            body.extend(tokens);
            out.extend(record8(0x0018, &body));
        }
        out.extend(&self.more);
        out.extend(record8(0x000A, &[]));
        out
    }
}

/// FORMULA with tokens, and 0 for its value.
pub(super) fn formula8(row: u16, column: u16, tokens: &[u8]) -> Vec<u8> {
    let mut body = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
    body.extend([0; 14]);
    body.extend(u16::try_from(tokens.len()).unwrap().to_le_bytes());
    body.extend(tokens);
    record8(0x0006, &body)
}

/// LABEL: a text in a cell.
pub(super) fn label8(row: u16, column: u16, text: &str) -> Vec<u8> {
    let mut body = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
    body.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
    body.push(0);
    body.extend(text.as_bytes());
    record8(0x0204, &body)
}

/// A text operand.
pub(super) fn text8(text: &str) -> Vec<u8> {
    [&[0x17, u8::try_from(text.len()).unwrap(), 0], text.as_bytes()].concat()
}

/// A part of a package.
pub(super) type Part<'a> = (&'a str, &'a [u8]);

pub(super) fn zip(parts: &[Part<'_>]) -> Vec<u8> {
    let files: Vec<_> = parts.iter().map(|(name, bytes)| file(name, bytes)).collect();
    crate::archive::forge::zip(&files)
}
