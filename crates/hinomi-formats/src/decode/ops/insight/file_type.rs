//! Detect File Type: by the bytes files start with, from CyberChef's own table.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, str_to_text};
use crate::decode::ops::{Baked, Op, Takes, arg};
use std::fmt::Write;
use std::sync::OnceLock;

const CATEGORIES: [&str; 7] =
    ["Images", "Video", "Audio", "Documents", "Applications", "Archives", "Miscellaneous"];

pub(in crate::decode) static OPS: &[Op] = &[Op {
    name: "Detect File Type",
    args: &[
        arg("Images", Kind::Flag(true)),
        arg("Video", Kind::Flag(true)),
        arg("Audio", Kind::Flag(true)),
        arg("Documents", Kind::Flag(true)),
        arg("Applications", Kind::Flag(true)),
        arg("Archives", Kind::Flag(true)),
        arg("Miscellaneous", Kind::Flag(true)),
    ],
    run: Takes::Bytes(detect),
}];

/// A sort of file.
#[derive(Debug)]
pub(super) struct FileType {
    category: &'static str,
    pub(super) name: &'static str,
    /// Endings, with commas between.
    pub(super) endings: &'static str,
    /// One of them starts with a tab, written `\t`.
    pub(super) mime: &'static str,
    pub(super) description: &'static str,
    /// Any of these, each a list of places and the bytes that may stand there.
    signatures: Vec<Vec<(usize, Vec<u8>)>>,
}

fn table() -> &'static [FileType] {
    static TABLE: OnceLock<Vec<FileType>> = OnceLock::new();
    TABLE.get_or_init(|| include_str!("file_types.txt").lines().filter_map(row).collect())
}

fn row(line: &'static str) -> Option<FileType> {
    let mut cells = line.split('\t');
    Some(FileType {
        category: cells.next()?,
        name: cells.next()?,
        endings: cells.next()?,
        mime: cells.next()?,
        description: cells.next()?,
        signatures: cells.map(|cell| cell.split(' ').filter_map(condition).collect()).collect(),
    })
}

fn condition(text: &str) -> Option<(usize, Vec<u8>)> {
    let (at, digits) = text.split_once(':')?;
    let bytes = digits
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    Some((at.parse().ok()?, bytes.collect()))
}

/// Every type whose signature fits, in the order of the table. A single byte is none.
pub(super) fn types(bytes: &[u8]) -> impl Iterator<Item = &'static FileType> {
    let holds = |(at, any): &(usize, Vec<u8>)| bytes.get(*at).is_some_and(|byte| any.contains(byte));
    table().iter().filter(move |kind| {
        bytes.len() > 1 && kind.signatures.iter().any(|signature| signature.iter().all(holds))
    })
}

fn detect(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    let wanted = |kind: &&FileType| {
        CATEGORIES.iter().zip(0..).any(|(category, index)| kind.category == *category && args.flag(index))
    };
    let mut out = String::new();
    for kind in types(input).filter(wanted) {
        if !out.is_empty() {
            out.push('\n');
        }
        // What is written to a string arrives.
        _ = write!(
            out,
            "File type:   {}\nExtension:   {}\nMIME type:   {}\n",
            kind.name,
            kind.endings,
            kind.mime.replace("\\t", "\t")
        );
        if !kind.description.is_empty() {
            _ = writeln!(out, "Description: {}", kind.description);
        }
    }
    if out.is_empty() {
        UNKNOWN.clone_into(&mut out);
    }
    Ok(Dish::Text(str_to_text(&out)))
}

const UNKNOWN: &str = "Unknown file type. Have you tried checking the entropy of this data to determine whether it might be encrypted or compressed?";
