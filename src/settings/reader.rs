//! Reads variables one by one and remembers what was wrong and where each value came from.

use std::path::PathBuf;

use serde::Serialize;

use super::environ::Environ;
use super::mask;
use super::problem::{Problem, Refusal, Source, Warning};
use super::secret_file;
use super::variable::{Fallback, Kind, Variable};
use super::verb::Verb;

/// One line of `safeharbor config`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The variable.
    pub name: &'static str,
    /// Its value as it may be shown; absent when nothing is in force.
    pub value: Option<String>,
    /// Where it came from.
    pub source: Source,
}

/// What reading one variable gave.
#[derive(Clone, Debug)]
pub(super) enum Field<T> {
    /// Nobody set it and it has no default.
    Unset,
    /// It was refused; the problem is noted, rules about it are skipped.
    Refused,
    /// Its value is the default.
    Default(T),
    /// Somebody set it.
    Set(T),
}

impl<T> Field<T> {
    pub(super) fn value(&self) -> Option<&T> {
        match self {
            Self::Default(value) | Self::Set(value) => Some(value),
            Self::Unset | Self::Refused => None,
        }
    }

    pub(super) const fn is_set(&self) -> bool {
        matches!(self, Self::Set(_))
    }

    pub(super) const fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    pub(super) fn into_value(self) -> Option<T> {
        match self {
            Self::Default(value) | Self::Set(value) => Some(value),
            Self::Unset | Self::Refused => None,
        }
    }
}

pub(super) struct Reader<'a> {
    pub(super) environ: &'a Environ,
    pub(super) verb: Verb,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Warning>,
    pub(super) entries: Vec<Entry>,
}

struct Raw {
    text: String,
    source: Source,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(environ: &'a Environ, verb: Verb) -> Self {
        Self { environ, verb, problems: Vec::new(), warnings: Vec::new(), entries: Vec::new() }
    }

    /// Reads and parses one variable, or its default.
    pub(super) fn field<T>(
        &mut self,
        variable: &'static Variable,
        parse: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Field<T> {
        let raw = match self.raw(variable) {
            Ok(raw) => raw,
            Err(problem) => {
                self.problems.push(problem);
                return Field::Refused;
            }
        };
        let (text, source) = match (raw, variable.fallback) {
            (Some(raw), _) => (raw.text, raw.source),
            (None, Fallback::Value(value)) => (value.to_owned(), Source::Default),
            (None, _) => {
                self.entries.push(Entry { name: variable.name, value: None, source: Source::Default });
                return Field::Unset;
            }
        };
        let shown = show(variable, &text);
        match parse(&text) {
            Ok(value) => {
                let bare = shown.trim_matches('"').to_owned();
                let is_default = source == Source::Default;
                self.entries.push(Entry { name: variable.name, value: Some(bare), source });
                if is_default { Field::Default(value) } else { Field::Set(value) }
            }
            Err(refusal) => {
                self.refuse(variable, Some(shown), refusal);
                Field::Refused
            }
        }
    }

    /// Notes that this verb does not start without the variable, when that is so.
    pub(super) fn require<T>(&mut self, variable: &'static Variable, field: &Field<T>) {
        if field.is_unset() && variable.is_required(self.verb) {
            let mend = format!("set it{}: {}", variable.or_file(), variable.doc);
            self.refuse(variable, None, Refusal::new("it is not set", mend));
        }
    }

    /// Shows a derived value where nobody set one.
    pub(super) fn derived(&mut self, variable: &'static Variable, shown: &str) {
        for entry in self.entries.iter_mut().filter(|entry| entry.name == variable.name) {
            entry.value.get_or_insert_with(|| shown.to_owned());
        }
    }

    pub(super) fn refuse(&mut self, variable: &'static Variable, value: Option<String>, refusal: Refusal) {
        self.problems.push(refusal.about(variable.name, value));
    }

    /// Refuses a value that parsed but does not go together with others.
    pub(super) fn clash(
        &mut self,
        variable: &'static Variable,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let shown = self.entries.iter().find(|entry| entry.name == variable.name);
        let value = shown.and_then(|entry| entry.value.as_ref()).map(|value| format!("\"{value}\""));
        self.refuse(variable, value, Refusal::new(what, mend));
    }

    pub(super) fn warn(&mut self, variable: impl Into<String>, what: impl Into<String>) {
        self.warnings.push(Warning { variable: variable.into(), what: what.into() });
    }

    fn raw(&mut self, variable: &'static Variable) -> Result<Option<Raw>, Problem> {
        let direct = self.environ.get(variable.name);
        if !variable.is_secret() {
            return direct.map(|value| utf8(variable, value)).transpose();
        }
        let file_name = format!("{}_FILE", variable.name);
        let folder = self.environ.credentials();
        let credential = folder
            .as_ref()
            .map(|folder| folder.join(variable.name.to_ascii_lowercase()))
            .filter(|path| path.exists());
        let file = match self.environ.get(&file_name) {
            None => None,
            Some(value) => {
                let value = value.to_str().ok_or_else(|| not_utf8(&file_name))?;
                let path = secret_file::resolve(value, folder.as_deref())
                    .map_err(|refusal| refusal.about(&file_name, Some(mask::plain(value))))?;
                Some(path)
            }
        };
        let from_credential = credential.as_ref().filter(|path| file.as_ref() != Some(path));
        let ways = usize::from(direct.is_some())
            + usize::from(file.is_some())
            + usize::from(from_credential.is_some());
        if ways > 1 {
            let what = format!(
                "it is given in more than one way (of: {}, {file_name}, the credential {})",
                variable.name,
                variable.name.to_ascii_lowercase()
            );
            return Err(Refusal::new(what, "keep one of them").about(variable.name, None));
        }
        if let Some(value) = direct {
            return utf8(variable, value).map(Some);
        }
        if let Some(path) = from_credential {
            return self.file(variable.name, path.clone(), Source::Credential).map(Some);
        }
        file.map(|path| self.file(&file_name, path, Source::File)).transpose()
    }

    fn file(&mut self, name: &str, path: PathBuf, source: fn(PathBuf) -> Source) -> Result<Raw, Problem> {
        let shown = mask::plain(&path.to_string_lossy());
        let content = secret_file::read(&path).map_err(|refusal| refusal.about(name, Some(shown.clone())))?;
        if content.readable_by_others {
            self.warn(name, format!("everyone on this machine can read {shown}; chmod o-r it"));
        }
        Ok(Raw { text: content.text, source: source(path) })
    }
}

fn utf8(variable: &Variable, value: &std::ffi::OsStr) -> Result<Raw, Problem> {
    let text = value.to_str().ok_or_else(|| not_utf8(variable.name))?;
    Ok(Raw { text: text.to_owned(), source: Source::Environment })
}

fn not_utf8(name: &str) -> Problem {
    Refusal::new("its value is not UTF-8", "write it as text").about(name, None)
}

fn show(variable: &Variable, text: &str) -> String {
    match variable.kind {
        Kind::Plain => mask::plain(text),
        Kind::Secret => mask::MASK.to_owned(),
        Kind::SecretUrl => mask::url(text),
    }
}
