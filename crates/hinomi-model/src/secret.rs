//! Values that must not be shown.

/// A value that prints as `…last4` of its text and cannot be serialized or debug-printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one who must use it. Every call site is a place to look at.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: AsRef<str>> Secret<T> {
    /// `…` and the last four characters; only `…` when the value has fewer than twelve.
    pub fn masked(&self) -> String {
        let text = self.0.as_ref();
        let chars = text.chars().count();
        let shown: String = text.chars().skip(chars.saturating_sub(4)).collect();
        if chars < 12 { "…".to_owned() } else { format!("…{shown}") }
    }
}
