//! The honest mail of the week of 20 July 2020 (the 23rd and 24th were holidays). None of it is an attack,
//! and some of it looks like one: replies without References, macros, double dots, talk of passwords.

mod keiri;
mod reception;
mod sales;

use super::desk::{At, Posted};
use super::people;
use crate::forge::Chance;
use crate::forge::archive::zip;
use crate::forge::carrier::pdf::{Act, Pdf};
use crate::forge::letter::{Charset, Letter, Person};
use anyhow::Result;

/// Every honest message; `thread` is the one the attackers will quote.
pub(super) struct Week {
    pub posts: Vec<Posted>,
    pub thread: Letter,
    pub accounts: Letter,
}

pub(super) fn week(chance: &mut Chance) -> Result<Week> {
    let (sales, thread) = sales::posts(chance)?;
    let (keiri, accounts) = keiri::posts(chance)?;
    let posts = [reception::posts(chance), keiri, sales].concat();
    Ok(Week { posts, thread, accounts })
}

/// An honest PDF with a link to its maker's site.
pub(super) fn pdf(title: &str, lines: &[&str], site: &str, packed: bool) -> Vec<u8> {
    let lines = std::iter::once(title).chain(lines.iter().copied()).map(str::to_owned).collect();
    Pdf { lines, acts: vec![Act::Link(site.to_owned())], packed }.write()
}

/// A note in HTML with a plain alternative.
fn bulletin(
    from: Person,
    to: Person,
    at: At,
    charset: Charset,
    subject: &str,
    items: &[(&str, &str)],
) -> Letter {
    let plain: String = items.iter().map(|(title, url)| format!("■{title}\n  {url}\n\n")).collect();
    let rich: String =
        items.iter().map(|(title, url)| format!("<li><a href=\"{url}\">{title}</a></li>\n")).collect();
    let mut letter = super::desk::note(from, to, at, charset, subject, &plain);
    letter.html = Some(format!(
        "<html><body>\n<h2>{subject}</h2>\n<ul>\n{rich}</ul>\n<p>配信停止は<a href=\"https://{}/stop\">こちら</a></p>\n</body></html>\n",
        from.domain()
    ));
    letter.extra.push(("List-Unsubscribe", format!("<https://{}/stop>", from.domain())));
    letter.extra.push(("Precedence", "bulk".to_owned()));
    letter
}

/// A ZIP without a lock, names in CP932.
fn plain_zip(files: &[(&str, Vec<u8>)], chance: &mut Chance) -> Vec<u8> {
    let entry = |(name, bytes): &(&str, Vec<u8>)| zip::Entry {
        name: (*name).to_owned(),
        name_in: zip::NameIn::Cp932,
        bytes: bytes.clone(),
        lock: zip::Lock::None,
    };
    let entries: Vec<zip::Entry> = files.iter().map(entry).collect();
    zip::write(&entries, chance)
}

/// The honest template of that name.
pub(super) fn template(name: &str) -> Result<&'static crate::forge::macros::Template> {
    use anyhow::Context;
    crate::forge::macros::HONEST
        .iter()
        .find(|t| t.name == name)
        .with_context(|| format!("failed to find {name}"))
}
