//! Command lines: which program they start, and the script behind their layers.

mod base64;

pub(super) use base64::decode as decode_base64;

mod cmd;
mod fold;
mod fold_calls;
mod fold_literals;
mod interpreter;
mod powershell;
mod switches;
mod traits;

use super::{Command, Interpreter, Survey};
use crate::url;
use crate::{Limits, Parsed, Problem};

pub(super) use interpreter::{looks_like_command, mentions_interpreter};

/// Stand-alone commands read of one text.
const LINES_MAX: usize = 256;

/// Peels a command line found at `place`.
pub(super) fn read_command_at(text: &str, place: &str, limits: &Limits) -> Parsed<Command> {
    let mut peeling =
        Peeling { limits, place, problems: Vec::new(), stages: Vec::new(), command: Command::default() };
    let text = peeling.within_limit(text);
    peeling.command.place = place.to_owned();
    peeling.command.text = text.to_owned();
    let mut script = peeling.command_line(text);
    let mut layers = 0;
    while let Some(inner) = peeling.layer(&script) {
        peeling.stages.push(std::mem::replace(&mut script, inner));
        layers += 1;
        if layers >= limits.layers_max {
            peeling.problems.push(Problem::limit(place, "layers_max", u64::from(limits.layers_max)));
            break;
        }
    }
    peeling.stages.push(script);
    peeling.finish()
}

/// Commands of a script: each line that starts a program, or the whole as one PowerShell script.
pub(super) fn survey_lines(text: &str, limits: &Limits, problems: &mut Vec<Problem>) -> Survey {
    let mut survey = Survey::default();
    for (index, line) in text.lines().enumerate() {
        if !looks_like_command(line) {
            continue;
        }
        if survey.commands.len() >= LINES_MAX {
            problems.push(Problem::limit("text", "commands_max", LINES_MAX as u64));
            break;
        }
        let place = format!("text:{}", index + 1);
        survey.commands.push(read_command_at(line.trim(), &place, limits).take(problems));
    }
    if survey.commands.is_empty() {
        let whole = read_command_at(text, "text", limits).take(problems);
        if whole.fetches || whole.executes || !whole.layers.is_empty() {
            survey.commands.push(whole);
        }
    }
    survey
}

/// One command while its layers come off.
struct Peeling<'l> {
    limits: &'l Limits,
    place: &'l str,
    problems: Vec<Problem>,
    /// Every text on the way, outermost first; each may fetch or execute.
    stages: Vec<String>,
    command: Command,
}

impl Peeling<'_> {
    fn within_limit<'t>(&mut self, text: &'t str) -> &'t str {
        if text.len() <= self.limits.text_bytes_max {
            return text;
        }
        self.problems.push(Problem::limit(self.place, "text_bytes_max", self.limits.text_bytes_max as u64));
        let end = text.floor_char_boundary(self.limits.text_bytes_max);
        text.get(..end).unwrap_or_default()
    }

    /// Takes the noise of `cmd` off and names the program.
    fn command_line(&mut self, text: &str) -> String {
        let mut line = text.to_owned();
        if let Some(plain) = cmd::without_carets(&line) {
            self.stages.push(std::mem::replace(&mut line, plain));
            self.add_layer("caret escapes");
        }
        if let Some(plain) = cmd::with_variables(&line, self.limits) {
            self.stages.push(std::mem::replace(&mut line, plain));
            self.add_layer("cmd variables");
        }
        self.command.interpreter = interpreter::of_line(&line);
        line
    }

    fn add_layer(&mut self, name: &str) {
        self.command.layers.push(name.to_owned());
    }

    /// The text one layer further in; `None` when there is none left.
    fn layer(&mut self, text: &str) -> Option<String> {
        if let Some(call) = switches::read(text) {
            self.command.hidden |= call.hidden;
            if self.command.interpreter == Interpreter::Other {
                self.command.interpreter = Interpreter::PowerShell;
            }
            if let Some(value) = call.encoded {
                let (inner, name) = base64::script(&value)?;
                self.add_layer("-EncodedCommand");
                self.add_layer(name);
                return Some(inner);
            }
            return (call.script.len() < text.len() && !call.script.is_empty()).then_some(call.script);
        }
        if let Some(inner) = powershell::invoked_literal(text) {
            self.add_layer("Invoke-Expression");
            return Some(inner);
        }
        self.packed(text).or_else(|| {
            let folded = powershell::fold(text, self.limits)?;
            for name in folded.layers {
                if self.command.layers.last().is_none_or(|last| last != name) {
                    self.add_layer(name);
                }
            }
            if folded.cut {
                self.problems.push(Problem::limit(self.place, "steps_max", self.limits.steps_max));
            }
            Some(folded.text)
        })
    }

    /// A script inside `FromBase64String('…')`, packed or not.
    fn packed(&mut self, text: &str) -> Option<String> {
        let bytes = base64::from_call(text)?;
        let unpacked = base64::unpack(&bytes, text, self.limits.text_bytes_max);
        if unpacked.cut {
            self.problems.push(Problem::limit(
                self.place,
                "text_bytes_max",
                self.limits.text_bytes_max as u64,
            ));
        }
        let (inner, name) = base64::to_script(&unpacked.bytes)?;
        self.add_layer(name);
        if let Some(packing) = unpacked.packing {
            self.add_layer(packing);
        }
        Some(inner)
    }

    fn finish(mut self) -> Parsed<Command> {
        self.command.fetches = self.stages.iter().any(|stage| traits::fetches(stage));
        self.command.executes = self.stages.iter().any(|stage| traits::executes(stage));
        self.command.script = self.stages.last().cloned().unwrap_or_default();
        for stage in self.stages.iter().rev() {
            let urls = url::find(&stage.replace("\\/", "/"), self.limits).take(&mut self.problems);
            if !urls.is_empty() {
                self.command.urls = urls;
                break;
            }
        }
        Parsed { value: self.command, problems: self.problems }
    }
}
