//! The table against the pure function and the middleware, without any socket; and what the middleware tells others.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use http::{HeaderName, HeaderValue, Method, Request, Uri, Version};
use metrics_exporter_prometheus::PrometheusBuilder;
use safeharbor::proxy::received::{Field, Host};
use safeharbor::proxy::{Peer, Received, bucket, client_info};
use tower::{Layer as _, Service as _};

use super::case::{Addr, Case, Source, Then};
use super::cases::all;
use super::echo::{Answer, echo, layer};

pub(super) fn peers(from: Source) -> Vec<Peer> {
    let tcp = |addr: &str| Peer::Tcp(SocketAddr::new(addr.parse().unwrap(), 40_000));
    match from {
        Source::AnyHop => vec![tcp("127.0.0.1"), tcp("::1"), tcp("::ffff:127.0.0.1"), Peer::Unix],
        Source::UnixHop => vec![Peer::Unix],
        Source::MappedHop => vec![tcp("::ffff:127.0.0.1")],
        Source::Stranger => vec![tcp("127.0.0.9"), tcp("::ffff:127.0.0.9")],
    }
}

#[test]
fn the_table_against_the_middleware() {
    let mut wrong = Vec::new();
    for case in all() {
        let layer = layer(&case);
        for peer in peers(case.from) {
            let answer = ask(&layer.layer(service()), &case, peer);
            wrong.extend(answer.check(&case, peer.addr()).err());
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_table_against_the_function() {
    let mut asked = 0;
    for case in all() {
        let Then::Served { addr, scheme, host, via_proxy } = case.then else { continue };
        for peer in peers(case.from) {
            let (client, observed) = client_info(&case.trust, peer, &received(&case));
            let addr = match addr {
                Addr::Is(addr) => Some(addr.parse::<IpAddr>().unwrap()),
                Addr::Own => peer.addr(),
            };
            let got = (client.addr, client.scheme.as_str(), client.host.as_str(), client.via_proxy);
            assert_eq!(got, (addr, scheme, host, via_proxy), "{case:?}");
            assert_eq!(observed.peer, peer);
            asked += 1;
        }
    }
    assert!(asked > 100);
}

#[test]
fn c6_and_c9_the_limit_counts_in_one_bucket() {
    let bucket_of = |element: &str| {
        let mut case = all().into_iter().find(|case| case.id == "C2").unwrap();
        case.lines.retain(|line| !line.starts_with(b"X-Forwarded-For"));
        case.lines.push(format!("X-Forwarded-For: {element}").into_bytes());
        bucket(client_info(&case.trust, Peer::Unix, &received(&case)).0.addr)
    };
    assert_eq!(bucket_of("203.0.113.5:4711"), bucket_of("203.0.113.5"));
    assert_eq!(bucket_of("::ffff:203.0.113.5"), bucket_of("203.0.113.5"));
    assert_eq!(bucket_of("[2001:db8:1:2::1]:443"), bucket_of("2001:db8:1:2:ffff::9%eth0"));
    assert_ne!(bucket_of("2001:db8:1:3::1"), bucket_of("2001:db8:1:2::1"));
    assert_eq!(bucket_of("garbage"), bucket_of("0.0.0.0"));
}

#[test]
fn c1_one_warning_a_peer_and_no_value_of_the_client_in_it() {
    let case = all().into_iter().find(|case| case.id == "C1" && case.from == Source::Stranger).unwrap();
    let service = layer(&case).layer(service());
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        for last in [9, 9, 9, 10, 9, 10] {
            ask(&service, &case, Peer::Tcp(([127, 0, 0, last], 1).into()));
        }
    });
    let log = log.text();
    assert_eq!(log.lines().count(), 2, "{log}");
    assert!(log.contains("add 127.0.0.9 to TRUSTED_PEERS"), "{log}");
    assert!(log.contains("add 127.0.0.10 to TRUSTED_PEERS"), "{log}");
    assert!(!log.contains("203.0.113.9") && !log.contains("evil"), "{log}");
}

#[test]
fn c5_invalid_elements_are_counted_when_they_are_believed() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        for case in all() {
            let service = layer(&case).layer(service());
            let garbage = case.id == "C5" && case.from == Source::AnyHop;
            if garbage || case.from == Source::Stranger {
                ask(&service, &case, peers(case.from)[0]);
            }
        }
    });
    let count = all().iter().filter(|case| case.id == "C5").count();
    let text = handle.render();
    let line = format!("safeharbor_forwarded_invalid_total{{header=\"x-forwarded-for\"}} {count}\n");
    assert!(text.contains(&line), "{text}");
    assert_eq!(text.matches("safeharbor_forwarded_invalid_total{").count(), 1, "{text}");
}

#[test]
fn r7_a_request_without_peer_is_our_own_mistake() {
    let case = all().remove(0);
    let mut service = layer(&case).layer(service());
    let response = service.call(request(&case).unwrap()).now_or_never().unwrap().unwrap();
    assert_eq!(response.status(), 500);
}

fn ask<S>(service: &S, case: &Case, peer: Peer) -> Answer
where
    S: tower::Service<Request<()>, Response = http::Response<String>, Error = Infallible> + Clone,
{
    let Some(mut request) = request(case) else {
        // What the server does with bytes that make no request.
        return Answer { status: 400, location: None, saw: None };
    };
    request.extensions_mut().insert(peer);
    let response = service.clone().call(request).now_or_never().expect("it never waits").unwrap();
    Answer::of(&response)
}

fn service()
-> impl tower::Service<Request<()>, Response = http::Response<String>, Error = Infallible, Future: Unpin> + Clone
{
    tower::service_fn(|request| std::future::ready(Ok(echo(request))))
}

/// The case's lines as the server would parse them; none when they are no valid request.
fn request(case: &Case) -> Option<Request<()>> {
    let first = str::from_utf8(&case.lines[0]).ok()?;
    let [method, target, version] = first.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let mut request = Request::new(());
    *request.method_mut() = method.parse::<Method>().ok()?;
    *request.uri_mut() = target.parse::<Uri>().ok()?;
    *request.version_mut() = if version == "HTTP/1.0" { Version::HTTP_10 } else { Version::HTTP_11 };
    for (name, value) in fields(case) {
        request
            .headers_mut()
            .append(HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?);
    }
    Some(request)
}

fn fields(case: &Case) -> impl Iterator<Item = (&[u8], &[u8])> {
    case.lines[1..].iter().map(|line| {
        let colon = line.iter().position(|&byte| byte == b':').expect("a header line");
        (&line[..colon], line[colon + 1..].trim_ascii())
    })
}

fn received(case: &Case) -> Received<'_> {
    let of = |name: &'static str| {
        fields(case).filter(move |(it, _)| it.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
    };
    Received {
        forwarded_for: Field::from_lines(of("x-forwarded-for")),
        forwarded_proto: Field::from_lines(of("x-forwarded-proto")),
        forwarded_host: Field::from_lines(of("x-forwarded-host")),
        host: Host::from_lines(of("host")),
        target: None,
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
