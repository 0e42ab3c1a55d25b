//! Mail: templates and the SMTP transport.
//!
//! Mail leaves from the worker only, as a job ([`crate::jobs`]). Its `Message-ID` is the job's id, so a mail
//! that had to be sent again (the connection broke before the server's yes arrived) is the same mail to
//! whoever receives it. Every link in it is made from `PUBLIC_URL`.

mod error;
pub mod explain;
pub mod letter;
mod mailer;

pub use error::MailError;
pub use letter::Letter;
pub use mailer::{Limits, Mailer};
