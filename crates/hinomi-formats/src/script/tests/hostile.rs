//! Bytes nobody would write in good faith.

use super::*;
use proptest::prelude::*;

const SAMPLE: &str = "Sub AutoOpen()\nDim s As String: s = \"power\" & Chr(115) & \"hell -e \" & _\n \"aQB3AHIA\"\n\
    With CreateObject(\"WScript.Shell\"): .Run Replace(s, \"x\", \"\"), 0: End With\nEnd Sub\n";

fn survive(code: &str) {
    let limits = Limits { steps_max: 20_000, ..Limits::desk() };
    survey_vba(&[module("M", ModuleKind::Standard, code)], &limits);
    read_command(code, &limits);
    survey_text(code, &limits);
}

#[test]
fn ends_anywhere() {
    for text in [
        SAMPLE,
        "powershell -w hidden -e aQB3AHIA",
        "('a'+\"b$c`\"-f [char]4",
        "cmd /c set a=b&&%a:~1,2%!a:b=c!",
    ] {
        for (at, _) in text.char_indices() {
            let (front, back) = text.split_at(at);
            survive(front);
            survive(back);
        }
    }
}

#[test]
fn nests_and_repeats_without_end() {
    for unit in [
        "(",
        "[",
        "\"",
        "'",
        "x = ((",
        "s = s & s\n",
        "If a Then ",
        "With a\n",
        "Sub a()\na\n",
        "a.b(",
        "& ",
        "-f ",
        "$a+",
        "('a'+",
        "@(",
        "[char]",
        "%a%",
        "^",
        "`",
        "set a=%a%%a%&",
        "-join ",
        "Shell(",
        "powershell ",
        "cmd ",
        "powershell -",
        "x=Replace(x,\"a\",\"aa\")\n",
        "a:",
        "_\n",
        "&H",
        "1e",
        "[a",
        "x(1)=",
        "x=Array(x,x)\n",
        "Dim x(9)\nx(1)=x\n",
        "ReDim Preserve x(9)\n",
        "Mid(x,1)=x&x\n",
        "{0}",
        "Not ",
        "-",
        ",",
        "frombase64string('",
        "$a='",
        "\u{3042}",
    ] {
        let text = unit.repeat(40_000 / unit.len());
        survive(&text);
        survive(&format!("Sub AutoOpen()\nx = {text}\nShell x\nEnd Sub"));
    }
}

#[test]
fn a_string_that_doubles_meets_its_limit() {
    let code = format!("Sub AutoOpen()\ns = \"abcdefgh\"\n{}Shell s\nEnd Sub", "s = s & s & s\n".repeat(60));
    let parsed = survey_vba(&[module("M", ModuleKind::Standard, &code)], &Limits::desk());
    assert!(parsed.value.calls.iter().any(|call| call.name == "Shell"));
    assert!(parsed.problems.iter().any(|p| p.limit.as_ref().is_some_and(|l| l.name == "steps_max")));
}

#[test]
fn arrays_inside_arrays_overflowed_the_stack() {
    let code =
        format!("Sub AutoOpen()\nx = \"a\"\n{}Shell \"calc\"\nEnd Sub", "x = Array(x)\n".repeat(50_000));
    assert!(survey(&code).calls.iter().any(|call| call.argument == "calc"));
}

#[test]
fn arrays_that_double_took_half_a_gigabyte() {
    let wide = (0..60).map(|_| "x").collect::<Vec<_>>().join(", ");
    let code = format!(
        "Sub AutoOpen()\nx = \"a\"\n{}Shell \"calc\"\nEnd Sub",
        format!("x = Array({wide})\n").repeat(9)
    );
    assert!(survey(&code).calls.iter().any(|call| call.argument == "calc"));
    // Deep and narrow ends by the depth, wide by how much one array may hold.
    let code =
        format!("Sub AutoOpen()\nx = \"a\"\n{}Shell \"calc\"\nEnd Sub", "x = Array(x, x)\n".repeat(60));
    assert!(survey(&code).calls.iter().any(|call| call.argument == "calc"));
}

#[test]
fn functions_that_call_themselves_end() {
    let survey = survey(
        "Function f(s)\nf = f(s & \"x\") & g\nEnd Function\nFunction g()\ng = f(\"a\") & g\nEnd Function\n\
        Sub AutoOpen()\nShell f(\"a\") & \"calc\"\nEnd Sub",
    );
    assert!(survey.calls.iter().any(|call| call.argument.contains("calc")));
}

#[test]
fn limits_are_told() {
    let limits = Limits { modules_max: 1, macro_bytes_max: 10, layers_max: 1, ..Limits::desk() };
    let modules = [
        module("A", ModuleKind::Standard, "Sub AutoOpen()\nEnd Sub"),
        module("B", ModuleKind::Standard, "Sub AutoOpen()\nEnd Sub"),
    ];
    let parsed = survey_vba(&modules, &limits);
    assert_eq!(parsed.value, Survey::default());
    assert_eq!(
        parsed.problems,
        [Problem::limit("vba", "modules_max", 1), Problem::limit("A", "macro_bytes_max", 10)]
    );

    let cut = read_command("powershell -c \"iex ('a'+'b')\"", &limits);
    assert_eq!(cut.problems, [Problem::limit("text", "layers_max", 1)]);
}

proptest! {
    #[test]
    fn any_mutation_is_survived(at in 0usize..220, len in 0usize..20, with in "\\PC{0,8}|[\"'&()\\[\\]$%^`\\n_:.=-]{0,12}") {
        let mut text: Vec<char> = SAMPLE.chars().collect();
        let at = at.min(text.len());
        let end = (at + len).min(text.len());
        text.splice(at..end, with.chars());
        survive(&text.into_iter().collect::<String>());
    }
}
