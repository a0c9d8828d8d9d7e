//! Patterns and what they find; each answer is that of a browser's engine.

use super::{Flags, Regex};
use crate::Limits;
use crate::decode::bake::Oven;

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn flags(letters: &str) -> Flags {
    let has = |letter| letters.contains(letter);
    Flags {
        ignore_case: has('i'),
        multiline: has('m'),
        dot_all: has('s'),
        unicode: has('u'),
        astral: has('A'),
    }
}

fn found(regex: &Regex, text: &str) -> String {
    let limits = Limits::desk();
    let text = units(text);
    let all = regex.find_all(&text, &mut Oven::new(&limits)).unwrap();
    let shown = |found: &super::Match| {
        let group = |at| found.text(&text, at).map_or("-".to_owned(), String::from_utf16_lossy);
        (0..found.groups.len()).map(group).collect::<Vec<_>>().join(",")
    };
    all.iter().map(shown).collect::<Vec<_>>().join("|")
}

#[track_caller]
fn native(pattern: &str, letters: &str, text: &str, expected: &str) {
    let regex = Regex::native(&units(pattern), flags(letters)).unwrap();
    assert_eq!(found(&regex, text), expected, "{pattern}");
}

#[track_caller]
fn dialect(pattern: &str, letters: &str, text: &str, expected: &str) {
    let regex = Regex::xregexp(&units(pattern), flags(letters)).unwrap();
    assert_eq!(found(&regex, text), expected, "{pattern}");
}

#[test]
fn characters_classes_and_alternatives() {
    native("a|ab", "", "ab", "a");
    native("[a-c]+", "", "xabcay", "abca");
    native("[^a-c]+", "", "xabcay", "x|y");
    native("[\\w-]+", "", "a-b c_d", "a-b|c_d");
    native("[\\w-a]+", "", "a-b", "a-b");
    native(".", "", "a\n\u{2028}b", "a|b");
    native(".+", "s", "a\nb", "a\nb");
    native("[]", "", "a", "");
    native("[^]", "", "\n", "\n");
    native("\\x41\\u0042\\103\\cJ", "", "ABC\n", "ABC\n");
    native("a{2}{", "", "aa{", "aa{");
    native("x{,3}", "", "x{,3}", "x{,3}");
}

#[test]
fn quantifiers_take_as_much_or_as_little() {
    native("a{2,3}", "", "aaaaaaa", "aaa|aaa");
    native("a{2,3}?", "", "aaaaa", "aa|aa");
    native("a*?b", "", "aab", "aab");
    native("(a*)*", "", "b", ",-|,-");
    native("(?:a?)*?$", "", "a", "a|");
    native("(z)((a+)?(b+)?(c))*", "", "zaacbbbcac", "zaacbbbcac,z,ac,a,-,c");
    native("(?:(a)|b)*", "", "ab", "ab,-|,-");
}

#[test]
fn assertions_look_both_ways() {
    native("(?<=\\$)\\d+", "", "$10 20", "10");
    native("(?<!\\d)\\d(?!\\d)", "", "1 23 4", "1|4");
    native("(?<=(\\d+)(\\d+))$", "", "1053", ",1,053");
    native("(?=(a+))a*b\\1", "", "baaabac", "aba,a");
    native("(.*?)a(?!(a+)b\\2c)\\2(.*)", "", "baaabaac", "baaabaac,ba,-,abaac");
    native("^b", "m", "a\nb", "b");
    native("\\bab\\b|\\Bc", "", "ab xc", "ab|c");
}

#[test]
fn case_is_ignored_as_the_standard_says() {
    native("[a-z]+", "i", "AbC", "AbC");
    native("\u{3bc}", "i", "\u{b5}\u{39c}\u{3bc}", "\u{b5}|\u{39c}|\u{3bc}");
    native("s", "i", "\u{17f}S", "S");
    native("s", "iu", "\u{17f}S", "\u{17f}|S");
    native("[^x]", "i", "Xy", "y");
    native("(a)\\1", "i", "aA", "aA,a");
    native("\u{df}", "i", "\u{1e9e}", "");
}

#[test]
fn characters_beyond_the_first_plane() {
    native("^.$", "", "\u{1f600}", "");
    native("^.$", "u", "\u{1f600}", "\u{1f600}");
    native("[\u{1f600}-\u{1f602}]", "u", "\u{1f601}", "\u{1f601}");
    native("\\u{1f600}", "u", "\u{1f600}", "\u{1f600}");
    native("\\ud83d\\ude00", "u", "\u{1f600}", "\u{1f600}");
}

#[test]
fn named_groups_and_modifiers() {
    native("(?<y>\\d{4})-\\k<y>", "", "2020-2020", "2020-2020,2020");
    native("(?i:a)b", "", "Ab aB", "Ab");
    native("(?-i:a)b", "i", "aB AB", "aB");
    native("\\k<a>", "", "k<a>", "k<a>");
}

#[test]
fn the_dialect_is_written_out() {
    dialect("(?<n>a)\\k<n>1", "", "aa1", "aa1,a");
    dialect("(?i)AB", "", "ab", "ab");
    dialect("(?x) a b # c", "", "ab", "ab");
    dialect("a(?#comment)b", "", "ab", "ab");
    dialect("\\pL+", "", "a\u{e9}\u{3042}1", "a\u{e9}\u{3042}");
    dialect("[\\p{Lu}\\d]+", "", "aB1", "B1");
    dialect("\\P{L}", "", "a1", "1");
    dialect("[^\\P{L}]", "", "a1", "a");
    dialect("\\p{^Latin}", "", "a\u{3042}", "\u{3042}");
    dialect("\\p{Script=Hiragana}", "", "a\u{3042}", "\u{3042}");
    dialect("\\p{So}", "A", "\u{1f600}", "\u{1f600}");
    dialect("(?n)(a)(?<b>b)", "", "ab", "ab,b");
}

#[track_caller]
fn refused(pattern: &str, letters: &str) {
    assert!(Regex::native(&units(pattern), flags(letters)).is_err(), "{pattern}");
}

#[test]
fn what_is_no_pattern_is_refused() {
    for pattern in [
        "(",
        ")",
        "[",
        "*",
        "a**",
        "a{2,1}",
        "[b-a]",
        "\\",
        "(?a)",
        "(?<1>a)",
        "{1}",
        "(?<=a)*",
        "(?<a>.)(?<a>.)",
    ] {
        refused(pattern, "");
    }
    for pattern in ["{", "]", "\\-", "\\8", "a{", "[\\w-a]", "\\u{110000}", "(?=a)*"] {
        refused(pattern, "u");
    }
    for pattern in ["\\1", "\\q", "\\u{1f600}", "\\p{Nosuch}", "\\k<a>", "(?<a>.)(?<a>.)", "[\\B]", "\\00"] {
        assert!(Regex::xregexp(&units(pattern), Flags::default()).is_err(), "{pattern}");
    }
}

#[test]
fn templates_are_filled_in() {
    let limits = Limits::desk();
    let replaced = |pattern: &str, text: &str, template: &str| {
        let regex = Regex::native(&units(pattern), Flags::default()).unwrap();
        let out = regex.replace(&units(text), &units(template), true, &mut Oven::new(&limits)).unwrap();
        String::from_utf16_lossy(&out)
    };
    assert_eq!(replaced("(b)(c)?", "abd", "[$1$2$3$$$&$`$'$0$01]"), "a[b$3$bad$0b]d");
    assert_eq!(replaced("(?<n>b)", "ab", "$<n>$<m>$<"), "ab$<");
    assert_eq!(replaced("b", "ab", "$<n>"), "a$<n>");
    assert_eq!(replaced("", "ab", "-"), "-a-b-");
}

#[test]
fn a_pattern_that_would_take_for_ever_meets_the_step_limit() {
    let limits = Limits { steps_max: 10_000, ..Limits::desk() };
    for (pattern, text) in
        [("(a+)+$", "a".repeat(60) + "b"), ("(?:a|aa)+$", "a".repeat(60) + "b"), ("(x+x+)+y", "x".repeat(60))]
    {
        let regex = Regex::native(&units(pattern), Flags::default()).unwrap();
        assert!(regex.find_all(&units(&text), &mut Oven::new(&limits)).is_err(), "{pattern}");
    }
}

#[test]
fn a_deep_pattern_is_refused_or_read() {
    refused(&"(".repeat(1_000), "");
    refused(&("(".repeat(1_000) + &")".repeat(1_000)), "");
}
