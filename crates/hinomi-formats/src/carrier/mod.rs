//! What carries files without being an archive: web pages, PDF, RTF, OneNote sections, shortcuts.

pub mod html;
pub mod onenote;
pub mod pdf;
pub mod rtf;
pub mod shortcut;
