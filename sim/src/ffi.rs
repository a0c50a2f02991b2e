//! How is the C++ side called safely? The only room of the project with `unsafe` in it.
//!
//! A [`Handle`] owns one model. The functions behind it keep no pointer that they are given, and
//! what they point to holds until the next call, which needs the handle again.
#![allow(unsafe_code)]

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    ptr::NonNull,
    slice,
};

/// As `model_frame` in `shim/model.h`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawFrame {
    pub first_cycle: u64,
    pub last_cycle: u64,
    pub offset: u64,
    pub bytes: u32,
    pub port: u32,
}

/// As `model_outcome`.
#[repr(C)]
struct RawOutcome {
    sent: *const RawFrame,
    sent_count: usize,
    received: *const RawFrame,
    received_count: usize,
    bytes: *const u8,
    bytes_count: usize,
    explains: *const u32,
    explain_cycles: *const u64,
    explain_count: usize,
}

/// As `model_ops`.
#[repr(C)]
pub struct Ops {
    pub width_bits: u32,
    pub explain_dwords: u32,
    create: unsafe extern "C" fn(u32) -> *mut c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
    reset: unsafe extern "C" fn(*mut c_void, u32),
    pauses: unsafe extern "C" fn(*mut c_void, u32, u32, u32),
    send: unsafe extern "C" fn(*mut c_void, u32, *const u8, usize),
    run: unsafe extern "C" fn(*mut c_void, u64, u64) -> c_int,
    bus: unsafe extern "C" fn(*mut c_void, c_int, u32, *mut u32, u64) -> c_int,
    outcome: unsafe extern "C" fn(*const c_void, *mut RawOutcome),
    forget: unsafe extern "C" fn(*mut c_void),
    cycles: unsafe extern "C" fn(*const c_void) -> u64,
    waiting: unsafe extern "C" fn(*const c_void) -> u64,
    fault: unsafe extern "C" fn(*const c_void) -> *const c_char,
}

#[cfg(test)]
unsafe extern "C" {
    safe static echo128_ops: Ops;
    safe static echo512_ops: Ops;
}

unsafe extern "C" {
    safe static card128_ops: Ops;
    safe static card512_ops: Ops;
}

/// Every card that was built.
pub fn cards() -> [&'static Ops; 2] {
    [&card128_ops, &card512_ops]
}

/// The fixture `shim/echo.v`, narrow and wide.
#[cfg(test)]
pub fn echoes() -> [&'static Ops; 2] {
    [&echo128_ops, &echo512_ops]
}

/// Ports of a model; the shim knows as many.
pub const PORTS: u32 = hdl::profile::PORTS as u32;
const _: () = assert!(PORTS == 4);

/// Why a call came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Quiet,
    Cycles,
    Answered,
    Fault,
}

impl From<c_int> for Ended {
    fn from(code: c_int) -> Self {
        match code {
            0 => Self::Quiet,
            1 => Self::Cycles,
            2 => Self::Answered,
            _ => Self::Fault,
        }
    }
}

/// What came out since the last [`Handle::forget`].
pub struct Outcome<'a> {
    pub sent: &'a [RawFrame],
    pub received: &'a [RawFrame],
    pub bytes: &'a [u8],
    pub explains: &'a [u32],
    pub explain_cycles: &'a [u64],
}

/// One model.
pub struct Handle {
    ops: &'static Ops,
    model: NonNull<c_void>,
}

// SAFETY: a model shares nothing with another (each has its own VerilatedContext) and is bound to
// no thread: what it keeps per thread, the text of a failed assertion, is taken within the call.
unsafe impl Send for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: `model` came from `create` of the same table, and nobody uses it after this.
        unsafe { (self.ops.destroy)(self.model.as_ptr()) }
    }
}

impl Handle {
    pub fn new(ops: &'static Ops, seed: u32) -> Self {
        // SAFETY: the function has no precondition.
        let model = unsafe { (ops.create)(seed) };
        let model = NonNull::new(model).expect("C++'s new throws, or gives an object");
        Self { ops, model }
    }

    pub fn ops(&self) -> &'static Ops {
        self.ops
    }

    pub fn reset(&mut self, cycles: u32) {
        // SAFETY: `model` is alive, and `&mut self` is the only use of it.
        unsafe { (self.ops.reset)(self.model.as_ptr(), cycles) }
    }

    pub fn pauses(&mut self, port: u32, idle: u32, stall: u32) {
        assert!(port < PORTS);
        // SAFETY: as in `reset`, and the model has this port.
        unsafe { (self.ops.pauses)(self.model.as_ptr(), port, idle, stall) }
    }

    pub fn send(&mut self, port: u32, frame: &[u8]) {
        assert!(port < PORTS && !frame.is_empty() && frame.len() <= u32::MAX as usize);
        // SAFETY: as in `pauses`; the frame is copied, and its length fits 32 bits.
        unsafe { (self.ops.send)(self.model.as_ptr(), port, frame.as_ptr(), frame.len()) }
    }

    pub fn run(&mut self, cycles_max: u64, quiet_cycles: u64) -> Ended {
        // SAFETY: as in `reset`.
        unsafe { (self.ops.run)(self.model.as_ptr(), cycles_max, quiet_cycles) }.into()
    }

    pub fn bus(&mut self, write: bool, offset: u32, data: &mut u32, cycles_max: u64) -> Ended {
        let model = self.model.as_ptr();
        // SAFETY: as in `reset`; `data` is one dword, and not kept.
        unsafe { (self.ops.bus)(model, c_int::from(write), offset, data, cycles_max) }.into()
    }

    pub fn outcome(&self) -> Outcome<'_> {
        let mut raw = std::mem::MaybeUninit::<RawOutcome>::uninit();
        // SAFETY: as in `reset`; the function writes all of `raw` and changes nothing else.
        let raw = unsafe {
            (self.ops.outcome)(self.model.as_ptr(), raw.as_mut_ptr());
            raw.assume_init()
        };
        let explains = raw.explain_count * self.ops.explain_dwords as usize;
        // SAFETY: the five are vectors of the model, of these lengths; none changes before the
        // next call with `&mut self`, which ends the borrow.
        unsafe {
            Outcome {
                sent: elements(raw.sent, raw.sent_count),
                received: elements(raw.received, raw.received_count),
                bytes: elements(raw.bytes, raw.bytes_count),
                explains: elements(raw.explains, explains),
                explain_cycles: elements(raw.explain_cycles, raw.explain_count),
            }
        }
    }

    pub fn forget(&mut self) {
        // SAFETY: as in `reset`.
        unsafe { (self.ops.forget)(self.model.as_ptr()) }
    }

    pub fn cycles(&self) -> u64 {
        // SAFETY: as in `reset`, and the function only reads.
        unsafe { (self.ops.cycles)(self.model.as_ptr()) }
    }

    pub fn waiting(&self) -> u64 {
        // SAFETY: as in `cycles`.
        unsafe { (self.ops.waiting)(self.model.as_ptr()) }
    }

    pub fn fault(&self) -> String {
        // SAFETY: as in `cycles`; the text ends with a zero and is copied here.
        unsafe { CStr::from_ptr((self.ops.fault)(self.model.as_ptr())) }
            .to_string_lossy()
            .into_owned()
    }
}

/// A C++ vector's elements; an empty one may have no address.
///
/// # Safety
/// `first` points to `count` elements that live and do not change for `'a`, if there are any.
unsafe fn elements<'a, T>(first: *const T, count: usize) -> &'a [T] {
    if count == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(first, count) }
}
