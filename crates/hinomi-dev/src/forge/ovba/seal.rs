//! The obfuscation of the protection fields of PROJECT (MS-OVBA 2.4.3.2).

/// Seals `value` for the project `id`, with a seed, as hexadecimal text.
pub(super) fn seal(value: &[u8], id: &str, seed: u8) -> String {
    const VERSION: u8 = 2;
    let key = id.bytes().fold(0u8, u8::wrapping_add);
    let mut out = vec![seed, seed ^ VERSION, seed ^ key];
    let mut plain_before = key;
    let ignored = usize::from((seed & 6) / 2);
    let length = (value.len() as u32).to_le_bytes();
    let content = std::iter::repeat_n(&7u8, ignored).chain(&length).chain(value);
    for byte in content {
        let mask = out[out.len() - 2].wrapping_add(plain_before);
        out.push(byte ^ mask);
        plain_before = *byte;
    }
    out.iter().map(|byte| format!("{byte:02X}")).collect()
}
