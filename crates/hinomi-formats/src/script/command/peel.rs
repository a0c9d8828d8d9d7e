//! Layers come off a command one by one; what each of them does is kept.

use super::effects::{self, Effects};
use super::evaluate::Dialect;
use super::{base64, cmd, interpreter, powershell, switches, traits};
use crate::script::{Command, Interpreter, host};
use crate::url;
use crate::{Limits, Parsed, Problem, ProblemKind};
use std::collections::BTreeSet;

/// Command lines that a command starts, one inside another.
const STARTED_DEPTH_MAX: u32 = 3;
/// Command lines that one command starts and that are read in turn.
const STARTED_MAX: usize = 32;

/// Reads a command line. `depth`: how many commands started one another until here.
pub(super) fn peel(text: &str, place: &str, limits: &Limits, depth: u32) -> Parsed<Command> {
    peel_within(text, place, limits, &mut limits.steps_max.clone(), depth)
}

/// Reads a PowerShell script, whose text is no line for the command processor. It pays with `fuel`.
pub(super) fn peel_script(text: &str, place: &str, limits: &Limits, fuel: &mut u64) -> Parsed<Command> {
    peeled(text, place, limits, fuel, 0, true)
}

/// A command line that pays with `fuel`.
pub(super) fn peel_within(
    text: &str,
    place: &str,
    limits: &Limits,
    fuel: &mut u64,
    depth: u32,
) -> Parsed<Command> {
    peeled(text, place, limits, fuel, depth, false)
}

fn peeled(
    text: &str,
    place: &str,
    limits: &Limits,
    fuel: &mut u64,
    depth: u32,
    is_script: bool,
) -> Parsed<Command> {
    let mut peeling = Peeling {
        limits,
        place,
        problems: Vec::new(),
        stages: Vec::new(),
        command: Command::default(),
        effects: Effects::default(),
        superseded: BTreeSet::new(),
        fuel: *fuel,
        depth,
        is_script,
        evaluated: None,
    };
    let text = peeling.within_limit(text);
    peeling.command.place = place.to_owned();
    peeling.command.text = text.to_owned();
    let mut script = if is_script {
        peeling.command.interpreter = Interpreter::PowerShell;
        text.to_owned()
    } else {
        peeling.command_line(text)
    };
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
    let (read, left) = peeling.finish();
    *fuel = left;
    read
}

/// One command while its layers come off.
struct Peeling<'l> {
    limits: &'l Limits,
    place: &'l str,
    problems: Vec<Problem>,
    /// Every text on the way, outermost first; each may fetch or execute.
    stages: Vec<String>,
    command: Command,
    effects: Effects,
    superseded: BTreeSet<String>,
    fuel: u64,
    depth: u32,
    /// The text is known to be PowerShell.
    is_script: bool,
    /// The text that came out of the evaluator last: evaluating it again gives nothing new.
    evaluated: Option<String>,
}

impl Peeling<'_> {
    fn within_limit<'t>(&mut self, text: &'t str) -> &'t str {
        if text.len() <= self.limits.text_bytes_max {
            return text;
        }
        self.limit("text_bytes_max", self.limits.text_bytes_max as u64);
        let end = text.floor_char_boundary(self.limits.text_bytes_max);
        text.get(..end).unwrap_or_default()
    }

    fn limit(&mut self, name: &str, value: u64) {
        let problem = Problem::limit(self.place, name, value);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Takes the noise of `cmd` off and names the program.
    fn command_line(&mut self, text: &str) -> String {
        let unwrapped = cmd::unwrapped(text, self.limits, &mut self.fuel);
        let mut line = text.to_owned();
        for (plain, layer) in unwrapped.steps {
            self.stages.push(std::mem::replace(&mut line, plain));
            self.add_layer(layer);
        }
        if unwrapped.cut {
            self.limit("text_bytes_max", self.limits.text_bytes_max as u64);
        }
        for path in &unwrapped.written {
            self.effects.file(path);
        }
        for simple in &unwrapped.lines {
            self.effects.line(simple, self.limits);
        }
        let interpreter = match interpreter::of_line(&line) {
            Interpreter::Other if effects::is_own_program(&line) => Interpreter::SystemBinary,
            known => known,
        };
        if let Some(call) = self.innermost_call(&unwrapped.lines).filter(|call| *call != line) {
            self.stages.push(std::mem::replace(&mut line, call));
        }
        if self.fuel == 0 {
            self.limit("steps_max", self.limits.steps_max);
        }
        self.command.interpreter = interpreter;
        line
    }

    /// Of several simple commands the one whose layers are worth peeling: a call of PowerShell, a line that another
    /// program is given to start, a script in a URL.
    fn innermost_call(&mut self, lines: &[String]) -> Option<String> {
        let calls = |line: &&String| {
            let first = effects::program_name(line.split_whitespace().next().unwrap_or_default());
            let hands_on = effects::is_known_program(&first) && !matches!(first.as_str(), "cmd" | "forfiles");
            interpreter::first_of_line(line) == Interpreter::PowerShell
                && (!hands_on || matches!(first.as_str(), "powershell" | "pwsh"))
        };
        let inline = |line: &&String| {
            interpreter::first_of_line(line) == Interpreter::SystemBinary && inline_at(line).is_some()
        };
        let own = lines.iter().find(calls).or_else(|| lines.iter().find(inline));
        own.cloned().or_else(|| self.started_call())
    }

    /// A call of PowerShell among the command lines that are started, taken out of them.
    fn started_call(&mut self) -> Option<String> {
        let calls = |line: &String| interpreter::of_line(line) == Interpreter::PowerShell;
        let at = self.effects.started.iter().position(calls)?;
        Some(self.effects.started.remove(at))
    }

    fn add_layer(&mut self, name: &str) {
        self.command.layers.push(name.to_owned());
    }

    /// The text one layer further in; `None` when there is none left.
    fn layer(&mut self, text: &str) -> Option<String> {
        if let Some(inner) = self.inline_script(text) {
            return Some(inner);
        }
        if let Some(call) = switches::read(text) {
            self.command.hidden |= call.hidden;
            if self.command.interpreter == Interpreter::Other {
                self.command.interpreter = Interpreter::PowerShell;
            }
            // What stands around a call in a script happens too.
            if !call.leads || self.is_script && !interpreter::begins(text) {
                let evaluated = self.evaluate(text);
                if let Some(call) = self.started_call().or_else(|| evaluated.filter(|inner| inner != text)) {
                    return Some(call);
                }
            }
            if let Some(value) = call.encoded {
                let (inner, name) = base64::script(&value)?;
                self.add_layer("-EncodedCommand");
                self.add_layer(name);
                return Some(inner);
            }
            return (call.script.len() < text.len() && !call.script.is_empty()).then_some(call.script);
        }
        if let Some(inner) = invoked_literal(text) {
            self.add_layer("Invoke-Expression");
            return Some(inner);
        }
        if self.evaluated.as_deref() == Some(text) || self.is_plain_program(text) {
            return self.packed(text);
        }
        match self.evaluate(text) {
            Some(inner) => Some(inner),
            None => self.packed(text),
        }
    }

    /// A line for another program is no PowerShell.
    fn is_plain_program(&self, text: &str) -> bool {
        if self.is_script {
            return false;
        }
        let word = text.trim();
        let path = !word.contains(char::is_whitespace)
            && word.contains(['\\', '/'])
            && !word.contains(['(', '$', '\'']);
        path || matches!(
            self.command.interpreter,
            Interpreter::Cmd | Interpreter::SystemBinary | Interpreter::ScriptHost
        ) && interpreter::begins(text)
    }

    /// Evaluates a script; what it runs as text, or its own text folded, is the next layer.
    fn evaluate(&mut self, text: &str) -> Option<String> {
        if self.fuel == 0 {
            return None;
        }
        let found = powershell::evaluate(text, self.limits, self.fuel);
        self.fuel = found.fuel;
        if found.fuel == 0 {
            self.limit("steps_max", self.limits.steps_max);
        }
        if found.too_deep {
            self.limit("nesting_max", u64::from(Limits::NESTING_MAX));
        }
        if found.layers_cut {
            self.limit("layers_max", u64::from(self.limits.layers_max));
        }
        if found.text_cut {
            self.limit("text_bytes_max", self.limits.text_bytes_max as u64);
        }
        if found.secure {
            let told = "the text of a SecureString is not followed";
            self.problems.push(Problem::new(ProblemKind::Unsupported, self.place, told));
        }
        for deed in &found.deeds {
            self.effects.add_deed(deed, self.limits);
        }
        self.superseded.extend(found.superseded);
        for name in &found.layers {
            if self.command.layers.last().is_none_or(|last| last != name) {
                self.add_layer(name);
            }
        }
        let runs: Vec<&str> = found
            .deeds
            .iter()
            .filter_map(|deed| match deed {
                super::Deed::Run(run) if powershell::looks_like_script(run) && run != text => {
                    Some(run.as_str())
                }
                _ => None,
            })
            .collect();
        // Scripts run by scripts that were run come later in the list: the last is the innermost.
        let inner = runs.last().map(|run| (*run).to_owned());
        match (inner, found.text) {
            (Some(inner), folded) => {
                if let Some(folded) = folded {
                    self.stages.push(folded);
                }
                self.stages.extend(runs.iter().rev().skip(1).rev().map(|run| (*run).to_owned()));
                self.evaluated = None;
                Some(inner)
            }
            (None, Some(folded)) => {
                self.evaluated = Some(folded.clone());
                Some(folded)
            }
            (None, None) => None,
        }
    }

    /// `mshta javascript:…`, `mshta vbscript:…`, `rundll32 javascript:…`: what the script starts is the next layer.
    fn inline_script(&mut self, text: &str) -> Option<String> {
        if interpreter::first_of_line(text) != Interpreter::SystemBinary {
            return None;
        }
        let (at, script) = inline_at(text)?;
        let source = text.get(at..)?.trim_end().trim_end_matches('"');
        let dialect = if script { Dialect::JScript } else { Dialect::VbScript };
        let found = host::evaluate(source, dialect, self.limits, self.fuel);
        self.fuel = found.fuel;
        for (name, value) in found.limits(self.limits) {
            self.limit(name, value);
        }
        for (deed, _) in &found.placed {
            self.effects.add_deed(deed, self.limits);
        }
        let started = self.effects.started.first().cloned();
        self.add_layer(if script { "inline JScript" } else { "inline VBScript" });
        self.effects.executes = true;
        let started = started.filter(|line| line.len() < text.len())?;
        self.effects.started.retain(|line| *line != started);
        self.command.interpreter = match interpreter::of_line(&started) {
            Interpreter::Other => self.command.interpreter,
            known => known,
        };
        Some(started)
    }

    /// A script inside `FromBase64String('…')`, packed or not.
    fn packed(&mut self, text: &str) -> Option<String> {
        // What came out of it was followed already.
        if self.effects.fetches || !self.effects.started.is_empty() {
            return None;
        }
        let bytes = base64::from_call(text)?;
        let unpacked = base64::unpack(&bytes, text, self.limits.text_bytes_max);
        if unpacked.cut {
            self.limit("text_bytes_max", self.limits.text_bytes_max as u64);
        }
        let (inner, name) = base64::to_script(&unpacked.bytes)?;
        self.add_layer(name);
        if let Some(packing) = unpacked.packing {
            self.add_layer(packing);
        }
        Some(inner)
    }

    /// Command lines that the script starts, read in turn.
    fn read_started(&mut self) {
        let started = std::mem::take(&mut self.effects.started);
        if self.depth >= STARTED_DEPTH_MAX {
            return;
        }
        for line in started.iter().take(STARTED_MAX) {
            let itself = *line == self.command.text && !self.is_script;
            if itself || !interpreter::mentions_interpreter(line) {
                continue;
            }
            let inner = peel_within(line, self.place, self.limits, &mut self.fuel, self.depth + 1)
                .take(&mut self.problems);
            self.command.hidden |= inner.hidden;
            self.effects.merge(&inner, self.limits);
        }
    }

    fn finish(mut self) -> (Parsed<Command>, u64) {
        self.read_started();
        self.effects.fetches |= self.stages.iter().any(|stage| traits::fetches(stage));
        self.effects.executes |= self.stages.iter().any(|stage| traits::executes(stage));
        self.command.script = self.stages.last().cloned().unwrap_or_default();
        // A URL that is fetched with more behind it was only its beginning.
        let fetched: Vec<String> = self.effects.urls.iter().map(|url| url.text.clone()).collect();
        let begins = |text: &str| fetched.iter().any(|url| url.len() > text.len() && url.starts_with(text));
        // And one with what stands behind it in the script is that one.
        let goes_on = |text: &str| {
            let behind = fetched.iter().filter_map(|url| text.strip_prefix(url.as_str()));
            behind.into_iter().any(|rest| rest.starts_with([';', ')', '\'', '"', '}', '|', ',', '`']))
        };
        for stage in self.stages.iter().rev() {
            let urls = url::find(&stage.replace("\\/", "/"), self.limits).take(&mut self.problems);
            if !urls.is_empty() {
                for found in urls {
                    if self.superseded.contains(&found.text) || has_variable(&found.text) {
                        continue;
                    }
                    if !begins(&found.text) && !goes_on(&found.text) {
                        self.effects.url(found, self.limits);
                    }
                }
                break;
            }
        }
        self.effects.store(&mut self.command);
        self.command.hidden |= self.effects.hidden;
        self.problems.dedup();
        (Parsed { value: self.command, problems: self.problems }, self.fuel)
    }
}

/// `http://$host/` is no URL yet.
fn has_variable(url: &str) -> bool {
    url.match_indices('$').any(|(at, _)| {
        url.get(at + 1..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || "_({".contains(c)))
    })
}

/// Where the script in a URL begins, and whether it is JScript.
fn inline_at(text: &str) -> Option<(usize, bool)> {
    let lower = text.to_ascii_lowercase();
    [("javascript:", true), ("vbscript:", false)]
        .iter()
        .find_map(|(word, js)| lower.find(word).map(|at| (at + word.len(), *js)))
}

/// The script in `iex '…'` and `'…' | iex`, when the text is nothing else.
fn invoked_literal(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches([';', ' ']);
    let invokes = |word: &str| {
        let word: String = word.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
        word.eq_ignore_ascii_case("iex") || word.eq_ignore_ascii_case("invoke-expression")
    };
    let (before, literal) = text.split_at_checked(text.find('\'')?)?;
    let close = literal.rfind('\'').filter(|close| *close > 0)?;
    let (literal, behind) = literal.split_at_checked(close + 1)?;
    let script = literal.get(1..close)?;
    // One literal, not two: inside, every quote is doubled.
    if script.replace("''", "").contains('\'') {
        return None;
    }
    let invoked = match (before.trim().trim_end_matches('('), behind.trim().trim_start_matches(')')) {
        (word, "") => invokes(word),
        ("", pipe) => pipe.trim_start().strip_prefix('|').is_some_and(invokes),
        _ => false,
    };
    invoked.then(|| script.replace("''", "'"))
}
