//! Background jobs: outbox in Postgres, wake-ups through Redis, the worker's loop.
