//! ISO 9660 images (ECMA-119) with files in the root folder, as mail carried them in 2022.

const SECTOR: usize = 2_048;
/// Where the root folder and the first file stand: behind the system area and two descriptors.
const ROOT: usize = 18;
const FIRST_FILE: usize = 19;

/// An image; names stay below 31 characters and are not made upper case, as Windows shows them.
pub fn write(label: &str, files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut root = record(&[0], ROOT, SECTOR, true);
    root.extend(record(&[1], ROOT, SECTOR, true));
    let mut place = FIRST_FILE;
    for (name, bytes) in files {
        root.extend(record(format!("{name};1").as_bytes(), place, bytes.len(), false));
        place += bytes.len().div_ceil(SECTOR);
    }
    let mut out = vec![0; 16 * SECTOR];
    out.extend(descriptor(label, place));
    // The set of descriptors ends.
    let mut end = vec![0xFF];
    end.extend(b"CD001\x01");
    for sector in [end, root] {
        out.extend(&sector);
        out.resize(out.len().next_multiple_of(SECTOR), 0);
    }
    for (_, bytes) in files {
        out.extend(bytes);
        out.resize(out.len().next_multiple_of(SECTOR), 0);
    }
    out
}

/// A number of four bytes in both orders (7.3.3).
fn both(number: usize) -> [u8; 8] {
    let number = number as u32;
    let mut out = [0; 8];
    out[..4].copy_from_slice(&number.to_le_bytes());
    out[4..].copy_from_slice(&number.to_be_bytes());
    out
}

/// The primary volume descriptor (8.4).
fn descriptor(label: &str, sectors: usize) -> Vec<u8> {
    let mut out = vec![1];
    out.extend(b"CD001\x01\0");
    out.extend(format!("{:32}{label:<32.32}", "").bytes());
    out.extend([0; 8]);
    out.extend(both(sectors));
    out.extend([0; 32]);
    // One volume, sectors of 2,048 bytes, no path table.
    for number in [1u16, 1, SECTOR as u16] {
        out.extend(number.to_le_bytes());
        out.extend(number.to_be_bytes());
    }
    out.extend([0; 24]);
    out.extend(record(&[0], ROOT, SECTOR, true));
    out.resize(881, b' ');
    out.push(1);
    out.resize(SECTOR, 0);
    out
}

/// A directory record (9.1); the date is 2022-06-01.
fn record(name: &[u8], place: usize, size: usize, folder: bool) -> Vec<u8> {
    let mut out = vec![0, 0];
    out.extend(both(place));
    out.extend(both(size));
    out.extend([122, 6, 1, 9, 0, 0, 36]);
    out.extend([if folder { 2 } else { 0 }, 0, 0, 1, 0, 0, 1, name.len() as u8]);
    out.extend(name);
    out.resize(out.len().next_multiple_of(2), 0);
    out[0] = out.len() as u8;
    out
}
