//! Operators of VBA (MS-VBAL 5.6.9) on values that may not be known.

use super::{GAP, Value, read_number};

/// Operators of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script::vba) enum Operator {
    Power,
    Times,
    Divide,
    WholeDivide,
    Mod,
    Plus,
    Minus,
    Join,
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Like,
    Is,
    And,
    Or,
    Xor,
    Equivalent,
    Implies,
}

/// What an operator gives.
pub(in crate::script::vba) enum Outcome {
    Value(Value),
    /// Both are to be joined as strings.
    Join,
    /// Certainly an error: its number.
    Error(u16),
}

const DIVISION_BY_ZERO: u16 = 11;

/// Applies an operator to two single values. Joining is left to the caller, who pays for strings.
pub(in crate::script::vba) fn apply(operator: Operator, left: &Value, right: &Value) -> Outcome {
    use Operator as O;
    let value = match operator {
        O::Join => return Outcome::Join,
        O::Plus if joins(left, right) => return Outcome::Join,
        O::Equal | O::Unequal | O::Less | O::LessEqual | O::Greater | O::GreaterEqual => {
            compare(operator, left, right)
        }
        O::Like => match (left.known_text(), right.known_text()) {
            (Some(text), Some(pattern)) => like(text, pattern).map_or(Value::Unknown, Value::Bool),
            _ => Value::Unknown,
        },
        O::Is => is(left, right),
        O::And | O::Or | O::Xor | O::Equivalent | O::Implies => bitwise(operator, left, right),
        _ => {
            let (Some(a), Some(b)) = (left.number(), right.number()) else {
                return Outcome::Value(Value::Unknown);
            };
            if b == 0.0 && matches!(operator, O::Divide | O::WholeDivide | O::Mod) {
                return Outcome::Error(DIVISION_BY_ZERO);
            }
            arithmetic(operator, a, b).map_or(Value::Unknown, Value::Num)
        }
    };
    Outcome::Value(value)
}

/// `+` joins two strings; with a number it adds.
fn joins(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Str(text), other) | (other, Value::Str(text)) => {
            matches!(other, Value::Str(_) | Value::Empty | Value::Object(_) | Value::Either(_))
                || *other == Value::Unknown && (text.has_gap() || read_number(text.as_str()).is_none())
        }
        _ => false,
    }
}

fn is(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => Value::Bool(a == b),
        // A variable that holds no object yet is Nothing.
        (Value::Empty, Value::Object(o)) | (Value::Object(o), Value::Empty) => Value::Bool(o.is_nothing()),
        _ => Value::Unknown,
    }
}

fn compare(operator: Operator, left: &Value, right: &Value) -> Value {
    use std::cmp::Ordering;
    let order = match (left, right) {
        (Value::Unknown | Value::Object(_) | Value::Array(_), _)
        | (_, Value::Unknown | Value::Object(_) | Value::Array(_)) => None,
        (Value::Null, _) | (_, Value::Null) => return Value::Null,
        (Value::Str(_) | Value::Empty, Value::Str(_)) | (Value::Str(_), Value::Empty) => {
            match (left.known_text(), right.known_text()) {
                (Some(a), Some(b)) => Some(a.cmp(b)),
                _ => unlike_texts(operator, left, right),
            }
        }
        _ => match (left.number(), right.number()) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => None,
        },
    };
    let Some(order) = order else { return Value::Unknown };
    Value::Bool(match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::Unequal => order != Ordering::Equal,
        Operator::Less => order == Ordering::Less,
        Operator::LessEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

/// A string with a gap is not the empty one when something of it is known.
fn unlike_texts(operator: Operator, left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    let equality = matches!(operator, Operator::Equal | Operator::Unequal);
    let holds = |value: &Value| match value {
        Value::Str(text) => text.as_str().chars().any(|c| c != GAP),
        _ => false,
    };
    let empty = |value: &Value| value.known_text() == Some("");
    let unlike = holds(left) && empty(right) || empty(left) && holds(right);
    (equality && unlike).then_some(std::cmp::Ordering::Less)
}

/// Logical for Booleans, bit by bit for numbers. One side may decide alone.
fn bitwise(operator: Operator, left: &Value, right: &Value) -> Value {
    use Operator as O;
    let both_bool = matches!((left, right), (Value::Bool(_), Value::Bool(_)));
    let (a, b) = (left.whole(), right.whole());
    let decides = match operator {
        O::And => Some(0),
        O::Or => Some(-1),
        _ => None,
    };
    let (Some(a), Some(b)) = (a, b) else {
        return match decides {
            Some(decided) if a == Some(decided) || b == Some(decided) => Value::Bool(decided != 0),
            _ => Value::Unknown,
        };
    };
    let bits = match operator {
        O::And => a & b,
        O::Or => a | b,
        O::Xor => a ^ b,
        O::Equivalent => !(a ^ b),
        _ => !a | b,
    };
    if both_bool { Value::Bool(bits != 0) } else { Value::Num(bits as f64) }
}

fn arithmetic(operator: Operator, left: f64, right: f64) -> Option<f64> {
    // A cast of a float saturates, so no value is out of range.
    let (whole_left, whole_right) = (left.round_ties_even() as i64, right.round_ties_even() as i64);
    let number = match operator {
        Operator::Power => left.powf(right),
        Operator::Times => left * right,
        Operator::Divide => left / right,
        Operator::WholeDivide => whole_left.checked_div(whole_right)? as f64,
        Operator::Mod => whole_left.checked_rem(whole_right)? as f64,
        Operator::Plus => left + right,
        Operator::Minus => left - right,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// `Not`: logical for a Boolean, bit by bit for a number.
pub(in crate::script::vba) fn not(value: &Value) -> Value {
    match value {
        Value::Bool(truth) => Value::Bool(!truth),
        other => other.whole().map_or(Value::Unknown, |number| Value::Num(!number as f64)),
    }
}

/// Places of a pattern tried against a text; more than that is not known.
const LIKE_TRIES_MAX: u32 = 100_000;

/// `Like` (MS-VBAL 5.6.9.6): `?`, `*`, `#`, `[a-z]`, `[!a-z]`.
pub(in crate::script::vba) fn like(text: &str, pattern: &str) -> Option<bool> {
    let text: Vec<char> = text.chars().collect();
    let pattern = atoms(pattern);
    let (mut at, mut in_pattern) = (0usize, 0usize);
    // Where to go on when the shortest run of the last `*` does not fit.
    let mut star: Option<(usize, usize)> = None;
    for _ in 0..LIKE_TRIES_MAX {
        match (text.get(at), pattern.get(in_pattern)) {
            (None, None) => return Some(true),
            (_, Some(Atom::Any)) => {
                star = Some((in_pattern + 1, at));
                in_pattern += 1;
            }
            (Some(c), Some(atom)) if atom.fits(*c) => {
                at += 1;
                in_pattern += 1;
            }
            _ => {
                let Some((behind, from)) = star.filter(|(_, from)| *from < text.len()) else {
                    return Some(false);
                };
                star = Some((behind, from + 1));
                at = from + 1;
                in_pattern = behind;
            }
        }
    }
    None
}

enum Atom {
    One,
    Any,
    Digit,
    Char(char),
    Class { not: bool, ranges: Vec<(char, char)> },
}

impl Atom {
    fn fits(&self, c: char) -> bool {
        match self {
            Self::One => true,
            Self::Any => false,
            Self::Digit => c.is_ascii_digit(),
            Self::Char(wanted) => *wanted == c,
            Self::Class { not, ranges } => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *not,
        }
    }
}

fn atoms(pattern: &str) -> Vec<Atom> {
    let mut atoms = Vec::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        atoms.push(match c {
            '?' => Atom::One,
            '*' => Atom::Any,
            '#' => Atom::Digit,
            '[' => match rest.as_str().split_once(']') {
                Some((class, behind)) => {
                    rest = behind.chars();
                    class_of(class)
                }
                None => Atom::Char('['),
            },
            other => Atom::Char(other),
        });
    }
    atoms
}

fn class_of(class: &str) -> Atom {
    let (not, class) = match class.strip_prefix('!') {
        Some(class) => (true, class),
        None => (false, class),
    };
    let chars: Vec<char> = class.chars().collect();
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(from) = chars.get(at) {
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some('-'), Some(to)) => {
                ranges.push((*from, *to));
                at += 3;
            }
            _ => {
                ranges.push((*from, *from));
                at += 1;
            }
        }
    }
    Atom::Class { not, ranges }
}
