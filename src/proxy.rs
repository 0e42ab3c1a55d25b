//! The one-hop contract: what is believed of forwarded headers. Pure.
