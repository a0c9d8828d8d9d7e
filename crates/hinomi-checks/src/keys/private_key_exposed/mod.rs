//! A private key that lies where others can read it, or where it is copied and published from.

use super::{Seen, all, finding, undetermined, written_mode};
use crate::{Case, Check, Context};
use hinomi_model::fact::{KeyFact, KeyKind};
use hinomi_model::{Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "keys.private-key-exposed",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// Surroundings from which a key gets away, worst first: they are the keys of the texts as well.
const AROUND: &[&str] = &["web_root", "repository", "container_layer", "backup"];
const OTHERS_READ: u32 = 0o004;
const GROUP_READS: u32 = 0o040;

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let objects = all(case);
    let secrets: Vec<Seen<'_>> =
        objects.into_iter().filter(|(_, key)| may_hold_secret(key) && !key.on_wire).collect();
    let worst = secrets.iter().filter_map(|(_, key)| rank(key)).min();
    let Some(worst) = worst else {
        let unknown = secrets.iter().find(|(_, key)| key.mode.is_none());
        return unknown.map_or(Verdict::Pass, |seen| undetermined("no_permissions", Some(seen)));
    };
    let found: Vec<Seen<'_>> = secrets.into_iter().filter(|(_, key)| rank(key) == Some(worst)).collect();
    let mode = found.iter().find_map(|(_, key)| key.mode).map_or("–".to_owned(), written_mode);
    finding(cx, case, Text::new(WAYS.get(worst).copied().unwrap_or_default()).with("mode", mode), &found)
}

/// All ways to be exposed, worst first. An encrypted key is one guess of a password away.
const WAYS: &[&str] = &[
    "web_root",
    "repository",
    "container_layer",
    "others_read",
    "backup",
    "web_root_locked",
    "repository_locked",
    "container_layer_locked",
    "others_read_locked",
    "group_reads",
    "backup_locked",
];

/// The place of a key among [`WAYS`]; `None` when nothing speaks against where it lies.
fn rank(key: &KeyFact) -> Option<usize> {
    let around = AROUND.iter().copied().filter(|place| key.lies_in(place));
    let others = key.mode.is_some_and(|mode| mode & OTHERS_READ != 0) || key.lies_in("world_readable");
    let group = key.mode.is_some_and(|mode| mode & GROUP_READS != 0) || key.lies_in("group_readable");
    // A group that may read an encrypted key is what packages do for daemons.
    let by_mode = if others { Some("others_read") } else { None };
    let locked = is_locked(key);
    let ways = around.chain(by_mode).map(|way| if locked { format!("{way}_locked") } else { way.to_owned() });
    let by_group = (group && !others && !locked).then(|| "group_reads".to_owned());
    ways.chain(by_group).filter_map(|way| WAYS.iter().position(|known| *known == way)).min()
}

/// Keys, and stores that nobody could open; the entries of an opened one are keys of their own.
fn may_hold_secret(key: &KeyFact) -> bool {
    key.is_secret() || (key.kind == KeyKind::Keystore && key.opened_by.is_none())
}

/// A password that everybody knows locks nothing.
fn is_locked(key: &KeyFact) -> bool {
    key.encrypted.is_some() && !key.opened_by.as_deref().is_some_and(|by| by.starts_with("default:"))
}
