//! Forged documents: what each would start and fetch, recovered by us and by the tools of the field; and who leaves
//! the honest ones alone.

use super::Bench;
use super::quality::peers::{self, Answer, MRAPTOR, OLEVBA, Question};
use super::quality::table;
use super::table::{held, where_and_when};
use crate::command::lab::recovery::{
    self, Document, Order, RECOVERED_PERCENT_MIN, Row, STOMPED, STYLES_OF_TEN_MIN, Set, Told,
};
use crate::command::lab::score::{Score, Share};
use crate::command::lab::{Lab, xlm_deobfuscator};
use anyhow::Result;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Twelve documents of every style, in as many places. Not a seed that tests or fixtures use.
const ORDER: Order =
    Order { attacks: 12 * hinomi_dev::forge::specimens::LANES, honest: 450, seed: 20_201_123 };

/// The check that tells a source that was replaced.
const STOMPED_CHECK: &str = "document.stomped-macro";

/// What the peers say of each document of a set; absent where a peer does not read such a file, or cannot be had.
struct Peers {
    /// For each needle of an attack, whether a peer prints it: the command line first, then the addresses.
    found: Vec<Option<Vec<bool>>>,
    olevba: Option<(Vec<Answer>, Vec<Answer>)>,
    missing: Vec<String>,
}

pub(super) fn section(bench: &Bench) -> Result<String> {
    let desk = tempfile::tempdir()?;
    let set = Set::write(desk.path(), ORDER)?;
    // No speed is measured here: the program as a developer builds it will do.
    let hinomi = bench.lab.hinomi()?;
    let ours = recovery::ask(&hinomi, &set.attacks)?;
    let honest = recovery::ask(&hinomi, &set.honest)?;
    let peers = ask_peers(&bench.lab, &set)?;
    let mut parts = vec![
        where_and_when(&["oletools 0.60.2", "XLMMacroDeobfuscator 0.2.7"]),
        format!(
            "`cargo dev forge documents DIR --count {} --honest {} --seed {}`: look-alikes of attacks that do nothing, by the \
             way they hide what they would start, and honest documents of the same containers. They are made by us: the \
             figures say what is reached, not how much of the world looks like this.",
            ORDER.attacks, ORDER.honest, ORDER.seed
        ),
        recovered(&set.attacks, &ours, &peers),
        stomped(&set.attacks, &ours),
        verdicts(&set, &ours, &honest, &peers),
        kinds(&set.honest, &honest, &peers),
    ];
    parts.extend(peers.missing.iter().map(|why| format!("Peer not measured: {why}.")));
    parts.retain(|part| !part.is_empty());
    Ok(parts.join("\n\n"))
}

#[derive(Deserialize)]
struct XlmAnswer {
    found: Vec<bool>,
}

fn is_xlm(document: &Document) -> bool {
    matches!(document.truth.shape.as_str(), "e6" | "e8")
}

/// olevba is asked about every document with VBA, the evaluator of XLM about the workbooks with XLM.
fn ask_peers(lab: &Lab, set: &Set) -> Result<Peers> {
    let mut peers = Peers { found: vec![None; set.attacks.len()], olevba: None, missing: Vec::new() };
    let attacks: Vec<Question<'_>> = set.attacks.iter().map(|document| question(document, true)).collect();
    let honest: Vec<Question<'_>> = set.honest.iter().map(|document| question(document, false)).collect();
    match (peers::ask(lab, &attacks)?, peers::ask(lab, &honest)?) {
        (Ok(attacks), Ok(honest)) => {
            for (found, answer) in peers.found.iter_mut().zip(&attacks).filter(|(_, answer)| answer.macros) {
                *found = Some(answer.found.clone());
            }
            peers.olevba = Some((attacks, honest));
        }
        (Err(why), _) | (_, Err(why)) => peers.missing.push(why),
    }
    let workbooks: Vec<usize> = (0..set.attacks.len()).filter(|at| is_xlm(&set.attacks[*at])).collect();
    let questions: Vec<Question<'_>> = workbooks.iter().map(|at| question(&set.attacks[*at], true)).collect();
    match xlm_deobfuscator(lab) {
        Ok(python) => {
            let script = lab.root.join("lab/peers/xlm_verdicts.py");
            let answers: Vec<XlmAnswer> = peers::answers(&python, &script, &questions)?;
            for (at, answer) in workbooks.into_iter().zip(answers) {
                peers.found[at] = Some(answer.found);
            }
        }
        Err(why) => peers.missing.push(why),
    }
    Ok(peers)
}

/// The command line first, then the addresses.
fn question(document: &Document, needles: bool) -> Question<'_> {
    let truth = &document.truth;
    let texts = truth.command.iter().chain(&truth.urls).map(String::as_str);
    Question { file: &document.path, needles: if needles { texts.collect() } else { Vec::new() } }
}

/// What a peer recovers of the documents of one row.
#[derive(Debug, Clone, Copy, Default)]
struct Theirs {
    command: Share,
    any_url: Share,
}

impl Theirs {
    fn add(&mut self, document: &Document, found: &[bool]) {
        let (command, urls) = found.split_at(usize::from(document.truth.command.is_some()).min(found.len()));
        if let Some(command) = command.first() {
            self.command.add(*command);
        }
        self.any_url.add(urls.contains(&true));
    }
}

/// The table of styles, and the bar.
fn recovered(attacks: &[Document], ours: &[Told], peers: &Peers) -> String {
    let rows = recovery::rows(attacks.iter().zip(ours));
    let mut theirs: BTreeMap<String, Theirs> = BTreeMap::new();
    for (document, found) in attacks.iter().zip(&peers.found).filter(|(one, _)| !one.truth.stomped) {
        if let Some(found) = found {
            theirs.entry(recovery::group(&document.truth)).or_default().add(document, found);
        }
    }
    let heads = [
        "hidden by",
        "documents",
        "Hinomi: command line, exact",
        "Hinomi: list of addresses, exact",
        "peer: command line",
        "peer: any of the addresses",
    ];
    let cells = rows.iter().map(|(name, row)| {
        let peer = theirs.get(name).copied().unwrap_or_default();
        let Row { documents, command, urls, .. } = row;
        let shares = [command, urls, &peer.command, &peer.any_url].map(ToString::to_string);
        [name.clone(), documents.to_string()].into_iter().chain(shares).collect()
    });
    let holding = rows.values().filter(|row| row.holds()).count();
    format!(
        "{}\n**{holding} of {}** styles reach {RECOVERED_PERCENT_MIN} % of both. Bar: {STYLES_OF_TEN_MIN} of 10; held: {}. The \
         peer is olevba with all it has (`--deobf --decode --reveal`) for VBA and XLMMacroDeobfuscator for XLM; a text \
         counts when it stands anywhere in what is printed. A dash says that it sees no macro in these files.",
        table(&heads, cells),
        rows.len(),
        held(recovery::enough_hold(&rows))
    )
}

/// Documents whose source was replaced.
fn stomped(attacks: &[Document], ours: &[Told]) -> String {
    let (mut told, mut mistaken) = (Share::default(), Share::default());
    for (document, answer) in attacks.iter().zip(ours) {
        let share = if document.truth.stomped { &mut told } else { &mut mistaken };
        share.add(answer.alarms().any(|check| check == STOMPED_CHECK));
    }
    format!(
        "{STOMPED}: {told} told as such, of the others {mistaken}. Bar: all and none; held: {}.",
        held(told.part == told.of && mistaken.part == 0)
    )
}

/// Who names the attacks, and who leaves the honest documents alone.
fn verdicts(set: &Set, attacks: &[Told], honest: &[Told], peers: &Peers) -> String {
    let checks: BTreeSet<&str> = attacks.iter().chain(honest).flat_map(Told::alarms).collect();
    let score = |named: &dyn Fn(&Told) -> bool| {
        let mut score = Score::default();
        attacks.iter().for_each(|told| score.add(true, named(told)));
        honest.iter().for_each(|told| score.add(false, named(told)));
        score
    };
    let mut rows = vec![(
        "Hinomi, any check, medium or worse".to_owned(),
        score(&|told| told.alarms().next().is_some()),
    )];
    for check in checks {
        rows.push((format!("Hinomi, {check}"), score(&|told| told.alarms().any(|alarm| alarm == check))));
    }
    if let Some((attacks, honest)) = &peers.olevba {
        for (who, named) in PEER_RULES {
            let mut score = Score::default();
            attacks.iter().for_each(|answer| score.add(true, named(answer)));
            honest.iter().for_each(|answer| score.add(false, named(answer)));
            rows.push((who.to_owned(), score));
        }
    }
    let rows = rows.into_iter().map(|(who, score)| {
        vec![who, score.recall().to_string(), score.false_alarms().to_string(), score.precision().to_string()]
    });
    let heads = ["verdict", "attacks named", "honest documents named", "precision"];
    format!(
        "{}\nOver {} attacks and {} honest documents; a check that is about mail or PDF alone names few.",
        table(&heads, rows),
        set.attacks.len(),
        set.honest.len()
    )
}

/// Whether a peer calls a document bad.
type Rule = fn(&Answer) -> bool;
const PEER_RULES: [(&str, Rule); 2] = [(MRAPTOR, |answer| answer.mraptor), (OLEVBA, |answer| answer.olevba)];

/// The kinds of honest documents that somebody names.
fn kinds(documents: &[Document], honest: &[Told], peers: &Peers) -> String {
    let mut kinds: BTreeMap<&str, [Share; 3]> = BTreeMap::new();
    for (at, document) in documents.iter().enumerate() {
        let kind = kinds.entry(&document.truth.shape).or_default();
        kind[0].add(honest[at].alarms().next().is_some());
        if let Some(answer) = peers.olevba.as_ref().and_then(|(_, honest)| honest.get(at)) {
            kind[1].add(answer.mraptor);
            kind[2].add(answer.olevba);
        }
    }
    let all = kinds.len();
    let named: Vec<Vec<String>> = kinds
        .into_iter()
        .filter(|(_, shares)| shares.iter().any(|share| share.part > 0))
        .map(|(kind, shares)| {
            [kind.to_owned()].into_iter().chain(shares.map(|share| share.to_string())).collect()
        })
        .collect();
    let heads = ["honest documents", "named by Hinomi, medium or worse", "by mraptor", "by olevba's rule"];
    format!("{}\nThe {all} kinds of honest documents, without those that nobody names.", table(&heads, named))
}
