//! Functions: none long, few over a page, most of them short.

use super::fault::Fault;
use super::tree::Tree;
use std::fmt;

/// No function is longer, in lines from `fn` to the closing brace.
const LINES_MAX: usize = 120;
/// A function over a page.
const LINES_PAGE: usize = 70;
/// At most this share of all functions is over a page, in basis points.
const OVER_PAGE_BP_MAX: usize = 100;
/// Nine of ten functions are no longer.
const P90_MAX: usize = 30;

/// The lengths of all functions, told at the end of every run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    outside: Lengths,
    inside: Lengths,
    all: Lengths,
}

#[derive(Debug, PartialEq, Eq)]
struct Lengths {
    functions: usize,
    over_page: usize,
    p90: usize,
    longest: usize,
}

impl Lengths {
    fn of(mut lines: Vec<usize>) -> Self {
        lines.sort_unstable();
        let functions = lines.len();
        // Nearest rank: the smallest length that nine of ten functions do not exceed.
        let rank = (functions * 9).div_ceil(10);
        Self {
            functions,
            over_page: lines.iter().filter(|lines| **lines > LINES_PAGE).count(),
            p90: rank.checked_sub(1).and_then(|at| lines.get(at)).copied().unwrap_or(0),
            longest: lines.last().copied().unwrap_or(0),
        }
    }
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { functions, over_page, p90, longest } = self;
        write!(f, "{functions}, {over_page} over {LINES_PAGE} lines, p90 {p90}, longest {longest}")
    }
}

impl Numbers {
    /// Measures all functions of a tree.
    pub(super) fn of(tree: &Tree) -> Self {
        let lengths = |wanted: &dyn Fn(bool) -> bool| {
            let functions = tree.sources.iter().flat_map(|source| &source.functions);
            Lengths::of(functions.filter(|f| wanted(f.test)).map(|f| f.lines).collect())
        };
        Self { outside: lengths(&|test| !test), inside: lengths(&|test| test), all: lengths(&|_| true) }
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "functions: {}; outside tests: {}; inside: {}", self.all, self.outside, self.inside)
    }
}

/// No function is over [`LINES_MAX`] lines.
pub(super) fn long(tree: &Tree) -> Vec<Fault> {
    let each = tree.sources.iter().flat_map(|source| source.functions.iter().map(move |f| (source, f)));
    each.filter(|(_, function)| function.lines > LINES_MAX)
        .map(|(source, function)| {
            let what = format!("`{}` has {} lines, at most {LINES_MAX}", function.name, function.lines);
            Fault::at(&source.path, function.line, what)
        })
        .collect()
}

/// At most one in a hundred functions is over a page, nine of ten are at most [`P90_MAX`] lines long.
pub(super) fn share(tree: &Tree) -> Vec<Fault> {
    let Numbers { all, .. } = Numbers::of(tree);
    let mut faults = Vec::new();
    if all.over_page * 10_000 > all.functions * OVER_PAGE_BP_MAX {
        let each = tree.sources.iter().flat_map(|source| source.functions.iter().map(move |f| (source, f)));
        faults.extend(each.filter(|(_, function)| function.lines > LINES_PAGE).map(|(source, function)| {
            let what = format!(
                "`{}` has {} lines; more than 1 % of all functions are over {LINES_PAGE} lines",
                function.name, function.lines
            );
            Fault::at(&source.path, function.line, what)
        }));
    }
    if all.p90 > P90_MAX {
        faults.push(Fault::of(
            "crates",
            format!("one function in ten is over {P90_MAX} lines: p90 {}", all.p90),
        ));
    }
    faults
}
