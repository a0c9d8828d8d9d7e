//! What single commands of PowerShell do.

use super::super::evaluate::Machine;
use super::super::evaluate::trace::Deed;
use super::super::evaluate::value::{GAP, Value};
use super::super::{interpreter, secure};
use super::cmdlets::{self, Given};
use super::{VARIABLES, alias_key, casts, objects, pattern, strings};

/// Aliases as PowerShell 5.1 has them, and the names they stand for.
const ALIASES: &[(&str, &str)] = &[
    ("iex", "invoke-expression"),
    ("icm", "invoke-command"),
    ("ii", "invoke-item"),
    ("iwr", "invoke-webrequest"),
    ("wget", "invoke-webrequest"),
    ("curl", "invoke-webrequest"),
    ("irm", "invoke-restmethod"),
    ("saps", "start-process"),
    ("start", "start-process"),
    ("sajb", "start-job"),
    ("sal", "set-alias"),
    ("nal", "set-alias"),
    ("new-alias", "set-alias"),
    ("sv", "set-variable"),
    ("set", "set-variable"),
    ("nv", "set-variable"),
    ("new-variable", "set-variable"),
    ("gv", "get-variable"),
    ("si", "set-item"),
    ("gi", "get-item"),
    ("gci", "get-item"),
    ("ls", "get-item"),
    ("dir", "get-item"),
    ("get-childitem", "get-item"),
    ("gcm", "get-command"),
    ("gal", "get-command"),
    ("get-alias", "get-command"),
    ("foreach", "foreach-object"),
    ("%", "foreach-object"),
    ("where", "where-object"),
    ("?", "where-object"),
    ("echo", "write-output"),
    ("write", "write-output"),
    ("sc", "set-content"),
    ("ac", "set-content"),
    ("add-content", "set-content"),
    ("tee-object", "set-content"),
    ("ni", "new-item"),
    ("md", "new-item"),
    ("mkdir", "new-item"),
    ("sp", "set-itemproperty"),
    ("new-itemproperty", "set-itemproperty"),
    ("cp", "copy-item"),
    ("copy", "copy-item"),
    ("cpi", "copy-item"),
    ("mv", "copy-item"),
    ("move", "copy-item"),
    ("mi", "copy-item"),
    ("move-item", "copy-item"),
    ("gc", "get-content"),
    ("cat", "get-content"),
    ("type", "get-content"),
    ("iwmi", "invoke-wmimethod"),
    ("invoke-cimmethod", "invoke-wmimethod"),
    ("sleep", "start-sleep"),
    ("select", "select-object"),
    ("sort", "sort-object"),
];

/// Names that scripts spell with wildcards.
const WILD: &[&str] = &[
    "New-Object",
    "Invoke-Expression",
    "Invoke-WebRequest",
    "Invoke-RestMethod",
    "Start-Process",
    "Invoke-Item",
    "Start-BitsTransfer",
    "Invoke-Command",
    "Get-Item",
    "Get-Variable",
    "Set-Variable",
    "Get-Command",
    "Write-Output",
];

/// The name an alias stands for.
pub(super) fn canonical(name: &str) -> Option<&'static str> {
    let name = name.rsplit('\\').next().unwrap_or(name);
    ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, full)| *full)
}

/// The command a name with wildcards means: `n*w-o*ct`.
pub(super) fn command_named(name: &str) -> Option<&'static str> {
    let regex = pattern::like(name)?;
    WILD.iter()
        .find(|known| regex.is_match(known))
        .copied()
        .or_else(|| ALIASES.iter().map(|(alias, _)| *alias).find(|alias| regex.is_match(alias)))
}

/// Whether a text reads like a script and not like a word.
pub(in crate::script) fn looks_like_script(text: &str) -> bool {
    text.len() > 6
        && text.contains([' ', '(', '$', '|', ';', '=', '['])
        && text.contains(|c: char| c.is_alphabetic())
}

/// Runs the command `name` (canonical, lower case), `written` so in the script.
pub(super) fn run(machine: &mut Machine<'_>, name: &str, written: &str, given: Given) -> Value {
    match name {
        "invoke-expression" => expression(machine, &given),
        "invoke-command" | "start-job" | "start-threadjob" => block(machine, &given),
        "new-object" => new_object(machine, &given),
        "foreach-object" => each(machine, given),
        "where-object" => match given.positional.first() {
            Some(Value::Function(function)) => cmdlets::filtered(machine, *function, given.input),
            _ => given.input.unwrap_or(Value::Unknown),
        },
        "invoke-webrequest" | "invoke-restmethod" | "start-bitstransfer" => fetch(machine, &given),
        "start-process" | "invoke-item" | "invoke-wmimethod" => start(machine, name, &given),
        "write-output" | "out-string" | "out-default" | "select-object" | "sort-object" | "write-object" => {
            passed(machine, name, given)
        }
        "write-host" | "out-null" | "start-sleep" | "write-verbose" | "write-warning" | "import-module" => {
            Value::Null
        }
        "set-variable" | "set-item" | "get-variable" | "get-item" | "set-alias" | "get-command" => {
            name_space(machine, name, &given)
        }
        "out-file" | "set-content" | "new-item" | "copy-item" | "expand-archive" | "export-csv" => {
            write(machine, name, &given)
        }
        "join-path" => {
            let parent = given.subject("path").map(|value| machine.text_of(&value)).unwrap_or_default();
            let child =
                given.value("childpath", 1).cloned().map(|value| machine.text_of(&value)).unwrap_or_default();
            machine.string(format!("{}\\{}", parent.trim_end_matches('\\'), child.trim_start_matches('\\')))
        }
        "set-itemproperty"
        | "register-scheduledtask"
        | "new-service"
        | "register-scheduledjob"
        | "new-scheduledtaskaction"
        | "set-service" => persist(machine, name, &given),
        "convertto-securestring" => match given.subject("string") {
            Some(text) => secure::opened(machine, &text, given.named("key"), given.has("asplaintext")),
            None => Value::Unknown,
        },
        "new-scheduledtasktrigger" | "get-content" | "get-process" | "get-date" | "get-random" => {
            Value::Unknown
        }
        _ => other(machine, name, written, &given),
    }
}

/// `iex text`, `… | iex`.
fn expression(machine: &mut Machine<'_>, given: &Given) -> Value {
    let Some(subject) = given.subject("command") else { return Value::Unknown };
    let text = match &subject {
        // Lines come one by one.
        Value::List(_) => {
            let joined = casts::joined(machine, &subject, "\n");
            machine.known_text(&joined)
        }
        _ => machine.known_text(&subject),
    };
    match text {
        Some(text) => machine.run_text(&text),
        None => Value::Unknown,
    }
}

fn block(machine: &mut Machine<'_>, given: &Given) -> Value {
    let block = given.value("scriptblock", 0).cloned().or_else(|| given.positional.last().cloned());
    match block {
        Some(Value::Function(function)) => machine.call(function, Vec::new(), false),
        Some(value) if machine.kind(&value) == "scriptblock" => {
            super::methods::call(machine, value, "invoke", Vec::new())
        }
        _ => Value::Unknown,
    }
}

fn new_object(machine: &mut Machine<'_>, given: &Given) -> Value {
    let name = given.named("comobject").or_else(|| given.value("typename", 0)).cloned();
    let Some(kind) = name.map(|name| machine.text_of(&name)) else { return Value::Unknown };
    let rest = given.named("argumentlist").cloned().map(|value| vec![value]);
    let mut arguments = rest.unwrap_or_else(|| given.positional.get(1..).unwrap_or_default().to_vec());
    // `New-Object X (a, b)` and `New-Object X a, b` hand over a list.
    if let [Value::List(list)] = arguments.as_slice() {
        arguments = machine.items(*list).to_vec();
    }
    objects::make(machine, &kind, arguments)
}

fn each(machine: &mut Machine<'_>, given: Given) -> Value {
    let function = given
        .named("process")
        .or_else(|| given.positional.iter().rfind(|value| matches!(value, Value::Function(_))))
        .cloned();
    if let Some(Value::Function(begin)) = given.named("begin").cloned() {
        machine.call(begin, Vec::new(), true);
    }
    if let Some(Value::Function(function)) = function {
        return cmdlets::for_each(machine, function, given.input);
    }
    // `% ToUpper`: a member of each.
    let Some(name) = given.subject("membername") else { return Value::Unknown };
    let name = machine.text_of(&name).to_ascii_lowercase();
    let input = given.input.unwrap_or(Value::Unknown);
    let arguments = given.positional.get(1..).unwrap_or_default().to_vec();
    let items = machine.elements(&input).unwrap_or_default();
    let mut out = Vec::new();
    for item in items {
        let text = item.as_text();
        let value = text.and_then(|text| strings::call(machine, &text, &name, &arguments));
        out.push(value.unwrap_or(Value::Unknown));
    }
    machine.gathered(out)
}

fn fetch(machine: &mut Machine<'_>, given: &Given) -> Value {
    let source = given.named("uri").or_else(|| given.named("source")).or_else(|| given.named("url")).cloned();
    let source = source.or_else(|| given.subject("uri"));
    let items = source.and_then(|source| machine.elements(&source)).unwrap_or_else(|| vec![Value::Unknown]);
    for item in items {
        let url = machine.text_of(&item);
        machine.note(Deed::Fetch(url));
    }
    let file =
        given.named("outfile").or_else(|| given.named("destination")).or_else(|| given.named("o")).cloned();
    let file = file.or_else(|| given.positional.get(1).cloned());
    if let Some(file) = file {
        let path = machine.text_of(&file);
        machine.note(Deed::Write(path));
    }
    // The text of an answer is a member of it.
    Value::Unknown
}

fn start(machine: &mut Machine<'_>, name: &str, given: &Given) -> Value {
    let subject = if name == "invoke-wmimethod" {
        given.named("argumentlist").or_else(|| given.named("arguments")).cloned()
    } else {
        given.subject("filepath").or_else(|| given.named("path").cloned())
    };
    let Some(subject) = subject else { return Value::Unknown };
    let mut line = match &subject {
        Value::Object(object) => {
            machine.field(*object, "commandline").map(|value| machine.text_of(&value)).unwrap_or_default()
        }
        subject => machine.text_of(subject),
    };
    let arguments = if name == "invoke-wmimethod" { None } else { given.value("argumentlist", 1).cloned() };
    if let Some(arguments) = arguments {
        let arguments = machine.text_of(&arguments);
        line.push(' ');
        line.push_str(&arguments);
    }
    // A window that is not shown is told by the words of the line.
    if given
        .named("windowstyle")
        .cloned()
        .is_some_and(|style| machine.text_of(&style).eq_ignore_ascii_case("hidden"))
    {
        machine.note(Deed::hidden_window());
    }
    machine.note(Deed::Start(line));
    Value::Unknown
}

/// What comes out as it went in.
fn passed(machine: &mut Machine<'_>, name: &str, given: Given) -> Value {
    if name == "out-string" {
        let input = given.input.unwrap_or(Value::Unknown);
        let joined = casts::joined(machine, &input, "\r\n");
        return joined;
    }
    if name == "select-object" {
        let input = given.input.clone().unwrap_or(Value::Unknown);
        let count = given.named("first").and_then(Value::index);
        return match (count, &input) {
            (Some(count), Value::List(list)) => {
                let items: Vec<Value> = machine.items(*list).iter().take(count).cloned().collect();
                machine.gathered(items)
            }
            _ => input,
        };
    }
    match given.input {
        Some(input) => input,
        None => machine.gathered(given.positional),
    }
}

/// Variables and commands by name.
fn name_space(machine: &mut Machine<'_>, name: &str, given: &Given) -> Value {
    let subject = given.subject("name").or_else(|| given.named("path").cloned()).unwrap_or(Value::Null);
    let subject = machine.text_of(&subject);
    match name {
        "get-command" => match command_named(&subject) {
            Some(found) => {
                machine.undo("wildcard");
                Value::text(found)
            }
            None => Value::Unknown,
        },
        "set-alias" => {
            let target = given.value("value", 1).or_else(|| given.named("definition")).cloned();
            if let Some(target) = target {
                let target = machine.text_of(&target);
                machine.declare_global(&alias_key(&subject.to_ascii_lowercase()), Value::text(target));
            }
            Value::Null
        }
        "set-variable" | "set-item" => {
            let value = given.value("value", 1).cloned().unwrap_or(Value::Null);
            let lower = subject.to_ascii_lowercase();
            let value_name = lower.strip_prefix("variable:").map(|name| name.trim_start_matches(['/', '\\']));
            if let Some(name) = value_name.or((name == "set-variable").then_some(lower.as_str())) {
                *machine.slot(name) = value;
            }
            Value::Null
        }
        _ => variable(machine, name, &subject, given),
    }
}

/// `gv x`, `gi variable:x`, `gci env:x`: an object with name and value.
fn variable(machine: &mut Machine<'_>, name: &str, subject: &str, given: &Given) -> Value {
    let lower = subject.to_ascii_lowercase();
    if let Some(name) = lower.strip_prefix("env:") {
        let value = Value::Env(name.trim_start_matches(['/', '\\']).to_ascii_uppercase().into());
        return machine.object("variable", vec![("value".to_owned(), value)]);
    }
    let key = lower.strip_prefix("variable:").map(|name| name.trim_start_matches(['/', '\\']));
    let Some(key) = key.or((name == "get-variable").then_some(lower.as_str())) else { return Value::Unknown };
    let mut key = key.to_owned();
    if key.contains('*') {
        let Some(regex) = pattern::like(&key) else { return Value::Unknown };
        let Some(found) = VARIABLES.iter().find(|known| regex.is_match(known)) else { return Value::Unknown };
        machine.undo("wildcard");
        key = found.to_ascii_lowercase();
    }
    let value = machine.lookup(&key).cloned().unwrap_or_else(|| super::automatic(machine, &key));
    if given.has("valueonly") {
        return value;
    }
    let shown = VARIABLES.iter().find(|known| known.eq_ignore_ascii_case(&key)).copied().unwrap_or(&key);
    let entries = vec![("name".to_owned(), Value::text(shown)), ("value".to_owned(), value)];
    machine.object("variable", entries)
}

fn write(machine: &mut Machine<'_>, name: &str, given: &Given) -> Value {
    let path = match name {
        "copy-item" => given.named("destination").or_else(|| given.positional.get(1)),
        "expand-archive" => given.named("destinationpath").or_else(|| given.positional.get(1)),
        "new-item" if given.named("itemtype").is_some() && !given.has("value") => None,
        _ => given.named("filepath").or_else(|| given.named("path")).or_else(|| given.positional.first()),
    };
    if let Some(path) = path.cloned() {
        let path = machine.text_of(&path);
        machine.note(Deed::Write(path));
    }
    Value::Null
}

fn persist(machine: &mut Machine<'_>, name: &str, given: &Given) -> Value {
    let mut text = |full: &str, at: usize| {
        given.value(full, at).cloned().map(|value| machine.text_of(&value)).unwrap_or_default()
    };
    let told = match name {
        "set-itemproperty" => {
            let path = text("path", 0);
            let lower = path.to_ascii_lowercase();
            if !super::super::effects::starts_again(&lower) {
                return Value::Null;
            }
            let (key, value) = (text("name", 1), text("value", 2));
            format!("registry: {path}\\{key} = {value}")
        }
        "new-service" | "set-service" => {
            let path = given.named("binarypathname").or_else(|| given.positional.get(1)).cloned();
            let Some(path) = path else { return Value::Null };
            let service = text("name", 0);
            format!("service: {service} = {}", machine.text_of(&path))
        }
        "new-scheduledtaskaction" => {
            let line = format!("{} {}", text("execute", 0), text("argument", 1));
            return machine
                .object("scheduledtaskaction", vec![("\0text".to_owned(), Value::text(line.trim()))]);
        }
        _ => {
            let task = text("taskname", 0);
            let action =
                given.named("action").cloned().map(|value| machine.text_of(&value)).unwrap_or_default();
            if !action.is_empty() {
                machine.note(Deed::Start(action.clone()));
            }
            format!("scheduled task: {task} = {action}")
        }
    };
    machine.note(Deed::Persist(told));
    Value::Null
}

/// Programs, and commands nobody knows.
fn other(machine: &mut Machine<'_>, name: &str, written: &str, given: &Given) -> Value {
    let program = interpreter::named(name).next().is_some()
        || super::super::effects::is_known_program(name)
        || written.contains('\\')
        || written.contains(GAP)
        || written.starts_with("./");
    if program && !given.line.contains("--help") {
        return cmdlets::program(machine, written, given);
    }
    Value::Unknown
}
