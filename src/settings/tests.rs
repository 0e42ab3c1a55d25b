//! Every rule as a table, and properties over arbitrary input.

mod refused;
