//! From a pattern's tree to a list of instructions, and what its first unit can be.

use super::Flags;
use super::class::{Folding, Set};
use super::parse::{Node, Parsed};

/// One instruction. Targets are places in the list.
#[derive(Debug, Clone)]
pub(super) enum Inst {
    /// One character, forwards or backwards.
    One {
        what: What,
        back: bool,
    },
    /// As many as `min` to `max` characters of a kind in a row.
    Run {
        what: What,
        min: u32,
        max: u32,
        greedy: bool,
        back: bool,
    },
    /// Try here first, then there.
    Split {
        first: usize,
        second: usize,
    },
    Jump(usize),
    /// Remember the place in a register.
    Save(usize),
    /// Set the counter of a loop to nothing.
    Reset(usize),
    /// The head of a loop: whether another round is due.
    Head {
        counter: usize,
        min: u32,
        max: u32,
        greedy: bool,
        exit: usize,
    },
    /// The start of a round: count it, forget its groups.
    Enter {
        counter: usize,
        groups: (usize, usize),
    },
    /// The end of a round: one that took nothing is no round.
    Again {
        counter: usize,
        min: u32,
        head: usize,
    },
    Start {
        multiline: bool,
    },
    End {
        multiline: bool,
    },
    Boundary {
        negated: bool,
    },
    Back {
        group: usize,
        folding: Option<Folding>,
        back: bool,
    },
    /// Look around: the instructions up to `end` are a pattern of their own.
    Look {
        negated: bool,
        end: usize,
    },
    Accept,
}

/// What a character may be.
#[derive(Debug, Clone)]
pub(super) enum What {
    Char(u32),
    Folded(u32, Folding),
    /// A place in [`Program::sets`].
    Set(usize),
}

/// A pattern to be run.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) insts: Vec<Inst>,
    pub(super) sets: Vec<Set>,
    /// Groups without the whole.
    pub(super) groups: usize,
    pub(super) names: Vec<(Vec<u16>, usize)>,
    /// Registers: two for each group, then two for each loop.
    pub(super) registers: usize,
    pub(super) unicode: bool,
    /// The units a match can begin with; none when it may begin with any, or take nothing.
    pub(super) first: Option<Box<First>>,
}

/// Units: each below 256, and whether any above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct First {
    low: [bool; 256],
    high: bool,
}

impl First {
    #[inline]
    pub(super) fn has(&self, unit: u16) -> bool {
        self.low.get(usize::from(unit)).copied().unwrap_or(self.high)
    }
}

impl Program {
    /// A pattern that is found nowhere.
    pub(super) fn nothing() -> Self {
        let never = Set::new(Vec::new(), false, None);
        Self {
            insts: vec![Inst::One { what: What::Set(0), back: false }],
            sets: vec![never],
            groups: 0,
            names: Vec::new(),
            registers: 2,
            unicode: false,
            first: None,
        }
    }
}

/// Writes the instructions of a pattern.
pub(super) fn compile(parsed: &Parsed, flags: Flags) -> Program {
    let mut compiler = Compiler {
        insts: Vec::new(),
        sets: Vec::new(),
        registers: parsed.groups.saturating_add(1).saturating_mul(2),
    };
    compiler.insts.push(Inst::Save(0));
    compiler.node(&parsed.node, false);
    compiler.insts.push(Inst::Save(1));
    compiler.insts.push(Inst::Accept);
    Program {
        insts: compiler.insts,
        sets: compiler.sets,
        groups: parsed.groups,
        names: parsed.names.clone(),
        registers: compiler.registers,
        unicode: flags.unicode,
        first: first(&parsed.node),
    }
}

struct Compiler {
    insts: Vec<Inst>,
    sets: Vec<Set>,
    registers: usize,
}

impl Compiler {
    fn what(&mut self, node: &Node) -> Option<What> {
        Some(match node {
            Node::Char(next) => What::Char(*next),
            Node::Folded(next, folding) => What::Folded(*next, *folding),
            Node::Set(set) => {
                let place = self.sets.iter().position(|held| held == set).unwrap_or(self.sets.len());
                if place == self.sets.len() {
                    self.sets.push(set.clone());
                }
                What::Set(place)
            }
            _ => return None,
        })
    }

    /// The next instruction's place.
    fn here(&self) -> usize {
        self.insts.len()
    }

    fn patch(&mut self, at: usize, inst: Inst) {
        if let Some(slot) = self.insts.get_mut(at) {
            *slot = inst;
        }
    }

    fn node(&mut self, node: &Node, back: bool) {
        match node {
            Node::Empty => {}
            Node::Char(_) | Node::Folded(..) | Node::Set(_) => {
                if let Some(what) = self.what(node) {
                    self.insts.push(Inst::One { what, back });
                }
            }
            // Backwards, the last part comes first.
            Node::Cat(parts) if back => parts.iter().rev().for_each(|part| self.node(part, back)),
            Node::Cat(parts) => parts.iter().for_each(|part| self.node(part, back)),
            Node::Alt(ways) => self.ways(ways, back),
            Node::Group(inner, group) => {
                let open = group.saturating_mul(2);
                let close = open.saturating_add(1);
                let (first, last) = if back { (close, open) } else { (open, close) };
                self.insts.push(Inst::Save(first));
                self.node(inner, back);
                self.insts.push(Inst::Save(last));
            }
            Node::Repeat { .. } => self.repeat(node, back),
            Node::Start { multiline } => self.insts.push(Inst::Start { multiline: *multiline }),
            Node::End { multiline } => self.insts.push(Inst::End { multiline: *multiline }),
            Node::Boundary { negated } => self.insts.push(Inst::Boundary { negated: *negated }),
            Node::Back(group, folding) => {
                self.insts.push(Inst::Back { group: *group, folding: *folding, back });
            }
            Node::Look { node, behind, negated } => {
                let at = self.here();
                self.insts.push(Inst::Accept);
                self.node(node, *behind);
                self.insts.push(Inst::Accept);
                let end = self.here();
                self.patch(at, Inst::Look { negated: *negated, end });
            }
        }
    }

    fn ways(&mut self, ways: &[Node], back: bool) {
        let mut jumps = Vec::new();
        for (index, way) in ways.iter().enumerate() {
            if index.saturating_add(1) == ways.len() {
                self.node(way, back);
                break;
            }
            let split = self.here();
            self.insts.push(Inst::Accept);
            self.node(way, back);
            jumps.push(self.here());
            self.insts.push(Inst::Accept);
            let second = self.here();
            self.patch(split, Inst::Split { first: split.saturating_add(1), second });
        }
        let end = self.here();
        for jump in jumps {
            self.patch(jump, Inst::Jump(end));
        }
    }

    fn repeat(&mut self, node: &Node, back: bool) {
        let Node::Repeat { node, min, max, greedy, groups } = node else { return };
        if let Some(what) = self.what(node) {
            self.insts.push(Inst::Run { what, min: *min, max: *max, greedy: *greedy, back });
            return;
        }
        if *max == 0 {
            return;
        }
        let counter = self.registers;
        self.registers = self.registers.saturating_add(2);
        self.insts.push(Inst::Reset(counter));
        let head = self.here();
        self.insts.push(Inst::Accept);
        self.insts.push(Inst::Enter { counter, groups: *groups });
        self.node(node, back);
        self.insts.push(Inst::Again { counter, min: *min, head });
        let exit = self.here();
        self.patch(head, Inst::Head { counter, min: *min, max: *max, greedy: *greedy, exit });
    }
}

/// What the pattern can begin with.
fn first(node: &Node) -> Option<Box<First>> {
    let mut found = First { low: [false; 256], high: false };
    collect(node, &mut found).then(|| Box::new(found))
}

/// Adds what a part can begin with; whether that is all, i.e. it always takes something.
fn collect(node: &Node, found: &mut First) -> bool {
    match node {
        Node::Char(next) => add(found, |unit| unit == *next),
        Node::Folded(next, folding) => add(found, |unit| super::class::fold(unit, *folding) == *next),
        Node::Set(set) => add(found, |unit| set.has(unit)),
        Node::Cat(parts) => parts.iter().any(|part| collect(part, found)),
        Node::Alt(ways) => {
            // Every way counts, also behind one that may take nothing.
            let mut all = true;
            for way in ways {
                all &= collect(way, found);
            }
            all
        }
        Node::Group(inner, _) => collect(inner, found),
        Node::Repeat { node, min, .. } => collect(node, found) && *min > 0,
        Node::Empty
        | Node::Start { .. }
        | Node::End { .. }
        | Node::Boundary { .. }
        | Node::Back(..)
        | Node::Look { .. } => false,
    }
}

fn add(found: &mut First, has: impl Fn(u32) -> bool) -> bool {
    for (unit, slot) in (0_u32..).zip(&mut found.low) {
        *slot |= has(unit);
    }
    // Above that a look is left to the pattern itself.
    found.high = true;
    true
}
