//! Objects of the evaluator: what code makes, what it is given, and what it keeps in them.

mod held;
mod streams;

use crate::script::vba::powers::{self, ObjectKind};
use crate::script::vba::value::Value;
use crate::script::vba::value::text::Text;
use std::collections::HashMap;
use std::rc::Rc;

/// An object as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script::vba) enum Object {
    /// None.
    Nothing,
    /// Made under a name; what it can do follows from that.
    Made(Rc<str>),
    /// A module of the project: a class, a form, a document. All objects of one class are one.
    Module(usize),
    /// Something that holds values: a place on the heap.
    Held(usize),
    /// A part of the program or the document around the macro.
    Host(Rc<Host>),
    /// `Err`.
    Err,
}

/// Parts of the program and the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::script::vba) enum Host {
    Application,
    Document,
    /// `Documents`, `Workbooks`: what opens more of them.
    Documents,
    /// Lists of what holds text; `prefix` is that of the keys of its members.
    List {
        prefix: String,
        from: usize,
    },
    /// One that holds text, by its key.
    Item(String),
    /// The whole text.
    Story,
    Sheets,
    /// `None`: a sheet by a name nobody knows.
    Sheet(Option<usize>),
    Range(Cells),
    /// `WshShell.SpecialFolders`
    Folders,
    /// `WshShell.Environment`
    Environment,
}

/// Cells side by side: row and column from 0, how many of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script::vba) struct Cells {
    pub(in crate::script::vba) sheet: Option<usize>,
    pub(in crate::script::vba) row: u32,
    pub(in crate::script::vba) column: u32,
    pub(in crate::script::vba) rows: u32,
    pub(in crate::script::vba) columns: u32,
}

impl Object {
    pub(in crate::script::vba) fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }

    pub(in crate::script::vba::run) fn host(host: Host) -> Value {
        Value::Object(Self::Host(Rc::new(host)))
    }

    pub(in crate::script::vba::run) fn made(name: &str) -> Value {
        Value::Object(Self::Made(name.into()))
    }
}

/// What a place on the heap holds.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script::vba::run) enum Held {
    /// `Scripting.Dictionary`.
    Dictionary(Keyed),
    /// `Collection`, `ArrayList`; `from` is the number of the first.
    Collection { items: Keyed, from: i64 },
    /// An element of XML with a type.
    Node { sort: String, value: Value },
    /// `ADODB.Stream`.
    Stream { bytes: Option<Vec<u8>>, charset: String, place: usize },
    /// A text file that is being written, and its path.
    File { path: Text },
}

/// Values by key, in the order they came.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::script::vba::run) struct Keyed {
    pub(in crate::script::vba::run) keys: Vec<Value>,
    pub(in crate::script::vba::run) values: Vec<Value>,
    places: HashMap<String, usize>,
    /// Something with a key nobody knows was put in or taken out.
    pub(in crate::script::vba::run) fuzzy: bool,
    /// Keys are compared without case.
    pub(in crate::script::vba::run) caseless: bool,
}

impl Keyed {
    pub(in crate::script::vba::run) fn caseless() -> Self {
        Self { caseless: true, ..Self::default() }
    }

    fn spelled(&self, key: &Value) -> Option<String> {
        let text = match key {
            Value::Str(text) if !text.has_gap() => text.as_str().to_owned(),
            // A number is another key than its text.
            Value::Num(number) => format!("\0{number}"),
            Value::Bool(truth) => format!("\0{truth}"),
            Value::Empty => String::new(),
            _ => return None,
        };
        Some(if self.caseless { text.to_lowercase() } else { text })
    }

    /// Where a key stands; `None`: nobody knows.
    pub(in crate::script::vba::run) fn place(&self, key: &Value) -> Option<Option<usize>> {
        let spelled = self.spelled(key)?;
        match self.places.get(&spelled) {
            Some(place) => Some(Some(*place)),
            None if self.fuzzy => None,
            None => Some(None),
        }
    }

    /// Puts a value under a key, or at the end without one.
    pub(in crate::script::vba::run) fn put(&mut self, key: Option<Value>, value: Value) {
        let Some(key) = key else {
            self.keys.push(Value::Missing);
            self.values.push(value);
            return;
        };
        match self.spelled(&key) {
            Some(spelled) => match self.places.get(&spelled).and_then(|place| self.values.get_mut(*place)) {
                Some(slot) => *slot = value,
                None => {
                    self.places.insert(spelled, self.values.len());
                    self.keys.push(key);
                    self.values.push(value);
                }
            },
            None => self.fuzzy = true,
        }
    }

    pub(in crate::script::vba::run) fn remove(&mut self, place: usize) {
        if place < self.values.len() {
            self.values.remove(place);
            self.keys.remove(place);
            self.index();
        }
    }

    /// Puts a value in front of the one at `place`.
    pub(in crate::script::vba::run) fn insert(&mut self, place: usize, key: Option<Value>, value: Value) {
        let place = place.min(self.values.len());
        self.keys.insert(place, key.unwrap_or(Value::Missing));
        self.values.insert(place, value);
        self.index();
    }

    pub(in crate::script::vba::run) fn clear(&mut self) {
        *self = Self { caseless: self.caseless, ..Self::default() };
    }

    fn index(&mut self) {
        let spelled: Vec<Option<String>> = self.keys.iter().map(|key| self.spelled(key)).collect();
        self.places = spelled.into_iter().enumerate().filter_map(|(at, key)| Some((key?, at))).collect();
    }

    /// What both may hold.
    pub(in crate::script::vba::run) fn join(&mut self, other: &Self) {
        self.fuzzy |= other.fuzzy;
        for (key, value) in other.keys.iter().zip(&other.values) {
            match self.place(key) {
                Some(Some(place)) => {
                    if let Some(slot) = self.values.get_mut(place).filter(|slot| *slot != value) {
                        *slot = Value::either([slot.clone(), value.clone()]);
                    }
                }
                Some(None) => self.put(Some(key.clone()), value.clone()),
                None => {}
            }
        }
        if self.keys.len() != other.keys.len() {
            self.fuzzy = true;
        }
    }
}

impl Held {
    /// What lies here after either of two ways.
    pub(in crate::script::vba::run) fn join(&mut self, other: &Self) {
        match (self, other) {
            (Self::Dictionary(mine), Self::Dictionary(theirs)) => mine.join(theirs),
            (Self::Collection { items: mine, .. }, Self::Collection { items: theirs, .. }) => {
                mine.join_in_order(theirs);
            }
            (Self::Node { value: mine, .. }, Self::Node { value: theirs, .. }) => {
                *mine = Value::either([std::mem::take(mine), theirs.clone()]);
            }
            (Self::Stream { bytes: mine, .. }, Self::Stream { bytes: theirs, .. }) if mine != theirs => {
                *mine = None
            }
            _ => {}
        }
    }

    pub(in crate::script::vba::run) fn kind(&self) -> ObjectKind {
        match self {
            Self::Stream { .. } | Self::File { .. } => ObjectKind::Files,
            _ => ObjectKind::Plain,
        }
    }
}

impl Keyed {
    /// What both may hold, by place.
    fn join_in_order(&mut self, other: &Self) {
        for (mine, theirs) in self.values.iter_mut().zip(&other.values) {
            if mine != theirs {
                *mine = Value::either([std::mem::take(mine), theirs.clone()]);
            }
        }
        if self.values.len() != other.values.len() {
            self.fuzzy = true;
        }
    }
}

/// The kind of a named object.
pub(in crate::script::vba::run) fn kind_of(name: &str) -> ObjectKind {
    powers::kind_of(name)
}
