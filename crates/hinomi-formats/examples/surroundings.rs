//! Prints the texts around the macros of documents as NDJSON, for comparison with other readers of forms.
//!
//! Takes paths as arguments, or one a line on standard input. One object a text: `{"file", "holder", "property",
//! "text", "place"}`; one object a problem: `{"file", "problem"}`.

#![expect(clippy::disallowed_methods, reason = "the crate reads no files; this program of its tests does")]

use hinomi_formats::office::{self, HeldText};
use hinomi_formats::{Budget, Limits};
use serde_json::json;
use std::io::{BufRead, BufWriter, Write};

fn main() -> std::io::Result<()> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        paths = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    }
    let limits = Limits::desk();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for path in paths {
        let bytes = std::fs::read(&path)?;
        let read = office::surroundings(&bytes, &[], &limits, &mut Budget::new(&limits));
        for HeldText { holder, property, text, place } in read.value.texts {
            let holder = format!("{holder:?}");
            let line =
                json!({ "file": path, "holder": holder, "property": property, "text": text, "place": place });
            writeln!(out, "{line}")?;
        }
        for problem in read.problems {
            writeln!(out, "{}", json!({ "file": path, "problem": problem }))?;
        }
    }
    out.flush()
}
