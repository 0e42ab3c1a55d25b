//! Every route, asked through the whole router by a browser behind the hop; modules mirror the addresses.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

mod cross_site;
mod enumeration;
mod gate;
mod hop;
mod hostile;
mod refusals;
mod session;
mod start;
mod statements;
mod root {
    mod get;
}
mod setup {
    mod fields;
    mod get;
    mod post;
}
mod settings {
    pub(super) mod account {
        pub(in crate::routes) mod email;
        mod meanwhile;
        mod post;
        pub(in crate::routes) mod second_factor;
    }
    mod channels {
        mod all;
    }
    mod egress;
    mod get;
    mod invites {
        mod post;
    }
    mod keepers {
        mod post;
    }
    mod log {
        mod get;
    }
    mod jobs;
    mod mail;
    mod display {
        mod post;
    }
    mod reminders {
        mod post;
    }
    mod parameters {
        mod post;
    }
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
mod register {
    mod post;
}
mod forgotten {
    mod post;
}
mod reset {
    mod post;
}
mod deed {
    mod all;
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
        mod alerts {
            mod post;
        }
        mod decommission {
            mod post;
        }
        mod edit {
            mod get;
            mod post;
        }
        mod get;
        mod parameters {
            mod key {
                mod post;
            }
            mod post;
        }
        mod photos {
            mod get;
            mod post;
        }
        mod care {
            mod new;
            mod quick;
        }
        mod timeline;
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
mod photos {
    mod change;
    mod file;
}
mod livestock {
    mod get;
    mod herd;
    mod new {
        mod get;
        mod post;
    }
    mod id {
        mod get;
        mod add {
            mod post;
        }
        mod delete {
            mod post;
        }
        mod died {
            mod post;
        }
        mod edit {
            mod post;
        }
        mod events {
            mod id {
                mod post;
                mod remove {
                    mod post;
                }
            }
        }
        mod r#move {
            mod post;
        }
        mod note {
            mod post;
        }
        mod photos {
            mod post;
        }
        mod rehomed {
            mod post;
        }
        mod revisions {
            mod id {
                mod undo {
                    mod post;
                }
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
