//! One watch behind bytes: what the extension sends and gets, in JSON.

#![cfg_attr(not(any(test, target_arch = "wasm32")), expect(dead_code, reason = "only the browser calls it"))]

use hinomi_watch::{Config, ConfigProblem, Cut, Sighting, Visit, Watch, read_line};
use serde::{Serialize, Serializer};

/// The watch of a module.
#[derive(Debug, Default)]
pub(crate) struct Session {
    watch: Watch,
}

/// What comes of starting and of new settings.
#[derive(Debug, Serialize)]
struct Started {
    /// Settings that cannot be used.
    problems: Vec<ConfigProblem>,
    /// Why the state of the last time was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<String>,
}

/// What comes of events.
#[derive(Debug, Serialize)]
struct Taken {
    /// Sightings that are new or have changed.
    changed: Vec<Sighting>,
    /// Lines that are no events: number from 1, and why.
    unread: Vec<(usize, String)>,
}

/// Everything that is held.
#[derive(Debug, Serialize)]
struct Report<'a> {
    sightings: Vec<&'a Sighting>,
    visits: Vec<&'a Visit>,
    rule_hits: Hits<'a>,
    cut: Cut,
}

/// How often each allow rule was of use, by its id.
#[derive(Debug)]
struct Hits<'a>(&'a Watch);

impl Serialize for Hits<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.rule_hits())
    }
}

/// Lines that are no events, told of one call.
const UNREAD_MAX: usize = 20;

impl Session {
    /// Starts anew, or with the state of the last time.
    pub(crate) fn start(&mut self, config: &[u8], state: &[u8]) -> Result<Vec<u8>, String> {
        let config = Config::read(config)?;
        let (watch, problems) = Watch::new(&config);
        self.watch = watch;
        let mut lost = None;
        if !state.is_empty() {
            let (watch, read) = Watch::restore(&config, std::str::from_utf8(state).unwrap_or_default());
            self.watch = watch;
            lost = read.err();
        }
        write(&Started { problems, lost })
    }

    /// Changes the settings.
    pub(crate) fn configure(&mut self, config: &[u8]) -> Result<Vec<u8>, String> {
        let problems = self.watch.configure(&Config::read(config)?);
        write(&Started { problems, lost: None })
    }

    /// Takes events, a line each.
    pub(crate) fn take(&mut self, events: &[u8]) -> Result<Vec<u8>, String> {
        let mut unread = Vec::new();
        let lines = events.split(|byte| *byte == b'\n').enumerate();
        for (at, line) in lines.filter(|(_, line)| !line.trim_ascii().is_empty()) {
            match read_line(line) {
                Ok(event) => self.watch.take(&event),
                Err(why) if unread.len() < UNREAD_MAX => unread.push((at + 1, why)),
                Err(_) => {}
            }
        }
        write(&Taken { changed: self.watch.changed(), unread })
    }

    /// Everything that is held.
    pub(crate) fn report(&self) -> Result<Vec<u8>, String> {
        write(&Report {
            sightings: self.watch.sightings().collect(),
            visits: self.watch.visits().collect(),
            rule_hits: Hits(&self.watch),
            cut: self.watch.cut(),
        })
    }

    /// Forgets what was seen before a time.
    pub(crate) fn forget(&mut self, before: &[u8]) -> Result<Vec<u8>, String> {
        let before = std::str::from_utf8(before).ok().and_then(|text| text.parse().ok());
        let before: i64 = before.ok_or_else(|| "the time is no number".to_owned())?;
        self.watch.forget_before(before);
        Ok(Vec::new())
    }

    /// The state.
    pub(crate) fn snapshot(&self) -> Vec<u8> {
        self.watch.snapshot().into_bytes()
    }
}

fn write(value: &impl Serialize) -> Result<Vec<u8>, String> {
    serde_json::to_vec(value).map_err(|_| "the answer cannot be written".to_owned())
}
