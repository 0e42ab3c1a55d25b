//! The real service on a port of the loopback, with a database of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::SignedDuration;
use rust_decimal::Decimal;
use safeharbor::cli::admin::demo;
use safeharbor::db;
use safeharbor::domain::id::{KeeperId, SessionId, TankId};
use safeharbor::domain::reading::{Batch, Value};
use safeharbor::settings::ListenAddr;
use safeharbor::system::clock::Clock;
use safeharbor::system::drain::Drain;
use safeharbor::system::{listener, server};
use uuid::Uuid;

use crate::support::site::Site;

/// A service that people reach at `origin`.
pub(super) struct Harbor {
    pub(super) origin: String,
    pub(super) site: Site,
    drain: Drain,
}

impl Harbor {
    /// One that nobody has set up.
    pub(super) async fn open() -> Self {
        let any_port = ListenAddr::Tcp("127.0.0.1:0".parse().unwrap());
        let listener = listener::bind(&any_port).unwrap();
        let ListenAddr::Tcp(addr) = listener.local_addr().unwrap() else { panic!("asked for TCP") };
        let origin = format!("http://localhost:{}", addr.port());
        // The browser's clock fills in the time, so the service's must be the same.
        let site = Site::at(&origin, Clock::system()).await;
        let drain = Drain::new();
        tokio::spawn(server::serve(listener, site.router.clone(), drain.clone()));
        Self { origin, site, drain }
    }

    /// Two years of three tanks for the owner who is there.
    pub(super) async fn add_demo(&self) {
        let mut db = self.site.database.acquire().await.unwrap();
        demo::run(&mut db, &self.site.clock, "Europe/Berlin", false, &mut std::io::sink()).await.unwrap();
    }

    /// Copies the newest tank so often, as if the form had been sent again and again.
    pub(super) async fn add_tanks(&self, count: i32) {
        for sql in [
            "insert into tanks (id, form_id, name, profile_key, volume, volume_unit, timezone, created_at)
             select gen_random_uuid(), gen_random_uuid(), 'Rack ' || number, profile_key, volume, volume_unit,
                    timezone, created_at - number * interval '1 minute'
             from (select * from tanks order by created_at desc limit 1) tank, generate_series(1, $1) number",
            "insert into tank_parameters (tank_id, parameter_id, tracked, position)
             select tanks.id, parameter_id, tracked, position
             from tanks, (select * from tank_parameters where tank_id =
                          (select id from tanks order by created_at desc limit 1)) tracked
             where tanks.name like 'Rack %' and $1 > 0",
        ] {
            sqlx::query(sql).bind(count).execute(&*self.site.database).await.unwrap();
        }
    }

    /// A reading of each parameter a day, for so many days before today, with a gap and one that is too high.
    pub(super) async fn remember(&self, days: i64, values: &[(&str, &str)]) {
        let mut db = self.site.database.acquire().await.unwrap();
        let catalogue = db::parameter::catalogue(&mut db).await.unwrap();
        let (tank,): (Uuid,) =
            sqlx::query_as("select id from tanks order by created_at").fetch_one(&mut *db).await.unwrap();
        let (owner,): (Uuid,) = sqlx::query_as("select id from keepers").fetch_one(&mut *db).await.unwrap();
        let value = |day: i64, (key, value): &(&str, &str)| {
            let parameter = catalogue.parameter_by_key(key).unwrap();
            let base: Decimal = value.parse().unwrap();
            let wave =
                Decimal::from((day * 5) % 7 - 3) * base / Decimal::from(if day == 9 { 25 } else { 150 });
            let value = (base + wave).round_dp(parameter.canonical.decimals);
            let (parameter, entered_unit) = (parameter.id, parameter.canonical.code.clone());
            Value { parameter, value, below: false, entered_value: value, entered_unit }
        };
        for day in (1..=days).filter(|day| !(14..18).contains(day)) {
            let batch = Batch {
                session_id: SessionId(self.site.clock.uuid()),
                taken_at: self.site.clock.now() - SignedDuration::from_hours(24 * day + day % 5),
                note: None,
                values: values.iter().map(|entry| value(day, entry)).collect(),
            };
            db::reading::record(&mut db, &self.site.clock, TankId(tank), &batch, KeeperId(owner))
                .await
                .unwrap();
        }
    }
}

impl Drop for Harbor {
    fn drop(&mut self) {
        self.drain.stop();
    }
}
