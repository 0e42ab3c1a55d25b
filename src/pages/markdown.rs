//! Notes in Markdown, made into markup that can do nothing but look like text.
//!
//! Only a list of elements is ever written, without attributes except a link's address. HTML in the notes is
//! shown as the text it is, pictures as their description, and a link to anywhere but `http`, `https` or
//! `mailto` as its words.

use std::fmt::Write as _;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};

use super::parts::Markup;

/// Nested deeper than this, quotes and lists are no longer indented: no browser has room for it.
const DEEPEST: usize = 12;

/// Renders notes.
pub fn render(text: &str) -> Markup {
    let mut html = String::with_capacity(text.len() * 3 / 2);
    // What to write at the end of each thing that is open; nothing for what was not written at its start.
    let mut open: Vec<Option<&'static str>> = Vec::new();
    let mut levels = Vec::new();
    for event in Parser::new(text) {
        match event {
            Event::Start(tag) => {
                let shallow = open.len() < DEEPEST;
                open.push(if shallow { start(&mut html, &tag, &mut levels) } else { None });
            }
            Event::End(_) => {
                if let Some(name) = open.pop().flatten() {
                    // Writing into a String cannot fail, here and below.
                    let _ = write!(html, "</{name}>");
                }
            }
            Event::Code(code) => {
                html.push_str("<code>");
                escape(&mut html, &code);
                html.push_str("</code>");
            }
            Event::SoftBreak => html.push('\n'),
            Event::HardBreak => html.push_str("<br>"),
            Event::Rule => html.push_str("<hr>"),
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => escape(&mut html, &text),
            Event::TaskListMarker(done) => html.push_str(if done { "[x] " } else { "[ ] " }),
        }
    }
    Markup(html)
}

/// Begins an element, if it is one of those that are written, and answers its name. `levels` are those of the
/// headings above it, as they were written.
fn start(html: &mut String, tag: &Tag<'_>, levels: &mut Vec<HeadingLevel>) -> Option<&'static str> {
    let name = match tag {
        Tag::Paragraph | Tag::HtmlBlock => "p",
        Tag::Heading { level, .. } => {
            // Below the page's own heading, and no level left out on the way down.
            levels.retain(|above| above < level);
            levels.push(*level);
            ["h3", "h4", "h5", "h6"][levels.len().min(4) - 1]
        }
        Tag::BlockQuote(_) => "blockquote",
        Tag::CodeBlock(_) => "pre",
        Tag::List(None) => "ul",
        Tag::List(Some(_)) => "ol",
        Tag::Item => "li",
        Tag::Emphasis => "em",
        Tag::Strong => "strong",
        Tag::Link { dest_url, .. } if is_harmless(dest_url) => {
            html.push_str("<a href=\"");
            escape(html, dest_url);
            html.push_str("\" rel=\"nofollow noopener\">");
            return Some("a");
        }
        _ => return None,
    };
    let _ = write!(html, "<{name}>");
    Some(name)
}

/// Whether a link leads to a page or a mailbox: anything else may be a program.
fn is_harmless(address: &str) -> bool {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https" | "mailto"))
        && !address.chars().any(|letter| letter.is_control() || letter.is_whitespace())
}

fn escape(html: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&#38;"),
            '<' => html.push_str("&#60;"),
            '>' => html.push_str("&#62;"),
            '"' => html.push_str("&#34;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn html(text: &str) -> String {
        render(text).0
    }

    #[test]
    fn what_notes_need_is_there() {
        for (text, expected) in [
            ("Return pump", "<p>Return pump</p>"),
            ("# Sump\n\n## Skimmer", "<h3>Sump</h3><h4>Skimmer</h4>"),
            ("### Sump\n\n###### Pump\n\n# Light", "<h3>Sump</h3><h4>Pump</h4><h3>Light</h3>"),
            ("## Sump\n\n## Light", "<h3>Sump</h3><h3>Light</h3>"),
            (
                "- *two* pumps\n- **one** heater",
                "<ul><li><em>two</em> pumps</li><li><strong>one</strong> heater</li></ul>",
            ),
            ("1. first\n2. second", "<ol><li>first</li><li>second</li></ol>"),
            ("> said\n> so", "<blockquote><p>said\nso</p></blockquote>"),
            ("`code` & more\\\nline", "<p><code>code</code> &#38; more<br>line</p>"),
            ("```\na < b\n```", "<pre>a &#60; b\n</pre>"),
            ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
            (
                "[shop](https://example.org/?a=1&b=2 \"title\")",
                "<p><a href=\"https://example.org/?a=1&#38;b=2\" rel=\"nofollow noopener\">shop</a></p>",
            ),
            ("<mailto:a@b.c>", "<p><a href=\"mailto:a@b.c\" rel=\"nofollow noopener\">mailto:a@b.c</a></p>"),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn what_could_run_is_text() {
        for (text, expected) in [
            ("<script>alert(1)</script>", "<p>&#60;script&#62;alert(1)&#60;/script&#62;</p>"),
            ("a <b onclick=x>b</b>", "<p>a &#60;b onclick=x&#62;b&#60;/b&#62;</p>"),
            ("[x](javascript:alert(1))", "<p>x</p>"),
            ("[x](JaVaScRiPt:alert(1))", "<p>x</p>"),
            ("[x](&#106;avascript:alert(1))", "<p>x</p>"),
            ("[x](data:text/html,x)", "<p>x</p>"),
            ("[x](/sign-out)", "<p>x</p>"),
            ("[x](<https://a b>)", "<p>x</p>"),
            ("![the *reef*](https://example.org/x.png)", "<p>the <em>reef</em></p>"),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn depth_has_an_end() {
        assert!(html(&"> ".repeat(2_000)).len() < 2_000);
        assert!(html(&format!("{}x", "- ".repeat(2_000))).matches("<ul>").count() <= DEEPEST);
    }

    /// Reads the markup back: every `<` begins a known tag, tags close in order, and the only attributes are
    /// a link's two.
    fn judge(html: &str) -> Result<(), String> {
        const NAMES: [&str; 15] = [
            "p",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
            "pre",
            "ul",
            "ol",
            "li",
            "em",
            "strong",
            "code",
            "a",
            "br",
        ];
        let mut open = Vec::new();
        for part in html.split('<').skip(1) {
            let (tag, text) = part.split_once('>').ok_or_else(|| format!("no end: {part}"))?;
            if text.contains(['>', '"', '\'']) {
                return Err(format!("not escaped: {text}"));
            }
            if let Some(name) = tag.strip_prefix('/') {
                if open.pop() != Some(name) {
                    return Err(format!("</{name}> closes nothing"));
                }
            } else if let Some(rest) = tag.strip_prefix("a href=\"") {
                let (address, rest) = rest.split_once('"').ok_or_else(|| format!("no address: {tag}"))?;
                let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
                if !matches!(scheme.as_deref(), Some("http" | "https" | "mailto")) {
                    return Err(format!("leads to {address}"));
                }
                if rest != " rel=\"nofollow noopener\"" {
                    return Err(format!("more attributes: {rest}"));
                }
                open.push("a");
            } else if tag == "hr" || NAMES.contains(&tag) && tag != "a" {
                if !matches!(tag, "br" | "hr") {
                    open.push(tag);
                }
            } else {
                return Err(format!("unknown tag: {tag}"));
            }
        }
        if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn nothing_that_runs_survives(text in prop_oneof![
            1 => "(?s).{0,200}",
            4 => proptest::collection::vec(prop::sample::select(vec![
                "<script>", "</script>", "<img src=x onerror=alert(1)>", "<a href=\"javascript:alert(1)\">", "javascript:",
                "](", "[", "![", ")", "(", "<", ">", "\"", "'", "&", "&#106;", "\n", "\n\n", "> ", "- ", "1. ", "# ", "*",
                "**", "_", "`", "```\n", "    ", "\\", "---", "https://a.example", "data:text/html,", "onload=", "style=",
                "<!--", "-->", "<![CDATA[", "]]>", "<?", "x", " ", "\t", "\u{0}", "\u{202e}", "<svg/onload=x>", "]: javascript:x",
                "[x]", "<https://b>", "<javascript:x>",
            ]), 0..40).prop_map(|parts| parts.concat()),
        ]) {
            let html = html(&text);
            prop_assert_eq!(judge(&html), Ok(()), "{}", html);
            let low = html.to_lowercase();
            prop_assert!(!low.contains("<script") && !low.contains("href=\"javascript"));
        }
    }
}
