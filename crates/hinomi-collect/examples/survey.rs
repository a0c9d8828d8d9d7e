//! Prints what TLS servers on loopback speak: `survey [--polite] [--flat] [--name HOST] [--starttls PROTOCOL] PORT…`. For the lab, which holds it against
//! what its servers were told to speak.

use hinomi_collect::{Scope, TlsSweep, TlsTarget, survey_tls};
use hinomi_formats::tls::starttls::Protocol;
use hinomi_formats::tls::survey::{Known, Surveyed};
use std::io::Write;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scope = Scope::new(&["lab.example"], &["127.0.0.0/8"])?;
    let (mut sweep, mut host, mut targets) = (TlsSweep::usual(), "127.0.0.1".to_owned(), Vec::new());
    let mut starttls = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--polite" => sweep = TlsSweep::polite(),
            "--flat" => sweep.each.deep = false,
            "--name" => host = arguments.next().unwrap_or_default(),
            "--starttls" => starttls = Protocol::from_name(&arguments.next().unwrap_or_default()),
            port => {
                let host = scope.admit(&host)?;
                let address = scope.admit_resolved(&host, "127.0.0.1".parse()?)?;
                let target = TlsTarget::new(host, address, port.parse()?);
                targets.push(match starttls {
                    Some(protocol) => target.after(protocol),
                    None => target,
                });
            }
        }
    }
    let mut out = std::io::stdout();
    let begun = Instant::now();
    let mut failed = Ok(());
    survey_tls(&targets, &sweep, [7; 32], |index, seen| {
        let address = targets.get(index).map(|target| target.address().to_string());
        let told = print(&mut out, &address.unwrap_or_default(), &seen);
        failed = std::mem::replace(&mut failed, Ok(())).and(told);
    })?;
    failed?;
    writeln!(out, "{} ms", begun.elapsed().as_millis())?;
    Ok(())
}

fn print(out: &mut impl Write, address: &str, seen: &Surveyed) -> std::io::Result<()> {
    writeln!(out, "== {address}: {} connections, round trip {:?} us", seen.connections, seen.round_trip_us)?;
    let mut bound = 0;
    for version in &seen.versions {
        let hex = |ids: &[u32]| ids.iter().map(|id| format!("{id:04X}")).collect::<Vec<_>>().join(" ");
        bound += match version.version.id() {
            2 => 1,
            _ => version.suites.len().max(version.groups.len()) + 1,
        };
        match &version.offered {
            Known::Seen(()) => writeln!(
                out,
                "{} {}: {} [{:?}, complete {:?}] groups {:04X?} [{:?}, {:?}]",
                version.version,
                version.suites.len(),
                hex(&version.suites),
                version.order,
                version.complete,
                version.groups,
                version.groups_order,
                version.groups_complete
            )?,
            other => writeln!(out, "{}: {other:?}", version.version)?,
        }
    }
    writeln!(out, "bound {bound}, ratio {:.2}", f64::from(seen.connections) / bound as f64)?;
    for chain in &seen.chains {
        let sizes: Vec<usize> = chain.certificates.iter().map(Vec::len).collect();
        writeln!(out, "chain {} {sizes:?} {:?}", chain.auth, chain.versions)?;
    }
    writeln!(out, "fields {:?} export {:?}", seen.fields, seen.export_rsa_bits)?;
    let Surveyed { versions: _, chains: _, staples, timestamps, .. } = seen;
    writeln!(out, "staples {} timestamps {}", staples.len(), timestamps.len())?;
    for (name, known) in [
        ("ems", &seen.extended_master_secret),
        ("etm", &seen.encrypt_then_mac),
        ("renegotiation", &seen.secure_renegotiation),
        ("tickets", &seen.session_tickets),
        ("ids", &seen.session_ids),
        ("ocsp", &seen.ocsp_stapling),
        ("sct", &seen.sct),
        ("heartbeat", &seen.heartbeat),
        ("client certificate", &seen.client_certificate),
        ("scsv", &seen.fallback_scsv),
        ("sentinel", &seen.downgrade_sentinel),
        ("newest", &seen.newest_preferred),
        ("client renegotiation", &seen.client_renegotiation),
        ("certificates of 1.3", &seen.certificates_tls13),
        ("ticketbleed", &seen.ticketbleed),
    ] {
        write!(out, "{name} {known:?}; ")?;
    }
    writeln!(
        out,
        "compression {:?}; early data {:?}; alpn {:?}",
        seen.compression, seen.early_data, seen.alpn
    )?;
    writeln!(out, "heartbleed {:?}; ccs {:?}; robot {:?}", seen.heartbleed, seen.ccs, seen.robot)?;
    writeln!(out, "refusals {:?} problems {:?}", seen.refusals, seen.problems)
}
