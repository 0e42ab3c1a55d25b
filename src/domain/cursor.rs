//! Where a page of a long list begins: after an instant and an id, never after a count, so that the millionth
//! row costs what the first one does and nothing is shown twice while the list grows.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

/// Which way the list is read from the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// Back in time: the next page of a list that shows the newest first.
    Older,
    /// Forward in time: the page before.
    Newer,
}

/// A place between two rows of a list in the order of (instant, id), as an address carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Which rows are meant.
    pub toward: Toward,
    /// The instant of the row at the place, which is not shown again.
    pub at: Timestamp,
    /// That row's id.
    pub id: Uuid,
}

/// Text that no page of ours has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a list")]
pub struct NotACursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.toward {
            Toward::Older => 'o',
            Toward::Newer => 'n',
        };
        // Postgres keeps microseconds.
        write!(f, "{letter}{}.{}", self.at.as_microsecond(), self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let toward = match text.chars().next() {
            Some('o') => Toward::Older,
            Some('n') => Toward::Newer,
            _ => return Err(NotACursor),
        };
        let (at, id) = text[1..].split_once('.').ok_or(NotACursor)?;
        let at = at.parse().ok().and_then(|at| Timestamp::from_microsecond(at).ok()).ok_or(NotACursor)?;
        let id = Uuid::try_parse(id).map_err(|_| NotACursor)?;
        Ok(Self { toward, at, id })
    }
}

/// A page of a list, the newest row first, and whether there is more on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, the newest first.
    pub rows: Vec<T>,
    /// Where the page of newer rows begins, if there is one.
    pub newer: Option<Cursor>,
    /// Where the page of older rows begins, if there is one.
    pub older: Option<Cursor>,
}

impl<T> Page<T> {
    /// A page from rows as a query gave them: in the direction of `from` (toward older when there is none), and
    /// one row more than `size` when there are more. `place` gives a row's instant and id.
    pub fn new(
        mut rows: Vec<T>,
        size: usize,
        from: Option<Cursor>,
        place: impl Fn(&T) -> (Timestamp, Uuid),
    ) -> Self {
        let more = rows.len() > size;
        rows.truncate(size);
        let toward = from.map_or(Toward::Older, |from| from.toward);
        if toward == Toward::Newer {
            rows.reverse();
        }
        let at = |row: &T, toward| {
            let (at, id) = place(row);
            Cursor { toward, at, id }
        };
        // Whoever came from one side can go back there.
        let (has_newer, has_older) = match toward {
            Toward::Older => (from.is_some(), more),
            Toward::Newer => (more, true),
        };
        Self {
            newer: rows.first().filter(|_| has_newer).map(|row| at(row, Toward::Newer)),
            older: rows.last().filter(|_| has_older).map(|row| at(row, Toward::Older)),
            rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Row = (Timestamp, Uuid);

    /// A table as a query would read it.
    fn read(all: &[Row], size: usize, from: Option<Cursor>) -> Page<Row> {
        let mut rows: Vec<Row> = match from {
            None => all.to_vec(),
            Some(Cursor { toward: Toward::Older, at, id }) => {
                all.iter().copied().filter(|row| *row < (at, id)).collect()
            }
            Some(Cursor { at, id, .. }) => all.iter().copied().filter(|row| *row > (at, id)).collect(),
        };
        rows.sort_unstable();
        if from.is_none_or(|from| from.toward == Toward::Older) {
            rows.reverse();
        }
        rows.truncate(size + 1);
        Page::new(rows, size, from, |row| *row)
    }

    proptest! {
        #[test]
        fn every_row_is_met_once_in_order_and_the_way_back_is_the_same(
            seconds in prop::collection::vec(0_i64..40, 0..60), size in 1_usize..9,
        ) {
            let all: Vec<Row> = seconds.iter().enumerate().map(|(number, second)| {
                (Timestamp::from_second(*second).unwrap(), Uuid::from_u128(number as u128))
            }).collect();
            let mut pages = vec![read(&all, size, None)];
            prop_assert_eq!(pages[0].newer, None);
            while let Some(older) = pages.last().unwrap().older {
                pages.push(read(&all, size, Some(older)));
                prop_assert!(!pages.last().unwrap().rows.is_empty());
            }
            let met: Vec<Row> = pages.iter().flat_map(|page| page.rows.clone()).collect();
            let mut expected = all.clone();
            expected.sort_unstable();
            expected.reverse();
            prop_assert_eq!(met, expected);
            for pair in pages.windows(2) {
                let back = read(&all, size, pair[1].newer);
                prop_assert_eq!(&back.rows, &pair[0].rows);
            }
        }

        #[test]
        fn a_cursor_is_read_back(micros in -1_000_000_000_000_000_i64..4_000_000_000_000_000, id: u128, newer: bool) {
            let cursor = Cursor {
                toward: if newer { Toward::Newer } else { Toward::Older },
                at: Timestamp::from_microsecond(micros).unwrap(),
                id: Uuid::from_u128(id),
            };
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }

        #[test]
        fn never_panics(text in "(?s)[on]?.{0,60}") {
            let _ = text.parse::<Cursor>();
        }
    }

    #[test]
    fn other_text_is_no_cursor() {
        for text in
            ["", "o", "o1", "o1.", "x1.00000000000000000000000000000000", "o99999999999999999999.0", "ö"]
        {
            assert_eq!(text.parse::<Cursor>(), Err(NotACursor), "{text}");
        }
    }
}
