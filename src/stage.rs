//! The rehearsal: the whole deployment, privately, behind a real hop.
