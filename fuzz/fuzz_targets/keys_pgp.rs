//! `hinomi_fuzz::keys_pgp`, fed by libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hinomi_fuzz::keys_pgp(bytes));
