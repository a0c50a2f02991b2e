//! Where did the build leave what a test bench in another language needs?

/// Folder of `libcard<width>.a` and `libruntime.a`, with the model's headers in `card<width>/`.
pub const FOLDER: &str = env!("OUT_DIR");
/// Folder of Verilator's own headers.
pub const VERILATOR_INCLUDE: &str = env!("VERILATOR_INCLUDE");
