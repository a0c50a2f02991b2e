//! How do frames come from and go to capture files?
//!
//! Read: pcap with micro- or nanoseconds in either byte order, and pcapng. Written: pcap with
//! nanoseconds. Ethernet only.

use pcap_file::{
    DataLink, PcapError,
    pcap::{PcapHeader, PcapPacket, PcapReader, PcapWriter},
    pcapng::{
        Block, PcapNgReader,
        blocks::interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption},
    },
};
use std::{
    io::{Read, Write},
    time::Duration,
};

/// Longest frame that is written, in bytes.
pub const SNAPLEN: u32 = 65_535;
/// First dword of a pcapng file, the same in either byte order.
const PCAPNG: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// A frame of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// When, since 1970 as a rule.
    pub time: Duration,
    /// As much of the frame as was captured.
    pub bytes: Vec<u8>,
    /// How long the frame was on the wire.
    pub wire_bytes: usize,
}

impl Captured {
    /// Did whoever captured it leave away its end?
    pub fn is_cut(&self) -> bool {
        self.bytes.len() < self.wire_bytes
    }
}

/// Why a capture can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither pcap nor pcapng.
    #[error("this is no capture: neither pcap nor pcapng begins with {0:02x?}")]
    NoCapture(Vec<u8>),
    /// Of another kind of network.
    #[error("a capture of {0:?}, expected Ethernet: capture on an Ethernet interface")]
    NotEthernet(DataLink),
    /// The file ends too early.
    #[error(
        "the capture ends in the middle of packet {0}: it was not closed, or copied in part; \
         the {before} packets before it are whole", before = .0 - 1
    )]
    Ends(usize),
    /// The file is damaged.
    #[error("packet {packet} of the capture can't be read: {cause}")]
    Damaged {
        /// Which packet, from 1.
        packet: usize,
        /// What is wrong with it.
        #[source]
        cause: PcapError,
    },
    /// A frame that is too long to be written.
    #[error("a frame of {0} bytes does not fit a capture: {SNAPLEN} bytes do")]
    TooLong(usize),
    /// The file can't be read or written.
    #[error("the capture's file: {0}")]
    File(#[from] std::io::Error),
}

/// The whole of a capture file.
///
/// # Errors
/// Every [`Error`] but [`Error::TooLong`].
pub fn read(mut file: impl Read) -> Result<Vec<Captured>, Error> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    match bytes.first_chunk() {
        Some(&PCAPNG) => read_pcapng(&bytes),
        _ => read_pcap(&bytes),
    }
}

fn read_pcap(file: &[u8]) -> Result<Vec<Captured>, Error> {
    let no_capture = |_| Error::NoCapture(file[..file.len().min(4)].to_vec());
    let mut reader = PcapReader::new(file).map_err(no_capture)?;
    let header = reader.header();
    ethernet(header.datalink)?;
    let unit_nanos = match header.ts_resolution {
        pcap_file::TsResolution::MicroSecond => 1_000,
        pcap_file::TsResolution::NanoSecond => 1,
    };
    let mut captured = Vec::new();
    while let Some(packet) = reader.next_raw_packet() {
        let packet = packet.map_err(|cause| damaged(captured.len() + 1, cause))?;
        captured.push(Captured {
            time: Duration::from_secs(packet.ts_sec.into())
                + Duration::from_nanos(u64::from(packet.ts_frac) * unit_nanos),
            bytes: packet.data.into_owned(),
            wire_bytes: packet.orig_len as usize,
        });
    }
    Ok(captured)
}

fn read_pcapng(file: &[u8]) -> Result<Vec<Captured>, Error> {
    let no_capture = |_| Error::NoCapture(file[..file.len().min(4)].to_vec());
    let mut reader = PcapNgReader::new(file).map_err(no_capture)?;
    let mut interfaces: Vec<InterfaceDescriptionBlock<'static>> = Vec::new();
    let mut captured: Vec<Captured> = Vec::new();
    while let Some(block) = reader.next_block() {
        let number = captured.len() + 1;
        let (interface, time, wire_bytes, bytes) =
            match block.map_err(|cause| damaged(number, cause))? {
                Block::SectionHeader(_) => {
                    interfaces.clear();
                    continue;
                }
                Block::InterfaceDescription(interface) => {
                    ethernet(interface.linktype)?;
                    interfaces.push(interface.into_owned());
                    continue;
                }
                // The library takes the time stamp's number for nanoseconds, whatever its unit.
                Block::EnhancedPacket(p) => {
                    (p.interface_id, p.timestamp.as_nanos(), p.original_len, p.data.into_owned())
                }
                Block::SimplePacket(p) => (0, 0, p.original_len, p.data.into_owned()),
                _ => continue,
            };
        let Some(interface) = interfaces.get(interface as usize) else {
            return Err(damaged(number, PcapError::InvalidInterfaceId(interface)));
        };
        let time = nanos(time, interface);
        captured.push(Captured { time, bytes, wire_bytes: wire_bytes as usize });
    }
    Ok(captured)
}

/// A time stamp in units of its interface: microseconds unless the option if_tsresol says
/// otherwise, as a power of ten, or of two with the highest bit set.
fn nanos(units: u128, interface: &InterfaceDescriptionBlock<'_>) -> Duration {
    let resolution = interface.options.iter().find_map(|option| match option {
        InterfaceDescriptionOption::IfTsResol(resolution) => Some(*resolution),
        _ => None,
    });
    let nanos = match resolution.unwrap_or(6) {
        two @ 0x80.. => (units * 1_000_000_000) >> (two & 0x7f),
        ten => units * 1_000_000_000 / 10u128.pow(u32::from(ten.min(38))),
    };
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

fn ethernet(link: DataLink) -> Result<(), Error> {
    if link == DataLink::ETHERNET { Ok(()) } else { Err(Error::NotEthernet(link)) }
}

fn damaged(packet: usize, cause: PcapError) -> Error {
    match cause {
        PcapError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::Ends(packet)
        }
        PcapError::IncompleteBuffer => Error::Ends(packet),
        PcapError::IoError(e) => Error::File(e),
        cause => Error::Damaged { packet, cause },
    }
}

/// Write frames with their times, as pcap with nanoseconds.
///
/// # Errors
/// [`Error::TooLong`], [`Error::File`].
pub fn write<'a>(
    file: impl Write,
    frames: impl IntoIterator<Item = (Duration, &'a [u8])>,
) -> Result<(), Error> {
    let header = PcapHeader {
        ts_resolution: pcap_file::TsResolution::NanoSecond,
        endianness: pcap_file::Endianness::Little,
        datalink: DataLink::ETHERNET,
        snaplen: SNAPLEN,
        ..PcapHeader::default()
    };
    let not_written = |cause| match cause {
        PcapError::IoError(e) => Error::File(e),
        cause => Error::File(std::io::Error::other(cause)),
    };
    let mut writer = PcapWriter::with_header(file, header).map_err(not_written)?;
    for (time, bytes) in frames {
        if bytes.len() > SNAPLEN as usize {
            return Err(Error::TooLong(bytes.len()));
        }
        let packet = PcapPacket::new(time, bytes.len() as u32, bytes);
        writer.write_packet(&packet).map_err(not_written)?;
    }
    writer.into_writer().flush()?;
    Ok(())
}
