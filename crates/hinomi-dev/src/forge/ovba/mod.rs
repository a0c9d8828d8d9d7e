//! VBA projects (MS-OVBA): the streams of a project storage from the source text of its modules.

mod cache;
mod compress;
mod dir;
mod form;
mod seal;

use super::Chance;
use anyhow::Result;
use std::io::{Cursor, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

#[cfg(test)]
pub(super) use cache::words;
pub(super) use compress::compress;
pub use form::Form;
pub(super) use form::{Control, ControlKind};

/// A project.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its name: `Project` in Word, `VBAProject` in Excel.
    pub name: String,
    /// Code page of all text: 932 or 1252.
    pub code_page: u16,
    /// Modules, document modules first.
    pub modules: Vec<Module>,
}

/// A module.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// What it belongs to.
    pub kind: Kind,
    /// Source text with its `Attribute` lines, CRLF line ends.
    pub code: String,
    /// The form, when it is one.
    #[serde(skip)]
    pub form: Option<Form>,
    /// The source whose compiled code the host has left beside it ("performance cache"). Where that is not the
    /// source that is there, the source was put in its place ("stomping").
    #[serde(skip)]
    pub compiled: Option<String>,
}

/// Kinds of module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The code behind the document, a workbook or a sheet, with the base class of its host.
    Document,
    /// A standard module.
    Standard,
    /// The code behind a form.
    Form,
}

impl Module {
    /// A module from its body: `Attribute` lines are put before it, line ends become CRLF.
    pub fn new(name: &str, kind: Kind, body: &str) -> Self {
        let mut code = format!("Attribute VB_Name = \"{name}\"\n");
        if kind == Kind::Document {
            // The class ids of ThisDocument, of a workbook and of a sheet, as the hosts write them.
            let base = match name {
                "ThisDocument" => "1Normal.ThisDocument",
                "ThisWorkbook" => "0{00020819-0000-0000-C000-000000000046}",
                _ => "0{00020820-0000-0000-C000-000000000046}",
            };
            code.extend([format!("Attribute VB_Base = \"{base}\"\n")]);
            for (flag, value) in [
                ("GlobalNameSpace", "False"),
                ("Creatable", "False"),
                ("PredeclaredId", "True"),
                ("Exposed", "True"),
                ("TemplateDerived", "True"),
                ("Customizable", "True"),
            ] {
                code.extend([format!("Attribute VB_{flag} = {value}\n")]);
            }
        }
        code += body;
        Self { name: name.to_owned(), kind, code: code.replace('\n', "\r\n"), form: None, compiled: None }
    }

    /// A form with the code behind it.
    pub fn form(name: &str, form: Form, body: &str) -> Self {
        const CLASS: &str = "{5B2C4E0A-8D1F-4C36-9A77-1E0C5D2B7F41}{9F3E6A10-22B4-4D58-8C0E-7A615C0D9E32}";
        let mut head = format!("Attribute VB_Base = \"0{CLASS}\"\n");
        for (flag, value) in [
            ("GlobalNameSpace", "False"),
            ("Creatable", "False"),
            ("PredeclaredId", "True"),
            ("Exposed", "False"),
            ("TemplateDerived", "False"),
            ("Customizable", "False"),
        ] {
            head.extend([format!("Attribute VB_{flag} = {value}\n")]);
        }
        Self { form: Some(form), ..Self::new(name, Kind::Form, &(head + body)) }
    }
}

impl Project {
    /// Text in the project's code page.
    fn encode(&self, text: &str) -> Vec<u8> {
        let encoding = if self.code_page == 932 { encoding_rs::SHIFT_JIS } else { encoding_rs::WINDOWS_1252 };
        encoding.encode(text).0.into_owned()
    }

    /// Every stream of the project, with its path below the project's storage.
    pub fn streams(&self, chance: &mut Chance) -> Vec<(String, Vec<u8>)> {
        let names = cache::Names::of(self);
        let caches: Vec<Vec<u8>> = self
            .modules
            .iter()
            .map(|module| {
                module
                    .compiled
                    .as_ref()
                    .map(|code| cache::module(self, code, &names, chance))
                    .unwrap_or_default()
            })
            .collect();
        let mut streams: Vec<(String, Vec<u8>)> = self
            .modules
            .iter()
            .zip(&caches)
            .map(|(module, cache)| {
                let source = compress(&self.encode(&module.code));
                (format!("VBA/{}", module.name), [cache.as_slice(), &source].concat())
            })
            .collect();
        let offsets: Vec<u32> = caches.iter().map(|cache| cache.len() as u32).collect();
        streams.push(("VBA/dir".into(), compress(&dir::stream(self, &offsets))));
        streams.push(("VBA/_VBA_PROJECT".into(), self.compiled(&names, chance)));
        for module in &self.modules {
            if let Some(form) = &module.form {
                let parts = form::streams(&module.name, form, chance);
                streams.extend(
                    parts.into_iter().map(|(name, bytes)| (format!("{}/{name}", module.name), bytes)),
                );
            }
        }
        streams.push(("PROJECT".into(), self.encode(&self.text(chance))));
        streams.push(("PROJECTwm".into(), self.names()));
        streams
    }

    /// The `_VBA_PROJECT` stream.
    fn compiled(&self, names: &cache::Names, chance: &mut Chance) -> Vec<u8> {
        if self.modules.iter().all(|module| module.compiled.is_none()) {
            // MS-OVBA 2.3.4.1: no performance cache, version 0xFFFF: the host compiles the source.
            return vec![0xCC, 0x61, 0xFF, 0xFF, 0, 0, 0];
        }
        cache::project(self, names, chance)
    }

    /// The PROJECT stream (MS-OVBA 2.3.1).
    fn text(&self, chance: &mut Chance) -> String {
        let draw = chance.bytes(16);
        let hex: String = draw.iter().map(|byte| format!("{byte:02X}")).collect();
        let id =
            format!("{{{}-{}-{}-{}-{}}}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
        let mut text = format!("ID=\"{id}\"\r\n");
        if self.modules.iter().any(|module| module.kind == Kind::Form) {
            text += "Package={AC9F2F90-E877-11CE-9F68-00AA00574A4F}\r\n";
        }
        for module in &self.modules {
            text.extend([match module.kind {
                Kind::Document => format!("Document={}/&H00000000\r\n", module.name),
                Kind::Standard => format!("Module={}\r\n", module.name),
                Kind::Form => format!("BaseClass={}\r\n", module.name),
            }]);
        }
        text.extend([format!(
            "Name=\"{}\"\r\nHelpContextID=\"0\"\r\nVersionCompatible32=\"393222000\"\r\n",
            self.name
        )]);
        for (key, value) in [("CMG", &[0u8, 0, 0, 0][..]), ("DPB", &[0]), ("GC", &[0xFF])] {
            text.extend([format!("{key}=\"{}\"\r\n", seal::seal(value, &id, chance.bits() as u8))]);
        }
        text += "\r\n[Host Extender Info]\r\n";
        text += "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000\r\n\r\n[Workspace]\r\n";
        for module in &self.modules {
            text.extend([format!("{}=0, 0, 0, 0, C\r\n", module.name)]);
        }
        text
    }

    /// The PROJECTwm stream (MS-OVBA 2.3.3): each name in the code page and in UTF-16.
    fn names(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for module in &self.modules {
            out.extend(self.encode(&module.name));
            out.push(0);
            out.extend(utf16(&module.name));
            out.extend([0, 0]);
        }
        out.extend([0, 0]);
        out
    }

    /// `vbaProject.bin`: the project at the root of a compound file of its own.
    pub fn bin(&self, chance: &mut Chance) -> Result<Vec<u8>> {
        compound(&self.streams(chance), None)
    }
}

/// UTF-16LE bytes.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A compound file of the given streams, storages made as their paths need them, and without times.
pub(super) fn compound(streams: &[(String, Vec<u8>)], class: Option<[u8; 16]>) -> Result<Vec<u8>> {
    const SECTOR: usize = 512;
    const DIRECTORY_START: usize = 48;
    const TIMES: std::ops::Range<usize> = 100..116;
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    for (path, bytes) in streams {
        let path = Path::new("/").join(path);
        if let Some(storage) = path.parent() {
            file.create_storage_all(storage)?;
        }
        file.create_stream(&path)?.write_all(bytes)?;
    }
    let storages: Vec<_> = file
        .walk()
        .filter(|entry| entry.is_storage() && !entry.is_root())
        .map(|e| e.path().to_owned())
        .collect();
    for storage in storages {
        file.set_created_time(&storage, UNIX_EPOCH)?;
        file.set_modified_time(&storage, UNIX_EPOCH)?;
    }
    file.flush()?;
    let mut bytes = file.into_inner().into_inner();
    // The root entry is the first of the first directory sector; its times and class are set in place.
    let first = u32::from_le_bytes([0, 1, 2, 3].map(|i| bytes[DIRECTORY_START + i])) as usize;
    let root = (first + 1) * SECTOR;
    bytes[root + TIMES.start..root + TIMES.end].fill(0);
    if let Some(class) = class {
        bytes[root + 80..root + 96].copy_from_slice(&class);
    }
    Ok(bytes)
}
