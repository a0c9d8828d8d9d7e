//! Prints the VBA modules of documents as NDJSON, for comparison with other extractors.
//!
//! Takes paths as arguments, or one a line on standard input. One object a document:
//! `{"file", "container", "application", "encrypted", "opened_with", "modules": [{"stream", "name", "sha256", "len",
//! "orphan"}], "embedded": [{"path", "name", "len"}], "stomped", "dde", "targets", "decoys", "problems"}`; a file that
//! is no document has `"container": null`. `sha256` and `len` are those of the source in UTF-8 with every line end as LF. With
//! `--code` each module also has its source; each `--password=…` is tried on documents that are encrypted.

#![expect(clippy::disallowed_methods, reason = "the crate reads no files; this program of its tests does")]

use hinomi_formats::office::{self, Document, Module};
use hinomi_formats::{Budget, Limits, Parsed};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufWriter, Write};

fn main() -> std::io::Result<()> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let with_code = paths.iter().any(|path| path == "--code");
    let mut passwords = Vec::new();
    paths.retain(|path| match path.strip_prefix("--password=") {
        Some(password) => {
            passwords.push(password.to_owned());
            false
        }
        None => path != "--code",
    });
    if paths.is_empty() {
        paths = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    }
    let limits = Limits::desk();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for path in paths {
        let bytes = std::fs::read(&path)?;
        let read = office::read_with(&bytes, &passwords, &limits, &mut Budget::new(&limits));
        writeln!(out, "{}", line(&path, read, with_code))?;
    }
    out.flush()
}

fn line(path: &str, read: Option<Parsed<Document>>, with_code: bool) -> Value {
    let Some(Parsed { value: document, problems }) = read else {
        return json!({ "file": path, "container": null, "modules": [], "problems": [] });
    };
    let modules = document.projects.iter().flat_map(|project| &project.modules);
    let modules: Vec<Value> = modules.map(|module| describe(module, with_code)).collect();
    let embedded = document.embedded.iter();
    let embedded: Vec<Value> = embedded
        .map(|file| json!({ "path": file.path, "name": file.name, "len": file.bytes.len() }))
        .collect();
    json!({
        "file": path,
        "container": document.container,
        "application": document.application,
        "encrypted": document.encrypted,
        "opened_with": document.opened_with,
        "modules": modules,
        "embedded": embedded,
        "stomped": document.projects.iter().flat_map(|project| &project.stomped).collect::<Vec<_>>(),
        "dde": document.dde,
        "targets": document.targets,
        "decoys": document.decoys,
        "problems": problems,
    })
}

fn describe(module: &Module, with_code: bool) -> Value {
    let code = module.code.replace("\r\n", "\n").replace('\r', "\n");
    let sha256: String = Sha256::digest(&code).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut described = json!({
        "stream": module.stream,
        "name": module.name,
        "sha256": sha256,
        "len": code.len(),
        "orphan": module.orphan,
    });
    if with_code {
        described["code"] = Value::String(code);
    }
    described
}
