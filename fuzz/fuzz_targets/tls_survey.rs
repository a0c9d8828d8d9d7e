//! `hinomi_fuzz::tls_survey`, fed by libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hinomi_fuzz::tls_survey(bytes));
