//! Which flow is this, in 14 bits?
//!
//! The tunnel's UDP source port carries a hash of the overlay flow, so that the underlay spreads
//! flows over its paths and keeps each on one (RFC 7348 section 5). The hash is linear: bit `i` of
//! the key sets the three bits of [`COLUMNS`]`[i]`. All columns differ and each has odd weight, so
//! keys that differ in up to three bits never share a hash. It is no secret and no protection: the
//! connection table has a keyed hash of its own.

/// Width of the key: addresses, protocol, ports.
pub const KEY_BITS: usize = 128 + 128 + 8 + 32;
/// First key bit of the destination address; the source address starts at 0.
pub const DST_IP: usize = 128;
/// First key bit of the protocol.
pub const PROTOCOL: usize = 256;
/// First key bit of the source port.
pub const SRC_PORT: usize = 264;
/// First key bit of the destination port.
pub const DST_PORT: usize = 280;

/// What each key bit adds to the hash: a word of weight three.
pub const COLUMNS: [u16; KEY_BITS] = columns();

/// Ways to choose three of 14 bits.
const TRIPLES: usize = 364;
/// Coprime to [`TRIPLES`], so that all columns differ; chosen so that either port, or the last 14
/// bits of an address, reach every hash.
const STRIDE: usize = 43;

const fn columns() -> [u16; KEY_BITS] {
    let mut triples = [0; TRIPLES];
    let (mut word, mut found) = (0u16, 0);
    while found < TRIPLES {
        if word.count_ones() == 3 {
            triples[found] = word;
            found += 1;
        }
        word += 1;
    }
    let mut columns = [0; KEY_BITS];
    let mut i = 0;
    while i < KEY_BITS {
        columns[i] = triples[i * STRIDE % TRIPLES];
        i += 1;
    }
    columns
}

/// The hash of one flow. `ports` are source and destination port of a packet that is no fragment
/// of any kind: all fragments of a packet hash alike.
#[must_use]
pub fn flow_hash(src_ip: u128, dst_ip: u128, protocol: u8, ports: Option<(u16, u16)>) -> u16 {
    let (src_port, dst_port) = ports.unwrap_or_default();
    let fields = [
        (0, 128, src_ip),
        (DST_IP, 128, dst_ip),
        (PROTOCOL, 8, protocol.into()),
        (SRC_PORT, 16, src_port.into()),
        (DST_PORT, 16, dst_port.into()),
    ];
    let mut hash = 0;
    for (at, width, value) in fields {
        for bit in 0..width {
            if value >> bit & 1 == 1 {
                hash ^= COLUMNS[at + bit];
            }
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_differ_and_have_weight_three() {
        for (i, column) in COLUMNS.iter().enumerate() {
            assert_eq!(column.count_ones(), 3);
            assert!(!COLUMNS[..i].contains(column), "column {i}");
        }
    }

    /// One client opening connections must use every path: each port field alone reaches all
    /// hashes equally often.
    #[test]
    fn either_port_reaches_every_hash_equally_often() {
        for swap in [false, true] {
            let mut times = vec![0; 1 << 14];
            for port in 0..=u16::MAX {
                let ports = if swap { (443, port) } else { (port, 443) };
                times[usize::from(flow_hash(1, 2, 6, Some(ports)))] += 1;
            }
            assert!(times.iter().all(|&n| n == 4));
        }
    }

    #[test]
    fn hosts_of_one_subnet_spread() {
        let hash = |host: u128| flow_hash(0xffff_0a00_0000 | host, 0xffff_0a00_0001, 6, None);
        let mut seen: Vec<u16> = (0..1 << 14).map(hash).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1 << 14);
    }
}
