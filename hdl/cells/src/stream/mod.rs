//! Where does a frame wait while its header is judged, and how does it leave with another header?
//!
//! ```text
//!  s_* -> [capture] ---- beats ----> [ring] ---- beats --+
//!            |   ^ credits             ^ address          v
//!            |   +----------------+    |               [merge] -> [patcher] -> [output] -> m_*
//!            | h_*: window, length|    |                  ^ slots                 |
//!            v                    |    |                  |                       |
//!     (header pipeline)       [sequencer: a slot a clock]-+                       |
//!            |                    ^   ^----------- room left ---------------------+
//!            | v_*: verdict       | commands, by number
//!            +----------------> [join] <- begins, ends and lengths, by number
//! ```
//! *One operation serves all.* A verdict names `p`, `s` (halfwords), `len` (bytes) and a header:
//!
//! `out = header[0..2p] ++ frame[2s..len]`
//!
//! pass is (0, 0), new MACs (6, 6), a tag pushed (8, 6), popped (6, 8), a tunnel put on (31, 6),
//! taken off (6, 31), one with options (6, 71). All offsets are even, so the rotator moves
//! halfwords, and `len` below the frame's own length trims Ethernet padding.
//!
//! A verdict may bring a patch besides, in the place of its header's lowest bits; it changes a few
//! halfwords of `out`, wherever in its first 256 bytes they are: see [`Patch`] and [`Change`].
//!
//! *A dropped frame costs nothing*: the ring is read by address, so a drop is a frame that is not
//! read, and it is taken out of the order while another one is being emitted.
//!
//! **Order.** Frames leave in the order of arrival, verdicts come in any order: `h_number` names a
//! frame, and `v_number`, a clock before `v_valid`, says whom the verdict is about. The header
//! pipeline between `h_*` and `v_*` answers every header once, [`LEAST_HEADER_CLOCKS`] later or at
//! any time after that, at most one in a clock, and is never stalled.
//!
//! **Room.** The credits in `capture` count all frames from the last captured back to the oldest
//! that is needed: the one being emitted as long as its header or its patch is read, which is for
//! 16 beats, then the next in order. So the numbers in flight are all different, whatever the order
//! of the verdicts and however many frames are dropped: every memory behind the header pipeline has
//! a place for each number, and a verdict writes to its frame's own. A frame whose verdict is late
//! holds up those behind it and, when the credits run out, the sender; it needs nothing from them,
//! so nothing can lock.
//!
//! **Rate.** Clocks per frame = max(beats in, beats out): no bubble between frames, whatever is
//! done to them. **Latency**: [`LATENCY_CLOCKS`] and the header pipeline's own.
//!
//! **Preconditions of a verdict**: its frame is in flight and has none yet;
//! `2s < len <= captured length`; `p <= 48`, and `p <= 41` beside a patch. A verdict that breaks
//! the second is carried out as a drop: nothing but the frame's own bytes can ever come out.
//!
//! **Reset.** A frame cut by reset leaves nothing behind; sender, header pipeline and receiver are
//! to be reset with the path, for AXI4-Stream does not say where a frame begins.

mod capture;
mod command;
mod credit;
mod halfword;
mod hand;
mod join;
mod lanes;
mod marks;
mod measure;
mod merge;
mod output;
#[allow(missing_docs)] // what `LogicStruct` derives has none
mod patch;
mod patcher;
mod path;
mod queue;
mod rotate;
mod sequencer;
mod window;

pub use lanes::SwapBytes;
pub use patch::{Change, PATCH_BITS, Patch};
pub use path::{Depths, FramePath, FramePath128, FramePath512};

/// Bytes of a frame that the header pipeline sees.
pub const WINDOW_BYTES: usize = 192;
/// Bits of the header window.
pub const WINDOW_BITS: usize = 8 * WINDOW_BYTES;
/// Bytes of the longest header that a verdict puts in front.
pub const HEADER_BYTES: usize = 96;
/// Bits of the longest header.
pub const HEADER_BITS: usize = 8 * HEADER_BYTES;
/// Bytes of the longest frame (without FCS); what is longer is swallowed and marked.
pub const MAX_FRAME_BYTES: usize = 9216;
/// Clocks from the last beat in to the first beat out, the header pipeline's not counted: a last
/// beat taken in clock 0 has `h_valid` in clock 2; with `v_valid` in clock `2 + n` its frame's
/// first `m_tvalid` is in clock `11 + n`. One more if bytes move forward over a beat border (a tag
/// or a tunnel taken off): the first beat out then needs two beats in.
pub const LATENCY_CLOCKS: usize = 11;
/// Least clocks from `h_valid` to `v_valid`: the frame's length is remembered in the clock between,
/// the one in which `v_number` names it.
pub const LEAST_HEADER_CLOCKS: usize = 2;

/// Bits of `tuser` on the way in: what the sender says of a frame goes along with its header.
pub const USER_BITS: usize = 7;
/// Ports through which a frame may leave, a bit each.
pub const PORT_BITS: usize = 4;
/// Bits of a ring pointer; a ring has at most this many address bits less one.
const POINTER_BITS: usize = 12;
/// Bits of a frame's number; a path has at most `2^7` frames in flight.
pub const NUMBER_BITS: usize = 7;
/// Bits of a count of frames: a number and, above it, whether its lap is an odd one.
const COUNT_BITS: usize = NUMBER_BITS + 1;
