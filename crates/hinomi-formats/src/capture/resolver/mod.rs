//! Settings of resolvers (dnsmasq, Unbound, BIND): which addresses of our own networks they let a stranger's name
//! answer with. DNS rebinding needs such an answer.
//!
//! What each program stops by itself was measured on dnsmasq 2.90 and Unbound 1.17.1; `cargo dev test` measures it
//! again where they are installed.

mod bind;
mod block;
mod dnsmasq;
#[cfg(test)]
mod tests;
mod unbound;

use crate::{Limits, Parsed, Problem};
use block::Block;

/// The programs whose settings are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Program {
    /// dnsmasq.
    Dnsmasq,
    /// Unbound.
    Unbound,
    /// BIND.
    Bind,
}

impl Program {
    /// The name of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dnsmasq => "dnsmasq",
            Self::Unbound => "unbound",
            Self::Bind => "bind",
        }
    }
}

/// Addresses that no name of the Internet should answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// How it is called: its block.
    pub name: &'static str,
    /// Machines and devices of most networks are here; the others are rare.
    pub common: bool,
    /// The blocks it is made of.
    blocks: &'static [&'static str],
    /// dnsmasq's `stop-dns-rebind` holds it.
    dnsmasq: Held,
}

/// Whether dnsmasq's one switch holds a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Yes,
    /// Unless `rebind-localhost-ok` is set.
    UnlessLocalhost,
    No,
}

/// The classes, after the Local Network Access specification. NAT64 counts with the private addresses in it: the
/// whole block is what networks without IPv4 live by.
pub const CLASSES: &[Class] = &[
    class("127.0.0.0/8", true, &["127.0.0.0/8"], Held::UnlessLocalhost),
    class("0.0.0.0/8", true, &["0.0.0.0/8"], Held::UnlessLocalhost),
    class("10.0.0.0/8", true, &["10.0.0.0/8"], Held::Yes),
    class("172.16.0.0/12", true, &["172.16.0.0/12"], Held::Yes),
    class("192.168.0.0/16", true, &["192.168.0.0/16"], Held::Yes),
    class("169.254.0.0/16", true, &["169.254.0.0/16"], Held::Yes),
    class("100.64.0.0/10", false, &["100.64.0.0/10"], Held::No),
    class("198.18.0.0/15", false, &["198.18.0.0/15"], Held::No),
    class("::1", true, &["::1/128"], Held::UnlessLocalhost),
    class("::", true, &["::/128"], Held::UnlessLocalhost),
    class("fd00::/8", true, &["fd00::/8"], Held::Yes),
    class("fc00::/8", false, &["fc00::/8"], Held::No),
    class("fe80::/10", true, &["fe80::/10"], Held::Yes),
    class("fec0::/10", false, &["fec0::/10"], Held::Yes),
    class("::ffff:0:0/96", true, &["::ffff:0:0/96"], Held::UnlessLocalhost),
    class(
        "64:ff9b::/96",
        false,
        &["64:ff9b::7f00:0/104", "64:ff9b::a00:0/104", "64:ff9b::ac10:0/108", "64:ff9b::c0a8:0/112"],
        Held::No,
    ),
];

const fn class(name: &'static str, common: bool, blocks: &'static [&'static str], dnsmasq: Held) -> Class {
    Class { name, common, blocks, dnsmasq }
}

/// What the settings come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whose they are.
    pub program: Program,
    /// It answers names at all: dnsmasq may be there for DHCP alone.
    pub answers: bool,
    /// Classes that a stranger's name may answer with, in the order of [`CLASSES`].
    pub passes: Vec<&'static Class>,
    /// The names that may do so on purpose, lower case, without dots at their ends.
    pub exempt: Vec<String>,
    /// Other files that belong to the settings and were not read.
    pub elsewhere: Vec<String>,
    /// A response policy may stop more than is seen here.
    pub policy: bool,
    /// The lines to take away, and then those to add, so that nothing passes.
    pub remove: Vec<String>,
    /// See `remove`.
    pub add: Vec<String>,
}

/// Whose settings these are, by name and text; `None` when they are nobody's.
pub fn detect(name: &str, bytes: &[u8]) -> Option<Program> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    if !name.contains(".conf") || bytes.get(..512).unwrap_or(bytes).contains(&0) {
        return None;
    }
    let text = String::from_utf8_lossy(bytes.get(..super::HEAD_BYTES).unwrap_or(bytes));
    match () {
        () if name.starts_with("dnsmasq") || dnsmasq::looks_like(&text) => Some(Program::Dnsmasq),
        () if name.starts_with("unbound") || unbound::looks_like(&text) => Some(Program::Unbound),
        () if name.starts_with("named") || bind::looks_like(&text) => Some(Program::Bind),
        () => None,
    }
}

/// Reads settings. The first [`Limits::text_bytes_max`] bytes are read.
pub fn read(program: Program, bytes: &[u8], limits: &Limits) -> Parsed<Settings> {
    let mut problems = Vec::new();
    if bytes.len() > limits.text_bytes_max {
        problems.push(Problem::limit("", "text_bytes_max", limits.text_bytes_max as u64));
    }
    let text = String::from_utf8_lossy(bytes.get(..limits.text_bytes_max).unwrap_or(bytes));
    let mut said = Said::new(limits.entries_max);
    match program {
        Program::Dnsmasq => dnsmasq::read(&text, &mut said, &mut problems),
        Program::Unbound => unbound::read(&text, &mut said, &mut problems),
        Program::Bind => bind::read(&text, &mut said, &mut problems),
    }
    if said.more {
        problems.push(Problem::limit("", "entries_max", limits.entries_max as u64));
    }
    Parsed { value: said.judged(program), problems }
}

/// Lists that are kept, and the blocks of all of them.
const LISTS_MAX: usize = 1_024;
const BLOCKS_MAX: usize = 1 << 16;

/// What the settings say, whoever's they are.
#[derive(Debug)]
struct Said {
    off: bool,
    /// dnsmasq: `stop-dns-rebind`, and `rebind-localhost-ok`.
    stops: bool,
    localhost_ok: bool,
    /// Lists of blocks that are refused; with views each has its own, and an answer passes where one lets it.
    lists: Vec<Vec<Block>>,
    exempt: Vec<String>,
    elsewhere: Vec<String>,
    policy: bool,
    entries_max: usize,
    more: bool,
}

impl Said {
    fn new(entries_max: usize) -> Self {
        Self {
            off: false,
            stops: false,
            localhost_ok: false,
            lists: Vec::new(),
            exempt: Vec::new(),
            elsewhere: Vec::new(),
            policy: false,
            entries_max,
            more: false,
        }
    }

    /// A block for the only list there is.
    fn refuse(&mut self, block: Block) {
        if self.lists.is_empty() {
            self.lists.push(Vec::new());
        }
        match self.lists.first_mut() {
            Some(list) if list.len() < self.entries_max => list.push(block),
            _ => self.more = true,
        }
    }

    /// A list of its own, as each view of BIND may have one.
    fn refuse_list(&mut self, blocks: Vec<Block>) {
        let held: usize = self.lists.iter().map(Vec::len).sum();
        if self.lists.len() < self.entries_max.min(LISTS_MAX)
            && held.saturating_add(blocks.len()) <= BLOCKS_MAX
        {
            self.lists.push(blocks);
        } else {
            self.more = true;
        }
    }

    fn exempts(&mut self, name: &str) {
        let name = name.trim_matches(['.', '*']).to_ascii_lowercase();
        self.more |= self.exempt.len() >= self.entries_max;
        if self.exempt.len() < self.entries_max && !self.exempt.contains(&name) {
            self.exempt.push(name);
        }
    }

    fn continues_in(&mut self, file: &str) {
        self.more |= self.elsewhere.len() >= self.entries_max;
        if self.elsewhere.len() < self.entries_max {
            self.elsewhere.push(file.to_owned());
        }
    }

    fn judged(self, program: Program) -> Settings {
        let passes: Vec<&Class> = CLASSES.iter().filter(|class| !self.holds(class)).collect();
        let add = if self.off { Vec::new() } else { self.lines(program, &passes) };
        let opened = self.localhost_ok && !self.off;
        let remove = opened.then(|| "rebind-localhost-ok".to_owned()).into_iter().collect();
        Settings {
            program,
            answers: !self.off,
            passes: if self.off { Vec::new() } else { passes },
            exempt: self.exempt,
            elsewhere: self.elsewhere,
            policy: self.policy,
            remove,
            add,
        }
    }

    fn holds(&self, class: &Class) -> bool {
        let by_switch = match class.dnsmasq {
            Held::Yes => self.stops,
            Held::UnlessLocalhost => self.stops && !self.localhost_ok,
            Held::No => false,
        };
        let listed = || {
            let mut blocks = class.blocks.iter().filter_map(|text| Block::read(text));
            !self.lists.is_empty() && blocks.all(|block| self.lists.iter().all(|list| block.is_held_by(list)))
        };
        by_switch || listed()
    }

    /// The lines that stop what passes.
    fn lines(&self, program: Program, passes: &[&Class]) -> Vec<String> {
        let blocks = |passes: &[&Class]| -> Vec<&str> {
            passes.iter().flat_map(|class| class.blocks.iter().copied()).collect()
        };
        match program {
            Program::Dnsmasq => {
                let mut lines = Vec::new();
                if !self.stops {
                    lines.push("stop-dns-rebind".to_owned());
                }
                // What the switch does not hold is refused block by block.
                let mut left = passes.to_vec();
                left.retain(|class| class.dnsmasq == Held::No);
                lines.extend(blocks(&left).iter().map(|block| format!("bogus-nxdomain={block}")));
                lines
            }
            Program::Unbound => {
                blocks(passes).iter().map(|block| format!("private-address: {block}")).collect()
            }
            Program::Bind if passes.is_empty() => Vec::new(),
            // One list is all there may be, so it is written whole.
            Program::Bind => {
                let all: Vec<&Class> = CLASSES.iter().collect();
                let list: Vec<String> = blocks(&all).iter().map(|block| format!("{block};")).collect();
                vec![format!("deny-answer-addresses {{ {} }};", list.join(" "))]
            }
        }
    }
}
