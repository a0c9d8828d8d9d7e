//! Keys and certificates of the sample company, made when the demo is laid out.
//!
//! They protect nothing: every key follows from its name here, so it is the same on every machine, and anyone can make
//! it again. Only the dates of certificates follow the day of the demo, so that what ends soon ends soon.

mod certificate;
mod der;
mod files;
mod rsa;
#[cfg(test)]
mod tests;

pub(super) use certificate::{Hash, Wanted};
pub(super) use files::{File, files};
pub(super) use rsa::{RsaKey, Seed};

use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

/// Name of the company's own authority.
const AUTHORITY: &str = "例示商事 社内認証局";

/// Everything that the servers show and the files hold.
pub(super) struct Credentials {
    /// The authority's certificate: who has it, trusts what it signed.
    pub(super) authority: Vec<u8>,
    /// The key of the wildcard certificate: of the web server, of the mail server, and of two files.
    pub(super) web: RsaKey,
    /// Its certificate, which ends soon.
    pub(super) web_certificate: Vec<u8>,
    /// 1024 bits, of 2014.
    pub(super) edi: RsaKey,
    /// Signed by itself with SHA-1, and long over.
    pub(super) edi_certificate: Vec<u8>,
    /// The key in the keystore of the groupware.
    groupware: RsaKey,
    groupware_certificate: Vec<u8>,
    /// 512 bits, for EXPORT suites.
    pub(super) export: RsaKey,
}

impl Credentials {
    /// Makes them for the day that begins.
    pub(super) fn new(today: Timestamp) -> Self {
        let key = |name, bits, steps| RsaKey::new(&Seed { name, bits, steps });
        let authority = key("authority", 2048, [944, 158]);
        let web = key("web", 2048, [752, 2088]);
        let edi = key("edi", 1024, [218, 274]);
        let groupware = key("groupware", 2048, [2458, 544]);
        let days = |count: i64| today + SignedDuration::from_hours(24 * count);
        let wanted = |subject, names, from, to| Wanted { subject, names, from, to, hash: Hash::Sha256 };
        let by_authority = |wanted: &Wanted<'_>, key: &RsaKey| wanted.issue(key, AUTHORITY, &authority);
        Self {
            authority: wanted(AUTHORITY, &[], days(-1_200), days(2_400))
                .issue(&authority, AUTHORITY, &authority),
            web_certificate: by_authority(
                &wanted("*.reiji.example", &["*.reiji.example", "reiji.example"], days(-380), days(17)),
                &web,
            ),
            edi_certificate: Wanted {
                hash: Hash::Sha1,
                ..wanted("edi.reiji.example", &["edi.reiji.example"], first_of(2014), first_of(2019))
            }
            .issue(&edi, "edi.reiji.example", &edi),
            groupware_certificate: by_authority(
                &wanted("groupware.reiji.example", &["groupware.reiji.example"], days(-100), days(630)),
                &groupware,
            ),
            export: key("export", 512, [194, 10]),
            web,
            edi,
            groupware,
        }
    }
}

/// April 1, when fiscal years begin.
fn first_of(year: i64) -> Timestamp {
    let since = (year - 1970).years().months(3);
    Timestamp::UNIX_EPOCH
        .to_zoned(TimeZone::UTC)
        .checked_add(since)
        .map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp())
}
