//! Our reader of JSON before that of serde.

use crate::json::read;
use crate::{Event, read_line};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Texts that are JSON and some that are not; read as the field of an event that is passed over.
#[test]
fn what_serde_takes_is_taken_and_nothing_else() {
    for text in [
        "0",
        "-0",
        "-1",
        "10",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1.5",
        "1e5",
        "1e",
        "1E+5",
        "1e-5",
        "1.5e300",
        "true",
        "tru",
        "truex",
        "false",
        "null",
        "nul",
        "\"\"",
        "\"a",
        "\"\\n\\\"\\/\\u0041\\ud83d\\ude00\"",
        "\"\\x\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\u12\"",
        "\"\t\"",
        "\"\u{7f}é\"",
        "[]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1",
        "{}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "[[],{\"x\":[{}]}] ",
        "1 1",
        "\u{feff}1",
        "",
    ] {
        for text in [format!("{{\"api\": {text}}}"), format!("{{\"other\": [{text}]}}"), text.to_owned()] {
            let ours = read::<Event>(text.as_bytes()).is_ok();
            let theirs = serde_json::from_str::<Value>(&text);
            let of_event = theirs.is_ok_and(|value| {
                value.is_object() && value.get("api").is_none_or(|api| api.is_string() || api.is_null())
            });
            assert_eq!(ours, of_event, "{text}");
        }
    }
    assert!(read_line(b"{\"api\": \"\xff\"}").is_err());
}

#[test]
fn numbers_are_what_they_say() {
    for (text, at) in [
        ("1700000000123", 1_700_000_000_123),
        ("1700000000123.9", 1_700_000_000_123),
        ("1.7000000001239e12", 1_700_000_000_123),
        ("1700000000123000e-3", 1_700_000_000_123),
        ("-1.5", -1),
        ("0.00000000000000000000000000000000000000012e43", 1_200),
        ("9223372036854775807", i64::MAX),
        ("18446744073709551615", i64::MAX),
        ("99999999999999999999999999999999", i64::MAX),
        ("1e400", i64::MAX),
        ("-1e99999999999999999999", i64::MIN),
        ("1e-400", 0),
        ("null", 0),
    ] {
        assert_eq!(read_line(format!("{{\"at\": {text}}}").as_bytes()).unwrap().at, at, "{text}");
    }
    assert_eq!(read::<u64>(b"18446744073709551615"), Ok(u64::MAX));
    assert_eq!(read::<i64>(b"-9223372036854775808"), Ok(i64::MIN));
    for text in ["18446744073709551616", "1.0", "1e0", "\"1\"", "-1"] {
        assert!(read::<u64>(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn what_is_nested_without_end_is_refused() {
    let deep = |levels: usize| format!("{{\"x\": {}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(read_line(deep(100).as_bytes()).is_ok());
    assert!(read_line(deep(200).as_bytes()).is_err());
    assert!(read_line("[{\"x\":".repeat(100_000).as_bytes()).is_err());
    let site = |levels: usize| {
        format!("{{\"call_site\": {}{}}}", "{\"async_parents\":[".repeat(levels), "]}".repeat(levels))
    };
    assert!(read_line(site(200).as_bytes()).is_err());
}

proptest! {
    /// What serde writes we read, whatever stands in it.
    #[test]
    fn what_is_written_is_read(text in any::<String>(), at in any::<i64>(), line in any::<Option<u32>>(), cache in any::<bool>()) {
        let told = json!({"type": "call", "at": at, "url": text, "from_cache": cache, "other": {"x": [text, at, null, 1.5]},
            "call_site": {"script": text, "line": line}, "answers": [text, ""]});
        let event = read_line(told.to_string().as_bytes()).unwrap();
        prop_assert_eq!((event.at, event.url.as_ref(), event.from_cache), (at, Some(&text), cache));
        let site = event.call_site.as_ref().unwrap();
        prop_assert_eq!((&site.script, site.line), (&text, line));
        let again = read_line(serde_json::to_string(&event).unwrap().as_bytes()).unwrap();
        prop_assert_eq!(again, event);
    }
}
