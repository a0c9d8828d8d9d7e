//! The worker's side: lock in, say so, then read one job after the other until stdin ends.

use super::wire::{HEADER, Kind, Reply, answer_header, read_job_header};
use super::{JailSettings, Layers, Reader, lock, probe};
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;

/// The hidden first argument of a worker.
const WORKER: &str = "jail-worker";
/// A buffer larger than this is given back after the job that needed it.
const BUFFER_KEPT: usize = 8 << 20;
/// Answers up to this size travel with their header in one write.
const SMALL_ANSWER: usize = 64 << 10;

/// Whether this process was started as a worker. `main` asks this before anything else.
pub fn asked_to_serve() -> bool {
    std::env::args_os().nth(1).is_some_and(|first| first == WORKER)
}

/// The arguments that make a worker of the binary.
pub(super) fn worker_arguments(settings: &JailSettings) -> [OsString; 3] {
    let Layers { landlock, seccomp, rlimits } = settings.layers;
    let letter = |on, name| if on { name } else { "-" };
    let layers = [letter(landlock, "l"), letter(seccomp, "s"), letter(rlimits, "r")].concat();
    [WORKER.into(), settings.memory_bytes_max.to_string().into(), layers.into()]
}

/// Serves the jail that started this process, and returns when it hangs up.
pub fn serve(reader: Reader) -> ExitCode {
    let mut arguments = std::env::args().skip(2);
    let memory = arguments.next().and_then(|text| text.parse::<u64>().ok());
    let (Some(memory_bytes_max), Some(layers)) = (memory, arguments.next()) else { return ExitCode::from(2) };
    let on = |letter| layers.contains(letter);
    let layers = Layers { landlock: on('l'), seccomp: on('s'), rlimits: on('r') };
    remember_panics();
    let shields = lock::lock(layers, memory_bytes_max);
    let Ok(hello) = serde_json::to_vec(&shields) else { return ExitCode::from(2) };
    match say(Reply::Hello, hello).and_then(|()| answer_all(reader)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

fn answer_all(reader: Reader) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    let mut header = [0_u8; HEADER];
    while read_exact(&mut header)? {
        let broken = || std::io::Error::from(std::io::ErrorKind::InvalidData);
        let (kind, head, body) = read_job_header(&header).ok_or_else(broken)?;
        buffer.resize(head.checked_add(body).ok_or_else(broken)?, 0);
        if !read_exact(&mut buffer)? && !buffer.is_empty() {
            return Err(broken());
        }
        let (head, body) = buffer.split_at_checked(head).ok_or_else(broken)?;
        let answer = catch_unwind(AssertUnwindSafe(|| match kind {
            Kind::Read => reader(head, body),
            Kind::Try => probe::attempt(head, body),
        }));
        match answer {
            Ok(answer) => say(Reply::Answer, answer)?,
            Err(_) => say(Reply::Panicked, last_panic())?,
        }
        if buffer.capacity() > BUFFER_KEPT {
            buffer = Vec::new();
        }
    }
    Ok(())
}

/// Fills the buffer from stdin; `false` when stdin ended before the first byte.
fn read_exact(buffer: &mut [u8]) -> std::io::Result<bool> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        // Past std's own buffer: a job is read straight to its place.
        match rustix::io::read(std::io::stdin(), rest) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(rustix::io::Errno::INTR) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(true)
}

fn say(reply: Reply, answer: Vec<u8>) -> std::io::Result<()> {
    let header = answer_header(reply, answer.len());
    if answer.len() <= SMALL_ANSWER {
        return write_all(&[&header, answer.as_slice()].concat());
    }
    write_all(&header)?;
    write_all(&answer)
}

fn write_all(mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(std::io::stdout(), bytes) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(())
}

/// Where the last panic came from. The message stays behind: it may quote the hostile file.
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

fn remember_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = place;
        }
    }));
}

fn last_panic() -> Vec<u8> {
    LAST_PANIC.lock().map(|place| place.clone().into_bytes()).unwrap_or_default()
}
