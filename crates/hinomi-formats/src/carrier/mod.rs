//! What carries files without being an archive: web pages, RTF, OneNote sections, shortcuts.

pub mod html;
pub mod onenote;
pub mod rtf;
pub mod shortcut;
