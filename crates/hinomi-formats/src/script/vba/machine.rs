//! Straight-line evaluation of a project: constants are folded in the order of the text, loops and branches
//! are gone through once. The seam for a real evaluator: [`evaluate`] in, [`Evaluation`] out.

use super::glance;
use super::lex::{Kind, Lexer, Token};
use super::outline::{Project, Sort};
use super::powers::{self, ObjectKind};
use super::value::{GAP, Value};
use crate::script::Power;
use crate::{Limits, Problem};
use std::collections::{HashMap, HashSet};

/// What evaluation found.
#[derive(Default)]
pub(super) struct Evaluation {
    /// Calls with their arguments, in the order met.
    pub(super) calls: Vec<FoldedCall>,
    /// Strings that may be commands or hold URLs.
    pub(super) strings: Vec<FoldedString>,
    /// Where it stopped early.
    pub(super) problems: Vec<Problem>,
}

/// A call with what its argument folded to.
pub(super) struct FoldedCall {
    pub(super) module: usize,
    pub(super) procedure: Option<usize>,
    pub(super) name: String,
    pub(super) power: Power,
    pub(super) argument: String,
    pub(super) line: u32,
}

/// A string that constants make up.
pub(super) struct FoldedString {
    pub(super) module: usize,
    pub(super) line: u32,
    pub(super) text: String,
}

/// Calls inside calls that are followed.
const DEPTH_MAX: u32 = 16;
/// Parentheses and operators inside one another within one expression.
pub(super) const NESTING_MAX: u32 = 64;

/// Evaluates what can tell more of the calls seen: entry points first, then the modules the calls stand in. What
/// those call is run on the way.
pub(super) fn evaluate(project: &Project<'_>, entries: &[usize], limits: &Limits) -> Evaluation {
    let deserving = project.sighted.calls.iter().filter(|call| call.deserves_evaluation());
    let calling: HashSet<usize> = deserving.map(|call| call.module).collect();
    // Uses of declared functions were not looked for: they may stand anywhere.
    let everywhere = !project.declared.is_empty();
    let mut machine = Machine {
        project,
        fuel: limits.steps_max,
        string_bytes_max: limits.text_bytes_max,
        depth: 0,
        globals: HashMap::new(),
        memo: HashMap::new(),
        seen_strings: HashSet::new(),
        found: Evaluation::default(),
    };
    for module in 0..project.modules.len() {
        machine.module_level(module);
    }
    let holders = project.procedures.iter().enumerate();
    let holders =
        holders.filter(|(_, found)| everywhere || calling.contains(&found.module)).map(|(index, _)| index);
    for procedure in entries.iter().copied().chain(holders) {
        machine.result_of(procedure);
    }
    // Literals of the modules that were not run.
    for literal in &project.sighted.strings {
        machine.note(literal.module, literal.line, &Value::Str(literal.text.replace("\"\"", "\"")));
    }
    if machine.fuel == 0 {
        machine.found.problems.push(Problem::limit("vba", "steps_max", limits.steps_max));
    }
    machine.found
}

/// The state of one evaluation.
pub(super) struct Machine<'p, 'a> {
    pub(super) project: &'p Project<'a>,
    /// A step is a statement, or 64 bytes of string made.
    fuel: u64,
    pub(super) string_bytes_max: usize,
    depth: u32,
    /// Variables and constants of modules, by lower-case name.
    pub(super) globals: HashMap<String, Value>,
    /// Results of procedures run without constant arguments; present while one is running.
    memo: HashMap<usize, Value>,
    pub(super) seen_strings: HashSet<String>,
    pub(super) found: Evaluation,
}

/// The state of one procedure.
pub(super) struct Frame {
    pub(super) module: usize,
    pub(super) procedure: Option<usize>,
    pub(super) locals: HashMap<String, Value>,
    pub(super) withs: Vec<Value>,
    pub(super) loops: u32,
    /// Variables built up piece by piece: looked at when the procedure is done.
    grown: Vec<(String, u32)>,
}

impl Frame {
    fn new(module: usize, procedure: Option<usize>) -> Self {
        Self { module, procedure, locals: HashMap::new(), withs: Vec::new(), loops: 0, grown: Vec::new() }
    }
}

impl<'a> Machine<'_, 'a> {
    /// Pays for `steps`; `false` when nothing is left.
    pub(super) fn pay(&mut self, steps: u64) -> bool {
        self.fuel = self.fuel.saturating_sub(steps);
        self.fuel > 0
    }

    /// Constants and variables that stand before the first procedure.
    fn module_level(&mut self, module: usize) {
        let mut frame = Frame::new(module, None);
        let first = self.project.procedures.iter().find(|procedure| procedure.module == module);
        let end = first.map_or(usize::MAX, |procedure| procedure.body.0);
        let mut lexer = Lexer::new(self.project.code(module), 0, 1);
        let mut statement = Vec::new();
        while lexer.position().0 < end && lexer.statement(&mut statement) && self.pay(1) {
            let first = statement.first();
            if first.is_some_and(|token| ["attribute", "declare", "option"].iter().any(|word| token.is(word)))
            {
                continue;
            }
            self.declare(&mut frame, &statement);
        }
        for (name, value) in frame.locals {
            // The same private name in two modules is rare; the first one known wins.
            let slot = self.globals.entry(name).or_default();
            if *slot == Value::Unknown {
                *slot = value;
            }
        }
    }

    /// Runs a procedure once without knowing its arguments, and remembers its result.
    pub(super) fn result_of(&mut self, index: usize) -> Value {
        if let Some(known) = self.memo.get(&index) {
            return known.clone();
        }
        self.memo.insert(index, Value::Unknown);
        let result = self.run(index, &[]);
        self.memo.insert(index, result.clone());
        result
    }

    /// Runs a procedure. Constant arguments are worth a run of their own: decoders take them.
    pub(super) fn call_procedure(&mut self, index: usize, arguments: &[Value]) -> Value {
        let constant = arguments.iter().any(|value| value.weight() > 0)
            && arguments.iter().all(|value| value.is_known());
        if constant && self.depth < DEPTH_MAX / 2 {
            self.run(index, arguments)
        } else {
            self.result_of(index)
        }
    }

    fn run(&mut self, index: usize, arguments: &[Value]) -> Value {
        let Some(procedure) = self.project.procedures.get(index) else { return Value::Unknown };
        if self.depth >= DEPTH_MAX || !self.pay(1) {
            return Value::Unknown;
        }
        self.depth += 1;
        let mut frame = Frame::new(procedure.module, Some(index));
        for (at, name) in procedure.parameters.iter().enumerate() {
            frame.locals.insert(name.to_ascii_lowercase(), arguments.get(at).cloned().unwrap_or_default());
        }
        let own_name = procedure.name.to_ascii_lowercase();
        if procedure.sort != Sort::Sub {
            frame.locals.insert(own_name.clone(), Value::Str(String::new()));
        }
        let mut lexer = Lexer::new(self.project.code(procedure.module), procedure.body.0, procedure.body.1);
        let mut statement = Vec::new();
        while lexer.position().0 < procedure.end && lexer.statement(&mut statement) && self.pay(1) {
            self.statement(&mut frame, &statement);
        }
        for (name, line) in std::mem::take(&mut frame.grown) {
            let value = self.lookup(&frame, &name);
            self.note(frame.module, line, &value);
        }
        self.depth -= 1;
        match frame.locals.remove(&own_name) {
            Some(Value::Str(text)) if text.is_empty() => Value::Unknown,
            result => result.unwrap_or_default(),
        }
    }

    /// One statement; `If … Then … Else …` on one line is several.
    fn statement(&mut self, frame: &mut Frame, statement: &[Token<'a>]) {
        for part in statement.split(|token| token.is("then") || token.is("else")) {
            self.simple_statement(frame, part);
        }
    }

    fn simple_statement(&mut self, frame: &mut Frame, tokens: &[Token<'a>]) {
        let Some(first) = tokens.first() else { return };
        let rest = tokens.get(1..).unwrap_or_default();
        match first.text.to_ascii_lowercase().as_str() {
            _ if first.kind != Kind::Word => self.assign_or_call(frame, tokens),
            "dim" | "static" | "const" | "redim" | "private" | "public" | "global" => {
                self.declare(frame, tokens)
            }
            "for" => {
                frame.loops += 1;
                let each = usize::from(rest.first().is_some_and(|token| token.is("each")));
                if let Some(counter) = rest.get(each) {
                    frame.locals.insert(counter.text.to_ascii_lowercase(), Value::Unknown);
                }
                self.arguments_to_end(frame, tokens, 1);
            }
            "do" | "while" => {
                frame.loops += 1;
                self.arguments_to_end(frame, tokens, 1);
            }
            "next" | "loop" | "wend" => frame.loops = frame.loops.saturating_sub(1),
            "with" => {
                let value = self.arguments_to_end(frame, tokens, 1).into_iter().next().unwrap_or_default();
                if frame.withs.len() < NESTING_MAX as usize {
                    frame.withs.push(value);
                }
            }
            "end" if rest.first().is_some_and(|token| token.is("with")) => drop(frame.withs.pop()),
            "on" | "exit" | "goto" | "gosub" | "resume" | "end" | "erase" | "attribute" | "type" | "enum" => {
            }
            "if" | "elseif" | "case" | "select" | "until" => drop(self.arguments_to_end(frame, tokens, 1)),
            "open" if glance::opens_for_writing(tokens) => {
                let path = self.arguments_to_end(frame, tokens, 1).into_iter().next().unwrap_or_default();
                self.record(frame, "Open", Power::Write, &path.into_text(), first.line);
            }
            "call" | "let" | "set" => self.assign_or_call(frame, rest),
            _ => self.assign_or_call(frame, tokens),
        }
    }

    /// `Dim a, b As String`, `Const c = "x"`, `Dim o As New WshShell`.
    fn declare(&mut self, frame: &mut Frame, tokens: &[Token<'a>]) {
        let skip = tokens
            .iter()
            .take_while(|token| {
                ["dim", "static", "const", "redim", "preserve", "private", "public", "global", "withevents"]
                    .iter()
                    .any(|word| token.is(word))
            })
            .count();
        let mut depth = 0u32;
        let pieces = tokens.get(skip..).unwrap_or_default().split(|token| {
            match token.kind {
                Kind::Symbol(b'(') => depth += 1,
                Kind::Symbol(b')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.is_symbol(b',')
        });
        for piece in pieces {
            let Some(name) = piece.first().filter(|token| token.kind == Kind::Word) else { continue };
            let value = match piece.iter().position(|token| token.is_symbol(b'=')) {
                Some(at) => {
                    self.arguments_to_end(frame, piece, at + 1).into_iter().next().unwrap_or_default()
                }
                None => self.initial_value(frame, piece),
            };
            self.note(frame.module, name.line, &value);
            let lower = name.text.to_ascii_lowercase();
            if tokens.first().is_some_and(|token| token.is("redim")) {
                self.resize(frame, &lower, tokens.get(1).is_some_and(|token| token.is("preserve")), value);
            } else {
                frame.locals.insert(lower, value);
            }
        }
    }

    fn initial_value(&mut self, frame: &Frame, piece: &[Token<'a>]) -> Value {
        if piece.get(1).is_some_and(|token| token.is_symbol(b'(')) {
            return self.declared_array(frame, piece);
        }
        let Some(at) = piece.iter().position(|token| token.is("as")) else {
            return Value::Str(String::new());
        };
        let new = piece.get(at + 1).is_some_and(|token| token.is("new"));
        let path: Vec<&str> = piece
            .get(at + 1 + usize::from(new)..)
            .unwrap_or_default()
            .iter()
            .take_while(|token| token.kind == Kind::Word || token.is_symbol(b'.'))
            .map(|token| token.text)
            .collect();
        let name = path.concat();
        match name.to_ascii_lowercase().as_str() {
            "string" | "variant" => Value::Str(String::new()),
            "byte" | "integer" | "long" | "longptr" | "longlong" | "single" | "double" => Value::Num(0.0),
            _ if powers::is_early_bound(&name) => {
                if new && let Some(first) = piece.first() {
                    self.record(frame, "New", Power::Object, &name, first.line);
                }
                Value::object(name)
            }
            _ => Value::Unknown,
        }
    }

    fn assign_or_call(&mut self, frame: &mut Frame, tokens: &[Token<'a>]) {
        let Some((target, value_at)) = assignment(tokens) else {
            self.call_statement(frame, tokens);
            return;
        };
        let line = tokens.first().map_or(0, |token| token.line);
        let Some(target) = target else {
            // An element or a property with arguments: its value counts, wherever it goes.
            drop(self.arguments_to_end(frame, tokens, 0));
            let mut values = self.arguments_to_end(frame, tokens, value_at).into_iter();
            let value = values.next().unwrap_or_default();
            self.note(frame.module, line, &value);
            values.for_each(|other| self.note(frame.module, line, &other));
            self.store_inside(frame, tokens.get(..value_at - 1).unwrap_or_default(), value);
            return;
        };
        if self.grow(frame, &target, tokens, value_at, line) {
            return;
        }
        let value = self.arguments_to_end(frame, tokens, value_at).into_iter().next().unwrap_or_default();
        self.note(frame.module, line, &value);
        self.store(frame, target, value);
    }

    /// `s = s & …`: the string is moved, not copied, so that a long one built in thousands of steps stays cheap.
    fn grow(&mut self, frame: &mut Frame, target: &str, tokens: &[Token<'a>], at: usize, line: u32) -> bool {
        let same = tokens
            .get(at)
            .is_some_and(|token| token.kind == Kind::Word && token.text.eq_ignore_ascii_case(target));
        let joins = tokens.get(at + 1).is_some_and(|token| token.is_symbol(b'&') || token.is_symbol(b'+'));
        if !same || !joins {
            return false;
        }
        let is_text = matches!(self.slot(frame, target), None | Some(Value::Str(_) | Value::Unknown));
        if !is_text {
            return false;
        }
        let piece = self.arguments_to_end(frame, tokens, at + 2).into_iter().next().unwrap_or_default();
        let numeric =
            tokens.get(at + 1).is_some_and(|token| token.is_symbol(b'+')) && matches!(piece, Value::Num(_));
        if numeric {
            self.store(frame, target.to_owned(), Value::Unknown);
            return true;
        }
        let unknown_before = matches!(self.slot(frame, target), Some(Value::Unknown));
        let looping = frame.loops > 0;
        let mut text = match self.slot(frame, target).map(std::mem::take) {
            Some(Value::Str(text)) => text,
            _ if unknown_before => GAP.to_string(),
            _ => String::new(),
        };
        let piece = if looping { GAP.to_string() } else { piece.into_text() };
        push_text(&mut text, &piece, self.string_bytes_max);
        self.pay(piece.len() as u64 / 64);
        self.store(frame, target.to_owned(), Value::Str(text));
        if !frame.grown.iter().any(|(name, _)| name == target) && frame.grown.len() < NESTING_MAX as usize {
            frame.grown.push((target.to_owned(), line));
        }
        true
    }

    pub(super) fn slot<'f>(&'f mut self, frame: &'f mut Frame, name: &str) -> Option<&'f mut Value> {
        match frame.locals.get_mut(name) {
            Some(local) => Some(local),
            None => self.globals.get_mut(name),
        }
    }

    pub(super) fn store(&mut self, frame: &mut Frame, name: String, value: Value) {
        match self.slot(frame, &name) {
            Some(slot) => *slot = value,
            None => drop(frame.locals.insert(name, value)),
        }
    }

    /// The value of a variable or constant; unknown when it has none.
    pub(super) fn lookup(&mut self, frame: &Frame, name: &str) -> Value {
        let known = frame.locals.get(name).or_else(|| self.globals.get(name)).cloned();
        let value = known.or_else(|| language_constant(name)).unwrap_or_default();
        self.pay(value.weight() / 64);
        value
    }
}

/// Joins, with one gap for several in a row, up to `bytes_max`.
pub(super) fn push_text(text: &mut String, piece: &str, bytes_max: usize) {
    let piece = if text.ends_with(GAP) { piece.trim_start_matches(GAP) } else { piece };
    if text.len().saturating_add(piece.len()) <= bytes_max {
        text.push_str(piece);
    } else if !text.ends_with(GAP) {
        text.push(GAP);
    }
}

/// Splits `target = value`: the target's dotted name in lower case (`None` when it has arguments), and where
/// the value begins.
fn assignment(tokens: &[Token<'_>]) -> Option<(Option<String>, usize)> {
    let mut depth = 0u32;
    let mut simple = true;
    let mut name = String::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Symbol(b'(') => {
                depth += 1;
                simple = false;
            }
            Kind::Symbol(b')') => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            Kind::Symbol(b'=') if at > 0 => return Some((simple.then(|| name.to_ascii_lowercase()), at + 1)),
            Kind::Symbol(b'.') => name.push('.'),
            Kind::Word if name.is_empty() || name.ends_with('.') || !simple => name.push_str(token.text),
            _ => return None,
        }
    }
    None
}

/// Constants of the language that strings are made with.
fn language_constant(name: &str) -> Option<Value> {
    let text = match name {
        "vbcrlf" | "vbnewline" => "\r\n",
        "vbcr" => "\r",
        "vblf" => "\n",
        "vbtab" => "\t",
        "vbnullstring" | "empty" => "",
        "vbnullchar" => "\0",
        "vbhide" | "vbfalse" | "false" => return Some(Value::Num(0.0)),
        "vbuppercase" | "vbnormalfocus" => return Some(Value::Num(1.0)),
        "vblowercase" => return Some(Value::Num(2.0)),
        "vbunicode" => return Some(Value::Num(64.0)),
        "true" | "vbtrue" => return Some(Value::Num(-1.0)),
        "application" | "wordbasic" => return Some(Value::Object(ObjectKind::Application, name.to_owned())),
        "workbooks" | "documents" => return Some(Value::Object(ObjectKind::Documents, name.to_owned())),
        _ => return None,
    };
    Some(Value::Str(text.to_owned()))
}
