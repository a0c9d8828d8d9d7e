//! The command processor on a line: what it sets, loops over and calls, as far as text tells. Nothing is run; the
//! commands that would be are listed.

use super::Placed;
use super::expand::{self, Variables};
use super::split::{self, first_word};
use crate::Limits;
use crate::script::command::effects::{program_name, started_by, words};
use crate::script::command::evaluate::value::environment;

/// Lines inside one another: `cmd /c` in `cmd /c`, blocks in loops.
const DEPTH_MAX: u32 = 12;
/// Rounds of one loop.
const ROUNDS_MAX: usize = 8_192;
/// Commands listed of one text.
const LINES_MAX: usize = 4_096;
/// Redirections kept.
const WRITTEN_MAX: usize = 4_096;
/// Files whose content is kept.
const FILES_MAX: usize = 16;
/// Variables kept.
const VARIABLES_MAX: usize = 4_096;

pub(super) struct Shell<'l> {
    limits: &'l Limits,
    pub(super) fuel: u64,
    depth: u32,
    variables: Variables,
    /// `!x!` means a variable.
    delayed: bool,
    pub(super) lines: Vec<Placed>,
    pub(super) written: Vec<String>,
    /// Files that `echo` writes, with what it writes.
    pub(super) contents: Vec<(String, String)>,
    /// The line of the text that is being read.
    pub(super) at: usize,
    /// Something was set, looped over or called: the listed commands say more than the line.
    pub(super) changed: bool,
    looped: bool,
    /// A text would have been longer than one may be.
    pub(super) cut: bool,
    /// What the last `echo` put out.
    said: Option<String>,
}

impl<'l> Shell<'l> {
    pub(super) fn new(limits: &'l Limits, fuel: u64) -> Self {
        Self {
            limits,
            fuel,
            depth: 0,
            variables: Variables::new(),
            delayed: false,
            lines: Vec::new(),
            written: Vec::new(),
            contents: Vec::new(),
            at: 1,
            changed: false,
            looped: false,
            cut: false,
            said: None,
        }
    }

    pub(super) fn layer(&self) -> &'static str {
        if self.looped { "cmd loop" } else { "cmd variables" }
    }

    fn pay(&mut self, bytes: usize) -> bool {
        self.fuel = self.fuel.saturating_sub(1 + bytes as u64 / expand::BYTES_A_STEP);
        self.fuel > 0
    }

    /// Runs a line that a program starts: when it names the shell, everything behind `/c` is for that shell, and
    /// nothing before it splits the line.
    pub(super) fn outermost(&mut self, line: &str) {
        let before = self.fuel;
        if program_name(&first_token(line)) == "cmd" {
            self.nested(line);
        }
        if self.fuel == before {
            self.line(line);
        }
    }

    /// Runs a line, however many commands are in it.
    pub(super) fn line(&mut self, line: &str) {
        if self.depth >= DEPTH_MAX || !self.pay(line.len()) {
            return;
        }
        self.depth += 1;
        let pieces = split::commands(line);
        let mut pieces = pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            if piece.piped
                && let Some(next) = pieces.peek()
                && self.piped(&piece.text, &next.text)
            {
                pieces.next();
                continue;
            }
            self.command(&piece.text);
            if self.fuel == 0 {
                break;
            }
        }
        self.depth -= 1;
    }

    /// `echo text | cmd`: the text is what runs. `false` when it is another pipe.
    fn piped(&mut self, from: &str, to: &str) -> bool {
        let mut target = first_word(&self.expanded(to));
        if target.starts_with('%') {
            target = program_name(&target);
        }
        let target = program_name(&target);
        if !matches!(target.as_str(), "cmd" | "powershell" | "pwsh") {
            return false;
        }
        self.said = None;
        self.command(from);
        let Some(said) = self.said.take() else { return false };
        self.changed = true;
        if target == "cmd" {
            self.line(&said);
        } else {
            self.list(&format!("{target} -c {said}"));
        }
        true
    }

    fn expanded(&mut self, text: &str) -> String {
        if !text.contains(['%', '!']) || !self.pay(text.len()) {
            return text.to_owned();
        }
        let bytes_max = self.limits.text_bytes_max;
        let mut room = expand::Room { fuel: &mut self.fuel, bytes_max, cut: &mut self.cut };
        expand::replaced(text, &self.variables, self.delayed, &mut room)
    }

    /// One command.
    fn command(&mut self, raw: &str) {
        let raw = raw.trim_start_matches([' ', '\t', '@', ',', ';', '=', '\u{feff}']).trim_end();
        if !self.pay(raw.len()) || raw.is_empty() {
            return;
        }
        if let Some(block) = raw.strip_prefix('(') {
            let inner = block.rsplit_once(')').map_or(block, |(inner, _)| inner);
            self.line(inner);
            return;
        }
        // Loops expand their body when it runs.
        match first_word(raw).as_str() {
            "for" => return self.repeat(raw),
            "if" => return self.branch(raw),
            "rem" | ":" | "::" => return,
            _ if raw.starts_with(':') => return,
            _ => {}
        }
        let text = self.expanded(raw);
        let word = first_word(&text);
        let rest = behind_word(&text, &word);
        match word.as_str() {
            "set" => self.set(rest),
            "call" => self.call(rest),
            "setlocal" => self.delayed |= rest.to_ascii_lowercase().contains("enabledelayed"),
            "start" => self.start(&text, rest),
            "for" => self.repeat(&text),
            "if" => self.branch(&text),
            "echo" | "echo." | "echo:" => self.say(rest),
            "endlocal" | "title" | "color" | "cls" | "exit" | "pause" | "goto" | "shift" | "rem" | "ver"
            | "verify" | "prompt" | "popd" | "pushd" | "cd" | "chdir" | "mode" | "chcp" => {}
            "cmd" | "cmd.exe" | "%comspec%" => self.nested(&text),
            _ if program_name(&first_token(&text)) == "cmd" => self.nested(&text),
            "forfiles" | "forfiles.exe" => self.for_files(&text),
            _ => {
                let text = self.redirected(&text);
                self.list(&text);
            }
        }
    }

    fn list(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() && self.lines.len() < LINES_MAX {
            self.lines.push(Placed { line: self.at, text: text.to_owned() });
        }
    }

    /// `set name=value`, `set "name=value"`, `set /a name=sum`.
    fn set(&mut self, rest: &str) {
        let rest = rest.trim_start();
        let lower = rest.get(..2).unwrap_or_default().to_ascii_lowercase();
        if lower == "/a" {
            return self.calculate(rest.get(2..).unwrap_or_default());
        }
        if lower == "/p" {
            let prompt = rest.split_once('=').map(|(_, text)| text.trim_matches('"').to_owned());
            self.said = prompt;
            return;
        }
        let quoted = rest.strip_prefix('"');
        let Some((name, value)) = quoted.unwrap_or(rest).split_once('=') else { return };
        let value =
            if quoted.is_some() { value.rsplit_once('"').map_or(value, |(value, _)| value) } else { value };
        // A quote around everything was opened before the command.
        let value = match (quoted, value.strip_suffix('"')) {
            (None, Some(inner)) if inner.matches('"').count() % 2 == 0 => inner,
            _ => value,
        };
        self.assign(name.trim(), value.to_owned());
    }

    fn assign(&mut self, name: &str, value: String) {
        let fits = self.variables.len() < VARIABLES_MAX && name.len() < 64;
        if fits && !name.is_empty() && self.pay(value.len()) {
            self.changed = true;
            self.variables.insert(name.to_ascii_lowercase(), value);
        }
    }

    fn calculate(&mut self, rest: &str) {
        for part in rest.trim().trim_matches('"').split(',') {
            let Some((name, sum)) = part.split_once('=') else { continue };
            let name = name.trim();
            let (name, op) = match name.char_indices().next_back() {
                Some((at, op)) if "+-*/%^|&".contains(op) => (name.get(..at).unwrap_or_default(), Some(op)),
                _ => (name, None),
            };
            let before = self.number(name);
            let Some(value) = self.sum(sum) else { continue };
            let value = match op {
                Some(op) => calculated(op, before, value),
                None => Some(value),
            };
            if let Some(value) = value {
                self.assign(name.trim(), value.to_string());
            }
        }
    }

    fn number(&self, word: &str) -> i64 {
        let word = word.trim();
        let digits = word.strip_prefix("0x");
        let own = digits.map_or_else(|| word.parse().ok(), |hex| i64::from_str_radix(hex, 16).ok());
        own.or_else(|| self.variables.get(&word.to_ascii_lowercase())?.trim().parse().ok()).unwrap_or(0)
    }

    /// Sums from left to right, products first; parentheses are not followed.
    fn sum(&self, text: &str) -> Option<i64> {
        if text.contains(['(', ')', '~', '<', '>', '!']) {
            return None;
        }
        let mut total = 0i64;
        let mut product: Option<i64> = None;
        let mut sign = 1i64;
        let mut pending = '*';
        let mut word = String::new();
        for c in text.chars().chain("+".chars()) {
            if !"+-*/%^|&".contains(c) {
                word.push(c);
                continue;
            }
            if word.trim().is_empty() && c == '-' {
                sign = -sign;
                continue;
            }
            let value = self.number(&word).wrapping_mul(sign);
            (word, sign) = (String::new(), 1);
            product = Some(match product {
                Some(product) => calculated(pending, product, value)?,
                None => value,
            });
            pending = c;
            if matches!(c, '+' | '-') {
                total = total.wrapping_add(product.take()?);
                sign = if c == '-' { -1 } else { 1 };
            }
        }
        Some(total)
    }

    fn call(&mut self, rest: &str) {
        let rest = rest.trim_start();
        if rest.starts_with(':') {
            return;
        }
        self.changed = true;
        // `call echo` and `call set` expand once more.
        self.line(rest);
    }

    fn say(&mut self, rest: &str) {
        let files = self.written.len();
        let plain = self.redirected(rest);
        let plain = plain.trim();
        self.said = Some(plain.to_owned());
        if self.written.len() > files
            && let Some(path) = self.written.last().cloned()
        {
            self.append(path, plain);
        }
    }

    /// A line more of a file; which files are scripts their names say.
    fn append(&mut self, path: String, line: &str) {
        let held: usize = self.contents.iter().map(|(_, content)| content.len()).sum();
        if held.saturating_add(line.len()) > self.limits.text_bytes_max
            || !self.pay(line.len() + self.contents.len())
        {
            return;
        }
        let room = self.contents.len() < FILES_MAX;
        match self.contents.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&path)) {
            Some((_, content)) => {
                content.push('\n');
                content.push_str(line);
            }
            None if room => self.contents.push((path, line.to_owned())),
            None => {}
        }
    }

    /// Takes `> file` off and keeps the file.
    fn redirected(&mut self, text: &str) -> String {
        let mut quoted = false;
        for (at, c) in text.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
                    let target = behind.trim_start_matches(['>', ' ']);
                    if target.starts_with('&') || before.trim_start().starts_with("powershell") {
                        return text.to_owned();
                    }
                    let file = words(target).into_iter().next().unwrap_or_default();
                    if !file.is_empty()
                        && !file.eq_ignore_ascii_case("nul")
                        && self.written.len() < WRITTEN_MAX
                    {
                        self.written.push(file);
                    }
                    return before.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end().to_owned();
                }
                _ => {}
            }
        }
        text.to_owned()
    }

    /// `start /b cmd /c "…"` is one more shell; another program is listed as it stands.
    fn start(&mut self, text: &str, rest: &str) {
        let inner = started_by(rest);
        if program_name(&first_token(inner)) == "cmd" && self.depth < DEPTH_MAX {
            self.changed = true;
            self.nested(inner);
        } else {
            let text = self.redirected(text);
            self.list(&text);
        }
    }

    /// `cmd /v:on /c "…"`, `cmd cmd /c …`.
    fn nested(&mut self, text: &str) {
        let lower = text.to_ascii_lowercase();
        let at = ["/c", "/k", "/r"]
            .iter()
            .filter_map(|switch| {
                lower.match_indices(switch).map(|(at, _)| at).find(|at| {
                    let before = at.checked_sub(1).and_then(|at| lower.as_bytes().get(at));
                    let after = lower.as_bytes().get(at + 2);
                    // `/v:on/c"…`: glued to what is around it, but not inside a path.
                    before.is_none_or(|b| b" \t/nfd0123456789\"".contains(b))
                        && after.is_none_or(|b| b" \t\"(,;=".contains(b) || !b.is_ascii_alphanumeric())
                })
            })
            .min();
        let Some(at) = at else { return };
        self.delayed |= lower.get(..at).is_some_and(|switches| switches.contains("/v"));
        let inner = text.get(at + 2..).unwrap_or_default().trim();
        let inner = match inner.strip_prefix('"') {
            Some(body) => body.strip_suffix('"').unwrap_or(body),
            None => inner,
        };
        self.line(inner);
    }

    /// `forfiles /p x /m y /c "cmd /c …"`.
    fn for_files(&mut self, text: &str) {
        let words = words(text);
        let at = words.iter().position(|word| word.eq_ignore_ascii_case("/c"));
        let Some(command) = at.and_then(|at| words.get(at + 1)) else { return self.list(text) };
        self.changed = true;
        let command = command.replace("0x22", "\"").replace("\\\"", "\"");
        self.line(&command);
    }

    /// `if condition command else command`: what cannot be decided runs both.
    fn branch(&mut self, raw: &str) {
        let text = self.expanded(raw);
        let mut rest = behind_word(&text, "if").trim_start();
        let mut negated = false;
        loop {
            let word = first_word(rest);
            match word.as_str() {
                "not" => {
                    negated = !negated;
                    rest = behind_word(rest, "not").trim_start();
                }
                _ if rest.get(..2).is_some_and(|switch| switch.eq_ignore_ascii_case("/i")) => {
                    rest = rest.get(2..).unwrap_or_default().trim_start();
                }
                _ => break,
            }
        }
        let (holds, body) = self.condition(rest);
        let (yes, no) = otherwise(body);
        match holds.map(|holds| holds != negated) {
            Some(true) => self.line(yes),
            Some(false) => self.line(no),
            None => {
                self.line(yes);
                self.line(no);
            }
        }
    }

    /// Whether a condition holds, and what stands behind it.
    fn condition<'t>(&self, text: &'t str) -> (Option<bool>, &'t str) {
        let word = first_word(text);
        if matches!(word.as_str(), "exist" | "defined" | "errorlevel" | "cmdextversion") {
            let rest = behind_word(text, &word).trim_start();
            let (name, body) = token(rest);
            let holds = (word == "defined")
                .then(|| self.variables.contains_key(&name.to_ascii_lowercase()))
                .filter(|known| *known);
            return (holds, body);
        }
        if let Some((left, rest)) = text.split_once("==").filter(|(left, _)| left.len() < 256) {
            let (right, body) = token(rest.trim_start());
            let known = !left.contains('%') && !right.contains('%');
            let equal = left.trim().trim_matches('"').eq_ignore_ascii_case(right.trim_matches('"'));
            return (known.then_some(equal), body);
        }
        let (left, rest) = token(text);
        let (op, rest) = token(rest.trim_start());
        let (right, body) = token(rest.trim_start());
        let (Ok(left), Ok(right)) = (left.parse::<i64>(), right.parse::<i64>()) else { return (None, body) };
        let holds = match op.to_ascii_lowercase().as_str() {
            "equ" => left == right,
            "neq" => left != right,
            "lss" => left < right,
            "leq" => left <= right,
            "gtr" => left > right,
            "geq" => left >= right,
            _ => return (None, body),
        };
        (Some(holds), body)
    }

    /// `for %i in (…) do …`, `/l`, `/f`.
    fn repeat(&mut self, raw: &str) {
        let Some(header) = Header::read(raw) else { return };
        let mut set = self.expanded(header.set);
        if header.kind == 'f' {
            set = set.replace('^', "");
        }
        let values = self.values(&header, &set);
        self.changed = true;
        self.looped = true;
        for value in values.into_iter().take(ROUNDS_MAX) {
            let mut body = header.body.to_owned();
            let mut letter = header.letter;
            for part in value {
                for form in [
                    format!("%%~{letter}"),
                    format!("%~{letter}"),
                    format!("%%{letter}"),
                    format!("%{letter}"),
                ] {
                    if body.contains(&form) {
                        let bytes_max = self.limits.text_bytes_max;
                        let mut room = expand::Room { fuel: &mut self.fuel, bytes_max, cut: &mut self.cut };
                        body = room.substituted(&body, &form, &part).unwrap_or(body);
                    }
                }
                letter = char::from_u32(u32::from(letter) + 1).unwrap_or(letter);
            }
            if !self.pay(body.len()) {
                break;
            }
            self.line(&body);
        }
    }

    /// The values of one round each; `/f` may give several variables.
    fn values(&mut self, header: &Header<'_>, set: &str) -> Vec<Vec<String>> {
        match header.kind {
            'l' => {
                let numbers: Vec<i64> = set
                    .split([',', ' ', ';'])
                    .filter(|word| !word.trim().is_empty())
                    .map(|word| self.number(word))
                    .collect();
                let [start, step, end] = numbers.as_slice() else { return Vec::new() };
                let mut out = Vec::new();
                let mut at = *start;
                while *step != 0
                    && out.len() < ROUNDS_MAX
                    && (if *step > 0 { at <= *end } else { at >= *end })
                {
                    out.push(vec![at.to_string()]);
                    at = at.saturating_add(*step);
                }
                out
            }
            'f' => self.lines_of(set).iter().filter_map(|line| header.fields(line)).collect(),
            _ => {
                let list = set.replace([',', ';', '='], " ");
                list.split_whitespace().take(ROUNDS_MAX).map(|word| vec![word.to_owned()]).collect()
            }
        }
    }

    /// What `set prefix` prints.
    fn listed(&self, prefix: &str) -> Vec<String> {
        let lower = prefix.to_ascii_lowercase();
        let own = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let known =
            environment().filter(|(name, _)| !self.variables.contains_key(&name.to_ascii_lowercase()));
        let mut found: Vec<String> = own
            .chain(known)
            .filter(|(name, _)| name.to_ascii_lowercase().starts_with(&lower))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        found.sort();
        found
    }

    /// What `for /f` goes through: a text, or what a command would put out.
    fn lines_of(&mut self, set: &str) -> Vec<String> {
        let set = set.trim();
        if let Some(text) = set.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            return vec![text.to_owned()];
        }
        let Some(command) =
            set.trim_matches(['\'', '`']).split('|').next().filter(|c| *c != set || set.starts_with('\''))
        else {
            return Vec::new();
        };
        let word = first_word(command);
        let rest = behind_word(command, &word).trim();
        let filter = set.trim_matches(['\'', '`']).split_once('|').map(|(_, filter)| filter.trim());
        let kept = |lines: Vec<String>| match filter {
            Some(filter) => lines.into_iter().filter(|line| passes(line, filter)).collect(),
            None => lines,
        };
        match word.as_str() {
            "echo" => kept(vec![rest.to_owned()]),
            "set" => {
                let lines = self.listed(rest);
                self.pay(lines.iter().map(String::len).sum());
                kept(lines)
            }
            "assoc" | "ftype" => {
                let known =
                    [(".cmd", "cmdfile"), (".bat", "batfile"), (".exe", "exefile"), (".vbs", "VBSFile")];
                known
                    .iter()
                    .filter(|(ext, _)| rest.starts_with(ext))
                    .map(|(ext, kind)| format!("{ext}={kind}"))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Whether `findstr` or `find` lets a line through.
fn passes(line: &str, filter: &str) -> bool {
    let words = words(filter);
    let name = words.first().map(|word| program_name(word)).unwrap_or_default();
    let ignore_case = words.iter().any(|word| word.eq_ignore_ascii_case("/i"));
    let Some(find) = words.iter().skip(1).find(|word| !word.starts_with('/')) else { return true };
    match name.as_str() {
        "findstr" | "find" if ignore_case => line.to_ascii_lowercase().contains(&find.to_ascii_lowercase()),
        "findstr" | "find" => line.contains(find.trim_matches('^')),
        _ => true,
    }
}

fn calculated(op: char, left: i64, right: i64) -> Option<i64> {
    match op {
        '+' => Some(left.wrapping_add(right)),
        '-' => Some(left.wrapping_sub(right)),
        '*' => Some(left.wrapping_mul(right)),
        '/' => left.checked_div(right),
        '%' => left.checked_rem(right),
        '^' => Some(left ^ right),
        '|' => Some(left | right),
        '&' => Some(left & right),
        _ => None,
    }
}

/// What stands behind the first word.
fn behind_word<'t>(text: &'t str, word: &str) -> &'t str {
    let head = text.trim_start_matches([' ', '\t', '@', ',', ';', '=', '(', '"']);
    head.get(word.len()..).unwrap_or_default()
}

/// The first word as it stands, a quoted one with its spaces.
fn first_token(text: &str) -> String {
    words(text.get(..text.floor_char_boundary(512)).unwrap_or_default())
        .into_iter()
        .next()
        .unwrap_or_default()
}

/// One word, in quotes or not, and what is behind it.
fn token(text: &str) -> (&str, &str) {
    if let Some((word, rest)) = text.strip_prefix('"').and_then(|inner| inner.split_once('"')) {
        return (word, rest);
    }
    let end = text.find(|c: char| c.is_whitespace() || c == '(').unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// `command else command`, `(block) else (block)`.
fn otherwise(body: &str) -> (&str, &str) {
    let lower = body.to_ascii_lowercase();
    let at = lower.match_indices("else").map(|(at, _)| at).find(|at| {
        let before = at.checked_sub(1).and_then(|at| lower.as_bytes().get(at));
        let after = lower.as_bytes().get(at + 4);
        before.is_some_and(|b| b" )".contains(b)) && after.is_none_or(|b| b" (".contains(b))
    });
    match at {
        Some(at) => (body.get(..at).unwrap_or_default(), body.get(at + 4..).unwrap_or_default()),
        None => (body, ""),
    }
}

/// The head of a loop.
struct Header<'t> {
    /// `l`, `f`, or a blank for a plain list.
    kind: char,
    tokens: Vec<usize>,
    rest_token: bool,
    delims: String,
    letter: char,
    set: &'t str,
    body: &'t str,
}

impl<'t> Header<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let mut rest = behind_word(text, "for").trim_start_matches([' ', '\t', ',', ';', '=']);
        let mut kind = ' ';
        let (mut tokens, mut rest_token, mut delims) = (vec![1], false, " \t".to_owned());
        while let Some(switch) = rest.strip_prefix('/') {
            kind = switch.chars().next()?.to_ascii_lowercase();
            rest = switch.get(kind.len_utf8()..)?.trim_start();
            if kind == 'f' && rest.starts_with('"') {
                let (options, behind) = token(rest);
                (tokens, rest_token) = token_numbers(options);
                if let Some(at) = options.to_ascii_lowercase().find("delims=") {
                    let set = options.get(at + 7..).unwrap_or_default();
                    delims = set.split(" tokens=").next().unwrap_or_default().to_owned();
                }
                rest = behind.trim_start();
            } else if matches!(kind, 'r' | 'd') && !rest.starts_with('%') {
                rest = token(rest).1.trim_start();
            }
        }
        let letter = rest.trim_start_matches('%').chars().next()?;
        let open = rest.find('(')?;
        let (set, behind) = closing(rest.get(open + 1..)?)?;
        let behind = behind.trim_start();
        let word = behind.get(..2).filter(|word| word.eq_ignore_ascii_case("do"))?;
        Some(Self {
            kind,
            tokens,
            rest_token,
            delims,
            letter,
            set,
            body: behind.get(word.len()..)?.trim_start(),
        })
    }

    /// The fields of a line that become variables.
    fn fields(&self, line: &str) -> Option<Vec<String>> {
        if self.delims.is_empty() {
            return Some(vec![line.to_owned()]);
        }
        let pieces: Vec<&str> =
            line.split(|c| self.delims.contains(c)).filter(|piece| !piece.is_empty()).collect();
        let mut out: Vec<String> = self
            .tokens
            .iter()
            .map(|at| pieces.get(at.saturating_sub(1)).copied().unwrap_or_default().to_owned())
            .collect();
        if self.rest_token {
            let from = self.tokens.last().copied().unwrap_or(0);
            out.push(pieces.get(from..).unwrap_or_default().join(" "));
        }
        (!pieces.is_empty()).then_some(out)
    }
}

/// `tokens=1,3-4*`.
fn token_numbers(options: &str) -> (Vec<usize>, bool) {
    let lower = options.to_ascii_lowercase();
    let Some(at) = lower.find("tokens=") else { return (vec![1], false) };
    let list = lower.get(at + 7..).unwrap_or_default().split(' ').next().unwrap_or_default();
    let mut out = Vec::new();
    for part in list.trim_end_matches('*').split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(from), Ok(to)) = (from.parse::<usize>(), to.parse::<usize>()) {
            out.extend((from..=to.min(from.saturating_add(31))).take(31));
        }
    }
    (out, list.ends_with('*'))
}

/// Up to the parenthesis that closes, and what is behind it.
fn closing(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0u32;
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}
