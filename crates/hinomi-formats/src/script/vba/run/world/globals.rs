//! The variables and constants of all modules. A library has thousands, of which one way through a procedure changes a
//! few: they are held in pieces, and only a piece that changes is copied.

use super::{Join, join_values};
use crate::script::vba::read::{Sort, initial};
use crate::script::vba::value::Value;
use std::rc::Rc;

/// Values of one piece.
const PIECE: usize = 32;

/// Values by number.
#[derive(Debug, Clone, Default)]
pub(in crate::script::vba::run) struct Globals(Rc<Vec<Rc<Vec<Value>>>>);

impl Globals {
    pub(in crate::script::vba::run) fn get(&self, index: usize) -> Option<&Value> {
        self.0.get(index / PIECE)?.get(index % PIECE)
    }

    /// A value to be changed; those up to it are made when they were not yet, of the sorts given.
    pub(in crate::script::vba::run) fn slot(&mut self, index: usize, sorts: &[Sort]) -> Option<&mut Value> {
        let pieces = Rc::make_mut(&mut self.0);
        while pieces.len() * PIECE <= index {
            let sorts = sorts.iter().skip(pieces.len() * PIECE).take(PIECE);
            let piece: Vec<Value> = sorts.map(|sort| initial(*sort)).collect();
            if piece.is_empty() {
                return None;
            }
            pieces.push(Rc::new(piece));
        }
        let piece = Rc::make_mut(pieces.get_mut(index / PIECE)?);
        // A variable that was declared after its piece was made.
        let (at, first) = (index % PIECE, index / PIECE * PIECE);
        if piece.len() <= at {
            let more = sorts.iter().take(first + PIECE).skip(first + piece.len());
            piece.extend(more.map(|sort| initial(*sort)));
        }
        piece.get_mut(at)
    }

    pub(in crate::script::vba::run) fn iter(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().flat_map(|piece| piece.iter())
    }

    /// Joins those of another way. Gives what that costs.
    pub(in crate::script::vba::run) fn join(&mut self, other: &Self, how: Join) -> u64 {
        if Rc::ptr_eq(&self.0, &other.0) {
            return 0;
        }
        let pieces = Rc::make_mut(&mut self.0);
        let mut cost = pieces.len() as u64 / 8;
        for (mine, theirs) in pieces.iter_mut().zip(other.0.iter()) {
            if !Rc::ptr_eq(mine, theirs) {
                let mine = Rc::make_mut(mine);
                cost += mine.len() as u64 / 8 + join_values(mine, theirs, how);
                mine.extend(theirs.iter().skip(mine.len()).cloned().collect::<Vec<_>>());
            }
        }
        pieces.extend(other.0.iter().skip(pieces.len()).cloned().collect::<Vec<_>>());
        cost
    }
}
