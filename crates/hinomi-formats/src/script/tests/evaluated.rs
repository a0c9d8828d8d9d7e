//! Macros run on paper: each construct of the language, by the command it comes to.

use super::*;
use crate::office::{HeldText, Holder, Surroundings};

/// What every process call of the project is given, in order; `code` stands before the entry point.
fn started(body: &str, code: &str, around: Surroundings) -> Vec<String> {
    let code = format!("{code}\nSub AutoOpen()\n{body}\nEnd Sub\n");
    let modules = [module("M", ModuleKind::Standard, &code)];
    let survey = survey_vba_with(&modules, &Limits::desk(), || around).value;
    let started = survey.calls.into_iter().filter(|call| call.power == Power::Process);
    started.map(|call| call.argument).collect()
}

#[track_caller]
fn check_body(body: &str, expected: &str) {
    assert_eq!(started(body, "", Surroundings::default()), [expected], "{body}");
}

#[track_caller]
fn check_code(body: &str, code: &str, expected: &str) {
    assert_eq!(started(body, code, Surroundings::default()), [expected], "{body}\n{code}");
}

#[test]
fn loops_run() {
    check_body("For i = 1 To 4: s = s & Chr(Asc(Mid(\"dbmd\", i, 1)) - 1): Next\nShell s", "calc");
    check_body("For i = 4 To 1 Step -1: s = s & Mid(\"clac\", i, 1): Next i\nShell s", "calc");
    check_body("For Each c In Array(99, 97, 108, 99)\ns = s + ChrW(c)\nNext c\nShell s", "calc");
    check_body("For Each p In Split(\"ca*lc\", \"*\"): s = s & p: Next\nShell s", "calc");
    check_body("Do While Len(s) < 4\ns = s & \"a\"\nLoop\nShell s", "aaaa");
    check_body("Do Until Len(s) = 4: s = s & \"b\": Loop\nShell s", "bbbb");
    check_body("Do\ns = s & \"c\"\nLoop While Len(s) < 3\nShell s", "ccc");
    check_body("Do\ns = s & \"c\"\nLoop Until Len(s) > 2\nShell s", "ccc");
    check_body("While Len(s) < 2\ns = s & \"d\"\nWend\nShell s", "dd");
    check_body("For i = 1 To 9\nIf i = 4 Then Exit For\ns = s & i\nNext\nShell s", "123");
    check_body("Do\ni = i + 1\nIf i > 3 Then Exit Do\ns = s & i\nLoop\nShell s", "123");
    check_body("For i = 1 To 2: For j = 1 To 2: s = s & i & j: Next j, i\nShell s", "11122122");
    check_body("i = 0\nagain:\ni = i + 1\ns = s & i\nIf i < 3 Then GoTo again\nShell s", "123");
    check_body("GoSub more\nGoSub more\nShell s\nExit Sub\nmore:\ns = s & \"x\"\nReturn", "xx");
}

#[test]
fn conditions_are_judged() {
    check_body("If 2 * 3 > 5 Then\ns = \"calc\"\nElse\ns = \"x\"\nEnd If\nShell s", "calc");
    check_body(
        "If False Then\ns = \"x\"\nElseIf 1 = 1 Then\ns = \"calc\"\nElse\ns = \"y\"\nEnd If\nShell s",
        "calc",
    );
    check_body("If 1 > 2 Then s = \"x\" Else If 2 > 3 Then s = \"y\" Else s = \"calc\"\nShell s", "calc");
    check_body(
        "Select Case 7\nCase 1, 2: s = \"x\"\nCase 5 To 8: s = \"calc\"\nCase Else: s = \"y\"\nEnd Select\nShell s",
        "calc",
    );
    check_body(
        "Select Case \"b\"\nCase \"a\"\ns = \"x\"\nCase Is > \"a\"\ns = \"calc\"\nEnd Select\nShell s",
        "calc",
    );
    check_body("If Not \"abc\" Like \"a*c\" Then s = \"x\" Else s = \"calc\"\nShell s", "calc");
    check_body("s = IIf(Len(\"abc\") = 3, \"calc\", \"x\")\nShell s", "calc");
    check_body("s = Switch(1 > 2, \"x\", 2 > 1, \"calc\")\nShell s", "calc");
    check_body("s = Choose(2, \"x\", \"calc\", \"y\")\nShell s", "calc");
    check_body("If &HFF And 16 Then s = \"ca\"\nIf 3 Xor 3 Then s = \"x\"\nShell s & \"lc\"", "calc");
}

#[test]
fn both_ways_are_gone_where_nobody_knows() {
    let both = started(
        "If Timer > 5 Then s = \"one\" Else s = \"two\"\nShell \"cmd /c \" & s",
        "",
        Surroundings::default(),
    );
    // One place is told once, with the argument that is known longest; the commands are both told.
    assert_eq!(both, ["cmd /c one"]);
    let code =
        "Sub AutoOpen()\nIf Timer > 5 Then s = \"one\" Else s = \"two\"\nShell \"cmd /c \" & s\nEnd Sub";
    let texts: Vec<String> = survey(code).commands.into_iter().map(|command| command.text).collect();
    assert_eq!(texts, ["cmd /c one", "cmd /c two"]);
    check_body("If Application.UserName = \"x\" Then Exit Sub\nShell \"calc\"", "calc");
    check_body("Do While Timer < t + 5\nDoEvents\nLoop\nShell \"calc\"", "calc");
    check_body(
        "For Each w In GetObject(\"winmgmts:\").InstancesOf(\"x\")\nn = n + 1\nNext\nShell \"calc\"",
        "calc",
    );
    check_body("For i = 1 To Int(Rnd * 9)\ns = s & \"x\"\nNext\nShell \"calc\" & s", "calc…");
    check_body("On Error GoTo h\nx = Dir(\"c:\\\")\nExit Sub\nh:\nShell \"calc\"", "calc");
}

#[test]
fn arrays_and_types() {
    check_body("Dim a(1 To 2, 3) As String\na(2, 3) = \"calc\"\nShell a(2, 3)", "calc");
    check_body("a = Array(\"x\", Array(\"ca\", \"lc\"))\nShell a(1)(0) & a(1)(1)", "calc");
    check_body("Dim a()\nReDim a(UBound(Split(\"a,b\", \",\")))\na(1) = \"calc\"\nShell a(1)", "calc");
    check_body("Dim b() As Byte\nb = StrConv(\"calc\", vbFromUnicode)\nShell StrConv(b, vbUnicode)", "calc");
    check_body(
        "Dim b() As Byte, i\nb = \"dbmd\"\nFor i = 0 To UBound(b) Step 2: b(i) = b(i) - 1: Next\ns = b\nShell s",
        "calc",
    );
    check_body("Dim n As Long\nn = \"99\"\nShell Chr(n) & \"alc\"", "calc");
    check_body("Dim s As String * 4\ns = \"calc\"\nShell s", "calc");
    check_body(
        "Const k = 3\nFor Each c In Array(102, 100, 111, 102): s = s & Chr(c - k): Next\nShell s",
        "calc",
    );
    check_body("Shell Hex(202) & LCase(\"LC\")", "CAlc");
    check_body("Shell Format(7, \"000\") & Str(5) & Val(\"12x\") & CStr(1.5)", "007 5121.5");
}

#[test]
fn members_of_a_type_for_one_machine_only_were_read_as_calls() {
    let code = "Private Type Place\n#If VBA7 Then\nRun As LongPtr\n#Else\nRun As Long\n#End If\nnext As Long\nEnd Type\n\
                Const k = \"calc\"";
    check_code("Shell k", code, "calc");
    let around = || -> Surroundings { panic!("nothing asks for what is around") };
    let modules = [module("M", ModuleKind::Standard, &format!("{code}\nSub AutoOpen()\nShell k\nEnd Sub"))];
    assert_eq!(survey_vba_with(&modules, &Limits::desk(), around).value.calls.len(), 1);
}

#[test]
fn procedures_are_given_and_give_back() {
    check_code(
        "Dim s As String\nfill s, \"lc\"\nShell s",
        "Sub fill(ByRef t As String, ByVal u)\nt = \"ca\" & u\nEnd Sub",
        "calc",
    );
    check_code(
        "Dim s As String\ns = \"calc\"\nfill s\nShell s",
        "Sub fill(ByVal t As String)\nt = \"x\"\nEnd Sub",
        "calc",
    );
    check_code(
        "Shell join2(\"ca\", , \"lc\")",
        "Function join2(a, Optional b = \"-\", Optional c)\njoin2 = a & b & c\nEnd Function",
        "ca-lc",
    );
    check_code(
        "Shell all(\"c\", \"a\", \"lc\")",
        "Function all(ParamArray p())\nFor Each q In p: all = all & q: Next\nEnd Function",
        "calc",
    );
    check_code("Shell f(b:=\"lc\", a:=\"ca\")", "Function f(a, b)\nf = a & b\nEnd Function", "calc");
    check_code(
        "Shell back(4)",
        "Function back(n)\nIf n = 0 Then Exit Function\nback = back(n - 1) & Mid(\"calc\", n, 1)\nEnd Function",
        "calc",
    );
    check_code(
        "Call grow: grow: grow\nShell total",
        "Dim total As String\nSub grow()\nStatic n As Long\nn = n + 1\ntotal = total & n\nEnd Sub",
        "123",
    );
    check_code("Shell word", "Private Property Get word() As String\nword = \"calc\"\nEnd Property", "calc");
    check_code(
        "word = \"calc\"\nShell held",
        "Dim held\nProperty Let word(v)\nheld = v\nEnd Property",
        "calc",
    );
    check_code("Application.Run \"M.\" & \"go\", \"calc\"", "Sub go(c)\nShell c\nEnd Sub", "calc");
    check_code("Application.OnTime Now, \"go\"", "Sub go()\nShell \"calc\"\nEnd Sub", "calc");
    check_code(
        "s = CallByName(M, \"f\", 1, \"lc\")\nShell s",
        "Function f(a)\nf = \"ca\" & a\nEnd Function",
        "calc",
    );
}

#[test]
fn objects_hold_values() {
    check_body(
        "Set d = CreateObject(\"Scripting.Dictionary\")\nd.Add \"a\", \"calc\"\nd(\"b\") = \"x\"\nIf d.Exists(\"a\") Then Shell d.Item(\"a\")",
        "calc",
    );
    check_body(
        "Dim c As New Collection\nc.Add \"lc\"\nc.Add \"ca\", \"k\", 1\nShell c(\"k\") & c(2)",
        "calc",
    );
    check_body(
        "With CreateObject(\"MSXML2.DOMDocument\").createElement(\"b\")\n.DataType = \"bin.base64\"\n.Text = \"Y2FsYw==\"\nb = .nodeTypedValue\nEnd With\nShell StrConv(b, vbUnicode)",
        "calc",
    );
    check_body(
        "Set s = CreateObject(\"ADODB.Stream\")\ns.Type = 2\ns.Charset = \"utf-8\"\ns.Open\ns.WriteText \"calc\"\ns.Position = 0\nShell s.ReadText",
        "calc",
    );
    check_body("Set a = CreateObject(\"WScript.Shell\")\nSet b = a\nb.Run \"calc\"", "calc");
    check_body(
        "Set x = GetObject(\"winmgmts:Win32_ProcessStartup\")\nx.ShowWindow = 0\nGetObject(\"winmgmts:Win32_Process\").Create \"calc\", Null, x, p",
        "calc",
    );
    check_body("Set x = GetObject(\"new:{72C24DD5-D70A-438B-8A42-98424B88AFB8}\")\nx.Run \"calc\"", "calc");
}

fn held(holder: Holder, property: &str, text: &str) -> Surroundings {
    let held =
        HeldText { holder, property: property.to_owned(), text: text.to_owned(), place: String::new() };
    Surroundings { texts: vec![held], workbook: None }
}

#[track_caller]
fn check_held(expression: &str, holder: Holder, property: &str) {
    let code = format!("Shell {expression}");
    assert_eq!(started(&code, "", held(holder, property, "calc")), ["calc"], "{expression}");
}

#[test]
fn texts_around_the_macro_are_read() {
    let control = || Holder::Control { form: "UserForm1".into(), control: "Label1".into(), index: 2 };
    let modules =
        |code: &str| [module("M", ModuleKind::Standard, code), module("UserForm1", ModuleKind::Class, "")];
    for expression in
        ["UserForm1.Label1.Caption", "UserForm1.Controls(\"Label1\").Caption", "UserForm1.Controls(2)"]
    {
        let code = format!("Sub AutoOpen()\nShell {expression}\nEnd Sub");
        let survey =
            survey_vba_with(&modules(&code), &Limits::desk(), || held(control(), "caption", "calc")).value;
        assert_eq!(survey.calls[0].argument, "calc", "{expression}");
    }
    // The form itself is none of its controls.
    let both = || {
        let own = Holder::Control { form: "UserForm1".into(), control: String::new(), index: 0 };
        let first = Holder::Control { form: "UserForm1".into(), control: "a".into(), index: 0 };
        let second = Holder::Control { form: "UserForm1".into(), control: "b".into(), index: 1 };
        let mut around = held(own, "caption", "form");
        around.texts.extend(held(first, "tag", "ca").texts);
        around.texts.extend(held(second, "tag", "lc").texts);
        around
    };
    let code = "Sub AutoOpen()\nFor Each c In UserForm1.Controls: s = s & c.Tag: Next\n\
                Shell s & UserForm1.Controls(1).Tag & UserForm1.Caption\nEnd Sub";
    let survey = survey_vba_with(&modules(code), &Limits::desk(), both).value;
    assert_eq!(survey.calls[0].argument, "calclcform");
    let property = || Holder::Property("Comments".into());
    check_held("ActiveDocument.BuiltInDocumentProperties(\"Comments\")", property(), "");
    check_held("ThisDocument.BuiltInDocumentProperties(wdPropertyComments).Value", property(), "");
    check_held("ActiveDocument.Variables(\"v\").Value", Holder::Variable("v".into()), "");
    let shape = || Holder::Shape { name: "Picture 1".into(), index: 1 };
    check_held("ActiveDocument.Shapes(1).AlternativeText", shape(), "alternativetext");
    check_held("ActiveDocument.Shapes(\"Picture 1\").TextFrame.TextRange.Text", shape(), "text");
    check_held("ActiveDocument.Bookmarks(\"b\").Range.Text", Holder::Bookmark("b".into()), "");
    check_held("ActiveDocument.Paragraphs(3).Range.Text", Holder::Paragraph(3), "");
    check_held("ActiveDocument.Comments(1).Range", Holder::Comment(1), "");
}

#[test]
fn cells_are_read() {
    use crate::office::{Cell, CellValue, Sheet, Workbook};
    let cell =
        |row, column, text: &str| Cell { row, column, value: CellValue::Text(text.into()), formula: None };
    let sheet =
        Sheet { name: "Data".into(), cells: vec![cell(0, 0, "ca"), cell(1, 0, "lc")], ..Sheet::default() };
    let around = || Surroundings {
        workbook: Some(Workbook { sheets: vec![sheet.clone()], ..Workbook::default() }),
        ..Surroundings::default()
    };
    for body in [
        "Shell Range(\"A1\").Value & Cells(2, 1)",
        "Shell Sheets(\"Data\").Range(\"$A$1\") & Worksheets(1).Cells(2, \"A\").Value",
        "For Each c In ActiveSheet.Range(\"A1:A2\"): s = s & c.Value: Next\nShell s",
        "v = Range(\"A1:A2\").Value\nShell v(1, 1) & v(2, 1)",
        "Shell [A1] & Range(\"A1\").Offset(1, 0)",
        "For Each c In Sheets(1).UsedRange: s = s & c: Next\nShell s",
        "i = 1\nDo While Cells(i, 1) <> \"\": s = s & Cells(i, 1): i = i + 1: Loop\nShell s",
    ] {
        assert_eq!(started(body, "", around()), ["calc"], "{body}");
    }
}

#[test]
fn errors_are_passed_over_or_handled() {
    check_body("On Error Resume Next\ns = \"calc\"\ns = s & 1 / 0\nx = CLng(\"abc\")\nShell s", "calc");
    check_body("On Error GoTo h\ns = \"calc\"\nx = 1 \\ 0\ns = \"x\"\nh:\nShell s", "calc");
    check_body("On Error Resume Next\nx = 1 / 0\nIf Err.Number <> 0 Then s = \"calc\"\nShell s", "calc");
    check_body(
        "On Error GoTo h\nDim a(2)\nx = a(7)\nExit Sub\nh:\ns = \"calc\"\nResume done\ndone:\nShell s",
        "calc",
    );
}

#[test]
fn what_code_writes_is_read_again() {
    check_body(
        "Range(\"A1\").Value = \"ca\"\nCells(2, 1) = \"lc\"\nShell Cells(1, 1) & Range(\"A2\")",
        "calc",
    );
    check_body("UserForm1.Label1.Caption = \"calc\"\nShell UserForm1.Label1.Caption", "calc");
    check_body("x.y.z = \"calc\"\nWith x.y\nShell .z\nEnd With", "calc");
    check_code("a = Array(\"ca\", \"lc\")\nShell a(1) & a(2)", "Option Base 1", "calc");
    check_code("Dim a(2)\na(1) = \"calc\"\nShell a(LBound(a))", "Option Base 1", "calc");
}

#[test]
fn numbers_choose_where_to_go() {
    check_body(
        "For i = 1 To 2\nOn i GoSub a, b\nNext\nShell s\nExit Sub\nb: s = s & \"lc\": Return\na: s = s & \"ca\": Return",
        "calc",
    );
    check_body("On 2 GoTo a, b\na:\ns = \"x\"\nb:\ns = s & \"calc\"\nShell s", "calc");
    check_code("Shell Chr(E.b) & Chr(E.c)", "Private Enum E\na = 97\nb\nc\nEnd Enum", "bc");
    check_body(
        "On Error GoTo h\nagain:\ni = i + 1\nIf i > 3 Then GoTo done\nErr.Raise 700 + i\nGoTo again\nh:\ns = s & (Err.Number - 700)\nResume again\ndone:\nShell s",
        "123",
    );
}

#[test]
fn what_may_fail_is_gone_both_ways() {
    let code = "Sub AutoOpen()\nOn Error Resume Next\nSet x = CreateObject(\"A.B\")\n\
                If Err.Number <> 0 Then s = \"one\" Else s = \"two\"\nShell \"cmd /c \" & s\nEnd Sub";
    let texts: Vec<String> = survey(code).commands.into_iter().map(|command| command.text).collect();
    assert_eq!(texts, ["cmd /c one", "cmd /c two"]);
    check_body("On Error GoTo h\nErr.Raise 5\ns = \"x\"\nh:\nShell s & \"calc\"", "calc");
}

#[test]
fn library_calls_tell_the_command_line() {
    let declared = "Private Declare PtrSafe Function run Lib \"shell32\" Alias \"ShellExecuteA\" ()\n";
    check_code("run 0, \"open\", \"cmd.exe\", \"/c calc\", \"\", 0", declared, "cmd.exe /c calc");
    let declared = "Private Declare PtrSafe Function go Lib \"kernel32\" Alias \"WinExec\" ()\n";
    check_code("c = \"cal\": go c & \"c\", 0", declared, "calc");
    let declared =
        "Declare Function t Lib \"user32\" Alias \"SetTimer\" ()\nSub later()\nShell \"calc\"\nEnd Sub\n";
    check_code("t 0, 0, 10, AddressOf later", declared, "calc");
}

/// The addresses of the decoys are on lines nothing leads to.
#[test]
fn what_never_runs_is_not_told() {
    let survey = survey(
        "Sub AutoOpen()\nIf 2 > 3 Then\ns = \"http://dead.invalid/\"\nElse\ns = \"http://live.example/\"\nEnd If\n\
         Shell \"cmd /c start \" & s\nEnd Sub",
    );
    let urls = survey.commands.iter().flat_map(|command| &command.urls).chain(&survey.urls);
    assert_eq!(urls.map(|url| url.text.as_str()).collect::<Vec<_>>(), ["http://live.example/"]);
}
