//! Our script in the page, and what it tells.

use serde_json::Value;
use std::hash::{BuildHasher, RandomState};

const SOURCE: &str = include_str!("hook.js");

/// The script, with a mark and an address that no page knows.
#[derive(Debug, Clone)]
pub(in super::super) struct Hook {
    pub(in super::super) script: String,
    pub(in super::super) url: String,
    mark: String,
    /// Ufrags are told apart by this, and not known by it after the run.
    key: RandomState,
}

/// One thing it told.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Said {
    /// A call with an address.
    Call { api: String, url: String },
    /// An address that stood in text that was given to the browser.
    Text { api: String, url: String },
    /// WebRTC.
    Rtc { api: String, servers: Vec<String>, candidates: Vec<String>, ufrag: Option<Ufrag> },
}

/// A ufrag, without itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Ufrag {
    pub(in super::super) len: usize,
    pub(in super::super) own: bool,
    pub(in super::super) hash: String,
}

impl Hook {
    pub(in super::super) fn new() -> Self {
        let key = RandomState::new();
        let mark = format!("{:016x}{:016x}", key.hash_one(1), RandomState::new().hash_one(2));
        let url = format!("hinomi:{mark}");
        let script = format!("{}\n//# sourceURL={url}\n", SOURCE.replace("%MARK%", &mark));
        Self { script, url, mark, key }
    }

    /// What a console message says, if it is ours.
    pub(in super::super) fn read(&self, message: &Value) -> Option<Said> {
        let args = message.get("args")?.as_array()?;
        let given = |at: usize| args.get(at)?.get("value")?.as_str();
        if given(0)? != self.mark {
            return None;
        }
        let said: Value = serde_json::from_str(given(1)?).ok()?;
        let text = |key: &str| said.get(key).and_then(Value::as_str).map(str::to_owned);
        let api = text("a")?;
        match text("k")?.as_str() {
            "call" => Some(Said::Call { api, url: text("u")? }),
            "text" => Some(Said::Text { api, url: text("u")? }),
            "rtc" => {
                let list = |key: &str| {
                    let values = said.get(key).and_then(Value::as_array).into_iter().flatten();
                    values.filter_map(Value::as_str).take(64).map(str::to_owned).collect()
                };
                let own = said.get("o").and_then(Value::as_bool).unwrap_or(true);
                let ufrag = text("f").map(|ufrag| self.ufrag(&ufrag, own));
                Some(Said::Rtc { api, servers: list("s"), candidates: list("c"), ufrag })
            }
            _ => None,
        }
    }

    pub(in super::super) fn ufrag(&self, ufrag: &str, own: bool) -> Ufrag {
        Ufrag { len: ufrag.chars().count(), own, hash: format!("{:016x}", self.key.hash_one(ufrag)) }
    }
}
