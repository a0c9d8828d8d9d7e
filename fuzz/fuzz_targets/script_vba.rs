//! `hinomi_dev::fuzz_targets::script_vba`, fed by libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hinomi_dev::fuzz_targets::script_vba(bytes));
