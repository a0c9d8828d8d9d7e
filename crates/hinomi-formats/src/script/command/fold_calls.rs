//! Operators, methods and casts of PowerShell on constants. Each gives the value and the name of the layer it
//! removes; `None` when the arguments are not what it takes or the result would be too long.

use super::fold::Value;

/// A result and the layer it removes.
type Undone = Option<(Value, &'static str)>;

/// Elements a range or a list of characters may have.
const ELEMENTS_MAX: usize = 1 << 20;

/// `-replace`, `-split`, `-join`.
pub(super) fn binary(operator: &str, left: &Value, right: Value, bytes_max: usize) -> Undone {
    match operator {
        "join" => Some((join(&left.clone().items(), &right.text(), bytes_max)?, "join")),
        "split" | "csplit" | "isplit" => {
            let pattern = right.items().first()?.text();
            let parts = match class(&pattern) {
                Some(class) => split(&left.text(), |c| class.contains(&c))?,
                None => split_by(&left.text(), &[literal(&pattern)?])?,
            };
            Some((parts, "split"))
        }
        "replace" | "creplace" | "ireplace" => {
            let mut arguments = right.items().into_iter();
            let find = literal(&arguments.next()?.text())?;
            let with = arguments.next().map_or_else(String::new, |value| value.text());
            Some((Value::Str(replace(&left.text(), &find, &with, bytes_max)?), "replace"))
        }
        _ => None,
    }
}

/// A regular expression that means one literal text.
fn literal(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().filter(|next| !next.is_ascii_alphanumeric())?),
            '.' | '*' | '+' | '?' | '(' | ')' | '[' | '{' | '^' | '$' | '|' => return None,
            c => out.push(c),
        }
    }
    (!out.is_empty()).then_some(out)
}

/// `[*@]` and `a|b` of single characters.
fn class(pattern: &str) -> Option<Vec<char>> {
    let inner = pattern.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    if let Some(inner) =
        inner.filter(|inner| !inner.contains(['-', '\\', '[', ']']) && !inner.starts_with('^'))
    {
        return Some(inner.chars().collect());
    }
    let single = |part: &str| {
        let text = literal(part)?;
        let mut chars = text.chars();
        chars.next().filter(|_| chars.next().is_none())
    };
    pattern.contains('|').then(|| pattern.split('|').map(single).collect()).flatten()
}

fn split(text: &str, at: impl Fn(char) -> bool) -> Option<Value> {
    let parts: Vec<Value> =
        text.split(at).take(ELEMENTS_MAX).map(|part| Value::Str(part.to_owned())).collect();
    Some(Value::List(parts))
}

/// At the separators, earliest first; an empty one separates nothing.
fn split_by(text: &str, separators: &[String]) -> Option<Value> {
    let [separator] = separators else { return None };
    if separator.is_empty() {
        return Some(Value::List(vec![Value::Str(text.to_owned())]));
    }
    let parts = text.split(separator.as_str()).take(ELEMENTS_MAX).map(|part| Value::Str(part.to_owned()));
    Some(Value::List(parts.collect()))
}

fn replace(text: &str, find: &str, with: &str, bytes_max: usize) -> Option<String> {
    if find.is_empty() {
        return None;
    }
    let growth = with.len().saturating_sub(find.len()).saturating_mul(text.matches(find).count());
    (text.len().saturating_add(growth) <= bytes_max).then(|| text.replace(find, with))
}

fn join(items: &[Value], with: &str, bytes_max: usize) -> Option<Value> {
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(with);
        }
        out.push_str(&item.text());
        if out.len() > bytes_max {
            return None;
        }
    }
    Some(Value::Str(out))
}

/// `-f`: `{0}`, `{1}` …, doubled braces for braces.
pub(super) fn format(pattern: &str, arguments: &[Value], bytes_max: usize) -> Option<Value> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at_checked(at)?;
        out.push_str(before);
        if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
            out.push_str(from.get(..1)?);
            rest = after;
            continue;
        }
        let (number, after) = from.strip_prefix('{')?.split_once('}')?;
        out.push_str(&arguments.get(number.trim().parse::<usize>().ok()?)?.text());
        if out.len() > bytes_max {
            return None;
        }
        rest = after;
    }
    out.push_str(rest);
    Some(Value::Str(out))
}

/// `value[index]`, with one index, a list of them, or a range.
pub(super) fn element(value: &Value, index: Value) -> Option<Value> {
    let items: Vec<Value> = match value {
        Value::List(items) => items.clone(),
        other => characters(&other.text())?,
    };
    let pick = |index: &Value| {
        let at = index.number()?;
        let at = if at < 0 { i64::try_from(items.len()).ok()?.checked_add(at)? } else { at };
        items.get(usize::try_from(at).ok()?).cloned()
    };
    match index {
        Value::List(indexes) => {
            // PowerShell leaves out what is not there.
            Some(Value::List(indexes.iter().filter_map(pick).collect()))
        }
        single => pick(&single),
    }
}

fn characters(text: &str) -> Option<Vec<Value>> {
    let items: Vec<Value> = text.chars().take(ELEMENTS_MAX + 1).map(|c| Value::Str(c.to_string())).collect();
    (items.len() <= ELEMENTS_MAX).then_some(items)
}

/// `a..b`, also downwards.
pub(super) fn range(start: i64, end: i64) -> Option<Value> {
    let count = usize::try_from(start.checked_sub(end)?.unsigned_abs()).ok()?;
    if count >= ELEMENTS_MAX {
        return None;
    }
    let numbers: Vec<Value> = if start <= end {
        (start..=end).map(Value::Num).collect()
    } else {
        (end..=start).rev().map(Value::Num).collect()
    };
    Some(Value::List(numbers))
}

/// `.Length`, `.Count`.
pub(super) fn length(value: &Value) -> Value {
    let count = match value {
        Value::List(items) => items.len(),
        other => other.text().chars().count(),
    };
    Value::Num(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A method of a string.
pub(super) fn method(value: &Value, name: &str, arguments: Vec<Value>, bytes_max: usize) -> Undone {
    let name: String = name.chars().filter(|c| *c != '`').collect::<String>().to_ascii_lowercase();
    let text = value.text();
    let mut arguments = arguments.into_iter();
    match name.as_str() {
        "replace" => {
            let (find, with) = (arguments.next()?.text(), arguments.next()?.text());
            Some((Value::Str(replace(&text, &find, &with, bytes_max)?), "replace"))
        }
        "split" => {
            // Each character of each argument separates, as .NET Framework reads a string here.
            let separators: String = arguments.map(|value| value.text()).collect();
            if separators.is_empty() {
                return Some((split(&text, char::is_whitespace)?, "split"));
            }
            Some((split(&text, |c| separators.contains(c))?, "split"))
        }
        "substring" => {
            let start = usize::try_from(arguments.next()?.number()?).ok()?;
            let length = match arguments.next() {
                Some(length) => usize::try_from(length.number()?).ok()?,
                None => usize::MAX,
            };
            Some((Value::Str(text.chars().skip(start).take(length).collect()), "substring"))
        }
        "tochararray" => Some((Value::List(characters(&text)?), "characters")),
        "tostring" | "normalize" | "invoke" => Some((Value::Str(text), "concatenation")),
        "tolower" | "tolowerinvariant" => Some((Value::Str(text.to_lowercase()), "case")),
        "toupper" | "toupperinvariant" => Some((Value::Str(text.to_uppercase()), "case")),
        "trim" => Some((Value::Str(trim(&text, arguments.next())), "trim")),
        "insert" => {
            let at = usize::try_from(arguments.next()?.number()?).ok()?;
            let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
            let (before, behind) = text.split_at_checked(at)?;
            Some((Value::Str(format!("{before}{}{behind}", arguments.next()?.text())), "insert"))
        }
        "remove" => {
            let start = usize::try_from(arguments.next()?.number()?).ok()?;
            let count = arguments.next().map_or(Some(usize::MAX), |n| usize::try_from(n.number()?).ok())?;
            let kept = text.chars().enumerate().filter(|(at, _)| *at < start || at - start >= count);
            Some((Value::Str(kept.map(|(_, c)| c).collect()), "remove"))
        }
        _ => None,
    }
}

fn trim(text: &str, characters: Option<Value>) -> String {
    match characters {
        Some(value) => {
            let set = value.text();
            text.trim_matches(|c| set.contains(c)).to_owned()
        }
        None => text.trim().to_owned(),
    }
}

/// `[type]::Method(…)`.
pub(super) fn static_method(kind: &str, method: &str, arguments: Vec<Value>, bytes_max: usize) -> Undone {
    let method = method.to_ascii_lowercase();
    let mut arguments = arguments.into_iter();
    match (kind, method.as_str()) {
        ("string", "join") => {
            let with = arguments.next()?.text();
            let items: Vec<Value> = arguments.flat_map(Value::items).collect();
            Some((join(&items, &with, bytes_max)?, "join"))
        }
        ("string", "concat") => Some((
            join(&arguments.flat_map(Value::items).collect::<Vec<_>>(), "", bytes_max)?,
            "concatenation",
        )),
        ("string", "format") => {
            let pattern = arguments.next()?.text();
            Some((format(&pattern, &arguments.collect::<Vec<_>>(), bytes_max)?, "format operator"))
        }
        ("convert", "tochar") | ("char", "convertfromutf32") => {
            Some((Value::Str(character(&arguments.next()?)?), "character codes"))
        }
        ("convert", "toint32" | "toint16" | "tobyte") => {
            let text = arguments.next()?.text();
            let radix = arguments.next().map_or(Some(10), |radix| u32::try_from(radix.number()?).ok())?;
            if !(2..=36).contains(&radix) {
                return None;
            }
            Some((Value::Num(i64::from_str_radix(text.trim(), radix).ok()?), "character codes"))
        }
        ("regex", "replace") => {
            let (text, find, with) =
                (arguments.next()?.text(), arguments.next()?.text(), arguments.next()?.text());
            Some((Value::Str(replace(&text, &literal(&find)?, &with, bytes_max)?), "replace"))
        }
        ("regex", "split") => {
            let (text, find) = (arguments.next()?.text(), arguments.next()?.text());
            Some((split_by(&text, &[literal(&find)?])?, "split"))
        }
        _ => None,
    }
}

/// `[char]65`, `[char[]](72,105)`, `[string]…`, `[int]…`, `[array]…`.
pub(super) fn cast(kind: &str, brackets: bool, operand: Value) -> Undone {
    match (kind, brackets) {
        ("char", false) => Some((Value::Str(character(&operand)?), "character codes")),
        ("char", true) => {
            let items: Vec<Value> = match operand {
                Value::Str(text) => characters(&text)?,
                other => {
                    other.items().iter().map(|item| character(item).map(Value::Str)).collect::<Option<_>>()?
                }
            };
            Some((Value::List(items), "character codes"))
        }
        ("string", false) => Some((Value::Str(operand.text()), "cast")),
        ("int" | "int32" | "int64" | "byte", false) => {
            let number = match &operand {
                Value::Str(text)
                    if text.chars().count() == 1 && !text.starts_with(|c: char| c.is_ascii_digit()) =>
                {
                    i64::from(u32::from(text.chars().next()?))
                }
                other => other.number()?,
            };
            Some((Value::Num(number), "cast"))
        }
        ("array" | "object", _) | ("string", true) => Some((Value::List(operand.items()), "cast")),
        _ => None,
    }
}

fn character(value: &Value) -> Option<String> {
    if let Value::Str(text) = value
        && text.chars().count() == 1
        && value.number().is_none()
    {
        return Some(text.clone());
    }
    char::from_u32(u32::try_from(value.number()?).ok()?).map(String::from)
}

/// A decimal or `0x` number.
pub(super) fn integer(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// What a backtick and the character behind it stand for in double quotes.
pub(super) fn escaped(c: char) -> char {
    match c {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        other => other,
    }
}
