//! The receiver of page reports as a program: killed at any moment, started again, and read by `scan`.

use crate::program::{Desk, text};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::thread;

const KILLS: usize = 12;

/// A receiver that runs, and where it listens.
fn started(desk: &Desk) -> (Child, String) {
    let arguments = ["collect", "page-reports", "--listen", "127.0.0.1:0", "--out", "reports.ndjson"];
    let mut child = desk.hinomi(arguments).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stderr.take().expect("a pipe")).read_line(&mut line).expect("it says where");
    let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
    (child, address.unwrap_or_else(|| panic!("no address in {line:?}")).to_owned())
}

fn line(number: usize) -> String {
    format!(
        "{{\"rule\":\"HW-1\",\"page\":\"https://shop.example/\",\"targets\":[{{\"scheme\":\"http\",\"host\":\"127.0.0.1\",\
         \"port\":5900,\"space\":\"loopback\",\"how\":\"literal\",\"outcomes\":{{\"reached\":1}},\"count\":1}}],\"api\":[\"fetch\"],\
         \"outcomes\":{{\"reached\":1}},\"first\":{number},\"last\":{number},\"count\":1,\"notes\":[],\"seat\":\"s\"}}"
    )
}

/// Sends a batch; true when it was taken.
fn sent(address: &str, body: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let length = body.len();
    let head = format!(
        "POST /page-reports HTTP/1.1\r\nHost: {address}\r\nOrigin: moz-extension://a\r\n\
         Content-Type: application/x-ndjson\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut answer = String::new();
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 204")
}

#[test]
fn what_was_taken_is_there_after_any_kill_and_comes_to_one_finding() {
    let desk = Desk::new();
    let mut taken = BTreeSet::new();
    let mut next = 0;
    for kill in 0..KILLS {
        let (mut child, address) = started(&desk);
        let sender = thread::spawn(move || {
            let mut taken = Vec::new();
            for batch in 0.. {
                let numbers: Vec<usize> = (0..40).map(|at| next + batch * 40 + at).collect();
                let body: Vec<String> = numbers.iter().map(|number| line(*number)).collect();
                if !sent(&address, &body.join("\n")) {
                    break;
                }
                taken.extend(numbers);
            }
            taken
        });
        // Different places of the work, the same on every machine that is about as fast.
        thread::sleep(std::time::Duration::from_millis(20 + 17 * kill as u64));
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        taken.extend(sender.join().expect("it sends"));
        next += 1_000_000;
    }
    assert!(taken.len() > 100, "{} lines were taken", taken.len());
    // Opening it once more cuts off what was not taken whole.
    let (mut child, _) = started(&desk);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let written = fs::read_to_string(desk.path("reports.ndjson")).expect("it is there");
    assert!(written.ends_with('\n'));
    let there: BTreeSet<usize> = written
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).expect("a whole line");
            line["first"].as_u64().expect("a number") as usize
        })
        .collect();
    assert!(taken.is_subset(&there), "{} lines are lost", taken.difference(&there).count());
    let said = desk.run(["scan", "reports.ndjson", "--format", "json"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let found: Vec<String> =
        said.of_type("finding").iter().map(|finding| text(finding, "check").to_owned()).collect();
    assert_eq!(found, ["page.local-access"]);
}

#[test]
fn the_network_is_not_listened_to_unasked() {
    let said = Desk::new().run(["collect", "page-reports", "--listen", "0.0.0.0:0"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--beyond-this-machine"), "{}", said.err);
}

#[test]
fn lines_go_to_standard_output_and_a_reader_that_leaves_ends_it() {
    let desk = Desk::new();
    let mut receiver = desk.hinomi(["collect", "page-reports", "--listen", "127.0.0.1:0"]);
    let mut child = receiver.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut said = String::new();
    let mut errors = BufReader::new(child.stderr.take().expect("a pipe"));
    errors.read_line(&mut said).expect("it says where");
    let address = said.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    assert!(sent(address, &line(7)));
    let mut got = String::new();
    out.read_line(&mut got).expect("a line");
    assert!(got.contains("\"first\":7"), "{got}");
    drop(out);
    assert!(!sent(address, &line(8)), "nobody reads it any more");
    // It notices with the next connection.
    _ = sent(address, &line(9));
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
}
