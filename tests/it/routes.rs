//! Every route, asked through the whole router by a browser behind the hop; modules mirror the addresses.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

mod cross_site;
mod gate;
mod hop;
mod hostile;
mod refusals;
mod session;
mod start;
mod root {
    mod get;
}
mod setup {
    mod fields;
    mod get;
    mod post;
}
mod sign_in {
    mod get;
    mod limits;
    mod post;
    mod resume;
    mod shared_address;
}
mod sign_out {
    mod post;
}
mod tanks {
    mod get;
    mod new {
        mod get;
        mod post;
    }
    mod id {
        mod get;
        mod history {
            mod get;
        }
        mod readings {
            mod new {
                mod get;
                mod post;
            }
        }
    }
}
mod readings {
    mod id {
        mod edit;
    }
    mod new {
        mod get;
    }
    mod quick {
        mod both;
    }
}
mod sessions {
    mod id;
}
mod assets {
    mod get;
}
mod healthz {
    mod get;
}
mod livez {
    mod get;
}
