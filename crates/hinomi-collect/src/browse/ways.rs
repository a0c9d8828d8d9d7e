//! Which pages are looked at next: the named ones, and what they link to as long as it is ours.

use super::{PageSeen, address};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Addresses outside that are told of one page.
const OUTSIDE_MAX: usize = 50;

/// The pages still to be seen.
pub(super) struct Ways<'a> {
    waiting: VecDeque<(usize, String)>,
    /// Pages that were named or linked, by start.
    known: Vec<BTreeSet<String>>,
    /// Links that were too many, by start.
    left: Vec<BTreeSet<String>>,
    /// What led outside, by start and page.
    outside: BTreeMap<(usize, String), BTreeSet<String>>,
    crawl: usize,
    ours: &'a dyn Fn(&str) -> bool,
}

impl<'a> Ways<'a> {
    pub(super) fn new(starts: &[String], crawl: usize, ours: &'a dyn Fn(&str) -> bool) -> Self {
        Self {
            waiting: starts.iter().cloned().enumerate().collect(),
            known: starts.iter().map(|url| BTreeSet::from([address::cut(url, true)])).collect(),
            left: starts.iter().map(|_| BTreeSet::new()).collect(),
            outside: BTreeMap::new(),
            crawl,
            ours,
        }
    }

    /// The next page, and the start it came from. A start is walked to its end before the next one.
    pub(super) fn next(&mut self) -> Option<(usize, String)> {
        self.waiting.pop_front()
    }

    /// Takes the links of a page.
    pub(super) fn learn(&mut self, start: usize, page: &str, links: Vec<String>) {
        let (Some(known), Some(left)) = (self.known.get_mut(start), self.left.get_mut(start)) else { return };
        let mut found = Vec::new();
        for link in links {
            let link = address::cut(&link, true);
            let web = link.starts_with("http://") || link.starts_with("https://");
            let Some(host) = address::host(&link).filter(|_| web) else { continue };
            if !(self.ours)(host) {
                let outside = self.outside.entry((start, page.to_owned())).or_default();
                if outside.len() < OUTSIDE_MAX {
                    outside.insert(address::cut(&link, false));
                }
            } else if known.contains(&link) {
            } else if known.len() <= self.crawl {
                known.insert(link.clone());
                found.push((start, link));
            } else if left.len() < super::visit::LINKS_MAX {
                left.insert(link);
            }
        }
        let behind = self.waiting.iter().take_while(|(other, _)| *other == start).count();
        for (at, link) in found.into_iter().enumerate() {
            self.waiting.insert(behind + at, link);
        }
    }

    /// Writes down with the pages of a start what was not gone to.
    pub(super) fn tell(&self, start: usize, pages: &mut [PageSeen]) {
        for page in pages.iter_mut() {
            let linked = self.outside.get(&(start, page.url.clone())).into_iter().flatten();
            for link in linked {
                if page.outside.len() < OUTSIDE_MAX && !page.outside.contains(link) {
                    page.outside.push(link.clone());
                }
            }
        }
        if let (Some(first), Some(left)) = (pages.first_mut(), self.left.get(start)) {
            first.left = left.len();
        }
    }
}
