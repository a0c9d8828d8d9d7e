//! Which entry points reach which procedures: a graph of names, walked once per entry point.
//!
//! `object.name` may be the method of any class. It is taken for one only of classes that are alive: named by
//! code that was reached, or by a declaration section. Otherwise one common method name would tie everything
//! together.

use super::lex::{self, Kind, Lexer, Token};
use super::outline::Project;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::rc::Rc;

/// The walks of one project. Edges are read when first needed.
pub(super) struct Graph<'p, 'a> {
    project: &'p Project<'a>,
    /// Class, form and document modules by lower-case name.
    classes: HashMap<String, usize>,
    /// What runs when an object of the module is made or a form is shown.
    initialisers: HashMap<usize, Vec<usize>>,
    /// Hashes of every name that can be an edge.
    names: HashSet<u32>,
    /// Classes that declaration sections name.
    declared: HashSet<usize>,
    edges: Vec<Option<Rc<Edges>>>,
    /// Steps left over all walks.
    fuel: u64,
}

/// Where one procedure leads.
#[derive(Default)]
struct Edges {
    /// Procedures it calls by name, each with the line of the first call.
    targets: BTreeMap<usize, u32>,
    /// Methods it may call, if their class is alive.
    methods: BTreeMap<usize, u32>,
    /// Classes it names.
    classes: BTreeMap<usize, u32>,
}

/// The procedure a walk came from, and the line there that leads on; `None` where it began.
pub(super) type Origin = Option<(usize, u32)>;

/// One walk.
struct Walk {
    seen: HashMap<usize, Origin>,
    /// First met, first walked: thus each is reached by a shortest way.
    todo: VecDeque<usize>,
    alive: HashSet<usize>,
    /// Methods met before their class was, by module.
    waiting: HashMap<usize, Vec<(usize, Origin)>>,
}

impl Walk {
    fn reach(&mut self, procedure: usize, origin: Origin) {
        if let Entry::Vacant(place) = self.seen.entry(procedure) {
            place.insert(origin);
            self.todo.push_back(procedure);
        }
    }

    fn enliven(&mut self, module: usize) {
        if self.alive.insert(module) {
            for (method, origin) in self.waiting.remove(&module).unwrap_or_default() {
                self.reach(method, origin);
            }
        }
    }
}

impl<'p, 'a> Graph<'p, 'a> {
    pub(super) fn new(project: &'p Project<'a>, fuel: u64) -> Self {
        let mut graph = Self {
            project,
            classes: HashMap::new(),
            initialisers: HashMap::new(),
            names: HashSet::new(),
            declared: HashSet::new(),
            edges: project.procedures.iter().map(|_| None).collect(),
            fuel,
        };
        for module in (0..project.modules.len()).filter(|module| project.is_class(*module)) {
            let name = project.module_name(module);
            graph.names.insert(lex::hash(name));
            graph.classes.insert(name.to_ascii_lowercase(), module);
        }
        for (index, procedure) in project.procedures.iter().enumerate() {
            graph.names.insert(lex::hash(procedure.name));
            let name = procedure.name.to_ascii_lowercase();
            let starts = ["_initialize", "_activate", "_terminate"].iter().any(|end| name.ends_with(end));
            if starts && project.is_class(procedure.module) {
                graph.initialisers.entry(procedure.module).or_default().push(index);
            }
        }
        graph.read_declarations();
        graph
    }

    /// Gives further walks as much again, unless one was cut short.
    pub(super) fn refuel(&mut self, fuel: u64) {
        if self.fuel > 0 {
            self.fuel = fuel;
        }
    }

    /// Whether every walk was finished within the fuel.
    pub(super) fn finished(&self) -> bool {
        self.fuel > 0
    }

    /// The procedures that run when `entry` does, itself included, and how each is come by.
    pub(super) fn reached_from(&mut self, entry: usize) -> HashMap<usize, Origin> {
        let alive = self.declared.clone();
        let mut walk = Walk { seen: HashMap::new(), todo: VecDeque::new(), alive, waiting: HashMap::new() };
        walk.reach(entry, None);
        while let Some(index) = walk.todo.pop_front() {
            let edges = self.edges_of(index);
            let cost = edges.targets.len() + edges.methods.len() + edges.classes.len() + 1;
            self.fuel = self.fuel.saturating_sub(cost as u64);
            if self.fuel == 0 {
                break;
            }
            if let Some(procedure) = self.project.procedures.get(index) {
                walk.enliven(procedure.module);
            }
            for (class, line) in &edges.classes {
                walk.enliven(*class);
                for initialiser in self.initialisers.get(class).map_or(&[][..], Vec::as_slice) {
                    walk.reach(*initialiser, Some((index, *line)));
                }
            }
            edges.targets.iter().for_each(|(target, line)| walk.reach(*target, Some((index, *line))));
            for (method, line) in &edges.methods {
                let origin = Some((index, *line));
                let module = self.project.procedures.get(*method).map_or(0, |found| found.module);
                if walk.alive.contains(&module) {
                    walk.reach(*method, origin);
                } else {
                    walk.waiting.entry(module).or_default().push((*method, origin));
                }
            }
        }
        walk.seen
    }

    /// `Private WithEvents x As Class1` before the first procedure.
    fn read_declarations(&mut self) {
        let mut end_of: HashMap<usize, u32> = HashMap::new();
        for procedure in &self.project.procedures {
            end_of.entry(procedure.module).or_insert(procedure.line);
        }
        let mut statement = Vec::new();
        for module in 0..self.project.modules.len() {
            let end = end_of.get(&module).copied().unwrap_or(u32::MAX);
            let mut lexer = Lexer::new(self.project.code(module), 0, 1);
            while lexer.position().1 < end && lexer.statement(&mut statement) {
                let words = statement.iter().filter(|token| token.kind == Kind::Word);
                for word in words.filter(|word| self.names.contains(&word.hash)) {
                    self.declared.extend(self.classes.get(&word.text.to_ascii_lowercase()));
                }
            }
        }
    }

    fn edges_of(&mut self, procedure: usize) -> Rc<Edges> {
        if let Some(Some(known)) = self.edges.get(procedure) {
            return Rc::clone(known);
        }
        let read = Rc::new(self.read_edges(procedure));
        if let Some(slot) = self.edges.get_mut(procedure) {
            *slot = Some(Rc::clone(&read));
        }
        read
    }

    fn read_edges(&mut self, index: usize) -> Edges {
        let mut edges = Edges::default();
        let Some(procedure) = self.project.procedures.get(index) else { return edges };
        let mut lexer = Lexer::new(self.project.code(procedure.module), procedure.body.0, procedure.body.1);
        let mut statement = Vec::new();
        while lexer.position().0 < procedure.end && lexer.statement(&mut statement) {
            // Names handed to the program as text: Application.Run "x", OnTime Now, "x", .OnAction = "x".
            let by_text =
                statement.iter().any(|t| t.is("run") || t.is("ontime") || t.is("onaction") || t.is("onkey"));
            for (at, token) in statement.iter().enumerate() {
                let looked_at = match token.kind {
                    Kind::Word if self.names.contains(&token.hash) => {
                        self.add_word(procedure.module, &statement, at, &mut edges)
                    }
                    Kind::Text if by_text => {
                        let name = token.text.rsplit(['!', '.']).next().unwrap_or_default();
                        let resolved = self.project.resolve(procedure.module, name);
                        note(&mut edges.targets, resolved, token.line);
                        resolved.len()
                    }
                    _ => continue,
                };
                self.fuel = self.fuel.saturating_sub(looked_at as u64);
            }
            self.fuel = self.fuel.saturating_sub(1);
            if self.fuel == 0 {
                break;
            }
        }
        edges
    }

    /// Adds what one word may call, and says how many procedures that were.
    fn add_word(&self, module: usize, statement: &[Token<'a>], at: usize, edges: &mut Edges) -> usize {
        let Some(token) = statement.get(at) else { return 0 };
        let before = |back: usize| at.checked_sub(back).and_then(|at| statement.get(at));
        let name = token.text.to_ascii_lowercase();
        if let Some(class) = self.classes.get(&name) {
            note(&mut edges.classes, &[*class], token.line);
        }
        if before(1).is_none_or(|token| !token.is_symbol(b'.')) {
            let resolved = self.project.resolve(module, &name);
            note(&mut edges.targets, resolved, token.line);
            return resolved.len() + 1;
        }
        // `Module.name` is exact.
        let Some(named) = self.project.by_name.get(&name) else { return 1 };
        let qualifier = before(2).and_then(|token| self.project.module_named(token.text));
        let exact = qualifier.map_or(&[][..], |module| self.project.in_module(named, module));
        if exact.is_empty() {
            note(&mut edges.methods, &named.methods, token.line);
            return named.methods.len();
        }
        note(&mut edges.targets, exact, token.line);
        exact.len()
    }
}

/// Keeps the line where each was first met.
fn note(edges: &mut BTreeMap<usize, u32>, found: &[usize], line: u32) {
    for index in found {
        edges.entry(*index).or_insert(line);
    }
}
