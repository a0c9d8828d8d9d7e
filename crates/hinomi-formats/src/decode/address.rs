//! The address bar form: `https://…/#recipe=…&input=…&ienc=…&oenc=…&ieol=…&oeol=…`.

use super::error::RecipeError;

/// The site an address is written for when the recipe did not come with one.
const SITE: &str = "https://gchq.github.io/CyberChef/";

/// An address taken apart: the page, then its parameters in their order, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    page: String,
    mark: char,
    params: Vec<Param>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Param {
    /// As written, for a part without exactly one `=`.
    raw: String,
    key: String,
    /// None for such a part, which counts as a flag.
    value: Option<String>,
    /// Where the value starts in the text.
    at: usize,
}

/// Whether a text is an address rather than a recipe.
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim_start();
    ["http://", "https://", "file://", "#", "?", "recipe="].iter().any(|start| text.starts_with(start))
}

impl Address {
    /// Takes an address apart.
    pub(super) fn read(text: &str) -> Result<Self, RecipeError> {
        let trimmed = text.trim_end();
        let start = trimmed.len().saturating_sub(trimmed.trim_start().len());
        let trimmed = trimmed.trim_start();
        let cut = trimmed.find('#').or_else(|| trimmed.find('?'));
        let (page, mark, query) = match cut.and_then(|at| trimmed.split_at_checked(at)) {
            Some((page, rest)) => {
                let mark = if rest.starts_with('?') { '?' } else { '#' };
                (page, mark, rest.get(1..).unwrap_or_default())
            }
            None => ("", '#', trimmed),
        };
        let mut at = start.saturating_add(trimmed.len().saturating_sub(query.len()));
        let mut params = Vec::new();
        for part in query.split('&') {
            params.push(param(part, at)?);
            at = at.saturating_add(part.len()).saturating_add(1);
        }
        Ok(Self { page: page.to_owned(), mark, params })
    }

    /// The recipe text and where it starts in the address.
    pub(super) fn recipe(&self) -> Result<(&str, usize), RecipeError> {
        let wrong = |at, why: &str| Err(RecipeError::Syntax { at, why: why.to_owned() });
        if let Some(param) = self.find("recipe") {
            return Ok((param.value.as_deref().unwrap_or_default(), param.at));
        }
        match self.params.iter().find(|param| param.raw.starts_with("recipe=")) {
            Some(flag) => wrong(flag.at, "the recipe holds an unescaped `=`: write it as `%3D`"),
            None => wrong(0, "this address holds no recipe"),
        }
    }

    /// The value of a parameter; the last one when there are several, as CyberChef takes it.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.find(key).and_then(|param| param.value.as_deref())
    }

    fn find(&self, key: &str) -> Option<&Param> {
        self.params.iter().rev().find(|param| param.value.is_some() && param.key == key)
    }

    /// The address again, with another recipe text.
    pub(super) fn write(&self, recipe: &str) -> String {
        let mut out = self.page.clone();
        out.push(self.mark);
        for (index, param) in self.params.iter().enumerate() {
            if index > 0 {
                out.push('&');
            }
            match &param.value {
                None => out.push_str(&param.raw),
                Some(value) => {
                    let value = if param.key == "recipe" { recipe } else { value };
                    out.push_str(&param.key);
                    out.push('=');
                    out.push_str(&escape(value));
                }
            }
        }
        out
    }
}

fn param(part: &str, at: usize) -> Result<Param, RecipeError> {
    let flag = Param { raw: part.to_owned(), key: String::new(), value: None, at };
    let Some((key, value)) = part.split_once('=') else { return Ok(flag) };
    if value.contains('=') {
        return Ok(flag);
    }
    let at = at.saturating_add(key.len()).saturating_add(1);
    let value = unescape(value).ok_or_else(|| RecipeError::Syntax {
        at,
        why: format!("the value of `{key}` holds a broken `%` escape"),
    })?;
    Ok(Param { raw: String::new(), key: key.to_owned(), value: Some(value), at })
}

/// An address for a recipe that came without one.
pub(super) fn fresh(recipe: &str, input: Option<&str>) -> String {
    let mut out = format!("{SITE}#recipe={}", escape(recipe));
    if let Some(input) = input.filter(|input| !input.is_empty()) {
        out.push_str("&input=");
        out.push_str(&escape(input));
    }
    out
}

/// `+` to a space, `%xx` to bytes, which must be UTF-8.
fn unescape(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high << 4 | low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Percent-encodes all but what RFC 3986 allows in a fragment, less `&`, `+` and `=`, which have a meaning.
pub(super) fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$'()*,;:@/?".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 0xf] {
                out.extend(char::from_digit(u32::from(digit), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
    out
}
