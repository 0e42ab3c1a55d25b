//! Reads a drawing back: is it well formed, does everything lie in its view box, what does it say.

/// A drawing taken apart. Reading it fails the test when it is not well formed or leaves its view box.
pub(super) struct Drawn {
    tags: Vec<Tag>,
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    /// The text right behind the opening tag.
    text: String,
    /// How deep it is, and where its inside ends.
    end: usize,
}

impl Drawn {
    pub(super) fn read(svg: &str) -> Self {
        let mut tags: Vec<Tag> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut rest = svg;
        while let Some(tag) = rest.strip_prefix('<') {
            let (inside, after) = tag.split_once('>').expect("every tag ends");
            let (text, next) = after.find('<').map_or((after, ""), |end| after.split_at(end));
            rest = next;
            assert!(!text.contains(['>', '"']), "unescaped text: {text}");
            if let Some(name) = inside.strip_prefix('/') {
                let index = open.pop().expect("a closing tag closes one");
                assert_eq!(tags[index].name, name, "in {svg}");
                tags[index].end = tags.len();
                continue;
            }
            let (inside, empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
            let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase()), "{name}");
            tags.push(Tag {
                name: name.to_owned(),
                attributes: attributes_of(attributes),
                text: text.to_owned(),
                end: tags.len() + 1,
            });
            if !empty {
                open.push(tags.len() - 1);
            }
        }
        assert!(rest.is_empty() && open.is_empty(), "{svg}");
        let drawn = Self { tags };
        drawn.keeps_inside();
        drawn
    }

    /// The `d` of the paths of a class.
    pub(super) fn paths(&self, class: &str) -> Vec<&str> {
        let found = self.tags.iter().filter(|tag| tag.get("class").split(' ').any(|one| one == class));
        found.map(|tag| tag.get("d")).collect()
    }

    /// The first attribute of this name, escaped as it is.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.tags.iter().map(|tag| tag.get(name)).find(|value| !value.is_empty()).unwrap_or("")
    }

    pub(super) fn elements(&self, name: &str) -> Vec<&str> {
        self.tags.iter().filter(|tag| tag.name == name).map(|tag| tag.text.as_str()).collect()
    }

    pub(super) fn texts(&self) -> Vec<&str> {
        self.elements("text")
    }

    pub(super) fn count(&self, name: &str, class: &str) -> usize {
        self.tags.iter().filter(|tag| tag.name == name && tag.get("class") == class).count()
    }

    /// The texts inside the first element of a class.
    pub(super) fn within(&self, class: &str) -> Vec<&str> {
        let start = self.tags.iter().position(|tag| tag.get("class") == class).expect("it is there");
        self.tags[start + 1..self.tags[start].end].iter().map(|tag| tag.text.as_str()).collect()
    }

    /// Labels of the time axis as (middle, text).
    pub(super) fn time_labels(&self) -> Vec<(f64, &str)> {
        let start = self.tags.iter().position(|tag| tag.get("class") == "plot-times").expect("it is there");
        let labels = &self.tags[start + 1..self.tags[start].end];
        labels.iter().map(|tag| (number(tag.get("x")), tag.text.as_str())).collect()
    }

    fn keeps_inside(&self) {
        let view: Vec<f64> = self.tags[0].get("viewBox").split(' ').map(number).collect();
        let [_, _, width, height] = view[..] else { panic!("{view:?}") };
        let check = |x: f64, y: f64, what: &str| {
            assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{x} {y}: {what}");
        };
        for tag in &self.tags {
            for (x, y) in places(tag.get("d")) {
                check(x, y, tag.get("d"));
            }
            if tag.name == "rect" {
                let [x, y, w, h] = ["x", "y", "width", "height"].map(|name| number(tag.get(name)));
                check(x, y, "rect");
                check(x + w, y + h, "rect");
            } else if tag.name == "text" {
                check(number(tag.get("x")), number(tag.get("y")), &tag.text);
            }
            let list = |name: &str| tag.get(name).split_whitespace().map(number).collect::<Vec<_>>();
            let (xs, ys) = (list("data-x"), list("data-y"));
            assert_eq!(xs.len(), ys.len());
            let texts =
                tag.get("data-text").split('|').filter(|text| !text.is_empty() && !text.starts_with('@'));
            assert_eq!(xs.len(), texts.count(), "{}", tag.get("data-text"));
            xs.iter().zip(&ys).for_each(|(x, y)| check(*x, *y, "data"));
        }
    }
}

impl Tag {
    fn get(&self, name: &str) -> &str {
        self.attributes.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }
}

fn attributes_of(mut text: &str) -> Vec<(String, String)> {
    const KNOWN: [&str; 13] = [
        "class",
        "d",
        "data-text",
        "data-unit",
        "data-x",
        "data-y",
        "height",
        "role",
        "viewBox",
        "width",
        "x",
        "y",
        "aria-hidden",
    ];
    let mut found = Vec::new();
    while !text.is_empty() {
        let (name, rest) = text.trim_start().split_once("=\"").expect("an attribute has a value");
        let (value, rest) = rest.split_once('"').expect("a value ends");
        assert!(KNOWN.contains(&name), "no other attribute comes in: {name}");
        found.push((name.to_owned(), value.to_owned()));
        text = rest;
    }
    found
}

fn number(text: &str) -> f64 {
    let number: f64 = text.parse().unwrap_or_else(|_| panic!("not a number: {text:?}"));
    assert!(number.is_finite(), "{text}");
    number
}

/// The ends of a path's strokes; controls of curves are left out, they lie near.
fn places(path: &str) -> Vec<(f64, f64)> {
    let mut found = Vec::new();
    let (mut x, mut y) = (0.0, 0.0);
    let mut rest = path;
    while let Some(command) = rest.chars().next() {
        let end = rest[1..].find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |end| end + 1);
        let numbers = numbers(&rest[1..end]);
        rest = &rest[end..];
        let size = match command {
            'M' | 'm' | 'l' => 2,
            'h' | 'v' => 1,
            'q' => 4,
            'c' => 6,
            'a' => 7,
            'z' => {
                assert!(numbers.is_empty());
                continue;
            }
            other => panic!("unknown command {other} in {path}"),
        };
        assert!(!numbers.is_empty() && numbers.len().is_multiple_of(size), "{command} in {path}");
        for group in numbers.chunks(size) {
            match (command, group) {
                ('M', [to_x, to_y]) => (x, y) = (*to_x, *to_y),
                ('h', [dx]) => x += dx,
                ('v', [dy]) => y += dy,
                (_, [.., dx, dy]) => (x, y) = (x + dx, y + dy),
                _ => unreachable!(),
            }
            // Tenths, so that sums of differences compare exactly.
            (x, y) = ((x * 10.0).round() / 10.0, (y * 10.0).round() / 10.0);
            found.push((x, y));
        }
    }
    found
}

fn numbers(text: &str) -> Vec<f64> {
    let mut found: Vec<String> = Vec::new();
    for character in text.chars() {
        match character {
            ' ' => found.push(String::new()),
            '-' => found.push("-".to_owned()),
            _ if found.is_empty() => found.push(character.to_string()),
            _ => found.last_mut().unwrap().push(character),
        }
    }
    found.iter().filter(|text| !text.is_empty()).map(|text| number(text)).collect()
}
