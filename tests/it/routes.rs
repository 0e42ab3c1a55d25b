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
mod calendar {
    mod feed;
    mod settings;
}
mod care {
    mod id;
}
mod tasks {
    mod act;
    mod edit;
    mod get;
    mod new;
}
mod tanks {
    mod get;
    mod new {
        mod get;
        mod post;
    }
    mod id {
        mod care {
            mod new;
            mod quick;
        }
        mod get;
        mod timeline;
        mod readings {
            mod new {
                mod get;
                mod post;
            }
        }
    }
}
mod readings {
    mod new {
        mod get;
    }
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
