//! Cheap judgement of a page's markup: nesting, headings, labels, described errors, no inline code, weight.

use std::collections::BTreeMap;

const VOID: [&str; 8] = ["meta", "link", "input", "br", "hr", "img", "option", "source"];

/// One tag with its attributes.
struct Tag<'a> {
    name: &'a str,
    attributes: BTreeMap<&'a str, &'a str>,
}

/// What is wrong with a page; nothing when it is sound.
pub(super) fn faults(html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let (tags, nesting) = read(html);
    faults.extend(nesting);
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
    for (name, expected) in [("h1", 1), ("main", 1), ("title", 1), ("style", 0)] {
        if count(name) != expected {
            faults.push(format!("{} <{name}>, not {expected}", count(name)));
        }
    }
    let mut ids: Vec<&str> = tags.iter().filter_map(|tag| tag.attributes.get("id").copied()).collect();
    ids.sort_unstable();
    faults
        .extend(ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| format!("id {} twice", pair[0])));
    let labels: Vec<&str> = tags.iter().filter_map(|tag| tag.attributes.get("for").copied()).collect();
    for tag in &tags {
        for (name, value) in &tag.attributes {
            if *name == "style" || name.starts_with("on") {
                faults.push(format!("<{}> has the attribute {name}", tag.name));
            }
            if value.contains("javascript:") {
                faults.push(format!("<{}> runs a script from {name}", tag.name));
            }
            if ["aria-describedby", "aria-labelledby", "for"].contains(name) {
                let missing = value.split_whitespace().find(|id| !ids.contains(id));
                faults.extend(missing.map(|id| format!("{name} names {id}, which is not there")));
            }
            if *name == "href" && value.starts_with('#') && !ids.contains(&&value[1..]) {
                faults.push(format!("a link to {value}, which is not there"));
            }
        }
        faults.extend(fault_of_control(tag, &labels));
    }
    if html.len() > 60 * 1024 {
        faults.push(format!("{} bytes", html.len()));
    }
    faults
}

fn fault_of_control(tag: &Tag<'_>, labels: &[&str]) -> Option<String> {
    let attribute = |name: &str| tag.attributes.get(name).copied();
    let kind = attribute("type").unwrap_or_default();
    if tag.name == "script" && attribute("src").is_none() {
        return Some("an inline script".to_owned());
    }
    if !["input", "select", "textarea"].contains(&tag.name) || ["hidden", "radio", "checkbox"].contains(&kind)
    {
        return None;
    }
    let named = attribute("aria-label").is_some() || attribute("id").is_some_and(|id| labels.contains(&id));
    let described = attribute("aria-invalid").is_none()
        || attribute("aria-describedby").is_some_and(|ids| ids.contains("-error"));
    match (named, described) {
        (false, _) => Some(format!("<{}> {:?} has no label", tag.name, attribute("name"))),
        (_, false) => Some(format!("<{}> {:?} is invalid and does not say why", tag.name, attribute("name"))),
        _ => None,
    }
}

/// Reads all tags and checks that they close in order. SVG's self-closing tags are accepted.
fn read(html: &str) -> (Vec<Tag<'_>>, Vec<String>) {
    let (mut tags, mut open, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let Some(end) = end_of_tag(&rest[start..]) else {
            faults.push("a tag without an end".to_owned());
            break;
        };
        let inside = &rest[start + 1..start + end];
        rest = &rest[start + end + 1..];
        if inside.starts_with('!') {
            continue;
        }
        if let Some(name) = inside.strip_prefix('/') {
            if open.pop() != Some(name) {
                faults.push(format!("</{name}> closes nothing"));
            }
            continue;
        }
        let name = inside.split([' ', '\n', '/']).next().unwrap_or_default();
        // A drawing has titles of its own.
        if name == "title" && open.contains(&"svg") {
            open.push(name);
            continue;
        }
        tags.push(Tag { name, attributes: attributes(inside[name.len()..].trim_end_matches('/')) });
        // An option's end tag may be left out, and is where it has no text (`datalist`).
        let closed = VOID.contains(&name) && !(name == "option" && rest.starts_with(|next| next != '<'));
        if !inside.ends_with('/') && !closed {
            open.push(name);
        }
    }
    faults.extend(open.into_iter().map(|name| format!("<{name}> is never closed")));
    (tags, faults)
}

fn end_of_tag(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, character)| {
        quoted ^= character == '"';
        (character == '>' && !quoted).then_some(at)
    })
}

fn attributes(text: &str) -> BTreeMap<&str, &str> {
    let mut attributes = BTreeMap::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let name_end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let name = &rest[..name_end];
        rest = &rest[name_end..];
        let mut value = "";
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let end = quoted.find('"').unwrap_or(quoted.len());
            value = &quoted[..end];
            rest = quoted.get(end + 1..).unwrap_or_default();
        }
        attributes.insert(name, value);
        rest = rest.trim_start();
    }
    attributes
}

#[test]
fn faults_are_found() {
    let page = |body: &str| {
        format!("<html><title>x</title><script src=\"/a.js\"></script><main><h1>x</h1>{body}</main></html>")
    };
    assert_eq!(faults(&page("<p>fine</p>")), Vec::<String>::new());
    for (body, expected) in [
        ("<p style=\"x\">x</p>", "<p> has the attribute style"),
        ("<p onclick=\"x\">x</p>", "<p> has the attribute onclick"),
        ("<h1>x</h1>", "2 <h1>, not 1"),
        ("<input name=\"a\">", "<input> Some(\"a\") has no label"),
        ("<p><b>x</p></b>", "</p> closes nothing"),
        ("<a href=\"#gone\">x</a>", "a link to #gone, which is not there"),
        ("<i id=\"a\"></i><i id=\"a\"></i>", "id a twice"),
    ] {
        assert!(
            faults(&page(body)).iter().any(|fault| fault == expected),
            "{body}: {:?}",
            faults(&page(body))
        );
    }
}
