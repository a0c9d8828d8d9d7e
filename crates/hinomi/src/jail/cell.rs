//! One worker process as the jail sees it: what it is fed, what it says, how long it takes, how it ended.

use super::wire::{self, HEADER, Kind, Reply};
use super::{Clock, JailSettings, Job, Lost, Shields, fate, serve};
use rustix::process::{Pid, Resource, Rlimit};
use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Room in each pipe, in bytes; the kernel's default is 64 KiB.
const PIPE_BYTES: usize = 1 << 20;
/// Kept of a worker's stderr, in bytes.
const WORDS_KEPT: usize = 4 << 10;
/// Read at most this much of one worker before the others get their turn, in bytes.
const TURN_BYTES: usize = 4 << 20;
/// A worker that is not locked in after this time is given up.
const START_MAX: Duration = Duration::from_secs(60);
/// How often the processor time of a busy worker is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A job that was given to a worker.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) index: usize,
    pub(super) kind: Kind,
    pub(super) job: Job,
    header: [u8; HEADER],
    written: usize,
}

/// What a worker said about its oldest job.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) index: usize,
    pub(super) bytes_held: u64,
    pub(super) outcome: Result<Vec<u8>, Lost>,
}

/// A worker process.
#[derive(Debug)]
pub(super) struct Cell {
    child: Child,
    pub(super) stdin: ChildStdin,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
    /// The jobs it has, the one it reads first.
    pub(super) given: VecDeque<Given>,
    pub(super) shields: Option<Shields>,
    pub(super) answered: u32,
    pub(super) hung_up: bool,
    incoming: Vec<u8>,
    last_words: Vec<u8>,
    /// Why the jail ended it.
    sentence: Option<Lost>,
    watch: Watch,
}

/// The clocks of the oldest job.
#[derive(Debug)]
struct Watch {
    /// Time the jail spent waiting for this job, doing nothing else, since the last look.
    attended: Duration,
    /// The part of it in which the worker slept, over all looks.
    idle: Duration,
    /// Processor time of the worker when the job was first looked at.
    cpu_before: Option<Duration>,
    /// The last look: processor time, and when.
    cpu_seen: Duration,
    seen_at: Instant,
    /// The soft RLIMIT_CPU in force, in seconds.
    cpu_rlimit: u64,
}

impl Cell {
    /// Starts a worker with nothing of ours: no environment, no terminal, no descriptor but the three pipes.
    pub(super) fn start(settings: &JailSettings) -> io::Result<Self> {
        let mut child = Command::new(&settings.program)
            .args(serve::worker_arguments(settings))
            .env_clear()
            .current_dir("/")
            // Ctrl-C is for the run, which ends its workers itself.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(io::Error::other("no pipes to the worker"));
        };
        // More room is only faster; a user who has used up the quota for pipes keeps the default.
        let _ = rustix::pipe::fcntl_setpipe_size(&stdin, PIPE_BYTES);
        let _ = rustix::pipe::fcntl_setpipe_size(&stdout, PIPE_BYTES);
        rustix::io::ioctl_fionbio(&stdin, true)?;
        rustix::io::ioctl_fionbio(&stdout, true)?;
        rustix::io::ioctl_fionbio(&stderr, true)?;
        Ok(Self {
            child,
            stdin,
            stdout,
            stderr,
            given: VecDeque::new(),
            shields: None,
            answered: 0,
            hung_up: false,
            incoming: Vec::new(),
            last_words: Vec::new(),
            sentence: None,
            watch: Watch {
                attended: Duration::ZERO,
                idle: Duration::ZERO,
                cpu_before: None,
                cpu_seen: Duration::ZERO,
                seen_at: Instant::now(),
                cpu_rlimit: 0,
            },
        })
    }

    /// Adds a job to its queue and writes as much of it as the pipe takes.
    pub(super) fn give(&mut self, index: usize, kind: Kind, job: Job, settings: &JailSettings) {
        let header = wire::job_header(kind, job.head.len(), job.bytes.len());
        self.given.push_back(Given { index, kind, job, header, written: 0 });
        if self.given.len() == 1 {
            self.watch_next(settings);
        }
        self.write();
    }

    /// Whether part of a job still waits for room in the pipe.
    pub(super) fn has_unwritten(&self) -> bool {
        self.given.back().is_some_and(|last| last.written < last.len())
    }

    /// Writes what the pipe takes.
    pub(super) fn write(&mut self) {
        for given in self.given.iter_mut().filter(|given| given.written < given.len()) {
            while given.written < given.len() {
                let slices = given.rest();
                match self.stdin.write_vectored(&slices) {
                    Ok(count) => given.written += count,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                    Err(_) => {
                        self.hung_up = true;
                        return;
                    }
                }
            }
        }
    }

    /// Reads what the worker has said and hands on each whole answer.
    pub(super) fn read(&mut self, buffer: &mut [u8], settings: &JailSettings, said: &mut Vec<Said>) {
        let mut taken = 0;
        while taken < TURN_BYTES && self.sentence.is_none() {
            match self.stdout.read(buffer) {
                Ok(0) => {
                    self.hung_up = true;
                    return;
                }
                Ok(count) => {
                    taken += count;
                    self.incoming.extend_from_slice(buffer.get(..count).unwrap_or_default());
                    self.take_answers(settings, said);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => {
                    self.hung_up = true;
                    return;
                }
            }
        }
    }

    fn take_answers(&mut self, settings: &JailSettings, said: &mut Vec<Said>) {
        while let Some(header) = self.incoming.first_chunk::<HEADER>() {
            let Some((reply, len)) = wire::read_answer_header(header) else {
                return self.end(Lost::Garbled);
            };
            if len > settings.answer_bytes_max {
                return self.end(Lost::AnswerTooLarge { bytes: settings.answer_bytes_max });
            }
            let whole = usize::try_from(len).unwrap_or(usize::MAX).saturating_add(HEADER);
            if self.incoming.len() < whole {
                return;
            }
            let rest = self.incoming.split_off(whole);
            let mut payload = std::mem::replace(&mut self.incoming, rest);
            payload.drain(..HEADER);
            self.take_answer(reply, payload, settings, said);
        }
    }

    fn take_answer(&mut self, reply: Reply, payload: Vec<u8>, settings: &JailSettings, said: &mut Vec<Said>) {
        match (reply, self.shields) {
            (Reply::Hello, None) => match serde_json::from_slice(&payload) {
                Ok(shields) => {
                    self.shields = Some(shields);
                    self.watch_next(settings);
                }
                Err(_) => self.end(Lost::Garbled),
            },
            (Reply::Answer | Reply::Panicked, Some(_)) => {
                // Nobody answers a job that was not wholly asked.
                let asked = self.given.front().is_some_and(|front| front.written == front.len());
                let Some(front) = self.given.pop_front().filter(|_| asked) else {
                    return self.end(Lost::Garbled);
                };
                let outcome = match reply {
                    Reply::Panicked => Err(Lost::Panicked { place: fate::printable(&payload) }),
                    Reply::Answer | Reply::Hello => Ok(payload),
                };
                self.answered = self.answered.saturating_add(1);
                self.watch_next(settings);
                said.push(Said { index: front.index, bytes_held: front.held(), outcome });
            }
            (Reply::Hello, Some(_)) | (_, None) => self.end(Lost::Garbled),
        }
    }

    /// Keeps the end of what the worker writes to stderr.
    pub(super) fn listen(&mut self) {
        let mut buffer = [0_u8; 1024];
        // Bounded: a worker that floods stderr is not listened to for ever.
        for _ in 0..64 {
            match self.stderr.read(&mut buffer) {
                Ok(count) if count > 0 => {
                    self.last_words.extend_from_slice(buffer.get(..count).unwrap_or_default());
                    let surplus = self.last_words.len().saturating_sub(WORDS_KEPT);
                    self.last_words.drain(..surplus);
                }
                _ => return,
            }
        }
    }

    /// Starts the clocks of the job that is now the oldest, and moves the kernel's own limit out of its way.
    fn watch_next(&mut self, settings: &JailSettings) {
        let watch = &mut self.watch;
        watch.attended = Duration::ZERO;
        watch.idle = Duration::ZERO;
        watch.cpu_before = None;
        // The worker has used at most this much; reading the true figure for every job would cost more than it tells.
        let used = watch.cpu_seen.saturating_add(watch.seen_at.elapsed()).as_secs();
        let needed = used.saturating_add(settings.cpu_seconds_max).saturating_add(2);
        if needed > watch.cpu_rlimit && settings.layers.rlimits {
            // Some room ahead, so that this is not done for every job.
            let next = needed.saturating_add(5);
            let limit = Rlimit { current: Some(next), maximum: None };
            if rustix::process::prlimit(Some(Pid::from_child(&self.child)), Resource::Cpu, limit).is_ok() {
                watch.cpu_rlimit = next;
            }
        }
    }

    /// Adds waiting time to the oldest job and ends the worker when a limit is passed.
    ///
    /// A busy machine ends nobody: a worker that waits for a processor uses none, but does not sleep either.
    pub(super) fn attend(&mut self, waited: Duration, settings: &JailSettings) {
        if self.sentence.is_some() || self.hung_up {
            return;
        }
        let watch = &mut self.watch;
        watch.attended = watch.attended.saturating_add(waited);
        if self.shields.is_none() {
            if watch.attended > START_MAX {
                self.end(Lost::TimedOut { clock: Clock::Idle, seconds: START_MAX.as_secs() });
            }
            return;
        }
        if self.given.is_empty() || watch.attended < LOOK_EVERY {
            return;
        }
        let attended = std::mem::take(&mut watch.attended);
        // Where nothing can be seen, all waiting counts as sleep.
        let (asleep, used) = look_at(&self.child).unwrap_or((true, watch.cpu_seen));
        let before = *watch.cpu_before.get_or_insert(used);
        if asleep && used == watch.cpu_seen {
            watch.idle = watch.idle.saturating_add(attended);
        }
        watch.cpu_seen = used;
        watch.seen_at = Instant::now();
        if used.saturating_sub(before) >= Duration::from_secs(settings.cpu_seconds_max) {
            self.end(Lost::TimedOut { clock: Clock::Cpu, seconds: settings.cpu_seconds_max });
        } else if watch.idle >= Duration::from_secs(settings.idle_seconds_max) {
            self.end(Lost::TimedOut { clock: Clock::Idle, seconds: settings.idle_seconds_max });
        }
    }

    fn end(&mut self, sentence: Lost) {
        self.sentence.get_or_insert(sentence);
        self.hung_up = true;
        let _ = self.child.kill();
    }

    /// The worker has hung up: what its oldest job died of, and the jobs that are to be given to another.
    pub(super) fn bury(mut self, buffer: &mut [u8], settings: &JailSettings, said: &mut Vec<Said>) -> Burial {
        let status = self.wait();
        self.listen();
        // What it answered before it died still counts.
        self.read(buffer, settings, said);
        let ready = self.shields.is_some();
        let words = fate::printable(&self.last_words);
        let mut given = std::mem::take(&mut self.given);
        // A job of which it has seen nothing did not kill it, nor did any before it was locked in.
        let blamed = if ready { given.pop_front_if(|front| front.written > 0) } else { None };
        let lost = blamed.map(|front| {
            let death = || {
                let (signal, code) = status.map_or((None, None), |status| {
                    use std::os::unix::process::ExitStatusExt;
                    (status.signal(), status.code())
                });
                Lost::from_death(signal, code, &self.last_words, settings)
            };
            let outcome = Err(self.sentence.take().unwrap_or_else(death));
            Said { index: front.index, bytes_held: front.held(), outcome }
        });
        let status = status.map_or_else(|| "no exit status".to_owned(), |status| status.to_string());
        Burial { lost, left: given, why: format!("{status} {words}").trim().to_owned() }
    }

    /// A worker that hangs up is dying; one that does not hurry is helped.
    fn wait(&mut self) -> Option<ExitStatus> {
        for _ in 0..500 {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                Err(_) => break,
            }
        }
        let _ = self.child.kill();
        self.child.wait().ok()
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is left of a worker.
#[derive(Debug)]
pub(super) struct Burial {
    pub(super) lost: Option<Said>,
    pub(super) left: VecDeque<Given>,
    pub(super) why: String,
}

impl Given {
    fn len(&self) -> usize {
        HEADER + self.job.head.len() + self.job.bytes.len()
    }

    /// Bytes this job keeps in memory.
    pub(super) fn held(&self) -> u64 {
        self.len() as u64
    }

    /// What is still to be written.
    fn rest(&self) -> [IoSlice<'_>; 3] {
        let mut skip = self.written;
        [self.header.as_slice(), &self.job.head, &self.job.bytes].map(|part| {
            let rest = part.get(skip..).unwrap_or_default();
            skip = skip.saturating_sub(part.len());
            IoSlice::new(rest)
        })
    }
}

/// Whether a process sleeps, and the processor time it has used, from `/proc/<pid>/stat` (proc_pid_stat(5)): state,
/// utime and stime are fields 3, 14 and 15.
fn look_at(child: &Child) -> Option<(bool, Duration)> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The name in parentheses may hold anything, so fields count from the last parenthesis; the next is field 3.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    // R waits for a processor or has one, D waits for the disk its memory was moved to.
    let asleep = !matches!(fields.next()?, "R" | "D");
    let user: u64 = fields.nth(10)?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    let ticks_a_second = rustix::param::clock_ticks_per_second().max(1);
    Some((asleep, Duration::from_millis(user.saturating_add(system).saturating_mul(1000) / ticks_a_second)))
}
