//! Shapes of the binary formats: names and alternative texts in the property tables of Office drawings (MS-ODRAW).

use super::super::cfb::{CompoundFile, EntryKind, u16_at, u32_at};
use super::collector::within;
use super::{Collector, Holder};

/// Streams that hold drawings: of Word, Excel and PowerPoint.
const STREAMS: [&str; 6] = ["0Table", "1Table", "Workbook", "Book", "PowerPoint Document", "Data"];

/// Keeps the texts of all shapes.
pub(super) fn read(file: &CompoundFile<'_>, part: &str, collector: &mut Collector<'_>) {
    for name in STREAMS {
        let Some(id) = file.find(name).filter(|id| file.kind(*id) == EntryKind::Stream) else { continue };
        let parsed = file.read(id, collector.budget);
        let stream = collector.told(part, parsed);
        let place = within(part, name);
        let mut index = 0;
        for table in tables(&stream) {
            let texts = texts(table);
            if texts.is_empty() {
                continue;
            }
            index += 1;
            let name = texts.iter().find(|(property, _)| *property == "name").map(|(_, name)| name.clone());
            for (property, text) in &texts {
                let holder = Holder::Shape { name: name.clone().unwrap_or_default(), index };
                collector.hold(holder, property, text, &place);
            }
        }
    }
}

/// Record type of a property table (OfficeArtFOPT, MS-ODRAW 2.2.9), as bytes.
const RECORD_TYPE: [u8; 2] = [0x0B, 0xF0];

/// The property tables of a stream, found by their headers: version 3, the number of properties, the type, the
/// length. Excel cuts the tree around them into records of its own.
fn tables(stream: &[u8]) -> impl Iterator<Item = Table<'_>> {
    let mut end = 0;
    memchr::memmem::find_iter(stream, &RECORD_TYPE).filter_map(move |mark| {
        let at = mark.checked_sub(2).filter(|at| *at >= end)?;
        let head = u16_at(stream, at)?;
        let count = usize::from(head >> 4);
        let content = stream.get(at + 8..)?.get(..u32_at(stream, at + 4)? as usize)?;
        let (entries, complex) = content.split_at_checked(count.checked_mul(6)?)?;
        if head & 0xF != 3 || count == 0 {
            return None;
        }
        end = at + 8 + content.len();
        Some(Table { entries, complex })
    })
}

/// A property table: six bytes for each property, then what did not fit into them.
struct Table<'a> {
    entries: &'a [u8],
    complex: &'a [u8],
}

/// The properties that are texts of UTF-16 (MS-ODRAW 2.3.4 and 2.3.22).
const TEXTS: [(u16, &str); 4] =
    [(0x0380, "name"), (0x0381, "alternativetext"), (0x038D, "title"), (0x00C0, "text")];

fn texts(table: Table<'_>) -> Vec<(&'static str, String)> {
    const IS_COMPLEX: u16 = 1 << 15;
    let mut found = Vec::new();
    let mut rest = table.complex;
    for entry in table.entries.chunks_exact(6) {
        let (Some(id), Some(value)) = (u16_at(entry, 0), u32_at(entry, 2)) else { break };
        if id & IS_COMPLEX == 0 {
            continue;
        }
        let Some((content, after)) = rest.split_at_checked(value as usize) else { break };
        rest = after;
        let known = TEXTS.into_iter().find(|(of, _)| *of == id & 0x3FFF);
        if let Some((_, property)) = known {
            let units: Vec<u16> = content
                .chunks_exact(2)
                .filter_map(|pair| u16_at(pair, 0))
                .take_while(|unit| *unit != 0)
                .collect();
            found.push((property, String::from_utf16_lossy(&units)));
        }
    }
    found
}
