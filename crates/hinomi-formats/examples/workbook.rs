//! Prints workbooks as NDJSON, for comparison with other readers.
//!
//! Takes paths as arguments, or one a line on standard input. One object a file: `{"file", "sheets": [{"name", "kind",
//! "visibility", "cells": [[row, column, formula, value]]}], "names", "links", "problems"}`, `"sheets": null` where a
//! file is no workbook. With `--survey` the cells are left out, and what macro sheets would do is told instead:
//! `{"entries", "calls", "commands", "urls"}`.

#![expect(clippy::disallowed_methods, reason = "the crate reads no files; this program of its tests does")]

use hinomi_formats::office::{self, CellValue, Sheet, Workbook};
use hinomi_formats::{Budget, Limits, script};
use serde_json::{Value, json};
use std::io::{BufRead, BufWriter, Write};

fn main() -> std::io::Result<()> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let only_macros = paths.iter().any(|path| path == "--survey");
    paths.retain(|path| path != "--survey");
    if paths.is_empty() {
        paths = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for path in paths {
        let bytes = std::fs::read(&path)?;
        writeln!(out, "{}", if only_macros { survey(&path, &bytes) } else { cells(&path, &bytes) })?;
    }
    out.flush()
}

fn cells(path: &str, bytes: &[u8]) -> Value {
    let limits = Limits::desk();
    let mut budget = Budget::new(&limits);
    let unlocked = office::unlock(bytes, &[], &limits, &mut budget).value;
    let bytes = unlocked.as_ref().map_or(bytes, |unlocked| &unlocked.bytes);
    let Some(read) = office::workbook(bytes, &limits, &mut budget) else {
        return json!({ "file": path, "sheets": null });
    };
    let Workbook { sheets, names, links } = &read.value;
    let names: Vec<Value> =
        names.iter().map(|name| json!([name.name, name.formula, name.hidden, name.sheet])).collect();
    json!({
        "file": path,
        "sheets": sheets.iter().map(sheet).collect::<Vec<_>>(),
        "names": names,
        "links": links.iter().map(|link| json!([link.target, link.items, link.is_dde])).collect::<Vec<_>>(),
        "problems": read.problems,
    })
}

fn sheet(sheet: &Sheet) -> Value {
    let value = |value: &CellValue| match value {
        CellValue::Empty => Value::Null,
        CellValue::Text(text) => json!(text),
        CellValue::Number(number) => json!(number),
        CellValue::Bool(is) => json!(is),
        CellValue::Error => json!({ "error": true }),
    };
    let cells =
        sheet.cells.iter().map(|cell| json!([cell.row, cell.column, cell.formula, value(&cell.value)]));
    json!({
        "name": sheet.name,
        "kind": sheet.kind,
        "visibility": sheet.visibility,
        "cells": cells.collect::<Vec<_>>(),
    })
}

fn survey(path: &str, bytes: &[u8]) -> Value {
    let limits = Limits::desk();
    let read = office::read(bytes, &limits, &mut Budget::new(&limits));
    let Some(workbook) = read.as_ref().and_then(|read| read.value.workbook.as_ref()) else {
        let problems = read.map(|read| read.problems);
        return json!({ "file": path, "macros": false, "problems": problems });
    };
    let sheets: Vec<Value> = workbook.sheets.iter().map(|s| json!([s.name, s.kind, s.visibility])).collect();
    let survey = script::survey_xlm(workbook, &limits);
    json!({
        "file": path,
        "macros": true,
        "sheets": sheets,
        "names": workbook.names.iter().map(|name| json!([name.name, name.formula, name.hidden])).collect::<Vec<_>>(),
        "entries": survey.value.entry_points,
        "calls": survey.value.calls,
        "commands": survey.value.commands,
        "urls": survey.value.urls.iter().map(|url| &url.text).collect::<Vec<_>>(),
        "problems": survey.problems,
        "read": read.as_ref().map(|read| &read.problems),
    })
}
