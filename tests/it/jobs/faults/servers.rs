//! Redis flushed and killed, Postgres killed, with jobs under way: real processes go on, and so do the pages.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use http::StatusCode;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use safeharbor::jobs::Job;
use safeharbor::jobs::job::Addressee;
use safeharbor::stage::mailsink::Behaviour;
use safeharbor::stage::service::Service;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::super::rig::until;
use super::place::{Place, SOON, template};
use crate::support::{self, postgres, redis};

const JOBS: usize = 50;

async fn get(addr: std::net::SocketAddr, path: &str) -> StatusCode {
    let stream = TcpStream::connect(addr).await.unwrap();
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = http::Request::get(path).header("host", "localhost:8000").header("accept", "text/html");
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    tokio::time::timeout(SOON, sender.send_request(request)).await.unwrap().unwrap().status()
}

/// What the pages answer: the start page, a page for keepers, and the one to sign in.
async fn pages(addr: std::net::SocketAddr) -> [StatusCode; 3] {
    [get(addr, "/").await, get(addr, "/tanks").await, get(addr, "/sign-in").await]
}

#[tokio::test]
async fn fifty_mails_go_out_once_while_redis_and_postgres_are_killed() {
    let (mut server, mut queue) = (postgres::own().await, redis::own().await);
    template(&server).await;
    let place = Place::new(&server, &queue.url()).await;
    let hold = Arc::new(Semaphore::new(0));
    place.sink.behave(Behaviour { hold: Some(hold.clone()), ..Behaviour::default() });
    let dir = support::folder("faults-web");
    let mut web = Service::new("serve", Path::new(env!("CARGO_BIN_EXE_safeharbor")), &dir, &dir);
    let addr = web.listen("http", 0).unwrap();
    web.configure(place.env.clone());
    web.start(|_| {}).await.unwrap();
    let mut worker = place.worker().await;
    let well = pages(addr).await;
    assert!(well.iter().all(|status| status.is_success() || status.is_redirection()), "{well:?}");
    let mut ids = HashSet::new();
    for number in 0..JOBS {
        let to = Addressee { email: format!("keeper{number}@example.org"), name: "Ada".to_owned() };
        ids.insert(format!("<{}@localhost>", place.enqueue(&Job::Welcome(to)).await));
    }
    // Four at a time: some are with the mail server, the others wait.
    place.sink.offered(SOON, 4).await.unwrap();

    let client = ::redis::Client::open(queue.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    ::redis::cmd("FLUSHALL").exec_async(&mut connection).await.unwrap();
    hold.add_permits(10);
    place.sink.offered(SOON, 12).await.unwrap();
    queue.kill().await;
    assert_eq!(pages(addr).await, well, "without Redis");
    hold.add_permits(10);
    place.sink.offered(SOON, 22).await.unwrap();
    queue.start_again().await.unwrap();

    server.kill().await;
    // Taken by the mail server while nobody can write that down.
    hold.add_permits(2);
    until("two more are taken", async || place.sink.messages().len() == 22).await;
    assert_eq!(get(addr, "/livez").await, StatusCode::OK);
    let away = pages(addr).await;
    assert!(
        away.iter().all(|status| *status == StatusCode::SERVICE_UNAVAILABLE || !status.is_server_error()),
        "{away:?}"
    );
    server.start_again().await.unwrap();
    hold.add_permits(JOBS);
    until("the pages are back", async || pages(addr).await == well).await;
    until("every mail is done", async || {
        let done = sqlx::query_scalar::<_, i64>(
            "select count(*) from jobs where kind = 'mail.welcome' and state = 'done' and sent_at is not null",
        );
        done.fetch_one(&place.pool).await.is_ok_and(|done| usize::try_from(done) == Ok(JOBS))
    })
    .await;
    assert!(worker.process().unwrap().ended().is_none(), "the same worker all the while");
    worker.stop().await.unwrap();
    web.stop().await.unwrap();
    let came: Vec<_> = place.sink.messages().iter().map(|mail| mail.header("Message-ID").unwrap()).collect();
    assert_eq!((came.len(), came.into_iter().collect::<HashSet<_>>()), (JOBS, ids));
}
