//! Subjects: what is left of one without the marks of an answer.

/// What mail programs put before the subject of an answer or of a forwarded mail.
const MARKS: &[&str] = &["re", "fwd", "fw", "返信", "転送"];

/// The subject without any number of reply marks (`Re:`, `RE[2]: `, `Fw：`, `返信:`).
pub fn bare_subject(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some(bare) = without_mark(rest) {
        rest = bare;
    }
    rest
}

/// Whether a subject says that the mail answers or forwards another.
pub(crate) fn is_marked(subject: &str) -> bool {
    without_mark(subject.trim()).is_some()
}

fn without_mark(subject: &str) -> Option<&str> {
    let rest = MARKS.iter().find_map(|mark| {
        let (start, rest) = subject.split_at_checked(mark.len())?;
        start.eq_ignore_ascii_case(mark).then_some(rest)
    })?;
    // Some programs count: `Re[2]:`, `Re^2:`, `Re2:`.
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '[' | ']' | '^' | ' '));
    rest.strip_prefix([':', '：']).map(str::trim_start)
}
