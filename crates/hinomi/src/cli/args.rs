//! The tree of commands. It carries no words: those stand in `catalog/text/cli.*.toml`, in both languages.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use hinomi_checks::tls::Server;
use hinomi_model::Severity;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

#[derive(Debug, Clone, Parser)]
#[command(name = "hinomi", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) shared: Shared,
    #[command(subcommand)]
    pub(crate) action: Action,
}

/// Flags every command knows.
#[derive(Debug, Clone, Args)]
pub(crate) struct Shared {
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<LangArg>,
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) catalog: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangArg {
    Ja,
    En,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Action {
    Demo(Demo),
    Init(Init),
    Run(Run),
    Scan(Scan),
    Decode(Decode),
    Plan(Plan),
    Report(ReportArgs),
    Block(Block),
    #[command(subcommand)]
    Tls(TlsAction),
    #[command(subcommand)]
    Page(PageAction),
    #[command(subcommand)]
    Keys(KeysAction),
    #[command(subcommand)]
    Collect(CollectAction),
    Explain(Explain),
    #[command(subcommand)]
    Finding(FindingAction),
    #[command(subcommand)]
    Asset(ListAction),
    #[command(subcommand)]
    Indicator(ListAction),
    #[command(subcommand)]
    Catalog(CatalogAction),
    #[command(subcommand)]
    Config(ConfigAction),
    Doctor(Doctor),
    Backup(StoreFile),
    Restore(StoreFile),
    #[command(subcommand)]
    Audit(AuditAction),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Demo {
    #[arg(value_name = "DIR", default_value = "hinomi-demo")]
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Init {
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub(crate) company: Option<String>,
    #[arg(long = "domain", value_name = "DOMAIN")]
    pub(crate) domains: Vec<String>,
    #[arg(long, value_name = "YEN")]
    pub(crate) sales: Option<u64>,
    #[arg(long, value_name = "INDUSTRY")]
    pub(crate) industry: Option<String>,
    #[arg(long = "mail", value_name = "DIR")]
    pub(crate) mail: Vec<PathBuf>,
    #[arg(long = "documents", value_name = "DIR")]
    pub(crate) documents: Vec<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) judge: JudgeFlags,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Scan {
    #[arg(value_name = "FILE|DIR|URL|HOST:PORT|-", required = true)]
    pub(crate) targets: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) judge: JudgeFlags,
    #[arg(long)]
    pub(crate) observations: bool,
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) crawl: usize,
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) stay: u64,
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) browser: Option<PathBuf>,
    #[arg(long)]
    pub(crate) keep_query: bool,
    #[command(flatten)]
    pub(crate) how: ServerFlags,
    /// For laboratories: names and address spaces of their own.
    #[arg(long, hide = true, value_name = "ARGUMENT", allow_hyphen_values = true)]
    pub(crate) browser_argument: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct JudgeFlags {
    #[arg(long, value_enum, default_value = "low", value_name = "SEVERITY")]
    pub(crate) fail_on: SeverityArg,
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
    /// Reads in this process, without the jail: for measuring only.
    #[arg(long, hide = true)]
    pub(crate) no_jail: bool,
    #[arg(long, value_name = "N")]
    pub(crate) workers: Option<usize>,
}

impl JudgeFlags {
    /// As when nothing is said.
    pub(crate) fn usual() -> Self {
        Self { fail_on: SeverityArg::Low, allow_incomplete: false, no_jail: false, workers: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityArg {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl From<SeverityArg> for Severity {
    fn from(arg: SeverityArg) -> Self {
        match arg {
            SeverityArg::Info => Self::Info,
            SeverityArg::Low => Self::Low,
            SeverityArg::Medium => Self::Medium,
            SeverityArg::High => Self::High,
            SeverityArg::Critical => Self::Critical,
        }
    }
}

/// How and where results are written.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Html,
    Csv,
    Xlsx,
    Sarif,
    Ocsf,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Decode {
    #[arg(long, value_name = "RECIPE", required_unless_present = "magic")]
    pub(crate) recipe: Option<String>,
    #[arg(long, conflicts_with = "recipe")]
    pub(crate) magic: bool,
    #[arg(long, conflicts_with = "magic")]
    pub(crate) link: bool,
    #[arg(long)]
    pub(crate) no_jail: bool,
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Plan {
    #[arg(long, value_name = "YEN")]
    pub(crate) budget: Option<u64>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Block {
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: BlockFormat,
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BlockFormat {
    Text,
    Hosts,
    Csv,
}

/// How servers are asked.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServerFlags {
    #[arg(long)]
    pub(crate) polite: bool,
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) at: Option<IpAddr>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum TlsAction {
    Sheet(TlsSheet),
    Config(TlsConfig),
    Survey(TlsSurvey),
    Profiles,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct TlsSheet {
    #[arg(value_name = "HOST:PORT|FILE", required = true)]
    pub(crate) targets: Vec<String>,
    #[arg(long, value_name = "ID|FILE")]
    pub(crate) profile: Option<String>,
    #[arg(long, value_name = "PROGRAM", value_parser = program())]
    pub(crate) server: Option<Server>,
    #[command(flatten)]
    pub(crate) how: ServerFlags,
    #[arg(long)]
    pub(crate) json: bool,
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct TlsConfig {
    #[arg(value_name = "HOST:PORT|FILE")]
    pub(crate) targets: Vec<String>,
    #[arg(long, value_name = "ID|FILE")]
    pub(crate) profile: Option<String>,
    #[arg(long, value_name = "PROGRAM", value_parser = program())]
    pub(crate) server: Server,
    #[command(flatten)]
    pub(crate) how: ServerFlags,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct TlsSurvey {
    #[arg(value_name = "HOST:PORT", required = true)]
    pub(crate) servers: Vec<String>,
    #[command(flatten)]
    pub(crate) how: ServerFlags,
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The programs that settings are written for, by their words.
fn program() -> impl TypedValueParser<Value = Server> {
    PossibleValuesParser::new(Server::ALL.map(Server::as_str)).try_map(|word| word.parse::<Server>())
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PageAction {
    Policy(PagePolicy),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PagePolicy {
    #[arg(long, value_enum)]
    pub(crate) browser: BrowserArg,
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BrowserArg {
    Chrome,
    Edge,
    Firefox,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum KeysAction {
    List(KeysList),
    Cbom(KeysCbom),
    Questionnaire(KeysQuestionnaire),
}

/// Where keys are looked for.
#[derive(Debug, Clone, Args)]
pub(crate) struct KeyLooking {
    #[arg(value_name = "FILE|DIR")]
    pub(crate) paths: Vec<PathBuf>,
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
    #[arg(long, value_name = "N")]
    pub(crate) workers: Option<usize>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct KeysList {
    #[command(flatten)]
    pub(crate) looking: KeyLooking,
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct KeysCbom {
    #[command(flatten)]
    pub(crate) looking: KeyLooking,
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct KeysQuestionnaire {
    #[command(flatten)]
    pub(crate) looking: KeyLooking,
    #[arg(long)]
    pub(crate) form: bool,
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CollectAction {
    PageReports(PageReports),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PageReports {
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: SocketAddr,
    #[arg(long = "out", value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) from: Vec<String>,
    #[arg(long)]
    pub(crate) beyond_this_machine: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Explain {
    #[arg(value_name = "CHECK")]
    pub(crate) check: Option<String>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum FindingAction {
    List(FindingList),
    Show(FindingShow),
    Accept(FindingAccept),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FindingList {
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) severity: Option<SeverityArg>,
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FindingShow {
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FindingAccept {
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) until: String,
    #[arg(long, value_name = "NAME")]
    pub(crate) approved_by: String,
    #[arg(long, value_name = "TICKET")]
    pub(crate) ticket: Option<String>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ListAction {
    List,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CatalogAction {
    Check,
    List,
    Show(CatalogShow),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct CatalogShow {
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ConfigAction {
    Check,
    Show,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Doctor {}

#[derive(Debug, Clone, Args)]
pub(crate) struct StoreFile {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AuditAction {
    Verify,
}
