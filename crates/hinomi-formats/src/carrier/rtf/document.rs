//! An RTF text as a document: its objects are embedded files, its links URLs, its DDE fields commands.

use super::{LinkKind, Rtf};
use crate::office::{Application, Container, Document, Embedded};
use crate::script::{self, Survey};
use crate::{Limits, Problem, url};

/// Makes a document and a survey of what was read.
pub(crate) fn document(rtf: Rtf, limits: &Limits, problems: &mut Vec<Problem>) -> (Document, Vec<Survey>) {
    let mut survey = Survey::default();
    for link in &rtf.links {
        match link.kind {
            LinkKind::Dde => survey.commands.push(script::read_command(&link.target, limits).take(problems)),
            // A link that waits for a click is what documents are full of.
            LinkKind::Hyperlink => {}
            LinkKind::Template | LinkKind::Include => add_url(&mut survey, &link.target),
        }
    }
    let mut document =
        Document { container: Container::Rtf, application: Application::Word, ..Document::default() };
    for object in rtf.objects {
        if let Some(target) = &object.target {
            add_url(&mut survey, target);
        }
        if !object.bytes.is_empty() {
            let path = format!("object at {}", object.offset);
            let path = if object.class.is_empty() { path } else { format!("{path} ({})", object.class) };
            document.embedded.push(Embedded { path, name: object.name, bytes: object.bytes });
        }
    }
    let is_empty = survey == Survey::default();
    (document, if is_empty { Vec::new() } else { vec![survey] })
}

fn add_url(survey: &mut Survey, target: &str) {
    if let Some(url) = url::read(target)
        && !survey.urls.contains(&url)
    {
        survey.urls.push(url);
    }
}
