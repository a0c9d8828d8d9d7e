//! Keys and certificates of the TLS lab, made afresh by OpenSSL at every run: a lab authority and what it signed.

use super::programs::Program;
use super::roster::Server;
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A kind of credential: how the key is made, how long the certificate lives, what it is signed with.
struct Kind {
    name: &'static str,
    key: &'static [&'static str],
    days: &'static str,
    digest: &'static str,
}

const fn kind(
    name: &'static str,
    key: &'static [&'static str],
    days: &'static str,
    digest: &'static str,
) -> Kind {
    Kind { name, key, days, digest }
}

/// All kinds. Names say the key; one is what auditors still find, one lives longer than is allowed since 2020.
const KINDS: &[Kind] = &[
    kind("rsa1024-sha1", &["rsa:1024"], "390", "-sha1"),
    kind("rsa2048", &["rsa:2048"], "90", "-sha256"),
    kind("rsa3072", &["rsa:3072"], "820", "-sha256"),
    kind("p256", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "90", "-sha256"),
    kind("p384", &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], "90", "-sha384"),
];

/// What every certificate is for.
const NAMES: &str = "basicConstraints=CA:FALSE\nsubjectAltName=DNS:lab.example,DNS:localhost,IP:127.0.0.1\n";

/// The keys and certificates of a run.
pub(crate) struct Credentials {
    folder: PathBuf,
}

/// A key of a server as it lies on the disk: the truth of the join.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Laid {
    pub(crate) server: String,
    pub(crate) port: u16,
    /// The file of the key.
    pub(crate) key: PathBuf,
    /// Its permissions.
    pub(crate) mode: u32,
    /// SHA-256 of the SubjectPublicKeyInfo.
    pub(crate) spki_sha256: String,
    /// SHA-256 of the certificate.
    pub(crate) certificate_sha256: String,
}

impl Credentials {
    /// Makes one of each kind that the servers need.
    pub(crate) fn make(openssl: &Program, folder: &Path, servers: &[Server]) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let run = |arguments: &[&str]| {
            let mut command = openssl.command();
            let done = command.args(arguments).current_dir(folder).stdin(Stdio::null()).output()?;
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            ensure!(done.status.success(), "openssl {} failed: {said}", arguments.join(" "));
            Ok(done.stdout)
        };
        fs::write(folder.join("names"), NAMES)?;
        run(&[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "3650",
            "-subj",
            "/CN=Hinomi TLS lab",
            "-keyout",
            "authority.key",
            "-out",
            "authority.pem",
        ])?;
        let needed =
            |kind: &&Kind| servers.iter().any(|server| server.keys.iter().any(|key| key == kind.name));
        for Kind { name, key, days, digest } in KINDS.iter().filter(needed) {
            let (file, request) = (format!("{name}.key"), format!("{name}.csr"));
            let certificate = format!("{name}.pem");
            let ask = ["-nodes", "-subj", "/CN=lab.example", "-keyout", &file, "-out", &request];
            run(&[&["req", "-newkey"], *key, &ask].concat())?;
            run(&[
                "x509",
                "-req",
                "-in",
                &request,
                "-CA",
                "authority.pem",
                "-CAkey",
                "authority.key",
                "-CAcreateserial",
                "-days",
                days,
                digest,
                "-extfile",
                "names",
                "-out",
                &certificate,
            ])?;
            let spki = run(&["pkey", "-in", &file, "-pubout", "-outform", "DER"])?;
            fs::write(folder.join(format!("{name}.spki")), spki)?;
            run(&["x509", "-in", &certificate, "-outform", "DER", "-out", &format!("{name}.der")])?;
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// Lays the keys of a server into its folder, with the permissions that its table says.
    pub(super) fn lay(&self, server: &Server, here: &Path) -> Result<Vec<Laid>> {
        let mut laid = Vec::new();
        for name in &server.keys {
            let from = |ending: &str| self.folder.join(format!("{name}.{ending}"));
            let key = here.join(format!("{name}.key"));
            fs::copy(from("key"), &key).with_context(|| format!("failed to find the key {name}"))?;
            fs::set_permissions(&key, Permissions::from_mode(server.key_mode))?;
            fs::copy(from("pem"), here.join(format!("{name}.pem")))?;
            laid.push(Laid {
                server: server.id.clone(),
                port: server.port,
                key,
                mode: server.key_mode,
                spki_sha256: digest(&fs::read(from("spki"))?),
                certificate_sha256: digest(&fs::read(from("der"))?),
            });
        }
        Ok(laid)
    }

    /// The certificate that signed all others.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }
}

/// SHA-256 in hexadecimal digits.
fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
