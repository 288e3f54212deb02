//! What a load or a batch takes of memory, it has asked for, and it asks for little more.

#![allow(clippy::unwrap_used, reason = "tests")]

mod counted;
mod loads;
mod models;
mod orders;
mod returns;
mod shop;

use counted::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;
