//! Photos: what is taken, what is made of it, and where it is kept.
//!
//! What a client sends is never kept or served. It is decoded within limits ([`decode`]), written anew as JPEG
//! without anything but the picture, and stored under a name of ours ([`store`]), one at a time ([`workshop`]).

mod colour;
pub mod decode;
pub mod jpeg;
pub mod shrink;
pub mod sniff;
pub mod store;
pub mod sweep;
pub mod workshop;

pub use decode::{Picture, Refused};
pub use store::Store;
pub use workshop::Workshop;
