//! A household to test with: a keeper, tanks, batches.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use safeharbor::db::{self, keeper::NewKeeper};
use safeharbor::domain::id::{FormId, KeeperId, ParameterId, SessionId, TankId};
use safeharbor::domain::parameter::Catalogue;
use safeharbor::domain::reading::{Batch, Value};
use safeharbor::domain::tank::{Details, NewTank};
use safeharbor::domain::zone;
use safeharbor::system::clock::Clock;
use sqlx::Postgres;
use sqlx::pool::PoolConnection;

use crate::support::postgres::{self, Database};

/// A database with an owner, at noon.
pub(super) struct Household {
    pub(super) database: Database,
    pub(super) clock: Clock,
    pub(super) owner: KeeperId,
    pub(super) catalogue: Catalogue,
}

pub(super) fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl Household {
    pub(super) async fn new() -> Self {
        let database = postgres::database().await;
        let clock = Clock::fixed(at("2026-11-23T12:00:00Z"), 1);
        let owner = KeeperId(clock.uuid());
        let mut db = database.acquire().await.unwrap();
        let keeper = NewKeeper {
            id: owner.0,
            email: "marina@example.org",
            display_name: "Marina",
            password_hash: "none",
            unit_system: "metric",
            created_at: clock.now(),
        };
        assert!(db::keeper::create_first_owner(&mut db, &keeper).await.unwrap());
        let catalogue = db::parameter::catalogue(&mut db).await.unwrap();
        drop(db);
        Self { database, clock, owner, catalogue }
    }

    pub(super) async fn connection(&self) -> PoolConnection<Postgres> {
        self.database.acquire().await.unwrap()
    }

    pub(super) fn new_tank(&self, profile: &str) -> NewTank {
        NewTank {
            form_id: FormId(self.clock.uuid()),
            details: Details {
                name: "Reef".to_owned(),
                profile: profile.to_owned(),
                volume: None,
                zone: zone::parse("Europe/Berlin").unwrap(),
                set_up_on: None,
                substrate: None,
                notes: None,
            },
        }
    }

    /// A reef tank.
    pub(super) async fn tank(&self) -> TankId {
        let (id, tank) = (TankId(self.clock.uuid()), self.new_tank("reef_sw"));
        let mut db = self.connection().await;
        db::tank::create(&mut db, id, &tank, self.owner, self.clock.now()).await.unwrap()
    }

    pub(super) fn parameter(&self, key: &str) -> ParameterId {
        self.catalogue.parameter_by_key(key).unwrap().id
    }

    /// A batch of canonical values, taken now.
    pub(super) fn batch(&self, values: &[(&str, &str)]) -> Batch {
        let value = |(key, value): &(&str, &str)| {
            let parameter = self.catalogue.parameter_by_key(key).unwrap();
            let (value, below) = value.strip_prefix('<').map_or((*value, false), |limit| (limit, true));
            Value {
                parameter: parameter.id,
                value: d(value),
                below,
                entered_value: d(value),
                entered_unit: parameter.canonical.code.clone(),
            }
        };
        Batch {
            session_id: SessionId(self.clock.uuid()),
            taken_at: self.clock.now(),
            note: None,
            values: values.iter().map(value).collect(),
        }
    }

    /// Records a batch taken so many minutes ago.
    pub(super) async fn record(&self, tank: TankId, minutes_ago: i64, values: &[(&str, &str)]) {
        let mut batch = self.batch(values);
        batch.taken_at = self.clock.now() - SignedDuration::from_mins(minutes_ago);
        let mut db = self.connection().await;
        db::reading::record(&mut db, &self.clock, tank, &batch, self.owner).await.unwrap();
    }
}
