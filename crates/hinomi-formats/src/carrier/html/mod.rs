//! Web pages and SVG pictures as attachments: the files that their scripts put together in the browser ("HTML
//! smuggling"), where they send a person, and the scripts that run outside a browser.
//!
//! Scripts are not run. Constants are folded, and what they amount to is looked at: a file is known by
//! its first bytes, or by the page offering a download.

mod candidates;
mod constants;
mod expression;
mod lexer;
mod markup;
#[cfg(test)]
mod tests;

use crate::{Budget, Limits, Parsed};

/// What a page holds that can act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Files that the page carries and hands out, in the order found.
    pub files: Vec<File>,
    /// Where forms are sent and refreshes lead, as written, without duplicates.
    pub targets: Vec<Target>,
    /// Scripts that reach for the machine: VBScript, and JScript that makes ActiveX objects.
    pub scripts: Vec<String>,
}

/// A file that a page carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// The name that the page offers it under, when it was found.
    pub name: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Where a page leads without a link being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What leads there.
    pub kind: TargetKind,
    /// The address as written.
    pub url: String,
}

/// What leads to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// A form is sent there: a password page in an attachment.
    Form,
    /// `<meta http-equiv=refresh>`.
    Refresh,
    /// A script sets `location` to it.
    Script,
}

/// The part of a file in which its first tag must stand, in bytes.
const LOOK_BYTES: usize = 1_024;
/// Tags that start a page, or a piece of one that browsers take for a page.
const STARTS: &[&str] = &["!doctype html", "html", "head", "body", "script", "svg", "meta", "title"];

/// Whether the bytes start as a page or an SVG picture: a tag of one, behind comments and declarations.
pub fn looks_like_html(bytes: &[u8]) -> bool {
    let head = bytes.get(..LOOK_BYTES).unwrap_or(bytes);
    let wide = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    let plain: Vec<u8> =
        if wide { head.iter().copied().filter(|byte| *byte != 0).collect() } else { head.to_vec() };
    let plain = plain.to_ascii_lowercase();
    let mut rest: &[u8] =
        plain.strip_prefix(b"\xEF\xBB\xBF").or_else(|| plain.get(2..).filter(|_| wide)).unwrap_or(&plain);
    // Each turn cuts one declaration or comment off.
    while let Some(tag) = rest.trim_ascii_start().strip_prefix(b"<") {
        if STARTS.iter().any(|start| tag.starts_with(start.as_bytes())) {
            return true;
        }
        let end: &[u8] = if tag.starts_with(b"!--") { b"-->" } else { b">" };
        if !tag.starts_with(b"!") && !tag.starts_with(b"?") {
            return false;
        }
        let Some(at) = memchr::memmem::find(tag, end) else { return false };
        rest = tag.get(at.saturating_add(end.len())..).unwrap_or_default();
    }
    false
}

/// Reads a page. `budget` pays for the files. Meets `expanded_bytes_max` (what scripts put together),
/// `nesting_max`, `urls_max`, `entries_max`.
pub fn read(source: &str, limits: &Limits, budget: &mut Budget) -> Parsed<Page> {
    let mut problems = Vec::new();
    let mut page = Page::default();
    let found = markup::read(source, limits, &mut page);
    candidates::read(&found, limits, budget, &mut page, &mut problems);
    Parsed { value: page, problems }
}
