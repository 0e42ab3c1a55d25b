//! While the service starts, also where the tables are still to be made.

use axum::body::Body;
use http::header::HOST;
use http::{Request, StatusCode};
use safeharbor::proxy::Peer;
use safeharbor::proxy::origin::HOP_PATH;
use safeharbor::system::clock::Clock;
use tower::ServiceExt as _;

use crate::support::site::{NOW, Site};

const TOKEN: &str = "x-safeharbor-verify";

#[tokio::test]
async fn while_the_tables_are_still_to_be_made_it_waits_like_every_page() {
    let site = Site::starting("http://localhost:8000", Clock::fixed(NOW.parse().unwrap(), 7)).await;
    let pool = &site.database.pool;
    sqlx::query("alter table tokens rename to not_yet").execute(pool).await.unwrap();
    let request = Request::get(HOP_PATH)
        .header(HOST, "localhost")
        .header(TOKEN, "anything")
        .extension(Peer::Unix)
        .body(Body::empty())
        .unwrap();
    let answer = tokio::spawn(site.router.clone().oneshot(request));
    // The start goes on for a while, as long as a statement takes.
    sqlx::query("select pg_sleep(0.2)").execute(pool).await.unwrap();
    sqlx::query("alter table not_yet rename to tokens").execute(pool).await.unwrap();
    site.app.set_ready();
    assert_eq!(answer.await.unwrap().unwrap().status(), StatusCode::NOT_FOUND);
}
