//! A password archive whose password travels the same way.

use crate::case::{fail, proof};
use crate::{Case, Check, Context};
use hinomi_model::fact::PasswordOrigin;
use hinomi_model::{Fact, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "mail.password-beside-archive",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let sealed = case.facts(Fact::as_archive).find(|(_, archive)| archive.mailed && archive.encrypted > 0);
    let Some((seen, archive)) = sealed else { return Verdict::Pass };
    let Some(trail) = &archive.password else {
        return Verdict::Undetermined(Text::new("not_opened").with("file", &archive.name));
    };
    let key = match trail.origin {
        PasswordOrigin::SameMail => "same_mail",
        PasswordOrigin::NeighbourMail => "neighbour_mail",
        PasswordOrigin::Configured => "usual_password",
    };
    let text = Text::new(key).with("file", &archive.name).with("cipher", &archive.encryption);
    let mut finding =
        cx.finding(case, text, proof(seen, &archive.name)).keyed("archive", case.subject.as_str());
    if let Some(mail) = &trail.mail {
        let mut other = proof(seen, "");
        other.sha256 = mail.clone();
        other.source = mail.as_str().to_owned();
        other.locator = Default::default();
        finding = finding.proved_by(other);
    }
    finding.story.push(Step {
        kind: "archive".to_owned(),
        text: archive.name.clone(),
        place: seen.locator.part.clone().unwrap_or_default(),
    });
    finding.at = seen.at;
    fail(finding)
}
