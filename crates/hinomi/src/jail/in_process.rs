//! The jail without walls: the same interface on threads of this process.

use super::{Job, Lost, Reader};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, mpsc};

/// Threads that read.
#[derive(Debug)]
pub(super) struct Threads {
    workers: usize,
    reader: Reader,
}

type Outcome = Result<Vec<u8>, Lost>;

impl Threads {
    pub(super) fn new(workers: usize, reader: Reader) -> Self {
        Self { workers, reader }
    }

    pub(super) fn run(&self, jobs: impl Iterator<Item = Job>, mut on_done: impl FnMut(usize, Outcome)) {
        // Two jobs for each thread: one being read, one waiting.
        let in_flight_max = self.workers.saturating_mul(2);
        let (to_threads, queue) = mpsc::channel::<(usize, Job)>();
        let (from_threads, outcomes) = mpsc::channel::<(usize, Outcome)>();
        let queue = Mutex::new(queue);
        let reader = self.reader;
        std::thread::scope(|scope| {
            for _ in 0..self.workers {
                let (queue, from_threads) = (&queue, from_threads.clone());
                scope.spawn(move || {
                    while let Some((index, job)) = next(queue) {
                        // The other end hangs up only when the caller's `on_done` panicked.
                        if from_threads.send((index, read(reader, &job))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(from_threads);
            let mut order = InOrder::default();
            let mut in_flight = 0_usize;
            for (index, job) in jobs.enumerate() {
                if to_threads.send((index, job)).is_err() {
                    break;
                }
                in_flight += 1;
                while in_flight >= in_flight_max {
                    let Ok((index, outcome)) = outcomes.recv() else { break };
                    in_flight -= 1;
                    order.done(index, outcome, &mut on_done);
                }
            }
            drop(to_threads);
            while let Ok((index, outcome)) = outcomes.recv() {
                order.done(index, outcome, &mut on_done);
            }
        });
    }
}

fn next(queue: &Mutex<mpsc::Receiver<(usize, Job)>>) -> Option<(usize, Job)> {
    queue.lock().ok()?.recv().ok()
}

fn read(reader: Reader, job: &Job) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| reader(&job.head, &job.bytes)))
        .map_err(|_| Lost::Panicked { place: "the reader (see stderr)".to_owned() })
}

/// Holds outcomes back until their turn comes.
#[derive(Debug, Default)]
pub(super) struct InOrder {
    next: usize,
    waiting: BTreeMap<usize, Outcome>,
}

impl InOrder {
    /// Takes the outcome of one job and delivers every outcome whose turn has come; returns the bytes delivered.
    pub(super) fn done(
        &mut self,
        index: usize,
        outcome: Outcome,
        on_done: &mut impl FnMut(usize, Outcome),
    ) -> u64 {
        self.waiting.insert(index, outcome);
        let mut delivered = 0_u64;
        while let Some(outcome) = self.waiting.remove(&self.next) {
            delivered = delivered.saturating_add(outcome.as_ref().map_or(0, |answer| answer.len() as u64));
            let index = self.next;
            self.next += 1;
            on_done(index, outcome);
        }
        delivered
    }

    /// The oldest job that is not delivered.
    #[cfg(target_os = "linux")]
    pub(super) fn next(&self) -> usize {
        self.next
    }
}
