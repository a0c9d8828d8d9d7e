//! Mail that is deep, wide or long.

use anyhow::Result;
use std::io::Write;

const DEPTH: usize = 1_000;
const HEAD: &str = "From: a@a.example\nTo: b@b.example\nSubject: bomb\nDate: Mon, 20 Jul 2020 09:00:00 +0900\nMIME-Version: 1.0\n";

pub(super) fn deep_multipart(out: &mut dyn Write) -> Result<()> {
    out.write_all(HEAD.as_bytes())?;
    for level in 0..DEPTH {
        write!(out, "Content-Type: multipart/mixed; boundary=\"b{level}\"\n\n--b{level}\n")?;
    }
    out.write_all(b"Content-Type: text/plain\n\nthe bottom\n")?;
    for level in (0..DEPTH).rev() {
        writeln!(out, "--b{level}--")?;
    }
    Ok(())
}

pub(super) fn deep_message(out: &mut dyn Write) -> Result<()> {
    for level in 0..DEPTH {
        write!(
            out,
            "Subject: level {level}\nFrom: a@a.example\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n"
        )?;
    }
    Ok(out.write_all(b"Subject: the bottom\nFrom: a@a.example\n\nbottom\n")?)
}

pub(super) fn many_parts(out: &mut dyn Write) -> Result<()> {
    write!(out, "{HEAD}Content-Type: multipart/mixed; boundary=\"b\"\n\n")?;
    for number in 0..100_000 {
        write!(out, "--b\nContent-Disposition: attachment; filename=\"{number}.txt\"\n\n{number}\n")?;
    }
    Ok(out.write_all(b"--b--\n")?)
}

pub(super) fn one_long_line(out: &mut dyn Write) -> Result<()> {
    write!(
        out,
        "{HEAD}Content-Type: application/octet-stream; name=\"a.bin\"\nContent-Transfer-Encoding: base64\n\n"
    )?;
    let block = vec![b'A'; 1 << 20];
    for _ in 0..1 << 10 {
        out.write_all(&block)?;
    }
    Ok(out.write_all(b"\n")?)
}

pub(super) fn many_headers(out: &mut dyn Write) -> Result<()> {
    out.write_all(HEAD.as_bytes())?;
    for number in 0..1_000_000 {
        writeln!(out, "Received: from h{number}.example by mx.example")?;
    }
    Ok(out.write_all(b"\nbody\n")?)
}

pub(super) fn long_header(out: &mut dyn Write) -> Result<()> {
    out.write_all(HEAD.as_bytes())?;
    out.write_all(b"References: <1@a.example>")?;
    let word = b"\n =?ISO-2022-JP?B?GyRCQEE1YT1xGyhC?=";
    for _ in 0..(32 << 20) / word.len() {
        out.write_all(word)?;
    }
    Ok(out.write_all(b"\n\nbody\n")?)
}

pub(super) fn many_parameters(out: &mut dyn Write) -> Result<()> {
    write!(out, "{HEAD}Content-Type: application/octet-stream")?;
    for number in (0..50_000).rev() {
        write!(out, ";\n name*{number}*=%41%1B%24")?;
    }
    Ok(out.write_all(b"\n\nbody\n")?)
}

pub(super) fn boundary_lines(out: &mut dyn Write) -> Result<()> {
    let boundary = "=".repeat(69);
    write!(out, "{HEAD}Content-Type: multipart/mixed; boundary=\"{boundary}x\"\n\n--{boundary}x\n\n")?;
    for _ in 0..900_000 {
        writeln!(out, "--{boundary}")?;
    }
    let part = "Content-Type: text/plain\n\nhttps://after-the-bomb.example/invoice\n";
    Ok(write!(out, "--{boundary}x\n{part}--{boundary}x--\n")?)
}
