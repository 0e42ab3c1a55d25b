//! The aquarium domain: pure rules, no SQL, no HTTP.
