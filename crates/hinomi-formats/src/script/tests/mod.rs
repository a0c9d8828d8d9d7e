//! Macros, commands and scripts: what they call, fetch and hide.

use super::*;
use crate::office::ModuleKind;
use expect_test::Expect;
use std::fmt::Write as _;

mod commands;
mod droppers;
mod evaluated;
mod hostile;
mod projects;
mod styles;

/// A fixture: text in base64, so that no scanner trips on the repository.
fn fixture(encoded: &str) -> String {
    String::from_utf8(command::decode_base64(encoded)).unwrap()
}

/// As `-EncodedCommand` takes it.
fn utf16_base64(text: &str) -> String {
    base64_of(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
}

fn base64_of(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let padding = index > chunk.len();
            out.push(if padding {
                '='
            } else {
                char::from(ALPHABET[(bits >> (18 - 6 * index)) as usize & 63])
            });
        }
    }
    out
}

fn module(name: &str, kind: ModuleKind, code: &str) -> Module {
    Module { name: name.to_owned(), kind, code: code.to_owned(), ..Module::default() }
}

/// A project of one standard module.
fn survey(code: &str) -> Survey {
    let parsed = survey_vba(&[module("M", ModuleKind::Standard, code)], &Limits::desk());
    assert_eq!(parsed.problems, []);
    parsed.value
}

fn describe_urls(urls: &[Url]) -> String {
    urls.iter().map(|found| format!("  {}\n", url::defang(&found.text))).collect()
}

fn describe_command(command: &Command) -> String {
    let traits =
        [(command.hidden, " hidden"), (command.fetches, " fetches"), (command.executes, " executes")];
    let traits: String = traits.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
    let layers = command.layers.join(", ");
    let urls = describe_urls(&command.urls);
    format!("{} {:?}{traits} [{layers}]\n{urls}", command.place, command.interpreter)
}

fn describe(survey: &Survey) -> String {
    let mut out = String::new();
    for entry in &survey.entry_points {
        writeln!(out, "entry {:?} {}.{}:{}", entry.trigger, entry.module, entry.name, entry.line).unwrap();
    }
    for call in &survey.calls {
        let argument: String = url::defang_text(&call.argument).chars().take(40).collect();
        let from = call.reached_from.join(",");
        writeln!(
            out,
            "call {:?} {}:{} {}({argument}) from [{from}]",
            call.power, call.module, call.line, call.name
        )
        .unwrap();
    }
    for command in &survey.commands {
        out.push_str("command ");
        out.push_str(&describe_command(command));
    }
    if !survey.urls.is_empty() {
        out.push_str("urls\n");
        out.push_str(&describe_urls(&survey.urls));
    }
    out
}

#[track_caller]
fn check(code: &str, expected: Expect) {
    expected.assert_eq(&describe(&survey(code)));
}
