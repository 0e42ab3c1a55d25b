//! What can be set, where it came from, and what is refused.
