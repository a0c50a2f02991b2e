//! What do the rooms behind the header pipeline tell each other about a frame?
//!
//! A [`Command`] says what is to be done with one frame, a [`Slot`] what is done in one clock.
//!
//! ```text
//! verdict (p, s, len)  -- join -->  Command  -- sequencer -->  Slot, Slot, Slot ...
//! ```
//! With B = bytes a beat: a frame whose header grows by whole beats starts with slots that only
//! emit (`lead`), one whose header shrinks across a beat border starts with one that only reads
//! (`prime`), and the last slot only emits when the bytes move into one more beat (`flush`).

use rust_hdl::prelude::*;

/// Bits of a [`Command`].
pub(super) const COMMAND_BITS: usize = 64;

/// What is to be done with a frame.
#[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
pub struct Command {
    /// Emit nothing.
    pub drop: Bit,
    /// The first slot only reads.
    pub prime: Bit,
    /// The last slot only emits.
    pub flush: Bit,
    /// One beat is emitted.
    pub one: Bit,
    /// Two beats are emitted.
    pub two: Bit,
    /// Beats emitted after the first.
    pub left: Bits<10>,
    /// The next slot only emits: `lead` is not 0, known a clock before it is needed.
    pub leads: Bit,
    /// Slots that only emit, before the first read.
    pub lead: Bits<3>,
    /// Ring address of the first beat that is read.
    pub address: Bits<12>,
    /// Ring address behind the frame's last beat.
    pub behind: Bits<12>,
    /// Halfwords by which the frame's bytes move back in a beat.
    pub turn: Bits<5>,
    /// Halfwords of the new header.
    pub head: Bits<6>,
    /// Index of the last byte in the last beat.
    pub last_byte: Bits<6>,
    /// Egress port, a bit each.
    pub port: Bits<4>,
}

/// A word of the command queue as a [`Command`] (wires).
#[derive(LogicBlock, Default)]
pub struct AsCommand {
    /// The word.
    pub word: Signal<In, Bits<COMMAND_BITS>>,
    /// The same bits, with names.
    pub command: Signal<Out, Command>,
}

impl Logic for AsCommand {
    fn update(&mut self) {
        let mut rest = self.word.val();
        let mut bits = |n: u64| {
            let low = rest.to_u64() & ((1 << n) - 1);
            rest = rest >> n;
            low
        };
        self.command.next = Command {
            drop: bits(1) == 1,
            prime: bits(1) == 1,
            flush: bits(1) == 1,
            one: bits(1) == 1,
            two: bits(1) == 1,
            left: bits(10).to_bits(),
            leads: bits(1) == 1,
            lead: bits(3).to_bits(),
            address: bits(12).to_bits(),
            behind: bits(12).to_bits(),
            turn: bits(5).to_bits(),
            head: bits(6).to_bits(),
            last_byte: bits(6).to_bits(),
            port: bits(4).to_bits(),
        };
    }

    fn connect(&mut self) {
        self.command.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom("always @(*) command = word;\n".into())
    }
}

/// What is done in one clock: read a beat, emit a beat, or both, possibly of two frames.
#[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
pub struct Slot {
    /// A beat is read from the ring.
    pub read: Bit,
    /// A beat is emitted.
    pub emit: Bit,
    /// The beat emitted is its frame's last.
    pub last: Bit,
    /// Halfwords by which the beat that is read moves back.
    pub turn: Bits<5>,
    /// Halfwords of the emitted beat that come from the beat read before.
    pub carried: Bits<5>,
    /// Halfwords of the emitted beat, and of those to come, that come from the header.
    pub head: Bits<6>,
    /// Which of its frame's beats is emitted; 16 for all from the 17th on.
    pub beat: Bits<5>,
    /// Index of the last byte in a last beat.
    pub last_byte: Bits<6>,
    /// Egress port of the emitted beat, a bit each.
    pub port: Bits<4>,
    /// Number of the frame that is emitted: where its header lies.
    pub number: Bits<7>,
}

#[cfg(test)]
mod proof {
    use super::*;

    #[test]
    fn a_command_survives_its_word() {
        let one = |n: u32| 1u64 << n;
        let command = |seed: u64| Command {
            drop: seed & one(0) != 0,
            prime: seed & one(1) != 0,
            flush: seed & one(2) != 0,
            one: seed & one(3) != 0,
            two: seed & one(4) != 0,
            left: ((seed >> 5) & 0x3ff).to_bits(),
            leads: seed & one(15) != 0,
            lead: ((seed >> 16) & 7).to_bits(),
            address: ((seed >> 19) & 0xfff).to_bits(),
            behind: ((seed >> 31) & 0xfff).to_bits(),
            turn: ((seed >> 43) & 31).to_bits(),
            head: ((seed >> 48) & 63).to_bits(),
            last_byte: ((seed >> 54) & 63).to_bits(),
            port: ((seed >> 60) & 15).to_bits(),
        };
        let mut unit = AsCommand::default();
        unit.connect_all();
        for bit in 0..COMMAND_BITS as u32 {
            let want = command(one(bit));
            unit.word.next = want.into();
            assert!(simulate(&mut unit, 10));
            assert_eq!(unit.command.val(), want, "bit {bit}");
        }
    }
}
