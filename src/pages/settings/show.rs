//! `GET /settings`: what can be set, and what is.

use askama::Template;
use axum::response::Response;

use crate::db;
use crate::domain::unit::UnitSystem;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::channel::list::in_short;
use crate::pages::reminder::edit as reminder;
use crate::pages::shell::Shell;
use crate::pages::text;
use crate::pages::visit::Visit;
use crate::settings::MailSettings;

/// One page of settings.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub title: &'static str,
    /// What is set now, or what it is for.
    pub text: String,
    /// Where it leads.
    pub href: &'static str,
}

/// Pages of settings that belong together.
#[derive(Clone, Debug)]
pub struct Group {
    /// Whom they concern.
    pub title: &'static str,
    /// The anchor of the heading.
    pub id: &'static str,
    /// The pages.
    pub entries: Vec<Entry>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "settings/show.html")]
pub struct SettingsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What can be set.
    pub groups: Vec<Group>,
}

/// Shows what can be set.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let own =
        catalogue.parameters().iter().filter(|parameter| parameter.custom && !parameter.retired).count();
    let mut display = vec![
        match visit.units().system {
            UnitSystem::Metric => "metric".to_owned(),
            UnitSystem::Imperial => "US units".to_owned(),
        },
        visit.dates().day(jiff::tz::TimeZone::UTC.to_datetime(visit.app.clock.now()).date()),
    ];
    display.extend(keeper.theme.clone());
    let mut db = visit.app.connection().await?;
    let channels = db::channel::own::list(&mut db, keeper.id).await?;
    let planned = db::reminder::find(&mut db, keeper.id).await?;
    drop(db);
    let mut groups = vec![
        Group {
            title: "Yours",
            id: "yours",
            entries: vec![
                Entry {
                    title: "Account",
                    text: "Name, password, and where you are signed in.".to_owned(),
                    href: "/settings/account",
                },
                Entry {
                    title: "Display",
                    text: format!("Units, dates, light or dark. Now: {}.", text::list(&display)),
                    href: "/settings/display",
                },
                Entry {
                    title: "Calendar",
                    text: "What is due, in your phone's calendar.".to_owned(),
                    href: "/settings/calendar",
                },
                Entry {
                    title: "Reminders",
                    text: format!("Of what is due. Now: {}.", reminder::in_short(&visit, planned.as_ref())),
                    href: "/settings/reminders",
                },
                Entry {
                    title: "Channels",
                    text: format!("Where reminders and alerts go. Now: {}.", in_short(&channels)),
                    href: "/settings/channels",
                },
            ],
        },
        household(own),
    ];
    if keeper.owner {
        groups.push(people(&visit).await?);
        let failed = db::job::list::failed(&mut *visit.app.connection().await?).await?;
        groups.push(operation(failed, visit.app.settings.mail.as_ref()));
    }
    visit.page(&SettingsPage { shell: visit.shell("settings"), groups })
}

/// What all keepers share.
fn household(own: usize) -> Group {
    Group {
        title: "The household’s",
        id: "household",
        entries: vec![Entry {
            title: "Parameters of your own",
            text: match own {
                0 => "Measure what is not in the list.".to_owned(),
                own => text::count(i64::try_from(own).unwrap_or(i64::MAX), "parameter"),
            },
            href: "/settings/parameters",
        }],
    }
}

/// What owners alone see.
async fn people(visit: &Visit) -> Result<Group, Error> {
    let now = visit.app.clock.now();
    let mut db = visit.app.connection().await?;
    let keepers = db::keeper::list(&mut db).await?;
    let active = i64::try_from(keepers.iter().filter(|keeper| keeper.active).count()).unwrap_or(i64::MAX);
    let invited = db::invite::open_count(&mut db, now).await?;
    let mut text = text::count(active, "keeper");
    if invited > 0 {
        text = format!("{text}, {}", text::count(invited, "open invite"));
    }
    Ok(Group {
        title: "For owners",
        id: "owners",
        entries: vec![
            Entry {
                title: "Keepers",
                text: format!("Invite people, roles, lost passwords. {text}."),
                href: "/settings/keepers",
            },
            Entry {
                title: "Log",
                text: "Who signed in, and what was changed about accounts.".to_owned(),
                href: "/settings/log",
            },
        ],
    })
}

/// What owners look after, with its state in short.
fn operation(failed: i64, mail: Option<&MailSettings>) -> Group {
    Group {
        title: "Operation",
        id: "operation",
        entries: vec![
            Entry {
                title: "Mail",
                text: match mail {
                    Some(mail) => format!("Sent through {}. What was sent, and a test.", mail.host),
                    None => "Not set up: no mail is sent.".to_owned(),
                },
                href: "/settings/mail",
            },
            Entry {
                title: "Background jobs",
                text: match failed {
                    0 => "None has failed.".to_owned(),
                    failed => format!("{failed} failed."),
                },
                href: "/settings/jobs",
            },
            Entry {
                title: "Private addresses",
                text: "Where channels may post at home.".to_owned(),
                href: "/settings/egress",
            },
        ],
    }
}

#[cfg(test)]
impl SettingsPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let entry = |title, text: &str, href| Entry { title, text: text.to_owned(), href };
        let groups = vec![
            Group {
                title: "Yours",
                id: "yours",
                entries: vec![entry(
                    "Display",
                    "Units, dates, light or dark. Now: metric and 23 Nov 2026.",
                    "/settings/display",
                )],
            },
            Group {
                title: "The household’s",
                id: "household",
                entries: vec![entry("Parameters of your own", "2 parameters", "/settings/parameters")],
            },
            operation(2, None),
        ];
        vec![("settings".to_owned(), Self { shell: Shell::sample("settings"), groups })]
    }
}
