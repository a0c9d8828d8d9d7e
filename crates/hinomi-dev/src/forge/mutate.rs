//! Damage: copies of good files with a few things wrong, told by a seed.

use super::Chance;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Numbers that sizes, counts and places break on.
const NUMBERS: [u64; 14] = [
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFE,
    0xFFFF_FFFF,
    0x2_0000_0000,
    u64::MAX,
];

/// A damaged copy: one to six operations. The same seed and bytes give the same copy.
pub fn mutate(seed: u64, bytes: &[u8]) -> Vec<u8> {
    let mut chance = Chance::new(seed);
    let mut out = bytes.to_vec();
    for _ in 0..chance.between(1, 6) {
        damage(&mut out, &mut chance);
    }
    out
}

fn damage(out: &mut Vec<u8>, chance: &mut Chance) {
    if out.is_empty() {
        out.push(chance.bits() as u8);
        return;
    }
    match chance.below(8) {
        0 => flip_bits(out, chance),
        1 => out.truncate(place(out, chance)),
        2 => splice(out, chance),
        3 => duplicate(out, chance),
        4 | 5 => edit_number(out, chance),
        6 => {
            let (start, end) = range(out, chance);
            out.drain(start..end);
        }
        _ => {
            let (start, end) = range(out, chance);
            let fill = *chance.pick(&[0, 0xFF, b'A', b'(']);
            out[start..end].fill(fill);
        }
    }
}

/// A place; half of the time in the first 1,024 bytes, where formats keep what they stand on.
fn place(out: &[u8], chance: &mut Chance) -> usize {
    let end = if chance.one_in(2) { out.len().min(1_024) } else { out.len() };
    chance.below(end)
}

/// A stretch of at most 4,096 bytes.
fn range(out: &[u8], chance: &mut Chance) -> (usize, usize) {
    let start = place(out, chance);
    let most = *chance.pick(&[4, 64, 512, 4_096]);
    (start, (start + chance.between(1, most)).min(out.len()))
}

fn flip_bits(out: &mut [u8], chance: &mut Chance) {
    for _ in 0..chance.between(1, 16) {
        let at = place(out, chance);
        out[at] ^= 1 << chance.below(8);
    }
}

/// Writes one stretch over another place.
fn splice(out: &mut [u8], chance: &mut Chance) {
    let (start, end) = range(out, chance);
    let to = place(out, chance);
    let length = (end - start).min(out.len() - to);
    out.copy_within(start..start + length, to);
}

/// Puts a copy of a stretch, or many, behind it.
fn duplicate(out: &mut Vec<u8>, chance: &mut Chance) {
    let (start, end) = range(out, chance);
    let times = if chance.one_in(8) { 100 } else { chance.between(1, 3) };
    let copies = out[start..end].repeat(times);
    out.splice(end..end, copies);
}

/// Overwrites two, four or eight bytes with a number that breaks things, in either byte order, or one near
/// what stands there.
fn edit_number(out: &mut [u8], chance: &mut Chance) {
    let width = *chance.pick(&[2, 4, 4, 8]);
    let at = place(out, chance) & !1;
    let Some(field) = out.get_mut(at..at + width) else { return };
    let mut held = [0; 8];
    held[..width].copy_from_slice(field);
    let number = match chance.below(3) {
        0 => u64::from_le_bytes(held).wrapping_add(chance.between(1, 9) as u64).wrapping_sub(5),
        _ => *chance.pick(&NUMBERS),
    };
    let mut bytes = number.to_le_bytes()[..width].to_vec();
    if chance.one_in(4) {
        bytes.reverse();
    }
    field.copy_from_slice(&bytes);
}

/// Files below a folder no larger than `size_max_bytes`, sorted by path.
pub fn corpus(dir: &Path, size_max_bytes: u64) -> Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("failed to list {}", folder.display()))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && (1..=size_max_bytes).contains(&entry.metadata()?.len()) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    ensure!(
        !found.is_empty(),
        "failed to find a file of at most {size_max_bytes} bytes in {}",
        dir.display()
    );
    Ok(found)
}

/// The damaged copy of that number: which file it was, and its bytes.
pub fn nth(corpus: &[PathBuf], number: usize, seed: u64) -> Result<(&Path, Vec<u8>)> {
    let file = &corpus[number % corpus.len()];
    let bytes = fs::read(file).with_context(|| format!("failed to read {}", file.display()))?;
    let seed = seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ number as u64;
    Ok((file, mutate(seed, &bytes)))
}

#[cfg(test)]
mod tests;
