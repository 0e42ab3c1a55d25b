//! `GET /settings/invites`: who is invited, and the form that invites.

use askama::Template;
use axum::response::Response;

use crate::db;
use crate::db::invite::Listed;
use crate::domain::keeper::Role;
use crate::http::error::Error;
use crate::http::session::Owner;
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::text;
use crate::pages::visit::Visit;

/// An invite.
#[derive(Clone, Debug)]
pub struct InviteRow {
    /// Whom it is for.
    pub email: String,
    /// What became of it.
    pub text: String,
    /// The address whose POST takes it back; empty when there is nothing to take back.
    pub revoke: String,
}

/// The invite that the request before made: its link is shown here and never again.
#[derive(Clone, Debug)]
pub struct Made {
    /// Whom it is for.
    pub email: String,
    /// The link.
    pub link: String,
    /// A mail with a link of its own is on its way, unless somebody in the household has the address.
    pub mailed: bool,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "invite/list.html")]
pub struct InvitesPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The one just made.
    pub made: Option<Made>,
    /// The form's own id: sent twice it is one invite.
    pub form_id: String,
    /// Whom to invite.
    pub email: Field,
    /// What they will be.
    pub role: Field,
    /// The roles.
    pub roles: Vec<Choice>,
    /// Invites that can be used.
    pub open: Vec<InviteRow>,
    /// The others, the newest first.
    pub past: Vec<InviteRow>,
    /// This log sends mail.
    pub sends_mail: bool,
}

impl InvitesPage {
    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        [&self.email, &self.role].into_iter().filter_map(Field::problem).collect()
    }
}

/// The field of the address.
pub(super) fn email_field() -> Field {
    Field { kind: "email", complete: "off", max: 254, ..Field::text("email", "E-mail address") }
}

/// The field of the role.
pub(super) fn role_field() -> Field {
    Field::text("role", "What they may do").with(Role::Keeper.as_str())
}

/// The roles to choose from.
fn roles() -> Vec<Choice> {
    vec![
        Choice::new(Role::Keeper.as_str(), "Keeper").noting("sees and logs everything in every tank"),
        Choice::new(Role::Owner.as_str(), "Owner").noting("also invites people and runs this log"),
    ]
}

/// The page as it stands, with an empty form.
pub(super) async fn page(visit: &Visit) -> Result<InvitesPage, Error> {
    let now = visit.app.clock.now();
    let invites = db::invite::list(&mut *visit.app.connection().await?).await?;
    let (open, past): (Vec<_>, Vec<_>) = invites.iter().partition(|invite| is_open(invite, now));
    Ok(InvitesPage {
        shell: visit.shell("settings"),
        made: None,
        form_id: visit.app.clock.uuid().to_string(),
        email: email_field(),
        role: role_field(),
        roles: roles(),
        open: open.into_iter().map(|invite| row(visit, invite, true)).collect(),
        past: past.into_iter().map(|invite| row(visit, invite, false)).collect(),
        sends_mail: visit.app.settings.mail.is_some(),
    })
}

fn is_open(invite: &Listed, now: jiff::Timestamp) -> bool {
    invite.used_at.is_none() && invite.revoked_at.is_none() && invite.expires_at > now
}

fn row(visit: &Visit, invite: &Listed, open: bool) -> InviteRow {
    let (home, now) = (home(&visit.app), visit.app.clock.now());
    let when = |at| text::when(at, &home, now, visit.dates());
    let became = match (invite.used_at, invite.revoked_at) {
        (Some(at), _) => format!("registered {}", when(at)),
        (_, Some(at)) => format!("taken back {}", when(at)),
        _ if open => format!("works until {}", when(invite.expires_at)),
        _ => format!("expired {}", when(invite.expires_at)),
    };
    let by = invite.by.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
    InviteRow {
        email: invite.email.clone(),
        text: format!("As {}; invited {}{by}; {became}", invite.role, when(invite.created_at)),
        revoke: if open { format!("/settings/invites/{}/revoke", invite.id) } else { String::new() },
    }
}

/// Shows the invites.
///
/// # Errors
/// When the keeper is no owner, or the database does not answer.
pub async fn handle(visit: Visit, _: Owner) -> Result<Response, Error> {
    visit.page(&page(&visit).await?)
}

#[cfg(test)]
impl InvitesPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let row = |email: &str, text: &str, revoke: &str| InviteRow {
            email: email.to_owned(),
            text: text.to_owned(),
            revoke: revoke.to_owned(),
        };
        let empty = Self {
            shell: Shell::sample("settings"),
            made: None,
            form_id: "0195".to_owned(),
            email: email_field(),
            role: role_field(),
            roles: roles(),
            open: vec![],
            past: vec![],
            sends_mail: true,
        };
        let mut wrong = empty.clone();
        wrong.email = wrong.email.with("ben").failing(Some("This is not an e-mail address."));
        let full = Self {
            open: vec![row(
                "somebody.with.a.very.long.address@a-long-name-of-a-domain.example.org",
                "As keeper; invited today 11:00 by Ana; works until 30 Nov 11:00",
                "/settings/invites/1/revoke",
            )],
            past: vec![row("ben@example.org", "As owner; invited 1 Nov 09:00; registered 2 Nov 18:30", "")],
            ..empty.clone()
        };
        let made = Made {
            email: "ben@example.org".to_owned(),
            link: format!("https://tanks.example.org/register/{}", "Ab3_".repeat(10)),
            mailed: true,
        };
        let by_hand = Made { mailed: false, ..made.clone() };
        vec![
            ("invites-made".to_owned(), Self { made: Some(made), ..full.clone() }),
            ("invites-by-hand".to_owned(), Self { made: Some(by_hand), sends_mail: false, ..full.clone() }),
            ("invites".to_owned(), full),
            ("invites-empty".to_owned(), empty),
            ("invites-wrong".to_owned(), wrong),
        ]
    }
}
