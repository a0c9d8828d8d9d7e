//! Windows code pages by number, and the one that a locale implies.

/// The label of a code page, as [`super::decode_label`] knows it.
pub(crate) fn label(page: u32) -> String {
    match page {
        932 => "shift_jis".to_owned(),
        936 | 52936 => "gbk".to_owned(),
        949 | 51949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10000 => "macintosh".to_owned(),
        20127 => "us-ascii".to_owned(),
        20866 => "koi8-r".to_owned(),
        21866 => "koi8-u".to_owned(),
        20932 | 51932 => "euc-jp".to_owned(),
        28591..=28606 => format!("iso-8859-{}", page - 28590),
        38598 => "iso-8859-8-i".to_owned(),
        50220..=50222 => "iso-2022-jp".to_owned(),
        54936 => "gb18030".to_owned(),
        65000 => "utf-7".to_owned(),
        65001 => "utf-8".to_owned(),
        page => format!("windows-{page}"),
    }
}

/// The ANSI code page of a locale (MS-LCID), by its language; 1252 for the many that share it.
pub(crate) fn of_locale(locale: u32) -> u32 {
    let language = locale & 0x3FF;
    match language {
        0x11 => 932,
        0x12 => 949,
        // Taiwan, Hong Kong and Macau write it the old way.
        0x04 if matches!(locale & 0xFFFF, 0x0404 | 0x0C04 | 0x1404) => 950,
        0x04 => 936,
        0x1E => 874,
        0x05 | 0x0E | 0x15 | 0x18 | 0x1A..=0x1C | 0x24 => 1250,
        0x02 | 0x19 | 0x22 | 0x23 | 0x2F => 1251,
        0x08 => 1253,
        0x1F => 1254,
        0x0D => 1255,
        0x01 | 0x20 | 0x29 => 1256,
        0x25..=0x27 => 1257,
        0x2A => 1258,
        _ => 1252,
    }
}
