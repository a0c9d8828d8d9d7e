//! Seeded chance: SplitMix64 (Steele, Lea, Flood 2014), the same on every machine.

/// A stream of numbers told by its seed.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Starts a stream.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 when `bound` is 0. The bias of the remainder does not matter here.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.bits() % bound as u64) as usize }
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True once in `n` calls on average.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of a non-empty list.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// `count` bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.bits() as u8).collect()
    }

    /// A pronounceable word of `low` to `high` lower-case letters.
    pub fn word(&mut self, low: usize, high: usize) -> String {
        let letters = self.between(low, high);
        let mut vowel = self.one_in(2);
        (0..letters)
            .map(|_| {
                vowel = !vowel;
                let set: &[u8] = if vowel { b"aeiou" } else { b"bcdfghjklmnprstvwz" };
                char::from(*self.pick(set))
            })
            .collect()
    }

    /// A name as generators of macros write them: a capital, then letters.
    pub fn identifier(&mut self) -> String {
        let word = self.word(5, 9);
        let (head, tail) = word.split_at(1);
        format!("{}{tail}", head.to_uppercase())
    }

    /// Cuts text into pieces of `low` to `high` characters.
    pub fn cut(&mut self, text: &str, low: usize, high: usize) -> Vec<String> {
        let characters: Vec<char> = text.chars().collect();
        let mut pieces = Vec::new();
        let mut rest = characters.as_slice();
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at(self.between(low, high).min(rest.len()));
            pieces.push(piece.iter().collect());
            rest = tail;
        }
        pieces
    }
}
