//! The catalogue inside, and what is laid over it.

use super::*;
use tempfile::TempDir;

fn overlay(laid: &[(&str, &[u8])]) -> (TempDir, Result<Catalog>) {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in laid {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let parsed = files(Some(folder.path())).and_then(|files| parse(&files));
    (folder, parsed)
}

#[track_caller]
fn refused(name: &str, bytes: &[u8]) {
    let (_folder, parsed) = overlay(&[(name, bytes)]);
    let told = format!("{:#}", parsed.expect_err("must be refused"));
    assert!(told.contains(name), "the file is not named: {told}");
}

#[test]
fn the_catalogue_inside_unpacks_and_holds() {
    let files = files(None).unwrap();
    assert!(files.contains_key("text/en.toml") && files.contains_key("text/ja.toml"));
    assert!(parse(&files).is_ok());
}

#[test]
fn a_bad_file_is_named() {
    refused("measures/mine.toml", b"this is no TOML");
    refused("measures/latin.toml", b"x = \"\xff\xfe\"");
    refused("incidents/mine.toml", b"id = 1");
    refused("surprise/mine.toml", b"a = 1");
}

#[test]
fn a_file_of_the_same_name_replaces_the_one_inside() {
    let inside = files(None).unwrap();
    let name = "indicators/well-known.toml";
    let (_folder, parsed) = overlay(&[(name, inside[name].as_bytes()), ("readme.md", b"not read")]);
    assert!(parsed.is_ok(), "{:?}", parsed.err());
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let error = files(Some(Path::new("/nonexistent/catalog"))).unwrap_err();
    assert!(format!("{error:#}").contains("/nonexistent/catalog"));
}

#[test]
fn a_pack_that_is_cut_off_is_an_error_not_a_smaller_catalogue() {
    for mut rest in [&b"\x05\0\0\0ab"[..], b"\x05\0"] {
        assert!(part(&mut rest).is_err());
    }
}
