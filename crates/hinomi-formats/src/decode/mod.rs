//! Recipes: a chain of decoding operations as CyberChef writes them (Chef text, JSON, address bar).
//!
//! A recipe is read whole and checked whole before any of it runs: an operation that this version does not
//! have, or an option it does not know, is an error that names it. It is never passed over, because a chain
//! with a link left out still gives output, and the wrong one.
//!
//! ```text
//! let recipe = Recipe::parse("From_Base64('A-Za-z0-9+/=',true)Decode_text('UTF-16LE (1200)')")?;
//! let output = recipe.bake(b"aQB0AA==", &Limits::desk())?;
//! assert_eq!(output.bytes, b"it");
//! ```
//!
//! The results are those of CyberChef 11 in the browser. Where they are not on purpose, `ops` says so.

mod address;
mod args;
mod bake;
mod dish;
mod error;
mod flow;
mod grammar;
mod guess;
mod html;
mod json;
mod ops;
mod regex;
#[cfg(test)]
mod tests;

pub use bake::Output;
pub use error::{BakeError, Fault, RecipeError};
pub use guess::{Guess, Guesses, guess};
pub(crate) use ops::code::scripts::letter as encoded_letter;

use crate::Limits;
use address::Address;
use args::Args;
use flow::Flow;
use grammar::Written;
use json::Json;
use ops::{Op, Takes};

/// A recipe that can be run: every operation is known, every argument prepared.
#[derive(Debug, Clone)]
pub struct Recipe {
    written: Vec<Written>,
    steps: Vec<Step>,
    address: Option<Address>,
}

#[derive(Debug, Clone)]
struct Step {
    op: &'static Op,
    args: Args,
    disabled: bool,
    breakpoint: bool,
    /// An argument that the operation does not take, on a step that may not be reached: it is an error when it is.
    fault: Option<String>,
}

impl Recipe {
    /// Reads a recipe from any of its forms: Chef text, recipe JSON, or a whole address from the browser.
    /// Arguments left out at the end take the operation's defaults, as on the page.
    ///
    /// # Errors
    /// Where the text stops being a recipe; or the first step, by number and name, that cannot be run.
    pub fn parse(text: &str) -> Result<Self, RecipeError> {
        if !address::is_address(text) {
            return Self::prepare(grammar::read(text)?, None);
        }
        let address = Address::read(text)?;
        let (recipe, start) = address.recipe()?;
        let written = grammar::read(recipe).map_err(|error| match error {
            // The offset is one of the decoded text; say where the parameter starts in what was pasted.
            RecipeError::Syntax { at, why } => RecipeError::Syntax {
                at: start,
                why: format!("in the recipe that starts here, at its byte {at} once decoded: {why}"),
            },
            other => other,
        })?;
        Self::prepare(written, Some(address))
    }

    fn prepare(written: Vec<Written>, address: Option<Address>) -> Result<Self, RecipeError> {
        let mut steps: Vec<Step> = Vec::with_capacity(written.len());
        for (index, step) in written.iter().enumerate() {
            // A breakpoint stops the run before its own step.
            let passed_over = step.disabled || step.breakpoint || steps.iter().any(Step::may_leave_out);
            steps.push(prepare(index.saturating_add(1), step, passed_over)?);
        }
        Ok(Self { steps, written, address })
    }

    /// The input that came in the address, if one did.
    pub fn input(&self) -> Option<Vec<u8>> {
        self.address.as_ref()?.get("input").map(ops::written::base64::from_standard)
    }

    /// How many steps there are, disabled ones included.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are none: then the output is the input.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Runs the recipe, up to its first breakpoint if it has one.
    ///
    /// Of `limits` these hold: `expanded_bytes_max` for what any one step hands to the next (text counts
    /// two bytes a UTF-16 unit), `steps_max` for the whole run, where a step is one operation on 1 KiB.
    ///
    /// # Errors
    /// The step that stopped, by number and name, and why: its own refusal, or the limit that was met.
    pub fn bake(&self, input: &[u8], limits: &Limits) -> Result<Output, BakeError> {
        bake::run(&self.steps, input, limits)
    }

    /// The recipe as Chef text, as CyberChef writes it: one line, arguments as they were given.
    pub fn to_chef(&self) -> String {
        let mut out = String::new();
        for step in &self.written {
            grammar::write_chef(step, &mut out);
        }
        out
    }

    /// The recipe as JSON, compact.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        json::write(&Json::List(self.written.iter().map(grammar::to_json).collect()), '"', &mut out);
        out
    }

    /// The recipe as an address: the one it came in, or one of the public site. Whoever opens it sees the same
    /// recipe and, if one came along, the same input.
    pub fn to_url(&self) -> String {
        match &self.address {
            Some(address) => address.write(&self.to_chef()),
            None => address::fresh(&self.to_chef(), None),
        }
    }

    /// The recipe with an input as an address of the public site: evidence that anyone can open again.
    pub fn to_url_with_input(&self, input: &[u8]) -> String {
        address::fresh(&self.to_chef(), Some(&ops::written::base64::to_unpadded(input)))
    }
}

impl Step {
    /// Whether steps behind it may never run.
    fn may_leave_out(&self) -> bool {
        let steers = matches!(self.op.run, Takes::Flow(Flow::Jump | Flow::ConditionalJump | Flow::Return));
        !self.disabled && (self.breakpoint || steers)
    }
}

/// With `passed_over`, an argument out of its bounds is an error only when the step runs.
fn prepare(step: usize, written: &Written, passed_over: bool) -> Result<Step, RecipeError> {
    let op = ops::find(&written.name)
        .ok_or_else(|| RecipeError::UnknownOperation { step, operation: written.name.clone() })?;
    let (given, taken) = (written.args.len(), op.args.len());
    if given > taken {
        return Err(RecipeError::TooManyArguments { step, operation: written.name.clone(), given, taken });
    }
    let mut args = Vec::with_capacity(taken);
    let mut fault = None;
    for (index, spec) in op.args.iter().enumerate() {
        let bad = |why| RecipeError::BadArgument {
            step,
            operation: written.name.clone(),
            argument: spec.name.to_owned(),
            why,
        };
        args.push(match spec.prepare(written.args.get(index)) {
            Ok(arg) => arg,
            Err(why) if passed_over && spec.is_bounded() => {
                fault.get_or_insert(format!("argument \"{}\" {why}", spec.name));
                spec.prepare(None).map_err(bad)?
            }
            Err(why) => return Err(bad(why)),
        });
    }
    Ok(Step { op, args: Args(args), disabled: written.disabled, breakpoint: written.breakpoint, fault })
}

/// The operations this version has, by name, in the order of their families.
pub fn operations() -> impl Iterator<Item = &'static str> {
    ops::all().map(|op| op.name)
}
