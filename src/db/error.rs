//! What can go wrong with the database, told apart by what a caller can do about it.

/// A failed database operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Postgres cannot be reached or is starting or stopping: try again soon.
    #[error("the database does not answer")]
    Unavailable(#[source] sqlx::Error),
    /// A constraint refused the change; the name is the constraint's.
    #[error("refused by constraint {0}")]
    Constraint(String),
    /// Anything else: a fault of ours.
    #[error("the database refused")]
    Query(#[source] sqlx::Error),
    /// A stored value that the program cannot have written.
    #[error("stored value in {table}.{column} is not valid: {value}")]
    Inconsistent {
        /// The table that holds the value.
        table: &'static str,
        /// The column that holds it.
        column: &'static str,
        /// The value as text.
        value: String,
    },
}

/// The result of a database operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// What went wrong and why, in one line for an operator; what Postgres itself said stands in it once.
    pub fn in_words(&self) -> String {
        match self {
            Self::Unavailable(sqlx::Error::Database(said)) | Self::Query(sqlx::Error::Database(said)) => {
                format!("{self}: {}", said.message())
            }
            Self::Unavailable(source) | Self::Query(source) => format!("{self}: {source}"),
            Self::Constraint(_) | Self::Inconsistent { .. } => self.to_string(),
        }
    }

    /// Whether the same operation may succeed in a moment.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            // A server that ends in the middle of an exchange reads as a broken protocol.
            | sqlx::Error::Protocol(_) => Self::Unavailable(error),
            sqlx::Error::Database(database) => match database.code().as_deref() {
                // Class 08 connection, 57P01-57P04 shut down or starting, 53300 too many connections,
                // 40001 and 40P01 lost a race with another transaction, 55P03 waited too long for its lock.
                Some(code)
                    if code.starts_with("08")
                        || code.starts_with("57P")
                        || matches!(code, "53300" | "40001" | "40P01" | "55P03") =>
                {
                    Self::Unavailable(error)
                }
                Some(code) if code.starts_with("23") => {
                    Self::Constraint(database.constraint().unwrap_or("unnamed").to_owned())
                }
                _ => Self::Query(error),
            },
            _ => Self::Query(error),
        }
    }
}
