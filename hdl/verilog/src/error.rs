//! Why is a design not printed, and what should be written instead?

/// The module (instance path) and the signal a refusal speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Instance path of the module, dots between levels.
    pub module: String,
    /// The signal being driven, or the statement in words.
    pub signal: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.signal.contains(' ') {
            return write!(f, "{}: {}", self.module, self.signal);
        }
        write!(f, "{}: `{}`", self.module, self.signal)
    }
}

/// Why a design was not printed; every message ends with the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A path through the kernel leaves bits of a driven signal unassigned.
    #[error("{0} is not assigned on every path (a latch); assign a default first")]
    Latch(Place),
    /// A local or output is read before the kernel has assigned it.
    #[error(
        "{place} reads `{read}` before the kernel assigned all of it; \
         move the assignment above the read"
    )]
    ReadBeforeWrite {
        /// Where the read stands.
        place: Place,
        /// What is read.
        read: String,
    },
    /// A child's input is read back in a kernel in a way that is a loop.
    #[error("{place} reads the child's input `{read}` back in a loop; read a Local instead")]
    Loop {
        /// Where the read stands.
        place: Place,
        /// The child's input.
        read: String,
    },
    /// Nobody drives an output, a local that is read, or a child's input.
    #[error("{0} is never driven; assign it in `update`, or delete it")]
    Undriven(Place),
    /// The kernel assigns something that somebody else drives.
    #[error("{0} is driven from elsewhere (an input, or a child's output); assign a Local instead")]
    DrivenElsewhere(Place),
    /// A name in a kernel is no signal, constant field or enum variant of the module.
    #[error(
        "{place}: `{name}` is no signal, array element or `Constant` field of this module; \
         constants and const generics go through a `Constant` field"
    )]
    UnknownName {
        /// Where the name stands.
        place: Place,
        /// The name.
        name: String,
    },
    /// An enum variant that two visible enums spell alike, with different codes.
    #[error("{place}: `{name}` names variants of two enums; rename one of the enums")]
    AmbiguousVariant {
        /// Where the name stands.
        place: Place,
        /// The variant as written.
        name: String,
    },
    /// Operands of different widths, which `Bits` cannot have.
    #[error(
        "{place}: operands of {left} and {right} bits; \
         keep `.index()` out of arithmetic and use `bit_cast`"
    )]
    Widths {
        /// Where the operator stands.
        place: Place,
        /// Width of the left operand, bits.
        left: usize,
        /// Width of the right operand, bits.
        right: usize,
    },
    /// A literal that its type cannot hold.
    #[error("{place}: {value} does not fit {width} bits; use a wider signal or a smaller number")]
    Literal {
        /// Where the literal stands.
        place: Place,
        /// The literal, decimal.
        value: String,
        /// Width it must fit, bits.
        width: usize,
    },
    /// A constant bit number out of range.
    #[error("{place}: bit {index} of a value with bits 0 to {}; correct the index", width - 1)]
    OutOfRange {
        /// Where the index stands.
        place: Place,
        /// The index.
        index: String,
        /// Bits there are.
        width: usize,
    },
    /// The text between the brackets of an array is no number at print time.
    #[error(
        "{place}: array index `{index}` is not a number; index arrays with loop variables \
         and literals, and choose by a signal with one `if` per element"
    )]
    ArrayIndex {
        /// Where the index stands.
        place: Place,
        /// The text between the brackets.
        index: String,
    },
    /// A construct whose meaning is not in the syntax tree, or that has no sound text here.
    #[error("{place}: {what} cannot be printed; {instead}")]
    Refused {
        /// Where it stands.
        place: Place,
        /// The construct.
        what: &'static str,
        /// What to write instead.
        instead: &'static str,
    },
    /// Two ports of one module print alike.
    #[error("{place} and `{other}` both print as `{printed}`; rename one")]
    SameName {
        /// The second port.
        place: Place,
        /// The first one.
        other: String,
        /// The common printed name.
        printed: String,
    },
    /// A leaf with its own text has a port no tool accepts.
    #[error("{0} is a Verilog keyword in a leaf with its own text; rename the field")]
    Keyword(Place),
    /// Two black boxes share a name but not the text.
    #[error("two black boxes named `{0}` differ; make their `code` equal or rename one")]
    BlackBoxes(String),
    /// The asked name of the top is no Verilog identifier.
    #[error("`{0}` is no module name; use letters, digits and underscores, and no keyword")]
    TopName(String),
    /// The design is an array or a lone signal.
    #[error("`{0}` is no module but an array or a signal; put it into a `LogicBlock`")]
    NoModule(String),
}
