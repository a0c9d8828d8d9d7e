//! Names: variables of modules, words of the language that stand for values, and names of the program around.

use crate::script::vba::read::{Sort, Variable};
use crate::script::vba::run::Object;
use crate::script::vba::value::Value;
use std::collections::{HashMap, HashSet};

/// Variables and constants of modules; static variables of procedures live with them.
#[derive(Default)]
pub(in crate::script::vba) struct Names {
    own: HashMap<(usize, String), usize>,
    public: HashMap<String, usize>,
    /// Names of enumerations, in lower case.
    enumerations: HashSet<String>,
    /// Modules whose arrays count from 1.
    from_one: HashSet<usize>,
    /// What each turns into.
    pub(in crate::script::vba) sorts: Vec<Sort>,
}

/// Variables of modules that are kept apart.
const GLOBALS_MAX: usize = 20_000;

impl Names {
    /// A new variable of a module; the same name again is the same variable.
    pub(in crate::script::vba) fn declare(
        &mut self,
        module: usize,
        name: &str,
        sort: Sort,
        public: bool,
    ) -> usize {
        if let Some(known) = self.own.get(&(module, name.to_owned())) {
            return *known;
        }
        let index = self.nameless(sort);
        self.own.insert((module, name.to_owned()), index);
        if public {
            self.public.entry(name.to_owned()).or_insert(index);
        }
        index
    }

    pub(in crate::script::vba) fn enumerate(&mut self, name: &str) {
        self.enumerations.insert(name.to_ascii_lowercase());
    }

    /// Whether members of an enumeration may stand behind this name and a dot.
    pub(in crate::script::vba) fn is_enumeration(&self, lower: &str) -> bool {
        self.enumerations.contains(lower)
    }

    /// `Option Base 1`
    pub(in crate::script::vba) fn count_from_one(&mut self, module: usize) {
        self.from_one.insert(module);
    }

    pub(in crate::script::vba) fn counts_from_one(&self, module: usize) -> bool {
        self.from_one.contains(&module)
    }

    /// A variable that only one procedure knows.
    pub(in crate::script::vba) fn nameless(&mut self, sort: Sort) -> usize {
        if self.sorts.len() >= GLOBALS_MAX {
            return GLOBALS_MAX - 1;
        }
        self.sorts.push(sort);
        self.sorts.len() - 1
    }

    /// The variable a bare name in `module` means.
    pub(in crate::script::vba) fn find(&self, module: usize, name: &str) -> Option<Variable> {
        let own = self.own.get(&(module, name.to_owned()));
        own.or_else(|| self.public.get(name)).copied().map(Variable::Global)
    }

    /// The variable of exactly this module.
    pub(in crate::script::vba) fn of_module(&self, module: usize, name: &str) -> Option<usize> {
        self.own.get(&(module, name.to_owned())).copied()
    }
}

/// What a variable of a sort holds before anything is assigned.
pub(in crate::script::vba) fn initial(sort: Sort) -> Value {
    match sort {
        Sort::Text => Value::text(""),
        Sort::Whole | Sort::Float => Value::Num(0.0),
        Sort::Bool => Value::Bool(false),
        Sort::Variant | Sort::Bytes => Value::Empty,
    }
}

/// The sort a type name means.
pub(in crate::script::vba) fn sort_of(name: &str, array: bool) -> Sort {
    match name.to_ascii_lowercase().as_str() {
        "byte" if array => Sort::Bytes,
        _ if array => Sort::Variant,
        "string" => Sort::Text,
        "byte" | "integer" | "long" | "longptr" | "longlong" => Sort::Whole,
        "single" | "double" | "currency" => Sort::Float,
        "boolean" => Sort::Bool,
        _ => Sort::Variant,
    }
}

/// Constants of the language and of the Office libraries that strings are made with.
pub(in crate::script::vba) fn constant(name: &str) -> Option<Value> {
    if let Some((_, text)) = TEXTS.iter().find(|(known, _)| *known == name) {
        return Some(Value::text(*text));
    }
    Some(match name {
        "true" | "vba7" | "vba6" | "win32" | "win64" => Value::Bool(true),
        "false" | "mac" | "win16" => Value::Bool(false),
        "empty" => Value::Empty,
        "null" => Value::Null,
        "nothing" => Value::Object(Object::Nothing),
        _ => Value::Num(NUMBERS.iter().find(|(known, _)| *known == name)?.1),
    })
}

const TEXTS: &[(&str, &str)] = &[
    ("vbcrlf", "\r\n"),
    ("vbnewline", "\r\n"),
    ("vbcr", "\r"),
    ("vblf", "\n"),
    ("vbtab", "\t"),
    ("vbnullstring", ""),
    ("vbnullchar", "\0"),
    ("vbback", "\u{8}"),
    ("vbformfeed", "\u{c}"),
    ("vbverticaltab", "\u{b}"),
];

/// MS-VBAL 6.1.1 and the enumerations WdBuiltInProperty and MsoFileDialogType of the Office references.
const NUMBERS: &[(&str, f64)] = &[
    ("vbtrue", -1.0),
    ("vbfalse", 0.0),
    ("vbhide", 0.0),
    ("vbnormalfocus", 1.0),
    ("vbminimizedfocus", 2.0),
    ("vbmaximizedfocus", 3.0),
    ("vbnormalnofocus", 4.0),
    ("vbminimizednofocus", 6.0),
    ("vbbinarycompare", 0.0),
    ("vbtextcompare", 1.0),
    ("binarycompare", 0.0),
    ("textcompare", 1.0),
    ("vbuppercase", 1.0),
    ("vblowercase", 2.0),
    ("vbpropercase", 3.0),
    ("vbwide", 4.0),
    ("vbnarrow", 8.0),
    ("vbkatakana", 16.0),
    ("vbhiragana", 32.0),
    ("vbunicode", 64.0),
    ("vbfromunicode", 128.0),
    ("vbmethod", 1.0),
    ("vbget", 2.0),
    ("vblet", 4.0),
    ("vbset", 8.0),
    ("vbnormal", 0.0),
    ("vbhidden", 2.0),
    ("vbdirectory", 16.0),
    ("vbobjecterror", -2_147_221_504.0),
    ("forreading", 1.0),
    ("forwriting", 2.0),
    ("forappending", 8.0),
    ("adtypebinary", 1.0),
    ("adtypetext", 2.0),
    ("adsavecreateoverwrite", 2.0),
    ("wdpropertytitle", 1.0),
    ("wdpropertysubject", 2.0),
    ("wdpropertyauthor", 3.0),
    ("wdpropertykeywords", 4.0),
    ("wdpropertycomments", 5.0),
    ("wdpropertytemplate", 6.0),
    ("wdpropertylastauthor", 7.0),
    ("wdpropertycategory", 18.0),
    ("wdpropertymanager", 20.0),
    ("wdpropertycompany", 21.0),
];

/// Built-in properties by number (WdBuiltInProperty).
pub(in crate::script::vba) const BUILT_IN_PROPERTIES: &[(i64, &str)] = &[
    (1, "title"),
    (2, "subject"),
    (3, "author"),
    (4, "keywords"),
    (5, "comments"),
    (6, "template"),
    (7, "last author"),
    (18, "category"),
    (20, "manager"),
    (21, "company"),
];

/// Libraries whose functions are those of the language.
pub(in crate::script::vba) fn is_namespace(name: &str) -> bool {
    matches!(name, "vba" | "strings" | "interaction" | "conversion" | "filesystem" | "information" | "math")
}

/// Names the program around gives an object or a value for, in lower case and sorted.
const HOSTS: &[&str] = &[
    "activecell",
    "activedocument",
    "activepresentation",
    "activesheet",
    "activewindow",
    "activeworkbook",
    "application",
    "cells",
    "charts",
    "columns",
    "controls",
    "debug",
    "documents",
    "err",
    "evaluate",
    "excel",
    "forms",
    "global",
    "names",
    "normaltemplate",
    "range",
    "rows",
    "selection",
    "sheets",
    "system",
    "thisdocument",
    "thisworkbook",
    "usedrange",
    "userforms",
    "windows",
    "word",
    "wordbasic",
    "workbooks",
    "worksheets",
];

pub(in crate::script::vba) fn is_host(name: &str) -> bool {
    HOSTS.binary_search(&name).is_ok()
}
