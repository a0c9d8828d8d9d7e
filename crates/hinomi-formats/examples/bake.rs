//! Bakes recipes from NDJSON, for comparing with `lab/peers/cyberchef_oracle.mjs`, which speaks the same:
//! `{"recipe": "…", "input_b64": "…"}` in, `{"output_b64": "…"}` or `{"error": "…", "step": n}` out.
//!
//! With `--bench SECONDS` the first line is baked again and again, and its rate per CPU second printed.

#![expect(
    clippy::disallowed_methods,
    reason = "an example is a program: it reads its arguments and its CPU time"
)]

use hinomi_formats::Limits;
use hinomi_formats::decode::{BakeError, Recipe, RecipeError};
use serde_json::{Value, json};
use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let seconds = args
        .iter()
        .position(|arg| arg == "--bench")
        .map(|at| args.get(at + 1).and_then(|s| s.parse().ok()).unwrap_or(3.0));
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let pair: Value = serde_json::from_str(&line?)?;
        let recipe = pair["recipe"].as_str().unwrap_or_default();
        let input = Recipe::parse("From_Base64()")?
            .bake(pair["input_b64"].as_str().unwrap_or_default().as_bytes(), &Limits::desk())?
            .bytes;
        if let Some(seconds) = seconds {
            writeln!(out, "{}", bench(recipe, &input, seconds)?)?;
            return Ok(());
        }
        writeln!(out, "{}", answer(recipe, &input)?)?;
    }
    Ok(())
}

fn answer(recipe: &str, input: &[u8]) -> Result<Value, Box<dyn Error>> {
    let recipe = match Recipe::parse(recipe) {
        Ok(recipe) => recipe,
        Err(error) => return Ok(json!({"error": error.to_string(), "step": step_of(&error)})),
    };
    Ok(match recipe.bake(input, &Limits::desk()) {
        Ok(output) => {
            let text = Recipe::parse("To_Base64()")?.bake(&output.bytes, &Limits::desk())?;
            json!({"output_b64": text.text(), "refused_pieces": output.refused_pieces})
        }
        Err(error @ BakeError { step, .. }) => json!({"error": error.to_string(), "step": step}),
    })
}

fn step_of(error: &RecipeError) -> usize {
    match error {
        RecipeError::UnknownOperation { step, .. }
        | RecipeError::BadArgument { step, .. }
        | RecipeError::TooManyArguments { step, .. } => *step,
        _ => 0,
    }
}

fn bench(text: &str, input: &[u8], seconds: f64) -> Result<Value, Box<dyn Error>> {
    let recipe = Recipe::parse(text)?;
    let limits = Limits::desk();
    let mut rates = Vec::new();
    for parse in [false, true] {
        let start = cpu_seconds()?;
        let (mut baked, mut bytes) = (0_u64, 0_usize);
        let spent = loop {
            for _ in 0..20 {
                let output = if parse {
                    Recipe::parse(text)?.bake(input, &limits)?
                } else {
                    recipe.bake(input, &limits)?
                };
                bytes = bytes.wrapping_add(std::hint::black_box(output).bytes.len());
                baked += 1;
            }
            let spent = cpu_seconds()? - start;
            if spent >= seconds {
                break spent;
            }
        };
        rates.push((baked as f64 / spent).round());
    }
    Ok(json!({"per_cpu_second": rates[0], "per_cpu_second_with_parsing": rates[1]}))
}

/// CPU time of this process (Linux): nanoseconds on the processor.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds: f64 = stat.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanoseconds / 1e9)
}
