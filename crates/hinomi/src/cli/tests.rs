//! Every word of the command line is there, in both languages, whatever goes wrong.

use super::args::Cli;
use super::wording::{command, error};
use crate::app::App;
use crate::config::Found;
use clap::error::ErrorKind;
use clap::{Command, CommandFactory};
use hinomi_model::{Lang, Words};
use std::collections::BTreeSet;

fn words() -> Words {
    App::for_test(Found { config: crate::config::Config::default(), path: None }).words
}

/// All commands with the words before them, the program itself as an empty list.
fn all(command: &Command, path: &[String], found: &mut Vec<Vec<String>>) {
    found.push(path.to_vec());
    for sub in command.get_subcommands() {
        all(sub, &[path, &[sub.get_name().to_owned()]].concat(), found);
    }
}

fn commands() -> Vec<Vec<String>> {
    let mut found = Vec::new();
    all(&Cli::command(), &[], &mut found);
    found
}

fn help(words: &Words, lang: Lang, path: &[String]) -> String {
    let mut command = command(words, lang);
    command.build();
    let mut at = &mut command;
    for name in path {
        at = at.find_subcommand_mut(name).unwrap();
    }
    at.render_long_help().to_string()
}

#[test]
fn every_command_and_argument_has_words_in_both_languages() {
    let words = words();
    for lang in Lang::ALL {
        for path in commands() {
            let help = help(&words, lang, &path);
            assert!(!help.contains("app."), "{lang:?} {path:?}: a raw key shows\n{help}");
            assert!(!help.contains('{'), "{lang:?} {path:?}: a slot shows\n{help}");
        }
    }
}

#[test]
fn nothing_of_the_help_is_left_in_claps_english() {
    let words = words();
    for path in commands() {
        let help = help(&words, Lang::Ja, &path);
        for english in
            ["Usage:", "Options:", "Arguments:", "Commands:", "Print help", "[default", "[possible"]
        {
            assert!(!help.contains(english), "{path:?}: {english}\n{help}");
        }
    }
}

#[test]
fn the_two_languages_show_the_same_commands_and_options() {
    let words = words();
    let flags = |text: &str| -> BTreeSet<String> {
        text.split_whitespace()
            .filter(|word| word.starts_with("--"))
            .map(|w| w.trim_end_matches(']').to_owned())
            .collect()
    };
    for path in commands() {
        let (ja, en) = (help(&words, Lang::Ja, &path), help(&words, Lang::En, &path));
        assert_eq!(flags(&ja), flags(&en), "{path:?}");
    }
}

#[track_caller]
fn refused(line: &str, kind: ErrorKind, told: &str) {
    let words = words();
    for lang in Lang::ALL {
        let arguments = std::iter::once("hinomi").chain(line.split_whitespace());
        let why = command(&words, lang).try_get_matches_from(arguments).expect_err("must be refused");
        assert_eq!(why.kind(), kind, "{line}");
        let text = error(&why, &words, lang);
        assert!(!text.contains("app."), "{lang:?} {line}: {text}");
        if lang == Lang::En {
            assert_eq!(text, told, "{line}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_command_line_is_said_in_words() {
    refused("scan x --colour", ErrorKind::UnknownArgument, "there is no option --colour here");
    refused("scna x", ErrorKind::InvalidSubcommand, "there is no command scna\ndid you mean scan?");
    refused(
        "scan x --format jsn",
        ErrorKind::InvalidValue,
        "--format <FORMAT> does not take jsn; it takes: text, json, html, csv, xlsx, sarif, ocsf\ndid you mean json?",
    );
    refused(
        "plan --budget ten",
        ErrorKind::ValueValidation,
        "ten could not be read as a value for --budget <YEN>",
    );
    refused(
        "scan",
        ErrorKind::MissingRequiredArgument,
        "something is missing: <FILE|DIR|URL|HOST:PORT|->...",
    );
    refused("finding", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, "name a command");
    refused("", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, "name a command");
    refused(
        "scan x --format json --format csv",
        ErrorKind::ArgumentConflict,
        "--format <FORMAT> is given twice, or together with an option that excludes it",
    );
    refused(
        "scan x --format",
        ErrorKind::InvalidValue,
        "--format <FORMAT> needs a value (text, json, html, csv, xlsx, sarif, ocsf)",
    );
    refused("explain a b", ErrorKind::UnknownArgument, "there is no option b here");
}

#[test]
fn every_sort_of_error_has_words() {
    use ErrorKind::{
        ArgumentConflict, Format, InvalidSubcommand, InvalidUtf8, InvalidValue, Io, MissingRequiredArgument,
        MissingSubcommand, NoEquals, TooFewValues, TooManyValues, UnknownArgument, ValueValidation,
        WrongNumberOfValues,
    };
    let words = words();
    for kind in [
        ArgumentConflict,
        Format,
        InvalidSubcommand,
        InvalidUtf8,
        InvalidValue,
        Io,
        MissingRequiredArgument,
        MissingSubcommand,
        NoEquals,
        TooFewValues,
        TooManyValues,
        UnknownArgument,
        ValueValidation,
        WrongNumberOfValues,
    ] {
        for lang in Lang::ALL {
            let text = error(&clap::Error::new(kind), &words, lang);
            assert!(!text.is_empty() && !text.contains("app."), "{kind:?}: {text}");
        }
    }
}
