//! Reading what `--format json` says.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The lines of an output, with its promise kept: every line an object, `summary` last and only there.
pub(crate) fn lines(out: &str) -> Result<Vec<Value>> {
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("failed to read the line {line:?}")))
        .collect::<Result<_>>()?;
    let (last, rest) = lines.split_last().context("failed to find a line of output")?;
    ensure!(kind(last) == "summary", "the last line is no summary: {last}");
    ensure!(rest.iter().all(|line| kind(line) != "summary"), "a summary stands before the end");
    Ok(lines)
}

/// The `type` of a line.
pub(crate) fn kind(line: &Value) -> &str {
    text(line, "type")
}

/// A text of a line; empty when it has none of that name.
pub(crate) fn text<'a>(line: &'a Value, key: &str) -> &'a str {
    line.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The lines of one type.
pub(crate) fn of<'a>(lines: &'a [Value], wanted: &str) -> impl Iterator<Item = &'a Value> {
    lines.iter().filter(move |line| kind(line) == wanted)
}
