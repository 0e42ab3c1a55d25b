//! The fields of a channel.

use crate::db::channel::own::Own;
use crate::domain::channel::{Kind, NAME_MAX, TOKEN_MAX};
use crate::domain::egress::TARGET_MAX;
use crate::domain::field::{FORM, FieldErrors};
use crate::pages::form::{Field, Problem};
use crate::pages::typed::Typed;

/// The form's fields.
#[derive(Clone, Debug)]
pub struct ChannelForm {
    /// The channel's name.
    pub name: Field,
    /// The address that is posted to; none for mail.
    pub target: Option<Field>,
    /// The access token; only ntfy has one.
    pub token: Option<Field>,
    /// Wants to hear of what is due.
    pub reminders: bool,
    /// Wants to hear of readings.
    pub alerts: bool,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

impl ChannelForm {
    /// An empty form.
    pub fn new(kind: Kind) -> Self {
        let target = |label, hint: &'static str| Field {
            max: TARGET_MAX,
            complete: "off",
            hint: hint.into(),
            ..Field::text("target", label)
        };
        Self {
            name: Field {
                required: false,
                max: NAME_MAX,
                complete: "off",
                hint: "Such as My phone.".into(),
                ..Field::text("name", "Name")
            },
            target: match kind {
                Kind::Mail => None,
                Kind::Ntfy => Some(target(
                    "The topic’s address",
                    "Such as https://ntfy.sh/your-topic. Whoever knows a topic can read it: choose one that nobody guesses.",
                )),
                Kind::Webhook => Some(target("Address", "Each message is posted there as JSON, signed.")),
            },
            token: (kind == Kind::Ntfy).then(|| Field {
                required: false,
                max: TOKEN_MAX,
                hint: "Only if your server wants one. It is kept and never shown again.".into(),
                ..Field::password("token", "Access token", "off")
            }),
            reminders: true,
            alerts: true,
            error: None,
        }
    }

    /// The form of a channel as it is.
    pub fn of(own: &Own) -> Self {
        let mut form = Self::new(own.kind);
        form.name.value.clone_from(&own.name);
        if let Some(target) = &mut form.target {
            target.value = own.target.clone().unwrap_or_default();
        }
        if let Some(token) = form.token.as_mut().filter(|_| own.has_secret) {
            token.hint = "One is kept. Leave this empty to keep it; another server needs it again.".into();
        }
        form.reminders = own.reminders;
        form.alerts = own.alerts;
        form
    }

    /// The same as it was typed, with what is wrong. A token is typed again.
    #[must_use]
    pub fn again(mut self, typed: &Typed, errors: &FieldErrors) -> Self {
        for field in [Some(&mut self.name), self.target.as_mut()].into_iter().flatten() {
            typed.get(field.name).clone_into(&mut field.value);
            field.error = errors.on(field.name).map(str::to_owned);
        }
        if let Some(token) = &mut self.token {
            token.error = errors.on(token.name).map(str::to_owned);
        }
        self.reminders = !typed.get("reminders").is_empty();
        self.alerts = !typed.get("alerts").is_empty();
        self.error = errors.on(FORM).map(str::to_owned);
        self
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        let fields = [Some(&self.name), self.target.as_ref(), self.token.as_ref()];
        all.into_iter().chain(fields.into_iter().flatten().filter_map(Field::problem)).collect()
    }
}
