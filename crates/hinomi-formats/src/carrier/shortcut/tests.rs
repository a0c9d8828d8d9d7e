//! Shortcuts as Explorer writes them and as droppers do.

use super::*;
use crate::tree::{self, Content, Hints};

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn counted(text: &str) -> Vec<u8> {
    [&(text.encode_utf16().count() as u16).to_le_bytes()[..], &wide(text)].concat()
}

fn header(flags: u32, show: u32) -> Vec<u8> {
    let mut header = vec![0; HEADER_BYTES];
    header[..20].copy_from_slice(MAGIC);
    header[20..24].copy_from_slice(&flags.to_le_bytes());
    header[60..64].copy_from_slice(&show.to_le_bytes());
    header
}

fn block(signature: u32, content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_le_bytes()[..], &signature.to_le_bytes(), content].concat()
}

fn environment(target: &str) -> Vec<u8> {
    let mut content = vec![0; 780];
    content[..target.len()].copy_from_slice(target.as_bytes());
    let unicode = wide(target);
    content[260..260 + unicode.len()].copy_from_slice(&unicode);
    block(ENVIRONMENT, &content)
}

/// A dropper: no item list, the target by environment, everything in the arguments.
fn dropper(arguments: &str, appended: &[u8]) -> Vec<u8> {
    let flags = HAS_ARGUMENTS | HAS_ICON | IS_UNICODE;
    let strings = [counted(arguments), counted("C:\\Windows\\System32\\imageres.dll")].concat();
    [header(flags, 7), strings, environment("%ComSpec%"), vec![0; 4], appended.to_vec()].concat()
}

/// A file item with its long name (version 9 of the extension block).
fn file_item(short: &str, long: &str) -> Vec<u8> {
    let name = [&[0x32, 0][..], &[0; 10], short.as_bytes(), b"\0"].concat();
    let mut extension = vec![0, 0, 9, 0, 4, 0, 0xEF, 0xBE];
    extension.resize(46, 0);
    extension.extend(wide(long));
    extension.extend([0; 4]);
    let item = [name, extension].concat();
    [&(item.len() as u16 + 2).to_le_bytes()[..], &item].concat()
}

#[test]
fn a_dropper_tells_its_command() {
    let read = read(&dropper("/c calc.exe", b""), &Limits::desk());
    assert_eq!(read.problems, []);
    assert_eq!(
        read.value,
        Shortcut {
            target: "%ComSpec%".into(),
            arguments: "/c calc.exe".into(),
            icon: "C:\\Windows\\System32\\imageres.dll".into(),
            hidden: true,
            ..Shortcut::default()
        }
    );
}

#[test]
fn an_ordinary_shortcut_tells_path_machine_and_volume() {
    let items = [
        &[20, 0, 0x1F, 0x50][..],
        &[0; 16],
        &[25, 0, 0x2F],
        b"C:\\\0",
        &[0; 18],
        &file_item("DOKUME~1", "Dokumente"),
        &file_item("SEIKYU~1.XLS", "請求書 7月.xlsx"),
        &[0, 0],
    ]
    .concat();
    let volume =
        [&[0x14, 0, 0, 0, 3, 0, 0, 0][..], &0xA0B1_C2D3_u32.to_le_bytes(), &[0x10, 0, 0, 0, 0, 0, 0, 0]]
            .concat();
    let base = b"C:\\Dokumente\\SEIKYU~1.XLS\0\0";
    let info_len = 0x1C + volume.len() + base.len();
    let numbers = [
        info_len as u32,
        0x1C,
        1,
        0x1C,
        0x1C + volume.len() as u32,
        0,
        0x1C + (volume.len() + base.len() - 1) as u32,
    ];
    let info = [numbers.iter().flat_map(|n| n.to_le_bytes()).collect(), volume, base.to_vec()].concat();
    let mut tracker = vec![0; 88];
    tracker[8..14].copy_from_slice(b"DESK-7");
    let without_info = [
        header(HAS_ID_LIST | IS_UNICODE, 1),
        (items.len() as u16).to_le_bytes().to_vec(),
        items.clone(),
        vec![0; 4],
    ]
    .concat();
    assert_eq!(read(&without_info, &Limits::desk()).value.target, "C:\\Dokumente\\請求書 7月.xlsx");
    let whole = [
        header(HAS_ID_LIST | HAS_LINK_INFO | IS_UNICODE, 1),
        (items.len() as u16).to_le_bytes().to_vec(),
        items,
        info,
        block(TRACKER, &tracker),
        vec![0; 4],
    ]
    .concat();
    let shortcut = read(&whole, &Limits::desk()).value;
    assert_eq!(shortcut.target, "C:\\Dokumente\\SEIKYU~1.XLS");
    assert_eq!((shortcut.machine.as_str(), shortcut.drive_serial), ("DESK-7", Some(0xA0B1_C2D3)));
    assert!(!shortcut.hidden);
    assert_eq!(survey(&shortcut, &Limits::desk(), &mut Vec::new()), script_free());
}

fn script_free() -> crate::script::Survey {
    crate::script::Survey::default()
}

/// Places and kinds of everything in the shortcut, and the commands of its script nodes.
fn opened(bytes: &[u8]) -> Vec<String> {
    let tree = tree::read("請求書.doc.lnk", bytes, Hints::default(), &Limits::desk()).value;
    tree.nodes
        .iter()
        .flat_map(|node| {
            let commands = match &node.content {
                Content::Script(survey) => {
                    survey.commands.iter().map(|c| format!("  {} {}", c.hidden, c.script)).collect()
                }
                _ => Vec::new(),
            };
            [vec![format!("{} {:?}", node.place, node.kind)], commands].concat()
        })
        .collect()
}

#[test]
fn what_is_appended_is_a_file_with_the_name_it_is_given() {
    let arguments = "/v:on /c findstr \"glKmfOKnQLYKnNs.*\" \"請求書.doc.lnk\" > \"%tmp%\\YlScZcZKeP.vbs\" & \"%tmp%\\YlScZcZKeP.vbs\"";
    let script = b"glKmfOKnQLYKnNs: CreateObject(\"WScript.Shell\").Run \"calc.exe\", 0\r\n";
    let lines = opened(&dropper(arguments, script));
    assert_eq!(lines[0], " Script");
    assert!(lines[1].starts_with("  true cmd /v:on /c findstr"), "{lines:?}");
    assert_eq!(lines[2], "YlScZcZKeP.vbs Script");
    assert_eq!(
        opened(&dropper("/c x", &[b"MZ\x90\0"[..].to_vec(), vec![0; 60]].concat()))[2],
        "appended.bin Program"
    );
    assert_eq!(opened(&dropper("/c x", b"echo something longer"))[2], "appended.cmd Script");
    let cut_out = "/c powershell -c \"gc a.lnk | select -last 1 | iex\"";
    assert_eq!(opened(&dropper(cut_out, b";# $u = 'x'; start $u"))[2], "appended.ps1 Script");
    assert_eq!(opened(&dropper("/c x", &[0; 64])).len(), 2, "padding is nothing");
}

#[test]
fn an_encoded_powershell_behind_many_blanks_is_read() {
    let line = format!("{}-w hidden -enc YwBhAGwAYwAuAGUAeABlAA==", " ".repeat(300));
    let flags = HAS_ARGUMENTS | HAS_RELATIVE_PATH | IS_UNICODE;
    let bytes = [
        header(flags, 1),
        counted("..\\..\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"),
        counted(&line),
    ]
    .concat();
    let lines = opened(&bytes);
    assert_eq!(lines, [" Script", "  true calc.exe"]);
}

#[test]
fn a_cut_shortcut_is_told_and_every_change_survived() {
    let whole = dropper("/c calc.exe", b"appended data, twenty");
    for at in 0..whole.len() {
        read(&whole[..at], &Limits::desk());
        for byte in [0, 0x7F, 0xFF] {
            let mut changed = whole.clone();
            changed[at] = byte;
            read(&changed, &Limits::desk());
        }
    }
    let problems = read(&whole[..70], &Limits::desk()).problems;
    assert_eq!(problems[0].kind, ProblemKind::Truncated);
}
