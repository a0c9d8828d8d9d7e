//! Prints the events of pages: `browse [--quiet-ms N] [--arg ARGUMENT]… URL…`, one line of JSON each. For the lab, which
//! holds them against what its targets saw.

use hinomi_collect::{Browse, browse};
use std::io::Write;
use std::time::Duration;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut how = Browse::desk();
    let mut urls = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quiet-ms" => how.quiet = Duration::from_millis(arguments.next().unwrap_or_default().parse()?),
            "--arg" => how.arguments.extend(arguments.next()),
            _ => urls.push(argument),
        }
    }
    let mut out = std::io::stdout();
    for url in urls {
        for page in browse(&[url], &how, &|_| false, &|_| ())?.into_iter().flatten() {
            out.write_all(&page.events)?;
            for trouble in page.troubles {
                writeln!(std::io::stderr(), "{}: {trouble}", page.url)?;
            }
        }
    }
    Ok(())
}
