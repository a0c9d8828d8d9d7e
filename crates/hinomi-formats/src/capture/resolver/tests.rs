//! Settings as they are met, and what passes with each.

use super::*;
use crate::ProblemKind;
use std::fmt::Write;

/// Reads, and compares: `passes …`, then what else is not plain.
#[track_caller]
fn check(program: Program, text: &str, expected: &str) {
    let Parsed { value, problems } = read(program, text.as_bytes(), &Limits::desk());
    let passes: Vec<&str> = value.passes.iter().map(|class| class.name).collect();
    let mut told = match passes.len() {
        0 => "nothing".to_owned(),
        n if n == CLASSES.len() => "all".to_owned(),
        _ => passes.join(" "),
    };
    let mut add = |name: &str, list: &[String]| {
        if !list.is_empty() {
            let _ = write!(told, " | {name} {}", list.join(" "));
        }
    };
    add("exempt", &value.exempt);
    add("elsewhere", &value.elsewhere);
    add("policy", &value.policy.then(String::new).into_iter().collect::<Vec<_>>());
    add("off", &(!value.answers).then(String::new).into_iter().collect::<Vec<_>>());
    let problems: Vec<String> = problems.iter().map(|p| format!("{:?} {}", p.kind, p.place)).collect();
    add("problems", &problems);
    assert_eq!(told.trim_end(), expected, "{text}");
}

const RARE: &str = "100.64.0.0/10 198.18.0.0/15 fc00::/8 64:ff9b::/96";

#[test]
fn dnsmasq() {
    let check = |text: &str, expected: &str| check(Program::Dnsmasq, text, expected);
    check("", "all");
    check("# stop-dns-rebind\n", "all");
    check("stop-dns-rebind\r\n", RARE);
    check("  stop-dns-rebind   # against pages\n", RARE);
    check(
        "stop-dns-rebind\nrebind-localhost-ok",
        "127.0.0.0/8 0.0.0.0/8 100.64.0.0/10 198.18.0.0/15 ::1 :: fc00::/8 ::ffff:0:0/96 64:ff9b::/96",
    );
    check(
        "stop-dns-rebind\nrebind-domain-ok=/Corp.example/plex.direct/",
        &format!("{RARE} | exempt corp.example plex.direct"),
    );
    check("stop-dns-rebind\nbogus-nxdomain=100.64.0.0/10", "198.18.0.0/15 fc00::/8 64:ff9b::/96");
    check("bogus-nxdomain=ten", "all | problems Malformed line 1");
    check("conf-dir=/etc/dnsmasq.d/,*.conf", "all | elsewhere /etc/dnsmasq.d/");
    check("port=0\ndhcp-range=10.0.0.10,10.0.0.99", "nothing | off");
}

#[test]
fn unbound() {
    let check = |text: &str, expected: &str| check(Program::Unbound, text, expected);
    // The list of the example file that comes with Unbound 1.17.1.
    let example = "server:\n  private-address: 10.0.0.0/8\n  private-address: 172.16.0.0/12\n\
        private-address: 192.168.0.0/16\n private-address: 169.254.0.0/16\n private-address: fd00::/8\n\
        private-address: fe80::/10\n private-address: ::ffff:0:0/96\n";
    let left = "127.0.0.0/8 0.0.0.0/8 100.64.0.0/10 198.18.0.0/15 ::1 :: fc00::/8 fec0::/10 64:ff9b::/96";
    check("server:\n  verbosity: 1 # private-address: 10.0.0.0/8\n", "all");
    check(example, left);
    check(&format!("{example} private-domain: \"corp.example.\""), &format!("{left} | exempt corp.example"));
    check("server: private-address: 0.0.0.0/0 private-address: ::/0\nrpz:\n name: a", "nothing | policy");
    check(
        "include: \"/etc/unbound/unbound.conf.d/*.conf\"",
        "all | elsewhere /etc/unbound/unbound.conf.d/*.conf",
    );
    check("private-address: 10.0.0.0/33", "all | problems Malformed line 1");
}

#[test]
fn bind() {
    let check = |text: &str, expected: &str| check(Program::Bind, text, expected);
    let left = "0.0.0.0/8 172.16.0.0/12 169.254.0.0/16 100.64.0.0/10 198.18.0.0/15 ::1 :: fd00::/8 fc00::/8 \
        fe80::/10 fec0::/10 ::ffff:0:0/96 64:ff9b::/96";
    check("options { recursion yes; };", "all");
    check(
        "acl inside { 10/8; /* two */ 192.168.0.0/16; };\noptions { // x\n deny-answer-addresses { inside; 127.0.0.0/8; } \
         except-from { \"corp.example\"; }; };",
        &format!("{left} | exempt corp.example"),
    );
    // A part that is let through lets its whole class pass; behind the block it changes nothing.
    check(
        "deny-answer-addresses { !10.1.0.0/16; 10/8; 192.168/16; 127/8; };",
        &format!("0.0.0.0/8 10.0.0.0/8 {}", left.split_once(' ').unwrap().1),
    );
    check("deny-answer-addresses { 10/8; !10.1.0.0/16; 192.168/16; 127/8; };", left);
    // The weaker of two views counts.
    check(
        "view a { deny-answer-addresses { any; }; }; view b { deny-answer-addresses { 10/8; 127/8; 192.168/16; }; };",
        left,
    );
    check("options { deny-answer-addresses { any; }; };", "nothing");
    check(
        "options { response-policy { zone \"rpz\"; }; include \"/etc/bind/more.conf\"; };",
        "all | elsewhere /etc/bind/more.conf | policy",
    );
    check(
        "acl a { b; }; acl b { a; }; options { deny-answer-addresses { a; }; };",
        "all | problems Malformed deny-answer-addresses",
    );
    check(
        "options { deny-answer-addresses { 10/8",
        "127.0.0.0/8 0.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 100.64.0.0/10 198.18.0.0/15 ::1 :: fd00::/8 fc00::/8 fe80::/10 fec0::/10 ::ffff:0:0/96 64:ff9b::/96",
    );
}

/// Lists that name themselves, braces that are never closed, as many lists as fit: each ends, and what was left out is told.
#[test]
fn lists_without_end() {
    let itself = format!("acl a {{ {} }}; options {{ deny-answer-addresses {{ a; }}; }};", "a; ".repeat(500));
    let open = "deny-answer-addresses { ".repeat(20_000);
    let each = "deny-answer-addresses { a; };".repeat(20_000);
    let many: String = (0..4_000).map(|at| format!("10.{}.{}.0/24; ", at / 256, at % 256)).collect();
    let many = format!("acl a {{ {many} }}; {each}");
    for (text, told) in [(itself, 2), (open, 3), (many, 2)] {
        let read = read(Program::Bind, text.as_bytes(), &Limits::desk());
        assert_eq!(read.problems.len(), told, "{:?}", read.problems);
        assert!(!read.value.passes.is_empty());
    }
}

/// Whatever the settings were, with the lines added nothing passes any more.
#[test]
fn the_lines_close_what_passes() {
    for (program, text) in [
        (Program::Dnsmasq, ""),
        (Program::Dnsmasq, "stop-dns-rebind"),
        (Program::Dnsmasq, "stop-dns-rebind\nrebind-localhost-ok"),
        (Program::Unbound, "server:"),
        (Program::Unbound, "server:\nprivate-address: 10.0.0.0/8"),
        (Program::Bind, "options { recursion yes; };"),
    ] {
        let Settings { remove, add, .. } = read(program, text.as_bytes(), &Limits::desk()).value;
        assert!(!add.is_empty(), "{text}");
        let text = text
            .lines()
            .filter(|line| !remove.iter().any(|gone| gone == line))
            .collect::<Vec<_>>()
            .join("\n");
        let after = match program {
            Program::Bind => format!("options {{ {} }};", add.join("\n")),
            _ => format!("{text}\n{}", add.join("\n")),
        };
        let after = read(program, after.as_bytes(), &Limits::desk()).value;
        assert_eq!((after.passes, after.add), (vec![], vec![]), "{text}");
    }
}

#[test]
fn halves_of_a_block_make_it_whole() {
    let list: Vec<Block> = ["10.0.0.0/9", "10.128.0.0/10", "10.192.0.0/10"]
        .iter()
        .filter_map(|text| Block::read(text))
        .collect();
    assert!(Block::read("10.0.0.0/8").unwrap().is_held_by(&list));
    assert!(!Block::read("10.0.0.0/8").unwrap().is_held_by(&list[1..]));
    assert!(
        Block::read("fc00::/7")
            .unwrap()
            .is_held_by(&["fd00::/8", "fc00::/8"].map(|b| Block::read(b).unwrap()))
    );
}

#[test]
fn whose_they_are() {
    for (name, text, program) in [
        ("/etc/dnsmasq.conf", "", Some(Program::Dnsmasq)),
        ("dnsmasq.conf.bak", "x", Some(Program::Dnsmasq)),
        ("lan.conf", "domain-needed\n", Some(Program::Dnsmasq)),
        ("10-private.conf", "server:\n  private-address: 10.0.0.0/8\n", Some(Program::Unbound)),
        ("named.conf.options", "options {};", Some(Program::Bind)),
        ("nginx.conf", "server { listen 80; }\n", None),
        ("notes.txt", "stop-dns-rebind\n", None),
        ("sshd_config", "Port 22\n", None),
    ] {
        assert_eq!(detect(name, text.as_bytes()), program, "{name}");
    }
}

/// Hostile settings end, with a problem each time something was left out.
#[test]
fn floods_are_bounded() {
    let deep = format!("options {{ deny-answer-addresses {}", "{".repeat(300_000));
    let parsed = read(Program::Bind, deep.as_bytes(), &Limits::desk());
    assert!(parsed.problems.iter().any(|problem| problem.kind == ProblemKind::Truncated));
    let limits = Limits { entries_max: 10, ..Limits::desk() };
    let many = "private-address: 10.0.0.0/8\n".repeat(50);
    let problems = read(Program::Unbound, many.as_bytes(), &limits).problems;
    assert_eq!(
        problems.iter().filter_map(|p| p.limit.as_ref()).map(|l| l.name.as_str()).collect::<Vec<_>>(),
        ["entries_max"]
    );
}
