//! Where the texts go: counted, so that a document cannot make the reader hold more than the limits allow.

use super::{HeldText, Holder, Surroundings};
use crate::{Budget, Limits, Parsed, Problem};

/// Texts found so far, and what may still be spent.
pub(super) struct Collector<'b> {
    pub(super) limits: &'b Limits,
    pub(super) budget: &'b mut Budget,
    pub(super) problems: Vec<Problem>,
    texts: Vec<HeldText>,
    left: usize,
    is_full: bool,
}

/// What keeping one text costs beside its letters, so that a million empty ones end as well.
const TEXT_COST: usize = 64;

impl<'b> Collector<'b> {
    pub(super) fn new(limits: &'b Limits, budget: &'b mut Budget) -> Self {
        let left = limits.text_bytes_max;
        Self { limits, budget, problems: Vec::new(), texts: Vec::new(), left, is_full: false }
    }

    /// Keeps a text.
    pub(super) fn hold(&mut self, holder: Holder, property: &str, text: &str, place: &str) {
        let cost = text.len().saturating_add(TEXT_COST);
        let Some(left) = self.left.checked_sub(cost).filter(|_| !self.is_full) else {
            if !self.is_full {
                let max = self.limits.text_bytes_max as u64;
                self.problems.push(Problem::limit(place, "text_bytes_max", max));
            }
            self.is_full = true;
            return;
        };
        self.left = left;
        self.texts.push(HeldText {
            holder,
            property: property.to_owned(),
            text: text.to_owned(),
            place: place.to_owned(),
        });
    }

    /// Whether nothing more will be kept.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Takes problems of an inner reader, told from `place`.
    pub(super) fn told<T>(&mut self, place: &str, parsed: Parsed<T>) -> T {
        self.problems.extend(parsed.problems.into_iter().map(|problem| match place {
            "" => problem,
            _ => problem.inside(place),
        }));
        parsed.value
    }

    pub(super) fn finish(self) -> Parsed<Surroundings> {
        let value = Surroundings { texts: self.texts, workbook: None };
        Parsed { value, problems: self.problems }
    }
}

/// The place of a stream inside a part; of a document that is a compound file itself, the part has no name.
pub(super) fn within(part: &str, stream: &str) -> String {
    if part.is_empty() { stream.to_owned() } else { format!("{part}:{stream}") }
}
