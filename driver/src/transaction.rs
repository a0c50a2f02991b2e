//! How are many changes made one?

use crate::{card::Card, error::Error, io::CardIo};
use hdl::tables::Image;

/// Changes that nobody sees until they are committed, and then all of them at once.
///
/// Nothing goes to the card before [`Transaction::commit`]; a transaction that is dropped is
/// rolled back.
#[must_use = "changes take effect when they are committed"]
pub struct Transaction<'a, B> {
    card: &'a mut Card<B>,
    image: Image,
}

impl<'a, B: CardIo> Transaction<'a, B> {
    pub(crate) fn new(card: &'a mut Card<B>) -> Self {
        let image = card.image().clone();
        Self { card, image }
    }

    /// What the card shall hold; at first what is in force.
    pub fn image(&mut self) -> &mut Image {
        &mut self.image
    }

    /// Put everything in force, and clear away what it replaces. Gives the generation's number.
    ///
    /// # Errors
    /// [`Error::TooMany`], [`Error::NoRoom`], [`Error::Unsorted`] and
    /// [`Error::IdentityWhileOpen`] before anything is written;
    /// [`Error::Interrupted`], [`Error::Uncertain`] and [`Error::Unfinished`] when the card can't
    /// be reached in the middle; [`Error::Foreign`] if the card did not take it.
    ///
    /// # Panics
    /// If a value of the image does not fit its field.
    pub fn commit(self) -> Result<u32, Error> {
        self.card.commit(self.image)
    }

    /// Forget the changes.
    pub fn rollback(self) {}
}
