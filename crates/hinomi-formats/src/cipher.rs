//! Ciphers that several formats share: AES in CBC mode, RC4.

use aes::cipher::{Block, BlockCipherDecrypt, BlockSizeUser, KeyInit};

/// The block of AES, in bytes.
pub(crate) const AES_BLOCK: usize = 16;

/// Decrypts whole blocks in CBC mode (NIST SP 800-38A, 6.2); a rest that fills none is left out. `None` for a key
/// length that AES does not have.
pub(crate) fn aes_cbc(key: &[u8], iv: [u8; AES_BLOCK], data: &[u8]) -> Option<Vec<u8>> {
    match key.len() {
        16 => cbc(&aes::Aes128::new_from_slice(key).ok()?, iv, data),
        32 => cbc(&aes::Aes256::new_from_slice(key).ok()?, iv, data),
        _ => None,
    }
}

fn cbc<C: BlockCipherDecrypt + BlockSizeUser>(cipher: &C, iv: [u8; AES_BLOCK], data: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len());
    let mut before: &[u8] = &iv;
    for piece in data.chunks_exact(AES_BLOCK) {
        let mut block = Block::<C>::try_from(piece).ok()?;
        cipher.decrypt_block(&mut block);
        out.extend(block.iter().zip(before).map(|(plain, mask)| plain ^ mask));
        before = piece;
    }
    Some(out)
}

/// RC4, the same in both directions.
pub(crate) fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let at = |state: &[u8], index: u8| state.get(usize::from(index)).copied().unwrap_or(0);
    let mut j = 0_u8;
    for (i, key) in (0..=255_u8).zip(key.iter().cycle()) {
        j = j.wrapping_add(at(&state, i)).wrapping_add(*key);
        state.swap(usize::from(i), usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    let stream = data.iter().map(|byte| {
        i = i.wrapping_add(1);
        j = j.wrapping_add(at(&state, i));
        state.swap(usize::from(i), usize::from(j));
        byte ^ at(&state, at(&state, i).wrapping_add(at(&state, j)))
    });
    stream.collect()
}
