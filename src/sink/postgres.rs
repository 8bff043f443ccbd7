//! Deliveries as rows of a PostgreSQL database: stories and items are kept as they are now, and
//! every delivery is a row.
//!
//! A batch is one transaction. What comes again changes nothing: a delivery is known by channel and
//! position, and a story or an item is never set back to an earlier position. The newest item, looked
//! up for each connection, tells whether the tables are another log's.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::{Client, Config as Address, Connection, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;
use tracing::{debug, warn};

use crate::broker::tls;
use crate::config::PostgresSink as Config;
use crate::log::{View, blocking};

use super::batch::Batch;
use super::error::SinkError;

mod fault;
mod rows;
mod statements;
mod tables;

use fault::Fault;
use rows::Rows;
use statements::{Statements, newest};
use tables::Families;

/// A connection may take this long.
const CONNECT: Duration = Duration::from_secs(10);
/// How much longer than the server's own limit a batch is waited for.
const GRACE: Duration = Duration::from_secs(10);

/// Tables that are written to.
pub(super) struct PostgresSink {
    config: Config,
    connected: Option<Connected>,
    /// What is to say of the database's encoding has been said.
    encoding_told: bool,
    /// What is to say of tables of an earlier version has been said.
    age_told: bool,
}

struct Connected {
    client: Client,
    statements: Statements,
    families: Families,
}

impl PostgresSink {
    pub(super) fn new(config: &Config) -> PostgresSink {
        PostgresSink {
            config: config.clone(),
            connected: None,
            encoding_told: false,
            age_told: false,
        }
    }

    pub(super) async fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        let rows = Rows::of(batch.events, batch.keeper.channels())?;
        let limit = self.config.timeout + GRACE;
        let work = async {
            let mut connected = match self.connected.take() {
                Some(connected) if connected.lasts() => connected,
                _ => match self.connect(&batch.keeper.name, &batch.keeper.log.view()).await? {
                    Some(connected) => connected,
                    None => return Ok(None),
                },
            };
            let same_log = connected.write(&rows, &self.config.schema).await;
            let same_log = same_log.map_err(Fault::NotWritten)?;
            Ok(same_log.then_some(connected))
        };
        // After an error, or when it takes too long, the connection is not kept.
        self.connected = tokio::time::timeout(limit, work)
            .await
            .map_err(|_| SinkError::passing(format!("not written within {} s", limit.as_secs())))?
            .map_err(|fault: Fault| {
                fault.into_sink_error(&self.config.schema, self.config.create_tables)
            })?;
        match self.connected {
            Some(_) => Ok(()),
            None => Err(SinkError::gone(format!(
                "the schema `{}` holds deliveries of another log: drop it, or name another `schema`",
                self.config.schema
            ))),
        }
    }

    /// `None` when the tables hold another log.
    async fn connect(&mut self, name: &str, view: &View) -> Result<Option<Connected>, Fault> {
        let endpoint = &self.config.endpoint;
        let mut address: Address = endpoint.url.as_str().parse()?;
        if let Some(password) = &endpoint.password {
            address.password(password.load().map_err(Fault::Own)?);
        }
        let limit = self.config.timeout.as_millis();
        let own = address.get_options().unwrap_or_default();
        let options = format!("{own} -c statement_timeout={limit}");
        address.application_name("wirefold").connect_timeout(CONNECT).options(options);
        let (client, encoding) = if endpoint.tls {
            address.ssl_mode(tokio_postgres::config::SslMode::Require);
            let tls = tls::client(endpoint.ca_file.as_deref()).map_err(Fault::Own)?;
            let (client, connection) = address.connect(MakeRustlsConnect::new(tls)).await?;
            (client, watch(connection))
        } else {
            let (client, connection) = address.connect(NoTls).await?;
            (client, watch(connection))
        };
        if let Some(unfit) = tables::unfit(&encoding).filter(|_| !self.encoding_told) {
            warn!(sink = name, "{unfit}");
            self.encoding_told = true;
        }
        if self.config.create_tables {
            tables::make(&client, &self.config.schema).await?;
        }
        let (schema, adds) = (&self.config.schema, self.config.create_tables);
        let families = tables::families(&client, schema, adds).await?;
        let old = tables::without_families(schema, &families);
        if let Some(old) = old.filter(|_| !self.age_told) {
            warn!(sink = name, "{old}");
            self.age_told = true;
        }
        let with_families = families == Families::There;
        let statements = Statements::prepare(&client, schema, with_families).await?;
        if let Some((item, received)) = newest(&client, &self.config.schema).await? {
            let view = view.clone();
            let known = blocking(move || view.knows(item, received)).await;
            if !known.map_err(|error| Fault::Own(error.to_string()))? {
                return Ok(None);
            }
        }
        Ok(Some(Connected { client, statements, families }))
    }
}

/// Minds a connection until its client is dropped. The next batch finds it closed and says so where it
/// matters. The encoding of the database.
fn watch<S, T>(connection: Connection<S, T>) -> String
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let encoding = connection.parameter("server_encoding").unwrap_or("UTF8").to_owned();
    tokio::spawn(async {
        if let Err(error) = connection.await {
            debug!(%error, "a connection to PostgreSQL broke");
        }
    });
    encoding
}

impl Connected {
    /// Whether the next batch can have it: what its tables still lack is tried again with a new one.
    fn lasts(&self) -> bool {
        !self.client.is_closed() && !matches!(self.families, Families::NotYet(_))
    }

    /// Writes a batch. False when a delivery was there already, but of another item: these are another
    /// log's positions.
    async fn write(&mut self, rows: &Rows, schema: &str) -> Result<bool, Error> {
        let transaction = self.client.transaction().await?;
        let same_log = self.statements.write(&transaction, rows).await?;
        if same_log {
            transaction.commit().await?;
            debug!(schema, deliveries = rows.deliveries(), "written");
        } else {
            transaction.rollback().await?;
        }
        Ok(same_log)
    }
}
