//! Values of constant folding. What is not known leaves a gap in a string, so that known parts still show.

use super::powers::{ObjectKind, kind_of};

/// Stands in a string for a piece that is not constant. Shown to people as `…`.
pub(crate) const GAP: char = '\u{fffc}';

/// A value as far as constants tell.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Value {
    #[default]
    Unknown,
    Str(String),
    Num(f64),
    Array(Vec<Self>),
    /// An object and the name it was made with.
    Object(ObjectKind, String),
}

/// Elements of one array; a longer one is not known.
pub(super) const ITEMS_MAX: usize = 65_536;
/// Arrays inside one another: `Array(Array("a"), "b")` is two deep. What is deeper is not known, so that nothing
/// that goes through a value goes deep.
const ARRAYS_DEEP_MAX: u32 = 4;

impl Value {
    /// An array, as far as the limits let it be known.
    pub(super) fn array(mut items: Vec<Self>) -> Self {
        if items.len() > ITEMS_MAX {
            return Self::Unknown;
        }
        for item in &mut items {
            if item.arrays_deep() >= ARRAYS_DEEP_MAX {
                *item = Self::Unknown;
            }
        }
        Self::Array(items)
    }

    fn arrays_deep(&self) -> u32 {
        match self {
            Self::Array(items) => 1 + items.iter().map(Self::arrays_deep).max().unwrap_or_default(),
            _ => 0,
        }
    }

    pub(super) fn object(name: String) -> Self {
        Self::Object(kind_of(&name), name)
    }

    /// The value as VBA would join it to a string.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Str(text) => text,
            Self::Num(number) => number_text(number),
            Self::Unknown | Self::Array(_) | Self::Object(..) => GAP.to_string(),
        }
    }

    /// The string, when it is one without gaps.
    pub(super) fn known_text(&self) -> Option<&str> {
        match self {
            Self::Str(text) if !text.contains(GAP) => Some(text),
            _ => None,
        }
    }

    /// Whether anything of it is a constant.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Self::Unknown | Self::Object(..) => false,
            Self::Str(text) => !text.contains(GAP),
            Self::Num(_) => true,
            Self::Array(items) => items.iter().all(Self::is_known),
        }
    }

    /// The number it is, or reads as.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Num(number) => Some(*number),
            Self::Str(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The number as an index or count, rounded as VBA rounds; `None` when negative or absurd.
    pub(super) fn index(&self) -> Option<usize> {
        let number = self.number()?.round_ties_even();
        // Lossless: the range is checked first.
        (0.0..=4_294_967_295.0).contains(&number).then_some(number as usize)
    }

    /// Bytes it holds, for the fuel.
    pub(super) fn weight(&self) -> u64 {
        match self {
            Self::Str(text) => text.len() as u64,
            Self::Array(items) => items.iter().map(|item| item.weight() + size_of::<Self>() as u64).sum(),
            _ => 0,
        }
    }
}

/// Whole numbers without a decimal point, as `CStr` writes them.
fn number_text(number: f64) -> String {
    format!("{number}")
}
