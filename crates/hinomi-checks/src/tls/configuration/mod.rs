//! Settings that make a server meet a profile: written for the program that serves, part by part.
//!
//! Each part says which rules it answers, so that of a server with three failing items only the lines for these three
//! are shown. What a setting cannot do (a new certificate, a newer library) is told as a note.

mod openssl;
#[cfg(test)]
mod tests;
mod windows;

use super::profile::{Area, Profile, Rule, SuiteName};
use hinomi_formats::tls::names::{Exchange, GroupKind, Version};
use hinomi_model::Lang;
use std::fmt;
use std::str::FromStr;

/// The programs that settings are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Server {
    /// nginx 1.19.4 and later.
    Nginx,
    /// Apache httpd 2.4.37 and later.
    Apache,
    /// HAProxy 2.2 and later.
    Haproxy,
    /// Postfix 3.6 and later.
    Postfix,
    /// IIS and everything else on Windows Server: Schannel, by PowerShell.
    Iis,
    /// An application or network load balancer of AWS.
    AwsAlb,
}

/// What a part of a configuration is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Versions.
    Versions,
    /// Suites of all versions, in order.
    Suites,
    /// Who decides.
    Order,
    /// Groups.
    Groups,
    /// Diffie-Hellman parameters.
    DhParameters,
    /// HSTS.
    Hsts,
    /// OCSP stapling.
    Stapling,
    /// Renegotiation.
    Renegotiation,
    /// Compression.
    Compression,
    /// Early data and session tickets.
    EarlyData,
}

/// Lines on one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What they are about.
    pub topic: Topic,
    /// The lines.
    pub lines: Vec<String>,
}

/// Settings for one program under one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// The program.
    pub server: Server,
    /// The parts, in the order in which they are written.
    pub parts: Vec<Part>,
    /// What to know beside the lines.
    pub notes: Vec<Note>,
}

/// Something to know beside the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Note {
    /// Items on certificates need a new certificate.
    Certificate,
    /// OpenSSL 3 speaks TLS 1.0 and 1.1 at security level 0 only.
    SecurityLevel,
    /// The file with the prime has to be made once.
    DhFile,
    /// A hybrid group needs OpenSSL 3.5.
    PostQuantum,
    /// Some suites of the profile do not exist there.
    SuitesMissing,
    /// The policy is the nearest one; its list is not that of the profile.
    NearestPolicy,
    /// Mail servers that cannot do it send in clear instead.
    OpportunisticMail,
    /// A restart of the machine is needed.
    Restart,
    /// No setting of this program does it; a newer version does.
    Update,
}

impl Server {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Nginx, Self::Apache, Self::Haproxy, Self::Postfix, Self::Iis, Self::AwsAlb];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "apache",
            Self::Haproxy => "haproxy",
            Self::Postfix => "postfix",
            Self::Iis => "iis",
            Self::AwsAlb => "aws-alb",
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|server| server.as_str() == text);
        known.ok_or_else(|| format!("no settings are written for {text:?}"))
    }
}

impl Note {
    /// Its words.
    pub fn words(self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Self::Certificate => (
                "証明書に関する項目は設定では満たせません。証明書を取り直してください。",
                "Items on certificates are not met by settings: get a new certificate.",
            ),
            Self::SecurityLevel => (
                "OpenSSL 3 で TLS 1.0・1.1 を使うには @SECLEVEL=0 が必要です。例外型の期限が来たら外してください。",
                "OpenSSL 3 speaks TLS 1.0 and 1.1 with @SECLEVEL=0 only. Take it out when the interim operation ends.",
            ),
            Self::DhFile => (
                "素数のファイルは `openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048` で作れます。",
                "Make the file of the prime with `openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048`.",
            ),
            Self::PostQuantum => (
                "耐量子のグループは OpenSSL 3.5 以降が必要です。古い場合は、その名前を行から除いてください。",
                "Post-quantum groups need OpenSSL 3.5. With an older one, take their names out of the line.",
            ),
            Self::SuitesMissing => (
                "このソフトウェアにない暗号スイートは省いています。",
                "Suites that this program does not have are left out.",
            ),
            Self::NearestPolicy => (
                "最も近いポリシーです。暗号スイートの一覧と順序はプロファイルと同じではありません。適用後にもう一度調べてください。",
                "This is the nearest policy; its list and order are not those of the profile. Scan again once it is set.",
            ),
            Self::OpportunisticMail => (
                "メールの受信で条件を厳しくすると、対応できない相手は平文で送ってきます。影響を確かめてから適用してください。",
                "Mail servers that cannot do this will send in clear instead. Look at who that is before you apply it.",
            ),
            Self::Update => (
                "一部の項目は、このソフトウェアの設定では変えられません。ソフトウェアと TLS ライブラリーを更新してください。",
                "Some items are not a matter of settings here: update the program and its TLS library.",
            ),
            Self::Restart => ("反映には Windows の再起動が必要です。", "Windows has to be restarted."),
        };
        match lang {
            Lang::Ja => ja,
            Lang::En => en,
        }
    }
}

impl Rule {
    /// The topics whose settings make it pass; none when no setting does.
    pub fn topics(&self) -> &'static [Topic] {
        match self {
            Self::VersionsOn { .. } | Self::AnyVersionOn { .. } | Self::VersionsOff { .. } => {
                &[Topic::Versions]
            }
            Self::NewestFirst => &[Topic::Versions, Topic::Order],
            Self::SuitesWithin | Self::SuitesWithout { .. } => &[Topic::Suites],
            Self::ServerOrder => &[Topic::Order],
            Self::SuiteOrder => &[Topic::Suites, Topic::Order],
            Self::GroupsWithin { .. } => &[Topic::Groups],
            Self::KeyExchangeMin { .. } => &[Topic::Groups, Topic::DhParameters],
            Self::Hsts { .. } => &[Topic::Hsts],
            Self::OcspStapling => &[Topic::Stapling],
            Self::SecureRenegotiation => &[Topic::Renegotiation],
            Self::NoCompression => &[Topic::Compression],
            Self::NoEarlyData => &[Topic::EarlyData],
            _ => &[],
        }
    }
}

/// Settings that make `server` meet `profile`.
pub fn configuration(profile: &Profile, server: Server) -> Configuration {
    let parts = match server {
        Server::Nginx => openssl::nginx(profile),
        Server::Apache => openssl::apache(profile),
        Server::Haproxy => openssl::haproxy(profile),
        Server::Postfix => openssl::postfix(profile),
        Server::Iis => windows::iis(profile),
        Server::AwsAlb => aws(profile),
    };
    Configuration { server, parts, notes: notes(profile, server) }
}

impl Configuration {
    /// The parts that answer these rules only. A rule that no setting answers adds a note: [`Note::Certificate`] when it
    /// is about certificates, else [`Note::Update`].
    #[must_use]
    pub fn answering<'r>(mut self, rules: impl IntoIterator<Item = &'r Rule>) -> Self {
        // One policy of AWS holds everything.
        let all_in_one = self.server == Server::AwsAlb;
        let mut topics = Vec::new();
        for rule in rules {
            let answers = |part: &Part| rule.topics().contains(&part.topic);
            let note = match () {
                () if rule.area() == Area::Certificate => Some(Note::Certificate),
                () if all_in_one || self.parts.iter().any(answers) => None,
                () => Some(Note::Update),
            };
            self.notes.extend(note.filter(|note| !self.notes.contains(note)));
            topics.extend_from_slice(rule.topics());
        }
        if !all_in_one {
            self.parts.retain(|part| topics.contains(&part.topic));
        }
        self
    }

    /// The lines, as they go into the file.
    pub fn text(&self) -> String {
        let lines = self.parts.iter().flat_map(|part| &part.lines);
        lines.fold(String::new(), |text, line| text + line + "\n")
    }
}

fn part(topic: Topic, lines: impl IntoIterator<Item = String>) -> Part {
    Part { topic, lines: lines.into_iter().collect() }
}

fn aws(profile: &Profile) -> Vec<Part> {
    let line = format!(
        "aws elbv2 modify-listener --listener-arn \"$LISTENER_ARN\" --ssl-policy {}",
        profile.configuration.aws
    );
    vec![part(Topic::Versions, [line])]
}

fn notes(profile: &Profile, server: Server) -> Vec<Note> {
    let by_openssl = !matches!(server, Server::Iis | Server::AwsAlb);
    let mut notes = Vec::new();
    let mut add = |wanted: bool, note: Note| {
        if wanted {
            notes.push(note);
        }
    };
    add(by_openssl && speaks_old(profile), Note::SecurityLevel);
    add(by_openssl && has_dhe(profile), Note::DhFile);
    let hybrid = |kind: GroupKind| matches!(kind, GroupKind::Hybrid | GroupKind::Kem);
    let groups = &profile.configuration.groups;
    add(by_openssl && groups.iter().any(|group| hybrid(group.0.kind)), Note::PostQuantum);
    add(server == Server::Iis && windows::leaves_out(profile), Note::SuitesMissing);
    add(server == Server::Iis, Note::Restart);
    add(server == Server::AwsAlb, Note::NearestPolicy);
    add(server == Server::Postfix, Note::OpportunisticMail);
    notes
}

fn speaks_old(profile: &Profile) -> bool {
    profile.configuration.versions.iter().any(|version| *version < Version::Tls12)
}

fn speaks(profile: &Profile, version: Version) -> bool {
    profile.configuration.versions.contains(&version)
}

fn has_dhe(profile: &Profile) -> bool {
    tls12(profile).any(|suite| suite.0.exchange == Exchange::Dhe)
}

/// The named prime to use: there is none below 2048 bits.
fn named_prime(profile: &Profile) -> String {
    format!("ffdhe{}", profile.configuration.dh_bits.max(2048))
}

fn tls12(profile: &Profile) -> impl Iterator<Item = &SuiteName> {
    profile.suites.tls12.iter().flatten()
}

fn tls13(profile: &Profile) -> impl Iterator<Item = &SuiteName> {
    profile.suites.tls13.iter().flatten()
}
