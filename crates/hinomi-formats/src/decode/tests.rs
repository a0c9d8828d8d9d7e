//! Recipes as written: the three forms, what is refused and where, and what is written back.

use super::address::is_address;
use super::{Recipe, RecipeError};
use crate::Limits;
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// The recipe of the article on Emotet, as an address, the way it stands there.
const ARTICLE: &str = "https://gchq.github.io/CyberChef/#recipe=From_Base64('A-Za-z0-9%2B/%3D',true)\
    Decode_text('UTF-16LE%20(1200)')Split('%5C'','%5C%5Cn')Split('*','%5C%5Cn')Extract_URLs(false)\
    Defang_URL(true,true,false,'Valid%20domains%20and%20full%20URLs')";

const ARTICLE_CHEF: &str = "From_Base64('A-Za-z0-9+/=',true)Decode_text('UTF-16LE (1200)')\
    Split('\\'','\\\\n')Split('*','\\\\n')Extract_URLs(false)\
    Defang_URL(true,true,false,'Valid domains and full URLs')";

/// What `powershell -ENCOD` gets, cut down: harmless, and to hosts that cannot exist.
fn encoded_command() -> Vec<u8> {
    let urls =
        ["http://one.example/wp-content/a/", "https://two.example/b1/", "http://three.invalid:8080/c/"];
    let script = format!("$Lm='x.exe';$Qz='{}'.Split('*');foreach($u in $Qz){{}}", urls.join("*"));
    let wide: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bake("To_Base64()", &wide)
}

fn bake(recipe: &str, input: &[u8]) -> Vec<u8> {
    Recipe::parse(recipe).unwrap().bake(input, &Limits::desk()).unwrap().bytes
}

#[track_caller]
fn refused(recipe: &str, expected: &Expect) {
    expected.assert_eq(&Recipe::parse(recipe).unwrap_err().to_string());
}

#[test]
fn the_articles_address_runs_as_pasted() {
    let output = Recipe::parse(ARTICLE).unwrap().bake(&encoded_command(), &Limits::desk()).unwrap();
    expect![[r"
        hxxp://one[.]example/wp-content/a/
        hxxps://two[.]example/b1/
        hxxp://three[.]invalid:8080/c/"]]
    .assert_eq(&output.text());
    assert_eq!(output.stopped_before, None);
}

#[test]
fn the_articles_recipe_is_written_back_byte_for_byte() {
    let recipe = Recipe::parse(ARTICLE).unwrap();
    assert_eq!(recipe.to_url(), ARTICLE);
    assert_eq!(recipe.to_chef(), ARTICLE_CHEF);
    assert_eq!(Recipe::parse(ARTICLE_CHEF).unwrap().to_url(), ARTICLE);
    assert_eq!(Recipe::parse(&recipe.to_json()).unwrap().to_url(), ARTICLE);
}

#[test]
fn an_address_keeps_its_other_parts() {
    let address = "https://chef.example/x/?a#recipe=To_Hex()&input=aGk&ienc=65001&flag&oeol=CRLF";
    let recipe = Recipe::parse(address).unwrap();
    assert_eq!(recipe.to_url(), address);
    assert_eq!(recipe.input().as_deref(), Some(&b"hi"[..]));
}

#[test]
fn an_address_written_with_an_input_gives_it_back() {
    let recipe = Recipe::parse("To_Hex('None',0)").unwrap();
    for input in [&b""[..], b"a", b"ab", b"abc", b"\xff\xfe\0"] {
        let again = Recipe::parse(&recipe.to_url_with_input(input)).unwrap();
        assert_eq!(again.input().unwrap_or_default(), input);
        assert_eq!(again.to_chef(), "To_Hex('None',0)");
    }
}

#[test]
fn input_is_only_what_an_address_carries() {
    assert_eq!(Recipe::parse("To_Hex()").unwrap().input(), None);
    assert_eq!(Recipe::parse("#recipe=To_Hex()").unwrap().input(), None);
}

#[test]
fn addresses_are_told_from_recipes() {
    for text in ["https://a.example/#recipe=", "#recipe=", "?recipe=", " #recipe=", "recipe=To_Hex()"] {
        assert!(is_address(text), "{text}");
    }
    for text in ["From_Hex()", "[]", "", "Split('#recipe=','')"] {
        assert!(!is_address(text), "{text}");
    }
}

#[track_caller]
fn round_trip(recipe: &str) {
    assert_eq!(Recipe::parse(recipe).unwrap().to_chef(), recipe);
}

#[test]
fn chef_text_is_written_back_as_it_was() {
    round_trip("");
    round_trip("To_Hex()");
    round_trip("To_Hex('Space',0/disabled)From_Hex('Auto'/disabled/breakpoint)");
    round_trip(r#"Split('"','\'')"#);
    round_trip(r"Split('\\','\\\'')");
    round_trip(r"Split(',','a,\'b\':}')");
    round_trip("Split('あ','\u{1f600}')");
    round_trip(r"Split('\ud83d','\t\u0001')");
    round_trip("XOR({'option':'Hex','string':'41'},'Standard',false)");
    round_trip("From_Charcode('Space',16)");
    round_trip("ROT13(true,true,false,-1.5e-9)");
    round_trip("ROT13(true,true,false,1e+21)");
}

#[test]
fn the_json_form_is_read() {
    let json = r#" [{"op":"From Hex","args":["Auto"]}, {"op": "To Hex", "args": [], "disabled": true},
        {"op":"Split","args":["\u0031","\\n"],"breakpoint":true}]"#;
    let recipe = Recipe::parse(json).unwrap();
    assert_eq!(recipe.to_chef(), r"From_Hex('Auto')To_Hex(/disabled)Split('1','\\n'/breakpoint)");
    assert_eq!(
        recipe.to_json(),
        r#"[{"op":"From Hex","args":["Auto"]},{"op":"To Hex","args":[],"disabled":true},{"op":"Split","args":["1","\\n"],"breakpoint":true}]"#
    );
    assert_eq!(recipe.len(), 3);
    assert!(Recipe::parse("[]").unwrap().is_empty());
}

#[test]
fn line_ends_are_no_part_of_chef_text() {
    assert_eq!(bake("From_\nHex('Au\nto')\n\nTo_Hex('None')\n", b"41 42"), b"4142");
    assert_eq!(bake("From_Hex('Auto')\r\nTo_Hex('None')\r\n", b"41 42"), b"4142");
}

#[test]
fn arguments_left_out_take_their_defaults() {
    assert_eq!(bake("Defang_URL()", b"http://a.example/"), b"hxxp[://]a[.]example/");
    assert_eq!(bake("Split(',')", b"a,b"), b"a\nb");
    assert_eq!(bake("XOR()", b"a"), b"a");
    assert_eq!(bake("Head('Comma',null)", b"1,2"), b"1,2");
    assert_eq!(bake("Head('Comma','1 line')", b"1,2"), b"1");
}

#[test]
fn escapes_in_arguments_are_resolved_once() {
    assert_eq!(bake(r"Split(',','\\x41\\u0042\\103\\n')", b"1,2"), b"1ABC\n2");
    assert_eq!(bake(r"Split(',','\\\\n')", b"1,2"), b"1\\n2");
    assert_eq!(bake(r"Split(',','\\u{1f600}')", b"1,2"), "1\u{1f600}2".as_bytes());
    assert_eq!(bake(r"Split(',','\\400\\8\\xg')", b"1,2"), b"1 0\\8\\xg2");
}

#[test]
fn text_is_utf16_between_operations() {
    // Two halves of a pair, parted and joined again; then one of them alone.
    assert_eq!(bake("Split('','x')Split('x','')", "\u{1f600}".as_bytes()), "\u{1f600}".as_bytes());
    assert_eq!(bake("Head('Nothing (separate chars)',1)", "\u{1f600}".as_bytes()), "\u{fffd}".as_bytes());
}

#[test]
fn bytes_are_utf8_or_else_latin1() {
    let pass = "To_Lower_case()";
    assert_eq!(bake(pass, b"\xef\xbb\xbfa"), b"a");
    assert_eq!(bake(pass, b"\xef\xbb\xbf\xff"), b"\xef\xbb\xbf\xff");
    assert_eq!(bake(pass, "é".as_bytes()), b"\xe9");
    assert_eq!(bake(pass, "éあ".as_bytes()), "éあ".as_bytes());
}

#[test]
fn a_breakpoint_stops_and_a_disabled_step_is_passed_over() {
    let run = |recipe| Recipe::parse(recipe).unwrap().bake(b"41", &Limits::desk()).unwrap();
    let stopped = run("From_Hex('Auto')To_Base64('A-Za-z0-9+/='/breakpoint)");
    assert_eq!((stopped.bytes.as_slice(), stopped.stopped_before), (&b"A"[..], Some(2)));
    let passed = run("From_Hex('Auto'/disabled)Split('4','x'/disabled/breakpoint)");
    assert_eq!((passed.bytes.as_slice(), passed.stopped_before), (&b"41"[..], None));
}

#[test]
fn what_cannot_be_run_is_named_before_anything_runs() {
    refused(
        "To_Hex()Enigma()",
        &expect![[r#"prepare step 2 of the recipe: the operation "Enigma" is not one of this version's"#]],
    );
    refused(
        "To_Hex(/disabled)no_such_thing(/disabled)",
        &expect![[
            r#"prepare step 2 of the recipe: the operation "no such thing" is not one of this version's"#
        ]],
    );
    refused(
        "Reverse('Word')",
        &expect![[
            r#"prepare step 1 of the recipe, "Reverse": argument "By" has no option "Word"; it takes: Byte, Character, Line"#
        ]],
    );
    refused(
        "Decode_text('utf-8 (65001)')",
        &expect![[
            r#"prepare step 1 of the recipe, "Decode text": argument "Encoding" has no option "utf-8 (65001)""#
        ]],
    );
    refused(
        "Split(1)",
        &expect![[
            r#"prepare step 1 of the recipe, "Split": argument "Split delimiter" must be a string, not a number"#
        ]],
    );
    refused(
        r"Split('\\u{110000}')",
        &expect![[
            r#"prepare step 1 of the recipe, "Split": argument "Split delimiter" holds an escape above U+10FFFF"#
        ]],
    );
    refused(
        "Extract_URLs('false')",
        &expect![[
            r#"prepare step 1 of the recipe, "Extract URLs": argument "Display total" must be true or false, not a string"#
        ]],
    );
    refused(
        "XOR('41')",
        &expect![[
            r#"prepare step 1 of the recipe, "XOR": argument "Key" must be an object with the strings "option" and "string""#
        ]],
    );
    refused(
        "From_Binary('None',0)",
        &expect![[
            r#"prepare step 1 of the recipe, "From Binary": argument "Byte Length" must be at least 1"#
        ]],
    );
    refused(
        "Reverse('Byte',1)",
        &expect![[r#"prepare step 1 of the recipe, "Reverse": 2 arguments, it takes 1"#]],
    );
}

#[track_caller]
fn refused_at(recipe: &str, expected: usize) {
    let error = Recipe::parse(recipe).unwrap_err();
    let RecipeError::Syntax { at, .. } = error else { panic!("{error}") };
    assert_eq!(at, expected, "{error}");
}

#[test]
fn a_syntax_error_says_where() {
    refused_at("To_Hex", 0);
    refused_at("To_Hex()x", 8);
    refused_at("(", 0);
    refused_at("To_Hex(", 6);
    refused_at("To_Hex('a'", 6);
    refused_at("To_Hex('a", 7);
    refused_at("To_Hex(a)", 7);
    refused_at("To_Hex('a' 'b')", 11);
    refused_at("To_Hex('a',)", 11);
    refused_at("To_Hex(01)", 7);
    refused_at("To_Hex('\\q')", 9);
    refused_at("To_Hex(/off)", 7);
    // The line end that is taken out is counted.
    refused_at(" To_\nHex()\n\nx", 12);
    refused_at("[{\"op\":\"To Hex\",\"args\":[\"\\uzzzz\"]}]", 26);
    refused_at("[1]x", 3);
    refused_at("#recipe=To_Hex(", 8);
    refused_at("#input=aGk", 0);
    refused_at("#recipe=Split('%zz')", 8);
    // Unescaped, the equals sign makes the page forget the recipe without a word.
    refused_at("#recipe=From_Base64('A-Za-z0-9+/=')", 1);
}

#[test]
fn hostile_recipes_are_refused_in_good_time() {
    for piece in ["(", ")", "'", "a(", "a('", "[", "[[", "{", "\\", "a({'b':", "%", "&", "=", "#", "\n("] {
        let text = piece.repeat(1_000_000 / piece.len());
        assert!(Recipe::parse(&text).is_err(), "{piece}");
        assert!(
            Recipe::parse(&format!("#recipe={text}")).is_err() || piece == "&" || piece == "#",
            "{piece}"
        );
    }
    let argument = "x".repeat(1_000_000);
    assert_eq!(bake(&format!("Split('{argument}','{argument}')"), b"a"), b"a");
    let many = "To_Lower_case()".repeat(50_000);
    assert_eq!(bake(&many, b"A"), b"a");
}

#[test]
fn a_million_ranges_in_an_alphabet_are_cut_short() {
    let recipe = format!("From_Base64('{}')", "\u{1}-\u{ffff}".replace('\u{1}', "!").repeat(100_000));
    assert!(Recipe::parse(&recipe).unwrap().bake(b"x", &Limits::desk()).is_err());
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "\\PC{0,60}") {
        let _ = Recipe::parse(&text);
        let _ = Recipe::parse(&format!("#recipe={text}"));
    }

    #[test]
    fn parsing_the_marks_of_the_grammar_never_panics(text in "[A-Za-z_'\"\\\\(),/{}:\\[\\]0-9.eu \n-]{0,60}") {
        let _ = Recipe::parse(&format!("Split({text}"));
    }

    #[test]
    fn any_string_survives_writing(text in any::<String>()) {
        let written = super::Written { name: "Split".to_owned(), args: vec![super::json::text(&text)], disabled: false, breakpoint: false };
        let mut chef = String::new();
        super::grammar::write_chef(&written, &mut chef);
        prop_assert_eq!(&super::grammar::read(&chef).unwrap(), std::slice::from_ref(&written));
        let address = super::address::fresh(&chef, None);
        let read = super::address::Address::read(&address).unwrap();
        prop_assert_eq!(read.recipe().unwrap().0, chef.as_str());
    }
}

#[track_caller]
fn guessed(input: &[u8], snippet: &str) {
    let found = super::guess(input, &Limits::desk()).unwrap();
    let known = found.guesses.iter().any(|guess| {
        guess.snippet == snippet && Recipe::parse(&guess.recipe).unwrap().bake(input, &Limits::desk()).is_ok()
    });
    assert!(known, "{:?}", found.guesses.iter().map(|guess| &guess.snippet).collect::<Vec<_>>());
}

#[test]
fn without_a_recipe_what_powershell_encodes_is_found() {
    let script = "iwr http://one.example/a -OutFile x";
    let wide: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let encoded = String::from_utf8(bake("To_Base64()", &wide)).unwrap();
    guessed(encoded.as_bytes(), script);
    for switch in ["-e", "-ENCOD", "-EncodedCommand", "/enc"] {
        guessed(format!("powershell -w hidden {switch} {encoded}").as_bytes(), script);
    }
    let found = super::guess(format!("powershell -enc {encoded}").as_bytes(), &Limits::desk()).unwrap();
    assert_eq!(found.commands[0].urls[0].text, "http://one.example/a");
    // The plain page does not know it; ours is no part of the operation.
    let table = bake("Magic(5,false,false,'iwr')", encoded.as_bytes());
    assert!(
        String::from_utf8_lossy(&table).starts_with("Nothing of interest"),
        "{}",
        String::from_utf8_lossy(&table)
    );
}

#[test]
fn without_a_recipe_packed_layers_are_found() {
    guessed(
        &bake("To_Hex('Space')", b"plain words in English, and more of them"),
        "plain words in English, and more of them",
    );
    guessed(
        &bake("To_Base64()", &bake("To_Hex('None')", b"plain words in English text")),
        "plain words in English text",
    );
}
