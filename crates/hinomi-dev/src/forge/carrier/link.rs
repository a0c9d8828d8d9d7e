//! Shell links (MS-SHLLINK) with a command line, and what may be appended to them.

use crate::forge::ovba::utf16;

/// A shell link.
#[derive(Debug, Clone, Default)]
pub struct Link {
    /// What Explorer shows beside it.
    pub name: String,
    /// The program, relative to where the link lies.
    pub program: String,
    /// Its arguments.
    pub arguments: String,
    /// Where its icon comes from.
    pub icon: String,
    /// What comes after the link's end.
    pub appended: Vec<u8>,
}

impl Link {
    /// The bytes of the file.
    pub fn write(&self) -> Vec<u8> {
        const CLASS: [u8; 16] = [1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
        // Name, relative path, arguments, icon, Unicode, expandable target.
        const FLAGS: u32 = 1 << 2 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 9;
        const ARCHIVE: u32 = 0x20;
        const MINIMIZED: u32 = 7;
        let mut out = 76u32.to_le_bytes().to_vec();
        out.extend(CLASS);
        out.extend(FLAGS.to_le_bytes());
        out.extend(ARCHIVE.to_le_bytes());
        out.extend([0; 24]);
        for field in [0, 0, MINIMIZED] {
            out.extend(field.to_le_bytes());
        }
        out.resize(76, 0);
        for text in [&self.name, &self.program, &self.arguments, &self.icon] {
            let units = utf16(text);
            out.extend(((units.len() / 2) as u16).to_le_bytes());
            out.extend(units);
        }
        out.extend(self.environment());
        // The terminal block.
        out.extend([0; 4]);
        out.extend(&self.appended);
        out
    }

    /// EnvironmentVariableDataBlock (2.5.4): the program by its place below the Windows folder.
    fn environment(&self) -> Vec<u8> {
        const SIZE: u32 = 0x314;
        const SIGNATURE: u32 = 0xA000_0001;
        let below = self.program.split_once("Windows\\").map_or(self.program.as_str(), |(_, rest)| rest);
        let target = format!("%windir%\\{below}");
        let mut out = [SIZE.to_le_bytes(), SIGNATURE.to_le_bytes()].concat();
        out.extend(target.bytes());
        out.resize(8 + 260, 0);
        out.extend(utf16(&target));
        out.resize(SIZE as usize, 0);
        out
    }
}
