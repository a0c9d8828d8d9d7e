//! The language of formulas: operators, functions, references.

use super::*;

#[test]
fn formulas_give_what_excel_gives() {
    for (formula, expected) in [
        ("1+2*3", "7"),
        ("(1+2)*3", "9"),
        ("2^3^2", "64"),
        ("-2^2", "4"),
        ("10%", "0.1"),
        ("7/2", "3.5"),
        ("1/3", "0.333333333333333"),
        ("1=1", "TRUE"),
        ("\"a\"=\"A\"", "TRUE"),
        ("\"a\"\"b\"&1&TRUE", "a\"b1TRUE"),
        ("\"3\"+4", "7"),
        ("CHAR(65)&CHAR(98)", "Ab"),
        ("CHAR(128)", "€"),
        ("CODE(\"A\")", "65"),
        ("UNICHAR(12354)", "あ"),
        ("CONCATENATE(\"a\",1,B1)", "a15"),
        ("MID(\"abcdef\",2,3)", "bcd"),
        ("LEFT(\"abc\")&RIGHT(\"abc\",2)", "abc"),
        ("SUBSTITUTE(\"a-b-c\",\"-\",\"+\")", "a+b+c"),
        ("SUBSTITUTE(\"a-b-c\",\"-\",\"+\",2)", "a-b+c"),
        ("REPLACE(\"abcdef\",2,3,\"X\")", "aXef"),
        ("REPT(\"ab\",3)", "ababab"),
        ("LEN(\"abc\")", "3"),
        ("LOWER(\"AbC\")&UPPER(\"x\")&PROPER(\"an apple\")", "abcXAn Apple"),
        ("TRIM(\"  a   b \")", "a b"),
        ("FIND(\"c\",\"abcabc\",4)", "6"),
        ("SEARCH(\"C\",\"abc\")", "3"),
        ("TEXT(7,\"000\")", "007"),
        ("TEXT(1.5,\"0.00\")", "1.50"),
        ("T(B1)&T(B3)", "abc"),
        ("N(B1)+N(B3)", "5"),
        ("VALUE(\" 12 \")", "12"),
        ("IF(B1>4,\"big\",\"small\")", "big"),
        ("IF(FALSE,1)", "FALSE"),
        ("IFERROR(1/0,\"none\")", "none"),
        ("CHOOSE(2,\"a\",\"b\")", "b"),
        ("SUM(B1:B2,1)", "13"),
        ("PRODUCT(B1:B2)&MAX(B1:B2)&MIN(B1,2)", "3572"),
        ("AVERAGE(B1:B2)", "6"),
        ("COUNTA(B1:B9)&COUNT(B1:B9)", "42"),
        ("MOD(-1,3)", "2"),
        ("INT(-1.5)&TRUNC(-1.5)&ROUND(2.5,0)", "-2-13"),
        ("BITXOR(5,3)", "6"),
        ("AND(TRUE,B1=5)", "TRUE"),
        ("OR(FALSE,B1=6)", "FALSE"),
        ("NOT(0)", "TRUE"),
    ] {
        check_value(formula, expected);
    }
}

#[test]
fn references_lead_where_excel_leads() {
    for (formula, expected) in [
        ("INDEX(B1:B4,2)", "7"),
        ("INDEX({1,2;3,4},2,1)", "3"),
        ("OFFSET(B1,1,0)", "7"),
        ("INDIRECT(\"B\"&2)", "7"),
        ("INDIRECT(\"R2C2\",FALSE)", "7"),
        ("INDIRECT(\"Macro1!B3\")", "abc"),
        ("INDIRECT(ADDRESS(2,2))", "7"),
        ("ADDRESS(2,28,4)", "AB2"),
        ("ADDRESS(1,2,1,FALSE,\"My sheet\")", "'My sheet'!R1C2"),
        ("ROW(B7)&COLUMN(C1)", "73"),
        ("ROWS(B1:B4)&COLUMNS(B1:C1)", "42"),
        ("MATCH(\"ABC\",B1:B4,0)", "3"),
        ("VLOOKUP(5,B1:C4,2)", "x"),
        ("R2C2", "7"),
        ("R[1]C[1]", "7"),
        ("Macro1!$B$1", "5"),
        ("'Macro1'!B1", "5"),
        ("ISERROR(B99/0)&ISNUMBER(B1)&ISBLANK(B99)", "TRUETRUETRUE"),
        ("GET.CELL(5,B1)", "5"),
        ("GET.CELL(6,A2)", "=HALT()"),
        ("EVALUATE(\"1+1\")", "2"),
        ("DEC2HEX(255)&HEX2DEC(\"ff\")", "FF255"),
        ("_xlfn.TEXTJOIN(\"-\",TRUE,\"a\",\"\",\"b\")", "a--b"),
        ("1e3", "1000"),
        ("\"x\" & \r \"y\"", "xy"),
        ("NOW()&\"!\"", "…!"),
        ("LOG10(100)", "2"),
    ] {
        check_value(formula, expected);
    }
}

#[test]
fn what_is_no_formula_is_told() {
    let parsed = survey(&book("[Macro1]\nA1: =EXEC(\"a\nname Auto_Open =Macro1!$A$1"), &Limits::desk());
    let details: Vec<&str> = parsed.problems.iter().map(|problem| problem.detail.as_str()).collect();
    assert_eq!(details, ["a formula of the macro could not be read"]);
}
