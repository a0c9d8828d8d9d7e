//! The parts of the jail that need no worker. What needs one is in `tests/it/jail.rs`.

use super::in_process::InOrder;
use super::wire::{self, Kind, Reply};
use super::{Clock, Jail, JailSettings, Job, Lost, fate};
use expect_test::{Expect, expect};

fn settings() -> JailSettings {
    JailSettings { memory_bytes_max: 1000, cpu_seconds_max: 7, ..JailSettings::of_this_binary(1) }
}

#[track_caller]
fn check_death(signal: Option<i32>, code: Option<i32>, stderr: &str, expected: &Expect) {
    let lost = Lost::from_death(signal, code, stderr.as_bytes(), &settings());
    expected.assert_eq(&format!("{} {:?}: {lost}", lost.kind(), lost.limit()));
}

#[test]
fn tells_what_a_worker_died_of() {
    check_death(
        Some(31),
        None,
        "",
        &expect!["crashed None: reading tried a forbidden system call (signal 31)"],
    );
    check_death(
        Some(25),
        None,
        "",
        &expect!["crashed None: reading tried a forbidden system call (signal 25)"],
    );
    check_death(
        Some(24),
        None,
        "",
        &expect![[r#"timed-out Some(("cpu_seconds_max", 7)): reading took more than 7 s of processor time"#]],
    );
    check_death(
        Some(6),
        None,
        "memory allocation of 16777216 bytes failed\n",
        &expect![[
            r#"limit-reached Some(("memory_bytes_max", 1000)): reading needed more than 1000 bytes of memory"#
        ]],
    );
    check_death(
        Some(6),
        None,
        "\nthread 'main' (2949) has overflowed its stack\nfatal runtime error: stack overflow, aborting\n",
        &expect!["crashed None: the reader crashed: stack overflow"],
    );
    check_death(Some(6), None, "", &expect!["crashed None: the reader crashed: signal 6"]);
    check_death(Some(11), None, "", &expect!["crashed None: the reader crashed: signal 11"]);
    check_death(Some(9), None, "", &expect!["crashed None: the reader crashed: signal 9"]);
    check_death(None, Some(0), "", &expect!["crashed None: the reader crashed: exit code 0"]);
    check_death(None, None, "", &expect!["crashed None: the reader crashed: no exit status"]);
}

#[test]
fn last_words_cannot_speak_to_the_terminal() {
    check_death(
        Some(11),
        None,
        "bye\x1b]52;c;aGk=\x07\r\n\u{202e}\u{9b}31m\0end",
        &expect!["crashed None: the reader crashed: signal 11: bye ]52;c;aGk= 31m end"],
    );
    let long = fate::printable(&[b'x'; 5000]);
    assert_eq!(long.len(), 200);
}

#[test]
fn lost_kinds_and_limits_are_those_of_the_output() {
    let told = |lost: Lost| format!("{} {:?}", lost.kind(), lost.limit());
    expect![[r#"timed-out Some(("idle_seconds_max", 3))"#]]
        .assert_eq(&told(Lost::TimedOut { clock: Clock::Idle, seconds: 3 }));
    expect![[r#"limit-reached Some(("answer_bytes_max", 5))"#]]
        .assert_eq(&told(Lost::AnswerTooLarge { bytes: 5 }));
    expect!["crashed None"].assert_eq(&told(Lost::Panicked { place: "a.rs:1:1".to_owned() }));
    expect!["crashed None"].assert_eq(&told(Lost::Garbled));
}

#[test]
fn headers_survive_the_pipe_and_nothing_else_does() {
    for kind in [Kind::Read, Kind::Try] {
        let header = wire::job_header(kind, 3, 1 << 40);
        assert_eq!(wire::read_job_header(&header), Some((kind, 3, 1 << 40)));
        assert_eq!(wire::read_answer_header(&header), None, "a job is no answer");
    }
    for reply in [Reply::Hello, Reply::Answer, Reply::Panicked] {
        let header = wire::answer_header(reply, 77);
        assert_eq!(wire::read_answer_header(&header), Some((reply, 77)));
        assert_eq!(wire::read_job_header(&header), None, "an answer is no job");
    }
    assert_eq!(wire::read_answer_header(b"HA\x09\0\0\0\0\0\0\0\0\0\0\0\0\0"), None, "unknown kind");
    assert_eq!(wire::read_answer_header(&[0; 16]), None);
    assert_eq!(wire::read_answer_header(&[0xff; 16]), None);
}

#[test]
fn outcomes_wait_for_their_turn() {
    let mut order = InOrder::default();
    let mut seen = Vec::new();
    let mut delivered = Vec::new();
    for index in [2, 0, 3, 1] {
        let bytes = order.done(index, Ok(vec![0; index + 1]), &mut |at, outcome: Result<Vec<u8>, Lost>| {
            seen.push((at, outcome.map(|answer| answer.len())));
        });
        delivered.push(bytes);
    }
    assert_eq!(seen, [(0, Ok(1)), (1, Ok(2)), (2, Ok(3)), (3, Ok(4))]);
    assert_eq!(delivered, [0, 1, 0, 9]);
}

fn echo_or_panic(head: &[u8], bytes: &[u8]) -> Vec<u8> {
    assert!(bytes != b"panic", "asked to");
    [head, bytes].concat()
}

#[test]
fn without_walls_a_panic_still_costs_one_job() {
    let jobs = (0..500_u32).map(|n| Job {
        head: n.to_string().into_bytes(),
        bytes: if n % 100 == 50 { b"panic".to_vec() } else { b"+".to_vec() },
    });
    let mut jail = Jail::in_process(3, echo_or_panic);
    assert!(!jail.shields().complete(), "it must not claim walls it has not");
    let mut at = 0;
    let result = jail.run(jobs, |index, outcome| {
        assert_eq!(index, at, "in order");
        at += 1;
        if index % 100 == 50 {
            assert!(matches!(outcome, Err(Lost::Panicked { .. })), "{index}: {outcome:?}");
        } else {
            assert_eq!(outcome, Ok(format!("{index}+").into_bytes()));
        }
    });
    assert!(result.is_ok());
    assert_eq!(at, 500);
}

#[test]
fn a_program_that_is_no_worker_is_said_not_waited_for() {
    for program in ["/nonexistent/hinomi", "/bin/true", "/bin/false", "/bin/cat"] {
        let settings = JailSettings { program: program.into(), ..JailSettings::of_this_binary(2) };
        let failed = Jail::new(settings, echo_or_panic).err().map(|error| error.to_string());
        let failed = failed.unwrap_or_default();
        assert!(failed.contains(program) && failed.contains("start a reading worker"), "{program}: {failed}");
    }
}
