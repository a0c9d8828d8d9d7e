//! SHA-3 (FIPS 202), as much as ML-KEM needs of it.

/// Lanes of the state.
const LANES: usize = 25;
type State = [u64; LANES];

/// SHA3-256.
pub(super) fn sha3_256(message: &[u8]) -> Vec<u8> {
    sponge(message, 136, 32)
}

/// SHA3-512.
pub(super) fn sha3_512(message: &[u8]) -> Vec<u8> {
    sponge(message, 72, 64)
}

/// Takes blocks of `rate` bytes in and gives the first `length` bytes, at most a block.
fn sponge(message: &[u8], rate: usize, length: usize) -> Vec<u8> {
    let mut padded = message.to_vec();
    // the suffix of SHA-3, ones at both ends of the padding
    padded.push(0x06);
    padded.resize(padded.len().next_multiple_of(rate), 0);
    if let Some(last) = padded.last_mut() {
        *last |= 0x80;
    }
    let mut state: State = [0; LANES];
    for block in padded.chunks_exact(rate) {
        for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
            *lane ^= bytes.iter().rev().fold(0, |lane, byte| lane << 8 | u64::from(*byte));
        }
        permute(&mut state);
    }
    state.iter().flat_map(|lane| lane.to_le_bytes()).take(length).collect()
}

/// Rotations (FIPS 202 table 2), by place `x + 5 * y`.
const ROTATIONS: [u32; LANES] =
    [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14];

/// Keccak-f[1600].
fn permute(state: &mut State) {
    let mut register = 1_u8;
    for _ in 0..24 {
        let at = |state: &State, x: usize, y: usize| lane(state, x % 5, y % 5);
        // theta
        let columns: [u64; 5] = std::array::from_fn(|x| (0..5).fold(0, |sum, y| sum ^ at(state, x, y)));
        let column = |x: usize| columns.iter().copied().nth(x % 5).unwrap_or_default();
        let mixed: State = std::array::from_fn(|place| {
            let x = place % 5;
            lane(state, x, place / 5) ^ column(x + 4) ^ column(x + 1).rotate_left(1)
        });
        // rho and pi: the lane that comes to x, y stood at x + 3y, x
        let moved: State = std::array::from_fn(|place| {
            let (x, y) = (place % 5, place / 5);
            let from = (x + 3 * y) % 5 + 5 * x;
            let by = ROTATIONS.iter().copied().nth(from).unwrap_or_default();
            lane(&mixed, from % 5, from / 5).rotate_left(by)
        });
        // chi
        *state = std::array::from_fn(|place| {
            let (x, y) = (place % 5, place / 5);
            lane(&moved, x, y) ^ (!at(&moved, x + 1, y) & at(&moved, x + 2, y))
        });
        // iota
        if let Some(first) = state.first_mut() {
            *first ^= constant(&mut register);
        }
    }
}

fn lane(state: &State, x: usize, y: usize) -> u64 {
    state.iter().copied().nth(x.saturating_add(y.saturating_mul(5))).unwrap_or_default()
}

/// The next round constant, out of a register of eight bits with feedback (FIPS 202 algorithm 5).
fn constant(register: &mut u8) -> u64 {
    let mut out = 0;
    for power in 0..7_u32 {
        out |= u64::from(*register & 1) << ((1_u32 << power) - 1);
        let is_over = *register & 0x80 != 0;
        *register = (*register << 1) ^ if is_over { 0x71 } else { 0 };
    }
    out
}
