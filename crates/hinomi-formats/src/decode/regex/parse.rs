//! From a pattern's text to its tree: ECMA-262's grammar with the leniency of its Annex B where `u` is not set.

use super::Flags;
use super::class::{self, Folding, Set};
use crate::decode::args::hex;
use crate::decode::dish::is_space;

/// Groups inside groups deeper than this are refused.
const DEPTH_MAX: u32 = 128;
/// Parts of a pattern, all in all.
const NODES_MAX: usize = 1 << 16;

/// A part of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Empty,
    Char(u32),
    /// A character, compared as folded.
    Folded(u32, Folding),
    Set(Set),
    Cat(Vec<Self>),
    Alt(Vec<Self>),
    Group(Box<Self>, usize),
    Repeat {
        node: Box<Self>,
        min: u32,
        max: u32,
        greedy: bool,
        /// The groups inside, which are forgotten with each round: first, and one behind the last.
        groups: (usize, usize),
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
    Back(usize, Option<Folding>),
    Look {
        node: Box<Self>,
        behind: bool,
        negated: bool,
    },
}

/// A pattern that was read.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) groups: usize,
    pub(super) names: Vec<(Vec<u16>, usize)>,
}

/// Reads a pattern.
pub(super) fn parse(pattern: &[u16], flags: Flags) -> Result<Parsed, String> {
    let text: Vec<u32> = if flags.unicode {
        char::decode_utf16(pattern.iter().copied())
            .map(|next| next.map_or_else(|lone| u32::from(lone.unpaired_surrogate()), u32::from))
            .collect()
    } else {
        pattern.iter().map(|unit| u32::from(*unit)).collect()
    };
    let (total, names) = survey(&text);
    let mut parser =
        Parser { text: &text, at: 0, flags, strict: flags.unicode, groups: 0, total, names, nodes: 0 };
    let node = parser.alternatives(DEPTH_MAX)?;
    if parser.at < text.len() {
        return Err("Unmatched ')'".to_owned());
    }
    Ok(Parsed { node, groups: total, names: parser.names })
}

/// Counts the groups that capture and collects their names.
fn survey(text: &[u32]) -> (usize, Vec<(Vec<u16>, usize)>) {
    let (mut groups, mut names, mut at, mut in_class) = (0_usize, Vec::new(), 0_usize, false);
    while let Some(next) = text.get(at) {
        match char::from_u32(*next) {
            Some('\\') => at = at.saturating_add(1),
            Some('[') => in_class = true,
            Some(']') => in_class = false,
            Some('(') if !in_class => {
                let rest = text.get(at.saturating_add(1)..).unwrap_or_default();
                match rest {
                    [0x3f, 0x3c, next, ..] if *next != 0x3d && *next != 0x21 => {
                        groups = groups.saturating_add(1);
                        let name = rest.get(2..).unwrap_or_default();
                        let name: Vec<u16> = name
                            .iter()
                            .take_while(|next| **next != 0x3e)
                            .filter_map(|next| u16::try_from(*next).ok())
                            .collect();
                        names.push((name, groups));
                    }
                    [0x3f, ..] => {}
                    _ => groups = groups.saturating_add(1),
                }
            }
            _ => {}
        }
        at = at.saturating_add(1);
    }
    (groups, names)
}

/// Whether a text may name a group.
pub(super) fn is_name(name: &[u16]) -> bool {
    let mut letters = char::decode_utf16(name.iter().copied()).map(Result::ok);
    let first = letters.next().flatten();
    first.is_some_and(|next| next.is_alphabetic() || matches!(next, '$' | '_'))
        && letters.all(|next| {
            next.is_some_and(|next| {
                next.is_alphanumeric() || matches!(next, '$' | '_' | '\u{200c}' | '\u{200d}')
            })
        })
}

/// The ranges of the inside of a class, of literals and `\u` escapes.
pub(super) fn class_ranges(inside: &[u16]) -> Vec<(u32, u32)> {
    let text: Vec<u32> = inside.iter().map(|unit| u32::from(*unit)).chain([0x5d]).collect();
    let mut parser = Parser {
        text: &text,
        at: 0,
        flags: Flags::default(),
        strict: false,
        groups: 0,
        total: 0,
        names: Vec::new(),
        nodes: 0,
    };
    parser.ranges().unwrap_or_default()
}

struct Parser<'t> {
    text: &'t [u32],
    at: usize,
    flags: Flags,
    strict: bool,
    groups: usize,
    total: usize,
    names: Vec<(Vec<u16>, usize)>,
    nodes: usize,
}

type Parse<T> = Result<T, String>;

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).map(|next| char::from_u32(*next).unwrap_or('\u{fffd}'))
    }

    fn look(&self, literal: &str) -> bool {
        literal
            .chars()
            .enumerate()
            .all(|(index, next)| self.text.get(self.at.saturating_add(index)) == Some(&u32::from(next)))
    }

    fn take(&mut self, literal: &str) -> bool {
        let found = self.look(literal);
        if found {
            self.at = self.at.saturating_add(literal.len());
        }
        found
    }

    fn next(&mut self) -> Option<u32> {
        let next = self.text.get(self.at).copied()?;
        self.at = self.at.saturating_add(1);
        Some(next)
    }

    fn folding(&self) -> Option<Folding> {
        let folding = if self.strict { Folding::Characters } else { Folding::Units };
        self.flags.ignore_case.then_some(folding)
    }

    fn set(&self, ranges: Vec<(u32, u32)>, negated: bool) -> Node {
        Node::Set(Set::new(ranges, negated, self.folding()))
    }

    fn alternatives(&mut self, depth: u32) -> Parse<Node> {
        let deeper = depth.checked_sub(1).ok_or("groups inside groups, too deep")?;
        let mut ways = vec![self.sequence(deeper)?];
        while self.take("|") {
            ways.push(self.sequence(deeper)?);
        }
        Ok(if ways.len() == 1 { ways.pop().unwrap_or(Node::Empty) } else { Node::Alt(ways) })
    }

    fn sequence(&mut self, depth: u32) -> Parse<Node> {
        let mut parts = Vec::new();
        while let Some(next) = self.peek() {
            if matches!(next, '|' | ')') {
                break;
            }
            self.nodes = self.nodes.saturating_add(1);
            if self.nodes > NODES_MAX {
                return Err("Regular expression too large".to_owned());
            }
            let first = self.groups;
            let (node, repeats) = self.term(depth)?;
            parts.push(self.quantified(node, repeats, first)?);
        }
        Ok(match parts.len() {
            0 => Node::Empty,
            1 => parts.pop().unwrap_or(Node::Empty),
            _ => Node::Cat(parts),
        })
    }

    /// The part at hand with the quantifier behind it.
    fn quantified(&mut self, node: Node, repeats: bool, first: usize) -> Parse<Node> {
        let Some((min, max)) = self.quantifier()? else { return Ok(node) };
        if !repeats {
            return Err("Nothing to repeat".to_owned());
        }
        let greedy = !self.take("?");
        if max < min {
            return Err("numbers out of order in {} quantifier".to_owned());
        }
        let groups = (first.saturating_add(1), self.groups.saturating_add(1));
        Ok(Node::Repeat { node: Box::new(node), min, max, greedy, groups })
    }

    fn quantifier(&mut self) -> Parse<Option<(u32, u32)>> {
        Ok(match self.peek() {
            Some('*') => {
                self.at = self.at.saturating_add(1);
                Some((0, u32::MAX))
            }
            Some('+') => {
                self.at = self.at.saturating_add(1);
                Some((1, u32::MAX))
            }
            Some('?') => {
                self.at = self.at.saturating_add(1);
                Some((0, 1))
            }
            Some('{') => {
                let found = self.braces();
                if found.is_none() && self.strict {
                    return Err("Incomplete quantifier".to_owned());
                }
                found
            }
            _ => None,
        })
    }

    /// `{n}`, `{n,}`, `{n,m}`; anything else is left where it is.
    fn braces(&mut self) -> Option<(u32, u32)> {
        let start = self.at;
        self.at = self.at.saturating_add(1);
        let min = self.decimal();
        let max =
            if self.take(",") { if self.look("}") { Some(u32::MAX) } else { self.decimal() } } else { min };
        match (min, max, self.take("}")) {
            (Some(min), Some(max), true) => Some((min, max)),
            _ => {
                self.at = start;
                None
            }
        }
    }

    fn decimal(&mut self) -> Option<u32> {
        let mut value = None;
        while let Some(digit) = self.peek().and_then(|next| next.to_digit(10)) {
            value = Some(value.unwrap_or(0_u32).saturating_mul(10).saturating_add(digit));
            self.at = self.at.saturating_add(1);
        }
        value
    }

    /// One part and whether a quantifier may follow it.
    fn term(&mut self, depth: u32) -> Parse<(Node, bool)> {
        if self.look("{") && self.braces().is_some() {
            return Err("Nothing to repeat".to_owned());
        }
        let next = self.next().unwrap_or(0);
        Ok(match char::from_u32(next) {
            Some('^') => (Node::Start { multiline: self.flags.multiline }, false),
            Some('$') => (Node::End { multiline: self.flags.multiline }, false),
            Some('(') => return self.group(depth),
            Some('.') if self.flags.dot_all => (Node::Set(Set::new(Vec::new(), true, None)), true),
            Some('.') => (Node::Set(Set::new(class::LINE_ENDS.to_vec(), true, None)), true),
            Some('[') => {
                let negated = self.take("^");
                let ranges = self.ranges()?;
                (self.set(ranges, negated), true)
            }
            Some('\\') => return self.escape(),
            Some('*' | '+' | '?') => return Err("Nothing to repeat".to_owned()),
            Some(']' | '{' | '}') if self.strict => return Err("Lone quantifier brackets".to_owned()),
            _ => (self.literal(next), true),
        })
    }

    fn literal(&self, next: u32) -> Node {
        match self.folding() {
            Some(folding) => Node::Folded(class::fold(next, folding), folding),
            None => Node::Char(next),
        }
    }

    fn group(&mut self, depth: u32) -> Parse<(Node, bool)> {
        for (mark, behind, negated) in
            [("?=", false, false), ("?!", false, true), ("?<=", true, false), ("?<!", true, true)]
        {
            if self.take(mark) {
                let node = Box::new(self.inside(depth)?);
                return Ok((Node::Look { node, behind, negated }, !behind && !self.strict));
            }
        }
        if self.take("?:") {
            return Ok((self.inside(depth)?, true));
        }
        if self.take("?<") {
            let length = self.text.get(self.at..).unwrap_or_default().iter().position(|next| *next == 0x3e);
            let end =
                length.and_then(|length| self.at.checked_add(length)).ok_or("Invalid capture group name")?;
            let name: Vec<u16> = self
                .text
                .get(self.at..end)
                .unwrap_or_default()
                .iter()
                .filter_map(|next| u16::try_from(*next).ok())
                .collect();
            let name = with_escapes(name);
            if !is_name(&name) {
                return Err("Invalid capture group name".to_owned());
            }
            if self.names.iter().filter(|(held, _)| *held == name).count() > 1 {
                return Err("Duplicate capture group name".to_owned());
            }
            self.at = end.saturating_add(1);
        } else if self.look("?") {
            return self.modified(depth);
        }
        self.groups = self.groups.saturating_add(1);
        let group = self.groups;
        let node = self.inside(depth)?;
        Ok((Node::Group(Box::new(node), group), true))
    }

    /// `(?i-s:…)`
    fn modified(&mut self, depth: u32) -> Parse<(Node, bool)> {
        self.at = self.at.saturating_add(1);
        let before = self.flags;
        let (mut on, mut seen) = (true, Vec::new());
        loop {
            let next = self.next().and_then(char::from_u32);
            let flag = match next {
                Some(':') if !seen.is_empty() => break,
                Some('-') if on => {
                    on = false;
                    continue;
                }
                Some('i') => &mut self.flags.ignore_case,
                Some('m') => &mut self.flags.multiline,
                Some('s') => &mut self.flags.dot_all,
                _ => return Err("Invalid group".to_owned()),
            };
            if seen.contains(&next) {
                return Err("Repeated flag in modifiers".to_owned());
            }
            *flag = on;
            seen.push(next);
        }
        let node = self.inside(depth)?;
        self.flags = before;
        Ok((node, true))
    }

    fn inside(&mut self, depth: u32) -> Parse<Node> {
        let node = self.alternatives(depth)?;
        if self.take(")") { Ok(node) } else { Err("Unterminated group".to_owned()) }
    }

    fn escape(&mut self) -> Parse<(Node, bool)> {
        match self.peek() {
            Some('b') => self.boundary(false),
            Some('B') => self.boundary(true),
            Some('1'..='9') => Ok((self.back_reference()?, true)),
            Some('k') if self.strict || !self.names.is_empty() => {
                self.at = self.at.saturating_add(1);
                Ok((self.named_reference()?, true))
            }
            _ => match self.class_escape(false)? {
                Escape::Char(next) => Ok((self.literal(next), true)),
                Escape::Set(ranges) => Ok((self.set(ranges, false), true)),
            },
        }
    }

    fn boundary(&mut self, negated: bool) -> Parse<(Node, bool)> {
        self.at = self.at.saturating_add(1);
        Ok((Node::Boundary { negated }, false))
    }

    /// A number of a group there is; else it is an octal escape or the digit itself.
    fn back_reference(&mut self) -> Parse<Node> {
        let start = self.at;
        if let Some(group) = self.decimal().and_then(|group| usize::try_from(group).ok())
            && group <= self.total
        {
            return Ok(Node::Back(group, self.folding()));
        }
        if self.strict {
            return Err("Invalid escape".to_owned());
        }
        self.at = start;
        let next = self.octal().or_else(|| self.next()).unwrap_or(0);
        Ok(self.literal(next))
    }

    fn named_reference(&mut self) -> Parse<Node> {
        let wrong = "Invalid named reference";
        if !self.take("<") {
            return Err(wrong.to_owned());
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|next| *next == 0x3e).ok_or(wrong)?;
        let name =
            rest.get(..length).unwrap_or_default().iter().map(|next| u16::try_from(*next).unwrap_or(0));
        let name: Vec<u16> = name.collect();
        self.at = self.at.saturating_add(length).saturating_add(1);
        let group = self.names.iter().find(|(held, _)| *held == name).map(|(_, group)| *group);
        group.map(|group| Node::Back(group, self.folding())).ok_or_else(|| wrong.to_owned())
    }

    /// Up to three octal digits, up to 0o377.
    fn octal(&mut self) -> Option<u32> {
        let mut value = None;
        while let Some(digit) = self.peek().and_then(|next| next.to_digit(8)) {
            let more = value.unwrap_or(0_u32).saturating_mul(8).saturating_add(digit);
            if more > 0o377 {
                break;
            }
            self.at = self.at.saturating_add(1);
            value = Some(more);
            if more > 0o37 {
                break;
            }
        }
        value
    }

    fn digits(&mut self, length: usize) -> Option<u32> {
        let digits = self.text.get(self.at..self.at.saturating_add(length))?;
        let digits: Vec<u16> = digits.iter().map(|next| u16::try_from(*next).unwrap_or(0)).collect();
        let value = hex(&digits)?;
        self.at = self.at.saturating_add(length);
        Some(value)
    }

    /// What stands behind a backslash, in a class or outside.
    fn class_escape(&mut self, in_class: bool) -> Parse<Escape> {
        let next = self.next().ok_or("\\ at end of pattern")?;
        let all_but = |ranges: &[(u32, u32)]| class::complement(ranges.to_vec(), self.strict);
        Ok(match char::from_u32(next) {
            Some('d') => Escape::Set(class::DIGITS.to_vec()),
            Some('D') => Escape::Set(all_but(class::DIGITS)),
            Some('w') => Escape::Set(class::WORD.to_vec()),
            Some('W') => Escape::Set(all_but(class::WORD)),
            Some('s') => Escape::Set(class::SPACE.to_vec()),
            Some('S') => Escape::Set(all_but(class::SPACE)),
            Some('b') if in_class => Escape::Char(0x08),
            Some('-') if in_class && self.strict => Escape::Char(next),
            Some('f') => Escape::Char(0x0c),
            Some('n') => Escape::Char(0x0a),
            Some('r') => Escape::Char(0x0d),
            Some('t') => Escape::Char(0x09),
            Some('v') => Escape::Char(0x0b),
            Some('c') => self.control(in_class)?,
            Some('x') => {
                self.digits(2).map_or_else(|| self.identity(next), |point| Ok(Escape::Char(point)))?
            }
            Some('u') => self.unicode_escape(next)?,
            Some('0'..='7') if !self.strict => {
                self.at = self.at.saturating_sub(1);
                Escape::Char(self.octal().unwrap_or(0))
            }
            Some('0') if !self.peek().is_some_and(|next| next.is_ascii_digit()) => Escape::Char(0),
            _ => self.identity(next)?,
        })
    }

    /// A character that stands for itself behind a backslash.
    fn identity(&self, next: u32) -> Parse<Escape> {
        let syntax = char::from_u32(next).is_some_and(|next| "^$\\.*+?()[]{}|/".contains(next));
        if self.strict && !syntax {
            return Err("Invalid escape".to_owned());
        }
        if !self.strict && next == u32::from(b'k') && !self.names.is_empty() {
            return Err("Invalid named reference".to_owned());
        }
        Ok(Escape::Char(next))
    }

    /// `\cJ`; without a letter the backslash stands for itself.
    fn control(&mut self, in_class: bool) -> Parse<Escape> {
        let letter = self.peek().filter(|next| {
            next.is_ascii_alphabetic()
                || (in_class && !self.strict && (next.is_ascii_digit() || *next == '_'))
        });
        if let Some(letter) = letter {
            self.at = self.at.saturating_add(1);
            return Ok(Escape::Char(u32::from(letter) & 0x1f));
        }
        if self.strict {
            return Err("Invalid unicode escape".to_owned());
        }
        self.at = self.at.saturating_sub(1);
        Ok(Escape::Char(0x5c))
    }

    fn unicode_escape(&mut self, next: u32) -> Parse<Escape> {
        if self.strict && self.take("{") {
            let length = self.text.get(self.at..).unwrap_or_default().iter().position(|next| *next == 0x7d);
            let point = length.filter(|length| *length <= 8).and_then(|length| self.digits(length));
            return match point {
                Some(point) if point <= 0x10_ffff && self.take("}") => Ok(Escape::Char(point)),
                _ => Err("Invalid Unicode escape".to_owned()),
            };
        }
        let Some(unit) = self.digits(4) else {
            return if self.strict { Err("Invalid Unicode escape".to_owned()) } else { self.identity(next) };
        };
        if self.strict && (0xd800..0xdc00).contains(&unit) && self.look("\\u") {
            let start = self.at;
            self.at = self.at.saturating_add(2);
            match self.digits(4) {
                Some(low @ 0xdc00..0xe000) => {
                    let pair = (unit & 0x3ff) << 10 | (low & 0x3ff);
                    return Ok(Escape::Char(pair.saturating_add(0x1_0000)));
                }
                _ => self.at = start,
            }
        }
        Ok(Escape::Char(unit))
    }

    /// The inside of a class, and the bracket behind it.
    fn ranges(&mut self) -> Parse<Vec<(u32, u32)>> {
        let mut ranges = Vec::new();
        loop {
            if self.take("]") {
                return Ok(ranges);
            }
            let first = self.atom()?;
            let spans = self.look("-") && !self.look("-]");
            if !spans {
                first.into_ranges(&mut ranges);
                continue;
            }
            self.at = self.at.saturating_add(1);
            let last = self.atom()?;
            match (first, last) {
                (Escape::Char(low), Escape::Char(high)) if low <= high => ranges.push((low, high)),
                (Escape::Char(_), Escape::Char(_)) => {
                    return Err("Range out of order in character class".to_owned());
                }
                _ if self.strict => return Err("Invalid character class".to_owned()),
                (first, last) => {
                    first.into_ranges(&mut ranges);
                    ranges.push((0x2d, 0x2d));
                    last.into_ranges(&mut ranges);
                }
            }
        }
    }

    fn atom(&mut self) -> Parse<Escape> {
        match self.next() {
            None => Err("Unterminated character class".to_owned()),
            Some(0x5c) => self.class_escape(true),
            Some(next) => Ok(Escape::Char(next)),
        }
    }
}

enum Escape {
    Char(u32),
    Set(Vec<(u32, u32)>),
}

impl Escape {
    fn into_ranges(self, ranges: &mut Vec<(u32, u32)>) {
        match self {
            Self::Char(next) => ranges.push((next, next)),
            Self::Set(set) => ranges.extend(set),
        }
    }
}

/// Whether a place is at a line's edge: a line end stands there.
pub(super) fn is_line_end(unit: Option<&u16>) -> bool {
    unit.is_some_and(|unit| is_space(*unit) && matches!(*unit, 0x0a | 0x0d | 0x2028 | 0x2029))
}

/// A name with its `\uHHHH` and `\u{H…}` resolved; what is no such escape stays, and makes it no name.
fn with_escapes(name: Vec<u16>) -> Vec<u16> {
    if !name.contains(&0x5c) {
        return name;
    }
    crate::decode::args::unescape(&name).unwrap_or(name)
}
