//! A reminder of a task by mail, whose link records it as done without anybody signing in.

use super::super::person::Person;
use super::super::rehearsal::Rehearsal;
use super::{ANA, sign_out};

/// Asked for by one, looked at by another, and done by whoever has the mail, signed in to nothing.
pub(super) async fn done_by_its_link(stage: &Rehearsal, ana: &Person, phone: &Person, plain: &Person) {
    ana.open("/tasks/new").await;
    ana.write("#title", "Clean the skimmer").await;
    ana.follow("form[action='/tasks/new'] button").await;
    ana.open("/settings/reminders").await;
    ana.look("reminders").await;
    ana.follow("form[action='/settings/reminders/now'] button").await;
    let mail = stage.mail(ANA, "Clean the skimmer", 1).await;
    let links = mail.links();
    let mut deeds: Vec<&str> = links.iter().filter_map(|link| link.strip_prefix(&stage.origin)).collect();
    deeds.retain(|path| path.starts_with("/do/"));
    deeds.dedup();
    assert!(deeds.len() >= 2, "one that does it and one that puts it off: {links:?}");
    for person in [ana, phone] {
        for (path, what) in [(deeds[0], "do-done"), (deeds[1], "do-tomorrow")] {
            person.open(path).await;
            person.look(what).await;
        }
    }

    sign_out(plain).await;
    plain.open(deeds[0]).await;
    plain.follow("form[action^='/do/'] button").await;
    assert!(plain.page().await.contains("Recorded as done"), "{}", plain.page().await);
    plain.look("do-recorded").await;
    plain.open(deeds[1]).await;
    assert!(plain.page().await.contains("Already done"), "{}", plain.page().await);
}
