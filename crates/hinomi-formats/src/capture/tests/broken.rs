//! What is cut, torn, too large, or made to harm the reader.

use super::*;

const HAR: &[u8] = include_bytes!("../fixtures/playwright.har");
const NETLOG: &[u8] = include_bytes!("../fixtures/chromium.netlog");

/// A browser that was stopped leaves out the end: all that is there is read, and the loss is told.
#[test]
fn a_network_log_without_its_end() {
    let whole = read_both(Format::NetLog, NETLOG);
    assert_eq!(whole.problems, []);
    let end = memchr::memmem::rfind(NETLOG, b"],\n\"polledData\"").unwrap();
    let cut = read_both(Format::NetLog, &NETLOG[..end]);
    assert_eq!(cut.value, whole.value);
    let told: Vec<_> = cut.problems.iter().map(|problem| (problem.kind, problem.place.as_str())).collect();
    assert_eq!(told, [(ProblemKind::Truncated, format!("byte {end}").as_str())]);
}

/// Cut anywhere, a recording gives a part of its records and never others.
#[test]
fn cut_anywhere() {
    for (format, bytes) in [(Format::Har, HAR), (Format::NetLog, NETLOG)] {
        let whole = read(format, bytes, Dates::default(), &Limits::desk()).value;
        for end in (0..bytes.len().saturating_sub(40)).step_by(997) {
            let cut = read(format, &bytes[..end], Dates::default(), &Limits::desk());
            assert!(whole.starts_with(&cut.value), "{format:?} cut at {end}");
            assert!(!cut.problems.is_empty(), "{format:?} cut at {end}: nothing told");
        }
    }
}

/// What stands where an address should goes nowhere: it is no place that somebody connected to.
#[test]
fn an_address_that_is_none() {
    let connects = |at: u32, address: &str| {
        format!(
            "{{\"params\":{{\"address\":\"{address}\"}},\"phase\":1,\"source\":{{\"id\":{at},\"type\":10}},\"time\":\"{at}\",\"type\":52}}"
        )
    };
    let events = [connects(1, "127?.0.0.1:7070"), connects(2, "[::1]:7071"), connects(3, "[fe80::1%2]:7072")];
    let constants = "{\"logEventPhase\":{\"PHASE_BEGIN\":1},\"logEventTypes\":{\"TCP_CONNECT_ATTEMPT\":52}}";
    let netlog = format!("{{\"constants\":{constants},\n\"events\":[\n{}\n]}}", events.join(",\n"));
    let read = read_both(Format::NetLog, netlog.as_bytes());
    let urls: Vec<Option<&str>> = read.value.iter().map(|record| record.url.as_deref()).collect();
    assert_eq!(urls, [Some("tcp://[::1]:7071"), Some("tcp://[fe80::1]:7072")]);
}

#[track_caller]
fn told(format: Format, text: &str, records: usize, expected: &Expect) {
    let read = read_both(format, text.as_bytes());
    assert_eq!(read.value.len(), records, "{}", written(&read.value));
    let lines: String =
        read.problems.iter().map(|p| format!("{:?} {}: {}\n", p.kind, p.place, p.detail)).collect();
    expected.assert_eq(&lines);
}

const GOOD: &str = r#"{"request":{"method":"GET","url":"http://a.example/"},"response":{"status":200}}"#;

#[test]
fn an_entry_that_is_no_entry_costs_itself_only() {
    let har = format!(
        "{{\"log\":{{\"entries\":[{GOOD},{{\"request\":{{\"url\":nul}}}},{{\"request\":[]}},{{}},{GOOD}]}}}}"
    );
    told(
        Format::Har,
        &har,
        4,
        &expect![[r#"
        Malformed byte 100: the value is no JSON near its column 22
        Malformed byte 124: an entry without a URL
        Malformed byte 139: an entry without a URL
    "#]],
    );
}

#[test]
fn brackets_that_do_not_fit() {
    told(
        Format::Har,
        &format!("{{\"log\":{{\"entries\":[{GOOD}]}}}}}}]]"),
        2,
        &expect![[r#"
        Malformed : a bracket closes what was never opened
    "#]],
    );
    told(
        Format::Har,
        "[1,2]",
        0,
        &expect![[r#"
        Unreadable : the JSON holds no list of what was recorded
    "#]],
    );
    told(
        Format::Har,
        "\"log",
        0,
        &expect![[r#"
        Unreadable : no JSON object
    "#]],
    );
    told(
        Format::NetLog,
        "{\"events\":[{\"type\":1}]}",
        0,
        &expect![[r#"
        Unreadable constants: no constants: the numbers of the events cannot be read
    "#]],
    );
}

/// Values deeper than a parser may go, and strings longer than memory should hold.
#[test]
fn bombs() {
    let deep =
        format!("{{\"log\":{{\"entries\":[{}{}{GOOD}]}}}}", "[".repeat(100_000), "]".repeat(100_000) + ",");
    told(
        Format::Har,
        &deep,
        2,
        &expect![[r#"
        Malformed byte 19: an entry without a URL
    "#]],
    );
    let other =
        format!("{{\"x\":{}1{},\"log\":{{\"entries\":[{GOOD}]}}}}", "[".repeat(100_000), "]".repeat(100_000));
    told(Format::Har, &other, 2, &expect![[r#""#]]);
    // A long body is no loss: no record holds bodies.
    let body = "\\u00e9あ\\\"x".repeat(100_000);
    let entry = GOOD.replace("200}", &format!("200,\"content\":{{\"text\":\"{body}\"}}}}"));
    told(Format::Har, &format!("{{\"log\":{{\"entries\":[{entry},{GOOD}]}}}}"), 4, &expect![[r#""#]]);
    let many = GOOD.replace("200}", &format!("200,\"x\":[{}1]}}", "1,".repeat(2_200_000)));
    told(
        Format::Har,
        &format!("{{\"log\":{{\"entries\":[{many},{GOOD}]}}}}"),
        2,
        &expect![[r#"
        LimitReached byte 19: more than text_bytes_max = 4194304
    "#]],
    );
}

/// A long address is judged by its start.
#[test]
fn long_addresses_are_shortened() {
    let entry = GOOD.replace("a.example/", &format!("127.0.0.1:5900/{}", "é\\u3042".repeat(100_000)));
    let read = read_both(Format::Har, format!("{{\"log\":{{\"entries\":[{entry}]}}}}").as_bytes());
    assert_eq!(read.problems, []);
    let url = read.value[0].url.clone().unwrap();
    assert!(url.starts_with("http://127.0.0.1:5900/é") && url.len() < 4_096, "{}", url.len());
}

/// No more problems than a person can read, and the count of the rest.
#[test]
fn problems_are_bounded() {
    let har = format!("{{\"log\":{{\"entries\":[{}{GOOD}]}}}}", "{\"request\":0},".repeat(1_000));
    let problems = read_both(Format::Har, har.as_bytes()).problems;
    assert_eq!(problems.len(), PROBLEMS_MAX + 1);
    assert_eq!(problems.last().unwrap().detail, "936 more places could not be read");
}

/// Many names that never end live at once: the oldest go, and that is told.
#[test]
fn requests_that_never_end_are_bounded() {
    let limits = Limits { entries_max: 100, ..Limits::desk() };
    let head = r#"{"constants":{"logEventTypes":{"URL_REQUEST_START_JOB":1},"logEventPhase":{"PHASE_BEGIN":1},"clientInfo":{}},"events":["#;
    let events: String = (0..500)
        .map(|id| format!(r#"{{"type":1,"phase":1,"time":"1","source":{{"id":{id}}},"params":{{"url":"http://a.example/"}}}},"#))
        .collect();
    let mut count = 0;
    let mut reader = Reader::new(Format::NetLog, Dates::default(), &limits);
    reader.feed(format!("{head}{events}{{}}]}}").as_bytes(), &mut |_| count += 1);
    let problems = reader.finish(&mut |_| {});
    assert_eq!(count, 500);
    let limit = problems.iter().find_map(|problem| problem.limit.as_ref()).map(|limit| limit.name.as_str());
    assert_eq!(limit, Some("entries_max"), "{problems:?}");
}

#[test]
fn lines_without_end_are_cut() {
    let long = format!("Nov 23 16:00:00 dnsmasq[1]: reply {}.example is 10.0.0.1\n", "a".repeat(200_000));
    told(
        Format::DnsLog,
        &(long + "Nov 23 16:00:01 dnsmasq[1]: reply a.example is 10.0.0.1\n"),
        1,
        &expect![[r#"
        LimitReached line 1: more than header_bytes_max = 65536
    "#]],
    );
}
