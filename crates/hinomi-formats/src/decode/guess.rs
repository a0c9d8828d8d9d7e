//! Without a recipe: which ones would make sense of the input, the best first, and what PowerShell would run.

use super::bake::Oven;
use super::error::{BakeError, Fault};
use super::json::Json;
use super::ops::insight::{magic, magic_table};
use super::{Recipe, grammar};
use crate::{Limits, script};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Operations behind one another that are tried: an argument of PowerShell takes three, its layers more.
const DEPTH: f64 = 5.0;

/// One recipe that makes something of the input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guess {
    /// The recipe as Chef text; empty for the input as it is.
    pub recipe: String,
    /// The recipe and the input as an address of the public site.
    pub url: String,
    /// The first 100 characters of what comes out.
    pub snippet: String,
    /// Operations whose checks fit what comes out, those that this version does not have included.
    pub matching: Vec<String>,
    /// The sort of file that comes out: MIME type and endings.
    pub file_type: Option<String>,
    /// Languages that it may be in, the likeliest first.
    pub languages: Vec<String>,
    /// It is UTF-8 without control characters.
    pub utf8: bool,
    /// Bits a byte, from 0 to 8.
    pub entropy: f64,
}

/// What could be made of an input.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Guesses {
    /// Recipes, the best first.
    pub guesses: Vec<Guess>,
    /// Command lines in the input, or in what the best recipe makes of it, read through all their layers.
    pub commands: Vec<script::Command>,
    /// URLs in the same text outside any command.
    pub urls: Vec<String>,
}

/// Looks for recipes as the operation Magic does, and besides for what PowerShell encodes.
///
/// Of `limits` those of [`Recipe::bake`] hold, for all that is tried together, and those of
/// [`script::survey_text`].
///
/// # Errors
/// The limit that was met.
pub fn guess(input: &[u8], limits: &Limits) -> Result<Guesses, BakeError> {
    let stopped = |fault: Fault| BakeError { step: 1, operation: "Magic", fault };
    let search = magic::Search {
        depth: DEPTH,
        intensive: false,
        all_languages: false,
        crib: None,
        every_likeness: false,
        powershell: true,
    };
    let found = magic::search(input, &search, &mut Oven::new(limits)).map_err(stopped)?;
    let Json::List(options) = found else { return Ok(Guesses::default()) };
    let mut guesses: Vec<Guess> = options.iter().map(|option| of(option, input)).collect();
    // Of recipes that come to the same, as alphabets that differ in letters not met, the first stands for all.
    let mut seen = HashSet::new();
    guesses.retain(|guess| seen.insert(guess.snippet.clone()));
    let text = |bytes: &[u8]| String::from_utf16_lossy(&super::dish::bytes_to_text(bytes));
    let mut survey = script::survey_text(&text(input), limits).value;
    if survey.commands.is_empty()
        && let Some(best) = guesses.iter().find(|guess| !guess.recipe.is_empty() && guess.utf8)
        && let Ok(recipe) = Recipe::parse(&best.recipe)
    {
        survey = script::survey_text(&recipe.bake(input, limits)?.text(), limits).value;
    }
    let urls = survey.urls.iter().map(|url| url.text.clone()).collect();
    Ok(Guesses { guesses, commands: survey.commands, urls })
}

fn of(option: &Json, input: &[u8]) -> Guess {
    let mut recipe = String::new();
    magic_table::recipe(option).iter().for_each(|step| grammar::write_chef(step, &mut recipe));
    let unpadded = super::ops::written::base64::to_unpadded(input);
    let data = option.get("data").and_then(Json::as_text).unwrap_or_default();
    Guess {
        url: super::address::fresh(&recipe, Some(&unpadded)),
        recipe,
        snippet: String::from_utf16_lossy(data),
        matching: magic_table::matching(option),
        file_type: magic_table::file_type(option),
        languages: magic_table::languages(option).into_iter().map(str::to_owned).collect(),
        utf8: matches!(option.get("isUTF8"), Some(Json::Flag(true))),
        entropy: magic_table::entropy(option).0,
    }
}
