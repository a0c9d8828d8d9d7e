//! Lists what a scan of these paths would read: `collected PATH…`. With `--read` it reads everything as well.

use hinomi_collect::{CollectLimits, collect};
use std::io::Write;
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let (flags, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        std::env::args_os().skip(1).map(PathBuf::from).partition(|argument| argument.as_os_str() == "--read");
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let (mut items, mut bytes, mut problems) = (0_u64, 0_u64, 0_u64);
    for found in collect(&paths, &CollectLimits::desk()) {
        let read = found.and_then(|item| {
            let size = if flags.is_empty() { item.size } else { item.fetch.read()?.len() as u64 };
            Ok((item, size))
        });
        match read {
            Ok((item, size)) => {
                items += 1;
                bytes += size;
                if flags.is_empty() {
                    writeln!(out, "{size:>12} {:?} {:?}", item.taken, item.source)?;
                }
            }
            Err(problem) => {
                problems += 1;
                writeln!(out, "problem: {:?}", problem.to_string())?;
            }
        }
    }
    writeln!(out, "{items} items, {bytes} bytes, {problems} problems")?;
    out.flush()
}
