//! Faults: a worker that is killed in the middle of each kind of job, servers that go and come back, mail servers that
//! behave badly. What was to be sent is sent, and a server that took something is not given it twice but in the one
//! moment that `docs/channels.md` names.

mod killed;
mod mail_server;
mod place;
mod servers;
