//! Reads messages and says how fast, or what was in them.
//!
//! `mails [--dump] [--peer] [--times N] PATH…`: files, or folders of `.eml` files. Prints messages per second
//! of CPU time with every attachment hashed (SHA-256); `--peer` adds the mail-parser crate on the same work;
//! `--dump` prints subject, sender, parts and problems instead. CPU time comes from `/proc`; where there is
//! none, the clock on the wall counts.

use hinomi_formats::{Budget, Limits, Parsed, mail};
use mail_parser::MessageParser;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::time::Duration;

fn main() {
    let (mut paths, mut dump, mut peer, mut times) = (Vec::new(), false, false, 20_u32);
    let mut args = arguments();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--dump" => dump = true,
            "--peer" => peer = true,
            "--times" => times = args.next().and_then(|n| n.parse().ok()).unwrap_or(times),
            path => collect(Path::new(path), &mut paths),
        }
    }
    paths.sort();
    let mails: Vec<(PathBuf, Vec<u8>)> =
        paths.into_iter().filter_map(|path| read(&path).map(|b| (path, b))).collect();
    if dump {
        mails.iter().for_each(|(path, bytes)| show(path, bytes));
        return;
    }
    let work = |name: &str, one: &dyn Fn(&[u8]) -> usize| {
        let mut parts = 0;
        let took = timed(&mut || {
            for _ in 0..times {
                parts = mails.iter().map(|(_, bytes)| one(bytes)).sum();
            }
        });
        report(name, &mails, times, took, parts);
    };
    work("hinomi", &ours);
    if peer {
        work("mail-parser", &theirs);
    }
}

fn parse(bytes: &[u8]) -> Parsed<mail::Mail> {
    let limits = Limits::desk();
    mail::read(bytes, &limits, &mut Budget::new(&limits))
}

/// Reads and hashes; how many parts there were.
fn ours(bytes: &[u8]) -> usize {
    let parts = parse(bytes).value.parts;
    parts.iter().for_each(|part| hash(&part.bytes));
    parts.len()
}

fn theirs(bytes: &[u8]) -> usize {
    let Some(message) = MessageParser::default().parse(bytes) else { return 0 };
    message.attachments().for_each(|part| hash(part.contents()));
    message.attachment_count()
}

fn hash(bytes: &[u8]) {
    std::hint::black_box(Sha256::digest(bytes));
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn report(name: &str, mails: &[(PathBuf, Vec<u8>)], times: u32, took: Duration, parts: usize) {
    let count = mails.len() as f64 * f64::from(times);
    let bytes = mails.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() as f64 * f64::from(times);
    let seconds = took.as_secs_f64();
    println!(
        "{name}: {:.0} mails/s, {:.1} MB/s, {} mails, {parts} parts",
        count / seconds,
        bytes / seconds / 1e6,
        mails.len()
    );
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn show(path: &Path, bytes: &[u8]) {
    let Parsed { value: mail, problems } = parse(bytes);
    println!("== {}  mail: {}", path.display(), mail::looks_like_mail(bytes));
    println!("subject: {:?}", mail.subject);
    for address in &mail.from {
        println!("from: {:?} <{}>", address.name, address.address);
    }
    println!(
        "date: {:?}  text: {} bytes {:?}",
        mail.date_unix_s,
        mail.text.len(),
        mail.text.chars().take(60).collect::<String>()
    );
    for part in &mail.parts {
        let sum =
            Sha256::digest(&part.bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect::<String>();
        println!(
            "part {}: {} {:?} {} bytes {sum} {}",
            part.path,
            part.media_type,
            part.name,
            part.bytes.len(),
            part.attachment
        );
    }
    for problem in problems {
        println!("! {:?} {}: {}", problem.kind, problem.place, problem.detail);
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn timed(work: &mut dyn FnMut()) -> Duration {
    let (start, cpu) = (std::time::Instant::now(), cpu_time());
    work();
    let wall = start.elapsed();
    cpu_time().zip(cpu).map_or(wall, |(after, before)| after.saturating_sub(before))
}

/// What this process has used so far: run time in nanoseconds, the first number of `schedstat`.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn cpu_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().filter(|n| *n > 0).map(Duration::from_nanos)
}

#[expect(clippy::disallowed_methods, reason = "a program takes its files from the command line")]
fn arguments() -> impl Iterator<Item = String> {
    std::env::args().skip(1)
}

#[expect(clippy::disallowed_methods, reason = "a program reads the files it was given")]
fn read(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

#[expect(clippy::disallowed_methods, reason = "a program reads the folders it was given")]
fn collect(path: &Path, paths: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        paths.push(path.to_owned());
        return;
    }
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() || path.extension().is_some_and(|ending| ending == "eml") {
            collect(&path, paths);
        }
    }
}
