//! How many connections fit into the open files that this process may have. Every connection is one, and so is
//! every connection of ours to Postgres and Redis: when clients may take all of them, clients who only hold
//! connections open make the service look dead.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept for logs, listeners, the metrics' clients, Redis, health probes and files.
const RESERVED: u64 = 128;
/// Served however few open files there may be.
const FEWEST: u64 = 16;

/// Raises the soft limit as far as needed and permitted, and says how many of at most `most` client connections
/// fit when `others` more are used for something else. A service manager starts us with 1,024.
pub fn room_for(most: usize, others: u32) -> usize {
    let kept = RESERVED + u64::from(others);
    let limit = getrlimit(Resource::Nofile);
    let wanted = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(kept);
    let raised = limit.maximum.map_or(wanted, |hard| hard.min(wanted));
    let open = match limit.current {
        Some(soft) if soft < raised => {
            let asked = Rlimit { current: Some(raised), maximum: limit.maximum };
            match setrlimit(Resource::Nofile, asked) {
                Ok(()) => raised,
                Err(error) => {
                    tracing::warn!(%error, soft, "the limit of open files cannot be raised");
                    soft
                }
            }
        }
        soft => soft.unwrap_or(wanted),
    };
    fitting(most, open, kept)
}

fn fitting(most: usize, open: u64, kept: u64) -> usize {
    let room = open.saturating_sub(kept).max(FEWEST);
    usize::try_from(room).unwrap_or(most).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_never_given_to_clients() {
        assert_eq!(fitting(4096, 524_288, 74), 4096);
        assert_eq!(fitting(4096, 1024, 74), 950);
        assert_eq!(fitting(4096, 50, 74), 16);
        assert_eq!(fitting(8, 1024, 74), 8);
    }

    #[test]
    fn the_limit_is_raised_to_what_is_needed() {
        let hard = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
        let room = u64::try_from(room_for(2000, 10)).unwrap();
        assert_eq!(room, hard.saturating_sub(138).clamp(16, 2000));
        assert!(getrlimit(Resource::Nofile).current.is_none_or(|soft| soft >= room.min(hard)));
    }
}
