//! The verbs of the `safeharbor` binary, one file each.
