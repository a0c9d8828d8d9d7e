//! What runs leave behind: calls that reach outside, files written, texts made, and the way to each call.

use super::reference::{Place, Range};
use super::value::Value;
use crate::office::push_sheet;
use crate::script::vba::GAP;
use crate::script::{CallStep, Power};
use std::collections::HashMap;
use std::fmt::Write as _;

/// Steps of the way to a call that are kept: of a longer way, the last ones.
const PATH_STEPS_MAX: usize = 32;
/// Arguments kept of one call in one cell: macros call in loops.
const ARGUMENTS_PER_CELL_MAX: usize = 16;
/// Calls kept of one workbook.
pub(super) const CALLS_MAX: usize = 10_000;
/// Texts kept besides arguments, in all.
const TEXTS_MAX: usize = 4_096;

/// One call that reaches outside.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) place: Place,
    pub(super) name: String,
    pub(super) power: Power,
    /// Everything that is known of the arguments, with gaps.
    pub(super) argument: String,
    /// The line the call starts, when it starts one.
    pub(super) command: Option<String>,
    /// Indexes of the entry points it is reached from.
    pub(super) entries: Vec<usize>,
    pub(super) path: Vec<CallStep>,
}

/// A file that was opened for writing.
#[derive(Debug, Clone, Default)]
pub(super) struct File {
    pub(super) place: Option<Place>,
    pub(super) path: String,
    pub(super) content: String,
    run: usize,
}

/// The record of all runs.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) calls: Vec<Recorded>,
    known: HashMap<(Place, String), Vec<usize>>,
    entry: Option<usize>,
    run: usize,
    /// The way to where the run stands: each step names a macro and the row that leads on.
    path: Vec<(CallStep, Place)>,
    /// The macro that runs now, by the place it began.
    current: Option<Place>,
    names: HashMap<Place, (String, String)>,
    pub(super) files: Vec<File>,
    /// Open files of the run, by the number they were opened with.
    open: Vec<usize>,
    pub(super) texts: Vec<(Place, String)>,
}

impl Record {
    /// A new run from a place, for an entry point or for none.
    pub(super) fn begin(&mut self, entry: Option<usize>, start: Place) {
        self.entry = entry;
        self.run += 1;
        self.path.clear();
        self.current = Some(start);
        self.open.clear();
    }

    /// Whether the run is that of an entry point.
    pub(super) fn is_started(&self) -> bool {
        self.entry.is_some()
    }

    /// Calls the macro at a place by a name: its entry point.
    pub(super) fn name_macro(&mut self, place: Place, sheet: &str, name: &str) {
        self.names.insert(place, (sheet.to_owned(), name.to_owned()));
    }

    /// The run goes on elsewhere. A macro met again on the way was a loop: the way is cut back to it.
    pub(super) fn step(&mut self, sheet: &str, from: Place, to: Place) {
        let began = self.current.unwrap_or(from);
        let step = self.step_of(began, sheet, from);
        self.path.push((step, began));
        self.current = Some(to);
        if let Some(at) = self.path.iter().position(|(_, place)| *place == to) {
            self.path.truncate(at);
        }
        if self.path.len() > PATH_STEPS_MAX {
            self.path.remove(0);
        }
    }

    fn step_of(&self, began: Place, sheet: &str, line: Place) -> CallStep {
        let (module, procedure) =
            self.names.get(&began).cloned().unwrap_or_else(|| (sheet.to_owned(), cell_of(sheet, began)));
        CallStep { module, procedure, line: line.row.saturating_add(1) }
    }

    /// The way to a call: from macro to macro, and then the cell of the call.
    fn way(&self, sheet: &str, place: Place) -> Vec<CallStep> {
        let began = self.current.unwrap_or(place);
        let mut way: Vec<CallStep> = self.path.iter().map(|(step, _)| step.clone()).collect();
        way.push(self.step_of(began, sheet, place));
        let (module, procedure) = (sheet.to_owned(), cell_of(sheet, place));
        if way.last().is_none_or(|last| last.procedure != procedure) {
            way.push(CallStep { module, procedure, line: place.row.saturating_add(1) });
        }
        way.drain(..way.len().saturating_sub(PATH_STEPS_MAX));
        way
    }

    /// A subroutine begins; what is given back is handed to [`Self::leave`].
    pub(super) fn enter(
        &mut self,
        sheet: &str,
        from: Place,
        to: Place,
    ) -> (Vec<(CallStep, Place)>, Option<Place>) {
        let before = (self.path.clone(), self.current);
        self.step(sheet, from, to);
        before
    }

    pub(super) fn leave(&mut self, before: (Vec<(CallStep, Place)>, Option<Place>)) {
        (self.path, self.current) = before;
    }

    /// A call that reaches outside.
    pub(super) fn call(
        &mut self,
        sheet: &str,
        place: Place,
        name: &str,
        power: Power,
        argument: String,
        command: Option<String>,
    ) {
        let same = self.known.entry((place, name.to_owned())).or_default();
        let entry = self.entry;
        for index in same.iter() {
            let Some(call) = self.calls.get_mut(*index) else { continue };
            // The run that knew most counts; what differs in known parts is another call.
            if call.argument == argument || is_covered(&argument, &call.argument) {
                call.entries.extend(entry.filter(|entry| !call.entries.contains(entry)));
                return;
            }
            if is_covered(&call.argument, &argument) {
                call.argument = argument;
                call.command = command;
                return;
            }
        }
        if same.len() >= ARGUMENTS_PER_CELL_MAX || self.calls.len() >= CALLS_MAX {
            return;
        }
        same.push(self.calls.len());
        let path = if entry.is_some() { self.way(sheet, place) } else { Vec::new() };
        let entries = entry.into_iter().collect();
        let name = name.to_owned();
        self.calls.push(Recorded { place, name, power, argument, command, entries, path });
    }

    /// A text that may hold a URL or a command.
    pub(super) fn text(&mut self, place: Place, text: &str) {
        const LEN_MIN: usize = 8;
        if text.len() >= LEN_MIN && self.texts.len() < TEXTS_MAX {
            self.texts.push((place, text.to_owned()));
        }
    }

    /// Opens a file; gives its number, from 1.
    pub(super) fn open_file(&mut self, place: Place, path: &str) -> usize {
        const FILES_MAX: usize = 256;
        let run = self.run;
        let is_same = |file: &File| file.run == run && file.path == path && file.place == Some(place);
        let known = self.files.iter().position(is_same);
        let index = known.unwrap_or_else(|| {
            if self.files.len() < FILES_MAX {
                self.files.push(File::default());
            }
            self.files.len().saturating_sub(1)
        });
        if let Some(file) = self.files.get_mut(index) {
            *file = File { place: Some(place), path: path.to_owned(), content: String::new(), run };
        }
        self.open.push(index);
        self.open.len()
    }

    /// Adds text to a file. `false` when it is too long.
    pub(super) fn write_file(&mut self, number: usize, text: &str, len_max: usize) -> bool {
        let index = number.checked_sub(1).and_then(|at| self.open.get(at)).copied();
        let Some(file) = index.and_then(|index| self.files.get_mut(index)) else { return true };
        if file.content.len().saturating_add(text.len()) > len_max {
            return false;
        }
        file.content.push_str(text);
        true
    }

    pub(super) fn file_path(&self, number: usize) -> Option<&str> {
        let index = number.checked_sub(1).and_then(|at| self.open.get(at)).copied()?;
        self.files.get(index).map(|file| file.path.as_str())
    }
}

/// A cell as it is told: `Macro1!R3C2`.
pub(super) fn cell_of(sheet: &str, place: Place) -> String {
    let mut cell = String::new();
    push_sheet(&mut cell, sheet);
    let _ = write!(cell, "!R{}C{}", u64::from(place.row) + 1, u64::from(place.column) + 1);
    cell
}

/// Whether a text says no more than another: the same start and end around a gap.
fn is_covered(less: &str, more: &str) -> bool {
    let Some((start, rest)) = less.split_once(GAP) else { return false };
    let end = rest.rsplit_once(GAP).map_or(rest, |(_, end)| end);
    more.len() >= start.len() + end.len() && more.starts_with(start) && more.ends_with(end)
}

/// Arguments as one line: what is known of them, in order, as far as `len_max` bytes go.
pub(super) fn line_of<'v>(values: impl IntoIterator<Item = &'v Value>, len_max: usize) -> String {
    let mut line = String::new();
    for value in values {
        if line.len() >= len_max {
            break;
        }
        let text = match value {
            Value::Empty | Value::Range(Range { .. }) => continue,
            value => value.to_text(),
        };
        if !line.is_empty() && !text.is_empty() {
            line.push(' ');
        }
        line.push_str(&text);
    }
    line.truncate(line.floor_char_boundary(len_max));
    line
}
