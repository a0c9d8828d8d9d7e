//! A reader that turns on its jail: files that start with `HOSTILE:` tell it how. Every other file it reads.
//!
//! `hostile_reader DIR [--no-jail] [--no-walls] [--cpu-seconds N] [--idle-seconds N] [--memory-bytes N] [--workers N]
//! [--jobs-per-worker N]` reads each file of a folder in the order of names and prints one JSON line a file, then
//! one with the counts. `--probe` instead tries the walls one by one.

use hinomi::jail::{self, Jail, JailSettings, Job, Layers, Lost};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    if jail::asked_to_serve() {
        return Ok(jail::serve(read));
    }
    run().map(|()| ExitCode::SUCCESS)
}

/// What every reader looks like: words about the file and its bytes in, an answer out.
fn read(_name: &[u8], bytes: &[u8]) -> Vec<u8> {
    let Some(order) = bytes.strip_prefix(b"HOSTILE:") else { return measure(bytes) };
    // The least a reader can do: what is measured with it is the jail.
    if order.starts_with(b"len ") {
        return bytes.len().to_string().into_bytes();
    }
    let order = String::from_utf8_lossy(order);
    let mut words = order.split_ascii_whitespace();
    let (verb, argument) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match verb {
        "overflow" => [deeper(0)].to_vec(),
        "abort" => std::process::abort(),
        "loop" => spin(),
        "sleep" => loop {
            std::thread::park();
        },
        "swell" => swell(10 << 30),
        "socket" => told(std::net::UdpSocket::bind("127.0.0.1:0")),
        "connect" => told(std::net::TcpStream::connect(argument)),
        "write-file" => told(std::fs::write(argument, "escaped")),
        "open-file" => told(std::fs::read("/etc/passwd")),
        "list-dir" => told(std::fs::read_dir("/")),
        "exec" => told(std::process::Command::new("/usr/bin/touch").arg(argument).status()),
        "thread" => told(std::thread::Builder::new().spawn(|| ())),
        "kill-jail" => told(kill_jail()),
        "exit" => leave(),
        "panic" => panic!("asked to"),
        "huge-answer" => vec![b'A'; 64 << 20],
        "forged-answer" => forge(),
        "shout" => shout(),
        "look-around" => look_around(),
        _ => measure(bytes),
    }
}

fn measure(bytes: &[u8]) -> Vec<u8> {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    serde_json::json!({"sha256": hex, "size": bytes.len()}).to_string().into_bytes()
}

/// Says that a break-out worked, or how it failed.
fn told<T>(attempt: std::io::Result<T>) -> Vec<u8> {
    match attempt {
        Ok(_) => b"\"ESCAPED\"".to_vec(),
        Err(error) => serde_json::json!({"stopped": error.to_string()}).to_string().into_bytes(),
    }
}

#[expect(unconditional_recursion, reason = "the overflow is the point")]
fn deeper(depth: u64) -> u8 {
    let room = [depth as u8; 4096];
    std::hint::black_box(&room);
    deeper(depth + 1).wrapping_add(room[depth as usize % 4096])
}

fn spin() -> Vec<u8> {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

fn swell(to: usize) -> Vec<u8> {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    while hoard.len() << 24 < to {
        hoard.push(std::hint::black_box(vec![1; 1 << 24]));
    }
    b"\"ESCAPED\"".to_vec()
}

#[cfg(target_os = "linux")]
fn kill_jail() -> std::io::Result<()> {
    let parent = rustix::process::getppid().ok_or(std::io::ErrorKind::NotFound)?;
    Ok(rustix::process::kill_process(parent, rustix::process::Signal::KILL)?)
}

#[cfg(not(target_os = "linux"))]
fn kill_jail() -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[expect(clippy::exit, reason = "leaving without an answer is the point")]
fn leave() -> Vec<u8> {
    std::process::exit(0)
}

/// Talks past the protocol, twice: a broken header, then the honest answer.
fn forge() -> Vec<u8> {
    let mut out = std::io::stdout();
    let _ = out.write_all(b"HA\x09\0\0\0\0\0\0\0\0\0\0\0\0\0").and_then(|()| out.flush());
    b"\"forged\"".to_vec()
}

/// Floods stderr, then answers as if nothing was.
fn shout() -> Vec<u8> {
    let line = [b'\x1b'; 1024];
    for _ in 0..1024 {
        let _ = std::io::stderr().write_all(&line);
    }
    b"\"hoarse\"".to_vec()
}

/// What the worker still has of its parent's.
fn look_around() -> Vec<u8> {
    let folder = std::env::current_dir().unwrap_or_default();
    // The listing holds a descriptor of its own.
    let descriptors =
        std::fs::read_dir("/proc/self/fd").map_or(0, |listing| listing.count().saturating_sub(1));
    let environment = std::env::vars_os().count();
    serde_json::json!({"environment": environment, "folder": folder, "descriptors": descriptors})
        .to_string()
        .into_bytes()
}

/// What the command line asks for.
struct Asked {
    folder: std::path::PathBuf,
    no_jail: bool,
    probe: bool,
    settings: JailSettings,
}

fn asked() -> anyhow::Result<Asked> {
    let mut arguments = std::env::args().skip(1);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut settings = JailSettings::of_this_binary(workers);
    // The largest honest answer is a line; this makes `huge-answer` one.
    settings.answer_bytes_max = 1 << 20;
    let (mut folder, mut no_jail, mut probe) = (None, false, false);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            anyhow::Context::context(arguments.next(), "a number is missing")?
                .parse::<u64>()
                .map_err(anyhow::Error::from)
        };
        match argument.as_str() {
            "--no-jail" => no_jail = true,
            "--no-walls" => settings.layers = Layers::NONE,
            "--probe" => probe = true,
            "--cpu-seconds" => settings.cpu_seconds_max = number()?,
            "--idle-seconds" => settings.idle_seconds_max = number()?,
            "--memory-bytes" => settings.memory_bytes_max = number()?,
            "--jobs-per-worker" => settings.jobs_per_worker_max = u32::try_from(number()?)?,
            "--workers" => settings.workers = usize::try_from(number()?)?,
            _ => folder = Some(argument.into()),
        }
    }
    let folder = anyhow::Context::context(folder, "name a folder")?;
    Ok(Asked { folder, no_jail, probe, settings })
}

fn run() -> anyhow::Result<()> {
    let Asked { folder, no_jail, probe, settings } = asked()?;
    if probe {
        return try_walls(&settings);
    }
    let mut paths: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let names: Vec<String> = paths
        .iter()
        .map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    let jobs = paths.iter().zip(&names).map(|(path, name)| Job {
        head: name.clone().into_bytes(),
        bytes: std::fs::read(path).unwrap_or_default(),
    });
    let mut jail =
        if no_jail { Jail::in_process(settings.workers, read) } else { Jail::new(settings, read)? };
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let (mut answered, mut lost, mut broken) = (0_u64, 0_u64, Ok(()));
    let began = std::time::Instant::now();
    jail.run(jobs, |at, outcome| {
        if outcome.is_ok() {
            answered += 1
        } else {
            lost += 1
        }
        let written = line(&mut out, names.get(at).map_or("", String::as_str), outcome);
        if broken.is_ok() {
            broken = written;
        }
    })?;
    broken?;
    let seconds = began.elapsed().as_secs_f64();
    writeln!(
        out,
        "{}",
        serde_json::json!({"answered": answered, "lost": lost, "seconds": seconds, "shields": jail.shields()})
    )?;
    Ok(out.flush()?)
}

fn try_walls(settings: &JailSettings) -> anyhow::Result<()> {
    let found = jail::probe(settings)?;
    let experiments: Vec<_> = found
        .experiments
        .iter()
        .map(|tried| format!("{:?} {}: {:?}", tried.layers, tried.attempt, tried.outcome))
        .collect();
    let line = serde_json::json!({
        "shields": found.shields, "landlock": found.landlock(), "seccomp": found.seccomp(),
        "rlimits": found.rlimits(), "sealed": found.sealed(), "experiments": experiments,
    });
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn line(out: &mut impl Write, name: &str, outcome: Result<Vec<u8>, Lost>) -> std::io::Result<()> {
    let line = match outcome {
        Ok(answer) => {
            serde_json::json!({"file": name, "answer": serde_json::from_slice::<serde_json::Value>(&answer).ok()})
        }
        Err(lost) => serde_json::json!({"file": name, "lost": lost.kind(), "why": lost.to_string()}),
    };
    writeln!(out, "{line}")
}
