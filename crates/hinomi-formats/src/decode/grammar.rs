//! The written forms of a recipe: Chef text (`From_Base64('A-Za-z0-9+/=',true)Split(' ','\\n')`) and JSON.

use super::error::{RecipeError, Unparsed};
use super::json::{self, Json, Reader};

/// One operation as written: not yet known to exist.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written {
    pub(super) name: String,
    pub(super) args: Vec<Json>,
    pub(super) disabled: bool,
    pub(super) breakpoint: bool,
}

/// Reads either form. White space around it is no part of it; an empty text is an empty recipe.
pub(super) fn read(text: &str) -> Result<Vec<Written>, RecipeError> {
    // As JavaScript trims: with the byte order mark, without U+0085.
    let space = |next: char| (next.is_whitespace() && next != '\u{85}') || next == '\u{feff}';
    let inner = text.trim_start_matches(space);
    let start = text.len().saturating_sub(inner.len());
    let inner = inner.trim_end_matches(space);
    if inner.starts_with('[') {
        return read_json(inner).map_err(|error| moved(error, |at| at.saturating_add(start)));
    }
    // Line ends are no part of the Chef form, not even inside a string.
    let joined = inner.replace('\n', "");
    read_chef(&joined)
        .map_err(|fault| moved(fault.into(), |at| start.saturating_add(before_joining(inner, at))))
}

fn moved(error: RecipeError, to: impl Fn(usize) -> usize) -> RecipeError {
    match error {
        RecipeError::Syntax { at, why } => RecipeError::Syntax { at: to(at), why },
        other => other,
    }
}

/// Where the byte `at` of the text without line ends stood before they were taken out.
fn before_joining(text: &str, at: usize) -> usize {
    let kept = text.bytes().enumerate().filter(|(_, byte)| *byte != b'\n').map(|(index, _)| index);
    kept.chain([text.len()]).nth(at).unwrap_or(text.len())
}

fn read_json(text: &str) -> Result<Vec<Written>, RecipeError> {
    let mut reader = Reader::new(text, 0, '"');
    let value = reader.value()?;
    reader.skip_space();
    if !reader.rest().is_empty() {
        return Err(reader.fault("nothing may follow the recipe").into());
    }
    let Json::List(items) = value else {
        return Err(Unparsed { at: 0, why: "a recipe is a list of operations" }.into());
    };
    items.iter().enumerate().map(|(index, item)| operation(index, item)).collect()
}

fn operation(index: usize, item: &Json) -> Result<Written, RecipeError> {
    let wrong =
        |why: &str| RecipeError::Syntax { at: 0, why: format!("step {}: {why}", index.saturating_add(1)) };
    let name =
        item.get("op").and_then(Json::as_text).ok_or_else(|| wrong("no \"op\" with the operation's name"))?;
    let args = match item.get("args") {
        Some(Json::List(args)) => args.clone(),
        None => Vec::new(),
        Some(_) => return Err(wrong("\"args\" is not a list")),
    };
    let flag = |key| matches!(item.get(key), Some(Json::Flag(true)));
    Ok(Written {
        name: String::from_utf16_lossy(name),
        args,
        disabled: flag("disabled"),
        breakpoint: flag("breakpoint"),
    })
}

fn read_chef(text: &str) -> Result<Vec<Written>, Unparsed> {
    let mut reader = Reader::new(text, 0, '\'');
    let mut steps = Vec::new();
    while !reader.rest().is_empty() {
        steps.push(step(&mut reader)?);
    }
    Ok(steps)
}

fn step(reader: &mut Reader) -> Result<Written, Unparsed> {
    let Some((name, _)) = reader.rest().split_once('(') else {
        return Err(reader.fault("expected an operation's name and its arguments in ( )"));
    };
    if name.trim().is_empty() {
        return Err(reader.fault("expected an operation's name before `(`"));
    }
    let open = reader.at.saturating_add(name.len());
    reader.at = open.saturating_add(1);
    let args = arguments(reader, open)?;
    let (disabled, breakpoint) = flags(reader, open)?;
    Ok(Written { name: name.trim().replace('_', " "), args, disabled, breakpoint })
}

fn arguments(reader: &mut Reader, open: usize) -> Result<Vec<Json>, Unparsed> {
    let mut args = Vec::new();
    reader.skip_space();
    if matches!(reader.peek(), Some(')' | '/')) {
        return Ok(args);
    }
    loop {
        if reader.rest().is_empty() {
            return Err(Unparsed { at: open, why: "this parenthesis is never closed" });
        }
        args.push(reader.value()?);
        reader.skip_space();
        match reader.peek() {
            Some(')' | '/') => return Ok(args),
            Some(',') => reader.next(),
            None => return Err(Unparsed { at: open, why: "this parenthesis is never closed" }),
            Some(_) => return Err(reader.fault("expected `,` or `)`")),
        };
    }
}

/// `/disabled`, `/breakpoint` and the closing parenthesis.
fn flags(reader: &mut Reader, open: usize) -> Result<(bool, bool), Unparsed> {
    let (mut disabled, mut breakpoint) = (false, false);
    loop {
        if reader.take(')') {
            return Ok((disabled, breakpoint));
        }
        let rest = reader.rest();
        if let Some(after) = rest.strip_prefix("/disabled") {
            disabled = true;
            reader.at = reader.at.saturating_add(rest.len().saturating_sub(after.len()));
        } else if let Some(after) = rest.strip_prefix("/breakpoint") {
            breakpoint = true;
            reader.at = reader.at.saturating_add(rest.len().saturating_sub(after.len()));
        } else if rest.is_empty() {
            return Err(Unparsed { at: open, why: "this parenthesis is never closed" });
        } else {
            return Err(reader.fault("expected `/disabled`, `/breakpoint` or `)`"));
        }
    }
}

/// Writes one operation in the Chef form, as CyberChef's own writer does.
pub(super) fn write_chef(step: &Written, out: &mut String) {
    out.push_str(&step.name.replace(' ', "_"));
    out.push('(');
    json::write_items(&step.args, '\'', out);
    if step.disabled {
        out.push_str("/disabled");
    }
    if step.breakpoint {
        out.push_str("/breakpoint");
    }
    out.push(')');
}

/// The operation as a JSON value.
pub(super) fn to_json(step: &Written) -> Json {
    let key = |name: &str| name.encode_utf16().collect::<Vec<u16>>();
    let mut entries = vec![(key("op"), json::text(&step.name)), (key("args"), Json::List(step.args.clone()))];
    if step.disabled {
        entries.push((key("disabled"), Json::Flag(true)));
    }
    if step.breakpoint {
        entries.push((key("breakpoint"), Json::Flag(true)));
    }
    Json::Map(entries)
}
