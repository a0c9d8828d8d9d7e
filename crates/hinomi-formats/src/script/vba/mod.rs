//! The survey of a VBA project: outline, calls, constants, reachability, in that order, each only as far as
//! the one before gives reason to.

mod builtins;
mod entry;
mod glance;
mod lex;
mod outline;
mod powers;
mod reach;
mod read;
mod run;
mod value;

pub(super) use entry::trigger_of;

use super::command::{self, read_command_within};
use super::steps::Steps;
use super::{Call, CallStep, Command, EntryPoint, Power, Survey, Trigger, Unfollowed};
use crate::office::{Module, Surroundings};
use crate::{Limits, Parsed, Problem, url};
use outline::{Project, Sort};
use reach::Graph;
use run::{Evaluation, FoldedCall, FoldedString, Plan};
use std::collections::{HashMap, HashSet};

pub(crate) use value::GAP;

/// Characters of a call's argument that are kept.
const ARGUMENT_CHARS_MAX: usize = 200;
/// Steps of the way to a call that are kept: of a longer way, the last ones.
const PATH_STEPS_MAX: usize = 32;

/// See [`super::survey_vba_with`].
pub(super) fn survey(
    modules: &[Module],
    limits: &Limits,
    around: impl FnOnce() -> Surroundings,
) -> Parsed<Survey> {
    let mut problems = Vec::new();
    let readable = within_limits(modules, limits, &mut problems);
    let project = Project::outline(&readable);
    let entries = entry_points(&project);

    let mut graph = None;
    let worth_it =
        !project.declared.is_empty() || project.sighted.calls.iter().any(|call| call.deserves_evaluation());
    let mut evaluation = if worth_it {
        let plan = plan(&project, &entries, graph.insert(Graph::new(&project, limits.steps_max)));
        run::evaluate(&project, &plan, around, limits)
    } else {
        literals(&project)
    };
    problems.append(&mut evaluation.problems);

    let (commands, urls) = read_strings(&project, &evaluation, limits, &mut problems);
    let mut survey = Survey { commands, urls, ..Survey::default() };
    let place = |(module, line, obstacle): &(usize, u32, super::Obstacle)| Unfollowed {
        module: project.module_name(*module).to_owned(),
        line: *line,
        obstacle: *obstacle,
    };
    survey.unfollowed = evaluation.obstacles.iter().map(place).collect();
    let calls = merged(&project, evaluation.calls);
    let finished = reachability(&project, &entries, &calls, graph, limits, &mut survey);
    if !finished {
        problems.push(Problem::limit("vba", "steps_max", limits.steps_max));
    }
    survey.entry_points = entries.into_iter().map(|(_, entry)| entry).collect();
    Parsed { value: survey, problems }
}

/// What is worth running: entry points from which a call worth knowing is reached, those that start on opening all
/// the same, since a call may be by a name that only running tells; then the procedures the calls stand in.
fn plan(project: &Project<'_>, entries: &[(usize, EntryPoint)], graph: &mut Graph<'_, '_>) -> Plan {
    let deserving = project.sighted.calls.iter().filter(|call| call.deserves_evaluation());
    let holders: HashSet<usize> = deserving.clone().filter_map(|call| call.procedure).collect();
    let starting = deserving.clone().filter(|call| call.power == Power::Process);
    let starting: HashSet<usize> = starting.filter_map(|call| call.procedure).collect();
    let calling: HashSet<usize> = deserving.map(|call| call.module).collect();
    // Uses of declared functions were not looked for: they may stand anywhere.
    let everywhere = !project.declared.is_empty();
    let mut first = Vec::new();
    let mut later = Vec::new();
    let mut led = HashSet::new();
    for (index, entry) in entries {
        let reached = graph.reached_from(*index);
        let leads = everywhere || reached.keys().any(|reached| holders.contains(reached));
        led.extend(reached.into_keys());
        if leads {
            first.push(*index);
        } else if entry.trigger == Trigger::Open {
            later.push(*index);
        }
    }
    first.extend(later);
    let procedures = project.procedures.iter().enumerate();
    let mut worth_it: Vec<usize> = procedures
        .filter(|(_, found)| everywhere || calling.contains(&found.module))
        .map(|(index, _)| index)
        .filter(|index| !first.contains(index))
        .collect();
    // While there is fuel: what starts programs.
    worth_it.sort_by_key(|index| !starting.contains(index));
    let (holders, idle) = worth_it.into_iter().partition(|index| led.contains(index));
    Plan { entries: first, holders, idle }
}

/// Without calls that deserve it nothing is evaluated; the literals are read all the same.
fn literals(project: &Project<'_>) -> Evaluation {
    let strings = project.sighted.strings.iter().map(|literal| FoldedString {
        module: literal.module,
        line: literal.line,
        text: literal.text.replace("\"\"", "\""),
    });
    Evaluation { strings: strings.collect(), ..Evaluation::default() }
}

/// Modules the limits allow; each one left out is told.
fn within_limits<'a>(modules: &'a [Module], limits: &Limits, problems: &mut Vec<Problem>) -> Vec<&'a Module> {
    if modules.len() > limits.modules_max {
        problems.push(Problem::limit("vba", "modules_max", limits.modules_max as u64));
    }
    let mut readable = Vec::new();
    for module in modules.iter().take(limits.modules_max) {
        if module.code.len() > limits.macro_bytes_max {
            problems.push(Problem::limit(&*module.name, "macro_bytes_max", limits.macro_bytes_max as u64));
        } else {
            readable.push(module);
        }
    }
    readable
}

/// Procedures that start by themselves, those that start on opening first.
fn entry_points(project: &Project<'_>) -> Vec<(usize, EntryPoint)> {
    let mut found = Vec::new();
    for (index, procedure) in project.procedures.iter().enumerate() {
        if matches!(procedure.sort, Sort::Property | Sort::Setter) {
            continue;
        }
        let module = project.module_name(procedure.module);
        // Word runs Main of a module that is called AutoOpen.
        let trigger = trigger_of(procedure.name)
            .or_else(|| procedure.name.eq_ignore_ascii_case("main").then(|| trigger_of(module)).flatten());
        if let Some(trigger) = trigger {
            let name = procedure.name.to_owned();
            found
                .push((index, EntryPoint { module: module.to_owned(), name, trigger, line: procedure.line }));
        }
    }
    found.sort_by_key(|(index, entry)| (entry.trigger != Trigger::Open, *index));
    found
}

/// The calls of the first look, with the arguments evaluation found, and those only evaluation could see.
fn merged(project: &Project<'_>, evaluated: Vec<FoldedCall>) -> Vec<FoldedCall> {
    let mut calls: Vec<FoldedCall> = Vec::new();
    let mut places: HashMap<(usize, u32, String), usize> = HashMap::new();
    let seen = project.sighted.calls.iter().map(|sighting| FoldedCall {
        module: sighting.module,
        procedure: sighting.procedure,
        name: sighting.name.to_owned(),
        power: sighting.power,
        argument: sighting.literal.unwrap_or_default().replace("\"\"", "\""),
        line: sighting.line,
        way: Vec::new(),
    });
    for call in seen.chain(evaluated) {
        match places.get(&(call.module, call.line, call.name.clone())).and_then(|at| calls.get_mut(*at)) {
            // A procedure may have run several times: the run that knew most counts.
            Some(known) => {
                if known.way.is_empty() {
                    known.way.clone_from(&call.way);
                }
                if known_len(&call.argument) > known_len(&known.argument) {
                    *known = FoldedCall {
                        procedure: known.procedure,
                        way: std::mem::take(&mut known.way),
                        ..call
                    };
                }
            }
            None => {
                places.insert((call.module, call.line, call.name.clone()), calls.len());
                calls.push(call);
            }
        }
    }
    calls.sort_by_key(|call| (call.module, call.line));
    calls
}

fn known_len(argument: &str) -> usize {
    argument.chars().filter(|c| *c != GAP).count()
}

/// Reads commands out of arguments and strings, and the URLs of the strings that are none.
fn read_strings(
    project: &Project<'_>,
    evaluation: &Evaluation,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> (Vec<Command>, Vec<url::Url>) {
    let started = evaluation
        .calls
        .iter()
        .filter(|call| call.power == Power::Process && !call.argument.is_empty())
        // Of the rest, the argument is a script of another language or a name.
        .filter(|call| takes_command_line(&call.name) || command::looks_like_command(&call.argument))
        .map(|call| (call.module, call.line, call.argument.as_str()));
    let of_string = |string: &'_ FoldedString| (string.module, string.line);
    let (lines, others): (Vec<&FoldedString>, Vec<&FoldedString>) =
        evaluation.strings.iter().partition(|string| command::looks_like_command(&string.text));
    let named = lines.iter().map(|string| (of_string(string).0, of_string(string).1, string.text.as_str()));

    let mut texts = longest(started.chain(named).collect(), limits, problems);
    texts.sort_by_key(|(module, line, _)| (*module, *line));
    let mut commands: Vec<Command> = Vec::new();
    let mut steps = Steps::new(limits);
    for (module, line, text) in texts {
        let place = format!("{}:{line}", project.module_name(module));
        commands.push(read_command_within(&shown(text), &place, limits, &mut steps).take(problems));
    }
    drop_half_made(&mut commands);
    let mut seen: HashSet<String> =
        commands.iter().flat_map(|command| command.urls.iter().map(|url| url.text.clone())).collect();
    let mut urls = Vec::new();
    for string in others {
        for found in url::find(&shown(&string.text), limits).take(problems) {
            if urls.len() < limits.urls_max && seen.insert(found.text.clone()) {
                urls.push(found);
            }
        }
    }
    (commands, urls)
}

/// Without duplicates, and without strings that are only a step on the way to a longer one.
fn longest<'s>(
    mut texts: Vec<(usize, u32, &'s str)>,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Vec<(usize, u32, &'s str)> {
    let mut seen = HashSet::new();
    texts.retain(|(_, _, text)| seen.insert(*text));
    if texts.len() > limits.commands_max {
        problems.push(Problem::limit("vba", "commands_max", limits.commands_max as u64));
        texts.truncate(limits.commands_max);
    }
    let all: Vec<&str> = texts.iter().map(|(_, _, text)| *text).collect();
    texts.retain(|(_, _, text)| !all.iter().any(|other| other.len() > text.len() && other.starts_with(text)));
    texts
}

/// A command with its markers still inside begins like the finished one, but leads nowhere.
fn drop_half_made(commands: &mut Vec<Command>) {
    const SAME_CHARS: usize = 20;
    let start = |command: &Command| command.text.chars().take(SAME_CHARS).collect::<String>();
    let finished: HashSet<String> =
        commands.iter().filter(|command| !command.urls.is_empty()).map(start).collect();
    commands.retain(|command| {
        !command.urls.is_empty()
            || command.text.chars().count() < SAME_CHARS
            || !finished.contains(&start(command))
    });
}

fn takes_command_line(name: &str) -> bool {
    ["shell", "run", "exec", "create", "shellexecute", "winexec", "createprocess", "ddeinitiate", "system"]
        .iter()
        .any(|known| name.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known)))
}

/// A gap as people see it.
fn shown(text: &str) -> String {
    text.replace(GAP, "…")
}

/// Fills in the calls and from which entry points each is reached. `false` when the walk was cut short.
fn reachability<'p, 'a>(
    project: &'p Project<'a>,
    entries: &[(usize, EntryPoint)],
    calls: &[FoldedCall],
    graph: Option<Graph<'p, 'a>>,
    limits: &Limits,
    survey: &mut Survey,
) -> bool {
    let mut reached_by: HashMap<usize, Vec<String>> = HashMap::new();
    let mut ways: HashMap<usize, Vec<CallStep>> = HashMap::new();
    let holders: HashSet<usize> = calls.iter().filter_map(|call| call.procedure).collect();
    let mut finished = true;
    if !holders.is_empty() && !entries.is_empty() {
        let mut graph = graph.unwrap_or_else(|| Graph::new(project, limits.steps_max));
        graph.refuel(limits.steps_max);
        for (index, entry) in entries {
            let reached = graph.reached_from(*index);
            for procedure in holders.iter().filter(|holder| reached.contains_key(holder)) {
                reached_by.entry(*procedure).or_default().push(entry.name.clone());
                ways.entry(*procedure).or_insert_with(|| way_to(project, &reached, *procedure));
            }
        }
        finished = graph.finished();
    }
    let one = |call: &FoldedCall| {
        let mut reached_from = call.procedure.and_then(|at| reached_by.get(&at)).cloned().unwrap_or_default();
        let way = call.procedure.and_then(|at| ways.get(&at));
        let mut path = way.map_or_else(Vec::new, |way| ending(way, call.line));
        // A way by names that only running tells.
        if reached_from.is_empty() && !call.way.is_empty() {
            path = call.way.iter().filter_map(|(index, line)| step(project, *index, *line)).collect();
            reached_from.extend(path.first().map(|step| step.procedure.clone()));
        }
        Call {
            module: project.module_name(call.module).to_owned(),
            name: full_name(call),
            power: call.power,
            argument: shown(&call.argument).chars().take(ARGUMENT_CHARS_MAX).collect(),
            line: call.line,
            reached_from,
            path,
        }
    };
    survey.calls = calls.iter().map(one).collect();
    finished
}

/// `Create` alone tells a reader nothing.
fn full_name(call: &FoldedCall) -> String {
    let wmi = call.power == Power::Process && call.name.eq_ignore_ascii_case("Create");
    if wmi { "Win32_Process.Create".to_owned() } else { call.name.clone() }
}

fn step(project: &Project<'_>, index: usize, line: u32) -> Option<CallStep> {
    let procedure = project.procedures.get(index)?;
    let module = project.module_name(procedure.module).to_owned();
    Some(CallStep { module, procedure: procedure.name.to_owned(), line })
}

/// The steps from where the walk began to a procedure; the line of the last is left open.
fn way_to(project: &Project<'_>, reached: &HashMap<usize, reach::Origin>, to: usize) -> Vec<CallStep> {
    let mut steps = Vec::new();
    let mut next = Some((to, 0));
    while let Some((index, line)) = next.filter(|_| steps.len() < PATH_STEPS_MAX) {
        let Some(step) = step(project, index, line) else { break };
        steps.push(step);
        next = reached.get(&index).copied().flatten();
    }
    steps.reverse();
    steps
}

fn ending(way: &[CallStep], line: u32) -> Vec<CallStep> {
    let mut steps = way.to_vec();
    if let Some(last) = steps.last_mut() {
        last.line = line;
    }
    steps
}

/// Whether an object made under this name starts programs.
pub(super) fn is_shell(name: &str) -> bool {
    matches!(powers::kind_of(name), powers::ObjectKind::Shell | powers::ObjectKind::Wmi)
}

/// What a function of a library can do, by the name it is exported with; `None` when it is nothing to tell of.
pub(super) fn library_power(export: &str) -> Option<Power> {
    powers::library_power(export)
}
