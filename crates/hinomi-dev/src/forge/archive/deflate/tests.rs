//! What is deflated here must be inflated by somebody else's library.

use super::*;
use crate::forge::Chance;
use std::io::Read;

#[track_caller]
fn check(bytes: &[u8]) {
    let mut out = Vec::new();
    flate2::read::ZlibDecoder::new(zlib(bytes).as_slice()).read_to_end(&mut out).unwrap();
    assert!(out == bytes, "{} bytes came back as {}", bytes.len(), out.len());
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    assert_eq!(crc32(bytes), crc.sum());
}

#[test]
fn another_library_inflates_it() {
    let mut chance = Chance::new(8);
    check(b"");
    check(b"a");
    check(&[0; 70_000]);
    check(&chance.bytes(10_000));
    check("請求書の件です。".repeat(300).as_bytes());
    // Copies of every length and from far away.
    let far = chance.bytes(300);
    check(
        &[far.clone(), chance.bytes(32_000), far.clone(), far[..258].to_vec(), far[9..20].to_vec()].concat(),
    );
}
