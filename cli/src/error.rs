//! What can go wrong with a command, and what does its exit status say?

use sim::capture;
use std::{io, path::PathBuf};
use thiserror::Error;

/// Exit status if what was read is refused.
const REFUSED: u8 = 1;
/// Exit status if the command line names something that does not exist.
const USAGE: u8 = 2;

/// Why a command ended early. Nothing was written then.
#[derive(Debug, Error)]
pub enum Error {
    /// The VPC file can't be read, or is wrong.
    #[error(transparent)]
    Vpcs(#[from] control::ReadError),
    /// The VPC file is more than a card holds.
    #[error(transparent)]
    TooMuch(#[from] control::Errors),
    /// No such card.
    #[error("no card `{name}` in {file}: name one of {known}")]
    UnknownCard {
        /// What was asked for.
        name: String,
        /// Where.
        file: String,
        /// What there is.
        known: String,
    },
    /// Neither a file nor hexadecimal digits.
    #[error(
        "`{0}` is neither a file nor a frame in hexadecimal digits: give the path of a capture, \
         or two digits for each byte"
    )]
    NoFrame(String),
    /// A file that can't be read.
    #[error("{path}: {source}: give the path of a capture that this user may read")]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A capture that can't be read, or a frame that fits none.
    #[error("{path}: {source}")]
    Capture {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: capture::Error,
    },
    /// A packet without a byte.
    #[error("{path}: packet {number} has no byte: take it out of the capture")]
    EmptyPacket {
        /// Which capture.
        path: PathBuf,
        /// Which packet, from 1.
        number: usize,
    },
    /// A capture has fewer packets.
    #[error("{path}: there is no packet {number}: it has {count}")]
    NoPacket {
        /// Which capture.
        path: PathBuf,
        /// What was asked for, from 1.
        number: u32,
        /// Its packets.
        count: usize,
    },
    /// The model can't go on.
    #[error(transparent)]
    Model(#[from] sim::Error),
    /// The model said nothing of a packet.
    #[error("the card gave no explain record: take a profile that has them")]
    NoRecord,
    /// The model's packets and records do not belong together.
    #[error("the gateware is at fault: {0}")]
    Unmatched(#[from] sim::Unmatched),
    /// The driver and the card do not agree.
    #[error("the card can't be programmed: {0}")]
    Driver(#[from] driver::Error),
    /// A frame for the host's CPU that can't be read.
    #[error(transparent)]
    Cpu(#[from] driver::CpuError),
    /// A mistake in the gateware.
    #[error("the card can't be printed: {0}")]
    NotPrinted(#[from] verilog::Error),
    /// A plot that can't be drawn.
    #[error("{path}: the plot can't be drawn: {why}")]
    NotDrawn {
        /// Which.
        path: PathBuf,
        /// What the plotting library says.
        why: String,
    },
    /// A TAP device that can't be had.
    #[error(
        "TAP device {name}: {source}: run as root, or let root make it for this user: \
         ip tuntap add dev {name} mode tap user $USER"
    )]
    Tap {
        /// Which.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// Two devices for one port.
    #[error("{0} has two TAP devices: name one for each port")]
    PortTwice(&'static str),
    /// A TAP device that has gone.
    #[error("TAP device {name} is gone ({source}): the card ends with it")]
    TapGone {
        /// Which.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// There is no way to hear of Ctrl-C.
    #[error("Ctrl-C can't be caught: {0}")]
    Signal(#[from] ctrlc::Error),
    /// A file that can't be written.
    #[error("{path}: {source}: name a folder that this user may write to")]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Error {
    /// Its exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::Vpcs(control::ReadError::Open { .. })
            | Self::UnknownCard { .. }
            | Self::NoFrame(_)
            | Self::Read { .. }
            | Self::NoPacket { .. }
            | Self::PortTwice(_)
            | Self::Tap { .. }
            | Self::Write { .. } => USAGE,
            Self::Vpcs(control::ReadError::Wrong(_))
            | Self::TooMuch(_)
            | Self::Driver(_)
            | Self::Cpu(_)
            | Self::Capture { .. }
            | Self::EmptyPacket { .. }
            | Self::Model(_)
            | Self::NoRecord
            | Self::Unmatched(_)
            | Self::NotDrawn { .. }
            | Self::TapGone { .. }
            | Self::Signal(_)
            | Self::NotPrinted(_) => REFUSED,
        }
    }

    /// Does its text say itself that it is an error, and quote the file?
    pub fn quotes(&self) -> bool {
        matches!(self, Self::Vpcs(control::ReadError::Wrong(_)) | Self::TooMuch(_))
    }
}
