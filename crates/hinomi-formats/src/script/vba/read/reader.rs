//! Reading a procedure into steps: where names lead, and what is open while statements are read.

use super::blocks::Block;
use super::names::{self, Names};
use crate::script::Obstacle;
use crate::script::vba::lex::{Kind, Lexer, Token};
use crate::script::vba::outline::{self, Project};
use crate::script::vba::read::{Body, Callee, Expr, LEAVE, Op, Slot, Sort, Step, Variable};
use std::collections::HashMap;
use std::rc::Rc;

/// Parentheses, operators and blocks inside one another within one procedure.
pub(in crate::script::vba) const NESTING_MAX: u32 = 64;
/// Steps of one procedure; what stands behind them is not read.
const STEPS_MAX: usize = 500_000;
/// Statements of one procedure that are told as not read.
const OBSTACLES_MAX: usize = 16;

/// A procedure or a declaration section while it is read.
pub(in crate::script::vba) struct Reader<'c, 'a> {
    pub(in crate::script::vba) project: &'c Project<'a>,
    pub(in crate::script::vba) names: &'c mut Names,
    pub(in crate::script::vba) module: usize,
    /// `None` while the declarations of a module are read.
    pub(in crate::script::vba) procedure: Option<usize>,
    pub(in crate::script::vba) locals: HashMap<String, Variable>,
    pub(in crate::script::vba) body: Body<'a>,
    pub(in crate::script::vba) blocks: Vec<Block>,
    pub(in crate::script::vba) labels: HashMap<String, usize>,
    /// Steps that jump to a label.
    pub(in crate::script::vba) jumps: Vec<(usize, &'a str)>,
    /// What `With` blocks stand for, and its dotted name.
    pub(in crate::script::vba) withs: Vec<(Variable, Option<Rc<str>>)>,
    pub(in crate::script::vba) obstacles: Vec<(u32, Obstacle)>,
    pub(in crate::script::vba) line: u32,
}

impl<'c, 'a> Reader<'c, 'a> {
    fn new(project: &'c Project<'a>, names: &'c mut Names, module: usize, procedure: Option<usize>) -> Self {
        Self {
            project,
            names,
            module,
            procedure,
            locals: HashMap::new(),
            body: Body::default(),
            blocks: Vec::new(),
            labels: HashMap::new(),
            jumps: Vec::new(),
            withs: Vec::new(),
            obstacles: Vec::new(),
            line: 0,
        }
    }

    /// Reads the declarations of a module: its constants and variables.
    pub(in crate::script::vba) fn declarations(
        project: &'c Project<'a>,
        names: &'c mut Names,
        module: usize,
    ) -> Body<'a> {
        let mut reader = Self::new(project, names, module, None);
        let first = project.procedures.iter().find(|procedure| procedure.module == module);
        let end = first.map_or(usize::MAX, |procedure| procedure.head.0);
        reader.statements(Lexer::new(project.code(module), 0, 1), end);
        reader.finish().0
    }

    /// Reads a procedure.
    pub(in crate::script::vba) fn procedure(
        project: &'c Project<'a>,
        names: &'c mut Names,
        index: usize,
    ) -> (Body<'a>, Vec<(u32, Obstacle)>) {
        let Some(found) = project.procedures.get(index) else { return (Body::default(), Vec::new()) };
        let mut reader = Self::new(project, names, found.module, Some(index));
        let code = project.code(found.module);
        let mut header = Vec::new();
        Lexer::new(code, found.head.0, found.head.1).statement(&mut header);
        reader.header(&header, found.sort != outline::Sort::Sub, found.name);
        reader.statements(Lexer::new(code, found.body.0, found.body.1), found.end);
        reader.finish()
    }

    fn statements(&mut self, mut lexer: Lexer<'a>, end: usize) {
        let mut tokens = Vec::new();
        let mut line_start = true;
        while lexer.position().0 < end && lexer.statement(&mut tokens) {
            let more = lexer.same_line();
            self.statement(&tokens, line_start, more);
            if !more {
                self.end_of_line();
            }
            line_start = !more;
            if self.body.steps.len() > STEPS_MAX {
                self.obstacle(Obstacle::Steps);
                break;
            }
        }
    }

    fn finish(mut self) -> (Body<'a>, Vec<(u32, Obstacle)>) {
        while let Some(block) = self.blocks.pop() {
            self.close(block);
        }
        for (at, label) in std::mem::take(&mut self.jumps) {
            let to = self.labels.get(&label.to_ascii_lowercase()).copied().unwrap_or(LEAVE);
            self.aim(at, to);
        }
        (self.body, self.obstacles)
    }

    pub(in crate::script::vba) fn obstacle(&mut self, what: Obstacle) {
        if self.obstacles.len() < OBSTACLES_MAX {
            self.obstacles.push((self.line, what));
        }
    }

    pub(in crate::script::vba) fn emit(&mut self, op: Op<'a>) -> usize {
        self.body.steps.push(Step { op, line: self.line });
        self.body.steps.len() - 1
    }

    pub(in crate::script::vba) fn here(&self) -> usize {
        self.body.steps.len()
    }

    /// A local variable nobody can name.
    pub(in crate::script::vba) fn hidden(&mut self, sort: Sort) -> usize {
        self.body.slots.push(Slot { sort });
        self.body.slots.len() - 1
    }

    pub(in crate::script::vba) fn declare_local(&mut self, name: &str, sort: Sort) -> Variable {
        let lower = name.to_ascii_lowercase();
        if let Some(known) = self.locals.get(&lower) {
            return *known;
        }
        let variable = Variable::Local(self.hidden(sort));
        self.locals.insert(lower, variable);
        variable
    }

    /// The variable a name means, if it is one.
    pub(in crate::script::vba) fn variable(&self, lower: &str) -> Option<Variable> {
        let local = self.locals.get(lower).copied();
        local.or_else(|| self.names.find(self.module, lower))
    }

    /// The variable that is assigned to under this name; a new one when there is none.
    pub(in crate::script::vba) fn assigned(&mut self, name: &str) -> Variable {
        let lower = name.to_ascii_lowercase();
        match self.variable(&lower) {
            Some(known) => known,
            None => self.declare_local(&lower, Sort::Variant),
        }
    }

    /// The procedure that a bare name calls.
    fn callable(&self, lower: &str) -> Option<usize> {
        let found = self.project.resolve(self.module, lower);
        found.iter().copied().find(|index| {
            self.project.procedures.get(*index).is_some_and(|found| found.sort != outline::Sort::Setter)
        })
    }

    /// What a bare name means; `called` when arguments follow it.
    pub(in crate::script::vba) fn meaning(&mut self, token: &Token<'a>, called: bool) -> Meaning<'a> {
        let name = token.text;
        let lower = name.to_ascii_lowercase();
        if let Some(variable) = self.variable(&lower) {
            let own_result = self.body.result.map(Variable::Local) == Some(variable);
            let recursion = own_result && called && !self.body.parameters.is_empty();
            if !recursion {
                return Meaning::Value(Expr::Variable(variable));
            }
        }
        if let Some(index) = self.callable(&lower) {
            return Meaning::Callee(Callee::Procedure(index));
        }
        if self.project.declared.contains_key(&lower) {
            return Meaning::Callee(Callee::Declared(name));
        }
        if lower == "me" {
            return Meaning::Value(Expr::Own);
        }
        if !called && let Some(value) = names::constant(&lower) {
            return Meaning::Value(Expr::Known(value));
        }
        if let Some(function) = crate::script::vba::builtins::find(&lower) {
            return Meaning::Callee(Callee::Builtin(name, function));
        }
        let host = called
            || token.bracketed
            || names::is_host(&lower)
            || self.project.module_named(name).is_some()
            || crate::script::vba::powers::may_be_known(token)
            || self.procedure.is_none()
            // A member of the form or document, unless it turns out that it has none of that name.
            || self.project.is_class(self.module);
        if host {
            return Meaning::Callee(Callee::Host(name));
        }
        Meaning::Value(Expr::Variable(self.declare_local(&lower, Sort::Variant)))
    }
}

/// What a bare name means.
pub(in crate::script::vba) enum Meaning<'a> {
    Value(Expr<'a>),
    Callee(Callee<'a>),
}

/// Tokens of a statement and a place in them.
pub(in crate::script::vba) struct Tokens<'t, 'a> {
    pub(in crate::script::vba) tokens: &'t [Token<'a>],
    pub(in crate::script::vba) at: usize,
    pub(in crate::script::vba) nesting: u32,
}

impl<'t, 'a> Tokens<'t, 'a> {
    pub(in crate::script::vba) fn new(tokens: &'t [Token<'a>], at: usize) -> Self {
        Self { tokens, at, nesting: 0 }
    }

    pub(in crate::script::vba) fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    pub(in crate::script::vba) fn next_is(&self, symbol: u8) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    /// Whether a member of what was just read follows.
    pub(in crate::script::vba) fn next_is_member(&self) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(b'.') && !token.bracketed)
    }

    pub(in crate::script::vba) fn next_word(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is(word))
    }

    pub(in crate::script::vba) fn take(&mut self, symbol: u8) -> bool {
        let is = self.next_is(symbol);
        self.at += usize::from(is);
        is
    }

    pub(in crate::script::vba) fn take_word(&mut self, word: &str) -> bool {
        let is = self.next_word(word);
        self.at += usize::from(is);
        is
    }

    pub(in crate::script::vba) fn done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(in crate::script::vba) fn rest(&self) -> &'t [Token<'a>] {
        self.tokens.get(self.at..).unwrap_or_default()
    }

    /// Over what is left of an argument: to the comma or the closing parenthesis that ends it.
    pub(in crate::script::vba) fn skip_argument(&mut self) {
        let mut depth = 0u32;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Symbol(b'(') => depth += 1,
                Kind::Symbol(b')') if depth == 0 => return,
                Kind::Symbol(b')') => depth -= 1,
                Kind::Symbol(b',') if depth == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }
}
