//! What the database holds, to be compared before and after.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::TestApp;

/// What an attempt to sign in leaves behind whatever comes of it.
const BOOKKEEPING: [&str; 2] = ["sign_in_failures", "_sqlx_migrations"];

/// Each table with a checksum of its rows.
pub(crate) type Contents = BTreeMap<String, String>;

impl TestApp {
    /// Everything that is stored, of whatever table there is. Equal before and after: nothing was stored,
    /// changed or removed.
    pub(crate) async fn contents(&self) -> Contents {
        let tables: Vec<String> = sqlx::query_scalar(
            "select table_name::text from information_schema.tables
             where table_schema = 'public' and table_type = 'BASE TABLE'",
        )
        .fetch_all(&self.database.pool)
        .await
        .unwrap();
        let sums = tables.iter().filter(|table| !BOOKKEEPING.contains(&table.as_str())).map(|table| {
            format!(
                "select '{table}', count(*) || ' rows ' || md5(coalesce(string_agg(x::text, ',' order by x::text), ''))
                 from {table} x"
            )
        });
        let sql = sums.collect::<Vec<_>>().join(" union all ");
        let rows: Vec<(String, String)> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&self.database.pool).await.unwrap();
        rows.into_iter().collect()
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
