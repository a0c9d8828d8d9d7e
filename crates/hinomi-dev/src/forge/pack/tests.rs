//! What is packed comes back; what is cut is refused.

use super::*;

#[test]
fn a_folder_survives_the_pack() {
    let folder: Folder = [("mail/請求書.eml", &b"one"[..]), ("empty", b"")]
        .map(|(name, b)| (name.to_owned(), b.to_vec()))
        .into();
    let packed = write(&folder).unwrap();
    assert_eq!(read(&packed).unwrap(), folder);
    assert!(read(&packed[..packed.len() / 2]).is_err());
    assert!(read(b"not a pack").is_err());
}
