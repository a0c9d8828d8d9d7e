//! Honest macros, as offices in Japan really keep them; some of them look bad at first glance.

use super::honest_more::MORE;
use super::{Chance, Container, Forged, Module, Page, Place, Project, Truth};
use crate::forge::document::Extras;
use crate::forge::ovba::{Control, ControlKind, Form, Kind};
use anyhow::Result;

/// A kind of honest document. `{item}` and `{number}` in it are drawn anew for each document.
#[derive(Debug)]
pub struct Template {
    /// Its name in truth files.
    pub name: &'static str,
    pub(super) containers: [Container; 2],
    pub(super) document: &'static str,
    pub(super) module: &'static str,
    pub(super) page: &'static str,
    /// Controls of its form, `name=caption`; those called `txt…` are boxes.
    pub(super) controls: &'static [&'static str],
}

pub(super) const EXCEL: [Container; 2] = [Container::Xls, Container::Xlsm];
pub(super) const WORD: [Container; 2] = [Container::Doc, Container::Docm];

/// All kinds.
pub const HONEST: [Template; 9] = [
    Template {
        name: "sales-buttons",
        containers: EXCEL,
        document: "",
        module: include_str!("honest/sales_buttons.bas"),
        page: "得意先\t品名\t数量\t金額\n山川精機\t{item}\t{number}\t0\nみどり印刷\t用紙\t20\t0",
        controls: &[],
    },
    Template {
        name: "formatting",
        containers: EXCEL,
        document: "",
        module: include_str!("honest/formatting.bas"),
        page: "日付\t{item}\t備考\n2020/07/20\t{number}\t",
        controls: &[],
    },
    Template {
        name: "view-on-open",
        containers: EXCEL,
        document: include_str!("honest/view_on_open.cls"),
        module: "",
        page: "在庫表\t{item}\t{number}",
        controls: &[],
    },
    Template {
        name: "csv-export",
        containers: EXCEL,
        document: "",
        module: include_str!("honest/csv_export.bas"),
        page: "コード\t品名\t単価\nA-{number}\t{item}\t1200",
        controls: &[],
    },
    Template {
        name: "opens-folder",
        containers: EXCEL,
        document: "",
        module: include_str!("honest/opens_folder.bas"),
        page: "フォルダーを開くボタンの表\t{item}",
        controls: &[],
    },
    Template {
        name: "tax-functions",
        containers: EXCEL,
        document: "",
        module: include_str!("honest/tax_functions.bas"),
        page: "税抜\t税込\n{number}\t",
        controls: &[],
    },
    Template {
        name: "fields-on-open",
        containers: WORD,
        document: include_str!("honest/fields_on_open.cls"),
        module: "",
        page: "御見積書\n{item}\n第 {number} 号",
        controls: &[],
    },
    Template {
        name: "letter-date",
        containers: WORD,
        document: "",
        module: include_str!("honest/letter_date.bas"),
        page: "拝啓 貴社ますますご清栄のこととお慶び申し上げます。\n{item}の件につき下記の通りご案内いたします。\n敬具",
        controls: &[],
    },
    Template {
        name: "mail-merge",
        containers: WORD,
        document: "",
        module: include_str!("honest/mail_merge.bas"),
        page: "ご案内状の雛形\n{item}\n{number}",
        controls: &[],
    },
];

/// Every kind there is, [`HONEST`] first.
pub fn templates() -> impl Iterator<Item = &'static Template> {
    static EVERY: [&[Template]; 2] = [&HONEST, &MORE];
    EVERY.into_iter().flatten()
}

/// A document of that kind, without compiled code.
pub fn honest(template: &Template, chance: &mut Chance) -> Result<Forged> {
    honest_compiled(template, false, chance)
}

/// A document of that kind; `compiled`: with the compiled code of its source, as the hosts save it.
pub fn honest_compiled(template: &Template, compiled: bool, chance: &mut Chance) -> Result<Forged> {
    const ITEMS: [&str; 6] = ["ベアリング", "六角ボルト", "コピー用紙", "トナー", "作業手袋", "梱包材"];
    let container = *chance.pick(&template.containers);
    let item = *chance.pick(&ITEMS);
    let number = chance.between(10, 9_999).to_string();
    let fill = |text: &str| text.replace("{item}", item).replace("{number}", &number);

    let mut modules = super::document_modules(container, &fill(template.document));
    if !template.module.is_empty() {
        let name = *chance.pick(&["Module1", "標準モジュール1", "Macro"]);
        modules.push(Module::new(name, Kind::Standard, &fill(template.module)));
    }
    if !template.controls.is_empty() {
        modules.push(form(template));
    }
    if compiled {
        modules.iter_mut().for_each(|module| module.compiled = Some(module.code.clone()));
    }
    let name = if container.is_word() { "Project" } else { "VBAProject" };
    let project = Project { name: name.to_owned(), code_page: 932, modules };
    let page = Page { lines: fill(template.page).lines().map(str::to_owned).collect() };
    let bytes = super::pack(container, &page, &Extras::default(), &project, chance)?;
    let entry_point =
        ["Workbook_Open", "Document_Open"].into_iter().find(|name| template.document.contains(name));
    let truth = Truth {
        verdict: "benign",
        shape: template.name.to_owned(),
        style: None,
        place: Place::Source,
        stomped: false,
        starts_by: None,
        container,
        code_page: 932,
        shows: page.first_text(),
        modules: project.modules,
        entry_point: entry_point.map(str::to_owned),
        command: None,
        script: None,
        urls: Vec::new(),
        checks: Vec::new(),
    };
    Ok(Forged { bytes, truth })
}

/// The form that a template shows; its name stands in the template's code.
fn form(template: &Template) -> Module {
    let name =
        template.module.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| word.starts_with("frm"));
    let controls = template.controls.iter().map(|control| {
        let (name, text) = control.split_once('=').unwrap_or((control, ""));
        let kind = match name.get(..3) {
            Some("txt") => ControlKind::TextBox,
            Some("btn") => ControlKind::CommandButton,
            _ => ControlKind::Label,
        };
        // The texts of forms are written in one byte a character.
        let text: String = text.chars().filter(char::is_ascii).collect();
        Control { name: name.to_owned(), kind, text, ..Control::default() }
    });
    let form = Form { caption: "Input".to_owned(), controls: controls.collect() };
    Module::form(name.unwrap_or("frmInput"), form, "Private Sub btnOk_Click()\n    Me.Hide\nEnd Sub\n")
}
