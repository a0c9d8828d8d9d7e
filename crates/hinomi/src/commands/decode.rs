//! `hinomi decode`: a CyberChef recipe, as it is, or a search for one. The bytes are read in the jail.

use crate::app::{App, complain, deliver, read_up_to};
use crate::cli::args::Decode;
use crate::jail::{Jail, JailSettings, Job};
use crate::reader::{Baked, DecodeHead};
use anyhow::{Context, Result, anyhow, bail};
use hinomi_formats::Limits;
use hinomi_formats::decode::{Guesses, Recipe};
use hinomi_outcome::terminal_safe;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Recipes that `--magic` shows.
const SHOWN: usize = 10;

pub(crate) fn run(app: &App, args: &Decode) -> Result<u8> {
    let recipe = args.recipe.as_deref().map(read_recipe).transpose()?;
    let max = app.found.config.limits.file_bytes_max;
    let input = match (&args.file, recipe.as_ref().and_then(Recipe::input)) {
        (Some(path), _) => read(path, max)?,
        (None, Some(input)) => input,
        (None, None) => read(Path::new("-"), max)?,
    };
    if let (true, Some(recipe)) = (args.link, &recipe) {
        deliver(format!("{}\n", recipe.to_url_with_input(&input)).as_bytes(), None)?;
        return Ok(0);
    }
    let head = DecodeHead { recipe: recipe.as_ref().map(Recipe::to_chef), limits: Limits::desk() };
    let output = match baked(app, args.no_jail, &head, input)? {
        Baked::Output(bytes) => bytes,
        Baked::Guesses(guesses) => listed(&guesses).into_bytes(),
        Baked::Failed(why) => bail!("{why}"),
        Baked::Limited(why) => {
            complain(app.lang, &anyhow!("{why}"));
            return Ok(3);
        }
    };
    deliver(&output, None)?;
    Ok(0)
}

fn read_recipe(given: &str) -> Result<Recipe> {
    let text = match given.strip_prefix('@') {
        Some(path) => fs::read_to_string(path).with_context(|| format!("read {path}"))?,
        None => given.to_owned(),
    };
    Ok(Recipe::parse(text.trim())?)
}

/// The answer of a worker, which cannot do anything but answer.
fn baked(app: &App, no_jail: bool, head: &DecodeHead, input: Vec<u8>) -> Result<Baked> {
    let settings = &app.found.config.limits;
    let mut jail = if no_jail {
        Jail::in_process(1, app.reader)
    } else {
        let settings = JailSettings {
            memory_bytes_max: settings.memory_bytes_max,
            cpu_seconds_max: settings.cpu_seconds_max,
            // What a recipe makes may be as large as its limit allows, and the answer holds all of it.
            answer_bytes_max: head.limits.expanded_bytes_max.saturating_add(1 << 20),
            ..JailSettings::of_this_binary(1)
        };
        Jail::new(settings, app.reader).context("open the jail")?
    };
    let job = Job { head: serde_json::to_vec(head)?, bytes: input };
    let mut answer = None;
    jail.run(std::iter::once(job), |_, outcome| answer = Some(outcome))?;
    match answer.context("bake the recipe: no answer")? {
        Ok(answer) => Baked::from_answer(answer).context("bake the recipe: the answer makes no sense"),
        // What the jail stopped is a limit too.
        Err(lost) => Ok(Baked::Limited(format!("bake the recipe: {lost}"))),
    }
}

/// The best recipes, each with what it makes and where to open it, then the commands and URLs.
fn listed(guesses: &Guesses) -> String {
    let mut out = String::new();
    let useful = guesses.guesses.iter().filter(|guess| !guess.recipe.is_empty());
    for (index, guess) in useful.take(SHOWN).enumerate() {
        // What is written to a string arrives.
        _ = writeln!(out, "{}. {}", index + 1, terminal_safe(&guess.recipe));
        _ = writeln!(out, "   {}", terminal_safe(&guess.snippet.replace(['\r', '\n', '\t'], " ")));
        _ = writeln!(out, "   {}", guess.url);
    }
    for command in &guesses.commands {
        let layers = command.layers.join(" > ");
        _ = writeln!(out, "> {}", terminal_safe(&layers));
        for line in command.script.lines() {
            _ = writeln!(out, "  {}", terminal_safe(line));
        }
        for url in &command.urls {
            _ = writeln!(out, "  {}", terminal_safe(&url.text));
        }
    }
    for url in &guesses.urls {
        _ = writeln!(out, "{}", terminal_safe(url));
    }
    out
}

/// The input, as much of it as a recipe works on.
fn read(path: &Path, max: u64) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        return read_up_to(io::stdin().lock(), max).context("read standard input");
    }
    let file = File::open(path).map_err(anyhow::Error::new);
    file.and_then(|file| read_up_to(file, max)).with_context(|| format!("read {}", path.display()))
}
