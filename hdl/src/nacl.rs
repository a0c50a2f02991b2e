//! May this packet cross the subnet's border?
//!
//! ```text
//!   (ACL, class of the peer's address, class of the port) --> [ exact-match ] --> rule
//! ```
//! The network ACL of the sender's subnet judges what leaves, that of the receiver's subnet what
//! enters; traffic inside a subnet meets neither. Two tables, so that a packet between two
//! subnets of one card is judged by both in one pass. No entry is the rule `*`: deny.

use crate::meta::DropReason;

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// What is asked.
    pub struct RuleKey {
        /// Class of the destination port, or of ICMP type and code.
        port_class: u8 => 8,
        /// Class of the peer's address: the destination of what leaves, the source of what enters.
        address_class: u16 => 10,
        /// Which network ACL.
        acl: u8 => 8,
    }
    /// What the first matching rule says.
    pub struct RuleAction {
        /// May it pass?
        allow: bool,
        /// Number of the rule, 1 to 32766.
        rule: u16 => 15,
    }
}

// ---- reference --------------------------------------------------------------------------

/// What the rule means for a packet that crosses the border in the direction whose drops are
/// counted as `reason`; within a subnet nothing is asked.
pub fn judge(crosses: bool, found: Option<RuleAction>, reason: DropReason) -> DropReason {
    match found {
        Some(rule) if rule.allow => DropReason::None,
        _ if !crosses => DropReason::None,
        _ => reason,
    }
}
