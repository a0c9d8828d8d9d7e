//! `hinomi keys`: the inventory as a list, as a CBOM, and as answers to the questionnaire on key management.

mod form;
mod list;

use crate::app::{App, deliver};
use crate::cli::args::{
    JudgeFlags, KeyLooking, KeysAction, KeysCbom, KeysList, KeysQuestionnaire, SeverityArg,
};
use crate::commands::scan;
use crate::config;
use crate::look::Looked;
use crate::output::can_deliver;
use anyhow::Result;
use hinomi_checks::{Questionnaire, tls::suite_name};
use hinomi_model::{Lang, Observation, Text};
use std::path::Path;

pub(crate) fn run(app: &App, action: &KeysAction) -> Result<u8> {
    match action {
        KeysAction::List(args) => list_keys(app, args),
        KeysAction::Cbom(args) => cbom(app, args),
        KeysAction::Questionnaire(args) => questionnaire(app, args),
    }
}

/// What was seen of keys and servers below some paths; without paths, in the places of the configuration.
fn look(app: &App, looking: &KeyLooking) -> Result<Looked> {
    let flags = JudgeFlags {
        fail_on: SeverityArg::Low,
        allow_incomplete: looking.allow_incomplete,
        no_jail: false,
        workers: looking.workers,
    };
    let places =
        if looking.paths.is_empty() { scan::configured(app) } else { scan::named(app, &looking.paths)? };
    if places.is_empty() {
        return Err(app.refuse(Text::new("cli_keys_no_place")));
    }
    let mut looked = scan::look_at(app, &places, &flags)?;
    looked.observations.retain(|seen| seen.fact.as_key().is_some() || seen.fact.as_tls().is_some());
    Ok(looked)
}

/// An inventory is no judgement: what counts is whether everything was read.
fn done(app: &App, looked: &Looked, looking: &KeyLooking) -> u8 {
    if looked.unread == 0 {
        return 0;
    }
    app.note(&app.tell(Text::new("cli_keys_unread").with("unread", looked.unread)));
    if looking.allow_incomplete { 0 } else { 3 }
}

fn can_write(output: Option<&Path>) -> Result<()> {
    output.map_or(Ok(()), can_deliver)
}

fn list_keys(app: &App, args: &KeysList) -> Result<u8> {
    can_write(args.output.as_deref())?;
    let looked = look(app, &args.looking)?;
    deliver(list::table(app, &looked.observations).as_bytes(), args.output.as_deref())?;
    Ok(done(app, &looked, &args.looking))
}

fn cbom(app: &App, args: &KeysCbom) -> Result<u8> {
    can_write(args.output.as_deref())?;
    let looked = look(app, &args.looking)?;
    let bom = hinomi_outcome::cbom(&looked.observations, app.now, suite_name);
    deliver(bom.as_bytes(), args.output.as_deref())?;
    Ok(done(app, &looked, &args.looking))
}

fn questionnaire(app: &App, args: &KeysQuestionnaire) -> Result<u8> {
    can_write(args.output.as_deref())?;
    let questions = Questionnaire::builtin();
    let told = config::answers(&app.found)?;
    let nothing = args.looking.paths.is_empty() && scan::configured(app).is_empty();
    // Without a place to look at, there are the questions and what people said.
    let looked = if nothing { Looked::default() } else { look(app, &args.looking)? };
    let seen: &[Observation] = &looked.observations;
    let answered = questions.answered(seen, &told, app.now);
    let today = app.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let told = if args.form {
        form::toml(&questions, &answered, today, app.lang)
    } else {
        form::page(app, &questions, &answered)
    };
    deliver(told.as_bytes(), args.output.as_deref())?;
    Ok(done(app, &looked, &args.looking))
}

/// `ja` or `en` words that are data of the questionnaire.
const fn is_japanese(lang: Lang) -> bool {
    matches!(lang, Lang::Ja)
}
