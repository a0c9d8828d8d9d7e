//! Command lines: which program they start, and the script behind their layers.

mod base64;

pub(in crate::script) use base64::decode as decode_base64;

mod cmd;
mod effects;
pub(super) mod evaluate;
mod interpreter;
mod lines;
mod peel;
pub(super) mod powershell;
mod secure;
mod switches;
mod traits;

use super::Command;
use super::steps::Steps;
use crate::{Limits, Parsed, Problem};
use effects::Effects;
use evaluate::trace::Deed;

pub(super) use interpreter::{looks_like_command, mentions_interpreter};
pub(super) use lines::{Language, language, survey_in, survey_lines};

/// Peels a command line found at `place`.
pub(super) fn read_command_at(text: &str, place: &str, limits: &Limits) -> Parsed<Command> {
    peel::peel(text, place, limits, 0)
}

/// Peels a PowerShell script that stands alone.
pub(super) fn read_script_within(
    text: &str,
    place: &str,
    limits: &Limits,
    steps: &mut Steps,
) -> Parsed<Command> {
    peel::peel_script(text, place, limits, &mut steps.scripts)
}

/// Peels a command line, one of many that share the steps.
pub(super) fn read_command_within(
    text: &str,
    place: &str,
    limits: &Limits,
    steps: &mut Steps,
) -> Parsed<Command> {
    peel::peel_within(text, place, limits, &mut steps.commands, 0)
}

/// What deeds come to, as a command: used for scripts of the script host, whose text is no command line.
pub(super) fn command_of_deeds(
    deeds: &[Deed],
    place: &str,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Command {
    let mut effects = Effects::default();
    for deed in deeds {
        effects.add_deed(deed, limits);
    }
    let mut command = Command { place: place.to_owned(), ..Command::default() };
    for line in std::mem::take(&mut effects.started) {
        let started = peel::peel(&line, place, limits, 1).take(problems);
        effects.merge(&started, limits);
    }
    effects.store(&mut command);
    command
}
