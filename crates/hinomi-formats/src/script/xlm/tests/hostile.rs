//! Macros made to keep their reader busy: each ends, and says at which limit.

use super::*;

/// The names of the limits a workbook meets.
#[track_caller]
fn check_limits(lines: &str, expected: &[&str]) {
    let parsed = survey(&book(lines), &Limits::desk());
    let mut names: Vec<String> = parsed
        .problems
        .iter()
        .filter_map(|problem| problem.limit.as_ref())
        .map(|limit| limit.name.clone())
        .collect();
    names.sort();
    names.dedup();
    assert_eq!(names, expected, "{:?}", parsed.problems);
}

#[test]
fn loops_without_end() {
    for body in [
        "A1: =GOTO(A1)",
        "A1: =WHILE(TRUE)\nA2: =NEXT()",
        "A1: =FOR(\"i\",1,1E+300)\nA2: =NEXT()",
        "A1: =FORMULA(\"=GOTO(R1C1)\",A2)",
        "A1: =SET.VALUE(B1:XFD1048576,\"x\")",
        "A1: =FORMULA.FILL(\"=1\",A1:XFD1048576)",
        "A1: =FOR.CELL(\"c\",A1:XFD1048576)\nA2: =NEXT()",
        "A1: =SET.NAME(\"a\",REPT(\"ab\",1000000))\nA2: =SET.NAME(\"b\",SUBSTITUTE(a,\"a\",\"b\"))\nA3: =GOTO(A2)",
        "A1: =ON.TIME(1,\"R1C1\")\nA2: =GOTO(A1)",
    ] {
        check_limits(&format!("[Macro1]\n{body}\nname Auto_Open =Macro1!$A$1"), &["steps_max"]);
    }
}

#[test]
fn texts_that_double() {
    let body = "A1: =SET.NAME(\"a\",\"xxxxxxxx\")\nA2: =SET.NAME(\"a\",a&a)\nA3: =GOTO(A2)";
    check_limits(&format!("[Macro1]\n{body}\nname Auto_Open =Macro1!$A$1"), &["steps_max", "text_bytes_max"]);
}

#[test]
fn macros_that_call_themselves() {
    let body = "A1: =1+(2+(3+A1()))\nA2: =RETURN()";
    check_limits(&format!("[Macro1]\n{body}\nname Auto_Open =Macro1!$A$1"), &["nesting_max"]);
}

#[test]
fn cells_that_mean_each_other() {
    let body = "A1: =EXEC(B1)\nA2: =HALT()\nB1: =B2&1\nB2: =B1&2";
    check_limits(&format!("[Macro1]\n{body}\nname Auto_Open =Macro1!$A$1"), &["nesting_max"]);
}

#[test]
fn formulas_nested_too_deep() {
    for (open, close) in [("(", ")"), ("CHAR(", ")"), ("{", "}")] {
        let formula = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let parsed =
            survey(&book(&format!("[Macro1]\nA1: ={formula}\nname Auto_Open =Macro1!$A$1")), &Limits::desk());
        assert_eq!(parsed.problems.len(), 1, "{open}");
    }
}

#[test]
fn long_chains_are_no_nesting() {
    let formula = vec!["\"m\""; 5_000].join("&");
    let sum = vec!["1"; 5_000].join("+");
    let lines = format!(
        "[Macro1]\nA1: =ALERT({formula})\nA2: =ALERT({sum})\nA3: =HALT()\nname Auto_Open =Macro1!$A$1"
    );
    let parsed = survey(&book(&lines), &Limits::desk());
    assert_eq!(parsed.problems, []);
    assert_eq!(parsed.value.calls[1].argument, "5000");
}

#[test]
fn undecided_conditions_do_not_multiply() {
    let mut lines = String::from("[Macro1]\n");
    for row in 1..=200 {
        writeln!(lines, "A{row}: =IF(RAND()>0.5,EXEC(\"cmd /c {row}\"),)").unwrap();
    }
    lines.push_str("A201: =HALT()\nname Auto_Open =Macro1!$A$1");
    let parsed = survey(&book(&lines), &Limits::desk());
    assert_eq!(parsed.problems, []);
    assert_eq!(parsed.value.calls.len(), 200);
}

#[test]
fn many_entry_points_share_the_fuel() {
    let mut lines = String::from("[Macro1]\nA1: =GOTO(A1)\nB1: =EXEC(\"cmd /c late\")\nB2: =HALT()\n");
    for number in 0..300 {
        writeln!(lines, "name Auto_Open{number} =Macro1!$A$1").unwrap();
    }
    check_limits(&lines, &["steps_max"]);
}

#[test]
fn arguments_that_would_be_put_together_to_more_than_memory() {
    let many = "a,".repeat(20_000);
    let lines = format!(
        "[Macro1]\nA1: =SET.NAME(\"a\",REPT(\"x\",4000000))\nA2: =EXEC({many}a)\nA3: =CALL(\"Kernel32\",\"WinExec\",\"JCJ\",{many}a)\nA4: =HALT()\nname Auto_Open =Macro1!$A$1"
    );
    let parsed = survey(&book(&lines), &Limits::desk());
    let longest = parsed.value.commands.iter().map(|command| command.text.len()).max().unwrap_or_default();
    assert!(longest <= Limits::desk().text_bytes_max, "{longest}");
}

#[test]
fn a_million_percent_signs() {
    let formula = format!("=EXEC(1{})", "%".repeat(1_000_000));
    let parsed =
        survey(&book(&format!("[Macro1]\nA1: {formula}\nname Auto_Open =Macro1!$A$1")), &Limits::desk());
    assert_eq!(parsed.value.calls[0].argument, "0");
}

#[test]
fn more_calls_than_anybody_reads() {
    let mut lines = String::from("[Macro1]\n");
    for row in 1..=10_500 {
        writeln!(lines, "A{row}: =ALERT({row})").unwrap();
    }
    lines.push_str("A10501: =HALT()\nname Auto_Open =Macro1!$A$1");
    let parsed = survey(&book(&lines), &Limits::desk());
    assert_eq!(parsed.value.calls.len(), 10_000);
    assert!(parsed.problems.iter().any(|problem| problem.detail.contains("calls")));
}

#[test]
fn more_commands_than_are_read() {
    let mut lines = String::from("[Macro1]\nA1: =HALT()\n");
    for row in 1..=400 {
        writeln!(lines, "B{row}: cmd /c echo {row}").unwrap();
    }
    lines.push_str("name Auto_Open =Macro1!$A$1");
    check_limits(&lines, &["commands_max"]);
}
