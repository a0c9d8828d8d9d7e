//! Bits, the highest of a byte first, and canonical Huffman codes over them: as LZH and bzip2 have them.

/// The longest code, in bits.
pub(in crate::archive) const CODE_BITS_MAX: u32 = 20;

/// Bits of a piece of data. Behind its end come zeros; [`Bits::is_past_end`] tells when some of them were taken.
pub(in crate::archive) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(in crate::archive) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, held: 0, count: 0 }
    }

    fn fill(&mut self, wanted: u32) {
        while self.count < wanted {
            let byte = self.data.get(self.at).copied().unwrap_or(0);
            self.at = self.at.saturating_add(1);
            self.held = self.held << 8 | u64::from(byte);
            self.count += 8;
        }
    }

    /// The next bits, at most 32.
    pub(in crate::archive) fn peek(&mut self, count: u32) -> usize {
        self.fill(count);
        (self.held >> (self.count - count) & ((1 << count) - 1)) as usize
    }

    pub(in crate::archive) fn skip(&mut self, count: u32) {
        self.fill(count);
        self.count -= count;
    }

    /// Takes the next bits, at most 32.
    pub(in crate::archive) fn take(&mut self, count: u32) -> usize {
        let value = self.peek(count);
        self.count -= count;
        value
    }

    /// More was taken than there is; what is held back does not count.
    pub(in crate::archive) fn is_past_end(&self) -> bool {
        self.at.saturating_sub((self.count / 8) as usize) > self.data.len()
    }

    /// Goes on at the next whole byte.
    pub(in crate::archive) fn align(&mut self) {
        self.count -= self.count % 8;
    }
}

/// A canonical Huffman code: shorter codes before longer ones, symbols of one length in ascending order.
pub(in crate::archive) struct Code {
    /// For each length: the first value of the longest code that is beyond its codes.
    ends: [u32; CODE_BITS_MAX as usize],
    /// For each length: the first code, as a value of the longest code, and its place in `symbols`.
    starts: [(u32, usize); CODE_BITS_MAX as usize],
    symbols: Vec<u16>,
    /// The longest code. A code of no bits is its one symbol.
    bits: u32,
}

impl Code {
    /// A code that is one symbol without any bits.
    pub(in crate::archive) fn single(symbol: usize) -> Self {
        let symbols = vec![u16::try_from(symbol).unwrap_or(0)];
        Self { ends: [0; CODE_BITS_MAX as usize], starts: [(0, 0); CODE_BITS_MAX as usize], symbols, bits: 0 }
    }

    /// A code by the lengths of its symbols, zero for none; `None` when it leaves no room for them, or is empty.
    pub(in crate::archive) fn of(lengths: &[u8]) -> Option<Self> {
        let bits = lengths.iter().copied().map(u32::from).max()?;
        if !(1..=CODE_BITS_MAX).contains(&bits) {
            return None;
        }
        let mut code = Self { symbols: Vec::with_capacity(lengths.len()), bits, ..Self::single(0) };
        let mut next = 0_u32;
        for ((length, end), start) in (1..=bits).zip(&mut code.ends).zip(&mut code.starts) {
            *start = (next, code.symbols.len());
            for (symbol, _) in (0_u16..).zip(lengths).filter(|(_, own)| u32::from(**own) == length) {
                code.symbols.push(symbol);
                next = next.checked_add(1 << (bits - length))?;
            }
            *end = next;
        }
        (next <= 1 << bits).then_some(code)
    }

    /// The next symbol; `None` for a code that means none.
    pub(in crate::archive) fn symbol(&self, bits: &mut Bits<'_>) -> Option<usize> {
        if self.bits == 0 {
            return self.symbols.first().map(|symbol| usize::from(*symbol));
        }
        let value = bits.peek(self.bits) as u32;
        let lengths = (1..=self.bits).zip(&self.ends).zip(&self.starts);
        let ((length, _), (first, at)) = lengths.into_iter().find(|((_, end), _)| value < **end)?;
        bits.skip(length);
        let place = at.checked_add((value.checked_sub(*first)? >> (self.bits - length)) as usize)?;
        self.symbols.get(place).map(|symbol| usize::from(*symbol))
    }
}
