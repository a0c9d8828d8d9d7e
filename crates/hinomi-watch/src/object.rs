//! Reading JSON objects into values, in a few bytes of code each.
//!
//! What serde derives for a struct also reads it from a list and tells apart every way in which a field can be wrong;
//! for the thirty structs here that is half of the browser's module. Here a field that is missing has its default, one
//! that is not known is passed over, and the last of two wins.

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use std::fmt;

/// Longest name of a field, in bytes.
const NAME_BYTES_MAX: usize = 24;

/// The name of a field; one that is too long to be known is empty.
#[derive(Default)]
pub(crate) struct Name {
    bytes: [u8; NAME_BYTES_MAX],
    length: usize,
}

impl Name {
    pub(crate) fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, text: &str) -> Result<Name, E> {
        let mut name = Name::default();
        if let Some(bytes) = name.bytes.get_mut(..text.len()) {
            bytes.copy_from_slice(text.as_bytes());
            name.length = text.len();
        }
        Ok(name)
    }
}

/// `object!(Type: field "name", field "name" as Written, …);` where `Written` is read and turned into the field.
macro_rules! object {
    ($type:ty: $($field:ident $name:literal $(as $written:ty)?),+ $(,)?) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;

                impl<'de> serde::de::Visitor<'de> for Reader {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$type, A::Error> {
                        let mut read = <$type>::default();
                        while let Some(name) = map.next_key::<$crate::object::Name>()? {
                            match name.as_str() {
                                $($name => read.$field = $crate::object::object!(@value map $($written)?),)+
                                _ => _ = map.next_value::<serde::de::IgnoredAny>()?,
                            }
                        }
                        Ok(read)
                    }
                }

                deserializer.deserialize_map(Reader)
            }
        }
    };
    (@value $map:ident) => { $map.next_value()? };
    (@value $map:ident $written:ty) => { $map.next_value::<$written>()?.into() };
}

pub(crate) use object;

/// `words!(Type: Variant "word", …);`, and `words!(Type or Unknown: …);` where a word that is not known is `Unknown`.
macro_rules! words {
    ($type:ident $(or $unknown:ident)?: $($variant:ident $word:literal $(| $other:literal)*),+ $(,)?) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(match self {
                    $(Self::$variant => $word,)+
                    $(Self::$unknown => "unknown",)?
                })
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = $crate::object::Name::deserialize(deserializer)?;
                match name.as_str() {
                    $($word $(| $other)* => Ok(Self::$variant),)+
                    _ => $crate::object::words!(@else $($unknown)?),
                }
            }
        }
    };
    (@else) => { Err(serde::de::Error::custom("a word that is not known")) };
    (@else $unknown:ident) => { Ok(Self::$unknown) };
}

pub(crate) use words;
