//! Names of functions and commands by their numbers in binary formulas.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A function of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// How many arguments a call without a count has; `None` when calls always say it.
    pub(super) arguments: Option<u8>,
}

/// The function of a number (MS-XLS 2.5.198.17, MS-XLSB 2.5.97.10).
pub(super) fn function(number: u16) -> Option<Function> {
    FUNCTIONS.get(usize::from(number)).copied().flatten()
}

/// The command of a number (MS-XLS 2.5.198.4).
pub(super) fn command(number: u16) -> Option<&'static str> {
    COMMANDS.get(usize::from(number)).copied().flatten().map(|function| function.name)
}

/// Whether a name, in upper case, is that of a command of macro sheets: one that does something.
pub(crate) fn is_macro_command(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> =
        LazyLock::new(|| COMMANDS.iter().flatten().map(|command| command.name).collect());
    NAMES.contains(name)
}

/// Whether a name, in upper case, is that of a function with a number.
pub(crate) fn is_function(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> =
        LazyLock::new(|| FUNCTIONS.iter().flatten().map(|function| function.name).collect());
    NAMES.contains(name)
}

static FUNCTIONS: LazyLock<Vec<Option<Function>>> = LazyLock::new(|| table(include_str!("functions.txt")));
static COMMANDS: LazyLock<Vec<Option<Function>>> = LazyLock::new(|| table(include_str!("commands.txt")));

fn table(text: &'static str) -> Vec<Option<Function>> {
    let mut table = Vec::new();
    for row in text.lines().filter(|row| !row.starts_with('#')) {
        let (first, words) = row.split_once(' ').unwrap_or_default();
        table.resize(first.parse().unwrap_or(table.len()), None);
        table.extend(words.split(' ').map(|word| {
            let (name, arguments) = word.split_once(':').unwrap_or((word, "*"));
            Some(Function { name, arguments: arguments.parse().ok() })
        }));
    }
    table
}
