//! What the database holds, to be compared before and after.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::TestApp;

/// What an attempt to sign in leaves behind whatever comes of it.
const BOOKKEEPING: [&str; 3] = ["sign_in_failures", "half_sign_ins", "_sqlx_migrations"];

/// Each table with a checksum of its rows.
pub(crate) type Contents = BTreeMap<String, String>;

impl TestApp {
    /// Everything that is stored, of whatever table there is. Equal before and after: nothing was stored,
    /// changed or removed.
    pub(crate) async fn contents(&self) -> Contents {
        let sql = self.sums.get_or_init(|| self.checksums()).await.clone();
        let rows: Vec<(String, String)> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.database.pool).await.unwrap();
        rows.into_iter().collect()
    }

    /// The query of [`contents`](Self::contents), made once.
    async fn checksums(&self) -> String {
        let tables: Vec<String> = sqlx::query_scalar(
            "select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
        )
        .fetch_all(&self.database.pool)
        .await
        .unwrap();
        let sums = tables.iter().filter(|table| !BOOKKEEPING.contains(&table.as_str())).map(|table| {
            format!(
                "select '{table}', count(*) || ' rows ' || coalesce(sum(hashtext(x::text)), 0) from {table} x"
            )
        });
        sums.collect::<Vec<_>>().join(" union all ")
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        let sql = format!("select count(*) from {table}");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.database.pool).await.unwrap()
    }

    /// The first column of a query's rows, as text.
    pub(crate) async fn column(&self, sql: &'static str) -> Vec<String> {
        sqlx::query_scalar(sql).fetch_all(&self.database.pool).await.unwrap()
    }
}
