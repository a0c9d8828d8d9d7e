//! Every console block of the documentation runs and says what it is shown to say.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

/// The pages with console blocks: those of the first screen, and everything below `docs`.
fn pages() -> Vec<PathBuf> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.extend(["README.md", "README.ja.md", "CONTRIBUTING.md"].map(|name| root.join(name)));
    found.retain(|path| {
        path.extension().is_some_and(|ending| ending == "md")
            && fs::read_to_string(path).is_ok_and(|page| page.contains("```console"))
    });
    found.sort();
    found
}

/// A page without its prose: only console blocks are run, whatever other fences there are.
fn console_blocks(page: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in page.lines() {
        inside |= line == "```console";
        // Lines keep their numbers, so that a difference is found in the page.
        kept.extend([if inside { line } else { "" }, "\n"]);
        inside &= line != "```";
    }
    kept
}

/// Times and paths differ from one machine and run to the next; a page may show them as `[TIME]`.
#[test]
fn console_blocks_say_what_they_are_shown_to_say() {
    let pages = pages();
    assert!(pages.len() >= 2, "the first screen has console blocks in both languages");
    let desk = tempfile::tempdir().expect("a temporary folder");
    let cases = trycmd::TestCases::new();
    for (name, value) in
        [("LANG", "C.UTF-8"), ("LC_ALL", "C.UTF-8"), ("HINOMI_LANG", ""), ("NO_COLOR", "1"), ("HOME", "")]
    {
        cases.env(name, value);
    }
    cases.env("XDG_CONFIG_HOME", desk.path().join("no-configuration").to_string_lossy());
    cases.register_bin("hinomi", Path::new(env!("CARGO_BIN_EXE_hinomi")));
    cases.timeout(std::time::Duration::from_secs(120));
    for page in &pages {
        // Each page is tried at a desk of its own, never in the checkout: `<name>.in` is where its commands start.
        let name =
            page.strip_prefix(root()).expect("a page of ours").to_string_lossy().replace(['/', '.'], "_");
        let text = fs::read_to_string(page).expect("it was read before");
        fs::create_dir(desk.path().join(format!("{name}.in"))).expect("it is writable");
        fs::write(desk.path().join(format!("{name}.md")), console_blocks(&text)).expect("it is writable");
    }
    cases.case(desk.path().join("*.md"));
    cases.run();
}
