//! The sample company, 例示商事株式会社: three mailboxes of one week in July 2020, shared documents, what
//! browsers and the resolver saw, a configuration, and the truth about what is planted in them. Everything not listed in the truth is benign.

mod desk;
mod people;
mod planted;
mod share;
mod truth;
mod web;
mod week;

use super::Chance;
use super::pack::Folder;
use anyhow::Result;
use desk::{Box, Posted};

/// The seed of the company that is checked in.
const SEED: u64 = 20_200_720;

/// The configuration as it lies in the folder.
const CONFIG: &str = r#"# 例示商事株式会社: a sample company.
schema = 1

[company]
name = "例示商事株式会社"
sales_yen = 100_000_000_000
it_ratio_bp = 128            # 1.28 % of sales
security_ratio_bp = 1000     # 10 % of IT

[scope]
domains = ["reiji.example"]

[[source]]
kind = "mail-folder"
path = "mail"

[[source]]
kind = "document-folder"
path = "share"

[[source]]
kind = "document-folder"
path = "web"

# What `hinomi tls survey` wrote; such a file counts only where it is named itself.
[[source]]
kind = "document-folder"
path = "servers.jsonl"

[[page.allow]]
id = "sign-in-agent"
page = "https://login.reiji.example"
target = "127.0.0.1"
ports = [8769]
reason = "社員証での認証"
owner = "情報システム室"
expires = "2030-03-31"
"#;

/// The company.
#[derive(Debug)]
pub struct Company {
    /// Its files.
    pub folder: Folder,
    /// `truth.toml`.
    pub truth: String,
}

/// Builds it.
pub fn build() -> Result<Company> {
    let mut chance = Chance::new(SEED);
    let week = week::week(&mut chance)?;
    let mut posts = planted::posts(&week, &mut chance)?;
    posts.extend(week.posts);
    posts.sort_by_key(|post| post.letter.at);

    let mut folder = Folder::from([("hinomi.toml".to_owned(), CONFIG.into())]);
    let mut entries = Vec::new();
    for post in &posts {
        let path = deliver(post, &mut folder, &mut chance);
        if let Some(planted) = &post.planted {
            entries.push(truth::Entry::mail(planted, &path, &post.letter.message_id));
        }
    }
    // A Maildir has three folders, also when they are empty; a pack holds files only.
    for name in ["mail/sales/new/.keep", "mail/sales/tmp/.keep"] {
        folder.insert(name.to_owned(), Vec::new());
    }
    entries.extend(share::fill(&mut folder, &mut chance)?);
    entries.extend(web::fill(&mut folder));
    Ok(Company { folder, truth: truth::write(posts.len(), &entries)? })
}

/// Puts a message into its mailbox; returns the path of the file it lies in.
fn deliver(post: &Posted, folder: &mut Folder, chance: &mut Chance) -> String {
    let letter = &post.letter;
    let bytes = letter.write(chance);
    let stamp = format!("202007{:02}{:02}{:02}", letter.at.day, letter.at.hour, letter.at.minute);
    let path = match post.inbox {
        Box::Info => "mail/info.mbox".to_owned(),
        Box::Keiri => "mail/keiri.mbox".to_owned(),
        // The usual `:2,S` is left out: some file systems do not take the colon.
        Box::Sales => format!("mail/sales/cur/{stamp}.M{}.mx", folder.len()),
        Box::SalesSent => format!("mail/sales/.Sent/cur/{stamp}.M{}.mx", folder.len()),
        Box::Reported => format!("mail/reported/{stamp}.eml"),
    };
    let file = folder.entry(path.clone()).or_default();
    match post.inbox {
        Box::Info | Box::Keiri => file.extend(mbox_entry(post, &bytes)),
        Box::Sales | Box::SalesSent => file.extend(bytes),
        Box::Reported => file.extend(bytes.iter().flat_map(|byte| match byte {
            b'\n' => b"\r\n".as_slice(),
            other => std::slice::from_ref(other),
        })),
    }
    path
}

/// mboxrd: a `From ` line, lines of the message that look like one quoted, an empty line at the end.
fn mbox_entry(post: &Posted, bytes: &[u8]) -> Vec<u8> {
    let envelope = post.letter.route.map_or(post.letter.from.address, |route| route.envelope);
    let mut out = format!("From {envelope} {}\n", post.letter.at.asctime()).into_bytes();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        if line[quotes..].starts_with(b"From ") {
            out.push(b'>');
        }
        out.extend(line);
    }
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests;
