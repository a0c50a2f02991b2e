//! What must a way to a card be able to do?

/// A way to a card: its registers and its reset.
///
/// Accesses are in order. A write may be posted; a read of any register ends after every write
/// before it has taken effect.
pub trait CardIo {
    /// Reset the card: its tables become empty and it drops every packet until it is opened.
    ///
    /// # Errors
    /// [`IoError`] if the card can't be reached.
    fn reset(&mut self) -> Result<(), IoError>;

    /// Read the 32-bit register at a byte offset in BAR0, a multiple of four.
    ///
    /// # Errors
    /// [`IoError`] if the card can't be reached.
    fn read32(&mut self, offset: u64) -> Result<u32, IoError>;

    /// Write the 32-bit register at a byte offset in BAR0, a multiple of four.
    ///
    /// # Errors
    /// [`IoError`] if the card can't be reached; the write may have taken effect.
    fn write32(&mut self, offset: u64, value: u32) -> Result<(), IoError>;
}

impl<T: CardIo + ?Sized> CardIo for &mut T {
    fn reset(&mut self) -> Result<(), IoError> {
        (**self).reset()
    }
    fn read32(&mut self, offset: u64) -> Result<u32, IoError> {
        (**self).read32(offset)
    }
    fn write32(&mut self, offset: u64, value: u32) -> Result<(), IoError> {
        (**self).write32(offset, value)
    }
}

impl<T: CardIo + ?Sized> CardIo for Box<T> {
    fn reset(&mut self) -> Result<(), IoError> {
        (**self).reset()
    }
    fn read32(&mut self, offset: u64) -> Result<u32, IoError> {
        (**self).read32(offset)
    }
    fn write32(&mut self, offset: u64, value: u32) -> Result<(), IoError> {
        (**self).write32(offset, value)
    }
}

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// [`CardIo::reset`].
    Reset,
    /// [`CardIo::read32`] of this byte offset.
    Read(u64),
    /// [`CardIo::write32`] of this value to this byte offset.
    Write(u64, u32),
}

impl std::fmt::Display for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reset => write!(f, "the reset"),
            Self::Read(offset) => write!(f, "the read of register {offset:#05x}"),
            Self::Write(offset, value) => {
                write!(f, "the write of {value:#010x} to register {offset:#05x}")
            }
        }
    }
}

/// The card could not be reached.
#[derive(Debug, thiserror::Error)]
#[error("{access} failed: {cause}")]
pub struct IoError {
    /// What was tried.
    pub access: Access,
    /// Why it failed, and what to do about it.
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}

impl IoError {
    /// That access failed for this reason.
    pub fn new(access: Access, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { access, cause: cause.into() }
    }
}
