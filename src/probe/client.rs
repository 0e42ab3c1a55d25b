//! An HTTP/1.1 client that does what probes need and no polite client would: odd, doubled and forged headers,
//! a chosen source address, a TLS name that differs from `Host`, bytes as they are.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, UnixStream};
use tokio::time::timeout;

/// How long one exchange may take.
const LIMIT: Duration = Duration::from_secs(40);

/// Where to dial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dial {
    /// An address.
    Tcp(SocketAddr),
    /// A unix socket.
    Unix(PathBuf),
}

/// How the far end proves who it is.
#[derive(Clone, Debug)]
pub struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Tls {
    /// Checks the certificate for `name` against the given authorities, or this machine's when there are none.
    ///
    /// # Errors
    /// When `name` is no server name or an authority cannot be read.
    pub fn new(name: &str, authorities: &[CertificateDer<'static>]) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        if authorities.is_empty() {
            for certificate in rustls_native_certs::load_native_certs().certs {
                // Old roots that rustls cannot read are no reason to do without the others.
                let _unreadable = roots.add(certificate).is_err();
            }
        }
        for authority in authorities {
            roots.add(authority.clone()).context("reading the certificate authority")?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("TLS versions")?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name =
            ServerName::try_from(name.to_owned()).with_context(|| format!("{name} is no TLS server name"))?;
        Ok(Self { config: Arc::new(config), name })
    }
}

/// A way to the service. Cheap to clone and to vary.
#[derive(Clone, Debug)]
pub struct Client {
    /// Where to dial.
    pub dial: Dial,
    /// TLS, if any.
    pub tls: Option<Tls>,
    /// The `Host` of requests that do not say another.
    pub host: String,
    /// The address to dial from, when it is to be a particular one.
    pub source: Option<IpAddr>,
}

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Request {
    /// A `GET` of `target`.
    pub fn get(target: &str) -> Self {
        Self::new(Method::GET, target)
    }

    /// Any method.
    pub fn new(method: Method, target: &str) -> Self {
        Self { method, target: target.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A form as a program would post it: no `Origin`, no `Sec-Fetch-Site`.
    pub fn form(target: &str, body: impl Into<Bytes>) -> Self {
        let mut request = Self::new(Method::POST, target);
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers.insert(CONTENT_TYPE, kind);
        request.body = body.into();
        request
    }

    /// Adds a header; twice adds two lines. Without `Host` the client's own is sent.
    ///
    /// # Panics
    /// Never: names and values no client library sends are left out, and belong into
    /// [`Client::raw`].
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_ref()))
        {
            self.headers.append(name, value);
        }
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first line of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is not.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("status {}, and no JSON", self.status.as_u16()))
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// An open connection, for requests one after the other.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Client {
    /// The same way, dialled from another address.
    #[must_use]
    pub fn from(&self, source: IpAddr) -> Self {
        Self { source: Some(source), ..self.clone() }
    }

    /// Sends one request on a connection of its own.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn send(&self, request: Request) -> Result<Answer> {
        let mut connection = self.connect().await?;
        connection.send(request.header(CONNECTION.as_str(), "close")).await
    }

    /// `GET` of a path.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Request::get(path)).await
    }

    /// Opens a connection to keep.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn connect(&self) -> Result<Connection> {
        let stream = timeout(LIMIT, self.stream()).await.map_err(|_| anyhow!("no connection in time"))??;
        let (sender, driver) = handshake(TokioIo::new(stream)).await.context("HTTP handshake")?;
        tokio::spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(%error, "probe connection");
            }
        });
        Ok(Connection { sender, host: self.host.clone() })
    }

    /// Sends bytes as they are, and returns everything that comes back until the far end closes.
    ///
    /// # Errors
    /// When it cannot be dialled, or does not close in time.
    pub async fn raw(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let exchange = async {
            let mut stream = self.stream().await?;
            stream.write_all(bytes).await.context("sending")?;
            stream.flush().await.context("sending")?;
            let mut answer = Vec::new();
            let mut buffer = [0; 4096];
            loop {
                match stream.read(&mut buffer).await {
                    Ok(0) => return Ok(answer),
                    Ok(count) => answer.extend_from_slice(&buffer[..count]),
                    // A refusal may close with our bytes unread; what it said before that counts.
                    Err(_) if !answer.is_empty() => return Ok(answer),
                    Err(error) => return Err(error).context("reading"),
                }
            }
        };
        timeout(LIMIT, exchange).await.map_err(|_| anyhow!("no end of the answer in time"))?
    }

    /// The certificates the far end shows, its own first. They have been checked.
    ///
    /// # Errors
    /// When it cannot be dialled or the check fails.
    pub async fn certificates(&self) -> Result<Vec<CertificateDer<'static>>> {
        let tls = self.tls.as_ref().context("no TLS here")?;
        let plain =
            timeout(LIMIT, self.plain_stream()).await.map_err(|_| anyhow!("no connection in time"))??;
        let connector = tokio_rustls::TlsConnector::from(tls.config.clone());
        let handshake = timeout(LIMIT, connector.connect(tls.name.clone(), plain));
        let stream = handshake.await.map_err(|_| anyhow!("no TLS in time"))?.context("TLS")?;
        let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
        Ok(certificates.iter().map(|certificate| certificate.clone().into_owned()).collect())
    }

    async fn stream(&self) -> Result<Pin<Box<dyn Stream>>> {
        let plain = self.plain_stream().await?;
        let Some(tls) = &self.tls else { return Ok(plain) };
        let connector = tokio_rustls::TlsConnector::from(tls.config.clone());
        Ok(Box::pin(connector.connect(tls.name.clone(), plain).await.context("TLS")?))
    }

    async fn plain_stream(&self) -> Result<Pin<Box<dyn Stream>>> {
        match &self.dial {
            Dial::Unix(path) => {
                let stream = UnixStream::connect(path).await;
                Ok(Box::pin(stream.with_context(|| format!("connecting to {}", path.display()))?))
            }
            Dial::Tcp(address) => {
                let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
                if let Some(source) = self.source {
                    socket
                        .bind(SocketAddr::new(source, 0))
                        .with_context(|| format!("dialling from {source}"))?;
                }
                let stream = socket.connect(*address).await;
                let stream = stream.with_context(|| format!("connecting to {address}"))?;
                stream.set_nodelay(true)?;
                Ok(Box::pin(stream))
            }
        }
    }
}

impl Connection {
    /// Sends the next request.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn send(&mut self, request: Request) -> Result<Answer> {
        let mut message = http::Request::new(Full::new(request.body));
        *message.method_mut() = request.method;
        *message.uri_mut() =
            request.target.parse().with_context(|| format!("{} is no target", request.target))?;
        *message.headers_mut() = request.headers;
        if !message.headers().contains_key(HOST) {
            message.headers_mut().insert(HOST, HeaderValue::from_str(&self.host)?);
        }
        let exchange = async {
            self.sender.ready().await.context("the connection is closed")?;
            let response = self.sender.send_request(message).await.context("no answer")?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await.context("the answer broke off")?.to_bytes();
            Ok(Answer { status: parts.status, headers: parts.headers, body })
        };
        match timeout(LIMIT, exchange).await {
            Ok(answer) => answer,
            Err(_) => bail!("no answer within {} s", LIMIT.as_secs()),
        }
    }

    /// Whether the next request would find it closed.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }
}
