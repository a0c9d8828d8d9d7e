//! What a script says it does: words that fetch, words that execute.

/// Whether the text fetches from the network.
pub(super) fn fetches(text: &str) -> bool {
    mentions(text, FETCHES)
}

/// Whether the text starts what it fetched, or another program.
pub(super) fn executes(text: &str) -> bool {
    mentions(text, EXECUTES)
}

/// In lower case. A word that begins or ends with a letter must stand alone on that side.
const FETCHES: &[&str] = &[
    "downloadfile",
    "downloadstring",
    "downloaddata",
    "downloadfileasync",
    "openread",
    "invoke-webrequest",
    "invoke-restmethod",
    "start-bitstransfer",
    "net.webclient",
    "net.http.httpclient",
    "net.webrequest",
    "msxml2.xmlhttp",
    "msxml2.serverxmlhttp",
    "microsoft.xmlhttp",
    "winhttp.winhttprequest.5.1",
    "urldownloadtofile",
    "urldownloadtofilea",
    "iwr",
    "irm",
    "wget",
    "curl",
    "curl.exe",
    "-urlcache",
    "/urlcache",
    "-verifyctl",
    "/transfer",
    "mshta http",
    "mshta.exe http",
    "mshta \"http",
    "/i:http",
];

const EXECUTES: &[&str] = &[
    "invoke-item",
    "start-process",
    "invoke-expression",
    "invoke-command",
    "invoke-cimmethod",
    "invoke-wmimethod",
    "iex",
    "saps",
    "win32_process",
    "diagnostics.process",
    "shellexecute",
    "wscript.shell",
    "rundll32",
    "rundll32.exe",
    "regsvr32",
    "regsvr32.exe",
    "mshta",
    "mshta.exe",
    "wscript",
    "wscript.exe",
    "cscript",
    "cscript.exe",
    "reflection.assembly",
    "createthread",
    "new-service",
    "schtasks",
    ".create(",
    ".exec(",
    ".run(",
    "& start",
    "&start",
    "start /b",
    "start /min",
];

fn mentions(text: &str, words: &[&str]) -> bool {
    let lower: String =
        text.chars().filter(|c| !matches!(c, '`' | '^')).map(|c| c.to_ascii_lowercase()).collect();
    words.iter().any(|word| has_word(&lower, word))
}

fn has_word(text: &str, word: &str) -> bool {
    let joins =
        |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let bytes = text.as_bytes();
    let guards = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let (guard_front, guard_back) = (guards(word.as_bytes().first()), guards(word.as_bytes().last()));
    memchr::memmem::find_iter(bytes, word.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(at + word.len());
        let part_of_a_word = guard_front && joins(before) || guard_back && joins(after);
        !part_of_a_word
    })
}
