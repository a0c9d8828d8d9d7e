//! The sort of JavaScript engines, step by step (TimSort, as Python's `listsort.txt` describes it).
//!
//! Some orders of the operation Sort contradict themselves: a number against a word against another number. What
//! comes out then depends on which pairs are compared. A sort of the standard library may end the program on such
//! an order; this one gives what the page gives.

use std::cmp::Ordering;

/// Wins in a row after which a merge gallops.
const GALLOP: usize = 7;

/// Sorts by a comparison that may contradict itself.
pub(in crate::decode) fn sort<T: Copy>(items: &mut [T], compare: impl FnMut(&T, &T) -> Ordering) {
    let mut sorter = Sorter { items, compare, runs: Vec::new(), gallop: GALLOP };
    sorter.sort();
}

struct Sorter<'i, T, C> {
    items: &'i mut [T],
    compare: C,
    /// Start and length of the runs that wait to be merged.
    runs: Vec<(usize, usize)>,
    gallop: usize,
}

impl<T: Copy, C: FnMut(&T, &T) -> Ordering> Sorter<'_, T, C> {
    fn sort(&mut self) {
        let length = self.items.len();
        let least = shortest_run(length);
        let mut low = 0;
        while low < length {
            let mut run = self.run(low, length);
            if run < least {
                let forced = least.min(length.saturating_sub(low));
                self.insert(low, low.saturating_add(run), low.saturating_add(forced));
                run = forced;
            }
            self.runs.push((low, run));
            self.collapse();
            low = low.saturating_add(run.max(1));
        }
        while self.runs.len() > 1 {
            let mut at = self.runs.len().saturating_sub(2);
            if at > 0 && self.run_length(at.saturating_sub(1)) < self.run_length(at.saturating_add(1)) {
                at = at.saturating_sub(1);
            }
            self.merge_at(at);
        }
    }

    fn run_length(&self, at: usize) -> usize {
        self.runs.get(at).map_or(0, |run| run.1)
    }

    /// Whether one item comes before another.
    fn less(&mut self, a: usize, b: usize) -> bool {
        match (self.items.get(a), self.items.get(b)) {
            (Some(a), Some(b)) => (self.compare)(a, b).is_lt(),
            _ => false,
        }
    }

    /// The length of the run at `low`; a descending one is turned around.
    fn run(&mut self, low: usize, high: usize) -> usize {
        let second = low.saturating_add(1);
        if second >= high {
            return 1;
        }
        let descending = self.less(second, low);
        let mut at = second.saturating_add(1);
        while at < high && self.less(at, at.saturating_sub(1)) == descending {
            at = at.saturating_add(1);
        }
        if descending && let Some(run) = self.items.get_mut(low..at) {
            run.reverse();
        }
        at.saturating_sub(low)
    }

    /// Puts the items from `start` on into the sorted ones before them.
    fn insert(&mut self, low: usize, start: usize, high: usize) {
        for pivot in start.max(low.saturating_add(1))..high {
            let (mut left, mut right) = (low, pivot);
            while left < right {
                let middle = left.midpoint(right);
                if self.less(pivot, middle) {
                    right = middle;
                } else {
                    left = middle.saturating_add(1);
                }
            }
            if let Some(part) = self.items.get_mut(left..=pivot) {
                part.rotate_right(1);
            }
        }
    }

    /// Merges until each waiting run is longer than the two above it together.
    fn collapse(&mut self) {
        while self.runs.len() > 1 {
            let mut at = self.runs.len().saturating_sub(2);
            let lengths = |at: usize| {
                let (a, b, c) = (at.checked_sub(2), at.checked_sub(1), at);
                a.zip(b).map(|(a, b)| (self.run_length(a), self.run_length(b), self.run_length(c)))
            };
            let settled = |at: usize| lengths(at).is_none_or(|(a, b, c)| a > b.saturating_add(c));
            if !settled(at.saturating_add(1)) || !settled(at) {
                if self.run_length(at.saturating_sub(1)) < self.run_length(at.saturating_add(1)) {
                    at = at.saturating_sub(1);
                }
            } else if self.run_length(at) > self.run_length(at.saturating_add(1)) {
                return;
            }
            self.merge_at(at);
        }
    }

    /// Merges a run with the next one.
    fn merge_at(&mut self, at: usize) {
        let next = at.saturating_add(1);
        let (Some((base_a, length_a)), Some((base_b, length_b))) =
            (self.runs.get(at).copied(), self.runs.get(next).copied())
        else {
            return;
        };
        if let Some(run) = self.runs.get_mut(at) {
            run.1 = length_a.saturating_add(length_b);
        }
        self.runs.remove(next);
        // What is in place already stays out of it.
        let Some(first) = self.items.get(base_b).copied() else { return };
        let skipped = self.gallop_right(&first, Place::Items(base_a), length_a, 0, &[]);
        let (base_a, length_a) = (base_a.saturating_add(skipped), length_a.saturating_sub(skipped));
        let Some(last) = self.items.get(base_a.saturating_add(length_a).saturating_sub(1)).copied() else {
            return;
        };
        if length_a == 0 {
            return;
        }
        let length_b =
            self.gallop_left(&last, Place::Items(base_b), length_b, length_b.saturating_sub(1), &[]);
        if length_b == 0 {
            return;
        }
        if length_a <= length_b {
            self.merge_low(base_a, length_a, base_b, length_b);
        } else {
            self.merge_high(base_a, length_a, base_b, length_b);
        }
    }

    fn held(&self, place: Place, at: usize, aside: &[T]) -> Option<T> {
        match place {
            Place::Items(base) => self.items.get(base.saturating_add(at)).copied(),
            Place::Aside(base) => aside.get(base.saturating_add(at)).copied(),
        }
    }

    /// Where a key belongs, before what equals it: from `hint` in steps that double, then by halves.
    fn gallop_left(&mut self, key: &T, place: Place, length: usize, hint: usize, aside: &[T]) -> usize {
        let below = |sorter: &mut Self, at: usize| {
            sorter.held(place, at, aside).is_some_and(|held| (sorter.compare)(&held, key).is_lt())
        };
        let (low, high) = if below(self, hint) {
            let most = length.saturating_sub(hint);
            let (last, offset) = strides(most, |offset| below(self, hint.saturating_add(offset)));
            (hint.saturating_add(last).saturating_add(1), hint.saturating_add(offset))
        } else {
            let most = hint.saturating_add(1);
            let (last, offset) = strides(most, |offset| !below(self, hint.saturating_sub(offset)));
            (hint.saturating_add(1).saturating_sub(offset), hint.saturating_sub(last))
        };
        halved(low, high, |middle| below(self, middle))
    }

    /// Where a key belongs, behind what equals it.
    fn gallop_right(&mut self, key: &T, place: Place, length: usize, hint: usize, aside: &[T]) -> usize {
        let above = |sorter: &mut Self, at: usize| {
            sorter.held(place, at, aside).is_some_and(|held| (sorter.compare)(key, &held).is_lt())
        };
        let (low, high) = if above(self, hint) {
            let most = hint.saturating_add(1);
            let (last, offset) = strides(most, |offset| above(self, hint.saturating_sub(offset)));
            (hint.saturating_add(1).saturating_sub(offset), hint.saturating_sub(last))
        } else {
            let most = length.saturating_sub(hint);
            let (last, offset) = strides(most, |offset| !above(self, hint.saturating_add(offset)));
            (hint.saturating_add(last).saturating_add(1), hint.saturating_add(offset))
        };
        halved(low, high, |middle| !above(self, middle))
    }

    fn put(&mut self, at: usize, value: Option<T>) {
        if let (Some(slot), Some(value)) = (self.items.get_mut(at), value) {
            *slot = value;
        }
    }

    /// Merges two neighbours of which the first is not longer: it is set aside, and the items fill up from below.
    fn merge_low(&mut self, base_a: usize, length_a: usize, base_b: usize, length_b: usize) {
        let aside = self.items.get(base_a..base_a.saturating_add(length_a)).unwrap_or_default().to_vec();
        let mut state = Merge { to: base_a, a: 0, left_a: length_a, b: base_b, left_b: length_b };
        self.take_b_up(&mut state, 1);
        if state.left_b > 0 && state.left_a > 1 {
            self.merge_low_on(&mut state, &aside);
        }
        if state.left_a == 1 && state.left_b > 0 {
            // The last of the set aside comes behind all that is left.
            let end = state.b.saturating_add(state.left_b);
            self.items.copy_within(state.b.min(end)..end.min(self.items.len()), state.to);
            self.put(state.to.saturating_add(state.left_b), aside.get(state.a).copied());
        } else {
            self.take_a_up(&mut state, &aside, usize::MAX);
        }
    }

    fn merge_low_on(&mut self, state: &mut Merge, aside: &[T]) {
        let done = |state: &Merge| state.left_b == 0 || state.left_a <= 1;
        loop {
            let (mut wins_a, mut wins_b) = (0_usize, 0_usize);
            while wins_a.max(wins_b) < self.gallop {
                let (Some(b), Some(a)) = (self.items.get(state.b).copied(), aside.get(state.a)) else {
                    return;
                };
                if (self.compare)(&b, a).is_lt() {
                    self.take_b_up(state, 1);
                    (wins_a, wins_b) = (0, wins_b.saturating_add(1));
                } else {
                    self.take_a_up(state, aside, 1);
                    (wins_a, wins_b) = (wins_a.saturating_add(1), 0);
                }
                if done(state) {
                    return;
                }
            }
            let mut least = self.gallop.saturating_add(1);
            loop {
                least = least.saturating_sub(1).max(1);
                self.gallop = least;
                let Some(key) = self.items.get(state.b).copied() else { return };
                wins_a = self.gallop_right(&key, Place::Aside(state.a), state.left_a, 0, aside);
                self.take_a_up(state, aside, wins_a);
                if wins_a > 0 && state.left_a <= 1 {
                    return;
                }
                self.take_b_up(state, 1);
                if state.left_b == 0 {
                    return;
                }
                let Some(key) = aside.get(state.a).copied() else { return };
                wins_b = self.gallop_left(&key, Place::Items(state.b), state.left_b, 0, &[]);
                self.take_b_up(state, wins_b);
                if wins_b > 0 && state.left_b == 0 {
                    return;
                }
                self.take_a_up(state, aside, 1);
                if state.left_a == 1 || state.left_a == 0 {
                    return;
                }
                if wins_a < GALLOP && wins_b < GALLOP {
                    break;
                }
            }
            self.gallop = least.saturating_add(1);
        }
    }

    fn take_a_up(&mut self, state: &mut Merge, aside: &[T], most: usize) {
        for _ in 0..most.min(state.left_a) {
            self.put(state.to, aside.get(state.a).copied());
            state.to = state.to.saturating_add(1);
            state.a = state.a.saturating_add(1);
            state.left_a = state.left_a.saturating_sub(1);
        }
    }

    fn take_b_up(&mut self, state: &mut Merge, most: usize) {
        for _ in 0..most.min(state.left_b) {
            self.put(state.to, self.items.get(state.b).copied());
            state.to = state.to.saturating_add(1);
            state.b = state.b.saturating_add(1);
            state.left_b = state.left_b.saturating_sub(1);
        }
    }

    /// Merges two neighbours of which the second is shorter: it is set aside, and the items fill up from above.
    fn merge_high(&mut self, base_a: usize, length_a: usize, base_b: usize, length_b: usize) {
        let aside = self.items.get(base_b..base_b.saturating_add(length_b)).unwrap_or_default().to_vec();
        // Here `to`, `a` and `b` stand behind the item they speak of.
        let mut state = Merge {
            to: base_b.saturating_add(length_b),
            a: base_a.saturating_add(length_a),
            left_a: length_a,
            b: length_b,
            left_b: length_b,
        };
        self.take_a_down(&mut state, 1);
        if state.left_a > 0 && state.left_b > 1 {
            self.merge_high_on(&mut state, base_a, &aside);
        }
        if state.left_b == 1 && state.left_a > 0 {
            self.take_a_down(&mut state, usize::MAX);
            self.put(
                state.to.saturating_sub(1),
                state.b.checked_sub(1).and_then(|at| aside.get(at)).copied(),
            );
        } else {
            self.take_b_down(&mut state, &aside, usize::MAX);
        }
    }

    fn merge_high_on(&mut self, state: &mut Merge, base_a: usize, aside: &[T]) {
        let done = |state: &Merge| state.left_a == 0 || state.left_b <= 1;
        loop {
            let (mut wins_a, mut wins_b) = (0_usize, 0_usize);
            while wins_a.max(wins_b) < self.gallop {
                let b = state.b.checked_sub(1).and_then(|at| aside.get(at)).copied();
                let a = state.a.checked_sub(1).and_then(|at| self.items.get(at)).copied();
                let (Some(b), Some(a)) = (b, a) else { return };
                if (self.compare)(&b, &a).is_lt() {
                    self.take_a_down(state, 1);
                    (wins_a, wins_b) = (wins_a.saturating_add(1), 0);
                } else {
                    self.take_b_down(state, aside, 1);
                    (wins_a, wins_b) = (0, wins_b.saturating_add(1));
                }
                if done(state) {
                    return;
                }
            }
            let mut least = self.gallop.saturating_add(1);
            loop {
                least = least.saturating_sub(1).max(1);
                self.gallop = least;
                let Some(key) = state.b.checked_sub(1).and_then(|at| aside.get(at)).copied() else { return };
                let hint = state.left_a.saturating_sub(1);
                let kept = self.gallop_right(&key, Place::Items(base_a), state.left_a, hint, &[]);
                wins_a = state.left_a.saturating_sub(kept);
                self.take_a_down(state, wins_a);
                if wins_a > 0 && state.left_a == 0 {
                    return;
                }
                self.take_b_down(state, aside, 1);
                if state.left_b == 1 || state.left_b == 0 {
                    return;
                }
                let Some(key) = state.a.checked_sub(1).and_then(|at| self.items.get(at)).copied() else {
                    return;
                };
                let hint = state.left_b.saturating_sub(1);
                let kept = self.gallop_left(&key, Place::Aside(0), state.left_b, hint, aside);
                wins_b = state.left_b.saturating_sub(kept);
                self.take_b_down(state, aside, wins_b);
                if wins_b > 0 && state.left_b <= 1 {
                    return;
                }
                self.take_a_down(state, 1);
                if state.left_a == 0 {
                    return;
                }
                if wins_a < GALLOP && wins_b < GALLOP {
                    break;
                }
            }
            self.gallop = least.saturating_add(1);
        }
    }

    fn take_a_down(&mut self, state: &mut Merge, most: usize) {
        for _ in 0..most.min(state.left_a) {
            state.to = state.to.saturating_sub(1);
            state.a = state.a.saturating_sub(1);
            state.left_a = state.left_a.saturating_sub(1);
            self.put(state.to, self.items.get(state.a).copied());
        }
    }

    fn take_b_down(&mut self, state: &mut Merge, aside: &[T], most: usize) {
        for _ in 0..most.min(state.left_b) {
            state.to = state.to.saturating_sub(1);
            state.b = state.b.saturating_sub(1);
            state.left_b = state.left_b.saturating_sub(1);
            self.put(state.to, aside.get(state.b).copied());
        }
    }
}

/// Where a gallop looks, and from which place on.
#[derive(Clone, Copy)]
enum Place {
    Items(usize),
    Aside(usize),
}

/// How far a merge came: where the next item goes, and what is left of both runs from where.
struct Merge {
    to: usize,
    a: usize,
    left_a: usize,
    b: usize,
    left_b: usize,
}

/// Runs shorter than this are filled up: from 32 to 64, so that the number of runs is near a power of two.
fn shortest_run(length: usize) -> usize {
    let (mut rest, mut lost) = (length, 0);
    while rest >= 64 {
        lost |= rest & 1;
        rest >>= 1;
    }
    rest.saturating_add(lost)
}

/// Strides 1, 3, 7 … while the test holds: the last that held (0 at first), and the first that did not or the most.
fn strides(most: usize, mut holds: impl FnMut(usize) -> bool) -> (usize, usize) {
    let (mut last, mut offset) = (0, 1);
    while offset < most && holds(offset) {
        last = offset;
        offset = offset.saturating_mul(2).saturating_add(1);
    }
    (last, offset.min(most))
}

/// The first place of the range for which the test does not hold.
fn halved(mut low: usize, mut high: usize, mut holds: impl FnMut(usize) -> bool) -> usize {
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            low = middle.saturating_add(1);
        } else {
            high = middle;
        }
    }
    low
}
