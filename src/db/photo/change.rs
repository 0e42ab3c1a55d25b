//! What changes photos: one form at a time for each tank or animal.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{Connection as _, PgConnection, PgPool};
use uuid::Uuid;

use super::{Photo, columns, of_form, subject};
use crate::db::Result;
use crate::domain::id::{AnimalId, FormId, KeeperId, PhotoId, TankId};
use crate::domain::photo::Subject;

/// A photo whose files are stored.
#[derive(Clone, Debug)]
pub struct NewPhoto {
    /// Its id.
    pub id: PhotoId,
    /// Of the picture, in pixels: width and height.
    pub size: (u32, u32),
    /// Of the thumbnail.
    pub thumb: (u32, u32),
}

/// What became of a form with photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// They are stored now.
    New,
    /// They were stored before, by the same form: nothing changed, and the files just written are of no use.
    AlreadyThere,
    /// The form's id was used for something else.
    OtherSubject,
    /// There is no such tank or animal.
    Gone,
}

/// Stores the photos of a form, all or none.
pub async fn add(
    db: &mut PgConnection,
    of: Subject,
    form: FormId,
    photos: &[NewPhoto],
    caption: Option<&str>,
    by: KeeperId,
    now: Timestamp,
) -> Result<Added> {
    let mut tx = db.begin().await?;
    if !lock(&mut tx, of).await? {
        return Ok(Added::Gone);
    }
    let (tank, animal) = columns(of);
    let ids: Vec<Uuid> = photos.iter().map(|photo| photo.id.0).collect();
    let side = |side: fn(&NewPhoto) -> u32| -> Vec<i32> {
        photos.iter().map(|photo| i32::try_from(side(photo)).unwrap_or(i32::MAX)).collect()
    };
    // A microsecond apart, so that the first file chosen is the first one shown.
    let stored = sqlx::query!(
        "insert into photos (id, form_id, place, tank_id, animal_id, caption, width, height, thumb_width,
                             thumb_height, created_at, created_by)
         select v.id, $1, v.place - 1, $2, $3, $4, v.width, v.height, v.thumb_width, v.thumb_height,
                $5::timestamptz - (v.place - 1) * interval '1 microsecond', $6
         from unnest($7::uuid[], $8::int[], $9::int[], $10::int[], $11::int[])
              with ordinality as v (id, width, height, thumb_width, thumb_height, place)
         on conflict (form_id, place) do nothing",
        form.0,
        tank,
        animal,
        caption,
        now.to_sqlx() as _,
        by.0,
        &ids,
        &side(|photo| photo.size.0),
        &side(|photo| photo.size.1),
        &side(|photo| photo.thumb.0),
        &side(|photo| photo.thumb.1),
    )
    .execute(&mut *tx)
    .await?;
    if stored.rows_affected() == ids.len() as u64 {
        tx.commit().await?;
        return Ok(Added::New);
    }
    let first = of_form(&mut tx, form).await?;
    Ok(if first == Some(of) { Added::AlreadyThere } else { Added::OtherSubject })
}

/// Writers of one tank or animal take turns; whether it is there.
async fn lock(tx: &mut PgConnection, subject: Subject) -> Result<bool> {
    let there = match subject {
        Subject::Tank(TankId(id)) => {
            sqlx::query_scalar!(r#"select true as "there!" from tanks where id = $1 for no key update"#, id)
                .fetch_optional(tx)
                .await?
        }
        Subject::Animal(AnimalId(id)) => {
            sqlx::query_scalar!(
                r#"select true as "there!" from animals where id = $1 and deleted_at is null
                   for no key update"#,
                id
            )
            .fetch_optional(tx)
            .await?
        }
    };
    Ok(there.is_some())
}

/// Changes a caption; whether there is such a photo.
pub async fn set_caption(db: &mut PgConnection, id: PhotoId, caption: Option<&str>) -> Result<bool> {
    let changed =
        sqlx::query!("update photos set caption = $2 where id = $1 and deleted_at is null", id.0, caption)
            .execute(db)
            .await?;
    Ok(changed.rows_affected() == 1)
}

/// Makes a photo stand for its subject; whether there is such a photo.
pub async fn make_cover(db: &mut PgConnection, photo: &Photo) -> Result<bool> {
    let mut tx = db.begin().await?;
    if !lock(&mut tx, photo.subject).await? {
        return Ok(false);
    }
    sqlx::query!(
        "update photos set cover = false where subject_id = $1 and cover and id <> $2",
        photo.subject.id(),
        photo.id.0,
    )
    .execute(&mut *tx)
    .await?;
    let chosen =
        sqlx::query!("update photos set cover = true where id = $1 and deleted_at is null", photo.id.0)
            .execute(&mut *tx)
            .await?;
    if chosen.rows_affected() == 0 {
        // Deleted a moment ago: the cover there was stays.
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// Deletes a photo, which can be taken back; what it was of. Once more changes nothing.
pub async fn delete(
    db: &mut PgConnection,
    id: PhotoId,
    by: KeeperId,
    now: Timestamp,
) -> Result<Option<Subject>> {
    let row = sqlx::query!(
        "update photos set deleted_by = case when deleted_at is null then $2::uuid else deleted_by end,
                           deleted_at = coalesce(deleted_at, $3)
         where id = $1 returning tank_id, animal_id",
        id.0,
        by.0,
        now.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| subject(row.tank_id, row.animal_id)).transpose()
}

/// Takes a deletion back; what the photo is of. One that was deleted before `since` is gone for good.
pub async fn restore(db: &mut PgConnection, id: PhotoId, since: Timestamp) -> Result<Option<Subject>> {
    let mut tx = db.begin().await?;
    let row = sqlx::query!(
        "select tank_id, animal_id from photos
         where id = $1 and (deleted_at is null or deleted_at > $2)",
        id.0,
        since.to_sqlx() as _,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let of = subject(row.tank_id, row.animal_id)?;
    if !lock(&mut tx, of).await? {
        return Ok(None);
    }
    // Another one may have become the cover meanwhile: it stays.
    let back = sqlx::query!(
        "update photos p set deleted_at = null, deleted_by = null,
             cover = p.cover and not exists (
                 select from photos o
                 where o.subject_id = p.subject_id and o.id <> p.id and o.cover and o.deleted_at is null)
         where id = $1",
        id.0,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok((back.rows_affected() == 1).then_some(of))
}

/// Removes the rows of up to a thousand photos that were deleted before `before`, and gives their ids and versions.
pub async fn purge(pool: &PgPool, before: Timestamp) -> sqlx::Result<Vec<(PhotoId, i32)>> {
    let rows = sqlx::query!(
        "delete from photos where id in
             (select id from photos where deleted_at < $1 order by deleted_at limit 1000 for update skip locked)
         returning id, version",
        before.to_sqlx() as _,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (PhotoId(row.id), row.version)).collect())
}

/// Which of these photos there are, deleted ones that can be taken back among them, each with its version.
pub async fn there(pool: &PgPool, ids: &[Uuid]) -> sqlx::Result<HashSet<(PhotoId, i32)>> {
    let rows = sqlx::query!("select id, version from photos where id = any($1)", ids).fetch_all(pool).await?;
    Ok(rows.into_iter().map(|row| (PhotoId(row.id), row.version)).collect())
}
