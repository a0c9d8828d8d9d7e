//! The whole command line with a reader that turns on its jail: files that start with `HOSTILE:` tell it how. Every
//! other file it reads as `hinomi` does.

use std::process::ExitCode;

fn main() -> ExitCode {
    hinomi::start(read)
}

fn read(head: &[u8], bytes: &[u8]) -> Vec<u8> {
    let Some(order) = bytes.strip_prefix(b"HOSTILE:") else { return hinomi::read_file(head, bytes) };
    let order = String::from_utf8_lossy(order);
    let (verb, path) = order.split_once(' ').unwrap_or((&order, ""));
    match verb {
        "abort" => std::process::abort(),
        "segfault" => segfault(),
        "overflow" => return vec![deeper(0)],
        "panic" => panic!("asked to"),
        "exit" => leave(),
        "loop" => spin(),
        "swell" => swell(10 << 30),
        "socket" => _ = std::net::TcpStream::connect("127.0.0.1:9"),
        "write-file" => _ = std::fs::write(path, "escaped"),
        "open-file" => _ = std::fs::read("/etc/passwd"),
        "exec" => _ = std::process::Command::new("touch").arg(path).status(),
        _ => {}
    }
    // Whoever comes here was not stopped, and looks like a file in which nothing was wrong.
    hinomi::read_file(head, b"")
}

/// Raises the signal that a wild pointer raises; a wild pointer itself would be unsafe code.
#[cfg(target_os = "linux")]
fn segfault() {
    let own = rustix::process::getpid();
    let _ = rustix::process::kill_process(own, rustix::process::Signal::SEGV);
}

#[cfg(not(target_os = "linux"))]
fn segfault() {
    std::process::abort()
}

#[expect(unconditional_recursion, reason = "the overflow is the point")]
fn deeper(depth: u64) -> u8 {
    let room = [depth as u8; 4096];
    std::hint::black_box(&room);
    deeper(depth + 1).wrapping_add(room[depth as usize % 4096])
}

#[expect(clippy::exit, reason = "leaving without an answer is the point")]
fn leave() {
    std::process::exit(0)
}

fn spin() {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

fn swell(to: usize) {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    while hoard.len() << 24 < to {
        hoard.push(std::hint::black_box(vec![1; 1 << 24]));
    }
}
