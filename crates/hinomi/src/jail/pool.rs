//! The jail's own side: one thread that feeds every worker, hears every answer and watches every clock.

use super::cell::{Burial, Cell, Said};
use super::in_process::InOrder;
use super::wire::Kind;
use super::{JailError, JailSettings, Job, Lost, Shields};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Jobs a worker has at a time: one it reads, one that waits in its pipe.
const JOBS_PER_CELL: usize = 2;
/// How long to wait for news before the clocks are looked at.
const TICK: Duration = Duration::from_millis(50);
/// Read from a worker at a time, in bytes.
const READ_BYTES: usize = 256 << 10;

/// The workers.
#[derive(Debug)]
pub(super) struct Pool {
    settings: JailSettings,
    cells: Vec<Cell>,
    shields: Shields,
    buffer: Vec<u8>,
    /// Workers lost in a row without a single answer between.
    lost_in_a_row: usize,
}

/// What one run has under way.
#[derive(Debug, Default)]
struct Run {
    order: InOrder,
    /// The number of the next job pulled.
    next: usize,
    /// Jobs of workers that died before reading them.
    again: BTreeMap<usize, (Kind, Job)>,
    /// Jobs pulled and not done.
    open: usize,
    held_bytes: u64,
    said: Vec<Said>,
}

impl Pool {
    pub(super) fn new(settings: JailSettings) -> Result<Self, JailError> {
        let mut pool = Self {
            cells: Vec::new(),
            shields: Shields::default(),
            buffer: vec![0; READ_BYTES],
            lost_in_a_row: 0,
            settings,
        };
        let mut run = Run::default();
        while !pool.cells.iter().any(|cell| cell.shields.is_some()) {
            if pool.cells.is_empty() {
                pool.start()?;
            }
            pool.turn(&mut run)?;
        }
        pool.shields = pool.cells.iter().find_map(|cell| cell.shields).unwrap_or_default();
        Ok(pool)
    }

    pub(super) fn shields(&self) -> Shields {
        self.shields
    }

    pub(super) fn run(
        &mut self,
        jobs: impl Iterator<Item = (Kind, Job)>,
        mut on_done: impl FnMut(usize, Result<Vec<u8>, Lost>),
    ) -> Result<(), JailError> {
        // A run before this one may have been cut short by a panic of the caller's.
        self.cells.retain(|cell| cell.given.is_empty());
        let mut run = Run::default();
        let mut jobs = jobs.fuse();
        loop {
            let exhausted = self.fill(&mut run, &mut jobs)?;
            if exhausted && run.open == 0 {
                return Ok(());
            }
            self.turn(&mut run)?;
            for said in std::mem::take(&mut run.said) {
                run.open -= 1;
                let answer_bytes = said.outcome.as_ref().map_or(0, |answer| answer.len() as u64);
                run.held_bytes = run.held_bytes.saturating_add(answer_bytes).saturating_sub(said.bytes_held);
                let delivered = run.order.done(said.index, said.outcome, &mut on_done);
                run.held_bytes = run.held_bytes.saturating_sub(delivered);
            }
        }
    }

    /// Gives jobs to workers that have room. Returns whether there is no job left to give.
    fn fill(
        &mut self,
        run: &mut Run,
        jobs: &mut impl Iterator<Item = (Kind, Job)>,
    ) -> Result<bool, JailError> {
        loop {
            let Some(at) = self.room() else { return Ok(false) };
            let (index, kind, job) = if let Some((index, (kind, job))) = run.again.pop_first() {
                (index, kind, job)
            } else {
                let ahead = run.next - run.order.next();
                let full = run.held_bytes >= self.settings.in_flight_bytes_max
                    || ahead >= self.settings.ahead_jobs_max.max(1);
                if full && ahead > 0 {
                    return Ok(false);
                }
                let Some((kind, job)) = jobs.next() else { return Ok(true) };
                run.next += 1;
                run.open += 1;
                (run.next - 1, kind, job)
            };
            let at = match at {
                Room::At(at) => at,
                Room::New => self.start()?,
            };
            if let Some(cell) = self.cells.get_mut(at) {
                cell.give(index, kind, job, &self.settings);
                run.held_bytes =
                    run.held_bytes.saturating_add(cell.given.back().map_or(0, |given| given.held()));
            }
        }
    }

    /// Where the next job goes: to an idle worker, else to a new one, else behind the job of a busy one.
    fn room(&self) -> Option<Room> {
        let open = |cell: &&(usize, &Cell)| {
            let promised =
                cell.1.given.len().saturating_add(usize::try_from(cell.1.answered).unwrap_or(usize::MAX));
            let jobs_max = usize::try_from(self.settings.jobs_per_worker_max.max(1)).unwrap_or(usize::MAX);
            !cell.1.hung_up && promised < jobs_max
        };
        let cells: Vec<_> = self.cells.iter().enumerate().collect();
        let best = cells.iter().filter(open).min_by_key(|(_, cell)| cell.given.len());
        match best {
            Some((at, cell)) if cell.given.is_empty() => Some(Room::At(*at)),
            _ if self.cells.len() < self.settings.workers.max(1) => Some(Room::New),
            Some((at, cell)) if cell.given.len() < JOBS_PER_CELL => Some(Room::At(*at)),
            _ => None,
        }
    }

    fn start(&mut self) -> Result<usize, JailError> {
        let cell = Cell::start(&self.settings).map_err(|error| self.start_failed(error.to_string()))?;
        self.cells.push(cell);
        Ok(self.cells.len() - 1)
    }

    fn start_failed(&self, why: String) -> JailError {
        JailError::StartFailed { program: self.settings.program.display().to_string(), why }
    }

    /// Waits for news, hears it, then looks at the clocks and clears away the dead.
    fn turn(&mut self, run: &mut Run) -> Result<(), JailError> {
        let began = Instant::now();
        let news = self.wait_for_news()?;
        // Only time spent waiting counts against a job: while the caller is busy nobody hears its answer.
        let waited = began.elapsed();
        for (cell, news) in self.cells.iter_mut().zip(news) {
            if news.words {
                cell.listen();
            }
            if news.room {
                cell.write();
            }
            if news.answer {
                let answers = run.said.len();
                cell.read(&mut self.buffer, &self.settings, &mut run.said);
                if run.said.len() > answers {
                    self.lost_in_a_row = 0;
                }
            }
            cell.attend(waited, &self.settings);
        }
        self.clear_away(run)
    }

    fn wait_for_news(&self) -> Result<Vec<News>, JailError> {
        let mut fds = Vec::with_capacity(self.cells.len() * 3);
        for cell in &self.cells {
            let room = if cell.has_unwritten() { PollFlags::OUT } else { PollFlags::empty() };
            fds.push(PollFd::new(&cell.stdout, PollFlags::IN));
            fds.push(PollFd::new(&cell.stderr, PollFlags::IN));
            fds.push(PollFd::new(&cell.stdin, room));
        }
        let tick = Timespec { tv_sec: 0, tv_nsec: i64::from(TICK.subsec_nanos()) };
        match poll(&mut fds, Some(&tick)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(JailError::Watch { source: error.into() }),
        }
        let happened = |fd: Option<&PollFd<'_>>| fd.is_some_and(|fd| !fd.revents().is_empty());
        Ok(fds
            .chunks(3)
            .map(|fds| News {
                answer: happened(fds.first()),
                words: happened(fds.get(1)),
                room: happened(fds.get(2)),
            })
            .collect())
    }

    /// Removes workers that died, worked off their share, or were ended; their jobs go to others.
    fn clear_away(&mut self, run: &mut Run) -> Result<(), JailError> {
        let mut at = 0;
        while let Some(cell) = self.cells.get(at) {
            let worked_off =
                cell.given.is_empty() && cell.answered >= self.settings.jobs_per_worker_max.max(1);
            if !cell.hung_up && !worked_off {
                at += 1;
                continue;
            }
            let cell = self.cells.remove(at);
            if worked_off {
                continue;
            }
            let Burial { lost, left, why } = cell.bury(&mut self.buffer, &self.settings, &mut run.said);
            for given in left {
                run.held_bytes = run.held_bytes.saturating_sub(given.held());
                run.again.insert(given.index, (given.kind, given.job));
            }
            if let Some(lost) = lost {
                self.lost_in_a_row = 0;
                run.said.push(lost);
                continue;
            }
            self.lost_in_a_row += 1;
            if self.lost_in_a_row > self.settings.workers.saturating_add(2) {
                return Err(self.start_failed(why));
            }
        }
        Ok(())
    }
}

enum Room {
    At(usize),
    New,
}

/// What happened at one worker's pipes.
struct News {
    answer: bool,
    words: bool,
    room: bool,
}
