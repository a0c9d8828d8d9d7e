//! The outline of a project: its procedures and declarations, and the calls that one look at each statement
//! finds. Everything here costs one pass over the text.

use super::glance::Sighted;
use super::lex::{Kind, Lexer, Token};
use super::powers;
use crate::office::{Module, ModuleKind};
use crate::script::Power;
use std::collections::HashMap;

/// A project, outlined.
pub(super) struct Project<'a> {
    pub(super) modules: Vec<&'a Module>,
    pub(super) procedures: Vec<Procedure<'a>>,
    /// Procedures by lower-case name, in module order.
    pub(super) by_name: HashMap<String, Named>,
    /// Modules by lower-case name.
    module_names: HashMap<String, usize>,
    /// Declared functions of libraries, by lower-case name of use.
    pub(super) declared: HashMap<String, Declared<'a>>,
    /// What a first look at each statement showed.
    pub(super) sighted: Sighted<'a>,
}

/// Procedures of one name.
#[derive(Default)]
pub(super) struct Named {
    /// All of them.
    pub(super) all: Vec<usize>,
    /// Those a bare name finds from any module: public ones of standard modules.
    pub(super) public: Vec<usize>,
    /// Those an object may have: public ones of classes, forms, documents.
    pub(super) methods: Vec<usize>,
}

/// One procedure.
pub(super) struct Procedure<'a> {
    pub(super) module: usize,
    pub(super) name: &'a str,
    pub(super) line: u32,
    pub(super) sort: Sort,
    pub(super) private: bool,
    /// Where the header begins, and its line.
    pub(super) head: (usize, u32),
    /// Where the body begins, and its line.
    pub(super) body: (usize, u32),
    /// Where the statement that ends it begins.
    pub(super) end: usize,
}

/// Property Get, Let, Set, and one more for good measure.
const SAME_NAME_MAX: usize = 4;

/// Kinds of procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Sub,
    Function,
    /// Property Get: read like a function.
    Property,
    /// Property Let and Set: called by an assignment.
    Setter,
}

/// A function of a library.
pub(super) struct Declared<'a> {
    /// The name it is exported with.
    pub(super) export: &'a str,
    /// What it can do.
    pub(super) power: Power,
}

impl<'a> Project<'a> {
    pub(super) fn outline(modules: &[&'a Module]) -> Self {
        let mut project = Self {
            modules: modules.to_vec(),
            procedures: Vec::new(),
            by_name: HashMap::new(),
            module_names: HashMap::new(),
            declared: HashMap::new(),
            sighted: Sighted::default(),
        };
        for (index, module) in modules.iter().enumerate() {
            project.read_module(index, module);
        }
        project.index();
        project
    }

    fn index(&mut self) {
        for (index, procedure) in self.procedures.iter().enumerate() {
            let class = self.is_class(procedure.module);
            let named = self.by_name.entry(procedure.name.to_ascii_lowercase()).or_default();
            // Get, Let and Set share a name; more of one name in one module do not compile.
            let same = named.all.iter().rev().take(SAME_NAME_MAX);
            let of_module = |index: &&usize| {
                self.procedures.get(**index).is_some_and(|before| before.module == procedure.module)
            };
            if same.filter(of_module).count() >= SAME_NAME_MAX {
                continue;
            }
            named.all.push(index);
            match (procedure.private, class) {
                (true, _) => {}
                (false, true) => named.methods.push(index),
                (false, false) => named.public.push(index),
            }
        }
        for module in (0..self.modules.len()).rev() {
            self.module_names.insert(self.module_name(module).to_ascii_lowercase(), module);
        }
    }

    pub(super) fn module_named(&self, name: &str) -> Option<usize> {
        self.module_names.get(&name.to_ascii_lowercase()).copied()
    }

    /// Procedures of one name in one module.
    pub(super) fn in_module<'n>(&self, named: &'n Named, module: usize) -> &'n [usize] {
        let module_of = |index: &usize| self.procedures.get(*index).map_or(usize::MAX, |found| found.module);
        let start = named.all.partition_point(|index| module_of(index) < module);
        let end = named.all.partition_point(|index| module_of(index) <= module);
        named.all.get(start..end).unwrap_or_default()
    }

    pub(super) fn module_name(&self, module: usize) -> &'a str {
        self.modules.get(module).map_or("", |module| module.name.as_str())
    }

    pub(super) fn code(&self, module: usize) -> &'a str {
        self.modules.get(module).map_or("", |module| module.code.as_str())
    }

    pub(super) fn is_class(&self, module: usize) -> bool {
        self.modules.get(module).is_some_and(|module| module.kind == ModuleKind::Class)
    }

    /// The procedures a bare name in `module` may mean: those of the module itself, else the public ones of
    /// standard modules.
    pub(super) fn resolve(&self, module: usize, name: &str) -> &[usize] {
        let Some(named) = self.by_name.get(&name.to_ascii_lowercase()) else { return &[] };
        let own = self.in_module(named, module);
        if own.is_empty() { &named.public } else { own }
    }

    fn read_module(&mut self, index: usize, module: &'a Module) {
        let mut lexer = Lexer::new(&module.code, 0, 1);
        let mut statement = Vec::new();
        let mut open: Option<usize> = None;
        loop {
            let head = lexer.position();
            let start = head.0;
            if !lexer.statement(&mut statement) {
                break;
            }
            let Some(first) = statement.first() else { continue };
            if first.kind == Kind::Word && may_structure(first.text) {
                if first.is("attribute") {
                    continue;
                }
                if first.is("end") && statement.get(1).is_some_and(ends_procedure) {
                    close(&mut self.procedures, open.take(), start);
                    continue;
                }
                if let Some(declared) = declaration(&statement) {
                    self.declared.extend([declared]);
                    continue;
                }
                if let Some(procedure) = header(index, &statement, head, lexer.position()) {
                    close(&mut self.procedures, open.take(), start);
                    open = Some(self.procedures.len());
                    self.procedures.push(procedure);
                    continue;
                }
            }
            self.sighted.statement(index, open, &statement);
        }
        close(&mut self.procedures, open, module.code.len());
    }
}

/// Cheap first look: may the word begin a declaration, a header, an end?
fn may_structure(word: &str) -> bool {
    matches!(
        word.as_bytes().first().map(u8::to_ascii_lowercase),
        Some(b'a' | b'd' | b'e' | b'f' | b'g' | b'p' | b's')
    )
}

fn ends_procedure(token: &Token<'_>) -> bool {
    token.is("sub") || token.is("function") || token.is("property")
}

fn close(procedures: &mut [Procedure<'_>], open: Option<usize>, end: usize) {
    if let Some(procedure) = open.and_then(|index| procedures.get_mut(index)) {
        procedure.end = end;
    }
}

fn without_modifiers<'s, 'a>(statement: &'s [Token<'a>]) -> &'s [Token<'a>] {
    let modifier = |token: &Token<'_>| {
        ["public", "private", "friend", "static", "global"].iter().any(|word| token.is(word))
    };
    let skip = statement.iter().take_while(|token| modifier(token)).count();
    statement.get(skip..).unwrap_or_default()
}

/// `[Private] Sub|Function|Property Get|Let|Set name (parameters)`.
fn header<'a>(
    module: usize,
    statement: &[Token<'a>],
    head: (usize, u32),
    body: (usize, u32),
) -> Option<Procedure<'a>> {
    let rest = without_modifiers(statement);
    let word = rest.first()?;
    let (sort, name) = if word.is("sub") {
        (Sort::Sub, rest.get(1)?)
    } else if word.is("function") {
        (Sort::Function, rest.get(1)?)
    } else if word.is("property") {
        let getter = rest.get(1)?.is("get");
        (if getter { Sort::Property } else { Sort::Setter }, rest.get(2)?)
    } else {
        return None;
    };
    if name.kind != Kind::Word {
        return None;
    }
    Some(Procedure {
        module,
        name: name.text,
        line: name.line,
        sort,
        private: statement.first().is_some_and(|token| token.is("private")),
        head,
        body,
        end: usize::MAX,
    })
}

/// `Declare [PtrSafe] Sub|Function name Lib "…" [Alias "…"]`: the name of use and what it stands for.
fn declaration<'a>(statement: &[Token<'a>]) -> Option<(String, Declared<'a>)> {
    let rest = without_modifiers(statement);
    if !rest.first()?.is("declare") {
        return None;
    }
    let name = rest.iter().skip(1).find(|token| {
        token.kind == Kind::Word && !["ptrsafe", "sub", "function", "cdecl"].iter().any(|word| token.is(word))
    })?;
    let alias = rest.iter().position(|token| token.is("alias")).and_then(|at| rest.get(at + 1));
    let export = alias.filter(|token| token.kind == Kind::Text).map_or(name.text, |token| token.text);
    // A declaration that has no power of its own is no news: honest projects are full of them.
    let power = powers::library_power(export)?;
    Some((name.text.to_ascii_lowercase(), Declared { export, power }))
}
