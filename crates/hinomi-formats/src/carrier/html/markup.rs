//! The tags of a page that matter here: scripts, data URLs with their names, forms, refreshes.

use super::{Page, Target, TargetKind};
use crate::Limits;
use crate::mail::{tag_attributes, unescape_entities};
use memchr::{memchr, memmem};
use std::borrow::Cow;

/// Attributes that hold an address a browser may load or offer.
const ADDRESSES: &[&str] = &["href", "src", "data", "xlink:href"];
/// Words of scripts that reach outside the browser, lower case.
const MACHINE: &[&str] =
    &["activexobject", "createobject", "wscript.", "getobject(", "shell.application", "powershell"];

/// What was found of a page.
#[derive(Default)]
pub(super) struct Found<'a> {
    /// Sources of scripts, handlers among them.
    pub(super) scripts: Vec<Cow<'a, str>>,
    /// Data URLs, with the name that their tag offers.
    pub(super) data: Vec<(String, Option<String>)>,
    /// Names that tags offer downloads under.
    pub(super) names: Vec<String>,
}

pub(super) fn read<'a>(source: &'a str, limits: &Limits, page: &mut Page) -> Found<'a> {
    let mut found = Found::default();
    let mut rest = source;
    while let Some(at) = memchr(b'<', rest.as_bytes()) {
        let from = rest.get(at.saturating_add(1)..).unwrap_or_default();
        if let Some(comment) = from.strip_prefix("!--") {
            // Comments of old Internet Explorers are read on: what is in them may act.
            rest = comment;
            continue;
        }
        let name_end = from.find(|c: char| !c.is_ascii_alphanumeric() && c != ':').unwrap_or(from.len());
        let (name, after) = from.split_at_checked(name_end).unwrap_or((from, ""));
        if name.is_empty() {
            rest = from;
            continue;
        }
        let (attributes, after) = tag_attributes(after);
        rest = after;
        let name = name.to_ascii_lowercase();
        found.tag(&name, &attributes, limits, page);
        if name == "script" || name == "svg:script" {
            let end = script_end(rest);
            let (script, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            rest = after;
            let language =
                value(&attributes, "language").or_else(|| value(&attributes, "type")).unwrap_or_default();
            found.script(script, &language, page);
        }
    }
    found
}

fn value(attributes: &[(&str, &str)], wanted: &str) -> Option<String> {
    let (_, raw) = attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
    Some(unescape_entities(raw).trim().to_owned())
}

impl<'a> Found<'a> {
    fn script(&mut self, source: &'a str, language: &str, page: &mut Page) {
        let small = source.get(..source.floor_char_boundary(1 << 20)).unwrap_or(source).to_ascii_lowercase();
        let is_basic = language.to_ascii_lowercase().contains("vbs");
        if is_basic || MACHINE.iter().any(|word| small.contains(word)) {
            page.scripts.push(source.to_owned());
        }
        if !is_basic {
            self.scripts.push(Cow::Borrowed(without_cdata(source)));
        }
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &'a str)], limits: &Limits, page: &mut Page) {
        let download = value(attributes, "download").filter(|name| !name.is_empty());
        self.names.extend(download.clone());
        for (key, raw) in attributes {
            let is_data = |raw: &str| {
                raw.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"))
            };
            if ADDRESSES.iter().any(|known| key.eq_ignore_ascii_case(known)) && is_data(raw) {
                self.data.push((unescape_entities(raw).trim().to_owned(), download.clone()));
            } else if key.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on")) && raw.len() > 8 {
                self.scripts.push(unescape_entities(raw));
            }
        }
        match name {
            "form" => {
                let action = value(attributes, "action").unwrap_or_default();
                add_target(page, TargetKind::Form, &action, limits);
            }
            "meta"
                if value(attributes, "http-equiv")
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("refresh")) =>
            {
                let content = value(attributes, "content").unwrap_or_default();
                if let Some((_, url)) = content.split_once('=') {
                    add_target(page, TargetKind::Refresh, url.trim().trim_matches(['"', '\'']), limits);
                }
            }
            _ => {}
        }
    }
}

/// Adds where a page leads, if that is outside of it.
pub(super) fn add_target(page: &mut Page, kind: TargetKind, url: &str, limits: &Limits) {
    let outside = url.contains("://") || url.starts_with("//") || url.starts_with("data:");
    let url = url.get(..url.floor_char_boundary(limits.url_bytes_max)).unwrap_or(url);
    let target = Target { kind, url: url.to_owned() };
    if outside && page.targets.len() < limits.urls_max && !page.targets.contains(&target) {
        page.targets.push(target);
    }
}

/// Where the content of a script ends: at its end tag, or with the page.
fn script_end(source: &str) -> usize {
    memmem::find_iter(source.as_bytes(), b"</")
        .find(|at| {
            let name = source.get(at.saturating_add(2)..at.saturating_add(8));
            name.is_some_and(|name| name.eq_ignore_ascii_case("script"))
        })
        .unwrap_or(source.len())
}

/// SVG wraps scripts so.
fn without_cdata(source: &str) -> &str {
    let inner = source.trim().strip_prefix("<![CDATA[");
    inner.map_or(source, |inner| inner.trim_end().strip_suffix("]]>").unwrap_or(inner))
}
