//! Where in a script: out of the stacks that the DevTools protocol gives.

use super::super::address;
use serde_json::{Value, json};

/// Steps back through waits, and frames of one stack, that are looked at.
const WAITS_MAX: usize = 16;
const FRAMES_MAX: usize = 256;
/// Of them, those that are told.
const PARENTS_MAX: usize = 8;
const FUNCTION_BYTES_MAX: usize = 128;

/// A place in a script, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Place {
    pub(in super::super) script: String,
    pub(in super::super) line: u64,
    pub(in super::super) column: u64,
    pub(in super::super) function: String,
}

/// A call, and what led to it before each wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct CallSite {
    pub(in super::super) place: Place,
    pub(in super::super) parents: Vec<Place>,
}

impl CallSite {
    /// Reads a `Runtime.StackTrace`. `own` is the address of our own script in the page, which is nobody's caller.
    /// An image asks after a wait: then its frames stand in the parent only.
    pub(in super::super) fn of(stack: &Value, own: &str) -> Option<Self> {
        let mut places = Vec::new();
        let mut next = Some(stack);
        for _ in 0..WAITS_MAX {
            let Some(stack) = next else { break };
            places.extend(nearest(stack, own));
            next = stack.get("parent");
        }
        let mut places = places.into_iter();
        let place = places.next()?;
        Some(Self { place, parents: places.take(PARENTS_MAX).collect() })
    }

    pub(in super::super) fn to_json(&self) -> Value {
        let mut site = self.place.to_json();
        if let (Some(site), false) = (site.as_object_mut(), self.parents.is_empty()) {
            let parents = self.parents.iter().map(Place::to_json).collect::<Vec<_>>();
            site.insert("async_parents".to_owned(), Value::from(parents));
        }
        site
    }
}

impl Place {
    fn to_json(&self) -> Value {
        let mut place = json!({ "script": self.script, "line": self.line, "column": self.column });
        if let (Some(place), false) = (place.as_object_mut(), self.function.is_empty()) {
            place.insert("function".to_owned(), Value::from(self.function.as_str()));
        }
        place
    }
}

/// The innermost frame that stands in a script with an address. Evaluated text and the inside of a made-up frame have
/// none; who made them has.
fn nearest(stack: &Value, own: &str) -> Option<Place> {
    let frames = stack.get("callFrames")?.as_array()?;
    frames.iter().take(FRAMES_MAX).find_map(|frame| {
        let url = frame.get("url")?.as_str()?;
        if url.is_empty()
            || url == own
            || ["about:", "chrome-", "data:"].iter().any(|none| url.starts_with(none))
        {
            return None;
        }
        let from_one = |key: &str| frame.get(key)?.as_u64()?.checked_add(1);
        let function = frame.get("functionName").and_then(Value::as_str).unwrap_or_default();
        Some(Place {
            script: address::cut(url, false),
            line: from_one("lineNumber")?,
            column: from_one("columnNumber")?,
            function: function.chars().take(FUNCTION_BYTES_MAX / 4).collect(),
        })
    })
}
