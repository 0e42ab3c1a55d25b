//! Rules R2 and R3 once more, as slow and plain as they are written down, to compare with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// R2: join all lines with `,`, split at `,`, trim, take the last.
pub(super) fn last_element(lines: &[Vec<u8>]) -> Option<Vec<u8>> {
    if lines.is_empty() {
        return None;
    }
    let mut joined = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        if n > 0 {
            joined.push(b',');
        }
        joined.extend_from_slice(line);
    }
    let mut elements: Vec<Vec<u8>> = vec![Vec::new()];
    for byte in joined {
        if byte == b',' {
            elements.push(Vec::new());
        } else {
            elements.last_mut().unwrap().push(byte);
        }
    }
    let mut last = elements.pop().unwrap();
    while last.first().is_some_and(|byte| *byte == b' ' || *byte == b'\t') {
        last.remove(0);
    }
    while last.last().is_some_and(|byte| *byte == b' ' || *byte == b'\t') {
        last.pop();
    }
    Some(last)
}

/// R2 and R3: the address that all these lines of `X-Forwarded-For` give.
pub(super) fn address(lines: &[Vec<u8>]) -> Option<IpAddr> {
    let last = last_element(lines)?;
    if last.is_empty() || last.len() > 255 {
        return None;
    }
    let last = String::from_utf8(last).ok()?;
    let mut readings: Vec<IpAddr> = Vec::new();
    // v4
    readings.extend(last.parse::<Ipv4Addr>().ok().map(IpAddr::V4));
    // v6, perhaps with a zone
    readings.extend(v6(&last));
    // v4:port
    if let Some((addr, port)) = last.rsplit_once(':')
        && is_port(port)
    {
        readings.extend(addr.parse::<Ipv4Addr>().ok().map(IpAddr::V4));
    }
    if let Some(rest) = last.strip_prefix('[') {
        // [v6]
        if let Some(addr) = rest.strip_suffix(']') {
            readings.extend(v6(addr));
        }
        // [v6]:port
        if let Some((addr, port)) = rest.rsplit_once("]:")
            && is_port(port)
        {
            readings.extend(v6(addr));
        }
    }
    assert!(readings.len() <= 1, "{last} can be read in two ways");
    let addr = match readings.pop()? {
        IpAddr::V6(v6) => match v6.octets() {
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d] => Ipv4Addr::new(a, b, c, d).into(),
            _ => IpAddr::V6(v6),
        },
        IpAddr::V4(v4) => IpAddr::V4(v4),
    };
    let nowhere = addr == IpAddr::V4(Ipv4Addr::UNSPECIFIED) || addr == IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    if nowhere { None } else { Some(addr) }
}

fn v6(text: &str) -> Option<IpAddr> {
    let parts: Vec<&str> = text.split('%').collect();
    let zone_ok = match parts[..] {
        [_] => true,
        [_, zone] => {
            !zone.is_empty() && zone.chars().all(|char| char.is_ascii_alphanumeric() || "-._~".contains(char))
        }
        _ => false,
    };
    if zone_ok { parts[0].parse::<Ipv6Addr>().ok().map(IpAddr::V6) } else { None }
}

fn is_port(text: &str) -> bool {
    text.len() <= 5 && text.chars().all(|char| char.is_ascii_digit()) && text.parse::<u16>().is_ok()
}
