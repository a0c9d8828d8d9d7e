//! `hinomi_dev::fuzz_targets::command`, fed by libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hinomi_dev::fuzz_targets::command(bytes));
