//! The system's Chromium: found, started with a profile of its own, ended, and nothing of it left behind.

use super::BrowseError;
use super::cdp::Peer;
use std::env;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What Chromium and its relatives are called.
const PROGRAMS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "microsoft-edge-stable",
    "microsoft-edge",
];

/// Ending by itself takes the browser this long at most, with its log written.
const ENDS_WITHIN: Duration = Duration::from_secs(10);
/// `/org.chromium.Chromium.XXXXXX/SingletonSocket`, and the longest name that a socket has anywhere (macOS).
const SOCKET_PATH_BYTES: usize = 46;
const SOCKET_BYTES_MAX: usize = 103;
/// Telling its version takes it this long at most.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
const LOOKS_EVERY: Duration = Duration::from_millis(20);

/// Everything the browser would do on its own account is off: what goes out is what the page asks for.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-service-autorun",
    "--disable-background-networking",
    // Pages that hide from machines would hide what they do.
    "--disable-blink-features=AutomationControlled",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    // Some components and the sign-in ask all the same; no browser goes to this port.
    "--component-updater=url-source=http://127.0.0.1:1/",
    "--gaia-url=http://127.0.0.1:1/",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    "--metrics-recording-only",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
    "--window-size=1280,900",
    "--net-log-capture-mode=Everything",
];

/// Parts of the browser that ask or tell others by themselves.
const FEATURES_OFF: &str = "AutofillServerCommunication,CertificateTransparencyComponentUpdater,DialMediaRouteProvider,\
     MediaRouter,OptimizationHints,Translate,NetworkTimeServiceQuerying,SpareRendererForSitePerProcess";
const FEATURES_OFF_FLAG: &str = "--disable-features=";

/// The pipe's ends are where Chromium looks for them, 3 and 4. The shell stays: should we end first, the browser
/// sees its pipe shut and ends too, and the shell takes the folder away.
const SHELL: &str = r#"
folder=$1 parent=$2
shift 2
exec 3<&0 4>&1 0</dev/null 1>/dev/null
"$@" 2>"$folder/said" &
browser=$!
exec 3<&- 4>&-
wait "$browser"
: >"$folder/ended"
while kill -0 "$parent" 2>/dev/null; do sleep 1; done
# Its last processes may still be writing for a moment.
tries=0
while [ -e "$folder" ] && [ "$tries" -lt 20 ]; do
  rm -rf -- "$folder" || sleep 1
  tries=$((tries + 1))
done
"#;

/// A running browser.
pub(super) struct Chromium {
    child: Child,
    folder: PathBuf,
    pub(super) peer: Peer,
}

/// The browser to use: the named one, else the first of those that the system knows.
pub fn find_chromium(named: Option<&Path>) -> Option<PathBuf> {
    let runs = |path: &PathBuf| path.is_file();
    if let Some(named) = named.filter(|named| named.components().count() > 1) {
        return Some(named.to_owned()).filter(runs);
    }
    let path = env::var_os("PATH")?;
    let names: Vec<&Path> =
        named.map_or_else(|| PROGRAMS.iter().map(Path::new).collect(), |named| vec![named]);
    names.iter().find_map(|name| env::split_paths(&path).map(|folder| folder.join(name)).find(runs))
}

/// Whether the browser's own sandbox can be used: Chromium refuses it to root.
pub fn chromium_sandboxed() -> bool {
    #[cfg(unix)]
    return !rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    return true;
}

impl Chromium {
    /// Starts it. `more` are further arguments.
    pub(super) fn start(program: &Path, more: &[String]) -> Result<Self, BrowseError> {
        let failed = |error: io::Error| BrowseError::NotStarted {
            program: program.display().to_string(),
            why: error.to_string(),
        };
        let folder = private_folder().map_err(failed)?;
        let started = Self::spawn(program, &folder, more);
        let mut child = started.inspect_err(|_| _ = fs::remove_dir_all(&folder)).map_err(failed)?;
        let pipes = child.stdout.take().zip(child.stdin.take());
        let (reader, writer) = pipes.ok_or_else(|| failed(io::Error::other("no pipe")))?;
        Ok(Self { child, folder, peer: Peer::new(reader, writer) })
    }

    fn spawn(program: &Path, folder: &Path, more: &[String]) -> io::Result<Child> {
        let agent = user_agent(program);
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SHELL, "sh"]).arg(folder).arg(std::process::id().to_string()).arg(program);
        command.args(FLAGS);
        if !chromium_sandboxed() {
            command.arg("--no-sandbox");
        }
        let mut profile = std::ffi::OsString::from("--user-data-dir=");
        profile.push(folder.join("profile"));
        let mut log = std::ffi::OsString::from("--log-net-log=");
        log.push(folder.join("log"));
        command.arg(profile).arg(log).args(agent.map(|agent| format!("--user-agent={agent}")));
        // The browser takes the last list only: ours and those that were given become one.
        let given = more.iter().filter_map(|one| one.strip_prefix(FEATURES_OFF_FLAG));
        let features: Vec<&str> = std::iter::once(FEATURES_OFF).chain(given).collect();
        command.args(more).arg(format!("{FEATURES_OFF_FLAG}{}", features.join(","))).arg("about:blank");
        // What it writes besides its profile goes into the same folder, and so away with it.
        for name in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
            command.env(name, folder);
        }
        // It makes a socket below its temporary folder, and does not start where that is too far down.
        if folder.as_os_str().len() + SOCKET_PATH_BYTES <= SOCKET_BYTES_MAX {
            command.env("TMPDIR", folder);
        }
        if !has_own_authorities() {
            command.env("HOME", folder);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own: it is ended as a whole, and a Ctrl-C reaches us first.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn()
    }

    /// The network log; whole only after [`Chromium::end`].
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// What it said last on standard error, for the reason why it did not start.
    pub(super) fn last_words(&self) -> String {
        let said = fs::read(self.folder.join("said")).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        let telling = said.lines().rev().find(|line| line.contains("ERROR") || line.contains("FATAL"));
        telling.or(said.lines().next_back()).unwrap_or_default().chars().take(300).collect()
    }

    /// Asks it to end, and waits until its log is written.
    pub(super) fn end(&mut self) -> bool {
        _ = self.peer.send(None, "Browser.close", serde_json::json!({}));
        let until = Instant::now() + ENDS_WITHIN;
        while Instant::now() < until {
            if self.folder.join("ended").exists() {
                return true;
            }
            thread::sleep(LOOKS_EVERY);
        }
        false
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        _ = self.child.kill();
        _ = self.child.wait();
        // Its last processes may still be writing for a moment.
        for _ in 0..50 {
            if fs::remove_dir_all(&self.folder).is_ok() || !self.folder.exists() {
                return;
            }
            thread::sleep(LOOKS_EVERY);
        }
    }
}

/// Whether this person trusts certificates that the system does not: they lie at home, and pages of a company may need
/// them. Without any, the browser needs nothing there, and would only make an empty list.
fn has_own_authorities() -> bool {
    let home = env::var_os("HOME").map(PathBuf::from);
    let lists = [".pki/nssdb", ".local/share/pki/nssdb"];
    home.is_some_and(|home| lists.iter().any(|list| home.join(list).exists()))
}

/// What the same browser with a window calls itself: without one it says `HeadlessChrome`, and pages that hide from
/// machines behave. None when the browser does not tell its version.
fn user_agent(program: &Path) -> Option<String> {
    let version = version_of(program)?;
    let major = version.split('.').next()?;
    let system = match env::consts::OS {
        "macos" => "Macintosh; Intel Mac OS X 10_15_7",
        "windows" => "Windows NT 10.0; Win64; x64",
        _ => "X11; Linux x86_64",
    };
    let edge = program.file_name().is_some_and(|name| name.to_string_lossy().contains("edge"));
    let more = if edge { format!(" Edg/{major}.0.0.0") } else { String::new() };
    // Chromium tells no more than its major version since 2022 (user-agent reduction).
    Some(format!(
        "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36{more}"
    ))
}

/// `156.0.8078.79` of `Chromium 156.0.8078.79 built on Debian`.
fn version_of(program: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let until = Instant::now() + ANSWERS_WITHIN;
    while child.try_wait().ok()?.is_none() {
        if Instant::now() >= until {
            _ = child.kill();
            _ = child.wait();
            return None;
        }
        thread::sleep(LOOKS_EVERY);
    }
    let mut said = String::new();
    child.stdout.take()?.take(4096).read_to_string(&mut said).ok()?;
    version_in(&said)
}

/// The first word of four numbers.
pub(super) fn version_in(said: &str) -> Option<String> {
    let is_version = |word: &&str| {
        word.split('.').count() == 4 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    said.split_whitespace().find(is_version).map(str::to_owned)
}

/// A new folder that only we may look into: the log in it holds everything that goes over the wire.
fn private_folder() -> io::Result<PathBuf> {
    let mut last = io::Error::other("no name was free");
    for attempt in 0..16 {
        let folder =
            env::temp_dir().join(format!("hinomi-browse-{:016x}", RandomState::new().hash_one(attempt)));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) => last = error,
        }
    }
    Err(last)
}
