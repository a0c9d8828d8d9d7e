//! Excel 4.0 macros (XLM): formulas of macro sheets, run in our own head to see what they would do. The result
//! has the shape of a VBA survey: what starts, what it calls, commands and URLs.

mod actions;
mod book;
mod choices;
mod evaluate;
mod flow;
mod formula;
mod functions;
mod machine;
mod record;
mod reference;
#[cfg(test)]
mod tests;
mod value;

use super::steps::Steps;
use super::vba::GAP;
use super::{Call, Command, EntryPoint, Survey, Trigger, command};
use crate::office::{CellValue, DefinedName, SheetKind, Workbook};
use crate::{Limits, Parsed, Problem, ProblemKind, url};
use book::Book;
use formula::{Style, parse};
use machine::{Machine, Start};
use record::{File, Recorded, cell_of};
use reference::Place;
use std::collections::HashSet;

/// Characters of a call's argument that are kept.
const ARGUMENT_CHARS_MAX: usize = 200;

/// See [`super::survey_xlm`].
pub(super) fn survey(workbook: &Workbook, limits: &Limits) -> Parsed<Survey> {
    let mut machine = Machine::new(Book::new(workbook), limits);
    let mut entries = Vec::new();
    for (name, trigger) in starting_names(workbook) {
        run_entry(&mut machine, name, trigger, &mut entries);
    }
    run_the_rest(&mut machine);
    let mut problems = std::mem::take(&mut machine.problems);
    let survey = finish(machine, workbook, entries, &mut problems);
    Parsed { value: survey, problems }
}

/// Names that start by themselves, those that start on opening first.
fn starting_names(workbook: &Workbook) -> Vec<(&DefinedName, Trigger)> {
    let mut found: Vec<(&DefinedName, Trigger)> = workbook
        .names
        .iter()
        .filter(|name| name.starts_by_itself())
        .map(|name| {
            let plain = name.plain_name();
            let closes = plain.starts_with("auto_close") || plain.starts_with("auto_deactivate");
            (name, if closes { Trigger::Close } else { Trigger::Open })
        })
        .collect();
    found.sort_by_key(|(_, trigger)| *trigger != Trigger::Open);
    found
}

fn run_entry(machine: &mut Machine<'_>, name: &DefinedName, trigger: Trigger, entries: &mut Vec<EntryPoint>) {
    const ENTRIES_MAX: usize = 256;
    if entries.len() >= ENTRIES_MAX {
        return;
    }
    let index = entries.len();
    let sheet = name.sheet.or_else(|| first_macro_sheet(machine.book.workbook)).unwrap_or_default();
    let home = Place { sheet, row: 0, column: 0 };
    let mut entry = EntryPoint { name: name.name.clone(), trigger, ..EntryPoint::default() };
    let start = match parse(&name.formula, Style::A1) {
        Ok(formula::Expr::Reference(target)) => {
            machine.range_of(&target, home).map(|range| Start::At(range.first))
        }
        Ok(formula) => Some(Start::Formula(formula, home)),
        Err(_) => None,
    };
    if let Some(Start::At(place) | Start::Formula(_, place)) = &start {
        entry.module = machine.book.sheet_name(place.sheet).to_owned();
        entry.line = place.row.saturating_add(1);
        machine.record.name_macro(*place, &entry.module, &entry.name);
    }
    entries.push(entry);
    match start {
        Some(start) => machine.run_all(&start, Some(index)),
        None => machine.tell(Problem::new(
            ProblemKind::Unsupported,
            &*name.name,
            "what the name starts could not be told",
        )),
    }
}

fn first_macro_sheet(workbook: &Workbook) -> Option<usize> {
    workbook.sheets.iter().position(|sheet| sheet.kind == SheetKind::Macro)
}

/// Macros nothing starts by itself: a button or other code may. Each stretch of formulas that did not run yet is
/// run from its top.
fn run_the_rest(machine: &mut Machine<'_>) {
    for place in machine.book.macro_formulas() {
        if !machine.visited.contains(&place) && !machine.is_spent() {
            machine.run_all(&Start::At(place), None);
        }
    }
}

fn finish(
    machine: Machine<'_>,
    workbook: &Workbook,
    entries: Vec<EntryPoint>,
    problems: &mut Vec<Problem>,
) -> Survey {
    let limits = machine.limits;
    let record = machine.record;
    let calls = record.calls;
    let sheet_name = |place: Place| workbook.sheets.get(place.sheet).map_or("", |sheet| sheet.name.as_str());
    let line = |place: Place| cell_of(sheet_name(place), place);
    let mut lines: Vec<(String, String)> = Vec::new();
    for call in &calls {
        lines.extend(call.command.as_ref().map(|command| (line(call.place), shown(command))));
    }
    let texts = record.texts.iter().filter(|(_, text)| !text.starts_with('='));
    lines.extend(
        texts
            .filter(|(_, text)| command::looks_like_command(text))
            .map(|(at, text)| (line(*at), shown(text))),
    );
    lines.extend(constants(workbook, &machine.read, limits.commands_max));
    let mut steps = Steps::new(limits);
    let mut commands = read_lines(&lines, limits, problems, &mut steps);
    for file in &record.files {
        commands.extend(of_file(file, line, limits, problems, &mut steps));
    }
    let mut survey = Survey { entry_points: entries, commands, ..Survey::default() };
    survey.urls = loose_urls(&calls, &record.texts, &record.files, &survey.commands, limits, problems);
    survey.calls = calls.into_iter().map(|call| told(call, &survey.entry_points, sheet_name)).collect();
    survey
}

fn told<'b>(call: Recorded, entries: &[EntryPoint], sheet_name: impl Fn(Place) -> &'b str) -> Call {
    let mut from = call.entries;
    from.sort_unstable();
    Call {
        module: sheet_name(call.place).to_owned(),
        name: shown(&call.name).chars().take(ARGUMENT_CHARS_MAX).collect(),
        power: call.power,
        argument: shown(&call.argument).chars().take(ARGUMENT_CHARS_MAX).collect(),
        line: call.place.row.saturating_add(1),
        reached_from: from.iter().filter_map(|at| entries.get(*at)).map(|entry| entry.name.clone()).collect(),
        path: call.path,
    }
}

/// A gap as people see it.
fn shown(text: &str) -> String {
    text.replace(GAP, "…")
}

/// Constants of macro sheets that are commands, unless some formula read them.
fn constants(workbook: &Workbook, read: &HashSet<Place>, count_max: usize) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, sheet) in workbook.sheets.iter().enumerate().filter(|(_, sheet)| sheet.kind == SheetKind::Macro)
    {
        for cell in sheet.cells.iter().filter(|cell| cell.formula.is_none()) {
            let CellValue::Text(text) = &cell.value else { continue };
            let place = Place { sheet: at, row: cell.row, column: cell.column };
            // One more than is read, so that it is told.
            if found.len() <= count_max && !read.contains(&place) && command::looks_like_command(text) {
                found.push((cell_of(&sheet.name, place), text.clone()));
            }
        }
    }
    found
}

/// Reads command lines, each once; one that another begins with is only a step on the way to it.
fn read_lines(
    lines: &[(String, String)],
    limits: &Limits,
    problems: &mut Vec<Problem>,
    steps: &mut Steps,
) -> Vec<Command> {
    let mut seen = HashSet::new();
    let mut kept: Vec<&(String, String)> =
        lines.iter().filter(|(_, text)| seen.insert(text.as_str())).collect();
    if kept.len() > limits.commands_max {
        problems.push(Problem::limit("xlm", "commands_max", limits.commands_max as u64));
        kept.truncate(limits.commands_max);
    }
    let is_step =
        |text: &str| kept.iter().any(|(_, other)| other.len() > text.len() && other.starts_with(text));
    let whole: Vec<_> = kept.iter().filter(|(_, text)| !text.trim().is_empty() && !is_step(text)).collect();
    whole
        .into_iter()
        .map(|(place, text)| command::read_command_within(text, place, limits, steps).take(problems))
        .collect()
}

/// The commands of a script that was written to a file.
fn of_file(
    file: &File,
    line: impl Fn(Place) -> String,
    limits: &Limits,
    problems: &mut Vec<Problem>,
    steps: &mut Steps,
) -> Vec<Command> {
    let Some(place) = file.place.filter(|_| !file.content.is_empty()) else { return Vec::new() };
    let mut commands =
        command::survey_lines(&file.path, &shown(&file.content), limits, problems, steps).commands;
    for command in &mut commands {
        command.place = line(place);
    }
    commands
}

/// URLs outside commands, in the order of calls. One that another goes on from was not yet whole.
fn loose_urls(
    calls: &[Recorded],
    texts: &[(Place, String)],
    files: &[File],
    commands: &[Command],
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Vec<url::Url> {
    let mut seen: HashSet<String> =
        commands.iter().flat_map(|command| command.urls.iter().map(|url| url.text.clone())).collect();
    let arguments = calls.iter().map(|call| call.argument.as_str());
    let texts = texts.iter().map(|(_, text)| text.as_str());
    let files = files.iter().map(|file| file.content.as_str());
    let mut urls: Vec<url::Url> = Vec::new();
    for text in arguments.chain(texts).chain(files).filter(|text| text.contains("://")) {
        for found in url::find(&shown(text), limits).take(problems) {
            if seen.insert(found.text.clone()) {
                if urls.len() >= limits.urls_max {
                    problems.push(Problem::limit("xlm", "urls_max", limits.urls_max as u64));
                    return urls;
                }
                urls.push(found);
            }
        }
    }
    let mut sorted: Vec<&str> = seen.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let goes_on = |text: &str| {
        let next = sorted.partition_point(|other| *other <= text);
        sorted.get(next).is_some_and(|other| other.starts_with(text))
    };
    let whole: Vec<url::Url> = urls.iter().filter(|found| !goes_on(&found.text)).cloned().collect();
    whole
}
