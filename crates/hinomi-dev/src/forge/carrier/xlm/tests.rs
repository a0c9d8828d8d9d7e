//! What the formulas say, and that nothing of it is real.

use super::*;

fn forged(style: Style, seed: u64) -> Forged {
    let page = Page { lines: vec!["見出し".to_owned()] };
    attack(style, Shown::Very, page, &mut Chance::new(seed))
}

fn formulas(workbook: &Workbook) -> String {
    let names: Vec<String> = workbook.sheets.iter().map(|sheet| sheet.name.clone()).collect();
    let cells = workbook.sheets.iter().flat_map(|sheet| sheet.cells.values());
    cells
        .map(|held| match held {
            Held::Formula(formula) => formula.text(&names) + "\n",
            Held::Text(text) => text.clone() + "\n",
        })
        .collect()
}

#[test]
fn only_the_plain_style_shows_its_addresses() {
    for style in Style::ALL {
        let forged = forged(style, 3);
        let text = formulas(&forged.workbook);
        assert_eq!(text.contains(&forged.urls[0]), style == Style::XlmPlain, "{style:?}");
        assert_eq!(text.contains(&forged.command), style == Style::XlmPlain, "{style:?}");
        assert!(forged.command.contains("/c echo "), "{}", forged.command);
        assert!(forged.urls.iter().all(|url| url.split('/').nth(2).unwrap().ends_with(".example")));
    }
}

#[test]
fn every_container_is_the_same_for_the_same_seed() {
    for container in Container::ALL {
        for style in Style::ALL {
            let write = |seed| forged(style, seed).workbook.write(container, &mut Chance::new(seed)).unwrap();
            assert_eq!(write(8), write(8));
            assert_ne!(write(8), write(9));
        }
    }
}

#[test]
fn the_first_step_stands_where_the_name_points() {
    for style in Style::ALL {
        let Workbook { sheets, entry: (_, start), .. } = forged(style, 5).workbook;
        assert!(matches!(sheets[0].cells.get(&start), Some(Held::Formula(_))), "{style:?}");
    }
}

#[test]
fn a_formula_is_written_as_tokens() {
    let formula =
        Formula::call(&formula::EXEC, [Formula::joined(["a", "b"].map(|t| Formula::Text(t.into())))]);
    let mut tokens = Vec::new();
    formula.tokens(false, &mut tokens);
    assert_eq!(tokens, [0x17, 1, 0, b'a', 0x17, 1, 0, b'b', 8, 0x42, 1, 0x6E, 0]);
    assert_eq!(formula.text(&[]), "EXEC(\"a\"&\"b\")");
}
