//! A document or script that starts PowerShell, or another program of Windows, to fetch something.

use crate::case::{cut, fail, proof, worst_of};
use crate::document::indicators::add_url;
use crate::{Case, Check, Context};
use hinomi_model::fact::{Call, CommandFact, EntryPoint, MacroFact};
use hinomi_model::{Confidence, Fact, Finding, Observation, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "document.starts-powershell",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let worst = case
        .facts(Fact::as_command)
        .filter_map(|(seen, command)| Some((rank(command)?, seen, command)))
        .max_by_key(|((rank, _), seen, command)| {
            (*rank, command.urls.len(), std::cmp::Reverse(&seen.locator))
        });
    if let Some(((_, key), seen, command)) = worst {
        return fail(finding(cx, case, key, seen, command));
    }
    worst_of(case.facts(Fact::as_macro).map(|(_, fact)| unseen(fact)))
}

fn unseen(fact: &MacroFact) -> Verdict {
    let undetermined = |key: &str| Verdict::Undetermined(Text::new(key).with("file", &fact.name));
    match fact {
        MacroFact { encrypted: true, .. } => undetermined("encrypted"),
        MacroFact { partly_unread: true, .. } => undetermined("partly_unread"),
        _ => Verdict::Pass,
    }
}

/// How bad a command is, and the key that says so.
fn rank(command: &CommandFact) -> Option<(u8, &'static str)> {
    let disguised = command.layers.iter().any(|layer| !layer.is_empty());
    let runs =
        matches!(command.interpreter.as_str(), "power-shell" | "cmd" | "script-host" | "system-binary");
    match command {
        CommandFact { fetches: true, .. } if runs && disguised => Some((5, "disguised_fetch")),
        CommandFact { fetches: true, executes: true, .. } if runs => Some((4, "fetch_and_run")),
        CommandFact { fetches: true, .. } if runs => Some((3, "fetch")),
        CommandFact { hidden: true, .. } if runs && disguised => Some((2, "disguised")),
        _ => None,
    }
}

fn finding(
    cx: &Context<'_>,
    case: &Case<'_>,
    key: &str,
    seen: &Observation,
    command: &CommandFact,
) -> Finding {
    let text = Text::new(key)
        .with("file", &command.name)
        .with("program", program(command))
        .with("urls", command.urls.len());
    let mut finding =
        cx.finding(case, text, proof(seen, &command.text)).keyed("document", case.subject.as_str());
    finding.at = seen.at;
    if let Some((_, fact)) = case.facts(Fact::as_macro).next() {
        finding.story.extend(way(fact, command));
    }
    finding.story.push(step("command", &command.text, &command.place));
    for layer in &command.layers {
        finding.story.push(step("layer", layer, ""));
    }
    if command.script != command.text && !command.script.is_empty() {
        finding.story.push(step("script", &command.script, ""));
    }
    for url in &command.urls {
        finding.story.push(step("url", &url.url, &url.host));
    }
    // Hosts of the URLs were told with them.
    for host in command.hosts.iter().filter(|host| !command.urls.iter().any(|url| url.host == **host)) {
        finding.story.push(step("host", host, ""));
    }
    for (kind, told) in [("file", &command.files), ("persistence", &command.persistence)] {
        finding.story.extend(told.iter().map(|text| step(kind, text, "")));
    }
    for (_, other) in case.facts(Fact::as_command) {
        let confidence = if other.fetches { Confidence::High } else { Confidence::Low };
        for url in &other.urls {
            add_url(&mut finding, url, case.subject, &other.layers, confidence);
        }
    }
    finding
}

/// How the macro gets to the command: what starts by itself, then the procedures on the way. Where no call was seen at
/// the command's place, what starts by itself is all there is to say.
fn way(fact: &MacroFact, command: &CommandFact) -> Vec<Step> {
    let stands = |call: &&Call| {
        let (line, cell) =
            (format!("{}:{}", call.module, call.line), format!("{}!R{}C", call.module, call.line));
        command.place == line || command.place.starts_with(&cell)
    };
    let path = fact.calls.iter().filter(stands).map(|call| &call.path).find(|path| !path.is_empty());
    let first = path.and_then(|path| path.first());
    let starts = |entry: &&EntryPoint| {
        first.is_none_or(|first| first.module == entry.module && first.procedure == entry.name)
    };
    let entry = fact.entry_points.iter().find(starts).or(fact.entry_points.first());
    let entry =
        entry.map(|entry| step("entry-point", &entry.name, &format!("{}:{}", entry.module, entry.line)));
    let between = path.into_iter().flatten().skip(1);
    let between = between.map(|on| step("procedure", &on.procedure, &format!("{}:{}", on.module, on.line)));
    entry.into_iter().chain(between).collect()
}

fn step(kind: &str, text: &str, place: &str) -> Step {
    Step { kind: kind.to_owned(), text: cut(text, 1_000), place: place.to_owned() }
}

/// The program as people know it.
fn program(command: &CommandFact) -> &'static str {
    match command.interpreter.as_str() {
        "power-shell" => "PowerShell",
        "cmd" => "cmd.exe",
        "script-host" => "Windows Script Host",
        _ => "Windows",
    }
}
