//! Which measures a budget buys, and in what order.

use super::*;
use crate::tests::{catalog, input, plan, report};
use hinomi_model::{
    AssetId, AssetKind, BasisPoints, Confidence, EvidenceId, EvidenceRef, Finding, Grade, Lang, Locator,
    Severity, Source, Text,
};
use proptest::prelude::*;

#[test]
fn the_archive_arithmetic_is_exact_to_the_yen() {
    let budget = Budget::work_out(&input(), &catalog());
    assert_eq!(budget.it.unwrap().yen, Yen(1_280_000_000));
    let security: Vec<_> = budget.security.iter().map(|(share, amount)| (share.0, amount.yen.0)).collect();
    assert_eq!(security, [(1_500, 192_000_000), (1_000, 128_000_000)]);
    assert!(!budget.it_ratio.unwrap().1.verified);
}

#[test]
fn without_an_envelope_the_lowest_share_is_taken_and_without_sales_none() {
    let budget = |input: BudgetInput| Budget::work_out(&input, &catalog());
    assert_eq!(budget(BudgetInput { envelope_yen: None, ..input() }).envelope_yen, Some(Yen(128_000_000)));
    assert_eq!(budget(BudgetInput::default()).envelope_yen, None);
    let own = BudgetInput { it_ratio: Some(BasisPoints(200)), envelope_yen: None, ..input() };
    assert_eq!(budget(own).envelope_yen, Some(Yen(200_000_000)));
}

#[test]
fn an_industry_without_a_row_falls_back_to_all_and_a_read_row_beats_a_heard_one() {
    let ratio = |industry: &str| {
        let input = BudgetInput { industry: industry.to_owned(), it_benchmark: None, ..input() };
        Budget::work_out(&input, &catalog()).it_ratio.unwrap().0.0
    };
    assert_eq!(ratio("fishing"), 75);
    assert_eq!(ratio("construction"), 43);
    assert_eq!(ratio("finance"), 740);
}

#[test]
fn accepted_findings_are_not_planned_for() {
    let report = report(Lang::Ja);
    let plan = plan(&report);
    let accepted = report.findings.iter().find(|r| r.status == Status::Suppressed).unwrap();
    assert!(!plan.answers.contains_key(&accepted.finding.fingerprint()));
    // 300 + 100 + 100 + 30 points.
    assert_eq!(plan.total.whole(), 530);
}

#[test]
fn free_work_comes_first_by_what_it_removes_per_day() {
    let plan = plan(&report(Lang::Ja));
    let free = plan.items.iter().take_while(|item| item.measure.cost_yen.0 == 0).count();
    assert!(free >= 5);
    assert!(plan.items.iter().skip(free).all(|item| item.measure.cost_yen.0 > 0));
    // All free work is chosen, so each gain is what it removes after the work before it.
    let per_day: Vec<u64> =
        plan.items.iter().take(free).map(|i| i.gain.0 / u64::from(i.measure.days_tenths)).collect();
    assert!(per_day.is_sorted_by(|a, b| a >= b), "{per_day:?}");
}

#[test]
fn half_a_day_of_little_does_not_stand_before_a_day_of_much() {
    let mut program = made(0, Severity::High);
    program.finding.check = "mail.program-in-archive".to_owned();
    let plan = Plan::make(std::slice::from_ref(&program), &catalog(), &BudgetInput::default());
    assert_eq!(plan.best_for(&program.finding.fingerprint()).unwrap().id, "mail.refuse-program-attachments");
}

#[test]
fn what_is_left_out_says_why() {
    let report = report(Lang::Ja);
    let choices = |yen, days| {
        let input = BudgetInput { envelope_yen: Some(Yen(yen)), envelope_days_tenths: Some(days), ..input() };
        let plan = Plan::make(&report.findings, &catalog(), &input);
        plan.items.iter().map(|item| item.choice).collect::<Vec<_>>()
    };
    assert!(choices(0, 10_000).contains(&Choice::OverMoney));
    assert!(choices(u64::MAX, 50).contains(&Choice::OverDays));
    assert!(choices(u64::MAX, u64::MAX).iter().all(|choice| *choice == Choice::Chosen));
}

#[test]
fn a_finding_no_measure_answers_is_told() {
    let findings = vec![made(0, Severity::High)];
    let plan = Plan::make(&findings, &Catalog::default(), &BudgetInput::default());
    assert_eq!(plan.unanswered, [findings[0].finding.fingerprint()]);
    assert!(plan.items.is_empty());
}

const CHECKS: [&str; 3] = ["a.x", "a.y", "a.z"];

fn made(at: usize, severity: Severity) -> Reported {
    let proof = EvidenceRef {
        sha256: EvidenceId::of(b"e"),
        source: String::new(),
        locator: Locator::default(),
        quote: String::new(),
    };
    let asset = AssetId::new(AssetKind::Device, "pc").unwrap();
    let grade = Grade { severity, confidence: Confidence::High };
    let finding =
        Finding::new(CHECKS[at % 3], asset, grade, Text::new("x"), proof).keyed("n", at.to_string());
    Reported { finding, status: Status::New, acceptance: None }
}

fn measure(at: usize, cost: u64, days: u32, removes: [u32; 3]) -> Measure {
    let removes = CHECKS.iter().zip(removes).filter(|(_, bp)| *bp > 0);
    Measure {
        id: format!("m{at:02}"),
        title_ja: String::new(),
        title_en: String::new(),
        first_step_ja: String::new(),
        first_step_en: String::new(),
        cost_yen: Yen(cost),
        days_tenths: days,
        removes_bp: removes.map(|(check, bp)| ((*check).to_owned(), BasisPoints(bp))).collect(),
        countermeasures: Vec::new(),
        source: Source { name: "test".to_owned(), year: 2020, verified: false },
    }
}

fn catalogs() -> impl Strategy<Value = Catalog> {
    let one = (0_u64..5, 0_u32..40, prop::array::uniform3(0_u32..=10_000));
    prop::collection::vec(one, 0..9).prop_map(|rows| {
        let measures =
            rows.into_iter().enumerate().map(|(at, (cost, days, bp))| measure(at, cost * 100, days, bp));
        Catalog { measures: measures.map(|m| (m.id.clone(), m)).collect(), ..Catalog::default() }
    })
}

fn found() -> impl Strategy<Value = Vec<Reported>> {
    prop::collection::vec(0_usize..5, 0..12).prop_map(|severities| {
        let severity = |at: usize| Severity::WORST_FIRST[at];
        severities.into_iter().enumerate().map(|(at, s)| made(at, severity(s))).collect()
    })
}

fn envelope(yen: u64, days: u64) -> BudgetInput {
    BudgetInput { envelope_yen: Some(Yen(yen)), envelope_days_tenths: Some(days), ..BudgetInput::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_order_of_the_findings_does_not_count(found in found(), catalog in catalogs(), turn in 0_usize..12) {
        let input = envelope(800, 60);
        let mut turned = found.clone();
        turned.rotate_left(turn.min(found.len()));
        turned.reverse();
        // Telling a finding twice does not double it either.
        turned.extend(found.first().cloned());
        prop_assert_eq!(Plan::make(&found, &catalog, &input), Plan::make(&turned, &catalog, &input));
    }

    #[test]
    fn more_money_or_days_never_remove_less(
        found in found(), catalog in catalogs(),
        yen in 0_u64..1_500, more_yen in 0_u64..600, days in 0_u64..200, more_days in 0_u64..80,
    ) {
        let less = Plan::make(&found, &catalog, &envelope(yen, days));
        let more = Plan::make(&found, &catalog, &envelope(yen + more_yen, days + more_days));
        prop_assert!(more.removed >= less.removed, "{:?} < {:?}", more.removed, less.removed);
    }

    #[test]
    fn sums_add_up_and_fit(found in found(), catalog in catalogs(), yen in 0_u64..1_500, days in 0_u64..200) {
        let plan = Plan::make(&found, &catalog, &envelope(yen, days));
        prop_assert_eq!(plan.chosen().map(|i| i.gain.0).sum::<u64>(), plan.removed.0);
        prop_assert_eq!(plan.chosen().map(|i| i.measure.cost_yen.0).sum::<u64>(), plan.yen.0);
        prop_assert_eq!(plan.chosen().map(|i| u64::from(i.measure.days_tenths)).sum::<u64>(), plan.days_tenths);
        prop_assert!(plan.yen.0 <= yen && plan.days_tenths <= days && plan.removed <= plan.total);
        prop_assert_eq!(plan.chosen().last().map_or(0, |i| i.cumulative_yen.0), plan.yen.0);
        let worth: u64 = found.iter().map(|r| value_of(&r.finding).0).sum();
        prop_assert_eq!(plan.total.0, worth);
    }

    #[test]
    fn no_set_that_fits_removes_more(found in found(), catalog in catalogs(), yen in 0_u64..900, days in 0_u64..120) {
        let plan = Plan::make(&found, &catalog, &envelope(yen, days));
        let all = left_of(open_findings(&found).values());
        let measures: Vec<&Measure> = plan.items.iter().map(|item| &item.measure).collect();
        for set in 0_u32..1 << measures.len() {
            let taken: Vec<&&Measure> =
                measures.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, m)| m).collect();
            let cost: u64 = taken.iter().map(|m| m.cost_yen.0).sum();
            let length: u64 = taken.iter().map(|m| u64::from(m.days_tenths)).sum();
            if cost <= yen && length <= days {
                let mut left = all.clone();
                let removed: u64 = taken.iter().map(|m| choose::remove(&mut left, m).0).sum();
                prop_assert!(removed <= plan.removed.0);
            }
        }
    }

    #[test]
    fn nothing_that_is_left_out_would_still_fit(
        found in found(), catalog in catalogs(), yen in 0_u64..900, days in 0_u64..120,
    ) {
        let plan = Plan::make(&found, &catalog, &envelope(yen, days));
        for item in plan.items.iter().filter(|item| item.choice != Choice::Chosen) {
            let over_money = plan.yen.0 + item.measure.cost_yen.0 > yen;
            let over_days = plan.days_tenths + u64::from(item.measure.days_tenths) > days;
            prop_assert!(over_money || over_days, "{}", item.measure.id);
            prop_assert_eq!(item.choice == Choice::OverMoney, over_money);
        }
    }

    #[test]
    fn answers_are_ordered_by_what_they_remove_per_yen(found in found(), catalog in catalogs()) {
        let plan = Plan::make(&found, &catalog, &BudgetInput::default());
        for answers in plan.answers.values() {
            for pair in answers.windows(2) {
                let [a, b] = [&pair[0], &pair[1]].map(|a| (a.gain.0, catalog.measures[&a.measure].cost_yen.0));
                let days = [&pair[0], &pair[1]].map(|a| u64::from(catalog.measures[&a.measure].days_tenths));
                match (a.1, b.1) {
                    (0, 0) => prop_assert!(a.0 * days[1] >= b.0 * days[0]),
                    (0, _) => {}
                    _ => prop_assert!(b.1 > 0 && a.0 * b.1 >= b.0 * a.1),
                }
            }
        }
    }
}

#[test]
fn forty_measures_that_overlap_are_planned_within_the_bound() {
    let rows = (0..40).map(|at| {
        let at32 = u32::try_from(at).unwrap();
        let bp = [500 + at32 * 37 % 3_000, 300 + at32 * 91 % 2_000, 900 + at32 * 53 % 1_000];
        measure(at, 90 + u64::from(at32) * 29 % 60, 5 + at32 % 9, bp)
    });
    let measures: BTreeMap<String, Measure> = rows.map(|m| (m.id.clone(), m)).collect();
    let catalog = Catalog { measures, ..Catalog::default() };
    let found: Vec<Reported> = (0..60).map(|at| made(at, Severity::WORST_FIRST[at % 5])).collect();
    let plan = Plan::make(&found, &catalog, &envelope(1_000, 60));
    assert!(plan.yen.0 <= 1_000 && plan.removed.0 > 0);
    assert!(plan.items.iter().any(|item| item.choice == Choice::NotWeighed));
}

#[test]
fn upkeep_is_told_a_year_and_rounded_against_us() {
    let from = jiff::civil::date(2027, 3, 15);
    let upkeep = Upkeep::of((from, 100), 12, 6, 12 * 6 * 60, Yen(40_000));
    assert_eq!((upkeep.renewals, upkeep.days_tenths, upkeep.yen), (72, 90, Yen(360_000)));
    let little = Upkeep::of((from, 100), 1, 1, 1, Yen(40_000));
    assert_eq!((little.days_tenths, little.yen), (1, Yen(84)));
    let silly = Upkeep::of((from, 1), u32::MAX, u32::MAX, u64::MAX, Yen(u64::MAX));
    assert_eq!(silly.certificates, u32::MAX, "a silly number stays a number");
}

#[test]
fn upkeep_stands_beside_the_plan_in_every_form() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../docs/reference/output.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for (lang, words) in [
        (
            Lang::En,
            "from 2027-03-15, valid for 100 days at most: 12 certificates, 72 renewals, 9 days, 360,000 yen a year",
        ),
        (
            Lang::Ja,
            "2027-03-15 から（有効期間は最長 100 日）：証明書 12 枚、更新 72 回、9 人日、360,000 円／年",
        ),
    ] {
        let report = report(lang);
        let from = jiff::civil::date(2027, 3, 15);
        let upkeep = vec![Upkeep::of((from, 100), 12, 6, 12 * 6 * 60, Yen(40_000))];
        let with = Plan { upkeep, ..plan(&report) };
        let wide = crate::Style { colour: false, width: 400 };
        assert!(
            crate::plan_text(&report, &with, wide).contains(words),
            "{}",
            crate::plan_text(&report, &with, wide)
        );
        assert!(!crate::plan_text(&report, &plan(&report), wide).contains("2027-03-15"));
        assert!(crate::html(&report, &with, &crate::tests::gate()).contains(words));
        let json = crate::json(&report, Some(&with));
        let line = json.lines().find(|line| line.contains("\"type\":\"upkeep\"")).unwrap();
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(schema.is_valid(&line), "{line}");
        assert_eq!((&line["cost_yen"], &line["days"]), (&360_000.into(), &9.into()));
    }
}
