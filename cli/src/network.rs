//! Which card of which file is it about, and what does it hold?

use crate::{arguments::Which, error::Error};
use control::{Legend, Responder, Vpcs, vpcs::Card};
use hdl::{
    meta::{Entered, Source},
    profile::{PROFILES, Profile},
    tables::Image,
};

/// A card as its file wants it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// How large it is.
    pub profile: Profile,
    /// What it shall hold.
    pub image: Image,
    /// Words for that.
    pub legend: Legend,
    /// What the host's CPU answers to what it punts.
    pub responder: Responder,
}

/// The profile by which a card is judged: the one asked for, its own, or the first there is.
pub fn profile(asked: Option<&str>, card: &Card) -> Profile {
    asked.and_then(Profile::named).or(card.profile).copied().unwrap_or(PROFILES[0])
}

impl Wanted {
    /// Read the file and compile it for the card.
    pub fn read(which: &Which) -> Result<Self, Error> {
        let vpcs = Vpcs::read(&which.config)?;
        let file = which.config.display().to_string();
        Self::of(&vpcs, &file, &which.card, which.profile.as_deref())
    }

    /// Compile `vpcs` for the card `name`.
    pub fn of(vpcs: &Vpcs, file: &str, name: &str, asked: Option<&str>) -> Result<Self, Error> {
        let Some(card) = vpcs.cards.iter().find(|c| c.name == name) else {
            let names: Vec<&str> = vpcs.cards.iter().map(|c| c.name.as_str()).collect();
            let (name, file, known) = (name.into(), file.into(), names.join(", "));
            return Err(Error::UnknownCard { name, file, known });
        };
        let profile = profile(asked, card);
        let control::Compiled { image, legend, responder } =
            control::compile(vpcs, name, &profile)?;
        Ok(Self { name: name.into(), profile, image, legend, responder })
    }

    /// Let a driver program the card behind `io` and open it.
    pub fn program<B: driver::CardIo>(
        &self,
        io: B,
        seed: u32,
    ) -> Result<driver::Card<B>, driver::Error> {
        let mut card = driver::Card::open(io, &[self.profile], seed.into())?;
        card.apply(&self.image)?;
        card.set_open(true)?;
        Ok(card)
    }
}

/// How a packet enters an open card.
pub fn entered(source: Source, generation: bool) -> Entered {
    Entered { source, generation, open: true }
}
