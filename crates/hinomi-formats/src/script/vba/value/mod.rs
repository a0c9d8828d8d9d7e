//! Values of the evaluator. What is not known leaves a gap in a string, so that known parts still show; what may
//! be one of a few values stays those few.

pub(in crate::script::vba) mod operators;
pub(in crate::script::vba) mod text;

use crate::script::vba::run::Object;
use encoding_rs::SHIFT_JIS;
use std::rc::Rc;
use text::Text;

/// Stands in a string for a piece that is not constant. Shown to people as `…`.
pub(crate) const GAP: char = '\u{fffc}';

/// A value as far as it is known (MS-VBAL 2.1).
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::script::vba) enum Value {
    /// Anything.
    #[default]
    Unknown,
    /// A Variant nothing was assigned to: both `""` and 0.
    Empty,
    Null,
    /// An optional argument that was left out.
    Missing,
    Bool(bool),
    Num(f64),
    Str(Text),
    Array(Rc<Items>),
    Object(Object),
    /// One of these, two to [`EITHER_MAX`], none of them unknown or an `Either`.
    Either(Rc<Vec<Self>>),
}

/// The elements of an array.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script::vba) struct Items {
    /// The last dimension runs fastest.
    pub(in crate::script::vba) items: Vec<Value>,
    /// Lower bound and length of each dimension.
    pub(in crate::script::vba) bounds: Vec<(i64, usize)>,
    /// An array of Byte: assigned to a string it is UTF-16 text.
    pub(in crate::script::vba) bytes: bool,
    /// Arrays inside one another, this one included.
    deep: u32,
    /// Values in it and in what it holds.
    size: usize,
}

/// Elements of one array; a longer one is not known.
pub(in crate::script::vba) const ITEMS_MAX: usize = 65_536;
/// Values kept apart where paths join.
pub(in crate::script::vba) const EITHER_MAX: usize = 4;
/// Arrays inside one another: `Array(Array("a"), "b")` is two deep. What is deeper is not known, so that nothing
/// that goes through a value goes deep.
pub(in crate::script::vba) const ARRAYS_DEEP_MAX: u32 = 4;

impl Items {
    /// Sets one element. An array in it counts with all it holds, and is not known when that is too much.
    pub(in crate::script::vba) fn set(&mut self, place: usize, value: Value) {
        let Some(slot) = self.items.get_mut(place) else { return };
        let fits =
            value.arrays_deep() < ARRAYS_DEEP_MAX && self.size.saturating_add(value.size()) <= ITEMS_MAX;
        let value = if fits || value.arrays_deep() == 0 { value } else { Value::Unknown };
        self.size = (self.size + value.size()).saturating_sub(slot.size());
        self.deep = self.deep.max(1 + value.arrays_deep());
        *slot = value;
    }

    /// Counts anew what it holds.
    pub(in crate::script::vba) fn measure(&mut self) {
        self.deep = 1 + self.items.iter().map(Value::arrays_deep).max().unwrap_or_default();
        self.size = self.items.iter().map(Value::size).sum();
    }

    /// The place of an element, when it has one.
    pub(in crate::script::vba) fn place(&self, indexes: &[Value]) -> Option<usize> {
        if indexes.len() != self.bounds.len() {
            return None;
        }
        let mut place = 0usize;
        for (index, (lower, len)) in indexes.iter().zip(&self.bounds) {
            let at = usize::try_from(index.whole()?.checked_sub(*lower)?).ok().filter(|at| at < len)?;
            place = place.checked_mul(*len)?.checked_add(at)?;
        }
        Some(place)
    }
}

impl Value {
    pub(in crate::script::vba) fn text(text: impl Into<String>) -> Self {
        Self::Str(Text::new(text))
    }

    /// An array from 0, as far as the limits let it be known.
    pub(in crate::script::vba) fn array(items: Vec<Self>) -> Self {
        let len = items.len();
        Self::array_of(items, vec![(0, len)], false)
    }

    pub(in crate::script::vba) fn bytes(bytes: &[u8]) -> Self {
        let items: Vec<Self> = bytes.iter().map(|byte| Self::Num(f64::from(*byte))).collect();
        let len = items.len();
        Self::array_of(items, vec![(0, len)], true)
    }

    pub(in crate::script::vba) fn array_of(
        mut items: Vec<Self>,
        bounds: Vec<(i64, usize)>,
        bytes: bool,
    ) -> Self {
        if items.len() > ITEMS_MAX {
            return Self::Unknown;
        }
        let mut left = ITEMS_MAX;
        for item in &mut items {
            let size = item.size();
            if item.arrays_deep() >= ARRAYS_DEEP_MAX || size > left {
                *item = Self::Unknown;
            }
            left = left.saturating_sub(item.size());
        }
        let mut array = Items { items, bounds, bytes, deep: 1, size: 0 };
        array.measure();
        Self::Array(Rc::new(array))
    }

    /// Arrays inside one another, this one included.
    pub(in crate::script::vba) fn arrays_deep(&self) -> u32 {
        match self {
            Self::Array(array) => array.deep,
            Self::Either(values) => values.iter().map(Self::arrays_deep).max().unwrap_or_default(),
            _ => 0,
        }
    }

    /// Values in it, itself included.
    fn size(&self) -> usize {
        match self {
            Self::Array(array) => 1 + array.size,
            Self::Either(values) => values.iter().map(Self::size).sum(),
            _ => 1,
        }
    }

    /// One of several: equal ones are one, too many are unknown.
    pub(in crate::script::vba) fn either(values: impl IntoIterator<Item = Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for value in values {
            let more = match value {
                Self::Either(more) => more.to_vec(),
                one => vec![one],
            };
            for one in more {
                if one == Self::Unknown {
                    return Self::Unknown;
                }
                if !kept.contains(&one) {
                    kept.push(one);
                }
            }
        }
        match kept.len() {
            0 => Self::Unknown,
            1 => kept.pop().unwrap_or_default(),
            2..=EITHER_MAX => Self::Either(Rc::new(kept)),
            _ => common_start(&kept),
        }
    }

    /// The values it may be; itself when it is one.
    pub(in crate::script::vba) fn alternatives(&self) -> &[Self] {
        match self {
            Self::Either(values) => values,
            one => std::slice::from_ref(one),
        }
    }

    /// The value as VBA would join it to a string. Of several, their common start.
    pub(in crate::script::vba) fn into_text(self) -> Text {
        match self {
            Self::Str(text) => text,
            other => Text::new(other.to_text_or_gap()),
        }
    }

    fn to_text_or_gap(&self) -> String {
        match self {
            Self::Str(text) => text.as_str().to_owned(),
            Self::Num(number) => number_text(*number),
            Self::Bool(truth) => if *truth { "True" } else { "False" }.to_owned(),
            Self::Empty | Self::Null => String::new(),
            Self::Array(array) if array.bytes => wide_text(&array.items).unwrap_or_else(|| GAP.to_string()),
            Self::Either(values) => match common_start(values) {
                Self::Str(text) => text.as_str().to_owned(),
                _ => GAP.to_string(),
            },
            Self::Unknown | Self::Missing | Self::Array(_) | Self::Object(_) => GAP.to_string(),
        }
    }

    /// The string, when it is one without gaps.
    pub(in crate::script::vba) fn known_text(&self) -> Option<&str> {
        match self {
            Self::Str(text) if !text.has_gap() => Some(text.as_str()),
            Self::Empty => Some(""),
            _ => None,
        }
    }

    /// The number it is, or reads as.
    pub(in crate::script::vba) fn number(&self) -> Option<f64> {
        match self {
            Self::Num(number) => Some(*number),
            Self::Bool(truth) => Some(if *truth { -1.0 } else { 0.0 }),
            Self::Empty => Some(0.0),
            Self::Str(text) => read_number(text.as_str()),
            _ => None,
        }
    }

    /// What a condition makes of it.
    pub(in crate::script::vba) fn truth(&self) -> Option<bool> {
        match self {
            Self::Str(text) if text.as_str().eq_ignore_ascii_case("true") => Some(true),
            Self::Str(text) if text.as_str().eq_ignore_ascii_case("false") => Some(false),
            Self::Null => Some(false),
            Self::Either(values) => {
                let first = values.first()?.truth()?;
                values.iter().all(|value| value.truth() == Some(first)).then_some(first)
            }
            other => other.number().map(|number| number != 0.0),
        }
    }

    /// The number rounded as VBA rounds; `None` when absurd.
    pub(in crate::script::vba) fn whole(&self) -> Option<i64> {
        let number = self.number()?.round_ties_even();
        // Lossless: the range is checked first.
        (-9e15..=9e15).contains(&number).then_some(number as i64)
    }

    /// The number as an index or count; `None` when negative or absurd.
    pub(in crate::script::vba) fn index(&self) -> Option<usize> {
        u32::try_from(self.whole()?).ok().map(|number| number as usize)
    }

    /// Bytes it holds, for the fuel.
    pub(in crate::script::vba) fn weight(&self) -> u64 {
        match self {
            Self::Str(text) => text.bytes() as u64,
            Self::Array(array) => (array.items.len() * size_of::<Self>()) as u64,
            Self::Either(values) => values.iter().map(Self::weight).sum(),
            _ => 0,
        }
    }

    /// Whether nothing was left out of it.
    pub(in crate::script::vba) fn is_known(&self) -> bool {
        match self {
            Self::Unknown | Self::Either(_) => false,
            Self::Str(text) => !text.has_gap(),
            Self::Array(array) => array.items.iter().all(Self::is_known),
            _ => true,
        }
    }
}

/// What several strings begin with alike, and a gap; unknown when they are no strings.
pub(in crate::script::vba) fn common_start(values: &[Value]) -> Value {
    let mut texts = values.iter().map(|value| match value {
        Value::Str(text) => Some(text.as_str()),
        Value::Empty => Some(""),
        _ => None,
    });
    let Some(Some(first)) = texts.next() else { return Value::Unknown };
    let mut common = first;
    for text in texts {
        let Some(text) = text else { return Value::Unknown };
        let same = common.char_indices().zip(text.chars()).find(|((_, a), b)| a != b);
        let end = same.map_or(common.len().min(text.len()), |((at, _), _)| at);
        common = common.get(..end).unwrap_or_default();
    }
    let mut text = Text::new(common);
    text.push(&GAP.to_string());
    Value::Str(text)
}

/// A number as `CStr` writes it: whole ones without a point, 15 digits (MS-VBAL 5.5.1.2.4).
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 {
        return format!("{number}");
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}")
}

/// A string as the number VBA makes of it: blanks around, `&H` and `&O`, exponents with `E` or `D`.
pub(in crate::script::vba) fn read_number(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.as_bytes() {
        [b'&', b'h' | b'H', ..] => radix_number(text.get(2..)?, 16),
        [b'&', b'o' | b'O', ..] => radix_number(text.get(2..)?, 8),
        // What Rust reads and VBA does not: `inf`, `nan`.
        [b'0'..=b'9' | b'.' | b'+' | b'-', ..] if text.len() < 64 => {
            text.parse().ok().or_else(|| text.replace(['d', 'D'], "e").parse().ok())
        }
        _ => None,
    }
}

/// Digits behind `&H` or `&O`. An Integer has 16 bits and a sign, a Long 32; a `&` behind the digits makes a Long
/// (MS-VBAL 3.3.2).
pub(in crate::script::vba) fn radix_number(digits: &str, radix: u32) -> Option<f64> {
    let (digits, long) = match digits.strip_suffix('&') {
        Some(digits) => (digits, true),
        None => (digits, false),
    };
    let number = i64::from_str_radix(digits, radix).ok()?;
    Some(match number {
        0x8000..=0xffff if !long => (number - 0x1_0000) as f64,
        0x8000_0000..=0xffff_ffff => (number - 0x1_0000_0000) as f64,
        _ => number as f64,
    })
}

/// The string that bytes in pairs are.
fn wide_text(items: &[Value]) -> Option<String> {
    let bytes = byte_values(items)?;
    let units = bytes.chunks(2).map(|pair| {
        u16::from_le_bytes([pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)])
    });
    Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// The bytes that numbers are; `None` when one is no byte.
pub(in crate::script::vba) fn byte_values(items: &[Value]) -> Option<Vec<u8>> {
    items.iter().map(|item| item.index().and_then(|number| u8::try_from(number).ok())).collect()
}

/// Bytes as text of the code page: ASCII, else Japanese, else one character a byte.
pub(in crate::script::vba) fn ansi_text(bytes: &[u8]) -> String {
    match SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => text.into_owned(),
        None => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Text as bytes of the code page; what has none is left as its low byte.
pub(in crate::script::vba) fn ansi_bytes(text: &str) -> Vec<u8> {
    let (bytes, _, failed) = SHIFT_JIS.encode(text);
    if failed { text.chars().map(|c| (u32::from(c) & 0xff) as u8).collect() } else { bytes.into_owned() }
}
