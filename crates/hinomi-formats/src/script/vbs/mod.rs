//! VBScript: read as a macro module whose statements outside procedures start by themselves; scripts in HTML
//! applications, script components and `.wsf` files; scripts that were encoded.

mod encoder;
mod markup;
mod module;

use super::{Interpreter, Survey, survey_vba};
use crate::office::{Module, ModuleKind};
use crate::{Limits, Problem, url};

pub(super) use markup::survey as survey_markup;

/// The text with what the script encoder did undone; `None` when nothing was encoded.
pub(super) fn decoded(text: &str, limits: &Limits) -> Option<String> {
    encoder::decoded(text, limits.text_bytes_max)
}

/// Surveys a script that stands alone.
pub(super) fn survey(text: &str, limits: &Limits, problems: &mut Vec<Problem>) -> Survey {
    survey_at(text, limits, problems, 0)
}

/// The command line that a short script starts.
pub(super) fn started(source: &str, limits: &Limits) -> Option<String> {
    let mut problems = Vec::new();
    // `vbscript:` in a URL: what closes the window is no statement.
    let source = source.replace("(window.close)", "").replace(":close", "");
    let found = survey(&source, limits, &mut problems);
    found.commands.into_iter().map(|command| command.text).find(|text| !text.is_empty())
}

/// `depth`: scripts run from text inside one another until here.
fn survey_at(text: &str, limits: &Limits, problems: &mut Vec<Problem>, depth: u32) -> Survey {
    let wrapped = module::wrapped(text);
    let module = Module {
        name: "text".to_owned(),
        kind: ModuleKind::Standard,
        code: wrapped.code,
        ..Module::default()
    };
    let mut survey = survey_vba(&[module], limits).take(problems);
    survey.entry_points.clear();
    let line = |line: u32| {
        usize::try_from(line).ok().and_then(|line| wrapped.lines.get(line.saturating_sub(1)).copied())
    };
    for call in &mut survey.calls {
        call.line = line(call.line).and_then(|line| u32::try_from(line).ok()).unwrap_or(call.line);
        call.reached_from.clear();
        if call.argument.starts_with(module::RUN) {
            call.name = "Execute".to_owned();
            call.argument = call.argument.get(module::RUN.len()..).unwrap_or_default().to_owned();
        }
    }
    let commands = std::mem::take(&mut survey.commands);
    for mut command in commands {
        if let Some((_, at)) = command.place.rsplit_once(':')
            && let Some(line) = at.parse().ok().and_then(line)
        {
            command.place = format!("text:{line}");
        }
        match command.text.strip_prefix(module::RUN) {
            None => {
                if command.interpreter != Interpreter::Other || !command.text.contains("://") {
                    survey.commands.push(command);
                }
            }
            Some(_) if depth >= limits.layers_max => {
                problems.push(Problem::limit("text", "layers_max", u64::from(limits.layers_max)));
            }
            Some(inner) => {
                let found = survey_at(inner, limits, problems, depth + 1);
                merge(&mut survey, found, inner, limits, problems);
            }
        }
    }
    survey
}

/// Takes over what a script does that was run from text.
fn merge(survey: &mut Survey, mut found: Survey, inner: &str, limits: &Limits, problems: &mut Vec<Problem>) {
    for command in &mut found.commands {
        command.layers.insert(0, "Execute".to_owned());
    }
    for found in url::find(inner, limits).take(problems) {
        if survey.urls.len() < limits.urls_max && !survey.urls.contains(&found) {
            survey.urls.push(found);
        }
    }
    survey.commands.append(&mut found.commands);
    survey.calls.append(&mut found.calls);
    for url in found.urls {
        if survey.urls.len() < limits.urls_max && !survey.urls.contains(&url) {
            survey.urls.push(url);
        }
    }
}
