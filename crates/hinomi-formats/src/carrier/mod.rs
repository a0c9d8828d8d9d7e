//! What carries files without being an archive: RTF, OneNote sections, shortcuts.

pub mod onenote;
pub mod rtf;
pub mod shortcut;
