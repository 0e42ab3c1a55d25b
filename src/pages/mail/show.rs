//! `GET /settings/mail`: whether mail is set up, what became of the last tests, and every mail.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;

use crate::db;
use crate::db::job::list::Listed;
use crate::domain::cursor::Cursor;
use crate::http::error::Error;
use crate::http::session::Owner;
use crate::jobs::housekeeping::JOB_DAYS;
use crate::mail::explain::explain;
use crate::pages::job::row::{JobRow, Times, row};
use crate::pages::parts::Fact;
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::settings::{MailSettings, MailTls};

const HERE: &str = "/settings/mail";

/// A test mail, and what to do when it failed.
#[derive(Clone, Debug)]
pub struct TestRow {
    /// The job.
    pub row: JobRow,
    /// What to do; may be empty.
    pub advice: &'static str,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "job/mail.html")]
pub struct MailPage {
    /// What surrounds it.
    pub shell: Shell,
    /// How mail is sent; empty when it is not.
    pub facts: Vec<Fact>,
    /// The test mails that were asked for last.
    pub tests: Vec<TestRow>,
    /// All mails.
    pub rows: Vec<JobRow>,
    /// The page of newer mails; may be empty.
    pub newer: String,
    /// The page of older mails; may be empty.
    pub older: String,
    /// For how many days mails are listed.
    pub days: i64,
}

/// How mail is sent, without the password.
fn facts(mail: &MailSettings) -> Vec<Fact> {
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
    let tls = match mail.tls {
        MailTls::StartTls => "STARTTLS",
        MailTls::Tls => "TLS from the first byte",
        MailTls::None => "none",
    };
    vec![
        fact("Server", format!("{}, port {}", mail.host, mail.port)),
        fact("Encryption", tls.to_owned()),
        fact("Signs in as", mail.user.clone().unwrap_or_else(|| "nobody".to_owned())),
        fact("Sender", mail.from.clone()),
    ]
}

fn test(job: &Listed, times: &Times) -> TestRow {
    let advice = job.last_error.as_deref().and_then(explain).map_or("", |trouble| trouble.advice());
    TestRow { row: row(job, times), advice }
}

/// Shows it; `at` is a place in the list of mails.
///
/// # Errors
/// For keepers who are no owners, or when the database does not answer.
pub async fn handle(
    visit: Visit,
    _owner: Owner,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let app = &visit.app;
    let times = Times { zone: home(app), now: app.clock.now(), dates: visit.dates() };
    let from: Option<Cursor> = Typed(asked).get("at").parse().ok();
    let mut db = app.connection().await?;
    let tests = db::job::list::tests(&mut db).await?;
    let page = db::job::list::mails(&mut db, from).await?;
    drop(db);
    let link = |at: Option<Cursor>| at.map(|at| format!("{HERE}?at={at}")).unwrap_or_default();
    visit.page(&MailPage {
        shell: visit.shell("settings"),
        facts: app.settings.mail.as_ref().map(facts).unwrap_or_default(),
        tests: tests.iter().map(|job| test(job, &times)).collect(),
        rows: page.rows.iter().map(|job| row(job, &times)).collect(),
        newer: link(page.newer),
        older: link(page.older),
        days: JOB_DAYS,
    })
}

#[cfg(test)]
impl MailPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let none = Self {
            shell: Shell::sample("settings"),
            facts: Vec::new(),
            tests: Vec::new(),
            rows: Vec::new(),
            newer: String::new(),
            older: String::new(),
            days: JOB_DAYS,
        };
        let settings = MailSettings {
            host: format!("{}.example.org", "m".repeat(60)),
            port: 587,
            tls: MailTls::StartTls,
            user: Some("harbor@example.org".to_owned()),
            password: None,
            from: "Safe Harbor <harbor@example.org>".to_owned(),
        };
        let fresh = Self { facts: facts(&settings), ..none.clone() };
        let advice = crate::mail::explain::Trouble::SignIn.advice();
        let full = Self {
            tests: JobRow::samples().into_iter().map(|row| TestRow { row, advice }).collect(),
            rows: JobRow::samples(),
            newer: format!("{HERE}?at=n1"),
            older: format!("{HERE}?at=o1"),
            ..fresh.clone()
        };
        vec![("mail-none".to_owned(), none), ("mail-fresh".to_owned(), fresh), ("mail".to_owned(), full)]
    }
}
