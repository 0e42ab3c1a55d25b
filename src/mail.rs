//! Mail: templates and the SMTP transport.
