//! The pages, one file an action.
