//! Writes what the compiler of a host leaves beside source: the table of names in `_VBA_PROJECT`, and instructions
//! that use them. Only what our reader looks at is like the real thing.

use super::ForgedModule;

/// The number of the first name in the table, as VBA 7 of 32 bits has it.
const FIRST: u16 = 260;

/// The stream `_VBA_PROJECT` with these names behind the modules' own.
pub(crate) fn project(modules: &[ForgedModule], names: &[&str]) -> Vec<u8> {
    let all = all_names(modules, names);
    let mut stream = vec![0xCC, 0x61, 0xAF, 0, 0, 1, 0, 0xFF];
    for module in modules {
        let name: Vec<u8> = module.stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        stream.extend((name.len() as u16).to_le_bytes());
        stream.extend(&name);
        stream.extend([4, 0, b'0', 0, b'1', 0, 0xFF, 0xFF]);
        stream.extend((number(&all, &module.stream) << 1 | 1).to_le_bytes());
    }
    stream.extend(b"\x01\0\0\0");
    for (at, name) in all.iter().enumerate() {
        // Some entries have more in front of the name.
        let flags = if at % 5 == 4 { 0x84 } else { 4 };
        stream.extend([name.len() as u8, flags]);
        stream.extend(if flags & 0x80 != 0 { &[8, 0, 0xFF, 3, 3, 0][..] } else { &[] });
        stream.extend(name.as_bytes());
        stream.extend([at as u8, 0xA5, 0x10, 0]);
    }
    stream.extend([2, 0xFF, 0xFF, 1, 1, 0x48, 0, 0, 0]);
    stream
}

/// Compiled code that calls these of the names, and has these literals.
pub(crate) fn code(modules: &[ForgedModule], names: &[&str], called: &[&str], literals: &[&str]) -> Vec<u8> {
    let all = all_names(modules, names);
    let mut code = vec![1, 0x16, 3, 0, 0, 0xF0];
    for name in called {
        code.extend(0x0041_u16.to_le_bytes());
        code.extend((number(&all, name) << 1).to_le_bytes());
        code.extend([1, 0]);
    }
    for literal in literals {
        code.extend([0xB9, 0]);
        code.extend((literal.len() as u16).to_le_bytes());
        code.extend(literal.as_bytes());
        code.resize(code.len().next_multiple_of(2), 0);
    }
    code.extend([0xFF; 8]);
    code
}

fn all_names<'a>(modules: &'a [ForgedModule], names: &[&'a str]) -> Vec<&'a str> {
    let hosts = ["Word", "VBA", "Win16", "Win32", "stdole"];
    hosts
        .into_iter()
        .chain(modules.iter().map(|module| module.stream.as_str()))
        .chain(names.iter().copied())
        .collect()
}

fn number(all: &[&str], name: &str) -> u16 {
    FIRST + all.iter().position(|known| *known == name).expect("a name of the table") as u16
}
