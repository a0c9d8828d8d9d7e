//! Running a pattern: one way at a time, with a stack of the ways not yet tried and of what to put back.

use super::Match;
use super::class::{self, Folding};
use super::compile::{Inst, Program, What};
use super::parse::is_line_end;
use crate::decode::bake::Oven;
use crate::decode::error::Fault;

/// Entries of the stack: at 16 bytes each, 64 MiB.
const STACK_MAX: usize = 4 << 20;
/// Instructions that count as one step of the recipe's limit.
const STEP_INSTRUCTIONS: u64 = 64;
/// What starting a search costs, in instructions.
const CALL_INSTRUCTIONS: u64 = 8;
/// A register that holds nothing.
const NONE: u32 = u32::MAX;

/// The first place at or after `from` where the pattern is found.
pub(super) fn find_at(
    program: &Program,
    text: &[u16],
    from: usize,
    oven: &mut Oven,
) -> Result<Option<Match>, Fault> {
    let mut search = Search {
        program,
        text,
        stack: Vec::new(),
        registers: vec![NONE; program.registers],
        fuel: oven.steps_left().saturating_mul(STEP_INSTRUCTIONS),
        spent: 0,
    };
    let found = search.from(from);
    let enough = oven.parts(search.spent.saturating_add(CALL_INSTRUCTIONS), STEP_INSTRUCTIONS);
    match found {
        Ok(found) => enough.map(|()| found),
        Err(Exhausted) => Err(oven.out_of_steps()),
    }
}

struct Exhausted;

struct Search<'p, 't> {
    program: &'p Program,
    text: &'t [u16],
    stack: Vec<Entry>,
    registers: Vec<u32>,
    fuel: u64,
    spent: u64,
}

#[derive(Debug, Clone, Copy)]
enum Entry {
    /// Go on there, at that place.
    Way { pc: u32, at: u32 },
    /// Put a register back.
    Undo { register: u32, held: u32 },
    /// A run of characters that can give one back, or take one more.
    Run { pc: u32, least: u32, at: u32 },
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}

fn large(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Search<'_, '_> {
    fn from(&mut self, from: usize) -> Result<Option<Match>, Exhausted> {
        if self.text.len() >= large(NONE) {
            return Err(Exhausted);
        }
        let mut start = from;
        while start <= self.text.len() {
            if let Some(first) = &self.program.first {
                let rest = self.text.get(start..).unwrap_or_default();
                let Some(skip) = rest.iter().position(|unit| first.has(*unit)) else { return Ok(None) };
                start = start.saturating_add(skip);
                // Passing over is cheap, not free.
                self.pay(small(skip) / 64)?;
            }
            self.stack.clear();
            self.registers.fill(NONE);
            if self.run(0, start)?.is_some() {
                return Ok(Some(self.found()));
            }
            start = match self.next_start(start)? {
                Some(next) => next,
                None => return Ok(None),
            };
        }
        Ok(None)
    }

    /// Where to try after a try that failed; none when it fails everywhere else.
    fn next_start(&mut self, start: usize) -> Result<Option<usize>, Exhausted> {
        match self.program.insts.get(1) {
            // Only the start of the text is a start.
            Some(Inst::Start { multiline: false }) => Ok(None),
            // A run that begins inside another one can end only where that one could.
            Some(Inst::Run { what, max: u32::MAX, greedy: true, back: false, .. })
                if !self.program.unicode =>
            {
                let mut end = start;
                while let Some(behind) = self.one(what, end, false) {
                    end = behind;
                }
                self.pay(small(end.saturating_sub(start)) / 64)?;
                Ok(Some(end.saturating_add(1)))
            }
            _ => Ok(Some(start.saturating_add(1))),
        }
    }

    fn found(&self) -> Match {
        let (pairs, _) = self.registers.as_chunks::<2>();
        let groups = pairs.iter().take(self.program.groups.saturating_add(1));
        let range = |pair: &[u32; 2]| {
            let [start, end] = *pair;
            (start != NONE && end != NONE).then(|| large(start)..large(end))
        };
        Match { groups: groups.map(range).collect() }
    }

    fn pay(&mut self, for_units: u32) -> Result<(), Exhausted> {
        self.spent = self.spent.saturating_add(u64::from(for_units));
        if self.spent > self.fuel { Err(Exhausted) } else { Ok(()) }
    }

    fn push(&mut self, entry: Entry) -> Result<(), Exhausted> {
        if self.stack.len() >= STACK_MAX {
            return Err(Exhausted);
        }
        self.stack.push(entry);
        Ok(())
    }

    fn register(&self, at: usize) -> u32 {
        self.registers.get(at).copied().unwrap_or(NONE)
    }

    fn set(&mut self, at: usize, to: u32) -> Result<(), Exhausted> {
        let held = self.register(at);
        if held != to {
            self.push(Entry::Undo { register: small(at), held })?;
            self.put(at, to);
        }
        Ok(())
    }

    fn put(&mut self, at: usize, to: u32) {
        if let Some(slot) = self.registers.get_mut(at) {
            *slot = to;
        }
    }

    /// Runs from an instruction at a place until the pattern is through; where that is.
    fn run(&mut self, pc: usize, at: usize) -> Result<Option<usize>, Exhausted> {
        let base = self.stack.len();
        let (mut pc, mut at) = (pc, at);
        loop {
            self.pay(1)?;
            let Some(inst) = self.program.insts.get(pc) else { return Ok(None) };
            if matches!(inst, Inst::Accept) {
                return Ok(Some(at));
            }
            let next = match self.step(inst, pc, at)? {
                Some(next) => Some(next),
                None => self.retreat(base)?,
            };
            match next {
                Some(next) => (pc, at) = next,
                None => return Ok(None),
            }
        }
    }

    /// One instruction: the next one and the place, or none when this way does not lead on.
    fn step(&mut self, inst: &Inst, pc: usize, at: usize) -> Result<Option<(usize, usize)>, Exhausted> {
        let on = |holds: bool| holds.then_some((pc.saturating_add(1), at));
        Ok(match inst {
            Inst::One { what, back } => self.one(what, at, *back).map(|at| (pc.saturating_add(1), at)),
            Inst::Run { .. } => self.start_run(inst, pc, at)?,
            Inst::Split { first, second } => {
                self.push(Entry::Way { pc: small(*second), at: small(at) })?;
                Some((*first, at))
            }
            Inst::Jump(to) => Some((*to, at)),
            Inst::Save(register) => {
                self.set(*register, small(at))?;
                on(true)
            }
            Inst::Reset(counter) => {
                self.set(*counter, 0)?;
                on(true)
            }
            Inst::Head { counter, min, max, greedy, exit } => {
                let rounds = self.register(*counter);
                let body = pc.saturating_add(1);
                if rounds < *min {
                    Some((body, at))
                } else if rounds >= *max {
                    Some((*exit, at))
                } else {
                    let (first, second) = if *greedy { (body, *exit) } else { (*exit, body) };
                    self.push(Entry::Way { pc: small(second), at: small(at) })?;
                    Some((first, at))
                }
            }
            Inst::Enter { counter, groups } => {
                self.set(*counter, self.register(*counter).saturating_add(1))?;
                self.set(counter.saturating_add(1), small(at))?;
                for register in groups.0.saturating_mul(2)..groups.1.saturating_mul(2) {
                    self.set(register, NONE)?;
                }
                on(true)
            }
            Inst::Again { counter, min, head } => {
                let empty = self.register(counter.saturating_add(1)) == small(at);
                (!empty || self.register(*counter) <= *min).then_some((*head, at))
            }
            Inst::Start { multiline } => {
                let before = at.checked_sub(1).and_then(|before| self.text.get(before));
                on(at == 0 || (*multiline && is_line_end(before)))
            }
            Inst::End { multiline } => {
                on(at == self.text.len() || (*multiline && is_line_end(self.text.get(at))))
            }
            Inst::Boundary { negated } => {
                let word = |at: Option<usize>| {
                    at.and_then(|at| self.text.get(at)).is_some_and(|unit| class::is_word(*unit))
                };
                on((word(at.checked_sub(1)) != word(Some(at))) != *negated)
            }
            Inst::Back { group, folding, back } => {
                self.back_reference(*group, *folding, at, *back)?.map(|at| (pc.saturating_add(1), at))
            }
            Inst::Look { negated, end } => self.look(pc, at, *negated)?.then_some((*end, at)),
            Inst::Accept => None,
        })
    }

    /// The place behind a character of the kind, if one stands here.
    #[inline]
    fn one(&self, what: &What, at: usize, back: bool) -> Option<usize> {
        let (next, to) = if back { self.before(at)? } else { self.behind(at)? };
        let fits = match what {
            What::Char(wanted) => next == *wanted,
            What::Folded(wanted, folding) => class::fold(next, *folding) == *wanted,
            What::Set(set) => self.program.sets.get(*set)?.has(next),
        };
        fits.then_some(to)
    }

    #[inline]
    fn behind(&self, at: usize) -> Option<(u32, usize)> {
        let high = *self.text.get(at)?;
        let to = at.saturating_add(1);
        if self.program.unicode
            && (0xd800..0xdc00).contains(&high)
            && let Some(low @ 0xdc00..=0xdfff) = self.text.get(to).copied()
        {
            return Some((pair(high, low), to.saturating_add(1)));
        }
        Some((u32::from(high), to))
    }

    fn before(&self, at: usize) -> Option<(u32, usize)> {
        let to = at.checked_sub(1)?;
        let low = *self.text.get(to)?;
        if self.program.unicode
            && (0xdc00..0xe000).contains(&low)
            && let Some(further) = to.checked_sub(1)
            && let Some(high @ 0xd800..=0xdbff) = self.text.get(further).copied()
        {
            return Some((pair(high, low), further));
        }
        Some((u32::from(low), to))
    }

    fn start_run(&mut self, inst: &Inst, pc: usize, at: usize) -> Result<Option<(usize, usize)>, Exhausted> {
        let Inst::Run { what, min, max, greedy, back } = inst else { return Ok(None) };
        let (mut place, mut taken) = (at, 0_u32);
        while taken < *min {
            let Some(to) = self.one(what, place, *back) else { return Ok(None) };
            place = to;
            taken = taken.saturating_add(1);
        }
        let least = place;
        if *greedy {
            while taken < *max {
                let Some(to) = self.one(what, place, *back) else { break };
                place = to;
                taken = taken.saturating_add(1);
            }
        }
        self.pay(taken / 8)?;
        if *greedy && place != least {
            self.push(Entry::Run { pc: small(pc), least: small(least), at: small(place) })?;
        } else if !*greedy && taken < *max {
            // What is left to take stands where the place of the least stands for greedy ones.
            let left = if *max == u32::MAX { u32::MAX } else { max.saturating_sub(taken) };
            self.push(Entry::Run { pc: small(pc), least: left, at: small(place) })?;
        }
        Ok(Some((pc.saturating_add(1), place)))
    }

    /// The next way not yet tried, down to `base`.
    fn retreat(&mut self, base: usize) -> Result<Option<(usize, usize)>, Exhausted> {
        while self.stack.len() > base {
            self.pay(1)?;
            match self.stack.pop() {
                Some(Entry::Way { pc, at }) => return Ok(Some((large(pc), large(at)))),
                Some(Entry::Undo { register, held }) => self.put(large(register), held),
                Some(Entry::Run { pc, least, at }) => {
                    if let Some(next) = self.resume_run(pc, least, at)? {
                        return Ok(Some(next));
                    }
                }
                None => break,
            }
        }
        Ok(None)
    }

    fn resume_run(&mut self, pc: u32, least: u32, at: u32) -> Result<Option<(usize, usize)>, Exhausted> {
        let Some(Inst::Run { what, greedy, back, .. }) = self.program.insts.get(large(pc)) else {
            return Ok(None);
        };
        let on = large(pc).saturating_add(1);
        if *greedy {
            // One character less, from the far end.
            let shorter = if *back { self.behind(large(at)) } else { self.before(large(at)) };
            let Some((_, place)) = shorter else { return Ok(None) };
            if small(place) != least {
                self.push(Entry::Run { pc, least, at: small(place) })?;
            }
            return Ok(Some((on, place)));
        }
        let Some(place) = self.one(what, large(at), *back) else { return Ok(None) };
        let left = if least == u32::MAX { least } else { least.saturating_sub(1) };
        if left > 0 {
            self.push(Entry::Run { pc, least: left, at: small(place) })?;
        }
        Ok(Some((on, place)))
    }

    /// The place behind the text of a group, if it stands here again.
    fn back_reference(
        &mut self,
        group: usize,
        folding: Option<Folding>,
        at: usize,
        back: bool,
    ) -> Result<Option<usize>, Exhausted> {
        let open = group.saturating_mul(2);
        let (start, end) = (self.register(open), self.register(open.saturating_add(1)));
        if start == NONE || end == NONE {
            return Ok(Some(at));
        }
        let wanted = self.text.get(large(start)..large(end)).unwrap_or_default();
        let (from, to) = if back {
            let Some(from) = at.checked_sub(wanted.len()) else { return Ok(None) };
            (from, at)
        } else {
            (at, at.saturating_add(wanted.len()))
        };
        let Some(found) = self.text.get(from..to) else { return Ok(None) };
        let same = |a: &u16, b: &u16| match folding {
            None => a == b,
            Some(folding) => class::fold(u32::from(*a), folding) == class::fold(u32::from(*b), folding),
        };
        let equal = wanted.iter().zip(found).all(|(a, b)| same(a, b));
        let length = small(wanted.len());
        self.pay(length / 8)?;
        Ok(equal.then_some(if back { from } else { to }))
    }

    fn look(&mut self, pc: usize, at: usize, negated: bool) -> Result<bool, Exhausted> {
        let base = self.stack.len();
        let found = self.run(pc.saturating_add(1), at)?.is_some();
        if found && !negated {
            // The ways inside are done with; what they set is put back only when all of it is given up.
            let mut kept = base;
            for index in base..self.stack.len() {
                if let Some(entry @ Entry::Undo { .. }) = self.stack.get(index).copied() {
                    if let Some(slot) = self.stack.get_mut(kept) {
                        *slot = entry;
                    }
                    kept = kept.saturating_add(1);
                }
            }
            self.stack.truncate(kept);
            return Ok(true);
        }
        while self.stack.len() > base {
            if let Some(Entry::Undo { register, held }) = self.stack.pop() {
                self.put(large(register), held);
            }
        }
        Ok(found != negated)
    }
}

fn pair(high: u16, low: u16) -> u32 {
    ((u32::from(high) & 0x3ff) << 10 | (u32::from(low) & 0x3ff)).saturating_add(0x1_0000)
}
