//! Following a path, step by step, to every place it leads to.

use super::script::{self, Scope};
use super::value::Value;
use super::{replaced, swapped, units};
use crate::decode::bake::Oven;
use crate::decode::error::Fault;
use crate::decode::regex::{Flags, Regex};
use crate::{Limit, Limits};
use std::sync::OnceLock;

/// Steps and levels inside one another: a path of that many steps into JSON of the deepest kind.
const DEPTH_MAX: u32 = Limits::NESTING_MAX * 4;

/// What one step came to.
enum Outcome<'j> {
    One(Place<'j>),
    Many(Vec<Place<'j>>),
}

/// A place found, or the wish to go on from the parent.
enum Place<'j> {
    Found(Value<'j>),
    Up(Vec<Value<'j>>),
    /// What the page keeps as `undefined` and leaves out at the end.
    None,
}

pub(super) struct Tracer<'j, 'o, 'l> {
    root: Value<'j>,
    oven: &'o mut Oven<'l>,
    upward: bool,
}

/// Where a step stands.
#[derive(Clone)]
struct Here<'j> {
    value: Value<'j>,
    parent: Value<'j>,
    name: Value<'j>,
    depth: u32,
}

impl<'j> Here<'j> {
    fn child(&self, name: Value<'j>, value: Value<'j>) -> Self {
        Self { value, parent: self.value.clone(), name, depth: self.depth.saturating_add(1) }
    }

    fn deeper(&self) -> Self {
        Self { depth: self.depth.saturating_add(1), ..self.clone() }
    }
}

impl<'j, 'o, 'l> Tracer<'j, 'o, 'l> {
    pub(super) fn new(root: Value<'j>, oven: &'o mut Oven<'l>) -> Self {
        Self { root, oven, upward: false }
    }

    pub(super) fn results(&mut self, path: &[Value<'j>]) -> Result<Vec<Value<'j>>, Fault> {
        let here = Here { value: self.root.clone(), parent: Value::Null, name: Value::Null, depth: 0 };
        let places = match self.trace(path, &here, false)? {
            // The page calls `filter` on a list; of a single place it has none.
            Outcome::One(_) => return Err(Fault::refused("the path leads nowhere")),
            Outcome::Many(places) => places,
        };
        Ok(places
            .into_iter()
            .filter_map(|place| if let Place::Found(value) = place { Some(value) } else { None })
            .collect())
    }

    fn trace(&mut self, path: &[Value<'j>], here: &Here<'j>, literal: bool) -> Result<Outcome<'j>, Fault> {
        self.oven.steps(1)?;
        if here.depth > DEPTH_MAX {
            let value = u64::from(Limits::NESTING_MAX);
            return Err(Fault::Limit(Limit { name: "nesting_max".to_owned(), value }));
        }
        let Some((step, rest)) = path.split_first() else {
            return Ok(Outcome::One(Place::Found(here.value.clone())));
        };
        let mut found = Vec::new();
        if let Some(done) = self.step(step, rest, path, here, literal, &mut found)? {
            return Ok(done);
        }
        if self.upward {
            found = self.parents_followed(found, here)?;
        }
        Ok(Outcome::Many(found))
    }

    /// One step; `Some` when it is the answer itself.
    fn step(
        &mut self,
        step: &Value<'j>,
        rest: &[Value<'j>],
        path: &[Value<'j>],
        here: &Here<'j>,
        literal: bool,
        found: &mut Vec<Place<'j>>,
    ) -> Result<Option<Outcome<'j>>, Fault> {
        let Value::Text(name) = step else {
            let key = step.to_text();
            let Some(value) = here.value.own(&key).filter(|_| here.value.truthy()) else {
                return Err(Fault::refused("a step of the path is no name"));
            };
            self.add(rest, &here.child(step.clone(), value), false, found)?;
            return Ok(None);
        };
        let own = || here.value.own(name).filter(|_| here.value.truthy());
        if let Some(value) = own().filter(|_| literal) {
            self.add(rest, &here.child(step.clone(), value), false, found)?;
            return Ok(None);
        }
        let text = String::from_utf16_lossy(name);
        match text.as_str() {
            "*" => {
                for (name, value) in here.value.children() {
                    self.add(rest, &here.child(name, value), true, found)?;
                }
            }
            ".." => {
                self.add(rest, &here.deeper(), false, found)?;
                for (name, value) in here.value.children() {
                    if value.sort() == "object" {
                        self.add(path, &here.child(name, value), false, found)?;
                    }
                }
            }
            "^" => {
                self.upward = true;
                return Ok(Some(Outcome::One(Place::Up(rest.to_vec()))));
            }
            "~" => return Ok(Some(Outcome::One(Place::Found(here.name.clone())))),
            "$" => {
                let here = Here { parent: Value::Null, name: Value::Null, ..here.deeper() };
                self.add(rest, &here, false, found)?;
            }
            _ => return self.other(&text, name, rest, here, literal, found),
        }
        Ok(None)
    }

    /// Slices, filters, scripts, types, names with commas, and plain names.
    fn other(
        &mut self,
        text: &str,
        name: &[u16],
        rest: &[Value<'j>],
        here: &Here<'j>,
        literal: bool,
        found: &mut Vec<Place<'j>>,
    ) -> Result<Option<Outcome<'j>>, Fault> {
        let own = |name: &[u16]| here.value.own(name).filter(|_| here.value.truthy());
        if let Some((start, end, step)) = slice(text) {
            self.slice(start, end, step, rest, here, found)?;
        } else if text.starts_with("?(") {
            self.filter(name, rest, here, found)?;
        } else if text.starts_with('(') {
            let value = self.evaluated(name, &here.value, &Value::Undefined, here)?;
            let mut path = vec![value];
            path.extend_from_slice(rest);
            self.add(&path, &here.deeper(), false, found)?;
        } else if let Some(sort) = text.strip_prefix('@') {
            let sort = sort.get(..sort.len().saturating_sub(2)).unwrap_or_default();
            if is_of(&here.value, sort)? {
                return Ok(Some(Outcome::One(Place::Found(here.value.clone()))));
            }
        } else if let Some(quoted) = text.strip_prefix('`').and_then(|_| name.get(1..))
            && let Some(value) = own(quoted)
        {
            self.add(rest, &here.child(Value::text(quoted.to_vec()), value), true, found)?;
        } else if text.contains(',') {
            for part in name.split(|unit| *unit == u16::from(b',')) {
                let mut path = vec![Value::text(part.to_vec())];
                path.extend_from_slice(rest);
                self.add(&path, &here.deeper(), false, found)?;
            }
        } else if let Some(value) = own(name).filter(|_| !literal) {
            self.add(rest, &here.child(Value::text(name.to_vec()), value), true, found)?;
        }
        Ok(None)
    }

    fn add(
        &mut self,
        path: &[Value<'j>],
        here: &Here<'j>,
        literal: bool,
        found: &mut Vec<Place<'j>>,
    ) -> Result<(), Fault> {
        match self.trace(path, here, literal)? {
            Outcome::One(place) => found.push(place),
            Outcome::Many(places) => found.extend(places),
        }
        self.oven.room(found.len().saturating_mul(size_of::<Place<'_>>()))
    }

    /// Those who asked for their parent get it: it is here.
    fn parents_followed(&mut self, found: Vec<Place<'j>>, here: &Here<'j>) -> Result<Vec<Place<'j>>, Fault> {
        let mut out = Vec::with_capacity(found.len());
        for place in found {
            match place {
                Place::Up(path) => match self.trace(&path, &here.deeper(), false)? {
                    Outcome::Many(places) if places.is_empty() => out.push(Place::None),
                    Outcome::Many(places) => out.extend(places),
                    Outcome::One(place) => out.push(place),
                },
                other => out.push(other),
            }
        }
        Ok(out)
    }

    fn slice(
        &mut self,
        start: f64,
        end: Option<f64>,
        step: f64,
        rest: &[Value<'j>],
        here: &Here<'j>,
        found: &mut Vec<Place<'j>>,
    ) -> Result<(), Fault> {
        let Value::List(items) = &here.value else {
            found.push(Place::None);
            return Ok(());
        };
        let length = items.len() as f64;
        let clamped = |at: f64| if at < 0.0 { (at + length).max(0.0) } else { at.min(length) };
        let (mut at, end) = (clamped(start), clamped(end.unwrap_or(length)));
        while at < end {
            let mut path = vec![Value::Number(at)];
            path.extend_from_slice(rest);
            self.add(&path, &here.deeper(), false, found)?;
            at += step;
        }
        Ok(())
    }

    fn filter(
        &mut self,
        name: &[u16],
        rest: &[Value<'j>],
        here: &Here<'j>,
        found: &mut Vec<Place<'j>>,
    ) -> Result<(), Fault> {
        static NESTED: OnceLock<Regex> = OnceLock::new();
        let nested = NESTED.get_or_init(|| {
            let flags = Flags { unicode: true, ..Flags::default() };
            Regex::own(r"@.?([^?]*)[\['](\??\(.*?\))(?!.\)\])[\]']", flags)
        });
        let inner = name.strip_prefix(units("?(").as_slice());
        let inner = inner.and_then(|rest| rest.strip_suffix(&[u16::from(b')')])).unwrap_or(name).to_vec();
        let within = nested.find_at(&inner, 0, self.oven)?;
        for (key, value) in here.value.children() {
            let child = here.child(key.clone(), value.clone());
            let holds = match &within {
                Some(found) => {
                    let (key, path) = (found.text(&inner, 1), found.text(&inner, 2));
                    let path = [Value::text(path.unwrap_or_default().to_vec())];
                    let value = match key.filter(|key| !key.is_empty()) {
                        Some(key) => value.own(key).unwrap_or(Value::Undefined),
                        None => value,
                    };
                    let below = Here { value, depth: child.depth, ..here.clone() };
                    !matches!(self.trace(&path, &below, false)?, Outcome::Many(places) if places.is_empty())
                }
                None => self.evaluated(&inner, &value, &key, here)?.truthy(),
            };
            if holds {
                self.add(rest, &child, false, found)?;
            }
        }
        Ok(())
    }

    fn evaluated(
        &mut self,
        code: &[u16],
        value: &Value<'j>,
        name: &Value<'j>,
        here: &Here<'j>,
    ) -> Result<Value<'j>, Fault> {
        static SELF: OnceLock<Regex> = OnceLock::new();
        let own =
            SELF.get_or_init(|| Regex::own(r"@(?=[.\s)\[])", Flags { unicode: true, ..Flags::default() }));
        let mut code = code.to_vec();
        if code.windows(5).any(|window| window.iter().copied().eq("@path".encode_utf16())) {
            return Err(Fault::refused("`@path` is not evaluated by this version"));
        }
        for (from, to) in [
            ("@parentProperty", "_$_parentProperty"),
            ("@parent", "_$_parent"),
            ("@property", "_$_property"),
            ("@root", "_$_root"),
        ] {
            code = swapped(&code, from, to);
        }
        let code = replaced(&code, own, self.oven, |_| units("_$_v"))?;
        self.oven.work(code.len())?;
        let scope = Scope {
            value: value.clone(),
            name: name.clone(),
            parent: here.parent.clone(),
            parent_name: here.name.clone(),
            root: self.root.clone(),
        };
        script::evaluate(&code, &scope, self.oven)
    }
}

/// `start:end:step` of whole numbers; 0 stands for what is left out.
fn slice(text: &str) -> Option<(f64, Option<f64>, f64)> {
    let (start, rest) = text.split_once(':')?;
    let (end, step) = rest.split_once(':').unwrap_or((rest, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = |text: &str| digits(text.strip_prefix('-').unwrap_or(text));
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| *number != 0.0);
    (whole(start) && whole(end) && digits(step))
        .then(|| (number(start).unwrap_or(0.0), number(end), number(step).unwrap_or(1.0)))
}

fn is_of(value: &Value<'_>, sort: &str) -> Result<bool, Fault> {
    let number = if let Value::Number(number) = value { Some(*number) } else { None };
    Ok(match sort {
        "scalar" => value.sort() != "object" || matches!(value, Value::Null),
        "boolean" | "string" | "undefined" | "function" => value.sort() == sort,
        "integer" => number.is_some_and(|number| number.is_finite() && number % 1.0 == 0.0),
        "number" => number.is_some_and(f64::is_finite),
        "nonFinite" => number.is_some_and(|number| !number.is_finite()),
        "object" => matches!(value, Value::Map(_) | Value::List(_)),
        "array" => matches!(value, Value::List(_)),
        "null" => matches!(value, Value::Null),
        other => return Err(Fault::refused(format!("no type is named \"{other}\""))),
    })
}
