//! The `safeharbor` binary: arguments, inherited sockets, runtime, verb.

fn main() {}
