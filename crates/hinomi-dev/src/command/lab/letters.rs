//! Mail whose findings are known: a stranger in a colleague's name, with files that are programs.

use hinomi_dev::forge::Chance;
use hinomi_dev::forge::archive::zip;
use hinomi_dev::forge::letter::{Attachment, Charset, Letter, Moment, Person};

/// An answer to a conversation, from a stranger whose display name is a colleague's address. One finding of
/// `mail.reply-type`; `number` makes each a letter of its own.
pub(crate) fn in_a_colleagues_name(subject: &str, number: usize, attachments: Vec<Attachment>) -> Vec<u8> {
    let letter = Letter {
        from: Person { name: "kenichi.tanaka@reiji.example", address: "ventas@ferreteria-luna.example" },
        to: vec![Person { name: "", address: "sales@reiji.example" }],
        cc: Vec::new(),
        reply_to: None,
        subject: subject.to_owned(),
        at: Moment { day: 21, hour: 18, minute: 40 },
        charset: Charset::Utf8,
        body: "Please see what is attached.\n".to_owned(),
        html: None,
        attachments,
        message_id: format!("{number:06}@ferreteria-luna.example"),
        references: vec!["202007201010.tanaka@reiji.example".to_owned()],
        route: None,
        mailer: "Microsoft Outlook 16.0",
        extra: Vec::new(),
    };
    letter.write(&mut Chance::new(number as u64))
}

/// An archive of programs by these names; each is a line of text. A finding of `mail.program-in-archive` each.
pub(crate) fn programs(archive: &str, names: &[&str]) -> Attachment {
    let entries: Vec<_> = names
        .iter()
        .map(|name| zip::Entry::open(name, format!("MZ, called {name}\n").into_bytes()))
        .collect();
    Attachment::new(archive, "application/zip", zip::write(&entries, &mut Chance::new(1)))
}
