//! Private numbers: held for the weakness tests, wiped when dropped, shown to nobody.

use std::fmt;
use zeroize::Zeroizing;

/// The private half of a key. It cannot be printed, compared, copied out or serialised; only the tests of
/// [`super::weak`] look inside.
#[derive(Clone, Default)]
pub struct PrivateNumbers(Option<Private>);

/// What is inside. Big-endian.
#[derive(Clone)]
pub(super) enum Private {
    /// Private exponent and the two first primes.
    Rsa { d: Zeroizing<Vec<u8>>, p: Zeroizing<Vec<u8>>, q: Zeroizing<Vec<u8>> },
    /// A scalar, an exponent or a seed.
    Scalar(Zeroizing<Vec<u8>>),
}

impl PrivateNumbers {
    pub(super) fn none() -> Self {
        Self(None)
    }

    pub(super) fn rsa(d: &[u8], p: &[u8], q: &[u8]) -> Self {
        let hold = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
        Self(Some(Private::Rsa { d: hold(d), p: hold(p), q: hold(q) }))
    }

    pub(super) fn scalar(bytes: &[u8]) -> Self {
        Self(Some(Private::Scalar(Zeroizing::new(bytes.to_vec()))))
    }

    /// Whether the private half could be read.
    pub fn is_known(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn look(&self) -> Option<&Private> {
        self.0.as_ref()
    }
}

/// Says whether there is something, never what.
impl fmt::Debug for PrivateNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_known() { "PrivateNumbers(known)" } else { "PrivateNumbers(none)" })
    }
}
