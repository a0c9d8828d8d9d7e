//! The `dir` stream of a project (MS-OVBA 2.3.4.2), before compression.

use super::{Kind, Project, utf16};

/// Records: id, size, content. `offsets` tells for each module how long the performance cache before its source is.
pub(super) fn stream(project: &Project, offsets: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    information(&mut out, project);
    references(&mut out);
    modules(&mut out, project, offsets);
    record(&mut out, 0x10, &[]);
    out
}

fn record(out: &mut Vec<u8>, id: u16, content: &[u8]) {
    out.extend(id.to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out.extend(content);
}

/// Text twice: in the code page, then in UTF-16 under a second id.
fn twice(out: &mut Vec<u8>, project: &Project, ids: [u16; 2], text: &str) {
    record(out, ids[0], &project.encode(text));
    record(out, ids[1], &utf16(text));
}

fn information(out: &mut Vec<u8>, project: &Project) {
    let locale: u32 = if project.code_page == 932 { 0x0411 } else { 0x0409 };
    record(out, 0x01, &1u32.to_le_bytes());
    record(out, 0x02, &locale.to_le_bytes());
    record(out, 0x14, &locale.to_le_bytes());
    record(out, 0x03, &project.code_page.to_le_bytes());
    record(out, 0x04, &project.encode(&project.name));
    twice(out, project, [0x05, 0x40], "");
    record(out, 0x06, &[]);
    record(out, 0x3D, &[]);
    record(out, 0x07, &0u32.to_le_bytes());
    record(out, 0x08, &0u32.to_le_bytes());
    // PROJECTVERSION: its size field says 4, but a major (4) and a minor (2) number follow.
    out.extend([0x09, 0, 4, 0, 0, 0]);
    out.extend(1_526_000_000u32.to_le_bytes());
    out.extend(6u16.to_le_bytes());
    twice(out, project, [0x0C, 0x3C], "");
}

fn references(out: &mut Vec<u8>) {
    let library = concat!(
        "*\\G{00020430-0000-0000-C000-000000000046}#2.0#0#",
        "C:\\Windows\\System32\\stdole2.tlb#OLE Automation"
    );
    record(out, 0x16, b"stdole");
    record(out, 0x3E, &utf16("stdole"));
    let mut registered = (library.len() as u32).to_le_bytes().to_vec();
    registered.extend(library.as_bytes());
    registered.extend([0; 6]);
    record(out, 0x0D, &registered);
}

fn modules(out: &mut Vec<u8>, project: &Project, offsets: &[u32]) {
    record(out, 0x0F, &(project.modules.len() as u16).to_le_bytes());
    record(out, 0x13, &0xFFFFu16.to_le_bytes());
    for (module, offset) in project.modules.iter().zip(offsets) {
        twice(out, project, [0x19, 0x47], &module.name);
        twice(out, project, [0x1A, 0x32], &module.name);
        twice(out, project, [0x1C, 0x48], "");
        record(out, 0x31, &offset.to_le_bytes());
        record(out, 0x1E, &0u32.to_le_bytes());
        record(out, 0x2C, &0xFFFFu16.to_le_bytes());
        record(out, if module.kind == Kind::Standard { 0x21 } else { 0x22 }, &[]);
        record(out, 0x2B, &[]);
    }
}
