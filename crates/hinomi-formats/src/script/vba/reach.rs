//! Which entry points reach which procedures: a graph of names, walked once per entry point.

use super::lex::{self, Kind, Lexer, Token};
use super::outline::Project;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The walks of one project. Edges are read when first needed.
pub(super) struct Graph<'p, 'a> {
    project: &'p Project<'a>,
    /// Class and form modules by lower-case name: naming one runs its initialiser.
    classes: HashMap<String, Vec<usize>>,
    /// Hashes of every name that can be an edge.
    names: HashSet<u32>,
    edges: Vec<Option<Vec<usize>>>,
    /// Steps left over all walks.
    fuel: u64,
}

impl<'p, 'a> Graph<'p, 'a> {
    pub(super) fn new(project: &'p Project<'a>, fuel: u64) -> Self {
        let classes = initialisers(project);
        let procedures = project.procedures.iter().map(|procedure| lex::hash(procedure.name));
        let names = procedures.chain(classes.keys().map(|name| lex::hash(name))).collect();
        let edges = project.procedures.iter().map(|_| None).collect();
        Self { project, classes, names, edges, fuel }
    }

    /// Whether every walk was finished within the fuel.
    pub(super) fn finished(&self) -> bool {
        self.fuel > 0
    }

    /// The procedures that run when `entry` does, itself included.
    pub(super) fn reached_from(&mut self, entry: usize) -> HashSet<usize> {
        let mut seen = HashSet::from([entry]);
        let mut todo = vec![entry];
        while let Some(procedure) = todo.pop() {
            let next = self.edges_of(procedure);
            self.fuel = self.fuel.saturating_sub(next.len() as u64 + 1);
            if self.fuel == 0 {
                break;
            }
            todo.extend(next.into_iter().filter(|target| seen.insert(*target)));
        }
        seen
    }

    fn edges_of(&mut self, procedure: usize) -> Vec<usize> {
        if let Some(Some(known)) = self.edges.get(procedure) {
            return known.clone();
        }
        let read = self.read_edges(procedure);
        if let Some(slot) = self.edges.get_mut(procedure) {
            *slot = Some(read.clone());
        }
        read
    }

    fn read_edges(&mut self, index: usize) -> Vec<usize> {
        let Some(procedure) = self.project.procedures.get(index) else { return Vec::new() };
        let mut lexer = Lexer::new(self.project.code(procedure.module), procedure.body.0, procedure.body.1);
        let mut statement = Vec::new();
        let mut targets = BTreeSet::new();
        while lexer.position().0 < procedure.end && lexer.statement(&mut statement) {
            // Names handed to the program as text: Application.Run "x", OnTime Now, "x", .OnAction = "x".
            let by_text =
                statement.iter().any(|t| t.is("run") || t.is("ontime") || t.is("onaction") || t.is("onkey"));
            for (at, token) in statement.iter().enumerate() {
                match token.kind {
                    Kind::Word if self.names.contains(&token.hash) => {
                        let looked_at = self.add_word(procedure.module, &statement, at, &mut targets);
                        self.fuel = self.fuel.saturating_sub(looked_at as u64);
                    }
                    Kind::Text if by_text => {
                        let name = token.text.rsplit(['!', '.']).next().unwrap_or_default();
                        targets.extend(self.project.resolve(procedure.module, name));
                    }
                    _ => {}
                }
            }
            self.fuel = self.fuel.saturating_sub(1);
            if self.fuel == 0 {
                break;
            }
        }
        targets.remove(&index);
        targets.into_iter().collect()
    }

    /// Adds what one word may call, and says how many procedures that were.
    fn add_word(
        &self,
        module: usize,
        statement: &[Token<'a>],
        at: usize,
        targets: &mut BTreeSet<usize>,
    ) -> usize {
        let Some(token) = statement.get(at) else { return 0 };
        let before = |back: usize| at.checked_sub(back).and_then(|at| statement.get(at));
        let name = token.text.to_ascii_lowercase();
        let initialisers = self.classes.get(&name).map_or(&[][..], Vec::as_slice);
        if before(1).is_none_or(|token| !token.is_symbol(b'.')) {
            let resolved = self.project.resolve(module, &name);
            targets.extend(initialisers.iter().chain(resolved));
            return resolved.len() + initialisers.len();
        }
        // `Module.name` is exact; `object.name` may be the method of any class of the project.
        let Some(named) = self.project.by_name.get(&name) else { return 1 };
        let qualifier = before(2).and_then(|token| self.project.module_named(token.text));
        let exact = qualifier.map_or(&[][..], |module| self.project.in_module(named, module));
        let found = if exact.is_empty() { &named.methods } else { exact };
        targets.extend(found);
        found.len()
    }
}

/// What runs when an object of a class is made or a form is shown, by lower-case name of its module.
fn initialisers(project: &Project<'_>) -> HashMap<String, Vec<usize>> {
    let mut found: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, procedure) in project.procedures.iter().enumerate() {
        let name = procedure.name.to_ascii_lowercase();
        let starts = ["_initialize", "_activate", "_terminate"].iter().any(|end| name.ends_with(end));
        if starts && project.is_class(procedure.module) {
            found.entry(project.module_name(procedure.module).to_ascii_lowercase()).or_default().push(index);
        }
    }
    found
}
