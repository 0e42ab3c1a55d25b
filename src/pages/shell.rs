//! What surrounds every page: the bars, the signed-in keeper, notices.

use super::parts::State;

/// Light or dark, when the keeper chose; else the browser's own preference holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Light, whatever the machine says.
    Light,
    /// Dark, whatever the machine says.
    Dark,
}

impl Theme {
    /// The value of `data-theme`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A sentence shown once on top of the next page: "Saved 6 readings."
#[derive(Clone, Debug)]
pub struct Notice {
    /// How it is meant; `Ok` for a success.
    pub state: State,
    /// The sentence.
    pub text: String,
    /// The address whose POST takes it back; the notice then has an "Undo" button.
    pub undo: Option<String>,
}

/// What the layout needs beside the page itself.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The signed-in keeper's display name; none on pages for strangers, which then have no navigation.
    pub keeper: Option<String>,
    /// The keeper's choice of light or dark.
    pub theme: Option<Theme>,
    /// Which entry of the navigation is current: `dashboard`, `tanks`, `log` or nothing.
    pub section: &'static str,
    /// Where "Log readings" leads: the only tank's form, or the choice between tanks.
    pub log_href: String,
    /// Notices left by the request before.
    pub notices: Vec<Notice>,
    /// The address is plain `http` on a network (`ALLOW_INSECURE_HTTP`): every page's foot says so.
    pub insecure: bool,
}

impl Shell {
    /// Is this the current entry of the navigation?
    pub fn is_at(&self, section: &str) -> bool {
        self.section == section
    }

    /// The first letter of the keeper's name, for the round mark.
    pub fn initial(&self) -> String {
        let first = self.keeper.as_deref().and_then(|name| name.trim().chars().next());
        first.map(String::from).unwrap_or_default()
    }
}

#[cfg(test)]
impl Shell {
    /// As a signed-in keeper sees it.
    pub(super) fn sample(section: &'static str) -> Self {
        Self {
            keeper: Some("Ana".to_owned()),
            section,
            log_href: "/readings/new".to_owned(),
            ..Self::default()
        }
    }

    /// The same with a notice.
    pub(super) fn noting(mut self, state: State, text: &str) -> Self {
        self.notices.push(Notice { state, text: text.to_owned(), undo: None });
        self
    }
}
