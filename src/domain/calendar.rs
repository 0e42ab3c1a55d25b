//! A calendar file (iCalendar, RFC 5545), as far as duties need one: events with an instant or a day, and text.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;

/// The most bytes of a line, without its end (RFC 5545, 3.1).
const LINE: usize = 75;

/// When an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At an instant; written in UTC, so that no rules of a zone are needed.
    At(Timestamp),
    /// All of a day.
    AllDay(Date),
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same for the same event, for ever.
    pub uid: String,
    /// When it is.
    pub when: When,
    /// When its task was changed last.
    pub changed_at: Timestamp,
    /// What it says.
    pub summary: String,
    /// More of it; may be empty.
    pub description: String,
    /// Where it is; may be empty.
    pub location: String,
    /// Its page.
    pub url: String,
}

/// Writes a calendar. The same events give the same bytes.
pub fn write(name: &str, events: &[Event]) -> String {
    let mut out = Writer(String::new());
    out.line("BEGIN", "VCALENDAR");
    out.line("VERSION", "2.0");
    out.line("PRODID", "-//Safe Harbor//Tasks//EN");
    out.line("CALSCALE", "GREGORIAN");
    out.line("METHOD", "PUBLISH");
    out.text("X-WR-CALNAME", name);
    out.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    out.line("X-PUBLISHED-TTL", "PT1H");
    for event in events {
        out.line("BEGIN", "VEVENT");
        out.text("UID", &event.uid);
        // The instant of the last change, not of the request: a feed that did not change keeps its ETag.
        out.line("DTSTAMP", &utc(event.changed_at));
        match event.when {
            When::At(at) => {
                out.line("DTSTART", &utc(at));
                out.line("DURATION", "PT15M");
            }
            When::AllDay(day) => out.line("DTSTART;VALUE=DATE", &day.strftime("%Y%m%d").to_string()),
        }
        out.text("SUMMARY", &event.summary);
        for (name, text) in [("DESCRIPTION", &event.description), ("LOCATION", &event.location)] {
            if !text.is_empty() {
                out.text(name, text);
            }
        }
        out.line("URL", &event.url);
        // A duty keeps nobody from being free.
        out.line("TRANSP", "TRANSPARENT");
        out.line("END", "VEVENT");
    }
    out.line("END", "VCALENDAR");
    out.0
}

fn utc(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

struct Writer(String);

impl Writer {
    /// A property whose value is text.
    fn text(&mut self, name: &str, text: &str) {
        self.line(name, &escaped(text));
    }

    /// A property, folded where it is longer than a line may be, never within a character.
    fn line(&mut self, name: &str, value: &str) {
        let mut left = LINE;
        for letter in name.chars().chain([':']).chain(value.chars()) {
            if letter.len_utf8() > left {
                self.0.push_str("\r\n ");
                left = LINE - 1;
            }
            left -= letter.len_utf8();
            // Writing into a String cannot fail.
            let _ = self.0.write_char(letter);
        }
        self.0.push_str("\r\n");
    }
}

/// Text as a value (RFC 5545, 3.3.11). Other control characters have no place in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() && letter != '\t' => {}
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(summary: &str) -> Event {
        Event {
            uid: "task-1-20261128@tanks.example.org".to_owned(),
            when: When::At("2026-11-28T17:30:00Z".parse().unwrap()),
            changed_at: "2026-11-23T12:00:00Z".parse().unwrap(),
            summary: summary.to_owned(),
            description: String::new(),
            location: "Reef by the window".to_owned(),
            url: "https://tanks.example.org/tasks/1".to_owned(),
        }
    }

    /// The value of a property, read as a calendar program reads it.
    fn read<'a>(lines: &'a [String], name: &str) -> &'a str {
        let line =
            lines.iter().find(|line| line.starts_with(name) && line[name.len()..].starts_with([':', ';']));
        line.unwrap().split_once(':').unwrap().1
    }

    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    fn unescaped(value: &str) -> String {
        let mut out = String::new();
        let mut letters = value.chars();
        while let Some(letter) = letters.next() {
            out.push(match letter {
                '\\' => match letters.next().unwrap() {
                    'n' => '\n',
                    other => other,
                },
                letter => letter,
            });
        }
        out
    }

    #[test]
    fn a_calendar() {
        let all_day = Event { when: When::AllDay("2026-11-23".parse().unwrap()), ..event("Overdue") };
        let file = write("Tasks", &[event("Change water, 20 %; \\o/"), all_day]);
        let expected = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Safe Harbor//Tasks//EN\r\nCALSCALE:GREGORIAN\r\n\
            METHOD:PUBLISH\r\nX-WR-CALNAME:Tasks\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n\
            BEGIN:VEVENT\r\nUID:task-1-20261128@tanks.example.org\r\nDTSTAMP:20261123T120000Z\r\n\
            DTSTART:20261128T173000Z\r\nDURATION:PT15M\r\nSUMMARY:Change water\\, 20 %\\; \\\\o/\r\n\
            LOCATION:Reef by the window\r\nURL:https://tanks.example.org/tasks/1\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n";
        assert!(file.starts_with(expected), "{file}");
        assert!(file.contains("DTSTART;VALUE=DATE:20261123\r\nSUMMARY:Overdue\r\n"), "{file}");
        assert!(file.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"), "{file}");
    }

    #[test]
    fn no_text_can_begin_a_line_of_its_own() {
        let file = write("x", &[event("a\r\nEND:VCALENDAR\nBEGIN:VEVENT\u{85}\0")]);
        assert_eq!(unfolded(&file).iter().filter(|line| *line == "END:VCALENDAR").count(), 1);
        assert_eq!(read(&unfolded(&file), "SUMMARY"), "a\\nEND:VCALENDAR\\nBEGIN:VEVENT");
    }

    proptest! {
        #[test]
        fn every_text_is_read_back_and_no_line_is_too_long(text in "(?s).{0,300}") {
            let kept: String =
                text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect();
            let file = write("x", &[event(&text)]);
            for line in file.split_terminator("\r\n") {
                prop_assert!(line.len() <= LINE, "{}", line);
            }
            prop_assert_eq!(unescaped(read(&unfolded(&file), "SUMMARY")), kept);
        }
    }
}
