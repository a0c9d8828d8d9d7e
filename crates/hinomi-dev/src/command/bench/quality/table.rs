//! Markdown tables.

/// A table; a cell with a bar in it stays one cell.
pub(super) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut out = line(head.iter().map(|cell| (*cell).to_owned()));
    out.push_str(&line(head.iter().map(|_| "---".to_owned())));
    out.extend(rows.into_iter().map(line));
    out
}

fn line(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}
