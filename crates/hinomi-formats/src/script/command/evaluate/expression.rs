//! Expressions: what is the same in all languages. Operators, members and commands are the dialect's.

use super::tree::{Expr, Link, Node, Op, Span, Stmt};
use super::value::Value;
use super::{DEPTH_MAX, Dialect, Flow, Fold, Machine};
use crate::script::command::powershell;
use crate::script::{jscript, vbs};
use std::rc::Rc;

/// Expressions whose values are kept for the rewritten text.
const FOLDS_MAX: usize = 65_536;

impl Machine<'_> {
    pub(in crate::script) fn expression(&mut self, expr: &Expr) -> Value {
        if self.depth >= DEPTH_MAX || !self.pay(0) {
            return Value::Unknown;
        }
        if self.nested == 0 {
            self.at = expr.span.start;
        }
        self.depth += 1;
        let mark = self.pending.len();
        let value = self.node(expr);
        self.depth -= 1;
        if self.pending.len() > mark {
            self.fold(expr, expr.span, &value, mark);
        }
        value
    }

    /// Remembers what an expression of the source came to, when something was undone for it.
    fn fold(&mut self, expr: &Expr, span: Span, value: &Value, mark: usize) {
        let shown = !matches!(
            expr.node,
            Node::Name(_) | Node::Literal(_) | Node::Assign(..) | Node::Step(..) | Node::Function(_)
        );
        if self.nested == 0 && shown && self.dialect == Dialect::PowerShell {
            self.remember(span, value, mark);
        }
    }

    fn remember(&mut self, span: Span, value: &Value, mark: usize) {
        let layers = self.pending.get(mark..).unwrap_or_default();
        let room = self.folds.len() < FOLDS_MAX;
        match self.folds.get_mut(&span) {
            Some(fold) if fold.value.as_ref() == Some(value) => {}
            Some(fold) => fold.value = None,
            None if room => {
                let mut named: Vec<&'static str> = Vec::new();
                for layer in layers {
                    if !named.contains(layer) {
                        named.push(layer);
                    }
                }
                self.folds.insert(span, Fold { value: Some(value.clone()), layers: named });
            }
            None => {}
        }
    }

    fn node(&mut self, expr: &Expr) -> Value {
        match &expr.node {
            Node::Opaque => Value::Unknown,
            Node::Literal(value) => value.clone(),
            Node::Name(name) => self.name(name),
            Node::Env(name) => {
                self.undo("variables");
                Value::Env(Rc::from(name.as_str()))
            }
            Node::Group(inner) => self.expression(inner),
            Node::Joined(pieces) => self.joined(pieces),
            Node::Array(items) => self.array(items),
            Node::Fields(fields) => self.new_fields(fields),
            Node::Output(body, always_list) => self.output_of(body, *always_list),
            Node::Unary(op, operand) => self.unary(*op, operand),
            Node::Chain(first, rest) => self.chain(expr, first, rest),
            Node::Conditional(parts) => self.conditional(parts),
            Node::Assign(target, op, value) => self.assign(target, *op, value),
            Node::Step(target, by, after) => self.step(target, *by, *after),
            Node::Linked(base, links) => self.linked(expr, base, links),
            Node::New(class, arguments) => self.construct(class, arguments),
            Node::Type(name) => Value::type_name(name),
            Node::Cast(name, operand) => {
                let value = self.expression(operand);
                powershell::casts::cast(self, name, value)
            }
            Node::Function(function) => self.closure(function),
            Node::Command(invocation) => powershell::cmdlets::invoke(self, invocation, None),
            Node::Pipeline(stages) => powershell::cmdlets::pipeline(self, stages),
        }
    }

    fn name(&mut self, name: &str) -> Value {
        if let Some(value) = self.lookup(name).cloned() {
            if value.is_known() {
                self.undo("variables");
            }
            return value;
        }
        match self.dialect {
            Dialect::PowerShell => powershell::automatic(self, name),
            Dialect::JScript => jscript::builtins::global(self, name),
            Dialect::VbScript => vbs::names::global(self, name),
        }
    }

    fn joined(&mut self, pieces: &[Expr]) -> Value {
        let mut out = String::new();
        for piece in pieces {
            let value = self.expression(piece);
            out.push_str(&self.text_of(&value));
            if out.len() > self.limits.text_bytes_max {
                return self.too_long();
            }
        }
        self.undo("variables");
        self.string(out)
    }

    pub(in crate::script) fn values(&mut self, exprs: &[Expr]) -> Vec<Value> {
        exprs.iter().map(|expr| self.expression(expr)).collect()
    }

    /// The arguments of a call; a variable there is shown by its value.
    fn arguments(&mut self, exprs: &[Expr]) -> Vec<Value> {
        let mut values = Vec::with_capacity(exprs.len());
        for expr in exprs {
            let mark = self.pending.len();
            let value = self.expression(expr);
            let named = matches!(expr.node, Node::Name(_)) && exprs.len() == 1;
            if named && self.dialect == Dialect::PowerShell && self.nested == 0 && self.pending.len() > mark {
                self.remember(expr.span, &value, mark);
            }
            values.push(value);
        }
        values
    }

    fn array(&mut self, items: &[Expr]) -> Value {
        let items = self.values(items);
        self.list(items)
    }

    fn new_fields(&mut self, fields: &[(String, Expr)]) -> Value {
        let entries = fields.iter().map(|(name, value)| (name.clone(), self.expression(value))).collect();
        self.object("", entries)
    }

    fn output_of(&mut self, body: &[Stmt], always_list: bool) -> Value {
        let before = std::mem::take(&mut self.output);
        let mark = self.pending.len();
        let flow = self.statements(body);
        debug_assert!(self.pending.len() >= mark);
        let output = std::mem::replace(&mut self.output, before);
        if flow == Flow::Stop {
            return Value::Unknown;
        }
        if always_list { self.list(output) } else { self.gathered(output) }
    }

    fn unary(&mut self, op: Op, operand: &Expr) -> Value {
        if self.dialect == Dialect::JScript && op == Op::Kind {
            return jscript::operators::kind_of(self, operand);
        }
        let value = self.expression(operand);
        match self.dialect {
            Dialect::PowerShell => powershell::operators::unary(self, op, &value),
            Dialect::JScript => jscript::operators::unary(self, op, &value),
            Dialect::VbScript => vbs::operators::unary(self, op, &value),
        }
    }

    fn chain(&mut self, whole: &Expr, first: &Expr, rest: &[(Op, Expr)]) -> Value {
        let mark = self.pending.len();
        let mut left = self.expression(first);
        let mut left_end = first.span.end;
        for (op, operand) in rest {
            if let Some(short) = self.short_circuit(*op, &left) {
                match short {
                    Short::Done(value) => {
                        left = value;
                        continue;
                    }
                    Short::Both => {
                        self.doubtful += 1;
                        self.expression(operand);
                        self.doubtful -= 1;
                        left = Value::Unknown;
                        continue;
                    }
                    Short::Right => {
                        left = self.expression(operand);
                        continue;
                    }
                }
            }
            let inner = self.pending.len();
            let right = self.expression(operand);
            // The known beginning of what is not known as a whole.
            if !right.is_known() && left.is_known() && inner > mark {
                let span = Span { start: whole.span.start, end: left_end };
                self.fold(whole, span, &left, mark);
            }
            left = self.binary(*op, &left, &right);
            left_end = operand.span.end;
            if self.fuel == 0 {
                return Value::Unknown;
            }
        }
        left
    }

    fn short_circuit(&mut self, op: Op, left: &Value) -> Option<Short> {
        let script = self.dialect == Dialect::JScript;
        let truth = match op {
            Op::And | Op::Or => self.truth(left),
            Op::Sequence => return Some(Short::Right),
            _ => return None,
        };
        Some(match (op, truth) {
            (_, None) => Short::Both,
            (Op::And, Some(true)) | (Op::Or, Some(false)) => Short::Right,
            (_, Some(truth)) => Short::Done(if script { left.clone() } else { Value::Bool(truth) }),
        })
    }

    /// Whether a value counts as true; `None` when nobody knows.
    pub(in crate::script) fn truth(&self, value: &Value) -> Option<bool> {
        let script = self.dialect == Dialect::JScript;
        Some(match value {
            Value::Unknown => return None,
            Value::Null => false,
            Value::Bool(is) => *is,
            Value::Num(number) => *number != 0.0 && !number.is_nan(),
            Value::Str(text) if text.as_str().contains(super::value::GAP) => return None,
            Value::Str(text) => !text.as_str().is_empty(),
            Value::List(list) if !script => match self.items(*list) {
                [] => false,
                [one] => return self.truth(&one.clone()),
                _ => true,
            },
            // Whether an object could be made, a file opened: not for us to know.
            Value::Object(object) => match self.fields(*object) {
                Some(fields) if fields.kind.is_empty() => true,
                _ => return None,
            },
            _ => true,
        })
    }

    fn conditional(&mut self, parts: &(Expr, Expr, Expr)) -> Value {
        let condition = self.expression(&parts.0);
        match self.truth(&condition) {
            Some(true) => self.expression(&parts.1),
            Some(false) => self.expression(&parts.2),
            None => {
                self.doubtful += 1;
                let yes = self.expression(&parts.1);
                let no = self.expression(&parts.2);
                self.doubtful -= 1;
                // Two ways that come to the same are one.
                if yes == no { yes } else { Value::Unknown }
            }
        }
    }

    fn assign(&mut self, target: &Expr, op: Option<Op>, value: &Expr) -> Value {
        if let Node::Name(name) = &target.node {
            if let Some(grown) = self.grow(name, op, value) {
                return grown;
            }
            let value = self.expression(value);
            let value = match op {
                Some(op) => {
                    let before = self.lookup(name).cloned().unwrap_or(Value::Null);
                    self.binary(op, &before, &value)
                }
                None => value,
            };
            *self.slot(name) = value.clone();
            return value;
        }
        let mut value = self.expression(value);
        if let Some(op) = op {
            let before = self.expression(target);
            value = self.binary(op, &before, &value);
        }
        self.assign_to(target, value.clone());
        value
    }

    pub(in crate::script) fn assign_to(&mut self, target: &Expr, value: Value) {
        match &target.node {
            Node::Name(name) => *self.slot(name) = value,
            Node::Cast(_, inner) | Node::Group(inner) => self.assign_to(inner, value),
            Node::Array(targets) => {
                let items = self.elements(&value).unwrap_or_default();
                for (at, target) in targets.iter().enumerate() {
                    self.assign_to(target, items.get(at).cloned().unwrap_or(Value::Unknown));
                }
            }
            Node::Linked(base, links) => {
                let Some((last, links)) = links.split_last() else { return };
                let owner = if self.dialect == Dialect::VbScript {
                    vbs::names::linked(self, base, links)
                } else {
                    let mut owner = self.expression(base);
                    for link in links {
                        owner = self.link(owner, link);
                    }
                    owner
                };
                match last {
                    Link::Member(name) => {
                        let name = self.expression(name);
                        let name = self.text_of(&name);
                        self.set_member(&owner, &name, value);
                    }
                    Link::Index(index) => {
                        let index = self.expression(index);
                        self.set_element(&owner, &index, value);
                    }
                    // `a(i) = x` of VBScript.
                    Link::Call(index) => {
                        if let [index] = index.as_slice() {
                            let index = self.expression(index);
                            self.set_element(&owner, &index, value);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn set_element(&mut self, owner: &Value, index: &Value, value: Value) {
        match (owner, index.index()) {
            (Value::List(list), Some(at)) => {
                let len = self.items(*list).len();
                // Far behind the end is a mistake or a trap.
                if at > len.saturating_add(65_536) || !self.pay(at.saturating_sub(len)) {
                    return;
                }
                let Some(items) = self.items_mut(*list) else { return };
                if at >= items.len() {
                    items.resize(at + 1, Value::Null);
                }
                if let Some(slot) = items.get_mut(at) {
                    *slot = value;
                }
            }
            _ => {
                let name = self.text_of(index);
                self.set_member(owner, &name, value);
            }
        }
    }

    pub(in crate::script) fn set_member(&mut self, owner: &Value, name: &str, value: Value) {
        let name =
            if self.dialect == Dialect::PowerShell { name.to_ascii_lowercase() } else { name.to_owned() };
        if let Value::Function(function) = owner {
            self.attach(*function, &name, value);
        } else if let Value::Object(object) = owner {
            if self.dialect != Dialect::PowerShell {
                jscript::objects::property_set(self, *object, &name, &value);
            } else {
                powershell::objects::property_set(self, *object, &name, &value);
            }
            self.set_field(*object, &name, value);
        }
    }

    /// `x += piece` and `x = x + piece` on a string or list: grown in place, so that a long one built in thousands
    /// of steps stays cheap.
    fn grow(&mut self, name: &str, op: Option<Op>, value: &Expr) -> Option<Value> {
        let pieces: &[(Op, Expr)] = match (op, &value.node) {
            (Some(Op::Add), _) => &[],
            (None, Node::Chain(first, rest)) => {
                let same = matches!(&first.node, Node::Name(known) if known == name);
                let adds = rest.iter().all(|(op, _)| matches!(op, Op::Add | Op::Concat));
                if !same || !adds {
                    return None;
                }
                rest
            }
            _ => return None,
        };
        if !matches!(self.lookup(name), Some(Value::Str(_))) {
            return None;
        }
        let values: Vec<Value> = if op.is_some() {
            vec![self.expression(value)]
        } else {
            pieces.iter().map(|(_, piece)| self.expression(piece)).collect()
        };
        let mut piece = String::new();
        for value in &values {
            piece.push_str(&self.text_of(value));
        }
        let max = self.limits.text_bytes_max;
        self.pay_bytes(piece.len());
        let urls = piece.len() > 8 && piece.contains("://");
        let mut grown = std::mem::replace(self.slot(name), Value::Null);
        let fits = match &mut grown {
            Value::Str(text) if text.as_str().len().saturating_add(piece.len()) <= max => {
                Rc::make_mut(text).push_str(&piece);
                true
            }
            _ => false,
        };
        *self.slot(name) = if fits { grown } else { self.too_long() };
        self.undo(if urls { "variables" } else { "concatenation" });
        Some(Value::Null)
    }

    fn step(&mut self, target: &Expr, by: f64, after: bool) -> Value {
        let before = match &target.node {
            Node::Name(name) => self.lookup(name).cloned().unwrap_or(Value::Null),
            _ => self.expression(target),
        };
        let Some(number) = before.number() else {
            self.assign_to(target, Value::Unknown);
            return Value::Unknown;
        };
        self.assign_to(target, Value::Num(number + by));
        Value::Num(if after { number + by } else { number })
    }

    fn linked(&mut self, whole: &Expr, base: &Expr, links: &[Link]) -> Value {
        debug_assert!(whole.span.start <= base.span.start);
        if self.dialect == Dialect::VbScript {
            return vbs::names::linked(self, base, links);
        }
        let mut value = self.expression(base);
        let mut links = links.iter().peekable();
        while let Some(link) = links.next() {
            if self.fuel == 0 {
                return Value::Unknown;
            }
            // `a.b(…)` is one step: the method needs its owner.
            if let (Link::Member(name) | Link::Index(name), Some(Link::Call(arguments))) =
                (link, links.peek())
                && (matches!(link, Link::Member(_)) || self.dialect == Dialect::JScript)
            {
                links.next();
                let name = self.expression(name);
                let arguments = self.arguments(arguments);
                value = self.call_member(value, &name, arguments);
                continue;
            }
            value = self.link(value, link);
        }
        value
    }

    fn call_member(&mut self, owner: Value, name: &Value, arguments: Vec<Value>) -> Value {
        match self.dialect {
            Dialect::PowerShell => {
                let name = self.text_of(name).to_ascii_lowercase();
                powershell::methods::call(self, owner, &name, arguments)
            }
            Dialect::JScript => jscript::builtins::call_member(self, owner, name, arguments),
            Dialect::VbScript => Value::Unknown,
        }
    }

    fn link(&mut self, owner: Value, link: &Link) -> Value {
        match link {
            Link::Member(name) => {
                let name = self.expression(name);
                let name = self.text_of(&name);
                match self.dialect {
                    Dialect::PowerShell => {
                        powershell::methods::member(self, owner, &name.to_ascii_lowercase())
                    }
                    Dialect::JScript => jscript::builtins::member(self, owner, &name),
                    Dialect::VbScript => vbs::names::member(self, owner, &name),
                }
            }
            Link::Index(index) => {
                let index = self.expression(index);
                match self.dialect {
                    Dialect::PowerShell => powershell::operators::element(self, &owner, &index),
                    Dialect::JScript => jscript::builtins::element(self, owner, &index),
                    Dialect::VbScript => Value::Unknown,
                }
            }
            Link::Call(arguments) => {
                let arguments = self.values(arguments);
                match self.dialect {
                    Dialect::PowerShell => Value::Unknown,
                    Dialect::JScript => jscript::builtins::call(self, owner, Value::Null, arguments),
                    Dialect::VbScript => vbs::names::element(self, owner, &arguments),
                }
            }
        }
    }

    fn construct(&mut self, class: &Expr, arguments: &[Expr]) -> Value {
        let class = self.expression(class);
        let arguments = self.values(arguments);
        if self.dialect == Dialect::VbScript {
            return vbs::names::construct(self, &class);
        }
        jscript::objects::construct(self, &class, arguments)
    }
}

/// What a logical operator does with its right side.
enum Short {
    Done(Value),
    Both,
    Right,
}
