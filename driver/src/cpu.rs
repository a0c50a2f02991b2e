//! What comes to the host's CPU from a card, and what goes back?

use hdl::{
    meta::PuntReason,
    punt::{InjectHeader, PuntHeader, VERSION, bytes, split},
};

/// A frame that the card sent to the host's CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Punted<'f> {
    /// Why.
    pub reason: PuntReason,
    /// Number of the service that has the destination address; 0 is none.
    pub service: u8,
    /// The ENI that sent it, by its number on the card.
    pub eni: u16,
    /// Port at which it came in.
    pub port: u8,
    /// Parity of the generation by which it was judged.
    pub generation: bool,
    /// When, in ticks of the card.
    pub tick: u16,
    /// As it came in, tags included, to the end of its IP packet.
    pub frame: &'f [u8],
}

/// Why what came out of the CPU's port can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CpuError {
    /// It is too short, or has a code that nobody declared.
    #[error("what the card sent begins with no punt header: use the driver of the card's release")]
    NoHeader,
    /// Another release's.
    #[error("the punt header has version {found}, not {VERSION}: use the driver of its release")]
    Version {
        /// The version.
        found: u8,
    },
}

impl<'f> Punted<'f> {
    /// What came out of the CPU's port.
    ///
    /// # Errors
    /// [`CpuError`] if that is no punted frame.
    pub fn read(received: &'f [u8]) -> Result<Self, CpuError> {
        let (header, frame) = split::<PuntHeader>(received).ok_or(CpuError::NoHeader)?;
        let PuntHeader { version, reason, service, eni, port, generation, tick, .. } = header;
        if version != VERSION {
            return Err(CpuError::Version { found: version });
        }
        Ok(Self { reason, service, eni, port, generation, tick, frame })
    }
}

/// Where a frame goes that the host's CPU gives to the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inject {
    /// Judged as if it had come in at this port, by the generation in force.
    As(u8),
    /// Out of this port, as it is.
    Out(u8),
}

impl Inject {
    /// The frame as it goes into the CPU's port of a card `width_bits` wide: behind a beat that
    /// says where it goes.
    pub fn frame(self, width_bits: usize, frame: &[u8]) -> Vec<u8> {
        let (as_port, direct) = match self {
            Self::As(port) => (port, false),
            Self::Out(port) => (port, true),
        };
        let header = InjectHeader { version: VERSION, as_port, direct, ..InjectHeader::default() };
        let mut beat = bytes(&header).to_vec();
        beat.resize(width_bits / 8, 0);
        beat.extend_from_slice(frame);
        beat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdl::{
        meta::Source,
        profile::CPU_PORT,
        punt::{HEADER_BYTES, arrive},
    };

    #[test]
    fn what_is_injected_arrives() {
        for width in [128, 512] {
            let check = |inject: Inject, source| {
                let frame = inject.frame(width, &[7, 8]);
                assert_eq!(arrive(CPU_PORT, &frame, width / 8), (source, &[7, 8][..]));
            };
            let injected = Source { injected: true, ..Source::at(2) };
            check(Inject::As(2), injected);
            check(Inject::Out(2), Source { net: false, direct: true, ..injected });
        }
    }

    #[test]
    fn what_was_punted_is_read() {
        let header = PuntHeader {
            version: VERSION,
            reason: PuntReason::Dhcp,
            eni: 700,
            port: 1,
            ..PuntHeader::default()
        };
        let mut received = [&bytes(&header)[..], &[1, 2, 3]].concat();
        let punted = Punted::read(&received).unwrap();
        assert_eq!((punted.reason, punted.eni, punted.port), (PuntReason::Dhcp, 700, 1));
        assert_eq!(punted.frame, [1, 2, 3]);
        assert_eq!(Punted::read(&received[..HEADER_BYTES - 1]), Err(CpuError::NoHeader));
        received[1] = 7;
        assert_eq!(Punted::read(&received), Err(CpuError::NoHeader));
        received[..2].copy_from_slice(&[2, 1]);
        assert_eq!(Punted::read(&received), Err(CpuError::Version { found: 2 }));
    }
}
