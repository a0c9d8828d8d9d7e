//! Static members of .NET types: `[Convert]::FromBase64String(…)`, `[Text.Encoding]::UTF8`.

use super::super::evaluate::Machine;
use super::super::evaluate::trace::Deed;
use super::super::evaluate::value::Value;
use super::super::{base64, secure};
use super::{casts, objects, operators, pattern, strings};
use std::rc::Rc;

/// `[kind]::name` without arguments.
pub(super) fn member(machine: &mut Machine<'_>, kind: &str, name: &str) -> Value {
    let text = match (kind, name) {
        ("text.encoding" | "text.encodings" | "text.unicodeencoding" | "text.utf8encoding", encoding) => {
            return machine.object("text.encoding", vec![("\0name".to_owned(), Value::text(encoding))]);
        }
        ("environment", "newline") => "\r\n",
        ("string", "empty") => "",
        ("environment", "systemdirectory") => "C:\\WINDOWS\\system32",
        ("environment", "username") => return Value::Env("USERNAME".into()),
        ("environment", "machinename") => return Value::Env("COMPUTERNAME".into()),
        ("intptr", "zero") => return Value::Num(0.0),
        ("int" | "int32", "maxvalue") => return Value::Num(f64::from(i32::MAX)),
        ("byte", "maxvalue") => return Value::Num(255.0),
        ("char", "maxvalue") => return Value::Num(65_535.0),
        ("math", "pi") => return Value::Num(std::f64::consts::PI),
        // A value of an enumeration is its name.
        ("environment", _) => return Value::Unknown,
        _ if kind.ends_with("mode") || kind.contains("option") || kind.contains("specialfolder") => name,
        _ => return Value::Method(Rc::new((Value::type_name(kind), name.to_owned()))),
    };
    Value::text(text)
}

/// `[kind]::name(arguments)`; `None` when that is not known.
pub(super) fn call(machine: &mut Machine<'_>, kind: &str, name: &str, arguments: &[Value]) -> Option<Value> {
    match kind {
        "convert" => convert(machine, name, arguments),
        "string" => string(machine, name, arguments),
        "char" => characters(machine, name, arguments),
        "text.encoding" => encoding(machine, name, arguments),
        "array" => array(machine, name, arguments),
        "regex" | "text.regularexpressions.regex" => regular(machine, name, arguments),
        "math" => math(name, arguments),
        "io.path" => path(machine, name, arguments),
        "io.file" | "io.directory" => file(machine, name, arguments),
        "environment" => environment(machine, name, arguments),
        "diagnostics.process" if name == "start" => {
            let words: Vec<String> = arguments.iter().map(|value| machine.text_of(value)).collect();
            machine.note(Deed::Start(words.join(" ")));
            Some(Value::Unknown)
        }
        "scriptblock" | "management.automation.scriptblock" if name == "create" => {
            Some(casts::block(machine, arguments.first()?))
        }
        "activator" if name == "createinstance" => {
            let kind = match arguments.first()? {
                Value::Type(kind) => Rc::clone(kind),
                _ => return None,
            };
            Some(objects::make(machine, &kind, arguments.get(1..).unwrap_or_default().to_vec()))
        }
        "reflection.assembly" | "appdomain" if name.starts_with("load") => {
            machine.note(Deed::Start("[Reflection.Assembly]::Load".to_owned()));
            Some(Value::Unknown)
        }
        "microsoft.visualbasic.interaction" | "microsoft.visualbasic.interaction+" => {
            let line = machine.text_of(arguments.first()?);
            match name {
                "shell" => machine.note(Deed::Start(line)),
                "createobject" => {
                    return Some(objects::make(machine, &line.to_ascii_lowercase(), Vec::new()));
                }
                _ => {}
            }
            Some(Value::Unknown)
        }
        "net.webrequest" | "net.httpwebrequest" if name == "create" => {
            let url = machine.text_of(arguments.first()?);
            machine.note(Deed::Fetch(url));
            Some(machine.object("net.webrequest", Vec::new()))
        }
        _ => rarer(machine, kind, name, arguments),
    }
}

/// Types that few scripts use.
fn rarer(machine: &mut Machine<'_>, kind: &str, name: &str, arguments: &[Value]) -> Option<Value> {
    match kind {
        "runtime.interopservices.marshal" => secure::marshalled(machine, name, arguments),
        "type" if name == "gettypefromprogid" => {
            let name = machine.text_of(arguments.first()?).to_ascii_lowercase();
            Some(Value::type_name(&name))
        }
        "bitconverter" if name == "tostring" => {
            let bytes = machine.bytes_of(arguments.first()?)?;
            let text: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            Some(machine.string(text.join("-")))
        }
        "net.webutility" | "web.httputility" | "uri"
            if name.starts_with("un") || name.ends_with("decode") =>
        {
            let text = machine.known_text(arguments.first()?)?;
            machine.undo("percent encoding");
            let text = crate::script::jscript::percent_decoded(&text);
            Some(machine.string(text))
        }
        _ if name == "new" => Some(objects::make(machine, kind, arguments.to_vec())),
        _ => None,
    }
}

fn convert(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first()?;
    match name {
        "frombase64string" | "frombase64chararray" => {
            let text = match first {
                Value::List(_) => {
                    let joined = casts::joined(machine, first, "");
                    machine.known_text(&joined)?
                }
                _ => machine.known_text(first)?,
            };
            machine.pay_bytes(text.len());
            let bytes = base64::decode(&text);
            machine.undo(base64::layer(&bytes, machine.limits.text_bytes_max));
            Some(Value::Bytes(Rc::new(bytes)))
        }
        "tobase64string" => Some(Value::Unknown),
        "tochar" => Some(casts::cast(machine, "char", first.clone())),
        "tostring" => match (first, arguments.get(1).and_then(Value::whole)) {
            (Value::Num(number), Some(16)) => {
                let text = strings::number_format(&Value::Num(*number), "x")?;
                Some(machine.string(text))
            }
            _ => Some(casts::cast(machine, "string", first.clone())),
        },
        "toint32" | "toint16" | "toint64" | "tobyte" | "touint32" | "touint16" | "tosbyte" => {
            let radix = arguments.get(1).map_or(Some(10), Value::whole)?;
            let number = match radix {
                10 => first.number()?,
                radix => {
                    let text = machine.known_text(first)?;
                    let radix = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix))?;
                    let digits = text.trim().trim_start_matches("0x").trim_start_matches("0X");
                    // Lossless: 32 bits and what fits 53.
                    i64::from_str_radix(digits, radix).ok()? as f64
                }
            };
            machine.undo("character codes");
            Some(Value::Num(number.round_ties_even()))
        }
        _ => None,
    }
}

fn string(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    match name {
        "join" => {
            let with = machine.text_of(arguments.first()?);
            let rest = arguments.get(1..)?;
            let mut items = Vec::new();
            for value in rest {
                items.extend(machine.elements(value)?);
            }
            let list = machine.list(items);
            machine.undo("join");
            Some(casts::joined(machine, &list, &with))
        }
        "concat" => {
            let mut items = Vec::new();
            for value in arguments {
                items.extend(machine.elements(value)?);
            }
            let list = machine.list(items);
            machine.undo("concatenation");
            Some(casts::joined(machine, &list, ""))
        }
        "format" => {
            let pattern = machine.known_text(arguments.first()?)?;
            machine.undo("format operator");
            let rest = match arguments.get(1..)? {
                [Value::List(list)] => machine.items(*list).to_vec(),
                rest => rest.to_vec(),
            };
            Some(strings::formatted(machine, &pattern, &rest))
        }
        "new" => match (arguments.first()?, arguments.get(1).and_then(Value::index)) {
            (Value::Char(c), Some(count)) if count <= machine.limits.text_bytes_max / 4 => {
                let text = c.to_string().repeat(count);
                Some(machine.string(text))
            }
            (list, _) => Some(casts::joined(machine, list, "")),
        },
        "isnullorempty" | "isnullorwhitespace" => {
            let text = machine.known_text(arguments.first()?)?;
            Some(Value::Bool(text.trim().is_empty()))
        }
        _ => None,
    }
}

fn characters(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first()?;
    match name {
        "convertfromutf32" => {
            machine.undo("character codes");
            let c = casts::to_char(first.whole()?)?;
            Some(Value::text(c.to_string()))
        }
        "toupper" | "tolower" | "tostring" => {
            let text = machine.text_of(first);
            let text = match name {
                "toupper" => text.to_uppercase(),
                "tolower" => text.to_lowercase(),
                _ => text,
            };
            Some(machine.string(text))
        }
        _ => None,
    }
}

/// `[Text.Encoding]::GetEncoding('utf-8')`, `::Convert`.
fn encoding(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    if name != "getencoding" {
        return None;
    }
    let name = machine.text_of(arguments.first()?).to_ascii_lowercase();
    Some(machine.object("text.encoding", vec![("\0name".to_owned(), Value::text(name))]))
}

fn array(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let Value::List(list) = arguments.first()? else { return None };
    let list = *list;
    let len = machine.items(list).len();
    if !machine.pay(len) {
        return None;
    }
    match name {
        "reverse" => {
            machine.items_mut(list)?.reverse();
            machine.undo("reverse");
            Some(Value::Null)
        }
        "indexof" => {
            let find = arguments.get(1)?;
            let at = machine.items(list).iter().position(|item| item == find);
            Some(at.map_or(Value::Num(-1.0), Value::count))
        }
        _ => None,
    }
}

/// `[regex]::Matches`, `::Replace`, `::Split`, `::Unescape`.
fn regular(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let text = machine.known_text(arguments.first()?)?;
    if name == "unescape" {
        machine.undo("escapes");
        let text = crate::script::jscript::unescaped(&text);
        return Some(machine.string(text));
    }
    let find = machine.known_text(arguments.get(1)?)?;
    let options =
        arguments.last().map(|value| machine.text_of(value)).unwrap_or_default().to_ascii_lowercase();
    let regex = pattern::compile(&find, options.contains("ignorecase"))?;
    if !machine.pay(64 + text.len() / 4) {
        return None;
    }
    match name {
        "replace" => {
            let with = machine.known_text(arguments.get(2)?)?;
            machine.undo("replace");
            let text = pattern::replace_all(&regex, &text, &with, machine.limits.text_bytes_max)?;
            Some(machine.string(text))
        }
        "split" => {
            machine.undo("split");
            let pieces: Vec<String> = regex.split(&text).map(str::to_owned).collect();
            Some(machine.texts(pieces))
        }
        "match" | "matches" => {
            let mut found: Vec<String> =
                regex.find_iter(&text).map(|found| found.as_str().to_owned()).collect();
            if options.contains("righttoleft") {
                found.reverse();
            }
            if name == "match" {
                found.truncate(1);
            }
            machine.undo("matches");
            let list = machine.texts(found);
            Some(if name == "match" { operators::element(machine, &list, &Value::Num(0.0)) } else { list })
        }
        "ismatch" => Some(Value::Bool(regex.is_match(&text))),
        _ => None,
    }
}

fn math(name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first()?.number()?;
    let second = arguments.get(1).and_then(Value::number);
    let result = match name {
        "floor" => first.floor(),
        "ceiling" => first.ceil(),
        "truncate" => first.trunc(),
        "round" => first.round_ties_even(),
        "abs" => first.abs(),
        "sqrt" => first.sqrt(),
        "pow" => first.powf(second?),
        "min" => first.min(second?),
        "max" => first.max(second?),
        _ => return None,
    };
    result.is_finite().then_some(Value::Num(result))
}

fn path(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    match name {
        "gettemppath" => Some(Value::text("%TEMP%\\")),
        "combine" => {
            let pieces: Vec<String> = arguments.iter().map(|value| machine.text_of(value)).collect();
            let pieces: Vec<&str> = pieces.iter().map(|piece| piece.trim_end_matches('\\')).collect();
            Some(machine.string(pieces.join("\\")))
        }
        "getfilename" => {
            let text = machine.known_text(arguments.first()?)?;
            let name = text.rsplit(['\\', '/']).next().unwrap_or_default().to_owned();
            Some(machine.string(name))
        }
        _ => None,
    }
}

fn file(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let path = machine.text_of(arguments.first()?);
    if name.starts_with("write") || name.starts_with("append") || name == "create" {
        machine.note(Deed::Write(path));
        return Some(Value::Null);
    }
    if name == "copy" || name == "move" {
        let to = machine.text_of(arguments.get(1)?);
        machine.note(Deed::Write(to));
        return Some(Value::Null);
    }
    None
}

fn environment(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = machine.text_of(arguments.first()?);
    match name {
        "getenvironmentvariable" => Some(Value::Env(first.to_ascii_uppercase().into())),
        "expandenvironmentvariables" => Some(Value::text(first)),
        "getfolderpath" => {
            let folder = match first.to_ascii_lowercase().as_str() {
                "applicationdata" => "%APPDATA%",
                "localapplicationdata" => "%LOCALAPPDATA%",
                "commonapplicationdata" => "C:\\ProgramData",
                "startup" => "%APPDATA%\\Microsoft\\Windows\\Start Menu\\Programs\\Startup",
                "desktop" | "desktopdirectory" => "%USERPROFILE%\\Desktop",
                "mydocuments" | "personal" => "%USERPROFILE%\\Documents",
                "userprofile" => "%USERPROFILE%",
                "system" => "C:\\WINDOWS\\system32",
                _ => return None,
            };
            Some(Value::text(folder))
        }
        _ => None,
    }
}
