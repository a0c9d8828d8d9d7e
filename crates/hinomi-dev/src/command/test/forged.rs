//! Forged documents before other people's readers: were they not what they say, recovering something from them would
//! prove nothing.

use super::{Outcome, Rounds, needed};
use crate::command::lab::recovery::{Document, Order, Set};
use crate::command::lab::{Lab, in_guard, oletools, spreadsheet_program};
use anyhow::{Context, Result, ensure};
use hinomi_dev::forge::specimens::{LANES, Truth};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const GUARD: Duration = Duration::from_secs(300);
/// One of every lane, and honest ones of many templates.
const ORDER: Order = Order { attacks: LANES, honest: 24, seed: 46 };

/// olevba, oleform, rtfobj and msodde find in them what went in.
pub(super) fn by_oletools(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let python = needed!(oletools(lab));
    let desk = tempfile::tempdir()?;
    let set = Set::write(desk.path(), ORDER)?;
    let asked = desk.path().join("asked.ndjson");
    let mut lines = Vec::new();
    for document in set.attacks.iter().chain(&set.honest) {
        serde_json::to_writer(&mut lines, &Question::about(document))?;
        lines.push(b'\n');
    }
    fs::write(&asked, lines)?;
    let script = lab.root.join("lab/peers/forged_read.py");
    let ran = in_guard(Command::new(python).arg(script).arg(&asked), GUARD)?;
    ensure!(ran.code == 0, "failed to ask oletools: {}", ran.tail());
    let (mut read, mut wrong) = (0, Vec::new());
    for line in ran.stdout.lines() {
        let answer: Answer = serde_json::from_str(line)?;
        read += answer.read;
        wrong.extend(answer.wrong.into_iter().map(|what| format!("{}: {what}", answer.file)));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    ensure!(read > 100, "oletools was asked about {read} things only");
    Ok(Outcome::Passed(format!("{read} modules, texts of controls, packages and fields")))
}

/// What is asked about a document; see `lab/peers/forged_read.py`.
#[derive(Serialize)]
struct Question<'a> {
    file: &'a Path,
    modules: BTreeMap<&'a str, &'a str>,
    form_texts: Vec<&'a str>,
    package: Option<&'a str>,
    field: Option<&'a str>,
    macro_sheet: Option<&'a str>,
}

#[derive(Deserialize)]
struct Answer {
    file: String,
    read: usize,
    wrong: Vec<String>,
}

impl<'a> Question<'a> {
    fn about(document: &'a Document) -> Self {
        let Truth { modules, shape, container, .. } = &document.truth;
        let forms = modules.iter().filter_map(|module| module.form.as_ref());
        let is_biff_sheet = container == "xls" && ["e6", "e8"].contains(&shape.as_str());
        Self {
            file: &document.path,
            modules: modules.iter().map(|module| (module.name.as_str(), module.code.as_str())).collect(),
            form_texts: forms.map(|form| form.longest_text()).filter(|text| text.len() > 40).collect(),
            package: document.truth.package.as_deref(),
            field: document.truth.arguments.as_deref().filter(|_| shape == "dde" && container == "docx"),
            macro_sheet: is_biff_sheet.then_some("EXEC"),
        }
    }
}

/// LibreOffice opens them and shows what people should see.
pub(super) fn by_office(_: &Lab, _: Rounds) -> Result<Outcome> {
    let office = needed!(spreadsheet_program());
    let desk = tempfile::tempdir()?;
    let set = Set::write(desk.path(), ORDER)?;
    let documents: Vec<&Document> = set.attacks.iter().chain(&set.honest).collect();
    let mut shown = 0;
    for (endings, filter, ending) in [
        (&["doc", "docm", "docx", "rtf"][..], "txt:Text (encoded):UTF8", "txt"),
        (&["xls", "xlsm", "xlsb"], "csv:Text - txt - csv (StarCalc):44,34,76,1", "csv"),
    ] {
        let wanted = |document: &&&Document| {
            let kept = document.path.extension().and_then(OsStr::to_str).unwrap_or_default();
            endings.contains(&kept) && !document.truth.shows.is_empty()
        };
        let those: Vec<&Document> = documents.iter().filter(wanted).copied().collect();
        shown += look(&office, desk.path(), &those, filter, ending)?;
    }
    ensure!(shown > 40, "only {shown} documents were opened");
    Ok(Outcome::Passed(format!("{shown} documents opened")))
}

/// Opens documents and saves them as text; each must show its line.
fn look(office: &Path, desk: &Path, documents: &[&Document], filter: &str, ending: &str) -> Result<usize> {
    let mut wrong = Vec::new();
    for honest in [false, true] {
        let those: Vec<&&Document> =
            documents.iter().filter(|document| (document.truth.verdict == "benign") == honest).collect();
        let out = desk.join(format!("{ending}-{honest}"));
        let mut convert = Command::new(office);
        convert
            .arg(format!("-env:UserInstallation=file://{}/profile", desk.display()))
            .args(["--headless", "--norestore", "--convert-to", filter, "--outdir"])
            .arg(&out)
            .args(those.iter().map(|document| &document.path));
        let ran = in_guard(&convert, GUARD)?;
        for document in those {
            let stem = document.path.file_stem().context("failed to name a document")?;
            let saved: PathBuf = out.join(stem).with_extension(ending);
            let text = fs::read_to_string(&saved).with_context(|| {
                format!("LibreOffice does not open {}: {}", document.path.display(), ran.tail())
            })?;
            if !text.contains(&document.truth.shows) {
                wrong.push(format!("{}: {:?} is not shown", document.path.display(), document.truth.shows));
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(documents.len())
}
