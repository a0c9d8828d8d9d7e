//! What command lines do to the world: what they fetch, write, start, and how they make themselves start again.

use super::evaluate::trace::Deed;
use super::evaluate::value::GAP;
use crate::Limits;
use crate::url::{self, Url};

/// Places of one kind kept of one command.
const PLACES_MAX: usize = 256;

/// `start start start …`.
const START_DEPTH_MAX: u32 = 4;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) urls: Vec<Url>,
    pub(super) hosts: Vec<String>,
    pub(super) files: Vec<String>,
    pub(super) persistence: Vec<String>,
    pub(super) fetches: bool,
    pub(super) executes: bool,
    pub(super) hidden: bool,
    /// Command lines started, to be read in turn.
    pub(super) started: Vec<String>,
}

impl Effects {
    pub(super) fn add_deed(&mut self, deed: &Deed, limits: &Limits) {
        match deed {
            Deed::Fetch(target) => self.fetch(target, limits),
            Deed::Start(line) => {
                self.executes = true;
                push(&mut self.started, line.trim());
                self.line(line, limits);
            }
            Deed::Write(path) => self.file(path),
            Deed::Drop(line) => push(&mut self.started, line.trim()),
            Deed::Persist(told) => push(&mut self.persistence, told),
            Deed::Run(_) => {}
            Deed::Make(_) => self.hidden |= deed.is_hidden_window(),
        }
    }

    fn fetch(&mut self, target: &str, limits: &Limits) {
        self.fetches = true;
        let target = target.trim();
        if let Some(found) = url::read(target).filter(|found| !found.text.contains([GAP, ' '])) {
            self.url(found, limits);
        } else if target.contains("://") {
            for found in url::find(target, limits).value {
                self.url(found, limits);
            }
        } else if let Some(host) = url::read_host(target) {
            push(&mut self.hosts, &host);
        }
    }

    pub(super) fn url(&mut self, found: Url, limits: &Limits) {
        push(&mut self.hosts, &found.host);
        if self.urls.len() < limits.urls_max && !self.urls.iter().any(|known| known.text == found.text) {
            self.urls.push(found);
        }
    }

    pub(super) fn file(&mut self, path: &str) {
        let path = path.trim().trim_matches(['"', '\'']);
        if path.is_empty() || path.chars().all(|c| c == GAP) || path.len() > 1_024 {
            return;
        }
        let shown = path.replace(GAP, "…");
        if shown.to_ascii_lowercase().contains("\\start menu\\programs\\startup") {
            push(&mut self.persistence, &format!("startup folder: {shown}"));
        }
        push(&mut self.files, &shown);
    }

    /// One simple command line: a program and its words.
    pub(super) fn line(&mut self, line: &str, limits: &Limits) {
        self.line_at(line, limits, 0);
    }

    fn line_at(&mut self, line: &str, limits: &Limits, depth: u32) {
        let words = words(line);
        let Some((first, rest)) = words.split_first() else { return };
        let name = program_name(first);
        let lower: Vec<String> = rest.iter().map(|word| word.to_ascii_lowercase()).collect();
        match name.as_str() {
            "schtasks" | "reg" | "sc" => self.stays(&name, rest, &lower),
            "start" | "call" => {
                let arguments =
                    line.trim_start().split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
                if depth < START_DEPTH_MAX {
                    self.line_at(started_by(arguments), limits, depth + 1);
                }
            }
            "wmic" => {
                if let Some(at) = line.to_ascii_lowercase().find("call create") {
                    let started = line.get(at + "call create".len()..).unwrap_or_default().trim();
                    self.executes = true;
                    push(&mut self.started, started.trim_matches(['"', '\'']));
                }
            }
            "copy" | "xcopy" | "move" | "robocopy" if rest.len() > 1 => {
                if let Some(path) = rest.iter().rfind(|word| !word.starts_with('/')) {
                    self.file(path);
                }
            }
            "certutil" => self.certutil(rest, &lower, limits),
            "bitsadmin" => self.bitsadmin(rest, &lower, limits),
            "curl" | "wget" => {
                self.urls_of(rest, limits);
                // `-O` names the file like the address.
                let at = rest.iter().position(|word| {
                    matches!(word.as_str(), "-o" | "--output") || word.eq_ignore_ascii_case("-outfile")
                });
                if let Some(path) = at.and_then(|at| rest.get(at + 1)) {
                    self.file(path);
                }
            }
            "mshta" | "msiexec" | "regsvr32" | "rundll32" | "wscript" | "cscript" => {
                self.executes = true;
                // A script in a URL is read as one.
                if line.contains("script:") {
                    return;
                }
                self.urls_of(rest, limits);
                let target = rest.iter().find(|word| !word.starts_with(['/', '-']) || word.contains('.'));
                if let Some(target) = target.filter(|word| !word.contains("://") && name != "mshta") {
                    let path = target.split_once(',').map_or(target.as_str(), |(path, _)| path);
                    if looks_like_path(path) {
                        self.file(path);
                    }
                }
            }
            _ if looks_like_path(first) && !is_known_program(&name) && first.contains(['\\', '/', '%']) => {
                self.file(first);
            }
            _ => {}
        }
    }

    /// Programs that make another start again.
    fn stays(&mut self, name: &str, rest: &[String], lower: &[String]) {
        let behind = |switch: &str| {
            let at = lower.iter().position(|word| word == switch)?;
            rest.get(at + 1).cloned()
        };
        let given = |switch: &str| behind(switch).unwrap_or_default();
        match name {
            "schtasks" if lower.iter().any(|word| word == "/create") => {
                let (task, runs) = (given("/tn"), given("/tr"));
                push(&mut self.persistence, &format!("scheduled task: {task} = {runs}"));
                push(&mut self.started, &runs);
                self.executes = true;
            }
            "reg" if lower.first().is_some_and(|word| word == "add") => {
                let key = rest.get(1).cloned().unwrap_or_default();
                if starts_again(&key.to_ascii_lowercase()) {
                    let (name, value) = (given("/v"), given("/d"));
                    push(&mut self.persistence, &format!("registry: {key}\\{name} = {value}"));
                    push(&mut self.started, &value);
                }
            }
            "sc" if lower.iter().any(|word| word == "create") => {
                let (service, path) = (given("create"), given("binpath="));
                push(&mut self.persistence, &format!("service: {service} = {path}"));
            }
            _ => {}
        }
    }

    fn urls_of(&mut self, words: &[String], limits: &Limits) {
        for word in words {
            if !word.contains("://") {
                continue;
            }
            self.fetches = true;
            let at = ["http", "ftp"].iter().filter_map(|scheme| word.to_ascii_lowercase().find(scheme)).min();
            let found = at.and_then(|at| word.get(at..));
            for url in found.into_iter().flat_map(|text| url::find(text, limits).value) {
                self.url(url, limits);
            }
        }
    }

    fn certutil(&mut self, words: &[String], lower: &[String], limits: &Limits) {
        let verb =
            |name: &str| lower.iter().any(|word| word.trim_start_matches(['-', '/']).starts_with(name));
        if verb("urlcache") || verb("verifyctl") || verb("url") {
            self.urls_of(words, limits);
            if let Some(path) =
                words.last().filter(|word| !word.contains("://") && !word.starts_with(['-', '/']))
            {
                self.file(path);
            }
        } else if verb("decode") {
            // `-decode in out`, also hexadecimal.
            if let Some(path) = words.iter().filter(|word| !word.starts_with('-')).nth(1) {
                self.file(path);
            }
        }
    }

    fn bitsadmin(&mut self, words: &[String], lower: &[String], limits: &Limits) {
        if lower.iter().any(|word| matches!(word.as_str(), "/transfer" | "/addfile" | "/setnotifycmdline")) {
            self.urls_of(words, limits);
            if let Some(path) = words.last().filter(|word| !word.contains("://")) {
                self.file(path);
            }
        }
    }
}

fn push(list: &mut Vec<String>, text: &str) {
    let text = text.replace(GAP, "…");
    if !text.is_empty() && list.len() < PLACES_MAX && !list.contains(&text) {
        list.push(text);
    }
}

/// Keys of the registry and folders whose entries Windows starts.
pub(super) fn starts_again(key: &str) -> bool {
    [
        "\\currentversion\\run",
        "\\winlogon",
        "\\currentcontrolset\\services",
        "\\image file execution options",
        "\\policies\\explorer\\run",
        "\\appinit_dlls",
        "\\shell folders",
    ]
    .iter()
    .any(|known| key.contains(known))
}

/// Programs of Windows that run or fetch for others.
pub(super) fn is_known_program(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "schtasks",
        "reg",
        "sc",
        "certutil",
        "bitsadmin",
        "curl",
        "wget",
        "mshta",
        "msiexec",
        "regsvr32",
        "rundll32",
        "wscript",
        "cscript",
        "cmd",
        "powershell",
        "pwsh",
        "wmic",
        "forfiles",
        "at",
        "installutil",
        "msbuild",
        "regasm",
        "regsvcs",
        "explorer",
    ];
    NAMES.contains(&program_name(name).as_str())
}

/// Whether a line begins with a program of Windows that fetches, starts or installs and is no interpreter.
pub(super) fn is_own_program(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let name = program_name(first);
    ["curl", "msiexec", "wmic", "schtasks", "installutil", "msbuild", "regasm", "regsvcs"]
        .contains(&name.as_str())
}

/// The name of a program without its folder and `.exe`, in lower case.
pub(super) fn program_name(word: &str) -> String {
    let word = word.trim_matches(['"', '\'']);
    let name = word.rsplit(['\\', '/']).next().unwrap_or(word).to_ascii_lowercase();
    name.strip_suffix(".exe").map_or_else(|| name.clone(), str::to_owned)
}

/// What `start "title" /min program` starts; without the word itself.
pub(super) fn started_by(arguments: &str) -> &str {
    let mut rest = arguments.trim_start();
    if let Some((_, behind)) = rest.strip_prefix('"').and_then(|title| title.split_once('"'))
        && !behind.trim().is_empty()
    {
        rest = behind.trim_start();
    }
    while let Some(switch) = rest.strip_prefix('/') {
        rest = switch.split_once(char::is_whitespace).map_or("", |(_, behind)| behind.trim_start());
    }
    rest
}

fn looks_like_path(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'']);
    let extension = word.rsplit_once('.').is_some_and(|(stem, ext)| {
        !stem.is_empty() && (1..=5).contains(&ext.len()) && ext.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    extension && !word.contains("://") && !word.contains(['<', '>', '|', '\n'])
}

/// The words of a command line; quotes keep spaces together and fall away.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut any) = (false, false);
    for c in line.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                any = true;
            }
            c if c.is_whitespace() && !quoted => {
                if any || !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => word.push(c),
        }
        if out.len() > 4_096 {
            break;
        }
    }
    if any || !word.is_empty() {
        out.push(word);
    }
    out
}

impl Effects {
    /// Takes over what a command does that is started by this one.
    pub(super) fn merge(&mut self, other: &crate::script::Command, limits: &Limits) {
        self.fetches |= other.fetches;
        self.executes |= other.executes;
        for found in &other.urls {
            self.url(found.clone(), limits);
        }
        for (to, from) in [
            (&mut self.hosts, &other.hosts),
            (&mut self.files, &other.files),
            (&mut self.persistence, &other.persistence),
        ] {
            for text in from {
                push(to, text);
            }
        }
    }

    /// Writes the findings into a command.
    pub(super) fn store(&mut self, command: &mut crate::script::Command) {
        command.urls = std::mem::take(&mut self.urls);
        command.hosts = std::mem::take(&mut self.hosts);
        command.files = std::mem::take(&mut self.files);
        command.persistence = std::mem::take(&mut self.persistence);
        command.fetches = self.fetches;
        command.executes = self.executes;
    }
}
