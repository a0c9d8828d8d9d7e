//! Scripts inside tags: HTML applications, `.wsf`, script components.

use super::super::command::{Language, language, survey_in};
use crate::script::Survey;
use crate::{Limits, Problem};

/// Scripts read of one text.
const BLOCKS_MAX: usize = 64;

/// Surveys every script between `<script …>` and `</script>`.
pub(in crate::script) fn survey(
    text: &str,
    limits: &Limits,
    problems: &mut Vec<Problem>,
    depth: u32,
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
            problems.push(Problem::limit("text", "entries_max", BLOCKS_MAX as u64));
            break;
        }
        let source = unframed(source);
        let decoded = super::decoded(source, limits);
        let source = decoded.as_deref().unwrap_or(source);
        let lines = text.get(..inner_at).map_or(0, |before| before.matches('\n').count());
        let found = survey_in(source, language_of(tag, source), limits, problems, depth + 1);
        merge(&mut survey, found, lines, decoded.is_some());
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
