//! Prints what TLS servers on loopback speak: `survey [--json] [--polite] [--flat] [--name HOST] [--starttls PROTOCOL]
//! [127.0.0.1:]PORT[-PORT]…`, a server or many at once. With `--json` in the form that the TLS lab holds against what its
//! servers truly speak (`lab/tls/README.md`).

use hinomi_collect::{Scope, TlsSweep, TlsTarget, survey_tls};
use hinomi_formats::tls::starttls::Protocol;
use hinomi_formats::tls::survey::{Known, Order, Surveyed, VersionSeen, Why};
use hinomi_formats::tls::weakness::{Verdict, weaknesses};
use serde_json::{Value, json};
use std::io::Write;
use std::time::Instant;

/// What was asked for.
struct Asked {
    sweep: TlsSweep,
    host: Option<String>,
    starttls: Option<Protocol>,
    ports: Vec<u16>,
    json: bool,
}

fn asked() -> Result<Asked, Box<dyn std::error::Error>> {
    let mut asked =
        Asked { sweep: TlsSweep::usual(), host: None, starttls: None, ports: Vec::new(), json: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => asked.json = true,
            "--polite" => asked.sweep = TlsSweep::polite(),
            "--flat" => asked.sweep.each.deep = false,
            "--name" => asked.host = arguments.next(),
            "--starttls" => {
                let name = arguments.next().unwrap_or_default();
                let known = Protocol::from_name(&name);
                asked.starttls = Some(known.ok_or_else(|| format!("no protocol is named {name}"))?);
            }
            place => {
                let ports = place.strip_prefix("127.0.0.1:").unwrap_or(place);
                let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
                asked.ports.extend(first.parse::<u16>()?..=last.parse()?);
            }
        }
    }
    Ok(asked)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let asked = asked()?;
    let scope = Scope::new(&["lab.example"], &["127.0.0.0/8"])?;
    let host = scope.admit(asked.host.as_deref().unwrap_or("127.0.0.1"))?;
    let address = scope.admit_resolved(&host, "127.0.0.1".parse()?)?;
    let target = |port: &u16| {
        let target = TlsTarget::new(host.clone(), address.clone(), *port);
        asked.starttls.map_or(target.clone(), |protocol| target.after(protocol))
    };
    let targets: Vec<TlsTarget> = asked.ports.iter().map(target).collect();
    let mut out = std::io::stdout();
    let begun = Instant::now();
    let mut failed = Ok(());
    survey_tls(&targets, &asked.sweep, [7; 32], |index, seen| {
        let address = targets.get(index).map(|target| target.address().to_string());
        let told = if asked.json {
            writeln!(out, "{}", told(&seen))
        } else {
            print(&mut out, &address.unwrap_or_default(), &seen)
                .and_then(|()| writeln!(out, "done after {} ms", begun.elapsed().as_millis()))
        };
        failed = std::mem::replace(&mut failed, Ok(())).and(told);
    })?;
    failed?;
    if !asked.json {
        writeln!(out, "{} ms", begun.elapsed().as_millis())?;
    }
    Ok(())
}

/// The form of the lab.
fn told(seen: &Surveyed) -> Value {
    let weaknesses = weaknesses(seen);
    let of = |verdict| -> Vec<&str> {
        weaknesses.iter().filter(|weakness| weakness.verdict == verdict).map(|weakness| weakness.id).collect()
    };
    let open = weaknesses.iter().filter(|weakness| weakness.verdict == Verdict::Untested);
    let mut untested: Vec<String> = seen.versions.iter().filter_map(open_version).collect();
    untested.extend(open.map(|weakness| format!("{}: {}", weakness.id, weakness.detail)));
    let settings = settings(seen);
    let why = settings.iter().filter_map(|(name, known)| Some((name, known.why()?)));
    untested.extend(
        why.filter(|(_, why)| **why != Why::NotApplicable).map(|(name, why)| format!("{name}: {why}")),
    );
    let settings: serde_json::Map<String, Value> =
        settings.iter().map(|(name, known)| ((*name).to_owned(), json!(known.as_bool()))).collect();
    json!({
        "versions": seen.versions.iter().map(|version| spoken(seen, version)).collect::<Vec<Value>>(),
        "vulnerable": of(Verdict::Vulnerable),
        "not_vulnerable": of(Verdict::NotVulnerable),
        "untested": untested,
        "settings": settings,
        "alpn": match &seen.alpn {
            Known::Seen(protocols) => json!(protocols),
            Known::Absent => json!([]),
            Known::Untested(_) => Value::Null,
        },
        "certificates": seen.chains.iter().filter_map(|chain| chain.certificates.first()).collect::<Vec<_>>(),
        "connections": seen.connections,
        "problems": seen.problems,
    })
}

fn spoken(seen: &Surveyed, version: &VersionSeen) -> Value {
    let order = |order: &Known<Order>| match order {
        Known::Seen(Order::Server) => json!("server"),
        Known::Seen(Order::Client) => json!("client"),
        _ => Value::Null,
    };
    let fields = seen.fields.iter().filter(|field| field.version == version.version);
    json!({
        "name": version.version.to_string().replace("sslv", "ssl"),
        "suites": version.suites,
        "order": order(&version.order),
        "groups": (version.groups_complete == Known::Seen(())).then_some(&version.groups),
        "groups_order": order(&version.groups_order),
        "dh": fields
            .map(|field| json!({"bits": field.bits, "sha256": field.digest, "export": field.export}))
            .collect::<Vec<Value>>(),
    })
}

fn open_version(version: &VersionSeen) -> Option<String> {
    let why = version.offered.why().or_else(|| version.complete.why())?;
    Some(format!("{}: {why}", version.version))
}

/// What is there or not, apart from versions and suites.
fn settings(seen: &Surveyed) -> Vec<(&'static str, Known<()>)> {
    fn plain<T>(known: &Known<T>) -> Known<()> {
        match known {
            Known::Seen(_) => Known::Seen(()),
            Known::Absent => Known::Absent,
            Known::Untested(why) => Known::Untested(why.clone()),
        }
    }
    vec![
        ("extended_master_secret", seen.extended_master_secret.clone()),
        ("encrypt_then_mac", seen.encrypt_then_mac.clone()),
        ("secure_renegotiation", seen.secure_renegotiation.clone()),
        ("session_tickets", seen.session_tickets.clone()),
        ("session_ids", seen.session_ids.clone()),
        ("ocsp_stapling", seen.ocsp_stapling.clone()),
        ("sct", seen.sct.clone()),
        ("heartbeat", seen.heartbeat.clone()),
        ("compression", plain(&seen.compression)),
        ("fallback_alert", seen.fallback_scsv.clone()),
        ("downgrade_sentinel", seen.downgrade_sentinel.clone()),
        ("early_data", plain(&seen.early_data)),
        ("client_renegotiation", seen.client_renegotiation.clone()),
    ]
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
