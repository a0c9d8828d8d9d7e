//! Outlook messages (MS-OXMSG), written over a compound file.

use crate::forge::ovba::{compound, utf16};
use anyhow::Result;

/// A message with its files.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// Sender: name and address.
    pub from: (String, String),
    /// Recipient: name and address.
    pub to: (String, String),
    /// Header fields as they came in, CRLF line ends.
    pub headers: String,
    /// Files: name, media type, content.
    pub files: Vec<(String, String, Vec<u8>)>,
}

/// Properties of one object: their table and their streams.
struct Properties {
    table: Vec<u8>,
    streams: Vec<(String, Vec<u8>)>,
}

impl Properties {
    /// `head` is what stands before the table (2.4.1): 32 bytes for the message, 8 for what is in it.
    fn new(head: Vec<u8>) -> Self {
        Self { table: head, streams: Vec::new() }
    }

    /// A property of 16 bytes: type and number, flags (readable, writable), value.
    fn entry(&mut self, tag: u32, value: u32) {
        self.table.extend(tag.to_le_bytes());
        self.table.extend(6u32.to_le_bytes());
        self.table.extend(value.to_le_bytes());
        self.table.extend([0; 4]);
    }

    /// Text, in a stream of its own; the size in the table counts the end that is not written.
    fn text(&mut self, number: u32, text: &str) {
        let units = utf16(text);
        self.entry(number << 16 | 0x1F, units.len() as u32 + 2);
        self.streams.push((format!("__substg1.0_{number:04X}001F"), units));
    }

    fn bytes(&mut self, number: u32, bytes: Vec<u8>) {
        self.entry(number << 16 | 0x102, bytes.len() as u32);
        self.streams.push((format!("__substg1.0_{number:04X}0102"), bytes));
    }

    fn number(&mut self, number: u32, value: u32) {
        self.entry(number << 16 | 0x03, value);
    }

    /// Its streams, below a storage.
    fn end(self, storage: &str, out: &mut Vec<(String, Vec<u8>)>) {
        out.push((format!("{storage}__properties_version1.0"), self.table));
        out.extend(self.streams.into_iter().map(|(name, bytes)| (format!("{storage}{name}"), bytes)));
    }
}

impl Message {
    /// The bytes of the file.
    pub fn write(&self) -> Result<Vec<u8>> {
        const CLASS: [u8; 16] = [0x0B, 0x0D, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
        let mut streams = Vec::new();
        let files = self.files.len() as u32;
        let head: Vec<u8> =
            [0, 0, 1, files, 1, files, 0, 0].iter().flat_map(|f: &u32| f.to_le_bytes()).collect();
        let mut message = Properties::new(head);
        message.text(0x001A, "IPM.Note");
        message.text(0x0037, &self.subject);
        message.text(0x0C1A, &self.from.0);
        message.text(0x0C1E, "SMTP");
        message.text(0x0C1F, &self.from.1);
        message.text(0x5D01, &self.from.1);
        message.text(0x0E04, &self.to.0);
        message.text(0x1000, &self.body);
        message.text(0x007D, &self.headers);
        // Unicode texts are supported; no special flags.
        message.number(0x340D, 0x0004_0000);
        message.number(0x0E07, if files > 0 { 0x11 } else { 1 });
        message.end("", &mut streams);
        for name in ["00020102", "00030102", "00040102"] {
            streams.push((format!("__nameid_version1.0/__substg1.0_{name}"), Vec::new()));
        }
        let mut recipient = Properties::new(vec![0; 8]);
        recipient.number(0x0C15, 1);
        recipient.text(0x3001, &self.to.0);
        recipient.text(0x3002, "SMTP");
        recipient.text(0x3003, &self.to.1);
        recipient.text(0x39FE, &self.to.1);
        recipient.end("__recip_version1.0_#00000000/", &mut streams);
        for (number, (name, media_type, bytes)) in self.files.iter().enumerate() {
            let mut file = Properties::new(vec![0; 8]);
            file.number(0x0E21, number as u32);
            // By value.
            file.number(0x3705, 1);
            file.text(0x3704, name);
            file.text(0x3707, name);
            file.text(0x370E, media_type);
            file.bytes(0x3701, bytes.clone());
            file.end(&format!("__attach_version1.0_#{number:08X}/"), &mut streams);
        }
        compound(&streams, Some(CLASS))
    }
}
