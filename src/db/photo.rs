//! Photos: their rows. The files beside them are [`photos::store`](crate::photos::store)'s.

pub mod change;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Error, Result};
use crate::domain::cursor::{Cursor, Page, Toward};
use crate::domain::id::{AnimalId, FormId, PhotoId, TankId};
use crate::domain::photo::Subject;
use crate::domain::tank::stored_zone;

/// A photo that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Its id.
    pub id: PhotoId,
    /// What it is of.
    pub subject: Subject,
    /// Which picture of it.
    pub version: i32,
    /// What it shows, in the keeper's words.
    pub caption: Option<String>,
    /// Of the picture, in pixels: width and height.
    pub size: (i32, i32),
    /// Of the thumbnail.
    pub thumb: (i32, i32),
    /// Chosen to stand for its subject.
    pub cover: bool,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What a photo is of: how it is called, and whose time is its.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The tank's name; the animal's, or else its species.
    pub name: String,
    /// The tank's zone, or that of the tank in which the animal lives.
    pub zone: TimeZone,
}

struct Row {
    id: Uuid,
    tank_id: Option<Uuid>,
    animal_id: Option<Uuid>,
    version: i32,
    caption: Option<String>,
    width: i32,
    height: i32,
    thumb_width: i32,
    thumb_height: i32,
    cover: bool,
    created_at: jiff_sqlx::Timestamp,
}

impl TryFrom<Row> for Photo {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: PhotoId(row.id),
            subject: subject(row.tank_id, row.animal_id)?,
            version: row.version,
            caption: row.caption,
            size: (row.width, row.height),
            thumb: (row.thumb_width, row.thumb_height),
            cover: row.cover,
            created_at: row.created_at.to_jiff(),
        })
    }
}

fn subject(tank: Option<Uuid>, animal: Option<Uuid>) -> Result<Subject> {
    match (tank, animal) {
        (Some(tank), None) => Ok(Subject::Tank(TankId(tank))),
        (None, Some(animal)) => Ok(Subject::Animal(AnimalId(animal))),
        _ => Err(Error::Inconsistent {
            table: "photos",
            column: "tank_id, animal_id",
            value: format!("{tank:?}, {animal:?}"),
        }),
    }
}

/// The two columns that say what a photo is of.
const fn columns(subject: Subject) -> (Option<Uuid>, Option<Uuid>) {
    match subject {
        Subject::Tank(TankId(id)) => (Some(id), None),
        Subject::Animal(AnimalId(id)) => (None, Some(id)),
    }
}

/// How a tank or an animal is called; `None` when there is none.
pub async fn named(db: &mut PgConnection, subject: Subject) -> Result<Option<Named>> {
    let (tank, animal) = columns(subject);
    let row = sqlx::query!(
        r#"select name as "name!", timezone as "timezone!" from (
               select name, timezone from tanks where id = $1
               union all
               select coalesce(a.name, a.species), t.timezone
               from animals a join tanks t on t.id = a.tank_id where a.id = $2 and a.deleted_at is null
           ) s"#,
        tank,
        animal,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Named { name: row.name, zone: stored_zone(&row.timezone) }))
}

/// What the form with this id was sent for before, if it was.
pub async fn of_form(db: &mut PgConnection, form: FormId) -> Result<Option<Subject>> {
    let row = sqlx::query!("select tank_id, animal_id from photos where form_id = $1 limit 1", form.0)
        .fetch_optional(db)
        .await?;
    row.map(|row| subject(row.tank_id, row.animal_id)).transpose()
}

/// The first photos of a tank or an animal, the cover first, and how many there are in all.
pub async fn first(db: &mut PgConnection, of: Subject, most: i64) -> Result<(Vec<Photo>, i64)> {
    let rows = sqlx::query_as!(
        Row,
        "select id, tank_id, animal_id, version, caption, width, height, thumb_width, thumb_height, cover,
                created_at
         from photos where subject_id = $1 and deleted_at is null
         order by cover desc, created_at desc, id desc limit $2",
        of.id(),
        most,
    )
    .fetch_all(&mut *db)
    .await?;
    let all = count(db, of).await?;
    Ok((rows.into_iter().map(Photo::try_from).collect::<Result<_>>()?, all))
}

/// How many photos there are of a tank or an animal.
pub async fn count(db: &mut PgConnection, of: Subject) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "all!" from photos where subject_id = $1 and deleted_at is null"#,
        of.id()
    )
    .fetch_one(db)
    .await?)
}

/// A page of the photos of a tank or an animal, the newest first; the chosen cover leads the first page and is
/// nowhere else.
pub async fn page(
    db: &mut PgConnection,
    of: Subject,
    from: Option<Cursor>,
    size: u16,
) -> Result<Page<Photo>> {
    // Of two queries, so that each is read off the index in its own order.
    let rows = match from {
        Some(Cursor { toward: Toward::Newer, at, id }) => {
            sqlx::query_as!(
                Row,
                "select id, tank_id, animal_id, version, caption, width, height, thumb_width, thumb_height,
                        cover, created_at
                 from photos
                 where subject_id = $1 and deleted_at is null and not cover and (created_at, id) > ($2, $3)
                 order by created_at, id limit $4",
                of.id(),
                at.to_sqlx() as _,
                id,
                i64::from(size) + 1,
            )
            .fetch_all(&mut *db)
            .await?
        }
        older => {
            let (at, id) = older.map_or((Timestamp::MAX, Uuid::max()), |older| (older.at, older.id));
            sqlx::query_as!(
                Row,
                "select id, tank_id, animal_id, version, caption, width, height, thumb_width, thumb_height,
                        cover, created_at
                 from photos
                 where subject_id = $1 and deleted_at is null and not cover and (created_at, id) < ($2, $3)
                 order by created_at desc, id desc limit $4",
                of.id(),
                at.to_sqlx() as _,
                id,
                i64::from(size) + 1,
            )
            .fetch_all(&mut *db)
            .await?
        }
    };
    let rows: Vec<Photo> = rows.into_iter().map(Photo::try_from).collect::<Result<_>>()?;
    let mut page = Page::new(rows, usize::from(size), from, |photo| (photo.created_at, photo.id.0));
    if page.newer.is_none()
        && let Some(cover) = chosen_cover(db, of).await?
    {
        page.rows.insert(0, cover);
    }
    Ok(page)
}

async fn chosen_cover(db: &mut PgConnection, of: Subject) -> Result<Option<Photo>> {
    sqlx::query_as!(
        Row,
        "select id, tank_id, animal_id, version, caption, width, height, thumb_width, thumb_height, cover,
                created_at
         from photos where subject_id = $1 and cover and deleted_at is null",
        of.id(),
    )
    .fetch_optional(db)
    .await?
    .map(Photo::try_from)
    .transpose()
}

/// The photo that stands for each of these tanks or animals, by their ids.
pub async fn covers(db: &mut PgConnection, subjects: &[Uuid]) -> Result<HashMap<Uuid, Photo>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id as "id!", p.tank_id, p.animal_id, p.version as "version!", p.caption,
                  p.width as "width!", p.height as "height!", p.thumb_width as "thumb_width!",
                  p.thumb_height as "thumb_height!", p.cover as "cover!", p.created_at as "created_at!"
           from unnest($1::uuid[]) as s (id)
           cross join lateral (
               select * from photos where subject_id = s.id and deleted_at is null
               order by cover desc, created_at desc, id desc limit 1
           ) p"#,
        subjects,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let photo = Photo::try_from(row)?;
            Ok((photo.subject.id(), photo))
        })
        .collect()
}

/// The photo with this id, unless it is deleted.
pub async fn find(db: &mut PgConnection, id: PhotoId) -> Result<Option<Photo>> {
    sqlx::query_as!(
        Row,
        "select id, tank_id, animal_id, version, caption, width, height, thumb_width, thumb_height, cover,
                created_at
         from photos where id = $1 and deleted_at is null",
        id.0,
    )
    .fetch_optional(db)
    .await?
    .map(Photo::try_from)
    .transpose()
}
