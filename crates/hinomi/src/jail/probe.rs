//! Is the jail a jail here? Found out by trying to break out of it, wall by wall, not by asking for versions.

use super::pool::Pool;
use super::wire::Kind;
use super::{JailError, JailSettings, Job, Layers, Lost, Shields};
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;

/// What came of trying to break out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protections {
    /// What a worker says it put on.
    pub shields: Shields,
    /// What was tried, with which walls up.
    pub experiments: Vec<Experiment>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Experiment {
    /// The walls that were up.
    pub layers: Layers,
    /// What was tried: `open`, `write`, `connect`, `bind-udp`, `exec`, `swell`.
    pub attempt: &'static str,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It failed, and how.
    Stopped(String),
    /// It worked: this wall does not hold here.
    Allowed,
}

const ONLY_LANDLOCK: Layers = Layers { landlock: true, ..Layers::NONE };
const ONLY_SECCOMP: Layers = Layers { seccomp: true, ..Layers::NONE };
const ONLY_RLIMITS: Layers = Layers { rlimits: true, ..Layers::NONE };

/// Which wall is to stop what when it stands alone; all of it is to be stopped when all of them stand.
const TRIALS: &[(Layers, &[&str])] = &[
    (ONLY_LANDLOCK, &["open", "write", "connect", "exec"]),
    (ONLY_SECCOMP, &["open", "write", "connect", "bind-udp", "exec"]),
    (ONLY_RLIMITS, &["open", "write", "connect", "bind-udp", "swell"]),
    (Layers::ALL, &["open", "write", "connect", "bind-udp", "exec", "swell"]),
];

impl Protections {
    /// Whether Landlock alone stopped everything it is to stop.
    pub fn landlock(&self) -> bool {
        self.held(ONLY_LANDLOCK)
    }

    /// Whether seccomp alone stopped everything it is to stop.
    pub fn seccomp(&self) -> bool {
        self.held(ONLY_SECCOMP)
    }

    /// Whether the rlimits alone stopped everything they are to stop.
    pub fn rlimits(&self) -> bool {
        self.held(ONLY_RLIMITS)
    }

    /// Whether the jail as it is used stopped everything.
    pub fn sealed(&self) -> bool {
        self.held(Layers::ALL)
    }

    fn held(&self, layers: Layers) -> bool {
        let mut tried = self.experiments.iter().filter(|experiment| experiment.layers == layers).peekable();
        tried.peek().is_some() && tried.all(|experiment| experiment.outcome != Outcome::Allowed)
    }
}

/// Starts real workers, wall by wall, and lets them try to break out. Takes about a quarter of a second. Touches one new
/// file name in the temporary folder and one port of the loopback interface.
///
/// # Errors
/// [`JailError`] when no worker can be started.
pub fn probe(settings: &JailSettings) -> Result<Protections, JailError> {
    let mut shields = Shields::default();
    let mut experiments = Vec::new();
    // Something that would answer, so that "refused" cannot pass for "forbidden".
    let listener = TcpListener::bind("127.0.0.1:0").ok();
    let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
    let file = std::env::temp_dir().join(format!("hinomi-jail-probe-{}", std::process::id()));
    for (layers, attempts) in TRIALS {
        let mut pool = Pool::new(JailSettings { workers: 1, layers: *layers, ..settings.clone() })?;
        if *layers == Layers::ALL {
            shields = pool.shields();
        }
        // Without somebody to connect to, a failure to connect would prove nothing.
        let attempts: Vec<_> =
            attempts.iter().copied().filter(|attempt| *attempt != "connect" || address.is_some()).collect();
        let jobs = attempts.iter().map(|attempt| {
            let job =
                Job { head: attempt.as_bytes().to_vec(), bytes: argument(attempt, &file, address, settings) };
            (Kind::Try, job)
        });
        pool.run(jobs, |at, answer| {
            if let Some(attempt) = attempts.get(at) {
                experiments.push(Experiment { layers: *layers, attempt, outcome: outcome(answer) });
            }
        })?;
        // There only when a wall did not hold.
        let _ = std::fs::remove_file(&file);
    }
    Ok(Protections { shields, experiments })
}

fn argument(attempt: &str, file: &Path, address: Option<SocketAddr>, settings: &JailSettings) -> Vec<u8> {
    match attempt {
        "open" => b"/proc/self/status".to_vec(),
        "write" => file.as_os_str().as_encoded_bytes().to_vec(),
        "connect" => address.map(|address| address.to_string()).unwrap_or_default().into_bytes(),
        "swell" => settings.memory_bytes_max.to_string().into_bytes(),
        _ => Vec::new(),
    }
}

fn outcome(answer: Result<Vec<u8>, Lost>) -> Outcome {
    match answer {
        Ok(answer) if answer == ALLOWED => Outcome::Allowed,
        Ok(answer) => Outcome::Stopped(String::from_utf8_lossy(&answer).into_owned()),
        Err(lost) => Outcome::Stopped(lost.to_string()),
    }
}

const ALLOWED: &[u8] = b"allowed";

/// The worker's part: tries one thing and says what came of it, if it still can.
pub(super) fn attempt(name: &[u8], argument: &[u8]) -> Vec<u8> {
    let argument = String::from_utf8_lossy(argument);
    let tried = match name {
        b"open" => std::fs::File::open(&*argument).map(drop),
        b"write" => std::fs::File::create(&*argument).and_then(|mut file| file.write_all(b"out")),
        b"connect" => TcpStream::connect(&*argument).map(drop),
        b"bind-udp" => UdpSocket::bind("127.0.0.1:0").map(drop),
        b"exec" => std::process::Command::new("/bin/true").status().map(drop),
        b"swell" => swell(argument.parse().unwrap_or(usize::MAX)),
        _ => Err(std::io::ErrorKind::InvalidInput.into()),
    };
    tried.map_or_else(|error| error.to_string().into_bytes(), |()| ALLOWED.to_vec())
}

/// Asks for as much memory as a worker may have in all; it has some already, so this must fail.
fn swell(bytes: usize) -> std::io::Result<()> {
    let mut swollen: Vec<u8> = Vec::new();
    swollen.try_reserve_exact(bytes).map_err(|_| std::io::ErrorKind::OutOfMemory.into())
}
