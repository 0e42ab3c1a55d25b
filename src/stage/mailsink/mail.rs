//! A mail as it came, and just enough MIME to read it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A mail the sink took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender; empty for bounces.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Whether it came over TLS.
    pub tls: bool,
    /// The user that had signed in.
    pub user: Option<String>,
    /// Headers and body as sent, lines ended by CR LF.
    pub raw: String,
}

impl Mail {
    /// A mail from the file that the sink wrote: the recipient is the one in its head.
    pub fn read(raw: &str) -> Self {
        let address = |name| {
            let value = header(raw, name).unwrap_or_default();
            let inner = value.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
            inner.map_or_else(|| value.clone(), |(address, _)| address.to_owned())
        };
        let (from, to) = (address("From"), vec![address("To")]);
        Self { from, to, tls: false, user: None, raw: raw.to_owned() }
    }

    /// Every absolute link in its text and its HTML.
    pub fn links(&self) -> Vec<String> {
        let parts = ["text/plain", "text/html"].map(|kind| self.part(kind).unwrap_or_default());
        parts.iter().flat_map(|part| links(part)).collect()
    }

    /// A header's value with its folded lines joined.
    pub fn header(&self, name: &str) -> Option<String> {
        header(&self.raw, name)
    }

    /// The body of the first part of that type (`text/plain`, `text/html`), decoded, lines ended by LF.
    pub fn part(&self, content_type: &str) -> Option<String> {
        find(&self.raw, content_type, 0)
    }
}

/// Every absolute link in a text or a page.
pub(super) fn links(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || "\"'<>()".contains(c))
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(|link| link.trim_end_matches(['.', ',']).replace("&amp;", "&"))
        .collect()
}

fn find(raw: &str, wanted: &str, depth: u8) -> Option<String> {
    let (head, body) = raw.split_once("\r\n\r\n")?;
    let kind = header(head, "Content-Type").unwrap_or_else(|| "text/plain".to_owned());
    if kind.to_ascii_lowercase().starts_with("multipart/") {
        let (_, rest) = kind.split_once("boundary=")?;
        let boundary = rest.split(';').next()?.trim().trim_matches('"');
        let delimiter = format!("--{boundary}");
        // The first piece is the preamble, the last starts with the closing `--`.
        let parts = body.split(delimiter.as_str()).skip(1).filter(|part| !part.starts_with("--"));
        let mut parts = parts.map(|part| part.strip_prefix("\r\n").unwrap_or(part));
        return if depth < 8 { parts.find_map(|part| find(part, wanted, depth + 1)) } else { None };
    }
    if !kind.to_ascii_lowercase().starts_with(wanted) {
        return None;
    }
    let encoding = header(head, "Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
    let bytes = match encoding.as_str() {
        "quoted-printable" => quoted_printable(body),
        "base64" => STANDARD.decode(body.split_whitespace().collect::<String>()).ok()?,
        _ => body.as_bytes().to_vec(),
    };
    Some(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
}

fn header(raw: &str, name: &str) -> Option<String> {
    let head = raw.split("\r\n\r\n").next()?;
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded.split("\r\n").find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

fn quoted_printable(body: &str) -> Vec<u8> {
    let joined = body.replace("=\r\n", "");
    let mut rest = joined.as_bytes();
    let mut decoded = Vec::with_capacity(rest.len());
    while let Some((&byte, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(value) = pair.filter(|_| byte == b'=').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            decoded.push(value);
            rest = &after[2..];
        } else {
            decoded.push(byte);
            rest = after;
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_and_decoded() {
        let raw = "Subject: a\r\n b\r\nContent-Type: multipart/alternative;\r\n boundary=\"xyz\"\r\n\r\n\
                   --xyz\r\nContent-Type: text/plain; charset=utf-8\r\n\
                   Content-Transfer-Encoding: quoted-printable\r\n\r\nsoft =\r\nbreak =C3=A9 100=25\r\n\
                   --xyz\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+\r\n\
                   --xyz--\r\n";
        let mail = Mail { from: String::new(), to: Vec::new(), tls: false, user: None, raw: raw.into() };
        assert_eq!(mail.header("subject").as_deref(), Some("a b"));
        assert_eq!(mail.part("text/plain").as_deref(), Some("soft break é 100%\n"));
        assert_eq!(mail.part("text/html").as_deref(), Some("<b>"));
        assert_eq!(mail.part("image/png"), None);
    }

    #[test]
    fn a_mail_is_read_from_its_file() {
        let raw = "From: Safe Harbor <log@example.org>\r\nTo: \"A, B\" <ana@example.org>\r\n\r\n\
                   See https://a.example/b?c=1&amp;d=2. And http://c.example/,\r\nnothing more\r\n";
        let mail = Mail::read(raw);
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            ("log@example.org", &["ana@example.org".to_owned()][..])
        );
        assert_eq!(mail.links(), ["https://a.example/b?c=1&d=2", "http://c.example/"]);
    }
}
