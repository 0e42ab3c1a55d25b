//! All parts of a rehearsal, in the order in which they are stopped.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use super::caddy::Caddy;
use super::cloudflared::{Cloudflared, Tunnel};
use super::edge::{Certificate, Edge};
use super::mailsink::MailSink;
use super::options::{Ingress, Options};
use super::postgres::{Durability, PrivatePostgres};
use super::process::Process;
use super::redis::PrivateRedis;
use super::service::{Env, Service, run_verb};
use super::state::State;
use crate::probe::client::{Client, Dial};
use crate::probe::contract::Hop;
use crate::proxy::PublicUrl;

/// `*.localhost` leads every browser to this machine, without a line in `/etc/hosts`.
pub const HOST: &str = "safeharbor.localhost";
/// Where honest probes dial from: not the address that the hop itself dials from.
pub const VISITOR: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 7);
/// Who guesses passwords.
pub const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 8);
/// Outside `TRUSTED_PEERS`.
pub const UNTRUSTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

/// Whom the rehearsal's mails are from.
pub const SENDER: &str = "Safe Harbor <rehearsal@example.org>";

/// What is in front of the web process.
enum Front {
    Caddy(Caddy),
    /// The edge, and the Caddy that issues its certificate.
    Edge {
        https: Edge,
        http: Edge,
        issuer: Caddy,
    },
    Tunnel(Cloudflared),
    None,
}

/// The running parts. Dropped from the outside in: no request meets a missing part.
pub struct Stack {
    front: Front,
    /// The web process.
    pub web: Service,
    /// The worker.
    pub worker: Service,
    /// Where mails go.
    pub sink: Arc<MailSink>,
    /// The private Redis, unless an existing one is used.
    pub redis: Option<PrivateRedis>,
    /// The private Postgres, unless an existing one is used.
    pub postgres: Option<PrivatePostgres>,
    /// The state folder.
    pub state: State,
    /// The app's own address.
    pub app: SocketAddr,
    /// The address of `/metrics`.
    pub metrics: SocketAddr,
    public: PublicUrl,
    env: Env,
    options: Options,
}

impl Stack {
    /// Starts what holds data and what takes mail, and binds the app's sockets. Nothing of ours runs yet.
    ///
    /// # Errors
    /// When a part does not come up.
    pub async fn prepare(options: &Options, mut say: impl FnMut(&str)) -> Result<Self> {
        let state =
            if options.once { State::temporary()? } else { State::open(&options.state, options.fresh)? };
        say(&format!("state in {}", state.dir().display()));
        let postgres = match options.database_url {
            Some(_) => None,
            None => Some(PrivatePostgres::start(&state.part("postgres"), Durability::Full).await?),
        };
        say(if postgres.is_some() { "Postgres answers" } else { "an existing Postgres is used" });
        let redis = match options.redis_url {
            Some(_) => None,
            None => Some(PrivateRedis::start(&state.part("redis")).await?),
        };
        say(if redis.is_some() { "Redis answers" } else { "an existing Redis is used" });
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let sink = Arc::new(MailSink::start_in(any_port, &state.mails()).await?);
        let mut web = Service::new("serve", &options.binary, &state.logs(), state.run());
        // Without a proxy it is the address people use; of a tunnel with a token the dashboard has to know it.
        let own_port = match options.ingress {
            Ingress::None | Ingress::Tunnel { .. } => options.port.unwrap_or(0),
            Ingress::Caddy | Ingress::CloudflareEdge | Ingress::QuickTunnel => 0,
        };
        let app = web.listen("http", own_port)?;
        let metrics = web.listen("metrics", 0)?;
        let worker = Service::new("worker", &options.binary, &state.logs(), state.run());
        let public = PublicUrl::parse(&format!("http://localhost:{}", app.port()))?;
        let front = Front::None;
        let options = options.clone();
        Ok(Self {
            front,
            web,
            worker,
            sink,
            redis,
            postgres,
            state,
            app,
            metrics,
            public,
            env: Env::new(),
            options,
        })
    }

    /// Puts the hop in front and notes the address people use from here on.
    ///
    /// # Errors
    /// When the hop does not come up.
    pub async fn put_in_front(&mut self, ingress: &Ingress) -> Result<()> {
        self.front = Front::None;
        let log = self.state.logs().join("hop.log");
        let (front, public) = match ingress {
            Ingress::None => (Front::None, format!("http://localhost:{}", self.app.port())),
            Ingress::Caddy => {
                let ports = (self.port()?, free_port()?);
                let caddy = Caddy::start(&self.state.part("caddy"), &log, HOST, self.app, ports).await?;
                let public = format!("https://{HOST}:{}", caddy.https().port());
                (Front::Caddy(caddy), public)
            }
            Ingress::CloudflareEdge => {
                let ports = (free_port()?, free_port()?);
                let issuer = Caddy::start(&self.state.part("caddy"), &log, HOST, self.app, ports).await?;
                let (chain, key) = issuer.certificate();
                let listen = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                let https =
                    Edge::start(listen(self.port()?), self.app, Some(Certificate { chain, key })).await?;
                let http = Edge::start(listen(0), self.app, None).await?;
                let public = format!("https://{HOST}:{}", https.addr().port());
                (Front::Edge { https, http, issuer }, public)
            }
            Ingress::Tunnel { token, public_url } => {
                let tunnel = Tunnel::Token(token.clone());
                let tunnel = Cloudflared::start(&tunnel, &log, self.app, free_port()?).await?;
                (Front::Tunnel(tunnel), public_url.clone())
            }
            Ingress::QuickTunnel => {
                let tunnel = Cloudflared::start(&Tunnel::Quick, &log, self.app, free_port()?).await?;
                let public = format!("https://{}", tunnel.quick_name().await?);
                (Front::Tunnel(tunnel), public)
            }
        };
        self.front = front;
        self.public = PublicUrl::parse(&public).with_context(|| public)?;
        self.options.ingress = ingress.clone();
        Ok(())
    }

    /// Starts the web process and the worker on database `name`, or on the existing one.
    ///
    /// # Errors
    /// When one does not get ready.
    pub async fn start_services(&mut self, name: &str, mut say: impl FnMut(&str)) -> Result<()> {
        let database_url = match (&self.postgres, &self.options.database_url) {
            (Some(postgres), _) => {
                postgres.ensure_database(name).await?;
                postgres.url(name)
            }
            (None, Some(url)) => url.clone(),
            (None, None) => bail!("there is no Postgres"),
        };
        self.env = self.make_env(&database_url)?;
        self.web.configure(self.env.clone());
        self.worker.configure(self.env.clone());
        self.web.start(|status| say(&format!("serve: {status}"))).await?;
        say("the web process is ready");
        self.worker.start(|status| say(&format!("worker: {status}"))).await?;
        say("the worker is ready");
        Ok(())
    }

    /// Stops the web process and the worker.
    ///
    /// # Errors
    /// When one had to be killed or ended with an error.
    pub async fn stop_services(&mut self) -> Result<()> {
        self.web.stop().await?;
        self.worker.stop().await
    }

    /// The address people use.
    pub const fn public(&self) -> &PublicUrl {
        &self.public
    }

    /// The file with the authority to trust, when the hop has one of its own.
    pub fn authority(&self) -> Option<std::path::PathBuf> {
        match &self.front {
            Front::Caddy(caddy) | Front::Edge { issuer: caddy, .. } => Some(caddy.root()),
            Front::Tunnel(_) | Front::None => None,
        }
    }

    /// A client that comes in by the hop, as an honest visitor.
    ///
    /// # Errors
    /// When the authority cannot be read, or a public name does not resolve.
    pub async fn visitor(&self) -> Result<Client> {
        let client = match &self.front {
            Front::Caddy(caddy) => caddy.client()?.from(VISITOR.into()),
            Front::Edge { https, issuer, .. } => {
                let client = issuer.client()?.from(VISITOR.into());
                Client { dial: Dial::Tcp(https.addr()), host: self.public.authority().to_owned(), ..client }
            }
            Front::Tunnel(_) => crate::probe::outside::client(&self.public, None, &[]).await?,
            Front::None => self.direct(Ipv4Addr::LOCALHOST),
        };
        Ok(client)
    }

    /// A client that dials the app's own port from `source`, with the public host.
    pub fn direct(&self, source: Ipv4Addr) -> Client {
        let host = self.public.authority().to_owned();
        Client { dial: Dial::Tcp(self.app), tls: None, host, source: Some(source.into()) }
    }

    /// What the contract's probes need. Makes a verify token.
    ///
    /// # Errors
    /// When the token cannot be made.
    pub async fn hop(&self) -> Result<Hop> {
        let client = self.visitor().await?;
        let token = self.verb(&["verify-token", "--minutes", "60"]).await?;
        let plain = match &self.front {
            Front::Caddy(caddy) => Some(caddy.http()),
            Front::Edge { http, .. } => Some(http.addr()),
            Front::Tunnel(_) | Front::None => None,
        };
        let plain = plain.map(|addr| Client { dial: Dial::Tcp(addr), tls: None, ..client.clone() });
        let visitor = client.source;
        Ok(Hop { client, plain, public: self.public.clone(), token, visitor })
    }

    /// Runs a verb of ours with the services' settings.
    ///
    /// # Errors
    /// When it fails.
    pub async fn verb(&self, arguments: &[&str]) -> Result<String> {
        run_verb(&self.options.binary, arguments, &self.env).await
    }

    /// A small pool on the services' database, to count what is really stored.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn pool(&self, name: &str) -> Result<PgPool> {
        let url = match (&self.postgres, &self.options.database_url) {
            (Some(postgres), _) => postgres.url(name),
            (None, Some(url)) => url.clone(),
            (None, None) => bail!("there is no Postgres"),
        };
        Ok(PgPoolOptions::new().max_connections(2).connect(&url).await?)
    }

    /// Every process that should be running.
    pub fn processes(&mut self) -> Vec<&mut Process> {
        let front = match &mut self.front {
            Front::Caddy(caddy) | Front::Edge { issuer: caddy, .. } => Some(caddy.process()),
            Front::Tunnel(tunnel) => Some(tunnel.process()),
            Front::None => None,
        };
        let servers = [
            self.redis.as_mut().and_then(PrivateRedis::process),
            self.postgres.as_mut().and_then(PrivatePostgres::process),
        ];
        [front, self.web.process(), self.worker.process()].into_iter().chain(servers).flatten().collect()
    }

    /// The logs of all parts.
    pub fn logs(&self) -> Vec<(&'static str, std::path::PathBuf)> {
        let mut logs = vec![("hop", self.state.logs().join("hop.log"))];
        logs.extend([("web", self.web.log().to_owned()), ("worker", self.worker.log().to_owned())]);
        logs.extend(self.redis.as_ref().map(|redis| ("redis", redis.log())));
        logs.extend(self.postgres.as_ref().map(|postgres| ("postgres", postgres.log())));
        logs
    }

    fn port(&self) -> Result<u16> {
        self.options.port.map_or_else(free_port, Ok)
    }

    fn make_env(&self, database_url: &str) -> Result<Env> {
        let redis_url = match (&self.redis, &self.options.redis_url) {
            (Some(redis), _) => redis.url(),
            (None, Some(url)) => url.clone(),
            (None, None) => bail!("there is no Redis"),
        };
        let file = |name, value: &str| self.state.secret(name, value).map(OsString::from);
        let mut env: Env = vec![
            ("DATABASE_URL_FILE", file("database-url", database_url)?),
            ("REDIS_URL_FILE", file("redis-url", &redis_url)?),
            ("PUBLIC_URL", self.public.to_string().into()),
            ("UPLOAD_DIR", self.state.part("uploads").into()),
            ("SMTP_HOST", "127.0.0.1".into()),
            ("SMTP_PORT", self.sink.addr().port().to_string().into()),
            ("SMTP_TLS", "none".into()),
            ("SMTP_FROM", SENDER.into()),
            ("LOG_FORMAT", "pretty".into()),
        ];
        match self.options.ingress {
            Ingress::None => env.push(("SAFEHARBOR_ENV", "development".into())),
            Ingress::Caddy => {
                env.extend([("TRUST_PROXY_HEADERS", "1".into()), ("PROXY_HOP", "caddy".into())]);
            }
            _ => env.extend([("TRUST_PROXY_HEADERS", "1".into()), ("PROXY_HOP", "cloudflared".into())]),
        }
        Ok(env)
    }
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
