//! An RTF text as a document: its objects are embedded files, its links URLs, its DDE fields commands.

use super::{LinkKind, Rtf};
use crate::office::{self, Application, Container, Dde, Document, Embedded, TargetKind};
use crate::script::{self, Survey};
use crate::{Limits, Problem, url};

/// Makes a document and a survey of what was read.
pub(crate) fn document(rtf: Rtf, limits: &Limits, problems: &mut Vec<Problem>) -> (Document, Vec<Survey>) {
    let mut document =
        Document { container: Container::Rtf, application: Application::Word, ..Document::default() };
    let mut survey = Survey::default();
    for link in &rtf.links {
        let place = "fields";
        let fetched = match link.kind {
            // The field asks before it is brought up to date, and Word asks that on opening for either.
            LinkKind::Dde => {
                let command = link.target.clone();
                document.dde.push(Dde { command, place: place.to_owned(), automatic: true });
                continue;
            }
            // A link that waits for a click is what documents are full of.
            LinkKind::Hyperlink => continue,
            LinkKind::Template => office::target(TargetKind::Template, &link.target, "template"),
            LinkKind::Include => office::target(TargetKind::SubDocument, &link.target, place),
            LinkKind::Picture => office::target(TargetKind::Image, &link.target, place),
        };
        document.targets.extend(fetched);
        add_url(&mut survey, &link.target);
    }
    for object in rtf.objects {
        if let Some(target) = &object.target {
            let place = format!("object at {}", object.offset);
            document.targets.extend(office::target(TargetKind::Object, target, &place));
            add_url(&mut survey, target);
        }
        if !object.bytes.is_empty() {
            let path = format!("object at {}", object.offset);
            let path = if object.class.is_empty() { path } else { format!("{path} ({})", object.class) };
            document.embedded.push(Embedded { path, name: object.name, bytes: object.bytes });
        }
    }
    let commands = script::survey_dde(&document.dde, limits).take(problems);
    let surveys = [survey, commands].into_iter().filter(|survey| *survey != Survey::default()).collect();
    (document, surveys)
}

fn add_url(survey: &mut Survey, target: &str) {
    if let Some(url) = url::read(target)
        && !survey.urls.contains(&url)
    {
        survey.urls.push(url);
    }
}
