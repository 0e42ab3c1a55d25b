use futures_util::future::join_all;
use safeharbor::domain::keeper::Role;

use crate::routes::support::TestApp;

#[tokio::test]
async fn an_invite_is_a_mail_and_a_link_shown_once() {
    let (app, mut owner) = TestApp::with_owner().await;
    let mut form = owner.get("/settings/invites").await.is(200).form_to("/settings/invites");
    form.set("email", " Ben@Example.ORG ").set("role", "keeper");
    let answer = owner.post_form(&form).await;
    answer.is(200).says("ben@example.org is invited").says("Copy it now");
    let link = answer.between("https://reef.example.org/register/", "\"").to_owned();
    assert_eq!(link.len(), 43, "{link}");
    // Stored is a hash, and neither the page nor the job has the secret.
    assert_eq!(app.column("select kind from jobs").await, ["mail.invite"]);
    assert!(!app.column("select payload::text from jobs").await.concat().contains(&link));
    assert!(!app.column("select tokens::text from tokens").await.concat().contains(&link));
    owner.get("/settings/invites").await.never_says(&link).says("ben@example.org").says("works until");
    // The same form again is the same invite.
    assert_eq!(owner.post_form(&form).await.leads_to(), "/settings/invites");
    owner.get("/settings/invites").await.says("This invite was made before");
    assert_eq!(app.count("invites").await, 1);
    app.browser().get(&format!("/register/{link}")).await.is(200).says("ben@example.org");
}

#[tokio::test]
async fn what_cannot_be_an_invite_is_said() {
    let (app, mut owner) = TestApp::with_owner().await;
    let before = app.contents().await;
    let id = app.id();
    for (email, role, problem) in [
        ("", "keeper", "This is not an e-mail address. Write it like name@example.org."),
        ("ben", "keeper", "This is not an e-mail address. Write it like name@example.org."),
        ("ben@example.org", "admin", "Choose one of the two."),
    ] {
        let typed = [("form_id", id.as_str()), ("email", email), ("role", role)];
        assert_eq!(owner.post("/settings/invites", &typed).await.is(422).problems(), [problem]);
    }
    owner.post("/settings/invites", &[("email", "ben@example.org"), ("role", "keeper")]).await.is(400);
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn taken_back_it_is_worth_nothing() {
    let (app, mut owner) = TestApp::with_owner().await;
    let id = app.id();
    let typed = [("form_id", id.as_str()), ("email", "ben@example.org"), ("role", "owner")];
    let answer = owner.post("/settings/invites", &typed).await;
    let link = format!("/register/{}", answer.between("https://reef.example.org/register/", "\""));
    let revoke = format!("/settings/invites/{id}/revoke");
    assert_eq!(owner.post(&revoke, &[]).await.leads_to(), "/settings/invites");
    owner.get("/settings/invites").await.says("The invite is taken back").says("taken back today");
    app.browser().get(&link).await.is(410);
    owner.post(&revoke, &[]).await.is(303);
    owner.get("/settings/invites").await.says("This invite cannot be taken back");
    assert_eq!(
        app.column("select act from audit_log order by length(act)").await,
        ["invited", "invite_revoked"]
    );
}

#[tokio::test]
async fn a_second_invite_replaces_the_first_also_at_once() {
    let (app, owner) = TestApp::with_owner().await;
    let answers = join_all((0..6).map(|_| {
        let (mut owner, id) = (owner.clone(), app.id());
        async move {
            let typed = [("form_id", id.as_str()), ("email", "ben@example.org"), ("role", "keeper")];
            owner.post("/settings/invites", &typed).await
        }
    }))
    .await;
    let mut open = 0;
    for answer in &answers {
        let secret = answer.is(200).between("https://reef.example.org/register/", "\"");
        open += usize::from(app.browser().get(&format!("/register/{secret}")).await.status == 200);
    }
    assert_eq!(open, 1, "one invite of an address is open");
}

#[tokio::test]
async fn only_owners_invite() {
    let (app, _) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let mut bens = app.signed_in(ben).await;
    bens.get("/settings").await.never_says("/settings/keepers").never_says("/settings/log");
    let before = app.contents().await;
    let id = app.id();
    for path in
        ["/settings/invites", "/settings/keepers", "/settings/log", &format!("/settings/keepers/{ben}")]
    {
        bens.get(path).await.is(403).says("This page is for owners.");
    }
    let typed = [("form_id", id.as_str()), ("email", "eve@example.org"), ("role", "owner")];
    bens.post("/settings/invites", &typed).await.is(403);
    for act in ["owner", "keeper", "deactivate", "reactivate", "reset", "delete"] {
        bens.post(&format!("/settings/keepers/{ben}/{act}"), &[]).await.is(403);
    }
    bens.post(&format!("/settings/invites/{id}/revoke"), &[]).await.is(403);
    assert_eq!(app.contents().await, before);
}
