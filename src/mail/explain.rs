//! What to do about a mail that was not sent: from the words that are kept with its job to advice for an owner.

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The worker knows of no mail server.
    NotSetUp,
    /// Nothing listens at that host and port.
    Refused,
    /// The server's name is not known.
    UnknownHost,
    /// No way leads there, or something on the way swallows it.
    NoWay,
    /// The server's certificate is not for this name, or nobody we know vouches for it.
    Certificate,
    /// One side speaks TLS where the other does not.
    Tls,
    /// User and password were not accepted.
    SignIn,
    /// The server wants a user, a password or encryption.
    WantsSignIn,
    /// The server refuses the sender or what it was sent.
    SenderOrMail,
    /// The server does not know or want the addressee.
    Addressee,
    /// The server wants to be asked again later.
    Later,
    /// The server took too long.
    Silence,
    /// The connection or the worker broke off.
    Broken,
}

/// Parts of the text that tell what happened, in the order in which they are looked for.
const WORDS: &[(&str, Trouble)] = &[
    ("No mail server is set", Trouble::NotSetUp),
    ("could not be trusted", Trouble::Certificate),
    ("could not agree on TLS", Trouble::Tls),
    ("does not offer STARTTLS", Trouble::Tls),
    ("did not accept SMTP_USER", Trouble::SignIn),
    ("offers no way of signing in", Trouble::SignIn),
    ("wants SMTP_USER", Trouble::WantsSignIn),
    ("did not answer within", Trouble::Silence),
    ("did not confirm", Trouble::Silence),
    ("SMTP_FROM is no sender", Trouble::SenderOrMail),
    ("is no mail address", Trouble::Addressee),
    ("went away", Trouble::Broken),
    ("cut off", Trouble::Broken),
    ("broke (", Trouble::Broken),
];

/// What the system says of a connection that was not made.
const CONNECTING: &[(&str, Trouble)] = &[
    ("refused", Trouble::Refused),
    ("lookup", Trouble::UnknownHost),
    ("resolve", Trouble::UnknownHost),
    ("not known", Trouble::UnknownHost),
    ("resolution", Trouble::UnknownHost),
    ("", Trouble::NoWay),
];

/// The code of an SMTP reply that the text quotes after its first bracket: `… refused the mail (550 5.1.1 …)`.
fn code(text: &str) -> Option<u16> {
    let quoted = text.split_once(" (")?.1;
    let digits = quoted.split([' ', '-', ')']).next().filter(|word| word.len() == 3)?;
    digits.parse().ok().filter(|code| (400..600).contains(code))
}

/// What stands in the way, as far as the words kept with a job tell.
pub fn explain(error: &str) -> Option<Trouble> {
    let lower = |text: &str| text.to_lowercase();
    if let Some((_, said)) = error.split_once("cannot be reached (") {
        let said = lower(said);
        return CONNECTING.iter().find(|(word, _)| said.contains(word)).map(|(_, trouble)| *trouble);
    }
    if let Some((_, trouble)) = WORDS.iter().find(|(word, _)| error.contains(word)) {
        return Some(*trouble);
    }
    match code(error)? {
        400..500 => Some(Trouble::Later),
        535 | 534 => Some(Trouble::SignIn),
        530 | 538 => Some(Trouble::WantsSignIn),
        // 550 is both: which one, only the words tell.
        550 | 551 | 553 if lower(error).contains("sender") => Some(Trouble::SenderOrMail),
        550..=553 => Some(Trouble::Addressee),
        _ => Some(Trouble::SenderOrMail),
    }
}

impl Trouble {
    /// What to do, in a sentence or two.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NotSetUp => {
                "Give the worker SMTP_HOST and SMTP_FROM, and SMTP_USER and SMTP_PASS if the server wants them; then \
                 restart it."
            }
            Self::Refused => {
                "Nothing listens there. Check SMTP_HOST and SMTP_PORT: 587 goes with SMTP_TLS=starttls, 465 with tls."
            }
            Self::UnknownHost => {
                "This name is not known. Check SMTP_HOST for a mistyped letter, and that the machine can look names up."
            }
            Self::NoWay => {
                "Something on the way keeps the connection from being made. Many providers block port 25: use 587 or \
                 465. A firewall, or a unit without network, does the same."
            }
            Self::Certificate => {
                "Write SMTP_HOST as it stands in the server’s certificate; an address or another name for the same \
                 machine will not do."
            }
            Self::Tls => {
                "SMTP_TLS and SMTP_PORT do not fit together: starttls goes with 587, tls with 465. None is for a server \
                 on a network you trust."
            }
            Self::SignIn => {
                "Check SMTP_USER and SMTP_PASS. Large providers want a password made for this program, not that of the \
                 account."
            }
            Self::WantsSignIn => "Set SMTP_USER and SMTP_PASS, and leave SMTP_TLS at starttls or tls.",
            Self::SenderOrMail => {
                "The server does not take mail from this sender. SMTP_FROM has to be an address that the account of \
                 SMTP_USER may send from."
            }
            Self::Addressee => {
                "The server does not take mail for this address. Check it for a mistake; if it is right, check that \
                 SMTP_FROM may be sent from."
            }
            Self::Later => {
                "Nothing to do: the server wants to be asked again later, as many do with senders they do not know yet. \
                 The next try is made by itself."
            }
            Self::Silence => {
                "The server took too long. If that stays so, SMTP_PORT and SMTP_TLS may not fit together: a server that \
                 waits for TLS says nothing."
            }
            Self::Broken => "Nothing to do if it happens once: it is tried again by itself.",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::error::{MailError, Phase};
    use super::*;

    #[test]
    fn each_trouble_is_told_from_the_others() {
        for (error, trouble) in [
            ("No mail server is set: give the worker SMTP_HOST.", Trouble::NotSetUp),
            ("The mail server m:25 cannot be reached (Connection refused (os error 111)).", Trouble::Refused),
            (
                "The mail server m:25 cannot be reached (failed to lookup address information: Name or service not \
                 known).",
                Trouble::UnknownHost,
            ),
            (
                "The mail server m:25 cannot be reached (Network is unreachable (os error 101)).",
                Trouble::NoWay,
            ),
            ("The mail server m:25 could not be trusted (invalid peer certificate).", Trouble::Certificate),
            ("The mail server m:25 does not offer STARTTLS. Set SMTP_TLS to what it speaks.", Trouble::Tls),
            ("The mail server m:25 did not accept SMTP_USER and SMTP_PASS (535 5.7.8 no).", Trouble::SignIn),
            (
                "The mail server m:25 wants SMTP_USER and SMTP_PASS, or encryption (530 no).",
                Trouble::WantsSignIn,
            ),
            ("The mail server m:25 refused the mail (550 5.1.1 no such user).", Trouble::Addressee),
            ("The mail server m:25 refused the mail (553 Sender not allowed).", Trouble::SenderOrMail),
            ("The mail server m:25 refused the mail (554 spam).", Trouble::SenderOrMail),
            ("The mail server m:25 put the mail off (451 4.7.1 later).", Trouble::Later),
            ("The mail server m:25 turned us away (421 too many).", Trouble::Later),
            ("The connection to the mail server m:25 broke (end of file).", Trouble::Broken),
            ("the worker that ran it went away", Trouble::Broken),
        ] {
            assert_eq!(explain(error), Some(trouble), "{error}");
            assert!(trouble.advice().ends_with('.'));
        }
        for error in ["", "panicked: (x)", "something (12 of 5)", "it broke"] {
            assert_eq!(explain(error), None, "{error}");
        }
    }

    #[test]
    fn silence_is_known_in_our_own_words() {
        for phase in [Phase::Connecting, Phase::Sending] {
            let error = MailError::silence("m:25", phase, Duration::from_secs(30)).to_string();
            assert_eq!(explain(&error), Some(Trouble::Silence), "{error}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,80}") {
            let _ = explain(&text);
            let _ = explain(&format!("The mail server x cannot be reached ({text}"));
            let _ = explain(&format!("refused the mail ({text}"));
        }
    }
}
