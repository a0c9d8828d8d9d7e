//! Web pages that put a file together in the browser (HTML smuggling) and offer it as a download.

use crate::forge::Chance;
use crate::forge::macros::script::base64;

/// How the file is held by the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Base64 in one literal.
    HtmlBase64,
    /// Base64 in pieces that are added up.
    HtmlPieces,
    /// Numbers of bytes.
    HtmlBytes,
    /// A `data:` address of a link.
    HtmlDataAddress,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::HtmlBase64, Self::HtmlPieces, Self::HtmlBytes, Self::HtmlDataAddress];
}

/// A page that offers the file under a name.
pub fn write(style: Style, name: &str, file: &[u8], chance: &mut Chance) -> String {
    let [held, bytes, link] = [(); 3].map(|()| format!("{}{}", chance.word(4, 8), chance.below(100)));
    let text = base64(file);
    let body = match style {
        Style::HtmlDataAddress => format!(
            "<a id=\"{link}\" download=\"{name}\" href=\"data:application/octet-stream;base64,{text}\">Invoice</a>\
             <script>document.getElementById(\"{link}\").click();</script>"
        ),
        _ => {
            let filled = match style {
                Style::HtmlBytes => {
                    let numbers: Vec<String> = file.iter().map(u8::to_string).collect();
                    format!("var {bytes} = new Uint8Array([{}]);", numbers.join(","))
                }
                _ => {
                    let literal = if style == Style::HtmlPieces {
                        let pieces = chance.cut(&text, 200, 900);
                        format!("\"{}\"", pieces.join("\" +\n  \""))
                    } else {
                        format!("\"{text}\"")
                    };
                    format!(
                        "var {held} = atob({literal});\nvar {bytes} = new Uint8Array({held}.length);\n\
                         for (var i = 0; i < {held}.length; i++) {bytes}[i] = {held}.charCodeAt(i);"
                    )
                }
            };
            format!(
                "<script>\n{filled}\nvar {link} = document.createElement(\"a\");\n\
                 {link}.href = URL.createObjectURL(new Blob([{bytes}], {{type: \"application/octet-stream\"}}));\n\
                 {link}.download = \"{name}\";\ndocument.body.appendChild({link});\n{link}.click();\n</script>"
            )
        }
    };
    format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Invoice</title></head><body><p>Your document is \
         being prepared.</p>\n{body}\n</body></html>\n"
    )
}
