//! The servers of the TLS lab: one table a server under `lab/tls/servers`, how it is started and what it truly speaks.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The line of a table under which the truth stands; all after it is written by `cargo dev lab tls truth --write`.
pub(super) const TRUTH_MARK: &str = "# What it truly speaks, as truth.py measured it.";

/// A server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    /// The name of its file.
    #[serde(skip)]
    pub(crate) id: String,
    /// What it is, in a line.
    pub(crate) title: String,
    /// Its port in the lab's own network, where nobody else has one.
    pub(crate) port: u16,
    /// How many ports after it speak the same.
    #[serde(default)]
    pub(crate) alike: u16,
    /// What is said before TLS starts.
    pub(crate) starttls: Option<String>,
    /// The keys it has, by the names of [`super::credentials`].
    pub(crate) keys: Vec<String>,
    /// The permissions of its key files.
    #[serde(default = "private")]
    pub(crate) key_mode: u32,
    /// Groups of its own that lie in `lab/tls/parameters`.
    #[serde(default)]
    pub(crate) parameters: Vec<String>,
    /// Sizes of the groups that it makes for itself at every start: their primes are nothing to remember.
    #[serde(default)]
    pub(crate) fresh_dh_bits: Vec<u16>,
    /// How it is started.
    pub(crate) start: Start,
    /// What no enumeration of suites can tell, known from how it was built and set up.
    #[serde(default)]
    pub(crate) known: Known,
    /// What it speaks, a table a version; versions that it does not speak have none.
    #[serde(default)]
    pub(crate) version: Vec<Version>,
}

/// Permissions of a key as it should be.
fn private() -> u32 {
    0o600
}

/// How a server is started. `{here}` is its own folder, `{port}` its port, `{programs}` the folder of our programs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    /// A name of [`super::programs`].
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    /// Files to write, by their paths in its folder.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// What has to be run to its end before.
    #[serde(default)]
    pub(crate) before: Vec<Step>,
}

/// A command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
}

/// Faults and settings that do not show in the suites.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    /// Faults that it truly has, by the names of the findings.
    #[serde(default)]
    pub(crate) vulnerable: Vec<String>,
    /// Faults that it looks like having and has not.
    #[serde(default)]
    pub(crate) near_misses: Vec<String>,
    /// Takes early data.
    pub(crate) early_data: Option<bool>,
    /// Lets the client renegotiate.
    pub(crate) client_renegotiation: Option<bool>,
}

/// What a server speaks in one version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    /// `ssl2`, `ssl3`, `tls1.0` … `tls1.3`.
    pub(crate) name: String,
    /// `server`: the suites stand in its order; `client`: it takes the first of the client's. None when there is
    /// nothing to choose.
    pub(crate) order: Option<String>,
    /// IANA numbers; kinds of three bytes in SSL 2.0.
    pub(crate) suites: Vec<u32>,
    /// Groups that it takes part in.
    #[serde(default)]
    pub(crate) groups: Vec<u16>,
    /// As `order`, for the groups.
    pub(crate) groups_order: Option<String>,
    /// Finite field groups that it brings along.
    #[serde(default)]
    pub(crate) dh: Vec<Field>,
    /// Sizes of temporary RSA keys.
    #[serde(default)]
    pub(crate) export_rsa_bits: Vec<u16>,
    #[serde(default)]
    pub(crate) extensions: Option<Extensions>,
}

/// A finite field group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    pub(crate) bits: u16,
    /// SHA-256 of the prime, big-endian without leading zeros; none when it is another one at every start.
    #[serde(default)]
    pub(crate) sha256: Option<String>,
    /// Seen with a suite for export.
    pub(crate) export: bool,
}

/// What a ServerHello of one version told when everything was offered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extensions {
    pub(crate) extended_master_secret: bool,
    /// None when it has no CBC suite to show it with.
    pub(crate) encrypt_then_mac: Option<bool>,
    pub(crate) secure_renegotiation: bool,
    pub(crate) session_tickets: bool,
    /// A session id is given to a client that takes no tickets.
    pub(crate) session_ids: bool,
    pub(crate) ocsp_stapling: bool,
    pub(crate) sct: bool,
    pub(crate) heartbeat: bool,
    /// What it took of `h2` and `http/1.1`.
    pub(crate) alpn: Option<String>,
    pub(crate) compression: bool,
    /// The alert of RFC 7507 at this version.
    pub(crate) fallback_alert: bool,
    /// RFC 8446 §4.1.3: `tls1.2` or `older`.
    pub(crate) downgrade_sentinel: Option<String>,
}

impl Server {
    /// What is there in any version or not, by name; what the table does not know is not among them.
    pub(crate) fn settings(&self) -> BTreeMap<&'static str, bool> {
        let mut all = BTreeMap::new();
        let mut any = |name: &'static str, is: bool| *all.entry(name).or_insert(false) |= is;
        let newest = self.version.last().map(|version| &version.name);
        let told =
            self.version.iter().filter_map(|version| Some((&version.name, version.extensions.as_ref()?)));
        for (name, told) in told {
            any("extended_master_secret", told.extended_master_secret);
            told.encrypt_then_mac.into_iter().for_each(|is| any("encrypt_then_mac", is));
            any("secure_renegotiation", told.secure_renegotiation);
            any("session_tickets", told.session_tickets);
            any("session_ids", told.session_ids);
            any("ocsp_stapling", told.ocsp_stapling);
            any("sct", told.sct);
            any("heartbeat", told.heartbeat);
            any("compression", told.compression);
            // Nobody falls back to the newest.
            if newest != Some(name) {
                any("fallback_alert", told.fallback_alert);
            }
            any("downgrade_sentinel", told.downgrade_sentinel.is_some());
        }
        self.known.early_data.into_iter().for_each(|is| any("early_data", is));
        self.known.client_renegotiation.into_iter().for_each(|is| any("client_renegotiation", is));
        all
    }
}

/// All tables of a folder, by port.
pub(crate) fn read(folder: &Path) -> Result<Vec<Server>> {
    let mut servers = Vec::new();
    for file in fs::read_dir(folder).with_context(|| format!("failed to list {}", folder.display()))? {
        let path = file?.path();
        let Some(id) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".toml")) else {
            continue;
        };
        let text = fs::read_to_string(&path)?;
        let mut server: Server =
            toml::from_str(&text).with_context(|| format!("failed to read {}", path.display()))?;
        id.clone_into(&mut server.id);
        servers.push(server);
    }
    servers.sort_by_key(|server| server.port);
    ensure!(servers.windows(2).all(|pair| pair[0].port < pair[1].port), "two servers have the same port");
    Ok(servers)
}

/// Those that are named, or all.
pub(crate) fn only(servers: Vec<Server>, names: &[String]) -> Result<Vec<Server>> {
    for name in names {
        ensure!(servers.iter().any(|server| server.id == *name), "failed to find a server named {name}");
    }
    Ok(servers.into_iter().filter(|server| names.is_empty() || names.contains(&server.id)).collect())
}
