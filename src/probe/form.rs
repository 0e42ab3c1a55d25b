//! Reads the forms of a page the way a browser does, so that probes send what a person would.

/// The fields of one form with the values it came with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent, as written.
    pub action: String,
    fields: Vec<(String, String)>,
    /// Fields that are sent only once something is chosen: radio buttons and tick boxes.
    unset: Vec<String>,
}

impl Form {
    /// A form without fields.
    pub fn to(action: &str) -> Self {
        Self { action: action.to_owned(), ..Self::default() }
    }

    /// The first form of `html` whose method is `post`.
    pub fn first_post(html: &str) -> Option<Self> {
        let mut rest = html;
        while let Some(start) = rest.find("<form") {
            let body = &rest[start..];
            let end = body.find("</form").unwrap_or(body.len());
            let (tag, inside) = tag(&body[..end])?;
            if attribute(tag, "method").is_some_and(|method| method.eq_ignore_ascii_case("post"))
                && !attribute(tag, "action").is_some_and(|action| action.ends_with("/sign-out"))
            {
                return Some(Self::read(tag, inside));
            }
            rest = &body[end..];
        }
        None
    }

    fn read(form_tag: &str, mut inside: &str) -> Self {
        let mut form = Self { action: attribute(form_tag, "action").unwrap_or_default(), ..Self::default() };
        let mut select: Option<(String, bool)> = None;
        while let Some(start) = inside.find('<') {
            let Some((tag, after)) = tag(&inside[start..]) else { break };
            inside = after;
            let name = attribute(tag, "name");
            let value = attribute(tag, "value").unwrap_or_default();
            match (element(tag), name) {
                ("input", Some(name)) => {
                    let kind = attribute(tag, "type").unwrap_or_default();
                    let ticked = matches!(kind.as_str(), "radio" | "checkbox");
                    if !ticked || attribute(tag, "checked").is_some() {
                        form.set(&name, &value);
                    } else if !form.fields.iter().any(|(known, _)| *known == name) {
                        form.unset.push(name);
                    }
                }
                ("textarea", Some(name)) => {
                    let text = &inside[..inside.find('<').unwrap_or(inside.len())];
                    // The line break right after the tag is not part of the text.
                    form.set(&name, &unescape(text.strip_prefix('\n').unwrap_or(text)));
                }
                ("select", Some(name)) => {
                    form.set(&name, "");
                    select = Some((name, false));
                }
                ("/select", _) => select = None,
                ("option", _) => {
                    if let Some((name, given)) = &mut select {
                        let selected = attribute(tag, "selected").is_some();
                        if selected || !*given {
                            form.set(name, &value);
                            *given = true;
                        }
                    }
                }
                _ => {}
            }
        }
        form
    }

    /// Whether the form has the field.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name) || self.unset.iter().any(|known| known == name)
    }

    /// The names of all fields that will be sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// What a field holds.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets a field, whether the form has it or not.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// The body a browser would send.
    pub fn encoded(&self) -> String {
        let pairs: Vec<String> = self
            .fields
            .iter()
            .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)))
            .collect();
        pairs.join("&")
    }
}

/// Percent-encodes everything that is not unreserved in a URL.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 15] {
                encoded.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    encoded
}

/// Splits `<tag …>` off the front; quoted attribute values may hold `>`.
fn tag(html: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, byte) in html.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return Some((&html[1..at], &html[at + 1..])),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn element(tag: &str) -> &str {
    tag.split([' ', '\n', '\t']).next().unwrap_or_default()
}

/// An attribute's value; a bare attribute has the empty one.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag.get(element(tag).len()..)?;
    loop {
        rest = rest.trim_start_matches([' ', '\n', '\t', '\r', '/']);
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(['=', ' ', '\n', '\t']).unwrap_or(rest.len());
        let found = rest[..end].eq_ignore_ascii_case(name);
        rest = &rest[end..];
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = match after.bytes().next() {
                Some(quote @ (b'"' | b'\'')) => after[1..].split_once(char::from(quote))?,
                _ => after.split_at(after.find([' ', '\n', '\t']).unwrap_or(after.len())),
            };
        }
        if found {
            return Some(unescape(value));
        }
    }
}

fn unescape(text: &str) -> String {
    let mut plain = text.to_owned();
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(entity, character);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"
        <form method="post" action="/sign-out"><button>Out</button></form>
        <form method="get" action="/find"><input name="q"></form>
        <form class="card" method="post" action="/tanks/new" data-draft>
        <input type="hidden" name="form_id" value="a-b">
        <input id=n name=name type="text" value="2 > 1 &amp; &quot;x&quot;" required>
        <input type="radio" name="profile" value="reef"><input type="radio" name="profile" value="fresh">
        <input type="checkbox" name="units" value="us" checked>
        <select name="unit"><option value="L">L</option><option value="gal" selected>gal</option></select>
        <select name="other"><option value="first">1</option><option value="second">2</option></select>
        <textarea name="note">a
b</textarea></form>"#;

    #[test]
    fn a_form_is_read_as_a_browser_would() {
        let mut form = Form::first_post(PAGE).unwrap();
        assert_eq!(form.action, "/tanks/new");
        assert!(form.has("profile") && form.value("profile").is_none());
        assert_eq!(form.value("name"), Some("2 > 1 & \"x\""));
        form.set("profile", "reef").set("name", "Öl & Salz");
        assert_eq!(
            form.encoded(),
            "form_id=a-b&name=%C3%96l%20%26%20Salz&units=us&unit=gal&other=first&note=a%0Ab&profile=reef"
        );
    }

    #[test]
    fn a_page_without_a_form_has_none() {
        assert_eq!(Form::first_post("<p>nothing</p><form"), None);
    }
}
