//! Puts the command tree into words: help, headings, and errors, in the reader's language.

use crate::cli::Cli;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory};
use hinomi_model::{Lang, Text, Words};

/// The command tree with help in `lang`.
pub(crate) fn command(words: &Words, lang: Lang) -> Command {
    let say = |key: &str| words.word("app", lang, key);
    let template =
        format!("{{about-with-newline}}\n{}: {{usage}}\n\n{{all-args}}{{after-help}}", say("cli_usage"));
    speak(Cli::command(), "", words, lang, &template)
}

/// Fills one command and all below it. `path` is `_finding_accept` for `hinomi finding accept`.
fn speak(command: Command, path: &str, words: &Words, lang: Lang, template: &str) -> Command {
    let say = |key: &str| words.word("app", lang, key);
    let own = |key: &str| words.template("app", lang, key).map(str::to_owned);
    let mut command = command
        .about(say(&format!("cli_about{path}")))
        .help_template(template.to_owned())
        .disable_help_flag(true)
        .disable_version_flag(!path.is_empty())
        .subcommand_help_heading(say("cli_commands"))
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(say("cli_arg_help"))
                .help_heading(say("cli_options")),
        );
    if path.is_empty() {
        command = command.disable_version_flag(true).arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help(say("cli_arg_version"))
                .help_heading(say("cli_options")),
        );
    }
    if let Some(examples) = own(&format!("cli_examples{path}")) {
        command = command.after_help(format!("{}:\n{}", say("cli_examples_heading"), indent(&examples)));
    }
    let (options, arguments) = (say("cli_options"), say("cli_arguments"));
    let help =
        |id: &str| own(&format!("cli_arg{path}_{id}")).unwrap_or_else(|| say(&format!("cli_arg_{id}")));
    command = command.mut_args(|arg| {
        let id = arg.get_id().to_string();
        let heading = if arg.is_positional() { arguments.clone() } else { options.clone() };
        let told = format!("{}{}", help(&id), choices(&arg, words, lang));
        let takes_values = arg.get_action().takes_values();
        let arg = arg.help(told).help_heading(heading);
        if takes_values { arg.hide_possible_values(true).hide_default_value(true) } else { arg }
    });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let below = format!("{path}_{name}");
        command = command.mut_subcommand(name, |sub| speak(sub, &below, words, lang, template));
    }
    command
}

/// The default and the values an argument takes, in the reader's language; clap only knows English.
fn choices(arg: &Arg, words: &Words, lang: Lang) -> String {
    let values: Vec<String> =
        arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let takes_values = arg.get_action().takes_values() && !values.is_empty();
    let default = arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
    let default = default.filter(|_| arg.get_action().takes_values());
    let say = |key, slot, value: String| words.say("app", lang, &Text::new(key).with(slot, value));
    let mut told: Vec<String> = default.map(|value| say("cli_default", "value", value)).into_iter().collect();
    if takes_values {
        told.push(say("cli_values", "values", values.join(", ")));
    }
    if told.is_empty() { String::new() } else { format!(" [{}]", told.join("; ")) }
}

fn indent(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("  {line}\n")).collect()
}

/// A wrong command line, in words. Help and version are not errors and keep clap's text.
pub(crate) fn error(error: &clap::Error, words: &Words, lang: Lang) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::Number(number)) => number.to_string(),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        _ => String::new(),
    };
    let key = match error.kind() {
        ErrorKind::UnknownArgument => "cli_error_unknown_argument",
        ErrorKind::InvalidSubcommand => "cli_error_unknown_command",
        ErrorKind::InvalidValue if context(ContextKind::InvalidValue).is_empty() => "cli_error_no_value",
        ErrorKind::InvalidValue => "cli_error_invalid_value",
        ErrorKind::ValueValidation => "cli_error_value_not_read",
        ErrorKind::MissingRequiredArgument => "cli_error_missing",
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "cli_error_no_command"
        }
        ErrorKind::ArgumentConflict => "cli_error_twice",
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            "cli_error_count"
        }
        _ => "cli_error_other",
    };
    let invalid = match error.kind() {
        ErrorKind::InvalidSubcommand => context(ContextKind::InvalidSubcommand),
        _ => context(ContextKind::InvalidArg),
    };
    let text = Text::new(key)
        .with("argument", invalid)
        .with("value", context(ContextKind::InvalidValue))
        .with("allowed", context(ContextKind::ValidValue));
    let mut told = words.say("app", lang, &text);
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .map(context)
        .into_iter()
        .find(|near| !near.is_empty());
    if let Some(near) = near {
        told.push('\n');
        told.push_str(&words.say("app", lang, &Text::new("cli_hint_near").with("near", near)));
    }
    told
}
