//! The operations that steer a run: Fork, Subsection, Merge, Register, Jump and their kin.
//!
//! They follow the page to the letter, with what that entails: inside a Fork the escapes of the arguments are
//! resolved once more; a register changes the arguments of the steps behind it for good; after a piece that was
//! refused, the run goes on behind the step that refused it.

use super::args::{Arg, Args, Kind};
use super::bake::{Course, Done, Halt, Kitchen};
use super::dish::Dish;
use super::error::Fault;
use super::ops::insight::magic::{self, Search};
use super::ops::{Op, Takes, arg};
use super::regex::{Flags, Match, Regex};
use crate::{Limit, Limits};

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Fork,
    Merge,
    Register,
    Subsection,
    Label,
    Jump,
    ConditionalJump,
    Return,
    Comment,
    Magic,
}

pub(super) static OPS: &[Op] = &[
    Op {
        name: "Fork",
        args: &[
            arg("Split delimiter", Kind::Escaped("\\n")),
            arg("Merge delimiter", Kind::Escaped("\\n")),
            arg("Ignore errors", Kind::Flag(false)),
        ],
        run: Takes::Flow(Flow::Fork),
    },
    Op { name: "Merge", args: &[arg("Merge All", Kind::Flag(true))], run: Takes::Flow(Flow::Merge) },
    Op {
        name: "Register",
        args: &[
            arg("Extractor", Kind::Escaped("([\\s\\S]*)")),
            arg("Case insensitive", Kind::Flag(true)),
            arg("Multiline matching", Kind::Flag(false)),
            arg("Dot matches all", Kind::Flag(false)),
        ],
        run: Takes::Flow(Flow::Register),
    },
    Op {
        name: "Subsection",
        args: &[
            arg("Section (regex)", Kind::Text("")),
            arg("Case sensitive matching", Kind::Flag(true)),
            arg("Global matching", Kind::Flag(true)),
            arg("Ignore errors", Kind::Flag(false)),
        ],
        run: Takes::Flow(Flow::Subsection),
    },
    Op { name: "Label", args: &[arg("Name", Kind::Text(""))], run: Takes::Flow(Flow::Label) },
    Op {
        name: "Jump",
        args: &[
            arg("Label name", Kind::Text("")),
            arg("Maximum jumps (if jumping backwards)", Kind::Number(10.0)),
        ],
        run: Takes::Flow(Flow::Jump),
    },
    Op {
        name: "Conditional Jump",
        args: &[
            arg("Match (regex)", Kind::Text("")),
            arg("Invert match", Kind::Flag(false)),
            arg("Label name", Kind::Text("")),
            arg("Maximum jumps (if jumping backwards)", Kind::Number(10.0)),
        ],
        run: Takes::Flow(Flow::ConditionalJump),
    },
    Op { name: "Return", args: &[], run: Takes::Flow(Flow::Return) },
    Op { name: "Comment", args: &[arg("", Kind::Text(""))], run: Takes::Flow(Flow::Comment) },
    Op {
        name: "Magic",
        args: &[
            arg("Depth", Kind::Number(3.0)),
            arg("Intensive mode", Kind::Flag(false)),
            arg("Extensive language support", Kind::Flag(false)),
            arg("Crib (known plaintext string or regex)", Kind::Text("")),
        ],
        run: Takes::Flow(Flow::Magic),
    },
];

/// Where a run stands.
pub(super) struct State {
    pub(super) dish: Dish,
    /// The place in the list of the next step.
    pub(super) at: usize,
    /// Jumps taken in a row.
    pub(super) jumps: u32,
    /// Registers filled so far.
    pub(super) registers: usize,
}

impl Kitchen<'_> {
    /// Runs the steering step at `place`, which `state` already stands behind.
    pub(super) fn control(
        &mut self,
        flow: Flow,
        course: &Course<'_>,
        place: usize,
        state: &mut State,
    ) -> Result<(), Halt> {
        let at = state.at.saturating_sub(1);
        let halt = |fault| Halt { step: place, at, fault };
        let Some(args) = self.steps.get(place).map(|step| step.args.clone()) else { return Ok(()) };
        let dish = std::mem::take(&mut state.dish);
        if flow == Flow::Magic {
            let behind = course.list.get(state.at..).unwrap_or_default();
            let last = behind.iter().all(|place| self.steps.get(*place).is_none_or(|step| step.disabled));
            state.dish = self.magic(&args, dish, !last || course.depth > 0).map_err(halt)?;
            return Ok(());
        }
        let text = dish.into_text(&mut self.oven).map_err(halt)?;
        match flow {
            Flow::Fork => return self.fork(course, &args, state, &text, place),
            Flow::Subsection => return self.subsection(course, &args, state, text, place),
            Flow::Register => self.register(course, &args, state, &text).map_err(halt)?,
            Flow::Jump => self.jump(course, args.text(0), args.number(1), true, state),
            Flow::ConditionalJump => self.conditional_jump(course, &args, state, &text).map_err(halt)?,
            Flow::Return => state.at = course.list.len(),
            Flow::Merge | Flow::Label | Flow::Comment | Flow::Magic => {}
        }
        state.dish = Dish::Text(text);
        Ok(())
    }

    /// What could be made of the value, as a value.
    fn magic(&mut self, args: &Args, dish: Dish, every_likeness: bool) -> Result<Dish, Fault> {
        let crib = match args.text(3) {
            [] => None,
            crib => {
                let flags = Flags { ignore_case: true, ..Flags::default() };
                Some(Regex::native(crib, flags).map_err(Fault::Refused)?)
            }
        };
        let search = Search {
            depth: args.number(0),
            intensive: args.flag(1),
            all_languages: args.flag(2),
            crib,
            every_likeness,
            powershell: false,
        };
        let input = dish.into_bytes(&mut self.oven)?;
        Ok(Dish::Json(magic::search(&input, &search, &mut self.oven)?))
    }

    fn op(&self, place: usize) -> Option<&'static Op> {
        self.steps.get(place).map(|step| step.op)
    }

    fn is_flow(&self, place: usize, wanted: Flow) -> bool {
        self.op(place).is_some_and(|op| matches!(op.run, Takes::Flow(flow) if flow == wanted))
    }

    /// The steps behind a Fork or Subsection up to its Merge.
    fn inner(&self, course: &Course<'_>, from: usize) -> Vec<usize> {
        let mut open = 1_usize;
        let mut inner = Vec::new();
        for &place in course.list.get(from..).unwrap_or_default() {
            let step = self.steps.get(place);
            if self.is_flow(place, Flow::Merge) && step.is_some_and(|step| !step.disabled) {
                open = open.saturating_sub(1);
                if open == 0 || step.is_some_and(|step| step.args.flag(0)) {
                    break;
                }
            } else if self.is_flow(place, Flow::Fork) || self.is_flow(place, Flow::Subsection) {
                open = open.saturating_add(1);
            }
            inner.push(place);
        }
        inner
    }

    fn fork(
        &mut self,
        course: &Course<'_>,
        args: &Args,
        state: &mut State,
        text: &[u16],
        place: usize,
    ) -> Result<(), Halt> {
        let inner = self.inner(course, state.at);
        let baseline = self.baseline(&inner);
        let (mut out, mut progress) = (Vec::new(), 0);
        if !text.is_empty() {
            let join = args.text(1);
            for (index, piece) in super::ops::text::Sections::new(text, args.text(0)).enumerate() {
                if index > 0 {
                    out.extend_from_slice(join);
                }
                progress = self.piece(course, &inner, &baseline, piece, state, &mut out, place)?;
            }
        }
        state.dish = Dish::Text(out);
        state.at = state.at.saturating_add(progress);
        Ok(())
    }

    fn subsection(
        &mut self,
        course: &Course<'_>,
        args: &Args,
        state: &mut State,
        text: Vec<u16>,
        place: usize,
    ) -> Result<(), Halt> {
        let at = state.at.saturating_sub(1);
        let halt = |fault| Halt { step: place, at, fault };
        if text.is_empty() || args.text(0).is_empty() {
            state.dish = Dish::Text(text);
            return Ok(());
        }
        let inner = self.inner(course, state.at);
        let flags = Flags { ignore_case: !args.flag(1), ..Flags::default() };
        let regex = Regex::native(args.text(0), flags).map_err(|why| halt(Fault::Refused(why)))?;
        let baseline = self.baseline(&inner);
        let (mut out, mut kept, mut from, mut progress) = (Vec::new(), 0, 0, None);
        while let Some(found) = regex.find_at(&text, from, &mut self.oven).map_err(halt)? {
            let range = section(&text, &found).ok_or_else(|| halt(Fault::refused(EMPTY_GROUP)))?;
            if found.range().is_empty() && args.flag(2) {
                return Err(halt(Fault::refused("the section matches nothing, for ever, on the page")));
            }
            out.extend_from_slice(text.get(kept..range.start).unwrap_or_default());
            kept = range.end;
            let piece = text.get(range).unwrap_or_default();
            progress = Some(self.piece(course, &inner, &baseline, piece, state, &mut out, place)?);
            from = found.range().end;
            if !args.flag(2) {
                break;
            }
        }
        out.extend_from_slice(text.get(kept..).unwrap_or_default());
        // Nothing found: the steps inside are passed over, with the Merge.
        let on = progress.unwrap_or_else(|| inner.len().saturating_add(1));
        state.at = state.at.saturating_add(on);
        state.dish = Dish::Text(out);
        Ok(())
    }

    /// The arguments of the steps inside, as every piece starts with.
    fn baseline(&self, inner: &[usize]) -> Vec<Args> {
        let args = |place: &usize| self.steps.get(*place).map(|step| step.args.clone()).unwrap_or_default();
        inner.iter().map(args).collect()
    }

    /// Runs the steps inside on one piece; how far they came.
    #[expect(clippy::too_many_arguments, reason = "what Fork and Subsection share is just this")]
    fn piece(
        &mut self,
        course: &Course<'_>,
        inner: &[usize],
        baseline: &[Args],
        piece: &[u16],
        state: &State,
        out: &mut Vec<u16>,
        place: usize,
    ) -> Result<usize, Halt> {
        let at = state.at.saturating_sub(1);
        let halt = |fault| Halt { step: place, at, fault };
        if course.depth >= Limits::NESTING_MAX {
            let limit = Limit { name: "nesting_max".to_owned(), value: u64::from(Limits::NESTING_MAX) };
            return Err(halt(Fault::Limit(limit)));
        }
        // The arguments of each step inside are copied twice.
        let inside = u64::try_from(inner.len()).unwrap_or(u64::MAX);
        self.oven.steps(if inner.len() > FEW_STEPS { inside } else { inside / 8 }).map_err(halt)?;
        for (step, args) in inner.iter().zip(baseline) {
            let again = self.prepared_again(*step, args.clone()).map_err(halt)?;
            self.set_args(*step, again);
        }
        let within =
            Course { list: inner, registers: state.registers, depth: course.depth.saturating_add(1) };
        let progress = match self.execute(&within, Dish::Text(piece.to_vec())) {
            Ok(Done { dish, progress, .. }) => {
                out.extend(dish.into_text(&mut self.oven).map_err(halt)?);
                progress
            }
            Err(Halt { at, fault: Fault::Refused(why), .. }) => {
                self.refused_pieces = self.refused_pieces.saturating_add(1);
                out.extend(why.encode_utf16());
                at
            }
            Err(halt) => return Err(halt),
        };
        self.oven.room_for_text(out.len()).map_err(halt)?;
        Ok(progress)
    }

    /// The arguments as the page stores them: put through their preparation once more.
    fn prepared_again(&self, place: usize, args: Args) -> Result<Args, Fault> {
        let specs = self.op(place).map_or(&[][..], |op| op.args);
        let mut args = args;
        for (spec, arg) in specs.iter().zip(&mut args.0) {
            if let (true, Arg::Text(text)) = (spec.is_escaped(), &mut *arg)
                && text.contains(&0x5c)
            {
                *text = super::args::unescape(text)
                    .ok_or_else(|| Fault::refused("an argument holds an escape above U+10FFFF"))?;
            }
        }
        Ok(args)
    }

    fn set_args(&mut self, place: usize, args: Args) {
        if self.steps.get(place).is_some_and(|step| step.args != args)
            && let Some(step) = self.steps.to_mut().get_mut(place)
        {
            step.args = args;
        }
    }

    fn register(
        &mut self,
        course: &Course<'_>,
        args: &Args,
        state: &mut State,
        text: &[u16],
    ) -> Result<(), Fault> {
        let flags = Flags {
            ignore_case: args.flag(1),
            multiline: args.flag(2),
            dot_all: args.flag(3),
            ..Flags::default()
        };
        let regex = Regex::xregexp(args.text(0), flags).map_err(Fault::Refused)?;
        let Some(found) = regex.find_at(text, 0, &mut self.oven)? else { return Ok(()) };
        let undefined: Vec<u16> = "undefined".encode_utf16().collect();
        let values: Vec<&[u16]> =
            (1..found.groups.len()).map(|group| found.text(text, group).unwrap_or(&undefined)).collect();
        // All arguments together count, for each may hold all of a register.
        let mut units: usize = self.steps.iter().map(|step| step.args.units()).fold(0, usize::saturating_add);
        for &place in course.list.get(state.at..).unwrap_or_default() {
            let Some(step) = self.steps.get(place).filter(|step| !step.disabled) else { continue };
            let mut args = step.args.clone();
            units = units.saturating_sub(args.units());
            for arg in &mut args.0 {
                if let Arg::Text(text) | Arg::Toggle(_, text) = arg
                    && text.contains(&0x24)
                {
                    *text = filled(text, &values, state.registers);
                    self.oven.work(text.len())?;
                }
            }
            units = units.saturating_add(args.units());
            self.oven.room_for_text(units)?;
            let again = self.prepared_again(place, args)?;
            self.set_args(place, again);
            self.oven.steps(1)?;
        }
        state.registers = state.registers.saturating_add(values.len());
        Ok(())
    }

    /// Goes behind the label of this name when `due`.
    fn jump(&self, course: &Course<'_>, label: &[u16], most: f64, due: bool, state: &mut State) {
        let is_label = |place: &usize| {
            self.is_flow(*place, Flow::Label)
                && self.steps.get(*place).is_some_and(|step| step.args.text(0) == label)
        };
        match course.list.iter().position(is_label) {
            Some(target) if f64::from(state.jumps) < most && due => {
                state.at = target.saturating_add(1);
                state.jumps = state.jumps.saturating_add(1);
            }
            _ => state.jumps = 0,
        }
    }

    fn conditional_jump(
        &mut self,
        course: &Course<'_>,
        args: &Args,
        state: &mut State,
        text: &[u16],
    ) -> Result<(), Fault> {
        let (pattern, inverted, label, most) = (args.text(0), args.flag(1), args.text(2), args.number(3));
        let is_label = |place: &usize| {
            self.is_flow(*place, Flow::Label)
                && self.steps.get(*place).is_some_and(|step| step.args.text(0) == label)
        };
        let known = course.list.iter().any(is_label);
        if !known || f64::from(state.jumps) >= most {
            state.jumps = 0;
            return Ok(());
        }
        if pattern.is_empty() {
            return Ok(());
        }
        let regex = Regex::native(pattern, Flags::default()).map_err(Fault::Refused)?;
        let due = regex.is_in(text, &mut self.oven)? != inverted;
        self.jump(course, label, most, due, state);
        Ok(())
    }
}

/// Steps inside a Fork that cost next to nothing to prepare.
const FEW_STEPS: usize = 64;

const EMPTY_GROUP: &str = "the group of the section took no part in the match";

/// The part of a match that the steps inside work on: its first group, where that stands first in it.
fn section(text: &[u16], found: &Match) -> Option<std::ops::Range<usize>> {
    let whole = found.range();
    if found.groups.len() < 2 {
        return Some(whole);
    }
    let (group, all) = (found.text(text, 1)?, found.text(text, 0)?);
    let offset =
        if group.is_empty() { 0 } else { all.windows(group.len()).position(|window| window == group)? };
    let start = whole.start.checked_add(offset)?;
    Some(start..start.checked_add(group.len())?)
}

/// `$R0` … `$R99` replaced by what these registers hold; an odd number of backslashes before one keeps it.
fn filled(text: &[u16], values: &[&[u16]], before: usize) -> Vec<u16> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&unit, after)) = rest.split_first() {
        let slashes = rest.iter().take_while(|unit| **unit == 0x5c).count();
        let mark = rest.get(slashes..).unwrap_or_default();
        let digit = |at: usize| {
            mark.get(at).and_then(|unit| unit.checked_sub(0x30)).filter(|digit| *digit <= 9).map(usize::from)
        };
        let number = match (mark.first(), mark.get(1), digit(2), digit(3)) {
            (Some(0x24), Some(0x52), Some(tens), Some(ones)) => {
                Some((tens.saturating_mul(10).saturating_add(ones), 4))
            }
            (Some(0x24), Some(0x52), Some(ones), None) => Some((ones, 3)),
            _ => None,
        };
        let Some((number, length)) = number else {
            if slashes > 0 {
                out.extend_from_slice(rest.get(..slashes).unwrap_or_default());
                rest = mark;
            } else {
                out.push(unit);
                rest = after;
            }
            continue;
        };
        let whole = rest.get(..slashes.saturating_add(length)).unwrap_or_default();
        match number.checked_sub(before).and_then(|number| values.get(number)) {
            None => out.extend_from_slice(whole),
            Some(_) if slashes % 2 != 0 => out.extend_from_slice(whole.get(1..).unwrap_or_default()),
            Some(value) => {
                out.extend_from_slice(rest.get(..slashes).unwrap_or_default());
                out.extend_from_slice(value);
            }
        }
        rest = rest.get(whole.len()..).unwrap_or_default();
    }
    out
}
