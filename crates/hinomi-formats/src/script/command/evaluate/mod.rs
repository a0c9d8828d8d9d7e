//! The evaluator of PowerShell, JScript and VBScript: a tree is walked with real values as far as they are known, within
//! steps and bytes. Nothing is done: what would reach outside is noted.
//!
//! A condition nobody can know lets both branches happen, and a loop over such a condition its body once.

mod expression;
mod held;
mod statement;
pub(in crate::script) mod trace;
pub(in crate::script) mod tree;
pub(in crate::script) mod value;

use super::super::{jscript, vbs};
use super::powershell;
use crate::Limits;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use trace::{Deed, Trace};
use tree::{Function, Op, Span, Stmt};
use value::Value;

use held::Held;

/// Calls, blocks and expressions inside one another while evaluating.
const DEPTH_MAX: u32 = 160;
/// Names of layers kept of one call.
const CALL_LAYERS_MAX: usize = 16;
/// Bytes of text one step pays for.
const BYTES_A_STEP: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum Dialect {
    PowerShell,
    JScript,
    VbScript,
}

/// What happens behind a statement.
#[derive(Debug, PartialEq)]
pub(in crate::script) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
    Throw(Value),
    /// Out of steps.
    Stop,
}

/// A text that an expression came to.
#[derive(Debug)]
pub(in crate::script) struct Fold {
    /// `None` when it came to different values at different times.
    pub(in crate::script) value: Option<Value>,
    pub(in crate::script) layers: Vec<&'static str>,
}

#[derive(Debug, Default)]
struct Scope {
    names: HashMap<String, Value>,
    parent: usize,
    /// A function made here may need it after the call is over.
    captured: bool,
}

#[derive(Debug, Clone)]
pub(in crate::script) struct Closure {
    pub(in crate::script) function: Rc<Function>,
    scope: usize,
}

pub(in crate::script) struct Machine<'l> {
    pub(in crate::script) limits: &'l Limits,
    pub(in crate::script) dialect: Dialect,
    pub(in crate::script) fuel: u64,
    depth: u32,
    scopes: Vec<Scope>,
    scope: usize,
    /// Names of a scope that is no more; there are none.
    lost: HashMap<String, Value>,
    held: Vec<Held>,
    pub(in crate::script) closures: Vec<Closure>,
    pub(in crate::script) trace: Trace,
    /// What expressions of the source itself came to.
    pub(in crate::script) folds: HashMap<Span, Fold>,
    /// What was undone since the statement began.
    pending: Vec<&'static str>,
    /// Scripts run from text inside one another.
    nested: u32,
    /// What statements gave since the innermost `$(…)` or block began.
    pub(in crate::script) output: Vec<Value>,
    /// URLs that turned into others on the way.
    pub(in crate::script) superseded: BTreeSet<String>,
    /// A branch nobody can know is being walked: what leaves it does not leave for certain.
    doubtful: u32,
    /// A loop was perhaps left.
    perhaps_left: bool,
    /// Where in the source the evaluation is.
    pub(in crate::script) at: usize,
    /// Layers too deep for the limit were left.
    pub(in crate::script) too_deep: bool,
    /// A script that was run was longer than is read.
    pub(in crate::script) cut: bool,
    /// Names of what was undone, in the order met, each once.
    pub(in crate::script) layers: Vec<&'static str>,
    /// Properties that functions were given.
    attached: HashMap<usize, usize>,
    /// Procedures called one another deeper than is followed.
    pub(in crate::script) calls_cut: bool,
    /// A string grew longer than one may be.
    pub(in crate::script) text_cut: bool,
    /// What the parameters of the last call of VBScript came to: they are those of the caller.
    pub(in crate::script) returned: Vec<Value>,
    /// A secret text that only its own Windows account can open.
    pub(in crate::script) secure: bool,
}

impl<'l> Machine<'l> {
    pub(in crate::script) fn new(dialect: Dialect, limits: &'l Limits, fuel: u64) -> Self {
        Self {
            limits,
            dialect,
            fuel,
            depth: 0,
            scopes: vec![Scope::default()],
            scope: 0,
            lost: HashMap::new(),
            held: Vec::new(),
            closures: Vec::new(),
            trace: Trace::default(),
            folds: HashMap::new(),
            pending: Vec::new(),
            nested: 0,
            output: Vec::new(),
            superseded: BTreeSet::new(),
            doubtful: 0,
            perhaps_left: false,
            at: 0,
            too_deep: false,
            cut: false,
            layers: Vec::new(),
            attached: HashMap::new(),
            calls_cut: false,
            text_cut: false,
            returned: Vec::new(),
            secure: false,
        }
    }

    /// Takes steps; `false` when there are none left.
    pub(in crate::script) fn pay(&mut self, steps: usize) -> bool {
        self.fuel = self.fuel.saturating_sub(1 + steps as u64);
        self.fuel > 0
    }

    /// Takes steps for bytes of text.
    pub(in crate::script) fn pay_bytes(&mut self, bytes: usize) -> bool {
        self.pay(bytes / BYTES_A_STEP)
    }

    /// Says that something was undone, for the names of the layers.
    pub(in crate::script) fn undo(&mut self, layer: &'static str) {
        self.pending.push(layer);
        if !self.layers.contains(&layer) && layer != "variables" {
            self.layers.push(layer);
        }
    }

    /// A property that a function was given.
    pub(in crate::script) fn attached_field(&mut self, function: usize, name: &str) -> Option<Value> {
        let object = *self.attached.get(&function)?;
        self.field(object, name)
    }

    pub(in crate::script) fn attach(&mut self, function: usize, name: &str, value: Value) {
        let object = match self.attached.get(&function) {
            Some(object) => *object,
            None => {
                let Value::Object(object) = self.object("", Vec::new()) else { return };
                self.attached.insert(function, object);
                object
            }
        };
        self.set_field(object, name, value);
    }

    /// Notes a deed, at the place the evaluation has reached.
    pub(in crate::script) fn note(&mut self, deed: Deed) {
        self.trace.note(deed, self.at);
    }

    /// A string, when it is not longer than one may be.
    pub(in crate::script) fn string(&mut self, text: String) -> Value {
        if text.len() > self.limits.text_bytes_max {
            return self.too_long();
        }
        if !self.pay_bytes(text.len()) {
            return Value::Unknown;
        }
        Value::text(text)
    }

    /// A string that is longer than one may be is not known any more, and that is told.
    pub(in crate::script) fn too_long(&mut self) -> Value {
        self.text_cut = true;
        Value::Unknown
    }

    /// Runs statements at the top.
    pub(in crate::script) fn program(&mut self, body: &[Stmt]) {
        self.hoist(body);
        let _end = self.statements(body);
    }

    /// Runs text as a script of the same language in the scope that is open.
    pub(in crate::script) fn run_text(&mut self, text: &str) -> Value {
        self.note(Deed::Run(text.to_owned()));
        if self.dialect != Dialect::PowerShell && !self.layers.contains(&"eval") {
            self.layers.push("eval");
        }
        if self.nested >= self.limits.layers_max.min(16) || self.depth + 20 > DEPTH_MAX {
            self.too_deep = true;
            return Value::Unknown;
        }
        if !self.pay_bytes(text.len() * 2) {
            return Value::Unknown;
        }
        let program = match self.dialect {
            Dialect::PowerShell => powershell::parse::program(text),
            Dialect::JScript => jscript::parse::program(text),
            Dialect::VbScript => vbs::parse::program(text),
        };
        self.cut |= program.cut;
        let body = program.body;
        self.nested += 1;
        self.depth += 12;
        let pending = self.pending.len();
        let before = std::mem::take(&mut self.output);
        let at = self.at;
        self.hoist(&body);
        let flow = self.statements(&body);
        self.at = at;
        let output = std::mem::replace(&mut self.output, before);
        self.pending.truncate(pending);
        self.depth -= 12;
        self.nested -= 1;
        match (self.dialect, flow) {
            (_, Flow::Return(value)) => value,
            (Dialect::JScript | Dialect::VbScript, _) => {
                output.into_iter().next_back().unwrap_or(Value::Null)
            }
            (Dialect::PowerShell, _) => self.gathered(output),
        }
    }

    /// Output as one value: nothing, the only one, or a list.
    pub(in crate::script) fn gathered(&mut self, mut output: Vec<Value>) -> Value {
        match output.len() {
            0 => Value::Null,
            1 => output.pop().unwrap_or(Value::Null),
            _ => self.list(output),
        }
    }

    fn hoist(&mut self, body: &[Stmt]) {
        for statement in body {
            if let Stmt::Define(function) = statement {
                let closure = self.closure(function);
                self.declare(&function.name, closure);
            }
        }
    }

    pub(in crate::script) fn closure(&mut self, function: &Rc<Function>) -> Value {
        self.pay(2);
        // Scripts with a scope each on the way up are all kept.
        let mut scope = self.scope;
        while let Some(held) = self.scopes.get_mut(scope) {
            if std::mem::replace(&mut held.captured, true) || scope == 0 {
                break;
            }
            scope = held.parent;
        }
        self.closures.push(Closure { function: Rc::clone(function), scope: self.scope });
        Value::Function(self.closures.len() - 1)
    }

    /// The value of a name: the innermost that has it.
    pub(in crate::script) fn lookup(&self, name: &str) -> Option<&Value> {
        let mut at = self.scope;
        loop {
            let scope = self.scopes.get(at)?;
            if let Some(value) = scope.names.get(name) {
                return Some(value);
            }
            if at == 0 {
                return None;
            }
            at = scope.parent;
        }
    }

    /// Where a name is kept that is assigned to.
    pub(in crate::script) fn slot(&mut self, name: &str) -> &mut Value {
        let mut at = self.scope;
        if self.dialect != Dialect::PowerShell {
            while at != 0 && !self.scopes.get(at).is_some_and(|scope| scope.names.contains_key(name)) {
                at = self.scopes.get(at).map_or(0, |scope| scope.parent);
            }
        }
        let names = match self.scopes.get_mut(at) {
            Some(scope) => &mut scope.names,
            None => &mut self.lost,
        };
        names.entry(name.to_owned()).or_insert(Value::Null)
    }

    /// Sets a name in the innermost scope.
    pub(in crate::script) fn declare(&mut self, name: &str, value: Value) {
        if let Some(scope) = self.scopes.get_mut(self.scope) {
            scope.names.insert(name.to_owned(), value);
        }
    }

    /// Sets a name of the outermost scope.
    pub(in crate::script) fn declare_global(&mut self, name: &str, value: Value) {
        if let Some(scope) = self.scopes.first_mut() {
            scope.names.insert(name.to_owned(), value);
        }
    }

    /// Calls a function the script made. `shares`: it works in the scope that is open (`% { … }`, `. { … }`).
    pub(in crate::script) fn call(
        &mut self,
        function: usize,
        arguments: Vec<(String, Value)>,
        shares: bool,
    ) -> Value {
        let Some(closure) = self.closures.get(function).cloned() else { return Value::Unknown };
        if self.depth + 8 > DEPTH_MAX {
            self.calls_cut = true;
            return Value::Unknown;
        }
        if !self.pay(4) {
            return Value::Unknown;
        }
        let (outer, at) = (self.scope, self.at);
        if !shares {
            let parent = if self.dialect == Dialect::PowerShell { outer } else { closure.scope };
            self.scopes.push(Scope { parent, ..Scope::default() });
            self.scope = self.scopes.len() - 1;
        }
        self.bind(&closure.function, arguments);
        let before = std::mem::take(&mut self.output);
        let doubtful = std::mem::take(&mut self.doubtful);
        self.depth += 4;
        self.hoist(&closure.function.body);
        let mark = self.pending.len();
        let flow = self.statements(&closure.function.body);
        self.pending.truncate(mark.saturating_add(CALL_LAYERS_MAX));
        self.depth -= 4;
        self.doubtful = doubtful;
        let mut output = std::mem::replace(&mut self.output, before);
        self.at = at;
        if self.dialect == Dialect::VbScript {
            self.returned = self.by_reference(&closure.function);
        }
        if !shares {
            self.scope = outer;
            let own = self.scopes.len() - 1;
            if own > outer && self.scopes.get(own).is_some_and(|scope| !scope.captured) {
                self.scopes.pop();
            }
        }
        match (self.dialect, flow) {
            (Dialect::JScript | Dialect::VbScript, Flow::Return(value)) => value,
            (Dialect::JScript | Dialect::VbScript, _) => Value::Null,
            (Dialect::PowerShell, Flow::Return(value)) => {
                if value != Value::Null {
                    output.push(value);
                }
                self.gathered(output)
            }
            (Dialect::PowerShell, _) => self.gathered(output),
        }
    }

    /// The parameters that are not handed over by value, as the call leaves them; unknown for the others.
    fn by_reference(&self, function: &Function) -> Vec<Value> {
        let value = |(name, default): &(String, Option<tree::Expr>)| match default {
            None => self.lookup(name).cloned().unwrap_or(Value::Unknown),
            Some(_) => Value::Unknown,
        };
        function.parameters.iter().map(value).collect()
    }

    /// The value of an expression that stood in another text.
    pub(in crate::script) fn foreign(&mut self, expression: &tree::Expr) -> Value {
        if self.nested >= self.limits.layers_max.min(16) {
            self.too_deep = true;
            return Value::Unknown;
        }
        self.nested += 1;
        let value = self.expression(expression);
        self.nested -= 1;
        value
    }

    /// Runs text in the outermost scope.
    pub(in crate::script) fn run_text_globally(&mut self, text: &str) -> Value {
        let scope = std::mem::replace(&mut self.scope, 0);
        let value = self.run_text(text);
        self.scope = scope;
        value
    }

    /// Gives the parameters their values; what has no name fills them in order.
    fn bind(&mut self, function: &Function, arguments: Vec<(String, Value)>) {
        let mut named: Vec<(String, Value)> = Vec::new();
        let mut rest = Vec::new();
        for (name, value) in arguments {
            if name.is_empty() { rest.push(value) } else { named.push((name, value)) }
        }
        if self.dialect == Dialect::JScript {
            let all = self.list(rest.clone());
            self.declare("arguments", all);
        }
        let mut rest = rest.into_iter();
        for (name, default) in &function.parameters {
            let given = named
                .iter()
                .position(|(given, _)| {
                    name == given || (!given.is_empty() && name.starts_with(given.as_str()))
                })
                .map(|at| named.swap_remove(at).1)
                .or_else(|| rest.next());
            let value = match (given, default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.expression(default),
                (None, None) => Value::Null,
            };
            self.declare(name, value);
        }
        for (name, value) in named {
            self.declare(&name, value);
        }
        if self.dialect == Dialect::PowerShell && function.parameters.is_empty() {
            let left: Vec<Value> = rest.collect();
            if !left.is_empty() {
                let left = self.list(left);
                self.declare("args", left);
            }
        }
    }

    /// A binary operator of the language.
    fn binary(&mut self, op: Op, left: &Value, right: &Value) -> Value {
        let value = match self.dialect {
            Dialect::PowerShell => powershell::operators::binary(self, op, left, right),
            Dialect::JScript => jscript::operators::binary(self, op, left, right),
            Dialect::VbScript => vbs::operators::binary(self, op, left, right),
        };
        self.supersede(left, right, &value);
        value
    }

    /// URLs that stood in an operand, and stand in the result changed, were never meant.
    pub(in crate::script) fn supersede(&mut self, left: &Value, right: &Value, value: &Value) {
        let Value::Str(result) = value else { return };
        if !result.as_str().contains("://") {
            return;
        }
        let mut made: Option<BTreeSet<String>> = None;
        for operand in [left, right] {
            let Value::Str(text) = operand else { continue };
            if !text.as_str().contains("://")
                || !self.pay_bytes(text.as_str().len() * 4 + result.as_str().len())
            {
                continue;
            }
            let urls = |text: &str| -> BTreeSet<String> {
                crate::url::find(text, self.limits).value.into_iter().map(|url| url.text).collect()
            };
            let made = made.get_or_insert_with(|| urls(result.as_str()));
            if made.is_empty() {
                continue;
            }
            for url in urls(text.as_str()) {
                if !made.contains(&url) && self.superseded.len() < self.limits.urls_max {
                    self.superseded.insert(url);
                }
            }
        }
    }
}
