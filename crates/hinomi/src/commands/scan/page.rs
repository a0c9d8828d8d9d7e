//! `hinomi scan https://…`: a page is opened in a browser, and what it did becomes evidence like a file's bytes.

use crate::app::{App, Told};
use crate::cli::args::Scan;
use crate::look::{Place, What};
use anyhow::{Context, Result};
use hinomi_collect::{
    Browse, BrowseError, PageSeen, PageTrouble, Scope, browse, chromium_sandboxed, find_chromium,
};
use hinomi_model::Text;
use hinomi_outcome::{ProblemLine, terminal_safe};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// Pages that one scan may follow links to.
const CRAWL_MAX: usize = 500;
/// Seconds that one page may be stayed with.
const STAY_SECONDS_MAX: u64 = 3_600;

/// What the visits of a scan gave.
#[derive(Default)]
pub(super) struct Visited {
    /// The pages of each address, one place each.
    pub(super) places: Vec<Vec<Place>>,
    /// What could not be seen.
    pub(super) problems: Vec<ProblemLine>,
    /// What was not gone to because nobody asked for it: links to hosts of others, and more links than `--crawl`.
    pub(super) left: Vec<ProblemLine>,
}

/// The address, when a target is one.
pub(super) fn address_of(target: &Path) -> Option<&str> {
    let text = target.to_str()?;
    let web = ["http://", "https://"].iter().any(|scheme| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && text.len() > scheme.len()
    });
    (web && !target.exists()).then_some(text)
}

/// Opens pages, and with `--crawl` the pages that they link to.
pub(super) fn visit(app: &App, urls: &[String], args: &Scan) -> Result<Visited> {
    if urls.is_empty() {
        return Ok(Visited::default());
    }
    let scope = ours(app, urls, args.crawl)?;
    let how = Browse {
        program: args.browser.clone(),
        crawl: args.crawl.min(CRAWL_MAX),
        stay: Duration::from_secs(args.stay.min(STAY_SECONDS_MAX)),
        keep_query: args.keep_query,
        arguments: args.browser_argument.clone(),
        ..Browse::desk()
    };
    if find_chromium(how.program.as_deref()).is_some() && !chromium_sandboxed() {
        // Chromium refuses its sandbox to root; whoever opens a stranger's page should know.
        _ = writeln!(io::stderr(), "{}: {}", app.say("cli_hint"), app.say("cli_browser_unsandboxed"));
    }
    let progress = |url: &str| {
        _ = writeln!(io::stderr(), "{} {}", app.say("cli_looking"), terminal_safe(url));
    };
    let seen =
        browse(urls, &how, &|host| scope.admit(host).is_ok(), &progress).map_err(|error| match error {
            BrowseError::NoBrowser => app.refuse(Text::new("cli_browser_missing")),
            other => anyhow::Error::new(other),
        })?;
    Ok(gathered(seen, how.crawl))
}

/// What is ours. Links are followed only there, so a crawl must begin there.
fn ours(app: &App, urls: &[String], crawl: usize) -> Result<Scope> {
    let lists = &app.found.config.scope;
    let scope = Scope::new(&lists.domains, &lists.networks).context("read [scope]")?;
    let strange = |url: &&String| hinomi_collect::host_of(url).is_none_or(|host| scope.admit(host).is_err());
    if let Some(url) = urls.iter().find(strange).filter(|_| crawl > 0) {
        return Err(app.refuse(Text::new("cli_crawl_not_ours").with("url", url)));
    }
    Ok(scope)
}

fn gathered(seen: Vec<Vec<PageSeen>>, crawl: usize) -> Visited {
    let mut visited = Visited::default();
    for pages in seen {
        let mut places = Vec::new();
        for page in pages {
            visited.problems.extend(page.troubles.iter().map(|trouble| problem(&page.url, trouble)));
            visited.left.extend(left(&page, crawl));
            if !page.events.is_empty() {
                places.push(Place { label: page.url, what: What::Bytes(page.events) });
            }
        }
        visited.places.push(places);
    }
    visited
}

/// What a page led to that was not gone to.
fn left(page: &PageSeen, crawl: usize) -> Vec<ProblemLine> {
    let line = |kind: &str, limit, detail| ProblemLine {
        source: page.url.clone(),
        evidence: None,
        place: String::new(),
        kind: kind.to_owned(),
        limit,
        detail,
    };
    let outside = page.outside.iter().map(|to| {
        let detail = format!("it leads to {to}, which is not in [scope]: not followed");
        line("refused-by-scope", None, detail)
    });
    let mut lines: Vec<ProblemLine> = outside.collect();
    if page.left > 0 {
        let detail = format!("{} more links in [scope] were not followed", page.left);
        lines.push(line("limit-reached", Some(("crawl".to_owned(), crawl as u64)), detail));
    }
    lines
}

fn problem(url: &str, trouble: &PageTrouble) -> ProblemLine {
    let (kind, limit) = match trouble {
        PageTrouble::NeverLoaded { .. } | PageTrouble::NotResponding { .. } => ("truncated", None),
        PageTrouble::TimeOver { seconds } => {
            ("limit-reached", Some(("page_seconds_max".to_owned(), *seconds)))
        }
        PageTrouble::Cut | PageTrouble::Log { .. } => ("truncated", None),
        PageTrouble::Crashed { .. } => ("crashed", None),
        _ => ("unreadable", None),
    };
    ProblemLine {
        source: url.to_owned(),
        evidence: None,
        place: String::new(),
        kind: kind.to_owned(),
        limit,
        detail: trouble.to_string(),
    }
}

/// Refuses what no page of a scan can be.
pub(super) fn without_pages(app: &App, args: &Scan, pages: usize) -> Result<()> {
    if args.crawl > 0 && pages == 0 {
        return Err(anyhow::Error::new(Told(app.say("cli_crawl_no_page"))));
    }
    Ok(())
}
