//! `hinomi collect page-reports`: receives what the page watch of browsers reports.

use crate::app::{App, shown};
use crate::cli::args::{CollectAction, PageReports};
use anyhow::{Context, Result};
use hinomi_collect::{Heard, REPORT_PATH, Receive, ReceiveError, Receiver};
use hinomi_model::{Lang, Text, Words};
use std::io::{self, Write};
use std::sync::Arc;

pub(crate) fn run(app: &App, action: &CollectAction) -> Result<u8> {
    let CollectAction::PageReports(args) = action;
    page_reports(app, args)
}

fn page_reports(app: &App, args: &PageReports) -> Result<u8> {
    let receiver = Receiver::open(&Receive {
        listen: args.listen,
        beyond_this_machine: args.beyond_this_machine,
        origins: args.from.clone(),
        to: args.output.clone(),
        file_bytes_max: app.found.config.limits.file_bytes_max,
    })
    .map_err(|error| match error {
        ReceiveError::NotLoopback { address } => {
            app.refuse(Text::new("cli_collect_not_loopback").with("address", address))
        }
        other => anyhow::Error::new(other),
    })?;
    let address = format!("http://{}{REPORT_PATH}", receiver.address());
    let to = args.output.as_deref().map_or_else(|| app.say("cli_collect_output"), shown);
    app.note(&app.tell(Text::new("cli_collect_listens").with("address", address).with("to", to)));
    if !receiver.address().ip().is_loopback() {
        app.note(&app.say("cli_collect_beyond"));
    }
    let (words, lang) = (app.words.clone(), app.lang);
    let told = receiver.run(Arc::new(move |heard| say(&words, lang, &heard)));
    Err(told).context("receive page reports")
}

/// Tells what went wrong; what went well is in the file.
fn say(words: &Words, lang: Lang, heard: &Heard) {
    let text = match heard {
        Heard::Lines { refused: 0, .. } => return,
        Heard::Lines { taken, refused } => {
            Text::new("cli_collect_lines").with("taken", taken).with("refused", refused)
        }
        Heard::Refused(why) => Text::new("cli_collect_refused").with("why", why),
        Heard::Unwritten(why) => Text::new("cli_collect_unwritten").with("why", why),
        _ => return,
    };
    _ = writeln!(io::stderr(), "{}", hinomi_outcome::terminal_safe(&words.say("app", lang, &text)));
}
