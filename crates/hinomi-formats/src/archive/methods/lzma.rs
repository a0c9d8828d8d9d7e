//! LZMA and LZMA2 (the LZMA SDK's specification), as 7-Zip packs with them. What came out is its own dictionary.

use crate::archive::shelf::{Ended, Unpacked};

const STATES: usize = 12;
const POSITIONS_MAX: usize = 1 << 4;
/// A probability of one half.
const HALF: u16 = 1 << 10;
const LENGTH_TO_DISTANCE_STATES: usize = 4;
const END_OF_MODELS: usize = 14;
const FULL_DISTANCES: usize = 1 << (END_OF_MODELS / 2);
const ALIGN_BITS: u32 = 4;
const MATCH_MIN: usize = 2;
/// What the range decoder takes before the first bit; the first of these bytes is zero, which few wrong keys give.
const RANGE_START_BYTES: usize = 5;

/// Unpacks LZMA with its five bytes of properties. `size` is how much should come out, `most` how much may.
pub(in crate::archive) fn lzma(
    data: &[u8],
    properties: &[u8],
    size: usize,
    most: usize,
    over: Ended,
) -> Unpacked {
    let Some(mut decoder) = properties.first().and_then(|byte| Decoder::new(*byte)) else {
        return Unpacked { bytes: Vec::new(), ended: Ended::Corrupt };
    };
    let target = size.min(most);
    let ended = match Range::new(data) {
        Some(mut range) => decoder.run(&mut range, target),
        None if data.len() < RANGE_START_BYTES => Ended::Truncated,
        None => Ended::Corrupt,
    };
    let ended = if ended == Ended::Whole && size > most { over } else { ended };
    let ended = if ended == Ended::Whole && decoder.out.len() < target { Ended::Truncated } else { ended };
    Unpacked { bytes: decoder.out, ended }
}

/// Unpacks LZMA2: chunks, each with its own sizes.
pub(in crate::archive) fn lzma2(data: &[u8], most: usize, over: Ended) -> Unpacked {
    let (mut decoder, mut base) = (None, 0);
    let mut out = Vec::new();
    let mut rest = data;
    let ended = loop {
        let Some((control, after)) = rest.split_first() else { break Ended::Truncated };
        if *control == 0 {
            break Ended::Whole;
        }
        // The dictionary starts anew: nothing refers to what is before, and places count from here.
        if *control == 1 || *control >= 0xE0 {
            base = out.len();
        }
        let chunk = if *control < 0x80 {
            stored_chunk(*control, after, &mut out)
        } else {
            packed_chunk(*control, after, base, &mut out, &mut decoder)
        };
        match chunk {
            Ok(after) => rest = after,
            Err(ended) => break ended,
        }
        if out.len() > most {
            out.truncate(most);
            break over;
        }
    };
    Unpacked { bytes: out, ended }
}

fn size16(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|raw| usize::from(u16::from_be_bytes(*raw)).saturating_add(1))
}

fn stored_chunk<'a>(control: u8, after: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8], Ended> {
    if control > 2 {
        return Err(Ended::Corrupt);
    }
    let len = size16(after, 0).ok_or(Ended::Truncated)?;
    let body = after.get(2..).unwrap_or_default();
    let Some((chunk, rest)) = body.split_at_checked(len) else {
        out.extend_from_slice(body);
        return Err(Ended::Truncated);
    };
    out.extend_from_slice(chunk);
    Ok(rest)
}

fn packed_chunk<'a>(
    control: u8,
    after: &'a [u8],
    base: usize,
    out: &mut Vec<u8>,
    decoder: &mut Option<Decoder>,
) -> Result<&'a [u8], Ended> {
    let size = size16(after, 0).ok_or(Ended::Truncated)?.saturating_add(usize::from(control & 0x1F) << 16);
    let packed = size16(after, 2).ok_or(Ended::Truncated)?;
    let reset = control >> 5 & 3;
    let mut body = after.get(4..).unwrap_or_default();
    if reset >= 2 {
        let (properties, rest) = body.split_first().ok_or(Ended::Truncated)?;
        *decoder = Some(Decoder::new(*properties).ok_or(Ended::Corrupt)?);
        body = rest;
    } else if reset == 1 {
        decoder.as_mut().ok_or(Ended::Corrupt)?.reset();
    }
    let decoder = decoder.as_mut().ok_or(Ended::Corrupt)?;
    decoder.base = base;
    let (chunk, rest) = body.split_at_checked(packed).unwrap_or((body, &[]));
    // The decoder works on everything that came out so far.
    std::mem::swap(&mut decoder.out, out);
    let target = decoder.out.len().saturating_add(size);
    let ended = Range::new(chunk).map_or(Ended::Corrupt, |mut range| decoder.run(&mut range, target));
    std::mem::swap(&mut decoder.out, out);
    if ended == Ended::Whole && out.len() == target { Ok(rest) } else { Err(ended) }
}

/// The range decoder.
struct Range<'a> {
    data: &'a [u8],
    at: usize,
    range: u32,
    code: u32,
}

impl<'a> Range<'a> {
    fn new(data: &'a [u8]) -> Option<Self> {
        let code = data.strip_prefix(&[0])?.first_chunk().map(|raw| u32::from_be_bytes(*raw))?;
        Some(Self { data, at: 5, range: u32::MAX, code })
    }

    /// Behind the end come zeros; the caller looks at `is_past_end` in time.
    fn normalise(&mut self) {
        if self.range < 1 << 24 {
            let byte = self.data.get(self.at).copied().unwrap_or(0);
            self.at = self.at.saturating_add(1);
            self.range <<= 8;
            self.code = self.code << 8 | u32::from(byte);
        }
    }

    fn is_past_end(&self) -> bool {
        self.at > self.data.len()
    }

    fn bit(&mut self, probability: Option<&mut u16>) -> u32 {
        let Some(probability) = probability else { return 0 };
        self.normalise();
        let bound = (self.range >> 11).wrapping_mul(u32::from(*probability));
        if self.code < bound {
            self.range = bound;
            *probability = probability.wrapping_add(((1 << 11) - *probability) >> 5);
            0
        } else {
            self.range = self.range.wrapping_sub(bound);
            self.code = self.code.wrapping_sub(bound);
            *probability = probability.wrapping_sub(*probability >> 5);
            1
        }
    }

    fn direct(&mut self, bits: u32) -> u32 {
        let mut value = 0_u32;
        for _ in 0..bits {
            self.normalise();
            self.range >>= 1;
            let bit = u32::from(self.code >= self.range);
            if bit == 1 {
                self.code = self.code.wrapping_sub(self.range);
            }
            value = value << 1 | bit;
        }
        value
    }

    /// A tree of probabilities, the highest bit first.
    fn tree(&mut self, tree: &mut [u16], bits: u32) -> usize {
        let mut node = 1_usize;
        for _ in 0..bits {
            node = node << 1 | self.bit(tree.get_mut(node)) as usize;
        }
        node.saturating_sub(1 << bits)
    }

    /// A tree, the lowest bit first.
    fn reverse_tree(&mut self, tree: &mut [u16], bits: u32) -> usize {
        let (mut node, mut value) = (1_usize, 0_usize);
        for at in 0..bits {
            let bit = self.bit(tree.get_mut(node)) as usize;
            node = node << 1 | bit;
            value |= bit << at;
        }
        value
    }
}

/// Lengths of matches.
struct Lengths {
    choice: [u16; 2],
    low: Vec<u16>,
    middle: Vec<u16>,
    high: Vec<u16>,
}

impl Lengths {
    fn new() -> Self {
        Self {
            choice: [HALF; 2],
            low: vec![HALF; POSITIONS_MAX << 3],
            middle: vec![HALF; POSITIONS_MAX << 3],
            high: vec![HALF; 1 << 8],
        }
    }

    fn read(&mut self, range: &mut Range<'_>, position: usize) -> usize {
        let [first, second] = &mut self.choice;
        let from = position << 3;
        if range.bit(Some(first)) == 0 {
            return range.tree(self.low.get_mut(from..).unwrap_or_default(), 3);
        }
        if range.bit(Some(second)) == 0 {
            return range.tree(self.middle.get_mut(from..).unwrap_or_default(), 3).saturating_add(8);
        }
        range.tree(&mut self.high, 8).saturating_add(16)
    }
}

/// All probabilities, and the state between chunks.
struct Decoder {
    out: Vec<u8>,
    /// Where the dictionary starts in `out`.
    base: usize,
    literal_bits: u32,
    literal_position_mask: usize,
    position_mask: usize,
    literals: Vec<u16>,
    is_match: Vec<u16>,
    is_repeat: Vec<u16>,
    repeat_0: Vec<u16>,
    repeat_1: Vec<u16>,
    repeat_2: Vec<u16>,
    repeat_0_long: Vec<u16>,
    slots: Vec<u16>,
    special: Vec<u16>,
    align: Vec<u16>,
    lengths: Lengths,
    repeat_lengths: Lengths,
    state: usize,
    distances: [usize; 4],
}

impl Decoder {
    fn new(properties: u8) -> Option<Self> {
        if properties >= 9 * 5 * 5 {
            return None;
        }
        let (literal_bits, rest) = (u32::from(properties % 9), properties / 9);
        let (literal_positions, positions) = (rest % 5, rest / 5);
        let mut decoder = Self {
            out: Vec::new(),
            base: 0,
            literal_bits,
            literal_position_mask: (1 << literal_positions) - 1,
            position_mask: (1 << positions) - 1,
            literals: vec![HALF; 0x300 << (literal_bits + u32::from(literal_positions))],
            is_match: Vec::new(),
            is_repeat: Vec::new(),
            repeat_0: Vec::new(),
            repeat_1: Vec::new(),
            repeat_2: Vec::new(),
            repeat_0_long: Vec::new(),
            slots: Vec::new(),
            special: Vec::new(),
            align: Vec::new(),
            lengths: Lengths::new(),
            repeat_lengths: Lengths::new(),
            state: 0,
            distances: [0; 4],
        };
        decoder.reset();
        Some(decoder)
    }

    fn reset(&mut self) {
        self.literals.fill(HALF);
        self.is_match = vec![HALF; STATES * POSITIONS_MAX];
        self.is_repeat = vec![HALF; STATES];
        self.repeat_0 = vec![HALF; STATES];
        self.repeat_1 = vec![HALF; STATES];
        self.repeat_2 = vec![HALF; STATES];
        self.repeat_0_long = vec![HALF; STATES * POSITIONS_MAX];
        self.slots = vec![HALF; LENGTH_TO_DISTANCE_STATES << 6];
        self.special = vec![HALF; FULL_DISTANCES + 1];
        self.align = vec![HALF; 1 << ALIGN_BITS];
        self.lengths = Lengths::new();
        self.repeat_lengths = Lengths::new();
        self.state = 0;
        self.distances = [0; 4];
    }

    /// Decodes until `target` bytes are out in all, the data end, or an end mark.
    fn run(&mut self, range: &mut Range<'_>, target: usize) -> Ended {
        while self.out.len() < target {
            if range.is_past_end() {
                return Ended::Truncated;
            }
            let position = (self.out.len() - self.base) & self.position_mask;
            let at = self.state * POSITIONS_MAX + position;
            if range.bit(self.is_match.get_mut(at)) == 0 {
                self.literal(range);
                continue;
            }
            let length = if range.bit(self.is_repeat.get_mut(self.state)) == 1 {
                self.repeat(range, position, at)
            } else {
                let Some(length) = self.new_match(range, position) else { return Ended::Whole };
                length
            };
            if !self.copy(length, target) {
                return Ended::Corrupt;
            }
        }
        Ended::Whole
    }

    fn back(&self, distance: usize) -> Option<u8> {
        let at = self.out.len().checked_sub(distance.checked_add(1)?)?;
        self.out.get(at).copied()
    }

    fn literal(&mut self, range: &mut Range<'_>) {
        let place = self.out.len() - self.base;
        let previous = self.out.last().copied().filter(|_| place > 0).unwrap_or(0);
        let low = (place & self.literal_position_mask) << self.literal_bits;
        let high = usize::from(previous) >> (8 - self.literal_bits);
        let from = (low + high) * 0x300;
        let mut symbol = 1_usize;
        let [distance, ..] = self.distances;
        let matched = self.back(distance);
        let tree = self.literals.get_mut(from..).unwrap_or_default();
        if self.state >= 7
            && let Some(byte) = matched
        {
            let mut byte = usize::from(byte);
            while symbol < 0x100 {
                let expected = byte >> 7 & 1;
                byte <<= 1;
                let bit = range.bit(tree.get_mut(((1 + expected) << 8) + symbol)) as usize;
                symbol = symbol << 1 | bit;
                if bit != expected {
                    break;
                }
            }
        }
        while symbol < 0x100 {
            symbol = symbol << 1 | range.bit(tree.get_mut(symbol)) as usize;
        }
        self.out.push((symbol & 0xFF) as u8);
        self.state = match self.state {
            0..4 => 0,
            4..10 => self.state - 3,
            _ => self.state - 6,
        };
    }

    /// The length of a match at one of the last distances.
    fn repeat(&mut self, range: &mut Range<'_>, position: usize, at: usize) -> usize {
        let short = self.state < 7;
        let [a, b, c, d] = self.distances;
        if range.bit(self.repeat_0.get_mut(self.state)) == 0 {
            if range.bit(self.repeat_0_long.get_mut(at)) == 0 {
                self.state = if short { 9 } else { 11 };
                return 1;
            }
        } else if range.bit(self.repeat_1.get_mut(self.state)) == 0 {
            self.distances = [b, a, c, d];
        } else if range.bit(self.repeat_2.get_mut(self.state)) == 0 {
            self.distances = [c, a, b, d];
        } else {
            self.distances = [d, a, b, c];
        }
        self.state = if short { 8 } else { 11 };
        self.repeat_lengths.read(range, position).saturating_add(MATCH_MIN)
    }

    /// A match at a new distance; `None` at the end mark.
    fn new_match(&mut self, range: &mut Range<'_>, position: usize) -> Option<usize> {
        let length = self.lengths.read(range, position);
        self.state = if self.state < 7 { 7 } else { 10 };
        let distance = self.distance(range, length);
        let [a, b, c, _] = self.distances;
        self.distances = [distance, a, b, c];
        (distance != 0xFFFF_FFFF).then(|| length.saturating_add(MATCH_MIN))
    }

    fn distance(&mut self, range: &mut Range<'_>, length: usize) -> usize {
        let from = length.min(LENGTH_TO_DISTANCE_STATES - 1) << 6;
        let slot = range.tree(self.slots.get_mut(from..).unwrap_or_default(), 6);
        if slot < 4 {
            return slot;
        }
        let bits = (slot >> 1) as u32 - 1;
        let base = (2 | slot & 1) << bits;
        if slot < END_OF_MODELS {
            let tree = self.special.get_mut(base.saturating_sub(slot)..).unwrap_or_default();
            return base.saturating_add(range.reverse_tree(tree, bits));
        }
        let high = (range.direct(bits - ALIGN_BITS) as usize) << ALIGN_BITS;
        base.wrapping_add(high).wrapping_add(range.reverse_tree(&mut self.align, ALIGN_BITS)) & 0xFFFF_FFFF
    }

    /// Copies from what came out; `false` when the distance leads before its start.
    fn copy(&mut self, length: usize, target: usize) -> bool {
        let [distance, ..] = self.distances;
        let Some(from) = distance.checked_add(1).and_then(|back| self.out.len().checked_sub(back)) else {
            return false;
        };
        let length = length.min(target.saturating_sub(self.out.len()));
        if length <= distance {
            self.out.extend_from_within(from..from.saturating_add(length));
            return true;
        }
        for at in from..from.saturating_add(length) {
            let byte = self.out.get(at).copied().unwrap_or(0);
            self.out.push(byte);
        }
        true
    }
}
