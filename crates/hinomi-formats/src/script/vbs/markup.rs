//! Scripts inside tags: HTML applications, `.wsf`, script components.

use super::super::command::{Language, language, survey_in};
use crate::script::Survey;
use crate::script::steps::{Steps, tell_once};
use crate::{Limits, Problem, ProblemKind};

/// Scripts read of one text.
const BLOCKS_MAX: usize = 64;

/// Surveys every script between `<script …>` and `</script>`.
pub(in crate::script) fn survey(
    text: &str,
    limits: &Limits,
    problems: &mut Vec<Problem>,
    depth: u32,
    steps: &mut Steps,
) -> Survey {
    let mut survey = Survey::default();
    let mut count = 0usize;
    let lower = text.to_ascii_lowercase();
    let mut at = 0;
    while let Some(open) = lower.get(at..).and_then(|rest| rest.find("<script")).map(|found| at + found) {
        let Some(inner_at) = lower.get(open..).and_then(|rest| rest.find('>')).map(|found| open + found + 1)
        else {
            break;
        };
        let end = lower
            .get(inner_at..)
            .and_then(|rest| rest.find("</script"))
            .map_or(lower.len(), |found| inner_at + found);
        at = end.max(inner_at);
        let tag = lower.get(open..inner_at).unwrap_or_default();
        let source = text.get(inner_at..end).unwrap_or_default();
        if source.trim().is_empty() {
            continue;
        }
        count += 1;
        if count > BLOCKS_MAX {
            let told = format!("scripts behind the {BLOCKS_MAX}th of a page are not read");
            tell_once(problems, Problem::new(ProblemKind::Unsupported, "text", told));
            break;
        }
        let source = unframed(source);
        let decoded = super::decoded(source, limits);
        let source = decoded.as_deref().unwrap_or(source);
        let lines = text.get(..inner_at).map_or(0, |before| before.matches('\n').count());
        let found = survey_in(source, language_of(tag, source), limits, problems, depth + 1, steps);
        merge(&mut survey, found, lines, decoded.is_some());
    }
    if survey.commands.len() > limits.commands_max {
        survey.commands.truncate(limits.commands_max);
        tell_once(problems, Problem::limit("text", "commands_max", limits.commands_max as u64));
    }
    if survey.urls.len() > limits.urls_max {
        survey.urls.truncate(limits.urls_max);
        tell_once(problems, Problem::limit("text", "urls_max", limits.urls_max as u64));
    }
    survey
}

/// What stands around a script so that it is no markup.
fn unframed(source: &str) -> &str {
    let source = source.trim();
    let source =
        source.strip_prefix("<![CDATA[").map_or(source, |inner| inner.strip_suffix("]]>").unwrap_or(inner));
    source.trim().strip_prefix("<!--").unwrap_or(source)
}

fn language_of(tag: &str, source: &str) -> Language {
    if tag.contains("vbs") {
        Language::VbScript
    } else if tag.contains("jscript") || tag.contains("javascript") {
        Language::JScript
    } else {
        match language(source) {
            Language::VbScript => Language::VbScript,
            _ => Language::JScript,
        }
    }
}

fn merge(survey: &mut Survey, found: Survey, lines: usize, encoded: bool) {
    for mut command in found.commands {
        if let Some((_, at)) = command.place.rsplit_once(':')
            && let Ok(line) = at.parse::<usize>()
        {
            command.place = format!("text:{}", line + lines);
        }
        if encoded {
            command.layers.insert(0, "Script Encoder".to_owned());
        }
        survey.commands.push(command);
    }
    for mut call in found.calls {
        call.line = call.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        survey.calls.push(call);
    }
    for url in found.urls {
        if !survey.urls.contains(&url) {
            survey.urls.push(url);
        }
    }
}
