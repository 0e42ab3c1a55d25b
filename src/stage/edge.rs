//! An edge that writes headers as Cloudflare's does (see the table in the contract): it keeps the client's
//! `X-Forwarded-For` and appends the visitor's address without a space, sets `X-Forwarded-Proto` and the `CF-*`
//! headers, and passes everything else on as it came: `X-Forwarded-Host`, `Forwarded`, `X-Real-IP`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::header::{CONNECTION, HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::handshake;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

use super::caddy::authorities;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A running edge. Dropping it ends it.
#[derive(Debug)]
pub struct Edge {
    addr: SocketAddr,
    _accepting: AbortOnDropHandle<()>,
}

/// A certificate with its chain, and its key: PEM files that somebody else renews.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate and what leads to its authority.
    pub chain: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Edge {
    /// Starts an edge on `listen` in front of `upstream`; with a certificate it speaks TLS.
    ///
    /// # Errors
    /// When the port is taken or the certificate cannot be read.
    pub async fn start(
        listen: SocketAddr,
        upstream: SocketAddr,
        certificate: Option<Certificate>,
    ) -> Result<Self> {
        let listener = TcpListener::bind(listen).await.with_context(|| format!("edge on {listen}"))?;
        let addr = listener.local_addr()?;
        let mut tls = certificate.map(Renewing::read).transpose()?;
        let accepting = tokio::spawn(async move {
            loop {
                let (stream, peer) = match listener.accept().await {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, "edge");
                        tokio::task::yield_now().await;
                        continue;
                    }
                };
                let acceptor = tls.as_mut().map(Renewing::acceptor);
                tokio::spawn(async move {
                    let served = match acceptor {
                        None => serve(stream, peer.ip(), "http", upstream).await,
                        Some(acceptor) => match acceptor.accept(stream).await {
                            Ok(stream) => serve(stream, peer.ip(), "https", upstream).await,
                            Err(error) => Err(error.into()),
                        },
                    };
                    if let Err(error) = served {
                        tracing::debug!(%error, "edge connection");
                    }
                });
            }
        });
        Ok(Self { addr, _accepting: AbortOnDropHandle::new(accepting) })
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }
}

/// Reads the files again when they have changed: the authority's certificates last half a day.
struct Renewing {
    files: Certificate,
    read_at: Option<SystemTime>,
    acceptor: TlsAcceptor,
}

impl Renewing {
    fn read(files: Certificate) -> Result<Self> {
        let chain = authorities(&files.chain)?;
        let key =
            PrivateKeyDer::from_pem_file(&files.key).with_context(|| format!("{}", files.key.display()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        let read_at = changed_at(&files);
        Ok(Self { files, read_at, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    fn acceptor(&mut self) -> TlsAcceptor {
        if changed_at(&self.files) != self.read_at {
            match Self::read(self.files.clone()) {
                Ok(renewed) => *self = renewed,
                Err(error) => tracing::warn!(%error, "the edge keeps its old certificate"),
            }
        }
        self.acceptor.clone()
    }
}

fn changed_at(files: &Certificate) -> Option<SystemTime> {
    files.chain.metadata().and_then(|meta| meta.modified()).ok()
}

async fn serve<S>(stream: S, visitor: IpAddr, scheme: &'static str, upstream: SocketAddr) -> Result<()>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let service = service_fn(move |mut request: Request<Incoming>| async move {
        rewrite(request.headers_mut(), visitor, scheme);
        let response = match forward(request, upstream).await {
            Ok(response) => response,
            Err(error) => {
                tracing::debug!(%error, "edge upstream");
                let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed());
                *response.status_mut() = StatusCode::BAD_GATEWAY;
                response
            }
        };
        Ok::<_, std::convert::Infallible>(response)
    });
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.context("serving")
}

async fn forward(
    request: Request<Incoming>,
    upstream: SocketAddr,
) -> Result<Response<BoxBody<Bytes, hyper::Error>>> {
    let stream = TcpStream::connect(upstream).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "edge upstream connection");
        }
    });
    let mut response = sender.send_request(request).await?;
    response.headers_mut().remove(CONNECTION);
    Ok(response.map(BodyExt::boxed))
}

fn rewrite(headers: &mut HeaderMap, visitor: IpAddr, scheme: &'static str) {
    headers.remove(CONNECTION);
    let mut chain: Vec<u8> = Vec::new();
    for line in headers.get_all(FORWARDED_FOR) {
        chain.extend_from_slice(line.as_bytes());
        chain.push(b',');
    }
    chain.extend_from_slice(visitor.to_string().as_bytes());
    let address = visitor.to_string();
    let set = [
        (FORWARDED_FOR, HeaderValue::from_bytes(&chain)),
        (FORWARDED_PROTO, HeaderValue::from_str(scheme)),
        (HeaderName::from_static("cf-connecting-ip"), HeaderValue::from_str(&address)),
        (HeaderName::from_static("cf-ray"), HeaderValue::from_str("9a1b2c3d4e5f6071-FRA")),
        (
            HeaderName::from_static("cf-visitor"),
            HeaderValue::from_str(&format!("{{\"scheme\":\"{scheme}\"}}")),
        ),
        (HeaderName::from_static("cf-ipcountry"), HeaderValue::from_str("XX")),
        (HeaderName::from_static("cdn-loop"), HeaderValue::from_str("cloudflare; loops=1")),
    ];
    for (name, value) in set {
        // What came in was a valid value, and stays one with an address after it.
        if let Ok(value) = value {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_written_as_the_table_says() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-forwarded-for", "a, b"),
            ("x-forwarded-for", "c"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "http"),
            ("cf-connecting-ip", "6.6.6.6"),
            ("x-real-ip", "6.6.6.6"),
            ("host", "tank.example"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        rewrite(&mut headers, "203.0.113.1".parse().unwrap(), "https");
        let all = |name: &str| headers.get_all(name).iter().map(|v| v.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(all("x-forwarded-for"), ["a, b,c,203.0.113.1"]);
        assert_eq!(all("x-forwarded-proto"), ["https"]);
        assert_eq!(all("cf-connecting-ip"), ["203.0.113.1"]);
        assert_eq!(all("x-forwarded-host"), ["evil.example"]);
        assert_eq!(all("x-real-ip"), ["6.6.6.6"]);
        assert_eq!(all("host"), ["tank.example"]);
    }
}
