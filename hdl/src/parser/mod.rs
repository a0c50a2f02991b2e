//! What is in this frame, and is it well formed?
//!
//! ```text
//!   clock   0         1          2          3            4         5 .. 10   11 .. 13   14, 15
//!   window  behind    options, > options, > addresses, > end, -------------> ports, --> first
//!           a tunnel  types      tags       lengths      too long?           lengths    fault
//!                                   |-----> options: 4:1 > 3:1 -------------^          ^
//!                                   |-----> extension headers, one by one --^          |
//!                                   |-----> header sum in a tree ----------------------|
//!           outer --> compares, many -----> first fault, by sum -----------------------|
//! ```
//! Reads the first 192 bytes and the length of a frame, one frame per clock, and says [`Headers`]
//! [`kernel::LATENCY`] clocks later, without a stall. A frame from a host port is Ethernet with up
//! to two VLAN tags and IPv4, IPv6 or ARP in it. A frame from a net port must be VXLAN (RFC 7348)
//! or Geneve (RFC 8926) over UDP over IPv4 without options or IPv6 without extension headers over
//! untagged Ethernet; the same hardware then reads the frame in the tunnel, 50 or 70 bytes further
//! in, and up to 60 more behind options of Geneve.
//!
//! A length is checked before the field behind it is used. The first problem in packet order is
//! the `fault`, whatever the bytes behind it say; bytes behind the frame's end say nothing. TCP
//! and UDP checksums are the receiver's affair and are not looked at, nor is the outer UDP
//! checksum: RFC 7348 section 5 lets a receiver ignore it; of Geneve RFC 8926 section 3.3 wants one
//! that is not 0 compared, which takes the whole frame. Options of Geneve are skipped, so that a
//! packet with a critical one is a fault (section 3.4). Up to four IPv6 extension headers are
//! walked, as far as the window goes; a longer chain is a fault, never a guess. An IPv4-mapped
//! address in an IPv6 header is a fault as well: the tables keep IPv4 under these, and a rule of
//! IPv4 must judge IPv4 alone.

mod flow_hash;
#[cfg(feature = "gateware")]
pub mod kernel;
mod layout;
#[cfg(test)]
mod proof;
mod quoted;
mod reference;
pub mod wire;

pub use flow_hash::{COLUMNS, flow_hash};
pub use layout::*;
pub(crate) use reference::ones_complement_sum;
pub use reference::parse;
