//! What a worker in the jail does with one file: read it, and everything in it, and say what was seen.

use hinomi_checks::{Observed, Origin, observe_keys};
use hinomi_formats::decode::{BakeError, Fault, Guesses, Recipe, guess};
use hinomi_formats::keys::weak::shared_primes;
use hinomi_formats::tree::{self, Hints};
use hinomi_formats::{Limits, Parsed, Problem};
use serde::{Deserialize, Serialize};

/// What the run tells the reader about a file. Stays between the two processes: it holds passwords.
#[derive(Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) origin: Origin,
    /// Candidates from neighbouring mails.
    pub(crate) neighbours: Vec<String>,
    /// The company's usual passwords.
    pub(crate) usual: Vec<String>,
    /// The passwords of its keys.
    #[serde(default)]
    pub(crate) keys: Vec<String>,
    pub(crate) limits: Limits,
}

/// What `hinomi decode` tells the reader: the bytes are an input, not a file of the company.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecodeHead {
    /// Chef text; without one, recipes are looked for.
    pub(crate) recipe: Option<String>,
    pub(crate) limits: Limits,
}

/// What the run tells the reader about the moduli of its keys; the bytes are the moduli, one behind the other.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharedHead {
    /// How many bytes each modulus has, in order.
    pub(crate) moduli: Vec<usize>,
    pub(crate) limits: Limits,
}

/// Which of them share a prime with which others, and the limits that were met.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shared {
    pub(crate) found: Vec<(usize, Vec<usize>)>,
    pub(crate) problems: Vec<Problem>,
}

fn shared(head: &SharedHead, bytes: &[u8]) -> Shared {
    let mut rest = bytes;
    let mut moduli = Vec::with_capacity(head.moduli.len());
    for length in &head.moduli {
        let Some((modulus, behind)) = rest.split_at_checked(*length) else { break };
        moduli.push(modulus);
        rest = behind;
    }
    let Parsed { value, problems } = shared_primes(&moduli, &head.limits);
    Shared { found: value.into_iter().map(|shared| (shared.index, shared.with)).collect(), problems }
}

/// What became of an input.
pub(crate) enum Baked {
    /// What the recipe made of it.
    Output(Vec<u8>),
    /// The recipes that would make something of it.
    Guesses(Guesses),
    /// Why it was not baked; completes "failed to …".
    Failed(String),
    /// The same, and it was a limit: there may be more to it.
    Limited(String),
}

impl Baked {
    const OUTPUT: u8 = 0;
    const GUESSES: u8 = 1;
    const FAILED: u8 = 2;
    const LIMITED: u8 = 3;

    /// The first byte of an answer says what the rest is.
    fn into_answer(self) -> Vec<u8> {
        let (kind, mut rest) = match self {
            Self::Output(bytes) => (Self::OUTPUT, bytes),
            Self::Guesses(guesses) => (Self::GUESSES, serde_json::to_vec(&guesses).unwrap_or_default()),
            Self::Failed(why) => (Self::FAILED, why.into_bytes()),
            Self::Limited(why) => (Self::LIMITED, why.into_bytes()),
        };
        // A result may be as large as its limit allows: it is not copied, and no more than it needs is reserved.
        rest.reserve_exact(1);
        rest.insert(0, kind);
        rest
    }

    /// The other way; none when the answer is not one.
    pub(crate) fn from_answer(mut answer: Vec<u8>) -> Option<Self> {
        let kind = *answer.first()?;
        answer.remove(0);
        match kind {
            Self::OUTPUT => Some(Self::Output(answer)),
            Self::GUESSES => serde_json::from_slice(&answer).ok().map(Self::Guesses),
            Self::FAILED => String::from_utf8(answer).ok().map(Self::Failed),
            Self::LIMITED => String::from_utf8(answer).ok().map(Self::Limited),
            _ => None,
        }
    }
}

fn bake(head: &DecodeHead, bytes: &[u8]) -> Baked {
    let Some(recipe) = &head.recipe else {
        return match guess(bytes, &head.limits) {
            Ok(guesses) => Baked::Guesses(guesses),
            Err(error) => stopped(&error),
        };
    };
    match Recipe::parse(recipe).map(|recipe| recipe.bake(bytes, &head.limits)) {
        Ok(Ok(output)) => Baked::Output(output.bytes),
        Ok(Err(error)) => stopped(&error),
        Err(error) => Baked::Failed(error.to_string()),
    }
}

fn stopped(error: &BakeError) -> Baked {
    match error.fault {
        Fault::Limit(_) => Baked::Limited(error.to_string()),
        Fault::Refused(_) => Baked::Failed(error.to_string()),
    }
}

/// Reads one file. The answer is an [`Observed`] as JSON; to a `DecodeHead` it is a `Baked`, to a `SharedHead` a `Shared`.
pub fn read(head: &[u8], bytes: &[u8]) -> Vec<u8> {
    if let Ok(head) = serde_json::from_slice::<DecodeHead>(head) {
        return bake(&head, bytes).into_answer();
    }
    if let Ok(head) = serde_json::from_slice::<SharedHead>(head) {
        return serde_json::to_vec(&shared(&head, bytes)).unwrap_or_default();
    }
    let observed = match serde_json::from_slice::<Head>(head) {
        Ok(head) => {
            let hints = Hints { neighbours: &head.neighbours, usual: &head.usual, keys: &head.keys };
            observe_keys(tree::read_keys(&head.origin.name, bytes, hints, &head.limits), &head.origin)
        }
        // The run wrote the head itself; an empty answer is told as a loss by the run.
        Err(_) => return Vec::new(),
    };
    serde_json::to_vec::<Observed>(&observed).unwrap_or_default()
}
