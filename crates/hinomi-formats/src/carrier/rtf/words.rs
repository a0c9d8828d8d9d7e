//! Control words that change where text goes (RTF 1.9.1, "Destinations"), and code pages of fonts.

/// Where the characters of a group go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Destination {
    /// The text a person reads.
    #[default]
    Body,
    /// Nowhere.
    Skip,
    /// The hex digits of an object.
    ObjectData,
    ObjectClass,
    Template,
    FieldCode,
    FontTable,
}

/// The destination that a control word starts; `None` when it starts none.
pub(super) fn destination(word: &[u8]) -> Option<Destination> {
    Some(match word {
        b"objdata" => Destination::ObjectData,
        b"objclass" => Destination::ObjectClass,
        b"template" => Destination::Template,
        b"fldinst" => Destination::FieldCode,
        b"fonttbl" => Destination::FontTable,
        // Shown: the picture or text that stands for an object or field, drawn text, notes, headers.
        b"result" | b"fldrslt" | b"shptxt" | b"htmltag" | b"footnote" | b"header" | b"footer"
        | b"headerl" | b"headerr" | b"headerf" | b"footerl" | b"footerr" | b"footerf" | b"annotation" => {
            Destination::Body
        }
        b"colortbl"
        | b"stylesheet"
        | b"info"
        | b"pict"
        | b"generator"
        | b"themedata"
        | b"datastore"
        | b"colorschememapping"
        | b"latentstyles"
        | b"listtable"
        | b"listoverridetable"
        | b"rsidtbl"
        | b"revtbl"
        | b"filetbl"
        | b"fontemb"
        | b"fontfile"
        | b"xmlnstbl"
        | b"mmathPr"
        | b"bkmkstart"
        | b"bkmkend"
        | b"objname"
        | b"objalias"
        | b"objsect"
        | b"private"
        | b"pgdsctbl"
        | b"sp"
        | b"nonshppict"
        | b"mhtmltag"
        | b"pntext"
        | b"falt"
        | b"panose"
        | b"atnid"
        | b"atnauthor"
        | b"xe"
        | b"tc" => Destination::Skip,
        _ => return None,
    })
}

/// The code page of `\fcharsetN` (RTF 1.9.1, "Font Table"); `None` for the document's own.
pub(super) fn code_page(charset: i32) -> Option<u16> {
    Some(match charset {
        0 => 1252,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

/// The character that a control word or symbol stands for.
pub(super) fn character(word: &[u8]) -> Option<&'static str> {
    Some(match word {
        b"par" | b"line" | b"row" | b"sect" | b"page" => "\n",
        b"tab" | b"cell" => "\t",
        b"emdash" => "—",
        b"endash" => "–",
        b"lquote" => "‘",
        b"rquote" => "’",
        b"ldblquote" => "“",
        b"rdblquote" => "”",
        b"bullet" => "•",
        b"~" => "\u{A0}",
        b"_" => "\u{2011}",
        b"\n" | b"\r" => "\n",
        b"{" => "{",
        b"}" => "}",
        b"\\" => "\\",
        _ => return None,
    })
}
