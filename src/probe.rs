//! Probes: what `stage`, `doctor` and `verify` look at.
