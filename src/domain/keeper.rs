//! Keepers: e-mail address, display name, password rules.

use std::fmt;
use std::str::FromStr;

use super::letters;

mod common;

/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 12;
/// The most bytes of a password: hashing must not become work for the asking.
pub const PASSWORD_MAX_BYTES: usize = 1_024;

/// What a keeper may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Also runs the household: invites, keepers, settings.
    Owner,
    /// Sees and edits every tank.
    Keeper,
}

impl Role {
    /// Its name in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Keeper => "keeper",
        }
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "owner" => Ok(Self::Owner),
            "keeper" => Ok(Self::Keeper),
            _ => Err(format!("no such role: {text}")),
        }
    }
}

/// What is wrong with what was entered about a keeper. The message is a sentence for the person at the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeeperError {
    /// No e-mail address.
    #[error("This is not an e-mail address. Write it like name@example.org.")]
    Email,
    /// An empty display name.
    #[error("Enter a name.")]
    NameEmpty,
    /// A display name over 64 characters.
    #[error("A name has at most 64 characters.")]
    NameTooLong,
    /// Control characters in a display name.
    #[error("This contains characters that cannot be kept.")]
    NameControl,
    /// A password under twelve characters.
    #[error("A password has at least 12 characters.")]
    PasswordTooShort,
    /// A password over 1,024 bytes.
    #[error("A password has at most 1,024 bytes.")]
    PasswordTooLong,
    /// A password that is tried first by whoever guesses.
    #[error("This password is easy to guess. Choose another one, for example four words by chance.")]
    PasswordCommon,
}

/// An e-mail address, trimmed and in lower case, at most 254 bytes of ASCII.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Email {
    type Err = KeeperError;

    /// Takes what every mail server takes: no quoted local parts, no comments, no address literals.
    fn from_str(text: &str) -> Result<Self, KeeperError> {
        let address = text.trim().to_ascii_lowercase();
        let good = address.len() <= 254
            && address.split_once('@').is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
        if good { Ok(Self(address)) } else { Err(KeeperError::Email) }
    }
}

fn is_local(local: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    local.len() <= 64 && local.split('.').all(atom)
}

fn is_domain(domain: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    // A host in the household's own network may have one label; an all-digit last label is an address.
    domain.split('.').all(label)
        && domain.rsplit('.').next().is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A display name: 1 to 64 characters, trimmed, without control characters.
pub fn display_name(text: &str) -> Result<String, KeeperError> {
    let name = text.trim();
    match name.chars().count() {
        65.. => Err(KeeperError::NameTooLong),
        _ if name.chars().any(letters::is_unwanted) => Err(KeeperError::NameControl),
        _ if !letters::is_visible(name) => Err(KeeperError::NameEmpty),
        _ => Ok(name.to_owned()),
    }
}

/// Whether a password may be used by the keeper with this address.
pub fn check_password(password: &str, email: &Email) -> Result<(), KeeperError> {
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(KeeperError::PasswordTooLong);
    }
    if password.chars().count() < PASSWORD_MIN {
        return Err(KeeperError::PasswordTooShort);
    }
    if is_guessable(&password.to_lowercase(), email.as_str()) {
        return Err(KeeperError::PasswordCommon);
    }
    Ok(())
}

fn is_guessable(password: &str, email: &str) -> bool {
    let letters: Vec<char> = password.chars().collect();
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let squeezed: String = password.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let bare = squeezed.trim_end_matches(|letter: char| letter.is_ascii_digit());
    // The product's or the person's own name with little around it.
    let named = ["safeharbor", "safeharbour", local, domain]
        .iter()
        .any(|name| name.len() >= 4 && password.contains(name) && password.len() < name.len() + 8);
    common::PASSWORDS.contains(&password)
        || common::PASSWORDS.contains(&squeezed.as_str())
        || (bare.len() < squeezed.len() && common::STEMS.contains(&bare))
        || named
        || squeezed.starts_with("safeharbo")
        || password == email
        || repeats(&letters)
        || runs(&letters)
}

/// One short piece over and over: `aaaaaaaaaaaa`, `abcabcabcabc`.
fn repeats(letters: &[char]) -> bool {
    (1..=4).any(|period| letters.iter().zip(letters.iter().skip(period)).all(|(one, next)| one == next))
}

/// Letters or digits in a row: `abcdefghijkl`, `210987654321`.
fn runs(letters: &[char]) -> bool {
    let steps: Vec<i64> = letters
        .windows(2)
        .map(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])))
        .collect();
    let breaks = |step: i64| steps.iter().filter(|found| **found != step).count();
    // `1234567890123` breaks once, from 9 to 0 or from 0 to 1.
    breaks(1) <= 2 || breaks(-1) <= 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn email() -> Email {
        "marina@example.org".parse().unwrap()
    }

    #[test]
    fn addresses() {
        assert_eq!(
            " Marina.B+tanks@Example.ORG ".parse::<Email>().unwrap().as_str(),
            "marina.b+tanks@example.org"
        );
        assert!("root@localhost".parse::<Email>().is_ok());
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c.d",
            "a@b@c",
            "a@b..c",
            ".a@b.c",
            "a.@b.c",
            "a@-b.c",
            "a@b.c-",
            "a@[1.2.3.4]",
            "a@1.2.3.4",
            "\"a\"@b.c",
            "a@b.c\0",
            "a@b.c\nBcc: x@y.z",
            "ü@b.c",
            "a@bü.c",
            "Name <a@b.c>",
        ] {
            assert_eq!(text.parse::<Email>(), Err(KeeperError::Email), "{text:?}");
        }
        let long = format!("{}@{}.org", "a".repeat(64), vec!["b".repeat(60); 3].join("."));
        assert!(long.parse::<Email>().is_ok());
        assert!(format!("a{long}").parse::<Email>().is_err());
        assert!(format!("a@{}.org", vec!["b".repeat(60); 5].join(".")).parse::<Email>().is_err());
    }

    #[test]
    fn display_names() {
        assert_eq!(display_name(" Marina "), Ok("Marina".to_owned()));
        assert_eq!(display_name("\t"), Err(KeeperError::NameEmpty));
        assert_eq!(display_name("a\u{7}b"), Err(KeeperError::NameControl));
        assert!(display_name(&"ü".repeat(64)).is_ok());
        assert_eq!(display_name(&"ü".repeat(65)), Err(KeeperError::NameTooLong));
    }

    #[test]
    fn good_passwords() {
        for password in
            ["korrekt hengst acker zaun", "ich mag 3 Korallen", "Zq8!fLp2#vRt", "海水魚が好きです。毎日見る"]
        {
            assert_eq!(check_password(password, &email()), Ok(()), "{password}");
        }
        assert_eq!(check_password(&"x1".repeat(512).replace("x1x1x", "pq9zk"), &email()), Ok(()));
    }

    #[test]
    fn bad_passwords() {
        assert_eq!(check_password("elevenchars", &email()), Err(KeeperError::PasswordTooShort));
        assert_eq!(check_password("", &email()), Err(KeeperError::PasswordTooShort));
        assert_eq!(check_password(&"ü".repeat(513), &email()), Err(KeeperError::PasswordTooLong));
        for password in [
            "password1234",
            "PASSWORD1234",
            "passwordpassword",
            "qwertyuiop123",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "123456789012",
            "1234567890123456",
            "210987654321",
            "abcdefghijkl",
            "marina@example.org",
            "marina123456",
            "safeharbor12",
            "SafeHarbour2026",
            "Safe Harbor 2026",
            "iloveyou2026",
            "aquarium2026",
            "correct horse battery staple",
        ] {
            assert_eq!(check_password(password, &email()), Err(KeeperError::PasswordCommon), "{password}");
        }
    }

    #[test]
    fn the_list_is_long_and_fits_the_policy() {
        assert!(common::PASSWORDS.len() >= 100);
        for password in common::PASSWORDS {
            assert!(
                password.chars().count() >= PASSWORD_MIN && *password == password.to_lowercase(),
                "{password}"
            );
        }
    }

    proptest! {
        #[test]
        fn arbitrary_input_never_panics(text in "(?s).{0,300}") {
            let _ = check_password(&text, &email());
            let _ = display_name(&text);
            if let Ok(address) = text.parse::<Email>() {
                prop_assert!(address.as_str().len() <= 254 && address.as_str().is_ascii());
            }
        }
    }
}
