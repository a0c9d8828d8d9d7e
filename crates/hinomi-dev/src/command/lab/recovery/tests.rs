//! What counts as recovered.

use super::*;

#[track_caller]
fn check_command(told: &str, command: &str, arguments: Option<&str>, expected: bool) {
    let truth = Truth {
        command: Some(command.to_owned()),
        arguments: arguments.map(str::to_owned),
        ..Truth::default()
    };
    let told = Told { commands: vec!["other".to_owned(), told.to_owned()], ..Told::default() };
    assert_eq!(told.has_command(&truth), expected, "{told:?}");
}

#[test]
fn a_command_counts_when_it_is_exact() {
    check_command("cmd /c echo a", "cmd /c echo a", None, true);
    check_command("cmd /c echo a ", "cmd /c echo a", None, false);
    check_command("CMD /c echo a", "cmd /c echo a", None, false);
}

#[test]
fn a_program_may_be_named_by_its_path_but_its_arguments_are_exact() {
    let check = |told, expected| check_command(told, "cmd.exe /c echo a", Some("/c echo a"), expected);
    check("%windir%\\System32\\cmd.exe /c echo a", true);
    check("\"C:\\Windows\\cmd.exe\" /c echo a", true);
    check("cmd.exe /k /c echo a", false);
    check("/c echo a", false);
    check("cmd.exe /c echo", false);
}

fn row(documents: usize, right: usize) -> Row {
    let share = Share { part: right, of: documents };
    Row { documents, command: share, urls: share, ..Row::default() }
}

#[test]
fn a_style_holds_at_the_bar_and_not_below() {
    assert!(row(20, 19).holds() && row(100, 95).holds() && row(3, 3).holds());
    assert!(!row(19, 18).holds() && !row(100, 94).holds() && !row(3, 2).holds());
    let half = Row { urls: Share { part: 1, of: 3 }, ..row(3, 3) };
    assert!(!half.holds(), "addresses count as much as command lines");
}

#[test]
fn nine_of_ten_styles_are_enough() {
    let rows = |good: usize, bad: usize| -> BTreeMap<String, Row> {
        let good = (0..good).map(|number| (format!("good {number}"), row(3, 3)));
        good.chain((0..bad).map(|number| (format!("bad {number}"), row(3, 0)))).collect()
    };
    assert!(enough_hold(&rows(9, 1)) && enough_hold(&rows(68, 7)));
    assert!(!enough_hold(&rows(8, 1)) && !enough_hold(&rows(67, 8)));
}

#[test]
fn addresses_count_in_their_order_and_stomped_documents_not_at_all() {
    let order = |urls: [&str; 2]| Told { urls: urls.map(str::to_owned).to_vec(), ..Told::default() };
    let truth = Truth { urls: vec!["a".to_owned(), "b".to_owned()], ..Truth::default() };
    let mut row = Row::default();
    row.add(&truth, &order(["a", "b"]));
    row.add(&truth, &order(["b", "a"]));
    row.add(&Truth { stomped: true, ..truth }, &order(["b", "a"]));
    assert_eq!((row.documents, row.urls, row.command), (3, Share { part: 1, of: 2 }, Share::default()));
}
