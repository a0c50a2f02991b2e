//! Which options does a message hold?
//!
//! What tenants send is read here, byte by byte, and not by `dhcproto`, which writes the
//! answers: of an option whose length is below what it must have (DHCPv4's 81 and 151, DHCPv6's
//! 11, 13, 16 and 17) release 0.15 takes more away than there is, which is a panic.

use super::Unanswered;
use std::collections::BTreeMap;

/// DHCPv4: nothing, and the end (RFC 2132 sections 3.1, 3.2).
const PAD: u8 = 0;
const END: u8 = 255;

/// Options of DHCPv4 by code. One that comes in parts is put together (RFC 3396).
pub fn dhcp4(mut bytes: &[u8]) -> Result<BTreeMap<u8, Vec<u8>>, Unanswered> {
    let mut options = BTreeMap::<u8, Vec<u8>>::new();
    while let [code, rest @ ..] = bytes {
        bytes = match *code {
            PAD => rest,
            END => break,
            code => {
                let (length, rest) = rest.split_first().ok_or(Unanswered::Malformed)?;
                let (value, rest) =
                    rest.split_at_checked((*length).into()).ok_or(Unanswered::Malformed)?;
                options.entry(code).or_default().extend(value);
                rest
            }
        };
    }
    Ok(options)
}

/// Options of DHCPv6 in their order (RFC 8415 section 21.1).
pub fn dhcp6(mut bytes: &[u8]) -> Result<Vec<(u16, &[u8])>, Unanswered> {
    let mut options = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_first_chunk::<4>().ok_or(Unanswered::Malformed)?;
        let [code, length] = [[head[0], head[1]], [head[2], head[3]]].map(u16::from_be_bytes);
        let (value, rest) = rest.split_at_checked(length.into()).ok_or(Unanswered::Malformed)?;
        options.push((code, value));
        bytes = rest;
    }
    Ok(options)
}

/// The value of an option that is there once at most.
pub fn once<'m>(options: &[(u16, &'m [u8])], code: u16) -> Result<Option<&'m [u8]>, Unanswered> {
    let mut values = options.iter().filter(|(c, _)| *c == code).map(|(_, value)| *value);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(Unanswered::Malformed),
        (value, None) => Ok(value),
    }
}
