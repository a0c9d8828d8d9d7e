//! Where received lines go. A batch is in the file whole and synchronised, or not at all.

use super::ReceiveError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Longest line that is looked for at the end of a file.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// Why a batch is not written, for people.
#[derive(Debug)]
pub(super) struct Unwritten(pub(super) String);

/// One place for all connections.
#[derive(Debug)]
pub(super) struct Sink {
    to: Mutex<To>,
    gone: AtomicBool,
}

#[derive(Debug)]
enum To {
    Output,
    File { file: File, length: u64, max: u64 },
}

impl Sink {
    /// Opens the file for adding, alone. What a killed writer left behind its last line is cut off: its sender was
    /// never told that it is written, and sends it again.
    pub(super) fn open(path: Option<&Path>, max: u64) -> Result<Self, ReceiveError> {
        let to = match path {
            None => To::Output,
            Some(path) => {
                let failed = |why: String| ReceiveError::File { path: path.to_owned(), why };
                open_file(path).map_err(failed).map(|(file, length)| To::File { file, length, max })?
            }
        };
        Ok(Self { to: Mutex::new(to), gone: AtomicBool::new(false) })
    }

    /// Nobody reads standard output any more.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// Adds whole lines.
    pub(super) fn append(&self, lines: &[u8]) -> Result<(), Unwritten> {
        let mut to = self.to.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &mut *to {
            To::Output => {
                let mut out = io::stdout().lock();
                out.write_all(lines).and_then(|()| out.flush()).map_err(|error| {
                    self.gone.store(true, Ordering::Release);
                    Unwritten(error.to_string())
                })
            }
            To::File { file, length, max } => {
                let after = length.saturating_add(lines.len() as u64);
                if after > *max {
                    return Err(Unwritten(format!("the file would become larger than {max} bytes")));
                }
                add(file, *length, lines).map_err(|error| Unwritten(error.to_string()))?;
                *length = after;
                Ok(())
            }
        }
    }
}

/// Writes behind `length`; on an error the file is as before.
pub(super) fn add(file: &mut File, length: u64, lines: &[u8]) -> io::Result<()> {
    let mut write = || -> io::Result<()> {
        file.seek(SeekFrom::Start(length))?;
        file.write_all(lines)?;
        file.sync_data()
    };
    write().inspect_err(|_| _ = file.set_len(length))
}

fn open_file(path: &Path) -> Result<(File, u64), String> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Which page a person visited is nobody else's business.
        options.mode(0o600);
    }
    let is_other = |found: std::fs::Metadata| !found.is_file();
    if std::fs::metadata(path).is_ok_and(is_other) {
        return Err("it is no plain file".to_owned());
    }
    let mut file = options.open(path).map_err(|error| error.to_string())?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err("somebody else writes it".to_owned()),
        Err(TryLockError::Error(error)) => return Err(error.to_string()),
    }
    let length = whole(&mut file).map_err(|error| error.to_string())?;
    length.map(|length| (file, length)).ok_or_else(|| "it holds something else than page reports".to_owned())
}

/// Cuts off what is no whole line; gives the length, or none when the file is of another kind.
fn whole(file: &mut File) -> io::Result<Option<u64>> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(Some(0));
    }
    let mut first = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    Read::by_ref(file).take(LINE_BYTES_MAX).read_to_end(&mut first)?;
    if !is_report(&first) {
        return Ok(None);
    }
    let from = length.saturating_sub(LINE_BYTES_MAX);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    Read::by_ref(file).take(LINE_BYTES_MAX).read_to_end(&mut tail)?;
    let end = match tail.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => from + at as u64 + 1,
        None if from == 0 => 0,
        None => return Ok(None),
    };
    if end < length {
        file.set_len(end)?;
    }
    Ok(Some(end))
}

/// Whether a file begins as this one writes it, so that no other is ever cut.
fn is_report(bytes: &[u8]) -> bool {
    let has = |line: &[u8], text: &[u8]| line.windows(text.len()).any(|part| part == text);
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => has(bytes.get(..end).unwrap_or_default(), b"\"rule\":\""),
        // The first line of all was never finished.
        None => [&b"{\"allowed_by\":"[..], b"{\"api\":", b"{\"count\":"]
            .iter()
            .any(|head| bytes.starts_with(head)),
    }
}
