//! The lab of keys: what our readers say of key files beside what others say. Vectors that somebody else decodes, keys that
//! are known to be weak, trees in which no key lies, and fresh keys that are not weak.

mod badkeys;
mod fresh;
mod material;
mod nothing_else;
mod ours;
#[cfg(test)]
mod tests;
mod vectors;

pub(crate) use nothing_else::{Tree, trees};

use super::{Lab, say};
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to do with the lab.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Arguments {
    /// Every key of the package cryptography-vectors that the package cryptography decodes: kind, algorithm, size.
    Vectors,
    /// Every test key of badkeys: its class.
    Badkeys,
    /// Trees without keys: what we find there, a second reader has to find too.
    NothingElse {
        /// Every file of the trees, not a sample.
        #[arg(long)]
        whole: bool,
        /// These trees; the compiler's and Debian's when none is named.
        trees: Vec<PathBuf>,
    },
    /// Fresh keys: none is weak.
    Fresh {
        /// A quarter of them RSA, which takes minutes to make.
        #[arg(long)]
        whole: bool,
    },
}

/// An outcome in words, or what is missing here.
pub(crate) type Held = Result<Result<String, String>>;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let lab = Lab::find()?;
    let held = match arguments {
        Arguments::Vectors => vectors_told(&lab),
        Arguments::Badkeys => badkeys_hold(&lab),
        Arguments::NothingElse { whole, trees } => nothing_else_holds(&lab, *whole, trees),
        Arguments::Fresh { whole } => fresh_holds(&lab, *whole),
    }?;
    say(&held.map_err(anyhow::Error::msg)?);
    Ok(ExitCode::SUCCESS)
}

/// At least 99 of 100 objects that the package cryptography decodes are recognised with their kind, algorithm and size.
pub(crate) fn vectors_hold(lab: &Lab) -> Held {
    let counted = match vectors::compare(lab)? {
        Ok(counted) => counted,
        Err(why) => return Ok(Err(why)),
    };
    counted.ensure_enough()?;
    Ok(Ok(counted.to_string()))
}

/// The same, with all that was not recognised, or not as a whole.
fn vectors_told(lab: &Lab) -> Held {
    let counted = match vectors::compare(lab)? {
        Ok(counted) => counted,
        Err(why) => return Ok(Err(why)),
    };
    counted.missed.iter().for_each(|missed| say(&format!("not recognised: {missed}")));
    counted.without_public.iter().for_each(|one| say(&format!("without its public half: {one}")));
    counted.ensure_enough()?;
    Ok(Ok(counted.to_string()))
}

/// The vectors, counted; for the benchmark.
pub(crate) fn vectors_counted(lab: &Lab) -> Result<Result<vectors::Counted, String>> {
    vectors::compare(lab)
}

/// Every test key of badkeys is in its class.
pub(crate) fn badkeys_hold(lab: &Lab) -> Held {
    badkeys::hold(lab)
}

/// Where the test keys of badkeys lie.
pub(crate) fn badkeys_folder(lab: &Lab) -> Result<PathBuf, String> {
    material::badkeys(lab)
}

/// Where the vectors lie.
pub(crate) fn vectors_folder(lab: &Lab) -> Result<PathBuf, String> {
    material::vectors(lab)
}

/// No object is found in trees without keys that a second reader does not find.
pub(crate) fn nothing_else_holds(lab: &Lab, whole: bool, given: &[PathBuf]) -> Held {
    nothing_else::hold(lab, whole, given)
}

/// No fresh key is called weak.
pub(crate) fn fresh_holds(lab: &Lab, whole: bool) -> Held {
    fresh::hold(lab, whole)
}
