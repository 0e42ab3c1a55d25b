//! What is written down about the safety of accounts.

/// Something that happened. Its name in the log never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The first owner was set up.
    SetUp,
    /// Signed in.
    SignedIn,
    /// Signed out.
    SignedOut,
    /// A session was ended from another one.
    SessionEnded,
    /// All other sessions were ended.
    SessionsEnded,
    /// An invite was made.
    Invited,
    /// An invite was taken back.
    InviteRevoked,
    /// Somebody registered with an invite.
    Registered,
    /// A password was changed by its keeper.
    PasswordChanged,
    /// A link to choose a new password was asked for.
    ResetAsked,
    /// A new password was chosen with such a link.
    PasswordReset,
    /// Another e-mail address was asked for.
    EmailAsked,
    /// It was taken back before it was confirmed.
    EmailTakenBack,
    /// The e-mail address was changed.
    EmailChanged,
    /// The second factor was turned on.
    SecondFactorOn,
    /// The second factor was turned off.
    SecondFactorOff,
    /// New recovery codes were made.
    RecoveryCodesMade,
    /// A recovery code was used up.
    RecoveryCodeUsed,
    /// A keeper became an owner, or no longer is one.
    RoleChanged,
    /// An account may no longer sign in.
    Deactivated,
    /// An account may sign in again.
    Reactivated,
    /// An account was deleted.
    Deleted,
    /// An owner's word on which private addresses channels may post to.
    EgressChanged,
    /// A job was run again by an owner.
    JobRunAgain,
    /// A job was thrown away by an owner.
    JobDiscarded,
}

/// Every act, with its name in the log and how pages call it.
const ACTS: &[(Act, &str, &str)] = &[
    (Act::SetUp, "set_up", "Set up the household"),
    (Act::SignedIn, "signed_in", "Signed in"),
    (Act::SignedOut, "signed_out", "Signed out"),
    (Act::SessionEnded, "session_ended", "Ended a session"),
    (Act::SessionsEnded, "sessions_ended", "Ended all other sessions"),
    (Act::Invited, "invited", "Invited"),
    (Act::InviteRevoked, "invite_revoked", "Took an invite back"),
    (Act::Registered, "registered", "Registered"),
    (Act::PasswordChanged, "password_changed", "Changed the password"),
    (Act::ResetAsked, "reset_asked", "Asked for a password reset"),
    (Act::PasswordReset, "password_reset", "Reset the password"),
    (Act::EmailAsked, "email_asked", "Asked to change the e-mail address"),
    (Act::EmailTakenBack, "email_taken_back", "Took the change of the e-mail address back"),
    (Act::EmailChanged, "email_changed", "Changed the e-mail address"),
    (Act::SecondFactorOn, "second_factor_on", "Turned the second factor on"),
    (Act::SecondFactorOff, "second_factor_off", "Turned the second factor off"),
    (Act::RecoveryCodesMade, "recovery_codes_made", "Made new recovery codes"),
    (Act::RecoveryCodeUsed, "recovery_code_used", "Used a recovery code"),
    (Act::RoleChanged, "role_changed", "Changed a role"),
    (Act::Deactivated, "deactivated", "Deactivated an account"),
    (Act::Reactivated, "reactivated", "Reactivated an account"),
    (Act::Deleted, "deleted", "Deleted an account"),
    (Act::EgressChanged, "egress_changed", "Changed where channels may post"),
    (Act::JobRunAgain, "job_run_again", "Ran a job again"),
    (Act::JobDiscarded, "job_discarded", "Discarded a job"),
];

impl Act {
    fn entry(self) -> (&'static str, &'static str) {
        ACTS.iter()
            .find(|(act, ..)| *act == self)
            .map_or(("unknown", "Unknown"), |(_, name, label)| (name, label))
    }

    /// Its name in the log.
    pub fn as_str(self) -> &'static str {
        self.entry().0
    }

    /// How pages call it.
    pub fn label(self) -> &'static str {
        self.entry().1
    }

    /// The act of this name; none for one that another version wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        ACTS.iter().find(|(_, known, _)| *known == name).map(|(act, ..)| *act)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for (act, name, label) in ACTS {
            assert_eq!(Act::from_name(name), Some(*act));
            assert_eq!((act.as_str(), act.label()), (*name, *label));
        }
        assert_eq!(Act::from_name("unknown"), None);
    }
}
