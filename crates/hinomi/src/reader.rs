//! What a worker in the jail does with one file: read it, and everything in it, and say what was seen.

use hinomi_checks::{Observed, Origin, observe};
use hinomi_formats::Limits;
use hinomi_formats::tree::{self, Hints};
use serde::{Deserialize, Serialize};

/// What the run tells the reader about a file. Stays between the two processes: it holds passwords.
#[derive(Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) origin: Origin,
    /// Candidates from neighbouring mails.
    pub(crate) neighbours: Vec<String>,
    /// The company's usual passwords.
    pub(crate) usual: Vec<String>,
    pub(crate) limits: Limits,
}

/// Reads one file. The answer is an [`Observed`] as JSON.
pub fn read(head: &[u8], bytes: &[u8]) -> Vec<u8> {
    let observed = match serde_json::from_slice::<Head>(head) {
        Ok(head) => {
            let hints = Hints { neighbours: &head.neighbours, usual: &head.usual };
            observe(tree::read(&head.origin.name, bytes, hints, &head.limits), &head.origin)
        }
        // The run wrote the head itself; an empty answer is told as a loss by the run.
        Err(_) => return Vec::new(),
    };
    serde_json::to_vec::<Observed>(&observed).unwrap_or_default()
}
