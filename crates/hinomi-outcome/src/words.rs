//! The report's words at hand: the program's own, and those of the checks.

use crate::plan::tenths;
use crate::visible::shown;
use crate::{APP, ProblemLine, Report};
use hinomi_model::{Finding, Lang, Measure, Text, ThreatClass, Words};
use jiff::Timestamp;
use jiff::tz::Offset;

/// Says things in one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Say<'a> {
    words: &'a Words,
    pub(crate) lang: Lang,
}

impl<'a> Say<'a> {
    pub(crate) fn of(report: &'a Report) -> Self {
        Self { words: &report.words, lang: report.lang }
    }

    /// A word of the program.
    pub(crate) fn app(&self, key: &str) -> String {
        self.words.word(APP, self.lang, key)
    }

    /// A sentence of the program.
    pub(crate) fn app_with(&self, key: &str, slots: &[(&str, &dyn ToString)]) -> String {
        let text =
            slots.iter().fold(Text::new(key), |text, (slot, value)| text.with(slot, value.to_string()));
        self.app_text(&text)
    }

    /// A sentence of the program, made elsewhere.
    pub(crate) fn app_text(&self, text: &Text) -> String {
        self.words.say(APP, self.lang, text)
    }

    /// Whether the program has a word.
    pub(crate) fn has_app(&self, key: &str) -> bool {
        self.words.template(APP, self.lang, key).is_some()
    }

    /// A word of a check: `title`, `fix`, `why`.
    pub(crate) fn check(&self, check: &str, key: &str) -> String {
        self.words.word(check, self.lang, key)
    }

    /// A sentence of a check; arguments are data from evidence.
    pub(crate) fn check_text(&self, check: &str, text: &Text) -> String {
        self.words.say(check, self.lang, text)
    }

    /// What is wrong, in the check's words.
    pub(crate) fn finding(&self, finding: &Finding) -> String {
        self.check_text(&finding.check, &finding.text)
    }

    /// Why something was not read.
    pub(crate) fn problem(&self, problem: &ProblemLine) -> String {
        let words = self.problem_kind(&problem.kind);
        match &problem.limit {
            Some((name, value)) => {
                self.app_with("problem_with_limit", &[("words", &words), ("name", name), ("value", value)])
            }
            None => words,
        }
    }

    /// What a kind of problem means.
    pub(crate) fn problem_kind(&self, kind: &str) -> String {
        self.kind("problem", kind)
    }

    /// The name of a measure.
    pub(crate) fn measure<'m>(&self, measure: &'m Measure) -> &'m str {
        match self.lang {
            Lang::Ja => &measure.title_ja,
            Lang::En => &measure.title_en,
        }
    }

    /// What to do first for a measure.
    pub(crate) fn first_step<'m>(&self, measure: &'m Measure) -> &'m str {
        match self.lang {
            Lang::Ja => &measure.first_step_ja,
            Lang::En => &measure.first_step_en,
        }
    }

    /// The word for a kind (`step_…`, `held_…`), or the kind itself, made safe, when there is none.
    pub(crate) fn kind(&self, prefix: &str, kind: &str) -> String {
        let key = format!("{prefix}_{}", kind.replace('-', "_"));
        if self.has_app(&key) { self.app(&key) } else { shown(kind) }
    }
}

impl Say<'_> {
    /// A point in time as the reader counts it: Japan's in Japanese, UTC in English.
    pub(crate) fn time(self, at: Timestamp) -> String {
        let (offset, zone) = self.zone();
        format!("{} {zone}", at.to_zoned(offset.to_time_zone()).strftime("%Y-%m-%d %H:%M"))
    }

    /// A day, counted in the same way.
    pub(crate) fn day(self, at: Timestamp) -> String {
        let (offset, _) = self.zone();
        at.to_zoned(offset.to_time_zone()).strftime("%Y-%m-%d").to_string()
    }

    fn zone(self) -> (Offset, &'static str) {
        match self.lang {
            Lang::Ja => (Offset::constant(9), "JST"),
            Lang::En => (Offset::UTC, "UTC"),
        }
    }

    /// The class of a threat.
    pub(crate) fn threat(self, class: ThreatClass) -> String {
        self.app(match class {
            ThreatClass::Technical => "threat_technical",
            ThreatClass::Human => "threat_human",
            ThreatClass::Physical => "threat_physical",
        })
    }

    /// Price and days of a measure, short.
    pub(crate) fn cost(self, measure: &Measure) -> String {
        let days = self.app_with("work_days", &[("days", &tenths(u64::from(measure.days_tenths)))]);
        let yen = match measure.cost_yen.0 {
            0 => self.app("free"),
            _ => self.app_with("unit_yen", &[("yen", &measure.cost_yen)]),
        };
        format!("{yen}{}{days}", self.app("middle_dot"))
    }

    /// What stands between the items of a list.
    pub(crate) fn comma(self) -> &'static str {
        match self.lang {
            Lang::Ja => "、",
            Lang::En => ", ",
        }
    }
}
