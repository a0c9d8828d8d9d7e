//! Scripts: what VBA, PowerShell and cmd text would run, worked out on paper. Nothing is ever run.

mod command;
mod host;
mod jscript;
mod steps;
#[cfg(test)]
mod tests;
mod vba;
mod vbs;
mod xlm;

use crate::office::{Dde, Module, Stomped, Surroundings, Workbook};
use crate::url::{self, Url};
use crate::{Limits, Parsed, Problem};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use steps::Steps;

/// What a project of macros would do, read without running it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// Procedures that start by themselves, those that start on opening first, then in module order.
    pub entry_points: Vec<EntryPoint>,
    /// Calls that reach outside the document, in module order.
    pub calls: Vec<Call>,
    /// Command lines recovered, in the order of their places.
    pub commands: Vec<Command>,
    /// URLs that stand in the recovered strings outside any command.
    pub urls: Vec<Url>,
    /// What could not be followed of macros that were evaluated, in the order met.
    pub unfollowed: Vec<Unfollowed>,
}

/// A place where evaluation of a macro went no further.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Unfollowed {
    /// Module name.
    pub module: String,
    /// Line in the module, from 1.
    pub line: u32,
    /// Why.
    pub obstacle: Obstacle,
}

/// Why evaluation went no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// A statement the reader does not understand: what it would change is unknown.
    #[default]
    Statement,
    /// The fuel was spent.
    Steps,
    /// More ways through the code than are kept apart.
    States,
    /// Calls inside one another without end.
    Depth,
}

/// A procedure that starts without the user calling it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EntryPoint {
    /// Module name.
    pub module: String,
    /// Procedure name as written.
    pub name: String,
    /// When it runs.
    pub trigger: Trigger,
    /// Line in the module, from 1.
    pub line: u32,
}

/// When an entry point runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// When the document is opened.
    #[default]
    Open,
    /// When it is closed.
    Close,
    /// When it is saved, printed or made anew.
    Lifecycle,
    /// When a control of it is drawn, focused, changed, clicked.
    Control,
}

/// A call that reaches outside the document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Call {
    /// Module name.
    pub module: String,
    /// The call as the field names it: `Shell`, `CreateObject`, `URLDownloadToFile`.
    pub name: String,
    /// What it can do.
    pub power: Power,
    /// The recovered argument, cut to 200 characters, with `…` for what is not constant; empty when nothing is.
    pub argument: String,
    /// Line in the module, from 1.
    pub line: u32,
    /// Names of the entry points from which the call is reached, those that start on opening first. By names
    /// only: a way through an event or a value nobody can see is not found.
    pub reached_from: Vec<String>,
    /// The shortest way by names from the first of these entry points to the procedure the call stands in, both
    /// included, as the field names them; empty when none reaches it. Of a way longer than 32 steps, the last 32.
    #[serde(default)]
    pub path: Vec<CallStep>,
}

/// One step of the way to a call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallStep {
    /// Module name.
    pub module: String,
    /// Procedure name as written.
    pub procedure: String,
    /// The line in it, from 1, that leads to the next step; in the last step, the line of the call itself.
    pub line: u32,
}

/// What a call can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// Starts a program.
    #[default]
    Process,
    /// Fetches from the network.
    Network,
    /// Writes a file.
    Write,
    /// Writes the registry, a service, a scheduled job.
    Persist,
    /// Calls into a library by declaration.
    Library,
    /// Makes an object whose powers depend on its name.
    Object,
    /// Weaker ways out: keys typed into other programs, macros run by name, documents opened.
    Other,
}

impl Call {
    /// Whether the object that is made starts programs: a shell, WMI, a script control.
    pub fn makes_shell(&self) -> bool {
        self.power == Power::Object && vba::is_shell(&self.argument)
    }
}

/// A command line and what it turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Command {
    /// Where it was found: `module:line`, `text`.
    pub place: String,
    /// The command line as first recovered.
    pub text: String,
    /// The program it starts; PowerShell when any program in the line is that.
    pub interpreter: Interpreter,
    /// No window is shown.
    pub hidden: bool,
    /// The innermost script, all layers removed.
    pub script: String,
    /// The layers removed, outermost first: `-EncodedCommand`, `base64 UTF-16LE`, `gzip`, `concatenation`.
    pub layers: Vec<String>,
    /// It fetches from the network.
    pub fetches: bool,
    /// It starts what it fetched, or another program.
    pub executes: bool,
    /// URLs it fetches as far as evaluation tells, then those of the innermost script that has any, in order of
    /// use, no duplicates. What only served to put another URL together is left out.
    pub urls: Vec<Url>,
    /// Hosts of the URLs, and hosts it talks to without one, in canonical form.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Paths it writes or starts; `…` stands for what is not known.
    #[serde(default)]
    pub files: Vec<String>,
    /// How it makes itself start again: `registry: …\\Run\\name = value`, `scheduled task: name = command`,
    /// `service: …`, `startup folder: path`.
    #[serde(default)]
    pub persistence: Vec<String>,
}

/// The program a command starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interpreter {
    /// PowerShell (`powershell`, `pwsh`).
    PowerShell,
    /// `cmd.exe`.
    Cmd,
    /// `wscript`, `cscript`.
    ScriptHost,
    /// `mshta`, `rundll32`, `regsvr32`, `certutil`, `bitsadmin`: programs of Windows that run or fetch.
    SystemBinary,
    /// Anything else.
    #[default]
    Other,
}

/// Surveys the modules of one project.
///
/// Meets `modules_max`, `macro_bytes_max`, `text_bytes_max` (one string), `steps_max`, `layers_max`, `urls_max`.
pub fn survey_vba(modules: &[Module], limits: &Limits) -> Parsed<Survey> {
    survey_vba_with(modules, limits, Surroundings::default)
}

/// Surveys the modules of one project with the texts its document holds. `around` is called only when the macros
/// deserve to be evaluated.
pub fn survey_vba_with(
    modules: &[Module],
    limits: &Limits,
    around: impl FnOnce() -> Surroundings,
) -> Parsed<Survey> {
    vba::survey(modules, limits, around)
}

/// Surveys the macros of a workbook's macro sheets (Excel 4.0, XLM) by running them in our own head. In the result
/// modules are sheets, and lines are rows from 1.
///
/// Meets `steps_max`, `text_bytes_max` (one text, one file), `nesting_max`, `urls_max`, `layers_max`.
pub fn survey_xlm(workbook: &Workbook, limits: &Limits) -> Parsed<Survey> {
    xlm::survey(workbook, limits)
}

/// Surveys what is left of a module whose source was replaced: the string literals of its compiled code, as a script
/// of one literal a line. The place of a command is the module's name.
pub fn survey_compiled(module: &Stomped, limits: &Limits) -> Parsed<Survey> {
    let mut survey = survey_text(&module.literals.join("\n"), limits);
    survey.value.commands.iter_mut().for_each(|command| command.place.clone_from(&module.module));
    survey
}

/// Surveys the commands that fields and formulas start without any macro. The place of a command is the field's.
///
/// Meets `text_bytes_max`, `layers_max`, `urls_max`, `steps_max`.
pub fn survey_dde(commands: &[Dde], limits: &Limits) -> Parsed<Survey> {
    let mut problems = Vec::new();
    let mut steps = Steps::new(limits);
    let read = |dde: &Dde| {
        command::read_command_within(&dde.command, &dde.place, limits, &mut steps).take(&mut problems)
    };
    let commands = commands.iter().map(read).collect();
    Parsed { value: Survey { commands, ..Survey::default() }, problems }
}

/// When a procedure of this name starts without being called, if ever.
pub fn trigger_of(procedure: &str) -> Option<Trigger> {
    vba::trigger_of(procedure)
}

/// Reads one command line (or a bare PowerShell script) and peels its layers.
pub fn read_command(text: &str, limits: &Limits) -> Parsed<Command> {
    command::read_command_at(text, "text", limits)
}

/// Surveys a script that stands alone: `.ps1`, `.vbs`, `.js`, `.bat`, `.hta` from an archive or a mail.
///
/// Its language is guessed by its words. A script is evaluated; of a text in no known language every line that
/// starts a program is a command. URLs are those of the text outside its commands.
pub fn survey_text(text: &str, limits: &Limits) -> Parsed<Survey> {
    survey_file("", text, limits)
}

/// Surveys a script that stands alone in a file of that name: Windows goes by its extension which program reads it.
/// What an unknown extension leaves open the text decides. See [`survey_text`].
///
/// Meets `text_bytes_max`, `steps_max`, `layers_max`, `commands_max`, `urls_max`.
pub fn survey_file(name: &str, text: &str, limits: &Limits) -> Parsed<Survey> {
    survey_within(name, text, limits, &mut Steps::new(limits))
}

/// Surveys the scripts of one page, which share its steps. See [`survey_text`]; calls are not told.
///
/// Meets `text_bytes_max` (each script), `steps_max`, `layers_max`, `commands_max` (all scripts), `urls_max` (each).
pub fn survey_page<'t>(scripts: impl Iterator<Item = &'t str>, limits: &Limits) -> Parsed<Survey> {
    let (mut survey, mut problems) = (Survey::default(), Vec::new());
    let mut steps = Steps::new(limits);
    for text in scripts {
        let inner = survey_within("", text, limits, &mut steps);
        inner.problems.into_iter().for_each(|problem| steps::tell_once(&mut problems, problem));
        survey.commands.extend(inner.value.commands);
        survey.urls.extend(inner.value.urls);
    }
    if survey.commands.len() > limits.commands_max {
        survey.commands.truncate(limits.commands_max);
        let problem = Problem::limit("text", "commands_max", limits.commands_max as u64);
        steps::tell_once(&mut problems, problem);
    }
    Parsed { value: survey, problems }
}

fn survey_within(name: &str, text: &str, limits: &Limits, steps: &mut Steps) -> Parsed<Survey> {
    let mut problems = Vec::new();
    let text = match text.char_indices().nth(limits.text_bytes_max) {
        Some((end, _)) => {
            problems.push(Problem::limit("text", "text_bytes_max", limits.text_bytes_max as u64));
            text.get(..end).unwrap_or_default()
        }
        None => text,
    };
    let mut survey = command::survey_lines(name, text, limits, &mut problems, steps);
    // JavaScript writes the slashes of a URL as `\/`.
    let plain = text.replace("\\/", "/");
    let of_commands: Vec<&str> =
        survey.commands.iter().flat_map(|command| &command.urls).map(|url| url.text.as_str()).collect();
    let known: HashSet<&str> = of_commands.iter().copied().collect();
    for found in url::find(&plain, limits).take(&mut problems) {
        let goes_on = |url: &&str| url.len() > found.text.len() && url.starts_with(&found.text);
        if known.contains(found.text.as_str()) || is_open(&found.text) && of_commands.iter().any(goes_on) {
            continue;
        }
        if survey.urls.len() >= limits.urls_max {
            let problem = Problem::limit("text", "urls_max", limits.urls_max as u64);
            steps::tell_once(&mut problems, problem);
            break;
        }
        survey.urls.push(found);
    }
    Parsed { value: survey, problems }
}

/// A URL without a path, or with an open one: where another goes on with it, it was put together with the rest.
fn is_open(text: &str) -> bool {
    text.ends_with('/') || text.matches('/').count() == 2
}
