//! The allocator of the binary, for benches that run its parts: they measure what ships.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
