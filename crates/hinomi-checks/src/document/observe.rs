//! Documents, scripts and PDFs become facts.

use crate::case::cut;
use hinomi_formats::office::{self, Document, Workbook};
use hinomi_formats::pdf::Pdf;
use hinomi_formats::script::{self, Survey};
use hinomi_formats::url::{self, Url};
use hinomi_model::fact::{
    Call, CallStep, CommandFact, DdeFact, EntryPoint, MacroFact, MacroSheet, PdfFact, Power, StompedModule,
    TargetFact, Trigger, UrlFact,
};
use hinomi_model::{Fact, Locator};
use serde::Serialize;

/// Characters of a command or script kept in a fact.
const COMMAND_CHARS: usize = 4_000;

/// Places that evaluation did not follow, kept of one document.
const UNFOLLOWED_MAX: usize = 20;

/// The facts of a document: its macros, and each command recovered from them.
pub(crate) fn document(
    name: &str,
    document: &Document,
    surveys: &[Survey],
    partly_unread: bool,
) -> Vec<(Locator, Fact)> {
    let modules = || document.projects.iter().flat_map(|project| &project.modules);
    let fact = MacroFact {
        name: name.to_owned(),
        container: word(document.container),
        application: word(document.application),
        modules: u64::try_from(modules().count()).unwrap_or(u64::MAX),
        orphans: modules().filter(|module| module.orphan).map(|module| module.stream.clone()).collect(),
        entry_points: surveys.iter().flat_map(|survey| &survey.entry_points).map(entry_point).collect(),
        calls: surveys.iter().flat_map(|survey| &survey.calls).map(call).collect(),
        urls: surveys.iter().flat_map(|survey| &survey.urls).map(url_fact).collect(),
        macro_sheets: document.workbook.iter().flat_map(Workbook::macro_sheets).map(macro_sheet).collect(),
        stomped: document.projects.iter().flat_map(|project| &project.stomped).map(stomped).collect(),
        dde: document.dde.iter().map(|read| dde(read, surveys)).collect(),
        commands_have_urls: surveys
            .iter()
            .flat_map(|survey| &survey.commands)
            .any(|command| !command.urls.is_empty()),
        targets: document.targets.iter().map(target).collect(),
        decoys: document.decoys.clone(),
        unfollowed: surveys
            .iter()
            .flat_map(|survey| &survey.unfollowed)
            .take(UNFOLLOWED_MAX)
            .map(unfollowed)
            .collect(),
        code_sketch: document.sketches.code.clone(),
        file_sketch: document.sketches.bytes.clone(),
        encrypted: document.encrypted,
        partly_unread,
    };
    let mut facts = vec![(Locator::default(), Fact::Macro(Box::new(fact)))];
    facts.extend(surveys.iter().flat_map(|survey| commands(name, survey)));
    facts
}

/// The commands of a survey, each with its module and line.
pub(crate) fn commands(name: &str, survey: &Survey) -> Vec<(Locator, Fact)> {
    survey
        .commands
        .iter()
        .map(|command| {
            let fact = CommandFact {
                name: name.to_owned(),
                place: command.place.clone(),
                interpreter: word(command.interpreter),
                text: cut(&command.text, COMMAND_CHARS),
                script: cut(&command.script, COMMAND_CHARS),
                layers: command.layers.clone(),
                hidden: command.hidden,
                fetches: command.fetches,
                executes: command.executes,
                urls: command.urls.iter().map(url_fact).collect(),
                hosts: command.hosts.clone(),
                files: command.files.iter().map(|path| cut(path, 400)).collect(),
                persistence: command.persistence.iter().map(|told| cut(told, 400)).collect(),
            };
            let (module, line) = command.place.rsplit_once(':').unwrap_or((&command.place, ""));
            let locator =
                Locator { path: Some(module.to_owned()), line: line.parse().ok(), ..Locator::default() };
            (locator, Fact::Command(Box::new(fact)))
        })
        .collect()
}

/// The fact of a PDF.
pub(crate) fn pdf(name: &str, pdf: &Pdf, partly_unread: bool) -> PdfFact {
    PdfFact {
        name: name.to_owned(),
        links: pdf.links.iter().filter_map(|link| url::read(&link.text)).map(|url| url_fact(&url)).collect(),
        launches: pdf.launches.iter().map(|target| cut(&target.text, 200)).collect(),
        scripts: u64::try_from(pdf.scripts.len()).unwrap_or(u64::MAX),
        embedded: pdf.embedded.iter().map(|file| file.name.clone()).collect(),
        open_action: pdf.open_action,
        encrypted: pdf.encrypted,
        partly_unread,
    }
}

fn url_fact(url: &Url) -> UrlFact {
    UrlFact { url: url.text.clone(), host: url.host.clone(), ip: url.host_is_ip }
}

fn entry_point(read: &script::EntryPoint) -> EntryPoint {
    EntryPoint {
        module: read.module.clone(),
        name: read.name.clone(),
        trigger: match read.trigger {
            script::Trigger::Open => Trigger::Open,
            script::Trigger::Close => Trigger::Close,
            script::Trigger::Lifecycle => Trigger::Lifecycle,
            script::Trigger::Control => Trigger::Control,
        },
        line: read.line,
    }
}

fn call(read: &script::Call) -> Call {
    Call {
        module: read.module.clone(),
        name: read.name.clone(),
        power: match read.power {
            script::Power::Process => Power::Process,
            script::Power::Network => Power::Network,
            script::Power::Write => Power::Write,
            script::Power::Persist => Power::Persist,
            script::Power::Library => Power::Library,
            script::Power::Object => Power::Object,
            script::Power::Other => Power::Other,
        },
        argument: cut(&read.argument, 200),
        line: read.line,
        reached_from: read.reached_from.clone(),
        path: read.path.iter().map(call_step).collect(),
    }
}

fn unfollowed(read: &script::Unfollowed) -> (String, String) {
    (format!("{}:{}", read.module, read.line), word(read.obstacle))
}

fn call_step(read: &script::CallStep) -> CallStep {
    CallStep { module: read.module.clone(), procedure: read.procedure.clone(), line: read.line }
}

fn macro_sheet(read: &office::Sheet) -> MacroSheet {
    MacroSheet { name: read.name.clone(), visibility: word(read.visibility) }
}

/// Literals are cut like every other text of a file; commands and URLs in them are those of a survey of their own.
fn stomped(read: &office::Stomped) -> StompedModule {
    let runs_on_open = |name: &String| script::trigger_of(name) == Some(script::Trigger::Open);
    StompedModule {
        module: read.module.clone(),
        only_compiled: read.only_compiled.clone(),
        literals: read.literals.iter().map(|text| cut(text, 200)).collect(),
        source_removed: read.source_removed,
        runs_on_open: read.only_compiled.iter().any(runs_on_open),
    }
}

fn dde(read: &office::Dde, surveys: &[Survey]) -> DdeFact {
    let commands = surveys.iter().flat_map(|survey| &survey.commands);
    let same = commands.filter(|command| command.place == read.place && command.text == read.command);
    DdeFact {
        command: cut(&read.command, COMMAND_CHARS),
        place: read.place.clone(),
        automatic: read.automatic,
        urls: same.flat_map(|command| &command.urls).map(url_fact).collect(),
    }
}

/// A share has no scheme, so its host is read off its start.
fn target(read: &office::Target) -> TargetFact {
    let host = |share: &str| share.split(['\\', '/']).next().unwrap_or_default().to_lowercase();
    let url = match read.url.strip_prefix("\\\\") {
        Some(share) => UrlFact { url: read.url.clone(), host: host(share), ip: false },
        None => url::read(&read.url).map_or_else(
            || UrlFact { url: read.url.clone(), ..UrlFact::default() },
            |found| url_fact(&found),
        ),
    };
    TargetFact { kind: word(read.kind), url, place: read.place.clone() }
}

/// The word a closed list of ours has in machine output.
fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
