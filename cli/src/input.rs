//! Which frames did somebody mean?

use crate::{engine::Input, error::Error, style};
use hdl::profile::PORT_NAMES;
use sim::capture::{self, Captured};
use std::{fs::File, io::BufReader, path::Path, time::Duration};

/// Number of a port, by a name that clap has let by.
pub fn port(name: &str) -> usize {
    PORT_NAMES.iter().position(|n| *n == name).expect("clap lets only names of ports by")
}

/// A frame's bytes from hexadecimal digits; blanks, colons and dashes may separate them.
pub fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-'))
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let whole = rest.is_empty() && !pairs.is_empty();
    whole.then(|| pairs.iter().map(|[high, low]| (high << 4 | low) as u8).collect())
}

/// The packets of a capture file.
fn packets(path: &Path) -> Result<Vec<Captured>, Error> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let failed = |source| Error::Capture { path: path.into(), source };
    let packets = capture::read(BufReader::new(file)).map_err(failed)?;
    match packets.iter().position(|p| p.bytes.is_empty()) {
        Some(index) => Err(Error::EmptyPacket { path: path.into(), number: index + 1 }),
        None => Ok(packets),
    }
}

/// A capture as frames that come in at a port.
pub fn capture(port: usize, path: &Path) -> Result<Vec<Input>, Error> {
    let packets = packets(path)?;
    let cut = packets.iter().filter(|p| p.is_cut()).count();
    if cut > 0 {
        let (warn, path) = (style::BAD, path.display());
        anstream::eprintln!(
            "{warn}warning:{warn:#} {cut} packets of {path} were captured without their end, \
             and go in without it"
        );
    }
    let input = |p: Captured| Input { port, time: p.time, bytes: p.bytes };
    Ok(packets.into_iter().map(input).collect())
}

/// The frame that `text` spells, or those of the capture that it names up to number `index`, from
/// 1, as they come in at a port.
pub fn frames(port: usize, text: &str, index: u32) -> Result<Vec<Input>, Error> {
    let input = |time, bytes| Input { port, time, bytes };
    let path = Path::new(text);
    if !path.exists() {
        let bytes = hex(text).ok_or_else(|| Error::NoFrame(text.into()))?;
        return Ok(vec![input(Duration::ZERO, bytes)]);
    }
    let mut packets = packets(path)?;
    let (count, wanted) = (packets.len(), index as usize);
    if count < wanted {
        return Err(Error::NoPacket { path: path.into(), number: index, count });
    }
    packets.truncate(wanted);
    Ok(packets.into_iter().map(|p| input(p.time, p.bytes)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_make_bytes() {
        assert_eq!(hex("02:b0-00 1A\nff"), Some(vec![0x02, 0xb0, 0x00, 0x1a, 0xff]));
        for wrong in ["", "0", "0g", "capture.pcap", "0x02"] {
            assert_eq!(hex(wrong), None, "{wrong:?}");
        }
    }
}
