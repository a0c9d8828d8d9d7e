//! Values as a script sees them: those of the JSON, and what is computed from them.

use super::units;
use crate::decode::json::{self, Json};
use crate::decode::ops::code::json5::index;
use crate::decode::ops::search::lines::to_number;
use crate::decode::regex::Regex;
use std::borrow::Cow;
use std::rc::Rc;

#[derive(Debug, Clone)]
pub(super) enum Value<'j> {
    Undefined,
    Null,
    Flag(bool),
    Number(f64),
    Text(Cow<'j, [u16]>),
    List(&'j [Json]),
    Map(&'j [(Vec<u16>, Json)]),
    /// A list written in a script.
    Items(Rc<Vec<Self>>),
    Pattern(Rc<Regex>),
    /// A function of a value, by name.
    Method(Rc<Self>, &'static str),
}

/// The functions that scripts may call.
const METHODS: &[&str] =
    &["match", "test", "includes", "startsWith", "endsWith", "indexOf", "toLowerCase", "toUpperCase", "trim"];

impl<'j> Value<'j> {
    pub(super) fn of(json: &'j Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Flag(flag) => Self::Flag(*flag),
            Json::Number(number) => Self::Number(*number),
            Json::Text(text) => Self::Text(Cow::Borrowed(text)),
            Json::List(items) => Self::List(items),
            Json::Map(entries) => Self::Map(entries),
        }
    }

    pub(super) fn text(text: Vec<u16>) -> Self {
        Self::Text(Cow::Owned(text))
    }

    /// Whether it is this text.
    pub(super) fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Text(text) if text.iter().copied().eq(wanted.encode_utf16()))
    }

    /// `Object.hasOwn` and what is there.
    pub(super) fn own(&self, key: &[u16]) -> Option<Self> {
        let place = || index(key).and_then(|place| usize::try_from(place).ok());
        let length = |length: usize| {
            key.iter().copied().eq("length".encode_utf16()).then_some(Self::Number(length as f64))
        };
        match self {
            Self::Map(entries) => {
                entries.iter().find(|(name, _)| name == key).map(|(_, value)| Self::of(value))
            }
            Self::List(items) => {
                place().and_then(|place| items.get(place)).map(Self::of).or_else(|| length(items.len()))
            }
            Self::Items(items) => {
                place().and_then(|place| items.get(place)).cloned().or_else(|| length(items.len()))
            }
            Self::Text(text) => {
                let unit = place().and_then(|place| text.get(place));
                unit.map(|unit| Self::text(vec![*unit])).or_else(|| length(text.len()))
            }
            _ => None,
        }
    }

    /// A property, or one of the functions that this version evaluates.
    pub(super) fn property(&self, key: &[u16]) -> Self {
        if let Some(own) = self.own(key) {
            return own;
        }
        let method = METHODS.iter().find(|name| key.iter().copied().eq(name.encode_utf16()));
        let fits = match self {
            Self::Text(_) => method.is_some_and(|name| *name != "test"),
            Self::List(_) | Self::Items(_) => {
                method.is_some_and(|name| matches!(*name, "includes" | "indexOf"))
            }
            Self::Pattern(_) => method.is_some_and(|name| *name == "test"),
            _ => false,
        };
        match method.filter(|_| fits) {
            Some(name) => Self::Method(Rc::new(self.clone()), name),
            None => Self::Undefined,
        }
    }

    /// The children with their names: places of a list are numbers.
    pub(super) fn children(&self) -> Vec<(Self, Self)> {
        match self {
            Self::Map(entries) => entries
                .iter()
                .map(|(name, value)| (Self::Text(Cow::Borrowed(name.as_slice())), Self::of(value)))
                .collect(),
            Self::List(items) => {
                items.iter().enumerate().map(|(at, item)| (Self::Number(at as f64), Self::of(item))).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Flag(flag) => *flag,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            _ => true,
        }
    }

    /// `typeof`.
    pub(super) fn sort(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Flag(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Method(..) => "function",
            _ => "object",
        }
    }

    /// `String(…)`.
    pub(super) fn to_text(&self) -> Vec<u16> {
        let joined = |items: Vec<Vec<u16>>| items.join([u16::from(b',')].as_slice());
        let item = |value: Self| {
            if matches!(value, Self::Undefined | Self::Null) { Vec::new() } else { value.to_text() }
        };
        match self {
            Self::Undefined => units("undefined"),
            Self::Null => units("null"),
            Self::Flag(flag) => units(if *flag { "true" } else { "false" }),
            Self::Number(number) if number.is_nan() => units("NaN"),
            Self::Number(number) if number.is_infinite() => {
                units(if *number > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Self::Number(number) => units(&json::number_text(*number)),
            Self::Text(text) => text.to_vec(),
            Self::List(items) => joined(items.iter().map(|value| item(Self::of(value))).collect()),
            Self::Items(items) => joined(items.iter().map(|value| item(value.clone())).collect()),
            Self::Map(_) => units("[object Object]"),
            Self::Pattern(_) => units("/pattern/"),
            Self::Method(_, name) => units(&format!("function {name}() {{ [native code] }}")),
        }
    }

    /// `Number(…)`.
    pub(super) fn to_number(&self) -> f64 {
        match self {
            Self::Undefined => f64::NAN,
            Self::Null => 0.0,
            Self::Flag(flag) => f64::from(u8::from(*flag)),
            Self::Number(number) => *number,
            other => to_number(&other.to_text()).unwrap_or(f64::NAN),
        }
    }

    /// `===`.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined, Self::Undefined) | (Self::Null, Self::Null) => true,
            (Self::Flag(a), Self::Flag(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => std::ptr::eq(*a, *b),
            (Self::Map(a), Self::Map(b)) => std::ptr::eq(*a, *b),
            _ => false,
        }
    }

    /// `==`.
    pub(super) fn equal(&self, other: &Self) -> bool {
        let nothing = |value: &Self| matches!(value, Self::Undefined | Self::Null);
        let object = |value: &Self| matches!(value.sort(), "object" | "function") && !nothing(value);
        if nothing(self) || nothing(other) {
            return nothing(self) && nothing(other);
        }
        match (object(self), object(other)) {
            (false, false) if self.sort() == other.sort() => self.same(other),
            (true, true) => self.same(other),
            (true, false) => Self::text(self.to_text()).equal(other),
            (false, true) => self.equal(&Self::text(other.to_text())),
            (false, false) => self.to_number() == other.to_number(),
        }
    }

    /// `JSON.stringify`; of nothing it is nothing.
    pub(super) fn stringified(&self) -> Vec<u16> {
        let mut out = String::new();
        match self {
            Self::List(items) => json::write(&Json::List(items.to_vec()), '"', &mut out),
            Self::Map(entries) => json::write(&Json::Map(entries.to_vec()), '"', &mut out),
            Self::Text(text) => json::write(&Json::Text(text.to_vec()), '"', &mut out),
            Self::Number(number) => json::write(&Json::Number(*number), '"', &mut out),
            Self::Flag(flag) => json::write(&Json::Flag(*flag), '"', &mut out),
            Self::Null => out.push_str("null"),
            _ => {}
        }
        units(&out)
    }
}
