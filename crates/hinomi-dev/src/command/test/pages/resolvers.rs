//! What our reader says of the settings of resolvers, before the resolvers themselves: dnsmasq and Unbound on loopback,
//! asked for names that lead inside, class by class.

use crate::command::lab::Lab;
use crate::command::test::{Outcome, Rounds};
use anyhow::{Context, Result, ensure};
use hinomi_formats::Limits;
use hinomi_formats::capture::resolver::{self, Program};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Addresses of each class: its ends and something between.
const SAMPLES: &[(&str, &[&str])] = &[
    ("127.0.0.0/8", &["127.0.0.1", "127.255.255.254"]),
    ("0.0.0.0/8", &["0.0.0.0", "0.1.2.3"]),
    ("10.0.0.0/8", &["10.0.0.1", "10.255.255.254"]),
    ("172.16.0.0/12", &["172.16.0.1", "172.31.255.254"]),
    ("192.168.0.0/16", &["192.168.0.1", "192.168.255.254"]),
    ("169.254.0.0/16", &["169.254.1.1", "169.254.169.254"]),
    ("100.64.0.0/10", &["100.64.0.1", "100.127.255.254"]),
    ("198.18.0.0/15", &["198.18.0.1", "198.19.255.254"]),
    ("::1", &["::1"]),
    ("::", &["::"]),
    ("fd00::/8", &["fd00::1", "fdff::1"]),
    ("fc00::/8", &["fc00::1", "fcff::1"]),
    ("fe80::/10", &["fe80::1", "febf::1"]),
    ("fec0::/10", &["fec0::1", "feff::1"]),
    ("::ffff:0:0/96", &["::ffff:10.0.0.1", "::ffff:127.0.0.1"]),
    ("64:ff9b::/96", &["64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b::ac10:1", "64:ff9b::c0a8:1"]),
];
/// What must pass whatever the settings.
const PUBLIC: &[&str] = &["8.20.30.40", "2606:4700::1111"];

/// The list of the example file that comes with Unbound.
const UNBOUND_EXAMPLE: &str = "private-address: 10.0.0.0/8\nprivate-address: 172.16.0.0/12\n\
    private-address: 192.168.0.0/16\nprivate-address: 169.254.0.0/16\nprivate-address: fd00::/8\n\
    private-address: fe80::/10\nprivate-address: ::ffff:0:0/96\n";

const SETTINGS: &[(Program, &str)] = &[
    (Program::Dnsmasq, ""),
    (Program::Dnsmasq, "stop-dns-rebind\n"),
    (Program::Dnsmasq, "stop-dns-rebind\nrebind-localhost-ok\n"),
    (Program::Dnsmasq, "stop-dns-rebind\nbogus-nxdomain=100.64.0.0/10\n"),
    (Program::Unbound, ""),
    (Program::Unbound, UNBOUND_EXAMPLE),
];

/// How long a resolver may take to answer for the first time, and one question.
const START: Duration = Duration::from_secs(20);
const QUESTION: Duration = Duration::from_millis(500);

/// Every class passes where we say so, and nothing passes with the lines that we say to add.
pub(in crate::command::test) fn measured(_: &Lab, _: Rounds) -> Result<Outcome> {
    let programs = [("dnsmasq", Program::Dnsmasq), ("unbound", Program::Unbound)];
    let missing: Vec<&str> = programs.iter().map(|(name, _)| *name).filter(|name| !is_there(name)).collect();
    if !missing.is_empty() {
        return Ok(Outcome::Skipped(format!("not installed: {}", missing.join(", "))));
    }
    let zone = Zone::start()?;
    let mut asked = 0_usize;
    for (program, text) in SETTINGS {
        let said = resolver::read(*program, text.as_bytes(), &Limits::desk()).value;
        asked += compare(*program, text, zone.port)?;
        let kept = text.lines().filter(|line| !said.remove.iter().any(|gone| gone == line));
        let closed: Vec<&str> = kept.chain(said.add.iter().map(String::as_str)).collect();
        let closed = closed.join("\n") + "\n";
        let after = resolver::read(*program, closed.as_bytes(), &Limits::desk()).value;
        ensure!(after.passes.is_empty(), "our own lines leave something open:\n{closed}");
        asked += compare(*program, &closed, zone.port)?;
    }
    Ok(Outcome::Passed(format!("{asked} answers of {} settings as we say", SETTINGS.len() * 2)))
}

/// Asks the program for every sample and holds what passes against what we read in its settings.
fn compare(program: Program, text: &str, upstream: u16) -> Result<usize> {
    let said = resolver::read(program, text.as_bytes(), &Limits::desk()).value;
    let running = Running::start(program, text, upstream)?;
    let mut asked = 0_usize;
    for address in PUBLIC {
        ensure!(running.passes(address)?, "{} stops {address} with\n{text}", program.as_str());
        asked += 1;
    }
    for (class, samples) in SAMPLES {
        let expected = said.passes.iter().any(|passing| passing.name == *class);
        let mut passing = Vec::new();
        for address in *samples {
            passing.extend(running.passes(address)?.then_some(*address));
            asked += 1;
        }
        ensure!(
            expected != passing.is_empty(),
            "{} lets {passing:?} of {class} pass, we say {}, with\n{text}",
            program.as_str(),
            if expected { "it passes" } else { "it is stopped" }
        );
    }
    Ok(asked)
}

fn is_there(program: &str) -> bool {
    let help = if program == "unbound" { "-h" } else { "--version" };
    let ran = Command::new(program)
        .arg(help)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ran.is_ok()
}

/// A resolver under test; it ends with this.
struct Running {
    child: Child,
    at: SocketAddr,
    _desk: tempfile::TempDir,
}

impl Running {
    fn start(program: Program, text: &str, upstream: u16) -> Result<Self> {
        let desk = tempfile::tempdir()?;
        let port = free_port()?;
        let mut command = match program {
            Program::Dnsmasq => dnsmasq(desk.path(), text, port, upstream)?,
            _ => unbound(desk.path(), text, port, upstream)?,
        };
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().with_context(|| format!("failed to start {}", program.as_str()))?;
        let running = Self { child, at: (Ipv4Addr::LOCALHOST, port).into(), _desk: desk };
        let begun = Instant::now();
        while running.ask(PUBLIC.first().copied().unwrap_or_default())?.is_none() {
            ensure!(begun.elapsed() < START, "failed to start {} with\n{text}", program.as_str());
        }
        Ok(running)
    }

    /// Whether the address comes back.
    fn passes(&self, address: &str) -> Result<bool> {
        for _ in 0..20 {
            if let Some(came) = self.ask(address)? {
                return Ok(came);
            }
        }
        anyhow::bail!("failed to get an answer for {address}")
    }

    /// One question; `None` without an answer in time.
    fn ask(&self, address: &str) -> Result<Option<bool>> {
        let ip: IpAddr = address.parse()?;
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(QUESTION))?;
        // Refused while the resolver is not up yet.
        if socket.connect(self.at).and_then(|()| socket.send(&question(ip))).is_err() {
            thread::sleep(Duration::from_millis(50));
            return Ok(None);
        }
        let mut answer = [0_u8; 1024];
        let Ok(length) = socket.recv(&mut answer) else {
            thread::sleep(Duration::from_millis(50));
            return Ok(None);
        };
        let answer = answer.get(..length).unwrap_or_default();
        // SERVFAIL is no word on the address.
        if answer.get(3).is_some_and(|flags| flags & 15 == 2) {
            return Ok(None);
        }
        Ok(Some(answer.get(6..8).is_some_and(|count| count != [0, 0])))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn dnsmasq(desk: &Path, text: &str, port: u16, upstream: u16) -> Result<Command> {
    let conf = desk.join("dnsmasq.conf");
    fs::write(&conf, text)?;
    let mut command = Command::new("dnsmasq");
    command.args([
        "--keep-in-foreground",
        "--no-resolv",
        "--no-hosts",
        "--bind-interfaces",
        "--cache-size=0",
    ]);
    command.args(["--listen-address=127.0.0.1", "--user=", "--group=", "--pid-file="]);
    command.arg(format!("--port={port}")).arg(format!("--server=127.0.0.1#{upstream}"));
    command.arg(format!("--conf-file={}", conf.display()));
    Ok(command)
}

fn unbound(desk: &Path, text: &str, port: u16, upstream: u16) -> Result<Command> {
    let conf = desk.join("unbound.conf");
    let place = desk.display();
    fs::write(
        &conf,
        format!(
            "server:\ninterface: 127.0.0.1@{port}\nport: {port}\nusername: \"\"\nchroot: \"\"\ndirectory: \"{place}\"\n\
             pidfile: \"\"\nmodule-config: \"iterator\"\ndo-not-query-localhost: no\ndo-ip6: no\nuse-syslog: no\n\
             logfile: \"{place}/log\"\naccess-control: 127.0.0.0/8 allow\nlocal-zone: \"example.\" nodefault\n{text}\n\
             forward-zone:\nname: \".\"\nforward-addr: 127.0.0.1@{upstream}\nremote-control:\ncontrol-enable: no\n"
        ),
    )?;
    let mut command = Command::new("unbound");
    command.arg("-d").arg("-c").arg(&conf);
    Ok(command)
}

/// A port that nobody has now; the resolvers take no port 0.
fn free_port() -> Result<u16> {
    Ok(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Asks for the name that has this address: its bytes in hexadecimal.
fn question(ip: IpAddr) -> Vec<u8> {
    let bytes = match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let label: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut out = vec![0x48, 0x49, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in [label.as_str(), "rebind", "example"] {
        out.push(u8::try_from(label.len()).unwrap_or_default());
        out.extend(label.bytes());
    }
    out.extend([0, 0, if ip.is_ipv4() { 1 } else { 28 }, 0, 1]);
    out
}

/// The stranger's server: each name answers with the address it spells.
struct Zone {
    port: u16,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Zone {
    fn start() -> Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        let port = socket.local_addr()?.port();
        let over = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let mut query = [0_u8; 1024];
            while !until.load(Ordering::Relaxed) {
                if let Ok((length, from)) = socket.recv_from(&mut query)
                    && let Some(answer) = answer(query.get(..length).unwrap_or_default())
                {
                    // A resolver that is gone already needs no answer.
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Ok(Self { port, over, thread: Some(thread) })
    }
}

impl Drop for Zone {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // Its panic would have shown as missing answers.
            let _ = thread.join();
        }
    }
}

/// The answer to a question, without what EDNS adds to it.
fn answer(query: &[u8]) -> Option<Vec<u8>> {
    let length = usize::from(*query.get(12)?);
    let label = std::str::from_utf8(query.get(13..13 + length)?).ok()?;
    let mut end = 12;
    while *query.get(end)? != 0 {
        end += usize::from(*query.get(end)?) + 1;
    }
    let asked = query.get(12..end + 5)?;
    let kind = *query.get(end + 2)?;
    let digits: Vec<&str> = (0..label.len()).step_by(2).filter_map(|at| label.get(at..at + 2)).collect();
    let address: Vec<u8> = digits.iter().filter_map(|two| u8::from_str_radix(two, 16).ok()).collect();
    let fits = matches!((kind, address.len()), (1, 4) | (28, 16));
    let mut out = query.get(..2)?.to_vec();
    out.extend([0x85, 0x80, 0, 1, 0, u8::from(fits), 0, 0, 0, 0]);
    out.extend(asked);
    if fits {
        out.extend([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 1, 0, u8::try_from(address.len()).ok()?]);
        out.extend(address);
    }
    Some(out)
}
