//! The sample company is laid out where nothing is lost by it.

use super::*;
use tempfile::TempDir;

#[test]
fn a_demo_may_be_laid_out_again_and_begins_anew() {
    let folder = TempDir::new().unwrap();
    let demo = folder.path().join("demo");
    lay_out(&demo).unwrap();
    fs::write(demo.join("hinomi.db"), "old store").unwrap();
    lay_out(&demo).unwrap();
    assert!(!demo.join("hinomi.db").exists());
    assert!(demo.join(MARKER).exists());
}

#[test]
fn a_real_configuration_and_its_store_are_left_alone() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(MARKER), "schema = 1\n").unwrap();
    fs::write(folder.path().join("hinomi.db"), "years of findings").unwrap();
    assert!(lay_out(folder.path()).is_err());
    assert_eq!(fs::read_to_string(folder.path().join(MARKER)).unwrap(), "schema = 1\n");
    assert_eq!(fs::read_to_string(folder.path().join("hinomi.db")).unwrap(), "years of findings");
}

#[test]
fn a_folder_with_other_files_is_left_alone_and_an_empty_one_is_used() {
    let folder = TempDir::new().unwrap();
    lay_out(folder.path()).unwrap();
    let other = TempDir::new().unwrap();
    fs::write(other.path().join("notes.txt"), "mine").unwrap();
    assert!(lay_out(other.path()).is_err());
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 1);
}

#[test]
fn a_pack_that_is_cut_off_is_told() {
    for mut rest in [&b"\x02\0\0\0ab\x09\0\0\0\0\0\0\0x"[..], b"\x02\0", b"\x02\0\0\0ab"] {
        assert!(entry(&mut rest).is_none());
    }
}

#[test]
fn words_fill_columns_by_their_width() {
    assert_eq!(padded("高", 5), "高   ");
    assert_eq!(padded("high", 5), "high ");
    assert_eq!(padded("critical", 5), "critical");
}
