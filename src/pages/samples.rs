//! Renders every sample of every page and judges the markup.

use std::fmt::Write as _;

use askama::Template;

use super::parts::Markup;
use super::{
    account, alert, animal, audit, calendar, care, channel, chart, dashboard, deed, display, egress, email,
    error, invite, job, keeper, mail, parameter, photo, range, reading, reading_session, recovery,
    registration, reminder, second_factor, session, settings, setup, tank, task, timeline, tracking,
};

mod markup;

fn pages() -> Vec<(String, String)> {
    fn add<T: Template>(pages: &mut Vec<(String, String)>, samples: Vec<(String, T)>) {
        pages.extend(samples.into_iter().map(|(name, page)| (name, page.render().unwrap())));
    }
    let mut pages = Vec::new();
    add(&mut pages, setup::new::SetupPage::samples());
    add(&mut pages, session::new::SignInPage::samples());
    add(&mut pages, session::code::CodePage::samples());
    add(&mut pages, second_factor::show::SecondFactorPage::samples());
    add(&mut pages, second_factor::confirm::ConfirmPage::samples());
    add(&mut pages, second_factor::prove::ProvePage::samples());
    add(&mut pages, second_factor::codes::CodesPage::samples());
    add(&mut pages, email::edit::EmailPage::samples());
    add(&mut pages, email::confirm::ConfirmEmailPage::samples());
    add(&mut pages, session::resume::ResumePage::samples());
    add(&mut pages, dashboard::show::DashboardPage::samples());
    add(&mut pages, tank::list::TanksPage::samples());
    add(&mut pages, tank::new::NewTankPage::samples());
    add(&mut pages, tank::edit::EditTankPage::samples());
    add(&mut pages, tank::decommission::DecommissionPage::samples());
    add(&mut pages, tracking::edit::TrackingPage::samples());
    add(&mut pages, range::edit::RangePage::samples());
    add(&mut pages, settings::show::SettingsPage::samples());
    add(&mut pages, display::edit::DisplayPage::samples());
    add(&mut pages, parameter::list::ParametersPage::samples());
    add(&mut pages, parameter::new::NewParameterPage::samples());
    add(&mut pages, parameter::edit::EditParameterPage::samples());
    add(&mut pages, tank::show::TankPage::samples());
    add(&mut pages, photo::list::PhotosPage::samples());
    add(&mut pages, photo::show::PhotoPage::samples());
    add(&mut pages, reading::choose::ChooseTankPage::samples());
    add(&mut pages, reading::new::NewReadingsPage::samples());
    add(&mut pages, animal::list::AnimalsPage::samples());
    add(&mut pages, animal::new::NewAnimalPage::samples());
    add(&mut pages, animal::show::AnimalPage::samples());
    add(&mut pages, animal::edit::EditAnimalPage::samples());
    add(&mut pages, animal::event::new::EventPage::samples());
    add(&mut pages, care::new::NewCarePage::samples());
    add(&mut pages, care::edit::EditCarePage::samples());
    add(&mut pages, timeline::show::TimelinePage::samples());
    add(&mut pages, task::list::TasksPage::samples());
    add(&mut pages, task::new::TaskFormPage::samples());
    add(&mut pages, task::show::TaskPage::samples());
    add(&mut pages, calendar::settings::CalendarPage::samples());
    add(&mut pages, reading::quick::QuickPage::samples());
    add(&mut pages, reading::edit::EditReadingPage::samples());
    add(&mut pages, reading::history::HistoryPage::samples());
    add(&mut pages, reading_session::show::SessionPage::samples());
    add(&mut pages, reading_session::show::GonePage::samples());
    add(&mut pages, reading_session::edit::EditSessionPage::samples());
    add(&mut pages, chart::show::ChartsPage::samples());
    add(&mut pages, account::show::AccountPage::samples());
    add(&mut pages, account::password::PasswordPage::samples());
    add(&mut pages, invite::list::InvitesPage::samples());
    add(&mut pages, registration::new::RegisterPage::samples());
    add(&mut pages, recovery::ask::ForgottenPage::samples());
    add(&mut pages, recovery::choose::ResetPage::samples());
    add(&mut pages, keeper::list::KeepersPage::samples());
    add(&mut pages, keeper::show::KeeperPage::samples());
    add(&mut pages, keeper::delete::DeleteKeeperPage::samples());
    add(&mut pages, audit::list::LogPage::samples());
    add(&mut pages, job::list::JobsPage::samples());
    add(&mut pages, job::show::JobPage::samples());
    add(&mut pages, mail::show::MailPage::samples());
    add(&mut pages, channel::list::ChannelsPage::samples());
    add(&mut pages, channel::new::NewChannelPage::samples());
    add(&mut pages, channel::edit::EditChannelPage::samples());
    add(&mut pages, channel::secret::SecretPage::samples());
    add(&mut pages, egress::show::EgressPage::samples());
    add(&mut pages, alert::list::AlertsPage::samples());
    add(&mut pages, reminder::edit::RemindersPage::samples());
    add(&mut pages, deed::show::DeedPage::samples());
    add(&mut pages, error::ErrorPage::samples());
    pages
}

#[test]
fn every_sample_of_every_page_is_sound() {
    // With `SAMPLES=folder` the pages are left there, to be looked at in a browser.
    #[expect(clippy::disallowed_methods, reason = "a wish of the person who runs the tests")]
    let folder = std::env::var_os("SAMPLES").map(std::path::PathBuf::from);
    let mut faults = String::new();
    for (name, html) in pages() {
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{name}.html")), &html).unwrap();
        }
        for fault in markup::faults(&html) {
            let _ = writeln!(faults, "{name}: {fault}");
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// A sparkline to look at.
pub(super) fn spark() -> Markup {
    Markup("<svg class=\"spark\" viewBox=\"0 0 72 24\" aria-hidden=\"true\"><path class=\"spark-line\" d=\"M2 14 12 12 22 15 32 9 42 11 52 6 62 9 70 8\"/></svg>".to_owned())
}

/// A chart to look at.
pub(super) fn chart() -> String {
    "<svg viewBox=\"0 0 640 240\" role=\"img\" aria-label=\"pH over 30 days\"><rect width=\"640\" height=\"240\" class=\"gauge-track\"/></svg>".to_owned()
}
