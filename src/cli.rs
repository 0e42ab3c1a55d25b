//! The verbs of the `safeharbor` binary, one file each.
pub mod migrate;
pub mod verify_token;
