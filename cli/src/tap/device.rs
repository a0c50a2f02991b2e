//! How do frames come from a TAP device, and how do they go there?

use crate::{engine::Input, error::Error};
use std::{
    io,
    sync::{Arc, mpsc::SyncSender},
    thread,
    time::Instant,
};
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

/// Longest frame that is read: more than a card takes, so that the card can refuse it.
const FRAME_BYTES_MAX: usize = 16 << 10;

/// A TAP device of this process.
pub struct Device {
    name: String,
    tap: Arc<SyncDevice>,
}

/// What comes from devices, and from who ends it.
pub enum Heard {
    /// A frame.
    Frame(Input),
    /// A device can't be read any more.
    Gone {
        /// Which.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// It is enough.
    End,
}

impl Device {
    /// Take the device of that name, or make it; whether it is up is its owner's business.
    pub fn open(name: &str) -> Result<Self, Error> {
        let tap = DeviceBuilder::new()
            .name(name)
            .layer(Layer::L2)
            .inherit_enable_state()
            .build_sync()
            .map_err(|source| Error::Tap { name: name.into(), source })?;
        Ok(Self { name: name.into(), tap: Arc::new(tap) })
    }

    /// Tell of each frame that comes, on a thread of its own, as one at that port.
    pub fn listen(&self, port: usize, start: Instant, heard: SyncSender<Heard>) {
        let (name, tap) = (self.name.clone(), self.tap.clone());
        thread::spawn(move || {
            let mut frame = vec![0; FRAME_BYTES_MAX];
            loop {
                let word = match tap.recv(&mut frame) {
                    Ok(length) => {
                        let bytes = frame[..length].to_vec();
                        Heard::Frame(Input { port, time: start.elapsed(), bytes })
                    }
                    Err(source) => Heard::Gone { name: name.clone(), source },
                };
                let last = matches!(word, Heard::Gone { .. });
                if heard.send(word).is_err() || last {
                    break;
                }
            }
        });
    }

    /// Let it receive a frame; false if it takes none, as a device that is down.
    pub fn send(&self, frame: &[u8]) -> bool {
        self.tap.send(frame).is_ok()
    }
}
