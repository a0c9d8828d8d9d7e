//! The questionnaire on key management: as a page with all answers, and as a form for what only people can say.

use super::is_japanese;
use crate::app::App;
use hinomi_checks::{Answer, Question, Questionnaire};
use hinomi_model::{Lang, Text};
use hinomi_outcome::terminal_safe;
use jiff::civil::Date;
use std::fmt::Write;

/// A page in Markdown: each item with its answer, who gave it and when; what is open and what is overdue is said.
pub(super) fn page(app: &App, questions: &Questionnaire, answered: &[(&Question, Answer)]) -> String {
    let mut out = format!("# {}\n\n", questions.title(app.lang));
    if !questions.confirmed {
        _ = writeln!(out, "> {}\n", app.say("cli_keys_ckms_unconfirmed"));
    }
    let mut group = "";
    for (item, answer) in answered {
        if item.group != group {
            group = &item.group;
            _ = writeln!(out, "## {}\n", app.say(&format!("cli_keys_group_{group}")));
        }
        _ = writeln!(out, "**{} {}**\n", item.id, item.words(app.lang));
        _ = writeln!(out, "{}\n", told(app, questions, item, answer));
    }
    let count = |wanted: fn(&Answer) -> bool| answered.iter().filter(|(_, answer)| wanted(answer)).count();
    let text = Text::new("cli_keys_ckms_total")
        .with("items", answered.len())
        .with("evidence", count(|answer| matches!(answer, Answer::Evidence(_))))
        .with("told", count(|answer| matches!(answer, Answer::Told(_))))
        .with("overdue", count(|answer| matches!(answer, Answer::Overdue(_))))
        .with("open", count(|answer| matches!(answer, Answer::Open)));
    out + &app.tell(text) + "\n"
}

fn told(app: &App, questions: &Questionnaire, item: &Question, answer: &Answer) -> String {
    let person = |key: &str, told: &hinomi_checks::Told| {
        let again = told.again.map_or_else(|| "–".to_owned(), |day| day.to_string());
        let text = Text::new(key)
            .with("text", terminal_safe(&told.text).into_owned())
            .with("owner", terminal_safe(&told.owner).into_owned())
            .with("date", told.date)
            .with("again", again);
        app.tell(text)
    };
    match answer {
        Answer::Evidence(figures) => {
            let sentence = questions.sentence(item, figures, app.lang);
            app.tell(Text::new("cli_keys_ckms_evidence").with("text", sentence))
        }
        Answer::Told(told) => person("cli_keys_ckms_told", told),
        Answer::Overdue(told) => person("cli_keys_ckms_overdue", told),
        Answer::Open => app.say("cli_keys_ckms_open"),
    }
}

/// The form: what people have answered stays, what is open or overdue is there to be filled in. What is not filled in
/// is a comment, so that the file can be read at any time.
pub(super) fn toml(
    questions: &Questionnaire,
    answered: &[(&Question, Answer)],
    today: Date,
    lang: Lang,
) -> String {
    let words = |ja: &'static str, en: &'static str| if is_japanese(lang) { ja } else { en };
    let mut out = format!("# {}\n", questions.title(lang));
    out += words(
        "# 回答したい項目の # を外し、担当者・日付・回答を書いてください。again は次に見直す日です。\n\
         # hinomi.toml の [keys] questionnaire = \"このファイル\" で読み込みます。\n",
        "# Uncomment what you answer, and write owner, date and answer. again is the day of the next look.\n\
         # hinomi.toml reads it: [keys] questionnaire = \"this file\"\n",
    );
    for (item, answer) in answered {
        let (mark, told) = match answer {
            Answer::Told(told) => ("", Some(told)),
            Answer::Overdue(told) => {
                _ = writeln!(
                    out,
                    "\n{}",
                    words("# 見直しの日を過ぎています。", "# The day of the next look has passed.")
                );
                ("", Some(told))
            }
            Answer::Open => ("# ", None),
            Answer::Evidence(_) => continue,
        };
        // What JSON writes between quotes, TOML reads: on one line, which a comment needs.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        _ = writeln!(out, "\n# {} {}", item.id, item.words(lang));
        _ = writeln!(out, "{mark}[[answer]]\n{mark}item = {}", quoted(&item.id));
        let (owner, date, text) = told.map_or(("", today, ""), |told| (&told.owner, told.date, &told.text));
        _ = writeln!(out, "{mark}owner = {}\n{mark}date = \"{date}\"", quoted(owner));
        _ = writeln!(out, "{mark}text = {}", quoted(text));
        if let Some(again) = told.and_then(|told| told.again) {
            _ = writeln!(out, "{mark}again = \"{again}\"");
        }
    }
    out
}
