//! Posting to addresses that keepers chose, without becoming their way into the network at home.
//!
//! A host's name is resolved once; every address it leads to is judged; the connection is made to one of those that
//! were judged, by its number. Redirects are not followed. No proxy is used.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use crate::domain::egress::{AllowList, Refused, Target};

/// As much of an answer's body is read; more is left unread. Nothing of it is kept.
const ANSWER: usize = 16 * 1024;
/// The largest head of an answer.
const HEAD: usize = 16 * 1024;
/// So many of a name's addresses are tried.
const TRIED: usize = 4;
/// A body that does not come is waited for no longer than this: the status has been read.
const BODY: Duration = Duration::from_secs(1);
/// A server may put us off for this long.
const LONGEST: Duration = Duration::from_hours(1);

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Everything, from the name to the answer's head.
    pub all: Duration,
    /// Connecting to one address.
    pub connect: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { all: Duration::from_secs(15), connect: Duration::from_secs(5) }
    }
}

/// Where a name leads. Asked once a post.
pub type Resolve = Arc<
    dyn Fn(String, u16) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> + Send + Sync,
>;

/// The way out. Cheap to clone.
#[derive(Clone)]
pub struct Poster {
    tls: Arc<ClientConfig>,
    resolve: Resolve,
    limits: Limits,
}

/// Why something could not be posted, without paths and tokens: those are secrets.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// It leads where nothing is posted.
    #[error("{0}")]
    Refused(Refused),
    /// The name leads nowhere.
    #[error("{0} cannot be found ({1}).")]
    Unknown(String, String),
    /// Nobody answers there.
    #[error("{0} cannot be reached ({1}).")]
    Unreachable(String, String),
    /// The certificate is not of that host, or not to be trusted.
    #[error("{0} could not be trusted ({1}).")]
    Untrusted(String, String),
    /// It took too long.
    #[error("{0} did not answer within {1} s.")]
    Silent(String, u64),
    /// The exchange broke off.
    #[error("The connection to {0} broke ({1}).")]
    Broken(String, String),
    /// Something of the request cannot be sent.
    #[error("This cannot be posted ({0}).")]
    Unsendable(String),
}

impl PostError {
    /// Whether trying again cannot help until somebody changes something.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Unsendable(_))
    }
}

/// What a server said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The status.
    pub status: StatusCode,
    /// How long it wants to be left alone.
    pub retry_after: Option<Duration>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Default for Poster {
    fn default() -> Self {
        Self::with(Limits::default(), system(), &[])
    }
}

/// Names as this machine resolves them.
pub fn system() -> Resolve {
    Arc::new(|host, port| {
        Box::pin(async move { Ok(tokio::net::lookup_host((host.as_str(), port)).await?.collect()) })
    })
}

impl Poster {
    /// The same with other limits, another resolver, and authorities in place of this machine's if there are any.
    ///
    /// # Panics
    /// Never: the versions of TLS are those of the provider.
    pub fn with(limits: Limits, resolve: Resolve, authorities: &[CertificateDer<'static>]) -> Self {
        let mut roots = RootCertStore::empty();
        if authorities.is_empty() {
            // Old roots that rustls cannot read are no reason to do without the others.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        roots.add_parsable_certificates(authorities.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        #[expect(clippy::expect_used, reason = "documented: the provider knows the versions that are safe")]
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self { tls: Arc::new(tls), resolve, limits }
    }

    /// Posts JSON, with these headers beside the usual ones.
    ///
    /// # Errors
    /// When there is no answer. Any status is one.
    pub async fn post(
        &self,
        target: &Target,
        allowed: &AllowList,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Said, PostError> {
        let request = request(target, headers, body)?;
        let until = Instant::now() + self.limits.all;
        timeout_at(until, Box::pin(self.exchange(target, allowed, request)))
            .await
            .map_err(|_elapsed| PostError::Silent(target.host_in_words(), self.limits.all.as_secs()))?
    }

    async fn exchange(
        &self,
        target: &Target,
        allowed: &AllowList,
        request: Request<Full<Bytes>>,
    ) -> Result<Said, PostError> {
        let host = target.host_in_words();
        let addresses = (self.resolve)(target.name(), target.port()).await;
        let addresses = addresses.map_err(|error| PostError::Unknown(host.clone(), error.to_string()))?;
        if addresses.is_empty() {
            return Err(PostError::Unknown(host, "it has no address".to_owned()));
        }
        // One that is refused refuses them all: which one is dialled is not left to the name's owner.
        for address in &addresses {
            target.admit(address.ip(), allowed).map_err(PostError::Refused)?;
        }
        let stream = self.connect(target, &addresses).await?;
        let broken = |error: hyper::Error| PostError::Broken(host.clone(), innermost(&error));
        let (mut sender, connection) =
            http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(stream)).await.map_err(broken)?;
        // Ends with this exchange, however that ends.
        let _driver = AbortOnDropHandle::new(tokio::spawn(connection));
        let response = sender.send_request(request).await.map_err(broken)?;
        let said = Said { status: response.status(), retry_after: retry_after(response.headers()) };
        // What it says beside its status is of no interest; a server is only let finish a short answer.
        let _dropped = timeout(BODY, drain(response)).await;
        Ok(said)
    }

    async fn connect(
        &self,
        target: &Target,
        addresses: &[SocketAddr],
    ) -> Result<Pin<Box<dyn Stream>>, PostError> {
        let mut why = String::new();
        for address in addresses.iter().take(TRIED) {
            let address = SocketAddr::new(address.ip().to_canonical(), target.port());
            match timeout(self.limits.connect, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return self.encrypt(target, stream).await,
                Ok(Err(error)) => why = error.to_string(),
                Err(_elapsed) => why = format!("no answer within {} s", self.limits.connect.as_secs()),
            }
        }
        Err(PostError::Unreachable(target.host_in_words(), why))
    }

    async fn encrypt(&self, target: &Target, stream: TcpStream) -> Result<Pin<Box<dyn Stream>>, PostError> {
        if !target.is_encrypted() {
            return Ok(Box::pin(stream));
        }
        let host = target.host_in_words();
        let name = ServerName::try_from(target.name())
            .map_err(|error| PostError::Untrusted(host.clone(), error.to_string()))?;
        let connected = tokio_rustls::TlsConnector::from(self.tls.clone()).connect(name, stream).await;
        Ok(Box::pin(connected.map_err(|error| PostError::Untrusted(host, error.to_string()))?))
    }
}

fn request(target: &Target, headers: HeaderMap, body: Vec<u8>) -> Result<Request<Full<Bytes>>, PostError> {
    let unsendable = |error: &dyn std::fmt::Display| PostError::Unsendable(error.to_string());
    let mut request = Request::new(Full::new(Bytes::from(body)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = target.path_and_query().parse().map_err(|error| unsendable(&error))?;
    *request.headers_mut() = headers;
    let host = HeaderValue::from_str(&target.host_in_words()).map_err(|error| unsendable(&error))?;
    let usual: [(HeaderName, HeaderValue); 4] = [
        (HOST, host),
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (USER_AGENT, HeaderValue::from_static(concat!("safeharbor/", env!("CARGO_PKG_VERSION")))),
        (CONNECTION, HeaderValue::from_static("close")),
    ];
    request.headers_mut().extend(usual);
    Ok(request)
}

async fn drain(response: Response<Incoming>) {
    let (mut body, mut read) = (response.into_body(), 0);
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > ANSWER {
            return;
        }
    }
}

/// Seconds, the only form that servers of ours use; a date is as if there were none.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST))
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_put_us_off_for_an_hour_at_most() {
        let after = |text: &'static str| {
            retry_after(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]))
        };
        assert_eq!(after("120"), Some(Duration::from_mins(2)));
        assert_eq!(after("18446744073709551615"), Some(LONGEST));
        for none in ["", "-1", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999999999"] {
            assert_eq!(after(none), None, "{none}");
        }
    }
}
