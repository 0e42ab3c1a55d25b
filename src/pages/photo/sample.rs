//! Photos to look at.

use super::list::{PhotoForm, PhotosPage};
use super::{Gallery, Image, Tile};
use crate::pages::shell::Shell;

/// So many photos.
pub(in crate::pages) fn gallery(count: usize) -> Gallery {
    let shapes = [(400, 300), (300, 400), (400, 400), (400, 133)];
    let tile = |number: usize| {
        let (width, height) = shapes[number % shapes.len()];
        let caption = match number {
            0 => "The torch coral after two years, seen from the side".to_owned(),
            2 => "Nemo".to_owned(),
            _ => String::new(),
        };
        Tile {
            href: format!("/photos/{number}"),
            image: Image {
                src: format!("/photos/{number}/1/thumb.jpg"),
                width,
                height,
                alt: if caption.is_empty() {
                    "Photo of Reef by the window, 19 Nov 2026".to_owned()
                } else {
                    caption.clone()
                },
            },
            cover: number == 0,
            caption,
        }
    };
    Gallery {
        tiles: (0..count).map(tile).collect(),
        name: "Reef by the window".to_owned(),
        all: i64::try_from(count).unwrap() * 2,
        href: "/tanks/reef/photos".to_owned(),
        form: PhotoForm::new("0193".to_owned()),
    }
}

/// A cover to look at.
pub(in crate::pages) fn cover() -> Image {
    let (src, alt) = ("/photos/0/1/thumb.jpg".to_owned(), String::new());
    Image { src, width: 400, height: 300, alt }
}

impl PhotosPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = |photos: Gallery| Self {
            shell: Shell::sample("tanks"),
            name: "Reef by the window".to_owned(),
            subject_href: "/tanks/reef".to_owned(),
            count: format!("{} photos", photos.all),
            newer: None,
            older: (photos.tiles.len() > 10).then(|| "/tanks/reef/photos?from=o1".to_owned()),
            photos,
        };
        let mut wrong = gallery(3);
        wrong.form.wrong = vec![
            format!("IMG_0001.HEIC: {}", crate::photos::Refused::Heic),
            format!("IMG_0002.jpg: {}", crate::photos::Refused::CutOff),
        ];
        wrong.form.files.error = Some("Nothing was saved. Choose the photos again.".to_owned());
        wrong.form.caption =
            wrong.form.caption.with("Nemo").failing(Some("A caption has at most 256 characters."));
        vec![
            ("photos".to_owned(), page(gallery(14))),
            ("photos-empty".to_owned(), page(gallery(0))),
            ("photos-wrong".to_owned(), page(wrong)),
        ]
    }
}
