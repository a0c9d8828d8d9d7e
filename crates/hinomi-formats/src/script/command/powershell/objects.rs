//! Objects that scripts make, as far as what they do reaches outside or carries text further.

use super::super::base64;
use super::super::evaluate::Machine;
use super::super::evaluate::trace::Deed;
use super::super::evaluate::value::Value;
use super::casts;
use std::rc::Rc;

/// `New-Object kind`, `[kind]::new(…)`.
pub(in crate::script) fn make(machine: &mut Machine<'_>, kind: &str, arguments: Vec<Value>) -> Value {
    let kind = kind.trim().trim_matches(['[', ']']).to_ascii_lowercase();
    let kind = kind.strip_prefix("system.").unwrap_or(&kind).to_owned();
    let mut entries = Vec::new();
    match kind.as_str() {
        "io.memorystream" => {
            if let Some(bytes) = arguments.iter().find_map(|value| carried(machine, value)) {
                entries.push(("\0bytes".to_owned(), Value::Bytes(bytes)));
            }
        }
        "io.compression.deflatestream" | "io.compression.gzipstream" | "io.compression.zlibstream" => {
            if let Some(bytes) = arguments.first().and_then(|value| carried(machine, value)) {
                entries.extend(unpacked(machine, &kind, &bytes));
            }
        }
        "io.streamreader"
        | "io.bufferedstream"
        | "io.binaryreader"
        | "security.cryptography.cryptostream" => {
            if let Some(bytes) = arguments.first().and_then(|value| carried(machine, value)) {
                entries.push(("\0bytes".to_owned(), Value::Bytes(bytes)));
            }
        }
        "string" => {
            return super::statics::call(machine, "string", "new", &arguments).unwrap_or(Value::Unknown);
        }
        "text.stringbuilder" => {
            let text = arguments.first().filter(|value| matches!(value, Value::Str(_))).cloned();
            entries.push(("\0text".to_owned(), text.unwrap_or_else(|| Value::text(""))));
        }
        "collections.arraylist"
        | "collections.generic.list[object]"
        | "collections.generic.list[string]"
        | "collections.generic.list[byte]"
        | "byte[]"
        | "object[]"
        | "string[]"
        | "char[]" => {
            let items = match arguments.first() {
                // `New-Object byte[] 100` is a hundred zeros.
                Some(Value::Num(_)) => {
                    arguments.first().and_then(Value::index).filter(|len| *len <= 1 << 20).map(|len| {
                        machine.pay(len);
                        vec![Value::Num(0.0); len]
                    })
                }
                Some(value) => machine.elements(value),
                None => Some(Vec::new()),
            };
            return items.map_or(Value::Unknown, |items| machine.list(items));
        }
        "net.sockets.tcpclient" => {
            if let [host, port, ..] = arguments.as_slice() {
                let place = format!("{}:{}", machine.text_of(host), machine.text_of(port));
                machine.note(Deed::Fetch(place));
            }
        }
        "uri" => return arguments.into_iter().next().unwrap_or(Value::Unknown),
        _ => {}
    }
    machine.note(Deed::Make(kind.clone()));
    machine.object(&kind, entries)
}

/// The bytes a value carries: an array, a stream.
fn carried(machine: &mut Machine<'_>, value: &Value) -> Option<Rc<Vec<u8>>> {
    if let Value::List(list) = value
        && let [inner @ (Value::Bytes(_) | Value::List(_) | Value::Object(_))] = machine.items(*list)
    {
        // `,$bytes`: a list with the array in it.
        let inner = inner.clone();
        return machine.bytes_of(&inner);
    }
    machine.bytes_of(value)
}

fn unpacked(machine: &mut Machine<'_>, kind: &str, bytes: &[u8]) -> Option<(String, Value)> {
    let gzip = kind.contains("gzip");
    let unpacked = base64::unpack(bytes, if gzip { "" } else { "deflate" }, machine.limits.text_bytes_max);
    if !machine.pay_bytes(unpacked.bytes.len()) {
        return None;
    }
    machine.undo(unpacked.packing?);
    Some(("\0bytes".to_owned(), Value::Bytes(Rc::new(unpacked.bytes))))
}

/// A property that is set, where that means something.
pub(in crate::script) fn property_set(machine: &mut Machine<'_>, object: usize, name: &str, value: &Value) {
    let kind = machine.fields(object).map(|fields| fields.kind.clone()).unwrap_or_default();
    match (kind.as_str(), name) {
        ("wscript.shortcut", "targetpath") | ("diagnostics.processstartinfo", "filename") => {
            let text = machine.text_of(value);
            machine.note(Deed::Start(text));
        }
        _ => {}
    }
}

/// A method of an object; `None` when nothing is known about it.
pub(super) fn call(
    machine: &mut Machine<'_>,
    object: usize,
    name: &str,
    arguments: &[Value],
) -> Option<Value> {
    let kind = machine.fields(object)?.kind.clone();
    match (kind.as_str(), name) {
        ("text.encoding" | "text.utf8encoding" | "text.asciiencoding" | "text.unicodeencoding", _) => {
            encoding(machine, object, &kind, name, arguments)
        }
        ("text.stringbuilder", "append" | "appendline" | "appendformat") => {
            let piece = machine.text_of(arguments.first()?) + if name == "appendline" { "\r\n" } else { "" };
            let before = machine.field(object, "\0text")?;
            let text = machine.text_of(&before) + &piece;
            let text = machine.string(text);
            machine.set_field(object, "\0text", text);
            Some(Value::Object(object))
        }
        (_, "tostring" | "readtoend") if machine.fields(object)?.get("\0text").is_some() => {
            machine.field(object, "\0text")
        }
        (_, "readtoend") => {
            let bytes = machine.bytes_of(&Value::Object(object))?;
            let (text, _) = base64::to_script(&bytes)?;
            Some(machine.string(text))
        }
        (_, "toarray" | "getbuffer" | "readallbytes") => machine.field(object, "\0bytes"),
        (_, "copyto") => {
            let bytes = machine.field(object, "\0bytes")?;
            let Value::Object(to) = arguments.first()? else { return None };
            machine.set_field(*to, "\0bytes", bytes);
            Some(Value::Null)
        }
        ("io.memorystream", "write") => {
            let bytes = machine.bytes_of(arguments.first()?)?;
            machine.set_field(object, "\0bytes", Value::Bytes(bytes));
            Some(Value::Null)
        }
        ("scriptblock", "invoke" | "invokereturnasis" | "getnewclosure") => {
            let text = machine.field(object, "\0text")?;
            let text = machine.known_text(&text)?;
            Some(machine.run_text(&text))
        }
        ("executioncontext", _) => executed(machine, name, arguments),
        ("" | "hashtable", "add" | "set_item") => {
            let key = machine.text_of(arguments.first()?).to_ascii_lowercase();
            machine.set_field(object, &key, arguments.get(1)?.clone());
            Some(Value::Null)
        }
        _ => reaching(machine, &kind, name, arguments),
    }
}

/// `$ExecutionContext.InvokeCommand.…`.
fn executed(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let text = machine.known_text(arguments.first()?)?;
    match name {
        "newscriptblock" => Some(casts::block(machine, arguments.first()?)),
        "invokescript" => Some(machine.run_text(&text)),
        "expandstring" => Some(Value::text(text)),
        _ => Some(super::commands::command_named(&text).map_or(Value::Unknown, Value::text)),
    }
}

/// `$encoding.GetString($bytes)`, `.GetBytes($text)`.
fn encoding(
    machine: &mut Machine<'_>,
    object: usize,
    kind: &str,
    name: &str,
    arguments: &[Value],
) -> Option<Value> {
    let encoding = machine.field(object, "\0name").map(|value| machine.text_of(&value)).unwrap_or_default();
    let encoding = if encoding.is_empty() { kind.to_owned() } else { encoding };
    let wide = encoding.contains("unicode") || encoding.contains("utf-16");
    match name {
        "getstring" | "getchars" => {
            let bytes = machine.bytes_of(arguments.first()?)?;
            machine.pay_bytes(bytes.len());
            let text = if wide && !encoding.contains("big") {
                encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned()
            } else if wide {
                encoding_rs::UTF_16BE.decode_without_bom_handling(&bytes).0.into_owned()
            } else {
                String::from_utf8(bytes.to_vec())
                    .unwrap_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect())
            };
            machine.undo("bytes");
            Some(machine.string(text.trim_start_matches('\u{feff}').to_owned()))
        }
        "getbytes" => {
            let text = machine.known_text(arguments.first()?)?;
            let bytes: Vec<u8> = if wide {
                text.encode_utf16().flat_map(u16::to_le_bytes).collect()
            } else {
                text.into_bytes()
            };
            machine.pay_bytes(bytes.len());
            Some(Value::Bytes(Rc::new(bytes)))
        }
        _ => None,
    }
}

/// Methods that reach outside, whatever the object turned out to be.
pub(in crate::script) fn reaching(
    machine: &mut Machine<'_>,
    kind: &str,
    name: &str,
    arguments: &[Value],
) -> Option<Value> {
    let mut texts: Vec<String> = Vec::with_capacity(arguments.len());
    for value in arguments {
        texts.push(machine.text_of(value));
    }
    let first = texts.first().cloned().unwrap_or_default();
    match name {
        "downloadstring"
        | "downloaddata"
        | "openread"
        | "downloadstringasync"
        | "downloaddataasync"
        | "downloadstringtaskasync"
        | "getstringasync"
        | "getbytearrayasync"
        | "getstreamasync"
        | "uploadstring"
        | "uploaddata"
        | "uploadfile"
        | "uploadvalues" => {
            machine.note(Deed::Fetch(first));
            Some(Value::Unknown)
        }
        "downloadfile" | "downloadfileasync" | "downloadfiletaskasync" => {
            machine.note(Deed::Fetch(first));
            if let Some(path) = texts.get(1) {
                machine.note(Deed::Write(path.clone()));
            }
            Some(Value::Null)
        }
        "open" if texts.len() >= 2 && kind.contains("http") => {
            let url = texts.get(1).cloned().unwrap_or_default();
            machine.note(Deed::Fetch(url));
            Some(Value::Null)
        }
        "navigate" | "navigate2" if kind.contains("internetexplorer") => {
            machine.note(Deed::Fetch(first));
            Some(Value::Null)
        }
        "run" | "exec" if !kind.is_empty() => {
            if name == "run" && texts.get(1).is_some_and(|style| style.trim() == "0") {
                machine.note(Deed::hidden_window());
            }
            machine.note(Deed::Start(first));
            Some(Value::Unknown)
        }
        "shellexecute" => {
            if texts.get(4).is_some_and(|style| style.trim() == "0") {
                machine.note(Deed::hidden_window());
            }
            let line = texts.iter().take(2).filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>().join(" ");
            machine.note(Deed::Start(line));
            Some(Value::Unknown)
        }
        "create" if kind.contains("win32_process") => {
            machine.note(Deed::Start(first));
            Some(Value::Unknown)
        }
        _ => writing(machine, name, &texts),
    }
}

/// Methods that write files, the registry, shortcuts.
fn writing(machine: &mut Machine<'_>, name: &str, texts: &[String]) -> Option<Value> {
    let first = texts.first().cloned().unwrap_or_default();
    match name {
        "savetofile" | "createtextfile" | "copyfile" | "movefile" => {
            let at = usize::from(matches!(name, "copyfile" | "movefile"));
            machine.note(Deed::Write(texts.get(at).cloned().unwrap_or_default()));
            Some(machine.object("textstream", Vec::new()))
        }
        "regwrite" => {
            let key = first.to_ascii_lowercase();
            if super::super::effects::starts_again(&key) {
                let value = texts.get(1).cloned().unwrap_or_default();
                machine.note(Deed::Persist(format!("registry: {first} = {value}")));
            }
            Some(Value::Null)
        }
        "createshortcut" => {
            machine.note(Deed::Write(first));
            Some(machine.object("wscript.shortcut", Vec::new()))
        }
        "expandenvironmentstrings" => Some(Value::text(first)),
        "specialfolders" | "getspecialfolder" => Some(Value::text(folder(&first))),
        _ => None,
    }
}

/// A special folder of the script host, by name or number.
pub(in crate::script) fn folder(name: &str) -> &'static str {
    match name.to_ascii_lowercase().as_str() {
        "startup" => "%APPDATA%\\Microsoft\\Windows\\Start Menu\\Programs\\Startup",
        "allusersstartup" => "C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\Startup",
        "desktop" => "%USERPROFILE%\\Desktop",
        "appdata" => "%APPDATA%",
        "mydocuments" => "%USERPROFILE%\\Documents",
        "0" => "C:\\WINDOWS",
        "1" => "C:\\WINDOWS\\system32",
        "2" => "%TEMP%",
        _ => "\u{fffc}",
    }
}
