//! Blocks and loops of macros: IF, ELSE, END.IF, WHILE, FOR, FOR.CELL, NEXT, BREAK.

use super::formula::Expr;
use super::machine::{Machine, below};
use super::reference::{Place, Range};
use super::value::Value;
use std::rc::Rc;

/// A loop that is open.
pub(super) enum Loop {
    While { at: Place },
    For { body: Place, name: Rc<str>, end: f64, step: f64 },
    Cells { body: Place, name: Rc<str>, left: std::vec::IntoIter<Place> },
}

impl Loop {
    /// The cell that opens it.
    fn body(&self) -> Place {
        match self {
            Self::While { at } => *at,
            Self::For { body, .. } | Self::Cells { body, .. } => *body,
        }
    }
}

/// Forgets a loop that begins anew or ends, and those opened inside it.
fn close(loops: &mut Vec<Loop>, body: Place) {
    if let Some(at) = loops.iter().position(|open| open.body() == body) {
        loops.truncate(at);
    }
}

/// Opens a loop. Of too many, which a macro can only have that jumps out of them, the oldest is forgotten.
fn open(loops: &mut Vec<Loop>, new: Loop) {
    const LOOPS_MAX: usize = 256;
    if loops.len() >= LOOPS_MAX {
        loops.remove(0);
    }
    loops.push(new);
}

impl Machine<'_> {
    /// Blocks and loops: formulas whose outermost function decides what runs next. `None` for all others, else
    /// where to go on.
    pub(super) fn control(&mut self, formula: &Expr, here: Place, loops: &mut Vec<Loop>) -> Option<Place> {
        let Expr::Call(name, arguments) = formula else { return None };
        match (&**name, arguments.len()) {
            ("IF", 1) => {
                if self.condition(arguments.first(), here) {
                    return Some(below(here));
                }
                Some(self.next_branch(here))
            }
            ("ELSE" | "ELSE.IF", _) => Some(self.skip_to(here, &["END.IF"], &["IF"], &["END.IF"])),
            ("END.IF", _) => Some(below(here)),
            ("WHILE", _) => {
                close(loops, here);
                if !self.condition(arguments.first(), here) {
                    return Some(self.behind_loop(here));
                }
                open(loops, Loop::While { at: here });
                Some(below(here))
            }
            ("FOR", _) => Some(self.begin_for(arguments, here, loops)),
            ("FOR.CELL", _) => Some(self.begin_for_cell(arguments, here, loops)),
            ("NEXT", _) => Some(self.next(here, loops)),
            ("BREAK", _) => Some(self.behind_open_loop(here, loops)),
            _ => None,
        }
    }

    fn condition(&mut self, argument: Option<&Expr>, here: Place) -> bool {
        let value = argument.map(|argument| self.scalar(argument, here)).unwrap_or_default();
        self.decide(&value, here)
    }

    /// Where a block goes on whose condition is not met: in the first branch whose condition is, or behind it.
    fn next_branch(&mut self, here: Place) -> Place {
        let mut at = here;
        loop {
            let next = self.find(at, &["ELSE", "ELSE.IF", "END.IF"], &["IF"], &["END.IF"]);
            let Some((place, formula)) = next else { return below(here) };
            let Expr::Call(name, arguments) = &*formula else { return below(place) };
            self.visited.insert(place);
            if &**name != "ELSE.IF" || self.condition(arguments.first(), place) {
                return below(place);
            }
            at = place;
        }
    }

    fn behind_loop(&mut self, here: Place) -> Place {
        self.skip_to(here, &["NEXT"], &["WHILE", "FOR", "FOR.CELL"], &["NEXT"])
    }

    /// Where BREAK goes on.
    pub(super) fn behind_open_loop(&mut self, here: Place, loops: &mut Vec<Loop>) -> Place {
        let from = loops.pop().map_or(here, |open| open.body());
        self.behind_loop(from)
    }

    fn skip_to(&mut self, here: Place, wanted: &[&str], opens: &[&str], closes: &[&str]) -> Place {
        self.find(here, wanted, opens, closes).map_or_else(|| below(here), |(place, _)| below(place))
    }

    /// The next formula below whose function is wanted and that belongs to the block at `here`.
    fn find(
        &mut self,
        here: Place,
        wanted: &[&str],
        opens: &[&str],
        closes: &[&str],
    ) -> Option<(Place, Rc<Expr>)> {
        let mut depth = 0_u32;
        let mut at = below(here);
        while self.spend(1) {
            let place = self.book.next_in_column(at)?;
            at = below(place);
            let Some(formula) = self.formula(place) else { continue };
            let Expr::Call(name, arguments) = &*formula else { continue };
            // IF with several arguments is a function and opens no block.
            let is_block = &**name != "IF" || arguments.len() == 1;
            if depth == 0 && wanted.contains(&&**name) {
                return Some((place, formula));
            }
            if opens.contains(&&**name) && is_block {
                depth = depth.saturating_add(1);
            } else if closes.contains(&&**name) {
                depth = depth.saturating_sub(1);
            }
        }
        None
    }

    /// FOR(counter, start, end, step).
    fn begin_for(&mut self, arguments: &[Expr], here: Place, loops: &mut Vec<Loop>) -> Place {
        close(loops, here);
        let name = arguments.first().map(|name| self.name_of(name, here)).unwrap_or_default();
        let mut number =
            |at: usize| arguments.get(at).and_then(|argument| self.scalar(argument, here).number());
        let (start, end, step) =
            (number(1).unwrap_or(0.0), number(2).unwrap_or(0.0), number(3).unwrap_or(1.0));
        self.names.insert(Rc::clone(&name), Value::Number(start));
        if runs_over(start, end, step) {
            return self.behind_loop(here);
        }
        open(loops, Loop::For { body: here, name, end, step });
        below(here)
    }

    /// FOR.CELL(name, area, skip blanks).
    fn begin_for_cell(&mut self, arguments: &[Expr], here: Place, loops: &mut Vec<Loop>) -> Place {
        close(loops, here);
        let name = arguments.first().map(|name| self.name_of(name, here)).unwrap_or_default();
        let area = arguments.get(1).map(|area| self.evaluate(area, here)).unwrap_or_default();
        let Value::Range(range) = area else { return self.behind_loop(here) };
        let skips_blanks = arguments.get(2).and_then(|skip| self.scalar(skip, here).is_true()) == Some(true);
        let places = if skips_blanks { self.held(range) } else { self.places(range) };
        let mut left = places.into_iter();
        let Some(first) = left.next() else { return self.behind_loop(here) };
        self.names.insert(Rc::clone(&name), Value::Range(Range::of(first)));
        open(loops, Loop::Cells { body: here, name, left });
        below(here)
    }

    fn next(&mut self, here: Place, loops: &mut Vec<Loop>) -> Place {
        let Some(open) = loops.last_mut() else { return below(here) };
        let body = open.body();
        let (name, value) = match open {
            Loop::While { at } => return *at,
            Loop::For { name, end, step, .. } => {
                let counter = self.names.get(name).and_then(Value::number).unwrap_or(*end) + *step;
                (Rc::clone(name), (!runs_over(counter, *end, *step)).then_some(Value::Number(counter)))
            }
            Loop::Cells { name, left, .. } => {
                (Rc::clone(name), left.next().map(|place| Value::Range(Range::of(place))))
            }
        };
        match value {
            Some(value) => {
                self.names.insert(name, value);
                below(body)
            }
            None => {
                loops.pop();
                below(here)
            }
        }
    }
}

fn runs_over(counter: f64, end: f64, step: f64) -> bool {
    if step < 0.0 { counter < end } else { counter > end }
}
