//! All SQL, checked at compile time.
