//! The recovery codes, on the page that made them and never again.

use askama::Template;

use crate::pages::shell::Shell;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "second_factor/codes.html")]
pub struct CodesPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The codes.
    pub codes: Vec<String>,
    /// Was the second factor turned on with them?
    pub on: bool,
}

#[cfg(test)]
impl CodesPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let codes = vec!["01Z1-5678-9ABC-DEFZ".to_owned(); 10];
        let page = Self { shell: Shell::sample("settings"), codes, on: true };
        vec![
            ("second-factor-codes-new".to_owned(), Self { on: false, ..page.clone() }),
            ("second-factor-codes".to_owned(), page),
        ]
    }
}
